/// \file
/// Parameters of the refinement (HP-INV) and of BlockAMC.
#pragma once

#include "analog/parameters/reader.hpp"

namespace mho::analog {

struct solver_parameters {
  int slices = 8;
  bool binary_scale = false;  // the slices' scale is a power of two, else the largest entry fills all digits
  bool schur = false;         // else reuse
  double extra_error = 0;
};

void append_solver_options(std::vector<option>& schema);
solver_parameters typed_solver(const reader& values);

}  // namespace mho::analog
