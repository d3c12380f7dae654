/// \file
/// Errors that are found after the scenario was read: by link::make, or in files that it names.
#pragma once

#include <string>

#include "input_error.hpp"
#include "scenario.hpp"

namespace mho::sim {

/// The error of "KEY: what is wrong, what is allowed", at the key's place. A key that nobody wrote has that
/// of its table, or the file alone.
input_error refusal(const scenario& s, const std::string& key_and_reason);

}  // namespace mho::sim
