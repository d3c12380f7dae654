#include "analog/inv_circuit.hpp"

#include "analog/dense_algebra.hpp"

namespace mho::analog {

Eigen::VectorXd inv_inputs(const terminal_conductance& net, const Eigen::VectorXd& source_volt,
                           const Eigen::VectorXd& offset_volt, const Eigen::VectorXd& inverter_offset_volt) {
  const Eigen::Index n = net.n;
  Eigen::VectorXd inputs = Eigen::VectorXd::Zero((net.two_arrays ? 3 : 2) * n);
  if (source_volt.size() > 0) inputs.head(n) = source_volt;
  if (offset_volt.size() > 0) inputs.segment(n, n) = offset_volt;
  if (net.two_arrays && inverter_offset_volt.size() > 0) inputs.tail(n) = inverter_offset_volt;
  return inputs;
}

std::optional<inv_steady_state> steady_state(const terminal_conductance& net, const inv_amplifiers& amps) {
  const Eigen::Index n = net.n, m = net.two_arrays ? n : 0;
  // Unknowns: o, w, and the internal voltages b, c of rows and inverters. The inputs follow from those:
  // u = V_os - b / A0, y = V_os,inv - c / A0, so that infinite gain needs no case of its own.
  const Eigen::Index o = 0, w = n, b = n + m, c = 2 * n + m, unknowns = 2 * (n + m);
  const Eigen::Index source = 0, offset = n, inverter_offset = 2 * n, inputs = 2 * n + m;
  const double lag = 1 / amps.row.open_loop_gain, inverter_lag = 1 / amps.inverter.open_loop_gain;
  const double output = amps.row.output_resistance_ohm, inverter_output = amps.inverter.output_resistance_ohm;
  const double load = net.two_arrays ? 1 / amps.inverter_ohm : 0;  // of an output by an inverter's resistor
  const double inverter_sum = 2 + amps.inverter_ohm / amps.inverter.input_resistance_ohm;
  const auto y = [&](Eigen::Index row, Eigen::Index column) { return net.y.block(row, column, n, n); };
  const Eigen::Index at_u = net.rows(), at_o = net.outputs(), at_w = net.inverted(), at_s = net.sources();

  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(unknowns, unknowns);
  Eigen::MatrixXd f = Eigen::MatrixXd::Zero(unknowns, inputs);
  // Currents into u, over its conductance to everything.
  Eigen::MatrixXd uu = y(at_u, at_u);
  uu.diagonal().array() += 1 / amps.row.input_resistance_ohm;
  const Eigen::VectorXd scale = uu.diagonal().cwiseInverse();
  a.block(0, o, n, n) = scale.asDiagonal() * y(at_u, at_o);
  a.block(0, b, n, n) = -lag * (scale.asDiagonal() * uu);
  f.block(0, source, n, n) = -(scale.asDiagonal() * y(at_u, at_s));
  f.block(0, offset, n, n) = -(scale.asDiagonal() * uu);
  // Currents into o, times the output resistance: o = b without one.
  a.block(n, o, n, n) = output * y(at_o, at_o);
  a.block(n, o, n, n).diagonal().array() += 1 + output * load;
  a.block(n, b, n, n) = -output * lag * y(at_o, at_u);
  a.block(n, b, n, n).diagonal().array() -= 1;
  f.block(n, source, n, n) = -output * y(at_o, at_s);
  f.block(n, offset, n, n) = -output * y(at_o, at_u);
  if (net.two_arrays) {
    a.block(0, w, n, n) = scale.asDiagonal() * y(at_u, at_w);
    a.block(n, w, n, n) = output * y(at_o, at_w);
    a.block(n, c, n, n).diagonal().array() += output * load * inverter_lag;
    f.block(n, inverter_offset, n, n).diagonal().array() += output * load;
    // Currents into w.
    a.block(2 * n, o, n, n) = inverter_output * y(at_w, at_o);
    a.block(2 * n, w, n, n) = inverter_output * y(at_w, at_w);
    a.block(2 * n, w, n, n).diagonal().array() += 1 + inverter_output * load;
    a.block(2 * n, b, n, n) = -inverter_output * lag * y(at_w, at_u);
    a.block(2 * n, c, n, n).diagonal().array() += inverter_output * load * inverter_lag - 1;
    f.block(2 * n, source, n, n) = -inverter_output * y(at_w, at_s);
    f.block(2 * n, offset, n, n) = -inverter_output * y(at_w, at_u);
    f.block(2 * n, inverter_offset, n, n).diagonal().array() += inverter_output * load;
    // Currents into y, times the inverter's resistor.
    a.block(3 * n, o, n, n).diagonal().array() += 1;
    a.block(3 * n, w, n, n).diagonal().array() += 1;
    a.block(3 * n, c, n, n).diagonal().array() += inverter_sum * inverter_lag;
    f.block(3 * n, inverter_offset, n, n).diagonal().array() += inverter_sum;
  }
  const Eigen::MatrixXd solved = solve(a, f);
  if (!solved.allFinite()) return std::nullopt;
  inv_steady_state result;
  result.n = n;
  result.terminals.resize(2 * n + m, inputs);
  result.terminals.topRows(n) = -lag * solved.middleRows(b, n);
  result.terminals.block(0, offset, n, n).diagonal().array() += 1;
  result.terminals.bottomRows(n + m) = solved.topRows(n + m);
  return result;
}

double network_power_watt(const terminal_conductance& net, const Eigen::VectorXd& terminal_volt) {
  return terminal_volt.dot(net.y * terminal_volt);
}

}  // namespace mho::analog
