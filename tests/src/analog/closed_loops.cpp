#include "src/analog/closed_loops.hpp"

#include <mho/random.hpp>

namespace mho::test {

Eigen::MatrixXd normal_matrix(Eigen::Index rows, Eigen::Index columns, std::uint64_t number) {
  random_stream random(20252, 0, number, 10);
  Eigen::MatrixXd a(rows, columns);
  for (Eigen::Index j = 0; j < columns; ++j)
    for (Eigen::Index i = 0; i < rows; ++i) a(i, j) = static_cast<double>(random.normal());
  return a;
}

Eigen::VectorXd normal_vector(Eigen::Index n, std::uint64_t number) {
  return normal_matrix(n, 1, 1000000 + number);
}

Eigen::MatrixXd wishart(Eigen::Index n, Eigen::Index degrees, std::uint64_t number) {
  const Eigen::MatrixXd x = normal_matrix(n, degrees, number);
  return product(x, x.transpose()) / static_cast<double>(degrees);
}

analog::inv_cells cells_of(const Eigen::MatrixXd& a, double gmax_siemens, double source_siemens) {
  analog::inv_cells cells;
  const Eigen::MatrixXd g = gmax_siemens / a.cwiseAbs().maxCoeff() * a;
  cells.plus = g.cwiseMax(0);
  if ((g.array() < 0).any()) cells.minus = (-g).cwiseMax(0);
  cells.source = Eigen::VectorXd::Constant(a.rows(), source_siemens);
  return cells;
}

Eigen::MatrixXd signed_of(const analog::inv_cells& cells) {
  return cells.minus.size() > 0 ? Eigen::MatrixXd(cells.plus - cells.minus) : cells.plus;
}

analog::inv_amplifiers amplifiers(double gain, double gain_bandwidth_hz) {
  analog::inv_amplifiers amps;
  amps.row.open_loop_gain = amps.inverter.open_loop_gain = gain;
  amps.row.gain_bandwidth_hz = amps.inverter.gain_bandwidth_hz = gain_bandwidth_hz;
  return amps;
}

void netlist::amplifier(int minus, int out, const analog::opamp& amp, double offset_volt, int plus) {
  conductance(minus, 0, 1 / amp.input_resistance_ohm);
  conductance(plus, 0, 1 / amp.input_resistance_ohm);
  int inner = out;
  if (amp.output_resistance_ohm > 0) {
    inner = node();
    conductance(inner, out, 1 / amp.output_resistance_ohm);
  }
  // v_inner / A0 + v_minus - v_plus = V_os
  sources_.push_back({inner, minus, plus, offset_volt, 1 / amp.open_loop_gain});
}

Eigen::VectorXd netlist::solve() const {
  const auto sources = static_cast<Eigen::Index>(sources_.size());
  const Eigen::Index size = nodes_ + sources;
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(size + 1, size + 1);  // row and column 0: ground, cut off below
  Eigen::VectorXd f = Eigen::VectorXd::Zero(size + 1);
  constexpr double unit = 1e-4;  // siemens: rows of about one
  for (const resistor& r : resistors_) {
    a(r.a, r.a) += r.siemens / unit;
    a(r.b, r.b) += r.siemens / unit;
    a(r.a, r.b) -= r.siemens / unit;
    a(r.b, r.a) -= r.siemens / unit;
  }
  for (const resistor& i : currents_) f(i.a) += i.siemens / unit;
  for (Eigen::Index k = 0; k < sources; ++k) {
    const controlled& c = sources_[static_cast<std::size_t>(k)];
    const Eigen::Index row = nodes_ + 1 + k;
    a(c.at, row) += 1;
    a(row, c.at) += c.lag;
    a(row, c.minus) += 1;
    a(row, c.plus) -= 1;
    f(row) = c.volt;
  }
  Eigen::VectorXd v = Eigen::VectorXd::Zero(size + 1);
  v.tail(size) = solution(a.bottomRightCorner(size, size), f.tail(size));
  return v.head(nodes_ + 1);
}

Eigen::VectorXd inv_by_components(const analog::inv_cells& cells, const analog::inv_amplifiers& amps,
                                  const Eigen::VectorXd& source, const Eigen::VectorXd& offset,
                                  const Eigen::VectorXd& inverter_offset) {
  const Eigen::Index n = cells.plus.rows();
  const bool two = cells.minus.size() > 0;
  netlist net;
  std::vector<int> u, o, w;
  for (Eigen::Index i = 0; i < n; ++i) {
    u.push_back(net.node());
    o.push_back(net.node());
    if (two) w.push_back(net.node());
  }
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const int s = net.node();
    net.source(s, source(i));
    net.conductance(s, u[k], cells.source(i));
    net.amplifier(u[k], o[k], amps.row, offset(i));
    for (Eigen::Index j = 0; j < n; ++j) {
      net.conductance(u[k], o[static_cast<std::size_t>(j)], cells.plus(i, j));
      if (two) net.conductance(u[k], w[static_cast<std::size_t>(j)], cells.minus(i, j));
    }
    if (two) {
      const int y = net.node();
      net.conductance(o[k], y, 1 / amps.inverter_ohm);
      net.conductance(w[k], y, 1 / amps.inverter_ohm);
      net.amplifier(y, w[k], amps.inverter, inverter_offset(i));
    }
  }
  const Eigen::VectorXd all = net.solve();
  Eigen::VectorXd v((two ? 3 : 2) * n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto k = static_cast<std::size_t>(i);
    v(i) = all(u[k]);
    v(n + i) = all(o[k]);
    if (two) v(2 * n + i) = all(w[k]);
  }
  return v;
}

}  // namespace mho::test
