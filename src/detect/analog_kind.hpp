/// \file
/// What the kinds of analogue detectors have in common: their options.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <mho/analog.hpp>
#include <mho/registry.hpp>

namespace mho {

/// Checked options of an analogue detector.
struct analog_settings {
  options accelerator;               ///< every parameter
  std::vector<std::int64_t> cycles;  ///< ascending; one output each
  std::uint64_t seed;
};

/// A kind with the options `accelerator`, `cycles` (these by default), `seed` and every parameter of an
/// accelerator. unknown: parameters that the kind does not model, which must keep their defaults.
detector_kind analog_kind(std::string name, std::string summary, const capabilities& can,
                          std::vector<std::int64_t> cycles,
                          std::function<std::unique_ptr<detector>(analog_settings)> make,
                          std::vector<std::string> unknown = {});

}  // namespace mho
