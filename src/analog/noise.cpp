#include "analog/noise.hpp"

#include <vector>

namespace mho::analog {
namespace {

// The conductance matrix of the nodes that no amplifier holds, in the order u, then y, o, w as far as they
// float, and the rest of them grounded.
Eigen::MatrixXd floating_conductance(const terminal_conductance& net, const inv_amplifiers& amps) {
  const Eigen::Index n = net.n;
  const double output = amps.row.output_resistance_ohm, inverter_output = amps.inverter.output_resistance_ohm;
  // Everything: terminals u, o, (w), then (y); the sources are grounded.
  const Eigen::Index at_y = net.sources(), nodes = at_y + (net.two_arrays ? n : 0);
  Eigen::MatrixXd all = Eigen::MatrixXd::Zero(nodes, nodes);
  all.topLeftCorner(at_y, at_y) = net.y.topLeftCorner(at_y, at_y);
  all.diagonal().head(n).array() += 1 / amps.row.input_resistance_ohm;
  if (net.two_arrays) {
    const double g = 1 / amps.inverter_ohm;
    all.diagonal().segment(at_y, n).array() += 2 * g + 1 / amps.inverter.input_resistance_ohm;
    for (const Eigen::Index at : {net.outputs(), net.inverted()}) {
      all.diagonal().segment(at, n).array() += g;
      all.block(at, at_y, n, n).diagonal().array() -= g;
      all.block(at_y, at, n, n).diagonal().array() -= g;
    }
  }
  std::vector<Eigen::Index> floating;
  const auto add = [&](Eigen::Index from) {
    for (Eigen::Index i = 0; i < n; ++i) floating.push_back(from + i);
  };
  add(net.rows());
  if (net.two_arrays) add(at_y);
  if (output > 0) {
    all.diagonal().segment(net.outputs(), n).array() += 1 / output;
    add(net.outputs());
  }
  if (net.two_arrays && inverter_output > 0) {
    all.diagonal().segment(net.inverted(), n).array() += 1 / inverter_output;
    add(net.inverted());
  }
  return all(floating, floating);
}

}  // namespace

Eigen::MatrixXd stationary_covariance(const closed_loop& loop, const Eigen::MatrixXd& intensity) {
  return solve_lyapunov(loop.k, intensity / loop.omega);
}

Eigen::MatrixXd output_noise(const terminal_conductance& net, const inv_amplifiers& amps,
                             const closed_loop& loop, double temperature_kelvin) {
  const Eigen::Index n = net.n, m = net.two_arrays ? n : 0, states = loop.k.rows();
  const double density = 2 * boltzmann_joule_per_kelvin * temperature_kelvin;  // V^2 / Hz per ohm, two-sided
  const Eigen::MatrixXd g = floating_conductance(net, amps);
  const double speed = loop.omega * amps.inverter.gain_bandwidth_hz / amps.row.gain_bandwidth_hz;
  Eigen::VectorXd rate(n + m);  // b' = -omega u, c' = -speed y
  rate.head(n).setConstant(loop.omega);
  if (net.two_arrays) rate.tail(m).setConstant(speed);
  Eigen::MatrixXd intensity = Eigen::MatrixXd::Zero(states, states);
  if (amps.row_capacitance_farad > 0) {
    // The inputs u are states. Their capacitors see the Norton current of everything else, density times the
    // conductance that is left with all other nodes floating; those nodes' own noise is independent of it.
    const Eigen::Index rest = g.rows() - n;
    Eigen::MatrixXd seen = g.topLeftCorner(n, n);
    if (rest > 0) {
      const Eigen::MatrixXd others = inverse(g.bottomRightCorner(rest, rest));
      seen -= product(g.topRightCorner(n, rest), others, g.bottomLeftCorner(rest, n));
      intensity.block(n, n, m, m) = density * speed * speed * others.topLeftCorner(m, m);
    }
    const double c = amps.row_capacitance_farad;
    intensity.bottomRightCorner(n, n) = density / (c * c) * seen;
  } else {
    const Eigen::MatrixXd resistance = inverse(g);
    intensity = density * (rate.asDiagonal() * resistance.topLeftCorner(n + m, n + m) * rate.asDiagonal());
  }
  const Eigen::MatrixXd p = stationary_covariance(loop, intensity);
  return product(loop.output, p, loop.output.transpose());
}

}  // namespace mho::analog
