/// \file
/// Wire resistance, exactly: the resistor ladders of an array reduced to its terminals (Kron reduction).
///
/// Layout. Row i: the source s_i enters the row's first node through its conductance; a segment lies between
/// neighbouring cells; after the last cell a segment leads to the inverting input u_i. Column j: a segment
/// leads from the driver to the cell of row 0, and one from each cell to that of the next row. The cell (i,
/// j) joins a node of its row and a node of its column. Two arrays share the rows: a row passes the cells of
/// `plus`, then those of `minus`; each array has columns of its own.
///
/// Method. Every node between the terminals is eliminated by the star-mesh transformation (Rosen 1924), which
/// only adds, multiplies and divides positive numbers: each conductance comes out with a few roundings of
/// relative error, however small it is beside the wires'. The rows go one after the other, from the far end
/// of the columns to their drivers; what has been passed is a dense network between the columns' nodes and
/// the terminals met so far. That takes O(n^4) for n x n cells, needs no ordering, and no memory but the
/// square of the terminals.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "analog/network.hpp"

namespace mho::analog {

/// Reduces arrays of one size, again and again, in memory of its own: not for two threads at once.
class wire_reducer {
 public:
  /// `columns` cells a row: n, or 2 n for two arrays.
  wire_reducer(Eigen::Index rows, Eigen::Index columns);

  /// The network of an inversion with `rows` rows. Conductances and wire_ohm are finite and not negative; all
  /// of them may be zero. Does not allocate if `out` comes from an earlier call
  /// and the wires are not perfect.
  void reduce(const inv_cells& cells, terminal_conductance& out);

  /// What an open-loop array really multiplies with, rows x columns, siemens: the current into the virtual
  /// ground at the end of row i is the sum over j of effective(i, j) times the voltage at column j's driver.
  /// Its rows have no sources. Does not allocate if `effective` has its size.
  void effective_matrix(const Eigen::MatrixXd& cells, double wire_ohm, Eigen::MatrixXd& effective);

 private:
  double* line(Eigen::Index slot) { return mesh_.data() + slot * slots_; }
  void begin();
  Eigen::Index open_slot();
  void add_row(double wire_siemens, double source_siemens, Eigen::Index input, Eigen::Index source);
  void pass_columns(double wire_siemens, Eigen::Index kept);

  Eigen::Index rows_, columns_, slots_;
  Eigen::Index used_ = 0;      // slots: the columns' nodes, then the terminals met so far
  std::vector<double> mesh_;   // conductances between slots, the lower triangle without its diagonal
  std::vector<double> star_;   // from the node under elimination to the slots
  std::vector<double> cells_;  // of the row in work
};

/// The network of one instance. Allocates.
terminal_conductance reduce(const inv_cells& cells);

}  // namespace mho::analog
