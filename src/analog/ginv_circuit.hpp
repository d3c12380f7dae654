/// \file
/// The one-step pseudo-inverse (Sun et al., Science Advances 6, eaay2378 (2020)): w = -pinv(X) i of M
/// currents.
///
/// M transimpedance amplifiers with feedback g_f sum the currents X w + i at their inverting inputs; N more
/// take X^T v, v the outputs of the former, at their non-inverting inputs and put out w. At rest X^T v = 0
/// and g_f v = -(X w + i): least squares.
#pragma once

#include "analog/dynamics.hpp"

namespace mho::analog {

/// How the negative entries of X get their sign.
enum class ginv_signs {
  /// Both copies of X have a second array, driven by inverters of w and of v: M + N more amplifiers, whose
  /// lag
  /// can keep the loop from settling. Find out by is_stable.
  inverters,
  /// Both copies' second array ends at the amplifiers' other inputs, both inputs loaded to the same total by
  /// resistors to ground. No inverters. With D = diag(D1, D2), D K + K^T D = 2 diag(g_f I, 0) + 2 D / A0 >=
  /// 0:
  /// stable for every X of full column rank.
  differential
};

/// The cells of one copy, siemens; the other one is alike.
struct ginv_cells {
  Eigen::MatrixXd plus;     ///< M x N, M >= N
  Eigen::MatrixXd minus;    ///< M x N, or 0 x 0: no entry of X is negative
  double feedback_siemens;  ///< g_f
  ginv_signs signs = ginv_signs::differential;
};

/// Inputs: the currents i (M, amperes), the offsets of the M and of the N amplifiers, and with `inverters`
/// and a second array those of the inverters of v (M) and w (N). Outputs: w. Without inverters
///     w = -[X^T (g_f + D1/A0)^-1 X + D2/A0]^-1 X^T (g_f + D1/A0)^-1 i,
/// D1 and D2 what loads an input of the M and of the N amplifiers: row sums of |X| + g_f and column sums of
/// |X| with `inverters`, the larger of the two inputs' sums with `differential`, and the input conductance.
/// X copies may differ by programming: `second` is the one that v drives (empty: equal to the first one).
/// Output resistances and row capacitances are not in this circuit. Allocates.
closed_loop ginv_loop(const ginv_cells& cells, const inv_amplifiers& amps,
                      const ginv_cells* second = nullptr);

}  // namespace mho::analog
