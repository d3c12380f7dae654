/// \file
/// --set KEY=VALUE on a scenario's TOML document.
#pragma once

#include <string>
#include <vector>

#include "toml_reader.hpp"

namespace mho::sim {

/// Writes every override into the document and its path into source.overridden. detector.N and detector.ID
/// name an entry of the detector array; accelerator.PRESET.. makes the variant "PRESET+" and points the
/// detectors to it. Throws input_error.
void apply_overrides(toml::table& document, const std::vector<std::string>& sets, toml_source& source);

}  // namespace mho::sim
