/// \file
/// Matrix-vector products in open loop: cells between driven inputs and transimpedance amplifiers.
#pragma once

#include "analog/dynamics.hpp"

namespace mho::analog {

/// The cells, siemens: input i drives row i, column j ends at amplifier j, I_j = sum_i G_ij V_i.
struct mvm_cells {
  Eigen::MatrixXd plus;     ///< inputs x columns
  Eigen::MatrixXd minus;    ///< the same, or 0 x 0; differential columns with amplifiers of their own
  double feedback_siemens;  ///< of every amplifier
};

/// Inputs: the voltages V of the rows, then the offsets of the amplifiers of `plus`, then of those of
/// `minus`. Outputs: one a column, the difference of a pair's two amplifiers; -sum_i G_ij V_i / feedback if
/// all is ideal. With finite gain, D_j = sum_i G_ij + g_f + 1 / R_in and no output resistance
///     (g_f + D_j / A0) v_j = -sum_i G_ij V_i + D_j V_os,j,
/// and column j decays as exp(-omega (g_f / D_j + 1 / A0) t): always stable. Allocates.
closed_loop mvm_loop(const mvm_cells& cells, const opamp& amp);

}  // namespace mho::analog
