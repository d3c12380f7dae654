/// \file
/// The one-step pseudo-inverse of a tall matrix (GINV; Sun et al., Science Advances 6, eaay2378, 2020), and
/// its refinement.
///
/// M transimpedance amplifiers with feedback g_f sum X w + i, N more take X^T v at their other input and put
/// out w; at rest w = -pinv(X) i. The signs are differential: the second array of each copy of X ends at the
/// amplifiers' other inputs, so that no inverter lags. With D = diag(D1, D2) the loop's matrix K has D K +
/// K^T D >= 2 diag(g_f I, 0), so it settles for every X of full column rank, and only then.
///
/// Refinement works on the normal equations: r = H^T (y - H x) with H from HP-MVM's slices, fed to the N
/// inputs in place of i: the same loop then rests at (X^T X)^-1 r.
#pragma once

#include <cstddef>

#include <mho/error.hpp>
#include <mho/random.hpp>

#include "analog/accelerator.hpp"
#include "analog/array.hpp"
#include "analog/use_stream.hpp"

namespace mho::analog {

/// Real m x n matrices, m >= n, in one array (no blocks: array.size does not apply). Both copies of X have
/// the same write errors. A programmed matrix is a block of doubles: H truncated to the slices (m x n), P (n
/// x m), Q (n x n).
class ginv {
 public:
  ginv(const parameters& p, std::size_t m, std::size_t n) : parameters_(p), m_(m), n_(n) {}

  std::size_t rows() const noexcept { return m_; }
  std::size_t columns() const noexcept { return n_; }
  std::size_t state_size() const noexcept { return 2 * m_ * n_ + n_ * n_; }
  std::size_t scratch_size() const noexcept { return 2 * m_ * n_ + 2 * n_ * n_ + 3 * m_ + 2 * n_; }

  /// h: row-major. With X the levels of H, each a pair of cells, g_f the top level, W = 1 / (g_f + D1 / A0):
  /// S = X^T W X + D2 / A0, P = S^-1 X^T W, Q = S^-1 / g_f, both in units of H. D1 and D2 are what loads an
  /// amplifier's input: the larger one of its two inputs' sums. ok, or unstable: X has not full column rank.
  status program(const double* h, const array_draws& draws, double* state, double* scratch) const noexcept;

  /// x after each of `cycles` cycles, n entries each, the first one step of the pseudo-inverse; residual (if
  /// not null): |H^T (y - H x)| / |H^T y|. ok, or unstable: the numbers ran away after
  /// `done` cycles.
  status solve(const double* state, const double* y, std::size_t cycles, use_stream& reading, double* x,
               double* residual, double* scratch, std::size_t& done) const noexcept;

  /// Units of H a level step: its largest magnitude takes the top level.
  double step_of(const double* h) const noexcept;
  /// What `program` writes: the cells of both arrays (m x n), level steps, after write errors, drift and
  /// faults.
  void write(const double* h, double step, const array_draws& draws, double* plus,
             double* minus) const noexcept;

 private:
  parameters parameters_;
  std::size_t m_, n_;
};

}  // namespace mho::analog
