#include "analog/dynamics.hpp"

#include <cmath>
#include <limits>
#include <vector>

namespace mho::analog {

closed_loop inv_loop(const terminal_conductance& net, const inv_amplifiers& amps) {
  const Eigen::Index n = net.n, m = net.two_arrays ? n : 0;
  const bool slow_rows = amps.row_capacitance_farad > 0;
  // States b, c, (u); inputs s, V_os, (V_os,inv); nodes u, o, w, y in terms of states and sources.
  const Eigen::Index b = 0, c = n, u_state = n + m, states = n + m + (slow_rows ? n : 0);
  const Eigen::Index u = 0, o = n, w = 2 * n, y_node = 3 * n, nodes = 2 * (n + m);
  const auto y = [&](Eigen::Index row, Eigen::Index column) { return net.y.block(row, column, n, n); };
  const Eigen::Index at_u = net.rows(), at_o = net.outputs(), at_w = net.inverted(), at_s = net.sources();
  const double output = amps.row.output_resistance_ohm, inverter_output = amps.inverter.output_resistance_ohm;
  const double load = net.two_arrays ? 1 / amps.inverter_ohm : 0;
  const double inverter_sum = 2 + amps.inverter_ohm / amps.inverter.input_resistance_ohm;
  Eigen::MatrixXd uu = y(at_u, at_u);
  uu.diagonal().array() += 1 / amps.row.input_resistance_ohm;
  const Eigen::VectorXd scale = uu.diagonal().cwiseInverse();

  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(nodes, nodes);
  Eigen::MatrixXd f = Eigen::MatrixXd::Zero(nodes, states + n);  // of the states, then of the sources
  if (slow_rows) {
    a.block(u, u, n, n).setIdentity();
    f.block(u, u_state, n, n).setIdentity();
  } else {
    a.block(u, u, n, n) = scale.asDiagonal() * uu;
    a.block(u, o, n, n) = scale.asDiagonal() * y(at_u, at_o);
    if (net.two_arrays) a.block(u, w, n, n) = scale.asDiagonal() * y(at_u, at_w);
    f.block(u, states, n, n) = -(scale.asDiagonal() * y(at_u, at_s));
  }
  a.block(o, u, n, n) = output * y(at_o, at_u);
  a.block(o, o, n, n) = output * y(at_o, at_o);
  a.block(o, o, n, n).diagonal().array() += 1 + output * load;
  f.block(o, b, n, n).setIdentity();
  f.block(o, states, n, n) = -output * y(at_o, at_s);
  if (net.two_arrays) {
    a.block(o, w, n, n) = output * y(at_o, at_w);
    a.block(o, y_node, n, n).diagonal().array() -= output * load;
    a.block(w, u, n, n) = inverter_output * y(at_w, at_u);
    a.block(w, o, n, n) = inverter_output * y(at_w, at_o);
    a.block(w, w, n, n) = inverter_output * y(at_w, at_w);
    a.block(w, w, n, n).diagonal().array() += 1 + inverter_output * load;
    a.block(w, y_node, n, n).diagonal().array() -= inverter_output * load;
    f.block(w, c, n, n).setIdentity();
    f.block(w, states, n, n) = -inverter_output * y(at_w, at_s);
    a.block(y_node, o, n, n).diagonal().array() -= 1 / inverter_sum;
    a.block(y_node, w, n, n).diagonal().array() -= 1 / inverter_sum;
    a.block(y_node, y_node, n, n).setIdentity();
  }
  const Eigen::MatrixXd node = solve(a, f);

  closed_loop loop;
  loop.omega = 2 * M_PI * amps.row.gain_bandwidth_hz;
  loop.k = Eigen::MatrixXd::Zero(states, states);
  loop.drive = Eigen::MatrixXd::Zero(states, 2 * n + m);
  loop.amplifiers = n + m;
  loop.lag = Eigen::VectorXd::Zero(states);
  loop.lag.segment(b, n).setConstant(1 / amps.row.open_loop_gain);
  // omega (V_os - u - b / A0) is b'; likewise the inverters at their own speed.
  loop.k.middleRows(b, n) = node.block(u, 0, n, states);
  loop.drive.block(b, 0, n, n) = node.block(u, states, n, n);
  loop.drive.block(b, n, n, n).diagonal().array() -= 1;
  if (net.two_arrays) {
    const double speed = amps.inverter.gain_bandwidth_hz / amps.row.gain_bandwidth_hz;
    loop.k.middleRows(c, n) = speed * node.block(y_node, 0, n, states);
    loop.lag.segment(c, n).setConstant(speed / amps.inverter.open_loop_gain);
    loop.drive.block(c, 0, n, n) = speed * node.block(y_node, states, n, n);
    loop.drive.block(c, 2 * n, n, n).diagonal().array() -= speed;
  }
  if (slow_rows) {
    // C u' is minus the current out of u.
    Eigen::MatrixXd current =
        product(uu, node.middleRows(u, n)) + product(y(at_u, at_o), node.middleRows(o, n));
    if (net.two_arrays) current += product(y(at_u, at_w), node.middleRows(w, n));
    current.rightCols(n) += y(at_u, at_s);
    current /= amps.row_capacitance_farad * loop.omega;
    loop.k.middleRows(u_state, n) = current.leftCols(states);
    loop.drive.block(u_state, 0, n, n) = current.rightCols(n);
  }
  loop.k.diagonal() += loop.lag;
  loop.output = node.block(o, 0, n, states);
  loop.feedthrough = Eigen::MatrixXd::Zero(n, 2 * n + m);
  loop.feedthrough.leftCols(n) = node.block(o, states, n, n);
  return loop;
}

Eigen::MatrixXd rest_map(const closed_loop& loop) {
  return loop.feedthrough - product(loop.output, solve(loop.k, loop.drive));
}

closed_loop with_fast_state(const closed_loop& loop, Eigen::Index index) {
  // Its equation at rest, k_i x + drive_i f = 0, gives its state in terms of the others.
  const Eigen::Index states = loop.k.rows();
  std::vector<Eigen::Index> rest;
  for (Eigen::Index i = 0; i < states; ++i)
    if (i != index) rest.push_back(i);
  const double pivot = loop.k(index, index);
  const Eigen::RowVectorXd follow = -loop.k.row(index)(rest) / pivot;
  const Eigen::RowVectorXd driven = -loop.drive.row(index) / pivot;
  closed_loop fast;
  fast.omega = loop.omega;
  fast.k = loop.k(rest, rest) + loop.k.col(index)(rest) * follow;
  fast.drive = loop.drive(rest, Eigen::all) + loop.k.col(index)(rest) * driven;
  fast.output = loop.output(Eigen::all, rest) + loop.output.col(index) * follow;
  fast.feedthrough = loop.feedthrough + loop.output.col(index) * driven;
  return fast;
}

double slowest_mode(const closed_loop& loop) {
  if (!loop.k.allFinite()) return -std::numeric_limits<double>::infinity();
  return eigenvalues(loop.k).real().minCoeff();
}

bool is_stable(const closed_loop& loop) {
  // The eigenvalues that come out are those of a matrix within a few eps |K| of K (backward stability).
  const double rounding = static_cast<double>(loop.k.rows()) * std::numeric_limits<double>::epsilon();
  return slowest_mode(loop) > rounding * loop.k.norm();
}

double settling_estimate_s(const closed_loop& loop, double epsilon) {
  if (!is_stable(loop)) return std::numeric_limits<double>::infinity();
  return std::log(1 / epsilon) / (loop.omega * slowest_mode(loop));
}

Eigen::MatrixXd matrix_exponential(const Eigen::MatrixXd& a) {
  constexpr double theta = 5.371920351148152;  // of order 13 in double (Higham 2005, table 2.3)
  constexpr double c[] = {64764752532480000,
                          32382376266240000,
                          7771770303897600,
                          1187353796428800,
                          129060195264000,
                          10559470521600,
                          670442572800,
                          33522128640,
                          1323241920,
                          40840800,
                          960960,
                          16380,
                          182,
                          1};
  const double norm = a.cwiseAbs().colwise().sum().maxCoeff();
  const int squarings = norm > theta ? static_cast<int>(std::ceil(std::log2(norm / theta))) : 0;
  const Eigen::MatrixXd s = a * std::ldexp(1.0, -squarings);
  const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(a.rows(), a.cols());
  const Eigen::MatrixXd s2 = product(s, s), s4 = product(s2, s2), s6 = product(s4, s2);
  const Eigen::MatrixXd odd = product(
      s, product(s6, c[13] * s6 + c[11] * s4 + c[9] * s2) + c[7] * s6 + c[5] * s4 + c[3] * s2 + c[1] * one);
  const Eigen::MatrixXd even =
      product(s6, c[12] * s6 + c[10] * s4 + c[8] * s2) + c[6] * s6 + c[4] * s4 + c[2] * s2 + c[0] * one;
  Eigen::MatrixXd result = solve(even - odd, even + odd);
  for (int i = 0; i < squarings; ++i) result = product(result, result);
  return result;
}

}  // namespace mho::analog
