/// \file
/// Parameters of the refinement (HP-INV), of its bit-sliced products (HP-MVM) and of BlockAMC.
#pragma once

#include "analog/parameters/reader.hpp"

namespace mho::analog {

struct solver_parameters {
  int slices = 8;
  bool binary_scale = false;  // the slices' scale is a power of two, else the largest entry fills all digits
  bool schur = false;         // else reuse
  double extra_error = 0;

  bool mvm_arrays = false;        // HP-MVM by arrays, else exact
  bool block_mvm_arrays = false;  // BlockAMC's products likewise
  int input_bits = 12;            // of |dx|, a pass each
  bool fixed_scale = false;       // dx at the first cycle's scale, else at its own
  int active_rows = 4;
  int mvm_adc_bits = 0;  // 0: as many as an exact read of active_rows takes
  double mvm_read_noise_siemens = 0;

  int accumulator_bits = 0;   // 0: double
  int stop_bits = 0;          // 0: every cycle runs
  double residual_limit = 1;  // |r| / |b| from which a solution counts as not converged
  double error_limit = 1;     // estimated error over what the detectors tolerate, likewise; 0: not asked
};

void append_solver_options(std::vector<option>& schema);
solver_parameters typed_solver(const reader& values);

}  // namespace mho::analog
