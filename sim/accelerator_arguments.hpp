/// \file
/// An accelerator as a command line gives it: --accelerator and --set.
#pragma once

#include <string>
#include <vector>

#include <mho/options.hpp>

namespace mho::sim {

/// The complete parameters of a preset, or of FILE.toml:NAME, with KEY=VALUE replacements; a key is a
/// parameter's name, or accelerator.NAME.PARAMETER. Throws input_error.
options accelerator_parameters(const std::string& accelerator, const std::vector<std::string>& sets);

}  // namespace mho::sim
