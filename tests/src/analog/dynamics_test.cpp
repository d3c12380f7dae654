// Motion of closed loops against closed forms, independent integration and published statements on stability.
#include "analog/dynamics.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "src/analog/closed_loops.hpp"

namespace mho::analog {
namespace {

using test::amplifiers;
using test::cells_of;
using test::normal_vector;
using test::wishart;

constexpr double g0 = 1e-4;

TEST(dynamics, state_space_has_its_closed_form) {
  // K = [D^-1 G+ + I/A0, D^-1 G-; I/2, I/2 + I/A0], k = [D^-1 g0 V_in - V_os; -V_os,inv].
  const inv_cells cells = cells_of(wishart(5, 10, 1), 1e-4, g0);
  ASSERT_GT(cells.minus.size(), 0);
  inv_amplifiers amps = amplifiers(1e4, 1e8);
  amps.row.input_resistance_ohm = 1e5;
  const closed_loop loop = inv_loop(connect(cells), amps);
  const Eigen::VectorXd d = ((cells.plus + cells.minus).rowwise().sum() + cells.source).array() + 1e-5;
  const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(5, 5), zero = Eigen::MatrixXd::Zero(5, 5);
  const auto over = d.cwiseInverse().asDiagonal();
  Eigen::MatrixXd k(10, 10), drive(10, 15), output(5, 10);
  k << over * cells.plus + one * 1e-4, over * cells.minus, one / 2, one / 2 + one * 1e-4;
  drive << Eigen::MatrixXd(over) * g0, -one, zero, zero, zero, -one;
  output << one, zero;
  EXPECT_LT((loop.k - k).cwiseAbs().maxCoeff(), 1e-15);
  EXPECT_LT((loop.drive - drive).cwiseAbs().maxCoeff(), 1e-15);
  EXPECT_EQ(loop.output, output);
  EXPECT_EQ(loop.feedthrough.cwiseAbs().maxCoeff(), 0);
  EXPECT_DOUBLE_EQ(loop.omega, 2 * M_PI * 1e8);
}

TEST(dynamics, rests_at_the_steady_state) {
  // Two derivations of the same circuit, with everything on.
  for (std::uint64_t k = 0; k < 12; ++k) {
    inv_amplifiers amps;
    amps.row = {1e3, 1e8, 1e5, 50};
    amps.inverter = {3e3, 4e7, 2e5, 30};
    amps.row_capacitance_farad = k % 3 == 0 ? 1e-13 : 0;
    const Eigen::MatrixXd a = wishart(4, 12, k);
    const terminal_conductance net = connect(cells_of(k % 2 == 0 ? a : a.cwiseAbs(), 1e-4, g0));
    const Eigen::VectorXd inputs =
        inv_inputs(net, normal_vector(4, k), normal_vector(4, k + 20), normal_vector(4, k + 40));
    const step_response step(inv_loop(net, amps), inputs);
    const Eigen::VectorXd expected = (steady_state(net, amps)->terminals * inputs).segment(4, 4);
    EXPECT_LT((step.final_outputs() - expected).norm(), 1e-12 * expected.norm()) << k;
  }
}

// Classical Runge-Kutta, error of order h^4.
Eigen::VectorXd integrated(const closed_loop& loop, const Eigen::VectorXd& inputs, double time_s, int steps) {
  const Eigen::VectorXd drive = loop.drive * inputs;
  const auto slope = [&](const Eigen::VectorXd& x) {
    return Eigen::VectorXd(-loop.omega * (loop.k * x + drive));
  };
  Eigen::VectorXd x = Eigen::VectorXd::Zero(loop.k.rows());
  const double h = time_s / steps;
  for (int i = 0; i < steps; ++i) {
    const Eigen::VectorXd k1 = slope(x), k2 = slope(x + h / 2 * k1), k3 = slope(x + h / 2 * k2),
                          k4 = slope(x + h * k3);
    x += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  return loop.output * x + loop.feedthrough * inputs;
}

TEST(dynamics, waveforms_agree_with_an_integration) {
  for (std::uint64_t k = 0; k < 6; ++k) {
    inv_amplifiers amps = amplifiers(1e4, 1e8);
    if (k >= 2) amps.row.output_resistance_ohm = amps.inverter.output_resistance_ohm = 50;
    if (k >= 4) amps.row_capacitance_farad = 0.2e-12;
    const Eigen::MatrixXd a = wishart(4, 12, k);
    const terminal_conductance net = connect(cells_of(k % 2 == 0 ? a : a.cwiseAbs(), 1e-4, g0));
    const closed_loop loop = inv_loop(net, amps);
    const Eigen::VectorXd inputs = inv_inputs(net, normal_vector(4, k), 1e-2 * normal_vector(4, k + 20));
    const step_response step(loop, inputs);
    for (const double time : {1e-9, 1e-8, 1e-7}) {
      const Eigen::VectorXd expected = integrated(loop, inputs, time, 4000);
      EXPECT_LT((step.at(time) - expected).norm(), 1e-8 * step.final_outputs().norm()) << k << " " << time;
    }
    EXPECT_EQ((step.at(0) - loop.feedthrough * inputs).norm() < 1e-10 * step.final_outputs().norm(), true);
  }
}

TEST(dynamics, matrix_exponential_agrees_with_eigens) {
  for (const double scale : {1e-3, 1.0, 30.0}) {
    const Eigen::MatrixXd a = scale * (test::normal_matrix(6, 6, 4) - 3 * Eigen::MatrixXd::Identity(6, 6));
    const Eigen::MatrixXd expected = test::exponential(a);
    EXPECT_LT((matrix_exponential(a) - expected).norm(), 1e-12 * (1 + scale) * expected.norm()) << scale;
  }
}

// A Jordan block has no full set of eigenvectors: x1' = -x1 + x2 ..., whose step response is known.
TEST(dynamics, defective_loops_are_solved_too) {
  closed_loop loop;
  loop.omega = 1;
  loop.k = (Eigen::MatrixXd(2, 2) << 1, -1, 0, 1).finished();
  loop.drive = Eigen::Vector2d(0, -1);
  loop.output = Eigen::RowVector2d(1, 0);
  loop.feedthrough = Eigen::MatrixXd::Zero(1, 1);
  const step_response step(loop, Eigen::VectorXd::Ones(1));
  const auto left = [](double t) { return (1 + t) * std::exp(-t); };  // 1 - x1
  for (const double t : {0.1, 1.0, 5.0}) EXPECT_NEAR(step.at(t)(0), 1 - left(t), 1e-13);
  for (const double epsilon : {0.1, 1e-2, 1e-4})
    EXPECT_NEAR(left(step.settling_s(epsilon)) / epsilon, 1, 1e-9);
}

TEST(dynamics, settling_is_where_the_waveform_says) {
  for (std::uint64_t k = 0; k < 30; ++k) {
    inv_amplifiers amps = amplifiers(1e4, 1e8);
    if (k % 3 == 0) amps.row_capacitance_farad = 1e-12;  // rings
    const terminal_conductance net = connect(cells_of(wishart(4, 8, k), 1e-4, g0));
    const closed_loop loop = inv_loop(net, amps);
    if (!is_stable(loop)) continue;
    const step_response step(loop, inv_inputs(net, normal_vector(4, k)));
    const double scale = step.final_outputs().cwiseAbs().maxCoeff();
    for (const double epsilon : {0.1, 1e-2, 1e-4}) {
      const double settled = step.settling_s(epsilon);
      const auto error = [&](double t) {
        return (step.at(t) - step.final_outputs()).cwiseAbs().maxCoeff() / scale;
      };
      EXPECT_NEAR(error(settled) / epsilon, 1, 1e-6) << k;
      for (int i = 1; i <= 3000; ++i) ASSERT_LE(error(settled * (1 + 1e-3 * i)), epsilon) << k << " " << i;
    }
  }
}

TEST(dynamics, settling_of_one_row_is_its_exponential) {
  // G = g: K = g / (g + g0) + 1 / A0, x = x_end (1 - exp(-omega K t)).
  const terminal_conductance net = connect(cells_of(Eigen::MatrixXd::Ones(1, 1), 5e-5, g0));
  const closed_loop loop = inv_loop(net, amplifiers(1e3, 16e6));
  const double rate = 2 * M_PI * 16e6 * (1.0 / 3 + 1e-3);
  const step_response step(loop, inv_inputs(net, Eigen::VectorXd::Ones(1)));
  for (const double epsilon : {0.1, 0.01, 1e-4}) {
    EXPECT_NEAR(step.settling_s(epsilon), std::log(1 / epsilon) / rate, 1e-12 / rate);
    EXPECT_NEAR(settling_estimate_s(loop, epsilon), std::log(1 / epsilon) / rate, 1e-12 / rate);
  }
}

TEST(dynamics, symmetric_positive_definite_matrices_settle) {
  // One array: always. Two arrays with equal amplifiers: row sums make diag(sum G+-) +- G+- diagonally
  // dominant.
  for (std::uint64_t k = 0; k < 2000; ++k) {
    const Eigen::Index n = 2 + static_cast<Eigen::Index>(k % 7);
    const Eigen::MatrixXd a = wishart(n, n + static_cast<Eigen::Index>(k % 3), k);
    const closed_loop loop = inv_loop(connect(cells_of(a, 1e-4, g0)), amplifiers(1e5, 1e8));
    EXPECT_TRUE(is_stable(loop)) << k;
  }
}

TEST(dynamics, stability_is_that_of_the_loaded_matrix) {
  // Non-symmetric positive matrices: the eigenvalues of D^-1 G decide, which are not always those of G.
  std::size_t different = 0, settle = 0;
  constexpr std::uint64_t draws = 4000;
  for (std::uint64_t k = 0; k < draws; ++k) {
    const Eigen::MatrixXd a = test::normal_matrix(4, 4, k).cwiseAbs();
    const inv_cells cells = cells_of(a, 1e-4, g0);
    const Eigen::VectorXd d = cells.plus.rowwise().sum() + cells.source;
    const bool loaded = test::least_real_eigenvalue(d.cwiseInverse().asDiagonal() * cells.plus) > 0;
    const bool plain = test::least_real_eigenvalue(a) > 0;
    EXPECT_EQ(is_stable(inv_loop(connect(cells), {})), loaded);
    different += loaded != plain;
    settle += loaded;
  }
  // About one percent, printed without decimals, by the binomial count.
  EXPECT_NEAR(static_cast<double>(different) / draws, 0.01, 0.005 + 4.9 * std::sqrt(0.01 * 0.99 / draws));
  EXPECT_GT(settle, 300u);
}

// Between these two order statistics lies the median of the distribution with probability 1 - 1e-6: the count
// below it is binomial.
std::pair<double, double> median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto half = static_cast<double>(values.size()) / 2, width = 4.9 * std::sqrt(half / 2);
  return {values[static_cast<std::size_t>(half - width)], values[static_cast<std::size_t>(half + width)]};
}

TEST(dynamics, settling_times_of_wishart_matrices) {
  // 2 n degrees of freedom, 100 uS, gain 1e4, 100 MHz, to 1 %: medians of 111 ns (4 x 4) and 190 ns (8 x 8)
  // in an independent simulation, itself of a finite count; without the inverters' own lag, estimates are 13
  // to 16 % too short in the median; the estimate by the slowest mode is exceeded in 13 to 18 % of the draws.
  constexpr int draws = 400;
  for (const Eigen::Index n : {4, 8}) {
    std::vector<double> times, under;
    int exceeded = 0;
    for (std::uint64_t k = 0; k < draws; ++k) {
      const inv_cells cells = cells_of(wishart(n, 2 * n, k), 1e-4, g0);
      const terminal_conductance net = connect(cells);
      const Eigen::VectorXd inputs = inv_inputs(net, normal_vector(n, k));
      const closed_loop loop = inv_loop(net, amplifiers(1e4, 1e8));
      closed_loop fast = loop;
      if (net.two_arrays)
        for (Eigen::Index i = 2 * n - 1; i >= n; --i) fast = with_fast_state(fast, i);
      const double exact = step_response(loop, inputs).settling_s(0.01);
      times.push_back(exact);
      under.push_back(1 - step_response(fast, inputs).settling_s(0.01) / exact);
      exceeded += exact > settling_estimate_s(loop, 0.01);
    }
    const auto [time_low, time_high] = median_of(times);
    EXPECT_LT(time_low, n == 4 ? 111e-9 : 190e-9);
    EXPECT_GT(time_high, n == 4 ? 111e-9 : 190e-9);
    const auto [under_low, under_high] = median_of(under);
    EXPECT_LT(under_low, 0.16);
    EXPECT_GT(under_high, 0.13);
    const double share = static_cast<double>(exceeded) / draws, error = 4.9 * std::sqrt(0.15 * 0.85 / draws);
    EXPECT_TRUE(share > 0.13 - error && share < 0.18 + error) << share;
  }
}

TEST(dynamics, a_row_capacitance_can_keep_a_loop_from_settling) {
  // A circulant matrix with equal loads d: its eigenvalues p +- i q of D^-1 G give t z^2 + z + p + i q = 0, z
  // in units of omega and t = omega C / d, whose roots lie left of the imaginary axis if and only if p > t
  // q^2.
  const double g = 1e-5, load = 4.5 * g, p = 0.5 / 4.5, q = std::sqrt(3.0) / 4.5;
  inv_cells cells;
  cells.plus = (Eigen::MatrixXd(3, 3) << 1.5, 2, 0, 0, 1.5, 2, 2, 0, 1.5).finished() * g;
  cells.source = Eigen::VectorXd::Constant(3, g);
  inv_amplifiers amps;
  amps.row.gain_bandwidth_hz = 1e8;
  EXPECT_TRUE(is_stable(inv_loop(connect(cells), amps)));
  const double limit_farad = p / (q * q) * load / (2 * M_PI * 1e8);
  for (const double share : {0.5, 0.99, 0.999999}) {
    amps.row_capacitance_farad = share * limit_farad;
    EXPECT_TRUE(is_stable(inv_loop(connect(cells), amps))) << share;
    amps.row_capacitance_farad = limit_farad / share;
    EXPECT_FALSE(is_stable(inv_loop(connect(cells), amps))) << share;
  }
}

}  // namespace
}  // namespace mho::analog
