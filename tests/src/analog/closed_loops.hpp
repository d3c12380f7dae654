/// \file
/// What the tests of closed-loop circuits share: random matrices and their cells, and Kirchhoff's laws
/// written component by component, as a netlist, which knows nothing of the equations under test.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "analog/inv_circuit.hpp"
#include "src/reference/algebra.hpp"

namespace mho::test {

Eigen::MatrixXd normal_matrix(Eigen::Index rows, Eigen::Index columns, std::uint64_t number);
Eigen::VectorXd normal_vector(Eigen::Index n, std::uint64_t number);

/// X X^T / degrees with X n x degrees normal.
Eigen::MatrixXd wishart(Eigen::Index n, Eigen::Index degrees, std::uint64_t number);

/// G = gmax A / max|A|, negative entries in the second array, which is there if any is.
analog::inv_cells cells_of(const Eigen::MatrixXd& a, double gmax_siemens, double source_siemens);

/// The signed conductances that one array or two hold.
Eigen::MatrixXd signed_of(const analog::inv_cells& cells);

/// Rows and inverters of one gain and one gain-bandwidth product.
analog::inv_amplifiers amplifiers(double gain, double gain_bandwidth_hz);

/// Modified nodal analysis; node 0 is ground.
class netlist {
 public:
  int node() { return ++nodes_; }
  void conductance(int a, int b, double siemens) { resistors_.push_back({a, b, siemens}); }
  /// Volts from ground.
  void source(int at, double volt) { sources_.push_back({at, 0, 0, volt, 1}); }
  /// Into a node, out of ground.
  void current(int at, double ampere) { currents_.push_back({at, 0, ampere}); }
  /// An amplifier with its output resistance in series; input node 0 is a grounded input.
  void amplifier(int minus, int out, const analog::opamp& amp, double offset_volt, int plus = 0);
  /// The voltages of all nodes, [0] = 0.
  Eigen::VectorXd solve() const;

 private:
  struct resistor {
    int a, b;
    double siemens;
  };
  struct controlled {
    int at, minus, plus;
    double volt, lag;
  };
  int nodes_ = 0;
  std::vector<resistor> resistors_, currents_;
  std::vector<controlled> sources_;
};

/// The inversion circuit built of its components; u, o, w stacked.
Eigen::VectorXd inv_by_components(const analog::inv_cells& cells, const analog::inv_amplifiers& amps,
                                  const Eigen::VectorXd& source, const Eigen::VectorXd& offset,
                                  const Eigen::VectorXd& inverter_offset);

}  // namespace mho::test
