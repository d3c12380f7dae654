#include "analog/programmed_circuit.hpp"

#include <cmath>

#include "analog/dense_algebra.hpp"

namespace mho::analog {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::vector<double> row_major(const MatrixXd& m) {
  std::vector<double> out;
  for (Index i = 0; i < m.rows(); ++i)
    for (Index j = 0; j < m.cols(); ++j) out.push_back(m(i, j));
  return out;
}

}  // namespace

result<programmed_circuit> driven_circuit(const leaf_record& record, const parameters& p,
                                          std::span<const double> b) {
  const held_array& array = record.array;
  if (b.size() != array.n)
    return {error::bad_shape, "the array has " + std::to_string(array.n) + " rows, the right-hand side " +
                                  std::to_string(b.size()) + " entries"};
  const double step_siemens = p.device.step_siemens();
  const inv_cells cells = cells_of(array, p);
  const auto rows = static_cast<std::size_t>(cells.plus.rows());
  VectorXd drive = VectorXd::Zero(cells.plus.rows());
  for (std::size_t i = 0; i < array.n; ++i) drive(static_cast<Index>(i)) = b[i];
  // v = -g0 G^-1 V_in with G = level_step B; x = B^-1 b / step.
  MatrixXd nodes = cells.plus / step_siemens;
  if (cells.apart.size() > 0) nodes += cells.apart / step_siemens;
  if (array.minus != nullptr) nodes -= cells.minus / step_siemens;
  const double full_scale = p.circuit.clamp_volt * (p.circuit.saturates ? p.circuit.clamp_fill : 1);
  const double largest = real_factors(nodes).solve(drive).cwiseAbs().maxCoeff();
  const double volt_per_step = largest > 0 && std::isfinite(largest) ? full_scale / largest : 1;
  programmed_circuit out;
  out.unknowns = array.n;
  out.arrays = record.seen;
  out.volt_per_unit = volt_per_step * array.map.step;
  out.siemens_per_unit = step_siemens / array.map.step;
  inv_instance& c = out.instance;
  c.n = rows;
  c.plus_siemens = row_major(cells.plus);
  c.minus_siemens = row_major(cells.minus);
  c.apart_siemens = row_major(cells.apart);
  c.source_siemens.assign(rows, p.circuit.source_siemens);
  const double input_volt = -volt_per_step * step_siemens / p.circuit.source_siemens;
  for (Index i = 0; i < drive.size(); ++i) c.input_volt.push_back(drive(i) == 0 ? 0 : input_volt * drive(i));
  if (p.circuit.offset_volt > 0) c.offset_volt.assign(array.offset_volt, array.offset_volt + rows);
  if (p.circuit.offset_volt > 0 && array.minus != nullptr)
    c.inverter_offset_volt.assign(array.inverter_offset_volt, array.inverter_offset_volt + rows);
  c.wire_ohm = p.array.wire_ohm;
  c.row_capacitance_farad = p.circuit.row_capacitance_farad;
  c.amplifier = {p.circuit.open_loop_gain,
                 p.circuit.gain_bandwidth_hz,
                 p.circuit.input_resistance_ohm,
                 p.circuit.output_resistance_ohm,
                 p.circuit.saturates ? p.circuit.clamp_volt : infinite,
                 p.circuit.slew_volt_per_s};
  c.inverter = c.amplifier;
  c.inverter_ohm = p.circuit.inverter_ohm;
  return out;
}

}  // namespace mho::analog
