/// \file
/// --set KEY=VALUE on a scenario's TOML document.
#pragma once

#include <string>
#include <vector>

#include "toml_reader.hpp"

namespace mho::sim {

/// The value of a string key: the text as it stands, or what a TOML string in quotes says.
std::string string_value(const std::string& text);

/// What is left and right of the first = of a --set. Throws input_error.
struct assignment {
  std::string key, text;
};
assignment split_set(const std::string& set);

/// The text of a --set as an option of its type. Throws input_error that names the key and what is allowed.
option_value option_of(const option& o, const assignment& set);

/// Writes every override into the document and its path into source.overridden; of one key the last one
/// counts, and of keys that exclude one another (snr_db, es_n0_db, eb_n0_db; bit_errors, relative_interval).
/// detector.N, detector.ID and, where it is one's alone, detector.NAME name an entry of the detector array.
/// accelerator.PRESET.. makes the variant "PRESET+" and points the detectors to it, after all other
/// overrides. known: the scenario's keys (scenario_keys); any other is refused. Throws input_error.
void apply_overrides(toml::table& document, const std::vector<std::string>& sets,
                     const std::vector<std::string>& known, toml_source& source);

}  // namespace mho::sim
