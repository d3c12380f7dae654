/// \file
/// What `mho detect` is told of its detector: --detector, --accelerator and --set.
#pragma once

#include <optional>

#include <mho/constellation.hpp>
#include <mho/registry.hpp>

#include "commands.hpp"

namespace mho::sim {

/// A detector as it is asked for, and how its estimates become LLRs and bits.
struct detect_settings {
  detector_spec spec{""};
  std::string accelerator;                             ///< as named; "" of digital detectors
  std::string modulation;                              ///< "": neither LLRs nor bits
  std::string mapping = "3gpp", demapper = "max_log";  ///< names
  std::optional<constellation> symbols;
  mho::demapper rule = mho::demapper::max_log;
};

/// Throws input_error about the argument that is wrong.
detect_settings read_detect_settings(const detect_arguments& a);

}  // namespace mho::sim
