/// \file
/// Results of earlier runs, read back.
#pragma once

#include <string>

#include "result_file.hpp"

namespace mho::sim {

/// JSON, or a discarded value where the text is none; deeper nesting than a result has is left out, for it
/// could exhaust the stack.
json parse_result(const std::string& text);

/// The table `stop` of a result's scenario. Throws json::exception.
stop_settings stop_from(const json& stop);

/// A result.json of kind "ber".
struct stored_result {
  std::string file;
  scenario settings;  ///< title, link, channel and stop; no detectors
  std::string snr;    ///< what its SNR is, whatever channels are fixed
  ber_result result;
};

/// Throws input_error that names the file where it is none.
stored_result read_result(const std::string& file);

}  // namespace mho::sim
