#include "analog/mvm_circuit.hpp"

#include <cmath>

namespace mho::analog {
namespace {

// The amplifiers `first` .. of the columns of g; their outputs count `sign` times.
void add_columns(const Eigen::MatrixXd& g, double feedback, const opamp& amp, Eigen::Index first, double sign,
                 closed_loop& loop) {
  const Eigen::Index inputs = g.rows();
  // Behind an output resistance R: v = (b + R g_f q) / (1 + R g_f), q the column's end.
  const double divider = 1 / (1 + amp.output_resistance_ohm * feedback);
  for (Eigen::Index j = 0; j < g.cols(); ++j) {
    const Eigen::Index state = first + j;
    const double through = feedback * divider;  // of the feedback and the output resistance in series
    const double seen = g.col(j).sum() + 1 / amp.input_resistance_ohm + through;
    loop.lag(state) = 1 / amp.open_loop_gain;
    loop.k(state, state) = through / seen + loop.lag(state);
    loop.drive.row(state).head(inputs) = g.col(j).transpose() / seen;
    loop.drive(state, inputs + state) = -1;
    const double lift = sign * amp.output_resistance_ohm * through / seen;  // of q in v
    loop.output(j, state) = sign * divider + lift * through;
    loop.feedthrough.row(j).head(inputs) += lift * g.col(j).transpose();
  }
}

}  // namespace

closed_loop mvm_loop(const mvm_cells& cells, const opamp& amp) {
  const Eigen::Index inputs = cells.plus.rows(), columns = cells.plus.cols();
  const bool pair = cells.minus.size() > 0;
  const Eigen::Index states = pair ? 2 * columns : columns;
  closed_loop loop;
  loop.omega = 2 * M_PI * amp.gain_bandwidth_hz;
  loop.k = Eigen::MatrixXd::Zero(states, states);
  loop.drive = Eigen::MatrixXd::Zero(states, inputs + states);
  loop.output = Eigen::MatrixXd::Zero(columns, states);
  loop.feedthrough = Eigen::MatrixXd::Zero(columns, inputs + states);
  loop.amplifiers = states;
  loop.lag = Eigen::VectorXd::Zero(states);
  add_columns(cells.plus, cells.feedback_siemens, amp, 0, 1, loop);
  if (pair) add_columns(cells.minus, cells.feedback_siemens, amp, columns, -1, loop);
  return loop;
}

}  // namespace mho::analog
