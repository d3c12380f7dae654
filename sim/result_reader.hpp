/// \file
/// Results of earlier runs, read back.
#pragma once

#include <string>

#include "result_file.hpp"

namespace mho::sim {

/// A result.json of kind "ber".
struct stored_result {
  std::string file;
  scenario settings;  ///< all but its detectors (scenario_from)
  std::string snr;    ///< what its SNR is, whatever channels are fixed
  ber_result result;
};

/// Throws input_error that names the file where it is none.
stored_result read_result(const std::string& file);

}  // namespace mho::sim
