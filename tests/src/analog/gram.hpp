/// \file
/// Random Gram systems for the tests of the analogue solver.
#pragma once

#include <Eigen/Core>
#include <complex>
#include <mho/analog.hpp>
#include <vector>

namespace mho::test {

/// A = H^H H / rx and b = H^H y / rx, expanded to 2 tx real unknowns, with the double-precision solution.
struct gram_system {
  using complex_matrix = Eigen::Matrix<std::complex<double>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  gram_system(std::size_t rx, std::size_t tx, std::uint64_t number);

  complex_matrix gram;
  std::vector<double> expanded, b;
  Eigen::VectorXd exact;
};

/// One solver with room for one programmed matrix.
struct bench {
  bench(const options& parameters, std::size_t tx)
      : solver(analog_solver::make(parameters, tx, true).value()),
        state(solver.state_size()),
        scratch(solver.scratch_size()) {}

  /// Relative error after each of `cycles` cycles.
  std::vector<double> errors(const gram_system& system, std::size_t cycles, const analog_identity& who);

  /// P, what LP-INV realises of the programmed matrix: of solvers without converters and offsets. One cycle
  /// of exact refinement on unit vectors.
  Eigen::MatrixXd realised_inverse(const analog_identity& who);

  analog_solver solver;
  std::vector<double> state, scratch;
};

/// The options of a preset with some replaced.
options parameters(const char* preset, options replaced = {});

/// The paper's accelerator without converters.
options without_converters(const char* blocks);

}  // namespace mho::test
