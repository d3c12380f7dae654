// The one-step pseudo-inverse against least squares, its closed form, its components, and its own stability.
#include "analog/ginv_circuit.hpp"

#include <gtest/gtest.h>

#include "src/analog/closed_loops.hpp"

namespace mho::analog {
namespace {

using test::normal_matrix;
using test::normal_vector;

inv_amplifiers amplifiers(double gain) { return test::amplifiers(gain, 1e8); }

ginv_cells cells_of(const Eigen::MatrixXd& x, ginv_signs signs) {
  const Eigen::MatrixXd g = 1e-4 / x.cwiseAbs().maxCoeff() * x;
  ginv_cells cells{g.cwiseMax(0), {}, 1e-4, signs};
  if ((g.array() < 0).any()) cells.minus = (-g).cwiseMax(0);
  return cells;
}

Eigen::MatrixXd signed_of(const ginv_cells& cells) {
  return cells.minus.size() > 0 ? Eigen::MatrixXd(cells.plus - cells.minus) : cells.plus;
}

TEST(ginv_circuit, ideal_amplifiers_solve_least_squares) {
  for (std::uint64_t k = 0; k < 20; ++k)
    for (const ginv_signs signs : {ginv_signs::inverters, ginv_signs::differential}) {
      const Eigen::MatrixXd draw = normal_matrix(8, 3, k);
      const ginv_cells cells = cells_of(k % 2 == 0 ? draw : Eigen::MatrixXd(draw.cwiseAbs()), signs);
      const Eigen::MatrixXd x = signed_of(cells);
      const Eigen::MatrixXd expected = -test::pseudo_inverse(x);
      const Eigen::MatrixXd map =
          rest_map(ginv_loop(cells, amplifiers(std::numeric_limits<double>::infinity()))).leftCols(8);
      const double condition = test::condition(x);
      EXPECT_LT((map - expected).norm(), 1e-13 * condition * condition * expected.norm()) << k;
    }
}

TEST(ginv_circuit, finite_gain_has_its_closed_form) {
  // w = -[X^T (g_f + D1/A0)^-1 X + D2/A0]^-1 X^T (g_f + D1/A0)^-1 i for X >= 0.
  const ginv_cells cells = cells_of(normal_matrix(6, 3, 4).cwiseAbs(), ginv_signs::inverters);
  const Eigen::MatrixXd& x = cells.plus;
  const Eigen::VectorXd d1 = x.rowwise().sum().array() + 1e-4, d2 = x.colwise().sum().transpose();
  const Eigen::MatrixXd front = x.transpose() * (1e-4 + d1.array() / 1e3).inverse().matrix().asDiagonal();
  const Eigen::MatrixXd expected =
      -test::solution(test::product(front, x) + Eigen::MatrixXd((d2 / 1e3).asDiagonal()), front);
  const Eigen::MatrixXd map = rest_map(ginv_loop(cells, amplifiers(1e3))).leftCols(6);
  EXPECT_LT((map - expected).norm(), 1e-12 * expected.norm());
}

TEST(ginv_circuit, agrees_with_its_components) {
  constexpr Eigen::Index m = 5, n = 2;
  for (const ginv_signs signs : {ginv_signs::inverters, ginv_signs::differential})
    for (std::uint64_t k = 0; k < 4; ++k) {
      const ginv_cells cells = cells_of(normal_matrix(m, n, k), signs);
      ginv_cells second = cells;  // programmed on its own
      second.plus *= 1.03;
      inv_amplifiers amps = amplifiers(1e3);
      amps.row.input_resistance_ohm = 1e5;
      amps.inverter.input_resistance_ohm = 3e5;
      const bool inverters = signs == ginv_signs::inverters;
      const closed_loop loop = ginv_loop(cells, amps, &second);
      Eigen::VectorXd inputs = 1e-3 * normal_vector(loop.drive.cols(), k);
      inputs.head(m) *= 1e-3;  // microamperes
      test::netlist net;
      std::vector<int> v, w, p, q, v_inverse, w_inverse;
      const auto nodes = [&](std::vector<int>& list, Eigen::Index count) {
        for (Eigen::Index i = 0; i < count; ++i) list.push_back(net.node());
      };
      for (auto* list : {&v, &p, &v_inverse}) nodes(*list, m);
      for (auto* list : {&w, &q, &w_inverse}) nodes(*list, n);
      // p and q: the inputs of plus; v_inverse, w_inverse: inverters' outputs, or the other inputs.
      for (Eigen::Index i = 0; i < m; ++i)
        for (Eigen::Index j = 0; j < n; ++j) {
          const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
          net.conductance(p[a], w[b], cells.plus(i, j));
          net.conductance(q[b], v[a], second.plus(i, j));
          if (inverters) {
            net.conductance(p[a], w_inverse[b], cells.minus(i, j));
            net.conductance(q[b], v_inverse[a], second.minus(i, j));
          } else {
            net.conductance(v_inverse[a], w[b], cells.minus(i, j));
            net.conductance(w_inverse[b], v[a], second.minus(i, j));
          }
        }
      const auto invert = [&](int from, int to, double offset) {
        const int y = net.node();
        net.conductance(from, y, 1 / amps.inverter_ohm);
        net.conductance(y, to, 1 / amps.inverter_ohm);
        net.amplifier(y, to, amps.inverter, offset);
      };
      for (Eigen::Index i = 0; i < m; ++i) {
        const auto a = static_cast<std::size_t>(i);
        net.current(p[a], inputs(i));
        net.conductance(p[a], v[a], cells.feedback_siemens);
        if (inverters) {
          net.amplifier(p[a], v[a], amps.row, inputs(m + i));
          invert(v[a], v_inverse[a], inputs(2 * m + n + i));
        } else {
          const double sum = cells.plus.row(i).sum() + cells.feedback_siemens,
                       other = cells.minus.row(i).sum();
          net.conductance(p[a], 0, std::max(0.0, other - sum));
          net.conductance(v_inverse[a], 0, std::max(0.0, sum - other));
          net.amplifier(p[a], v[a], amps.row, inputs(m + i), v_inverse[a]);
        }
      }
      for (Eigen::Index j = 0; j < n; ++j) {
        const auto b = static_cast<std::size_t>(j);
        if (inverters) {
          net.amplifier(0, w[b], amps.row, inputs(2 * m + j), q[b]);
          invert(w[b], w_inverse[b], inputs(3 * m + n + j));
        } else {
          const double sum = second.plus.col(j).sum(), other = second.minus.col(j).sum();
          net.conductance(q[b], 0, std::max(0.0, other - sum));
          net.conductance(w_inverse[b], 0, std::max(0.0, sum - other));
          net.amplifier(w_inverse[b], w[b], amps.row, inputs(2 * m + j), q[b]);
        }
      }
      const Eigen::VectorXd volt = net.solve(), result = rest_map(loop) * inputs;
      for (Eigen::Index j = 0; j < n; ++j)
        EXPECT_NEAR(result(j), volt(w[static_cast<std::size_t>(j)]), 1e-11 * volt.cwiseAbs().maxCoeff()) << k;
    }
}

// A Rayleigh channel's real expansion.
Eigen::MatrixXd channel(Eigen::Index rx, Eigen::Index tx, std::uint64_t k) {
  const Eigen::MatrixXd re = normal_matrix(rx, tx, 2 * k), im = normal_matrix(rx, tx, 2 * k + 1);
  Eigen::MatrixXd x(2 * rx, 2 * tx);
  x << re, -im, im, re;
  return x;
}

TEST(ginv_circuit, stability) {
  // Non-negative X, and the differential mapping of any X: D K + K^T D >= 0, so always.
  for (std::uint64_t k = 0; k < 300; ++k) {
    const Eigen::MatrixXd x = channel(4 + 2 * static_cast<Eigen::Index>(k % 3), 4, k);
    EXPECT_TRUE(is_stable(ginv_loop(cells_of(x.cwiseAbs(), ginv_signs::inverters), amplifiers(1e5)))) << k;
    EXPECT_TRUE(is_stable(ginv_loop(cells_of(x, ginv_signs::differential), amplifiers(1e5)))) << k;
  }
}

TEST(ginv_circuit, inverters_take_stability_and_speed_gives_it_back) {
  // Inverters as fast as the amplifiers: many loops run away. Their lag is what does it: made infinitely
  // fast, they leave the stable loop of a signed X.
  std::size_t slow = 0;
  for (std::uint64_t k = 0; k < 100; ++k) {
    const ginv_cells cells = cells_of(channel(8, 4, k), ginv_signs::inverters);
    const closed_loop loop = ginv_loop(cells, amplifiers(1e5));
    slow += is_stable(loop);
    closed_loop at_once = loop;
    for (Eigen::Index i = loop.k.rows() - 1; i >= 24; --i) at_once = with_fast_state(at_once, i);
    EXPECT_TRUE(is_stable(at_once)) << k;
    // The verdict is what the motion does: after 1e5 time constants it has gone, or grown beyond all bounds.
    const Eigen::MatrixXd late = matrix_exponential(-1e5 * loop.k);
    EXPECT_EQ(is_stable(loop), late.allFinite() && late.norm() < 1) << k;
  }
  EXPECT_GT(slow, 20u);
  EXPECT_LT(slow, 80u);
}

}  // namespace
}  // namespace mho::analog
