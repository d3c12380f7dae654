/// \file
/// What sets two documents apart, for messages.
#pragma once

#include <string>

#include "result_file.hpp"

namespace mho::sim {

/// "PATH.KEY is A there, B here" for the first place where two documents differ, in the order of `here`;
/// "" if they say the same, whatever the order of their keys.
std::string difference(const std::string& path, const json& there, const json& here);

/// A value in a message: strings bare, "none" for null and for what is absent, long ones in a word.
std::string in_words(const json& value);

}  // namespace mho::sim
