#include "analog/ginv_circuit.hpp"

#include <cmath>

namespace mho::analog {

closed_loop ginv_loop(const ginv_cells& cells, const inv_amplifiers& amps, const ginv_cells* second) {
  const ginv_cells& other = second != nullptr ? *second : cells;
  const Eigen::Index m = cells.plus.rows(), n = cells.plus.cols();
  const bool sign = cells.minus.size() > 0;
  const bool inverters = sign && cells.signs == ginv_signs::inverters;
  const Eigen::MatrixXd none = Eigen::MatrixXd::Zero(m, n);
  const Eigen::MatrixXd& minus = sign ? cells.minus : none;
  const Eigen::MatrixXd& other_minus = sign ? other.minus : none;
  const double input = 1 / amps.row.input_resistance_ohm, g = cells.feedback_siemens;
  Eigen::VectorXd d1 = cells.plus.rowwise().sum().array() + g + input;
  Eigen::VectorXd d2 = other.plus.colwise().sum().transpose().array() + input;
  if (inverters) {
    d1 += minus.rowwise().sum();
    d2 += other_minus.colwise().sum().transpose();
  } else if (sign) {
    d1 = d1.cwiseMax((minus.rowwise().sum().array() + input).matrix());
    d2 = d2.cwiseMax((other_minus.colwise().sum().transpose().array() + input).matrix());
  }
  // States v, w, then the inverters of v and of w.
  const Eigen::Index v = 0, w = m, v_inverse = m + n, w_inverse = 2 * m + n;
  const Eigen::Index states = inverters ? 2 * (m + n) : m + n;
  closed_loop loop;
  loop.omega = 2 * M_PI * amps.row.gain_bandwidth_hz;
  loop.k = Eigen::MatrixXd::Zero(states, states);
  loop.drive = Eigen::MatrixXd::Zero(states, m + states);
  loop.output = Eigen::MatrixXd::Zero(n, states);
  loop.output.middleCols(w, n).setIdentity();
  loop.feedthrough = Eigen::MatrixXd::Zero(n, m + states);
  loop.amplifiers = states;
  loop.lag = Eigen::VectorXd::Constant(states, 1 / amps.row.open_loop_gain);
  const auto over1 = d1.cwiseInverse().asDiagonal(), over2 = d2.cwiseInverse().asDiagonal();
  loop.k.block(v, v, m, m) = g * Eigen::MatrixXd(over1);
  loop.drive.block(v, 0, m, m) = over1;
  loop.drive.rightCols(states).diagonal().setConstant(-1);
  if (inverters) {
    const double speed = amps.inverter.gain_bandwidth_hz / amps.row.gain_bandwidth_hz;
    const double inverter_sum = 2 + amps.inverter_ohm / amps.inverter.input_resistance_ohm;
    loop.k.block(v, w, m, n) = over1 * cells.plus;
    loop.k.block(v, w_inverse, m, n) = over1 * minus;
    loop.k.block(w, v, n, m) = -(over2 * other.plus.transpose());
    loop.k.block(w, v_inverse, n, m) = -(over2 * other_minus.transpose());
    for (Eigen::Index i = 0; i < m + n; ++i)
      loop.k(v_inverse + i, i) = loop.k(v_inverse + i, v_inverse + i) = speed / inverter_sum;
    loop.lag.tail(m + n).setConstant(speed / amps.inverter.open_loop_gain);
    loop.drive.rightCols(m + n).bottomRows(m + n).diagonal().setConstant(-speed);
  } else {
    loop.k.block(v, w, m, n) = over1 * (cells.plus - minus);
    loop.k.block(w, v, n, m) = -(over2 * (other.plus - other_minus).transpose());
  }
  loop.k.diagonal() += loop.lag;
  return loop;
}

}  // namespace mho::analog
