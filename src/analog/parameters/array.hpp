/// \file
/// Parameters of the mapping of matrices to arrays.
#pragma once

#include <cstddef>

#include "analog/parameters/reader.hpp"

namespace mho::analog {

struct array_parameters {
  std::size_t size = 4;
  bool direct = false;    // no bias column, no diagonal split
  bool truncate = false;  // LP-INV levels truncated instead of rounded
  double wire_ohm = 0;    // of each segment
};

void append_array_options(std::vector<option>& schema);
array_parameters typed_array(const reader& values);

}  // namespace mho::analog
