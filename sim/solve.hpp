/// \file
/// One linear system on the analogue accelerator: what `mho solve` prints.
#pragma once

#include <cstdint>
#include <mho/analog.hpp>
#include <string>
#include <vector>

#include "csv.hpp"
#include "result_file.hpp"

namespace mho::sim {

/// How a system is solved.
struct solve_settings {
  options parameters;       ///< of the accelerator, all of them
  std::size_t cycles = 10;  ///< of refinement
  std::uint64_t seed = 1;
  std::string name;  ///< of the matrix, for messages
};

/// A solved system; N real unknowns.
struct solved_system {
  analog_solver solver;
  std::vector<double> matrix;  ///< [N, N], row-major, expanded if complex
  std::vector<double> rhs;     ///< [N], likewise
  std::vector<double> state;   ///< the programmed arrays
  std::vector<double> x;       ///< [cycle, N]
  json report;                 ///< what `mho solve --json` prints
};

/// m: square; rhs: as many entries. Complex if one of them is. Throws input_error (a matrix that the
/// accelerator does not take, or a singular one), std::runtime_error (arrays that do not settle).
solved_system solve_system(const csv_matrix& m, const csv_matrix& rhs, const solve_settings& how);

}  // namespace mho::sim
