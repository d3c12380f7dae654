/// \file
/// The resistive network of a closed-loop inversion: one or two arrays of cells between the op-amps'
/// inverting inputs and their outputs, seen from its terminals.
#pragma once

#include <Eigen/Core>

namespace mho::analog {

/// The cells and what feeds them, siemens.
///
/// Row i ends at the inverting input u_i; column j of `plus` is driven by the op-amp output o_j, column j of
/// `minus` by its inverter's output w_j; the source s_i enters row i at its far end through `source`(i).
/// The mapping with a bias column has n + 1 rows, [[Ap + n I, m j], [j^T, 1]]: Ap in the array, and n I, the
/// bias column (unless it is programmed) and the bias row of resistors apart.
struct inv_cells {
  Eigen::MatrixXd plus;    ///< n x n
  Eigen::MatrixXd minus;   ///< n x n, or 0 x 0: one array
  Eigen::VectorXd source;  ///< n: g0 of each row
  /// Of each segment between neighbouring cells, and from the last cell to its terminal.
  double wire_ohm = 0;
  /// n x n, or 0 x 0: resistors of their own from o_j straight to u_i, without wires.
  Eigen::MatrixXd apart{};
};

/// The conductance matrix of that network between its terminals u, o, w (two arrays only), s, in this order:
/// the currents that flow into the network are Y times the terminals' voltages. Exact; symmetric.
struct terminal_conductance {
  Eigen::Index n = 0;
  bool two_arrays = false;
  Eigen::MatrixXd y;  ///< 3 n or 4 n square

  Eigen::Index rows() const { return 0; }
  Eigen::Index outputs() const { return n; }
  Eigen::Index inverted() const { return 2 * n; }  ///< of two arrays only
  Eigen::Index sources() const { return two_arrays ? 3 * n : 2 * n; }
};

/// Of cells without wires, by inspection: no branch but those of `cells`. `wire_ohm` is not looked at.
/// Allocates.
terminal_conductance connect(const inv_cells& cells);

/// Adds the resistors apart to a network that lacks them.
void add_apart(const inv_cells& cells, terminal_conductance& net);

}  // namespace mho::analog
