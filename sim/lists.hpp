/// \file
/// What there is, with options and defaults.
#pragma once

#include <string>

#include "result_file.hpp"

namespace mho::sim {

/// What `mho list WHAT --json` prints; "": everything.
json lists(const std::string& what);

}  // namespace mho::sim
