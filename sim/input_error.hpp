/// \file
/// Bad input: one line for standard error, exit status 2.
#pragma once

#include <stdexcept>
#include <string>

namespace mho::sim {

/// The message is the line without "mho: ": "FILE:LINE: KEY: what is wrong, what is allowed".
class input_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace mho::sim
