#include "analog/programmed_circuit.hpp"

#include <Eigen/LU>
#include <cmath>

namespace mho::analog {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// [[cells + diagonal I, bias j], [j^T, 1]] in level steps; without a bias, the array alone.
MatrixXd nodes_of(const leaf_record& array) {
  const auto n = static_cast<Index>(array.n);
  const double diagonal = array.map.diagonal / array.map.step, bias = array.map.bias / array.map.step;
  MatrixXd nodes = MatrixXd::Ones(n + 1, n + 1);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      nodes(i, j) = array.cells[static_cast<std::size_t>(i * n + j)] + (i == j ? diagonal : 0);
  nodes.col(n).head(n).setConstant(bias);
  if (bias > 0) return nodes;
  return nodes.topLeftCorner(n, n);
}

}  // namespace

result<programmed_circuit> driven_circuit(const leaf_record& array, const parameters& p,
                                          std::span<const double> b) {
  if (b.size() != array.n)
    return {error::bad_shape, "the array has " + std::to_string(array.n) + " rows, the right-hand side " +
                                  std::to_string(b.size()) + " entries"};
  const MatrixXd nodes = nodes_of(array);
  const auto rows = static_cast<std::size_t>(nodes.rows());
  VectorXd drive = VectorXd::Zero(nodes.rows());
  for (std::size_t i = 0; i < array.n; ++i) drive(static_cast<Index>(i)) = b[i];

  // v = -g0 G^-1 V_in with G = level_step B; x = B^-1 b / step.
  const double largest = nodes.partialPivLu().solve(drive).cwiseAbs().maxCoeff();
  const double volt_per_step = largest > 0 && std::isfinite(largest) ? p.circuit.clamp_volt / largest : 1;
  programmed_circuit out;
  out.unknowns = array.n;
  out.arrays = array.seen;
  out.volt_per_unit = volt_per_step * array.map.step;
  out.siemens_per_unit = level_step_siemens / array.map.step;
  inv_instance& c = out.instance;
  c.n = rows;
  for (Index i = 0; i < nodes.rows(); ++i)
    for (Index j = 0; j < nodes.rows(); ++j) c.plus_siemens.push_back(level_step_siemens * nodes(i, j));
  c.source_siemens.assign(rows, p.circuit.source_siemens);
  const double input_volt = -volt_per_step * level_step_siemens / p.circuit.source_siemens;
  for (Index i = 0; i < nodes.rows(); ++i) c.input_volt.push_back(drive(i) == 0 ? 0 : input_volt * drive(i));
  if (p.circuit.offset_volt > 0)
    c.offset_volt.assign(array.offset_volt.begin(),
                         array.offset_volt.begin() + static_cast<std::ptrdiff_t>(rows));
  c.wire_ohm = p.array.wire_ohm;
  c.row_capacitance_farad = p.circuit.row_capacitance_farad;
  c.amplifier = {p.circuit.open_loop_gain, p.circuit.gain_bandwidth_hz, p.circuit.input_resistance_ohm,
                 p.circuit.output_resistance_ohm, p.circuit.saturates ? p.circuit.clamp_volt : infinite};
  return out;
}

}  // namespace mho::analog
