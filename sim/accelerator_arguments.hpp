/// \file
/// An accelerator as a command line gives it: --accelerator and --set.
#pragma once

#include <string>
#include <vector>

#include "accelerator_reader.hpp"

namespace mho::sim {

/// What differs from the preset `chosen.base`: the variant's own values, and over them those of --set, whose
/// keys are parameters by their own names or as accelerator.NAME.PARAMETER with the name on the command line
/// (NAME or FILE.toml:NAME). A level table replaces the one of the variant. Throws input_error.
options parameter_overrides(const std::string& accelerator, const std::vector<std::string>& sets,
                            accelerator_variant chosen);

/// The complete parameters of a preset, or of FILE.toml:NAME, with KEY=VALUE replacements. Throws
/// input_error.
options accelerator_parameters(const std::string& accelerator, const std::vector<std::string>& sets);

}  // namespace mho::sim
