/// \file
/// Parameters of the mapping of matrices to arrays.
#pragma once

#include <cstddef>

#include "analog/parameters/reader.hpp"

namespace mho::analog {

/// How LP-INV holds signs: a bias column and the diagonal split off; nothing, for matrices without negative
/// entries; two arrays, the negative one driven by inverters.
enum class sign_mapping { split, direct, pair };

struct array_parameters {
  std::size_t size = 4;
  sign_mapping mapping = sign_mapping::split;
  bool truncate = false;         // LP-INV levels truncated instead of rounded
  bool programmed_bias = false;  // the bias column is made of cells, else of exact resistors
  double wire_ohm = 0;           // of each segment
};

void append_array_options(std::vector<option>& schema);
array_parameters typed_array(const reader& values);

}  // namespace mho::analog
