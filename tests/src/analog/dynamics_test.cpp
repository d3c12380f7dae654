// Motion of closed loops against closed forms, independent integration and published statements on stability.
#include "analog/dynamics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <unsupported/Eigen/MatrixFunctions>

#include "src/analog/closed_loops.hpp"

namespace mho::analog {
namespace {

using test::cells_of;
using test::normal_vector;
using test::wishart;

constexpr double g0 = 1e-4;

inv_amplifiers amplifiers(double gain, double hz) {
  inv_amplifiers amps;
  amps.row.open_loop_gain = amps.inverter.open_loop_gain = gain;
  amps.row.gain_bandwidth_hz = amps.inverter.gain_bandwidth_hz = hz;
  return amps;
}

TEST(dynamics, state_space_has_its_closed_form) {
  // K = [D^-1 G+ + I/A0, D^-1 G-; I/2, I/2 + I/A0], k = [D^-1 g0 V_in - V_os; -V_os,inv].
  const inv_cells cells = cells_of(wishart(5, 10, 1), 1e-4, g0);
  ASSERT_GT(cells.minus.size(), 0);
  inv_amplifiers amps = amplifiers(1e4, 1e8);
  amps.row.input_resistance_ohm = 1e5;
  const closed_loop loop = inv_loop(connect(cells), amps);
  const Eigen::VectorXd d = ((cells.plus + cells.minus).rowwise().sum() + cells.source).array() + 1e-5;
  const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(5, 5), zero = Eigen::MatrixXd::Zero(5, 5);
  const Eigen::MatrixXd over = d.cwiseInverse().asDiagonal();
  Eigen::MatrixXd k(10, 10), drive(10, 15), output(5, 10);
  k << over * cells.plus + one * 1e-4, over * cells.minus, one / 2, one / 2 + one * 1e-4;
  drive << over * g0, -one, zero, zero, zero, -one;
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
    const Eigen::MatrixXd expected = a.exp();
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
  // dominant. Not so with a row capacitance.
  for (std::uint64_t k = 0; k < 2000; ++k) {
    const Eigen::Index n = 2 + static_cast<Eigen::Index>(k % 7);
    const Eigen::MatrixXd a = wishart(n, n + static_cast<Eigen::Index>(k % 3), k);
    const closed_loop loop = inv_loop(connect(cells_of(a, 1e-4, g0)), amplifiers(1e5, 1e8));
    EXPECT_TRUE(is_stable(loop)) << k;
  }
  std::size_t astray = 0;
  for (std::uint64_t k = 0; k < 300; ++k) {
    inv_amplifiers amps = amplifiers(1e5, 1e8);
    amps.row_capacitance_farad = 3e-12;
    astray += !is_stable(inv_loop(connect(cells_of(wishart(8, 16, k), 1e-4, g0)), amps));
  }
  std::printf("3 pF: %zu of 300 unstable\n", astray);
}

TEST(dynamics, stability_is_that_of_the_loaded_matrix) {
  // Non-symmetric positive matrices: the eigenvalues of D^-1 G decide, which are not always those of G.
  std::size_t different = 0, settle = 0;
  constexpr std::uint64_t draws = 4000;
  for (std::uint64_t k = 0; k < draws; ++k) {
    const Eigen::MatrixXd a = test::normal_matrix(4, 4, k).cwiseAbs();
    const inv_cells cells = cells_of(a, 1e-4, g0);
    const Eigen::VectorXd d = cells.plus.rowwise().sum() + cells.source;
    const bool loaded = (d.cwiseInverse().asDiagonal() * cells.plus).eigenvalues().real().minCoeff() > 0;
    const bool plain = a.eigenvalues().real().minCoeff() > 0;
    EXPECT_EQ(is_stable(inv_loop(connect(cells), {})), loaded);
    different += loaded != plain;
    settle += loaded;
  }
  std::printf("differ %zu, settle %zu of 4000\n", different, settle);
}

struct settled {
  double exact, no_inverters, estimate;
};
settled settling_of(Eigen::Index n, Eigen::Index degrees, std::uint64_t k, double epsilon) {
  const inv_cells cells = cells_of(wishart(n, degrees, k), 1e-4, g0);
  const terminal_conductance net = connect(cells);
  const Eigen::VectorXd inputs = inv_inputs(net, normal_vector(n, k));
  inv_amplifiers fast = amplifiers(1e4, 1e8);
  fast.inverter.gain_bandwidth_hz = 1e14;
  const closed_loop loop = inv_loop(net, amplifiers(1e4, 1e8));
  return {step_response(loop, inputs).settling_s(epsilon),
          step_response(inv_loop(net, fast), inputs).settling_s(epsilon), settling_estimate_s(loop, epsilon)};
}

TEST(dynamics, settling_times_of_wishart_matrices) {
  for (const Eigen::Index n : {4, 8}) {
    std::vector<double> times, under;
    int exceeded = 0;
    double longest = 0;
    for (std::uint64_t k = 0; k < 300; ++k) {
      const settled s = settling_of(n, 2 * n, k, 0.01);
      times.push_back(s.exact);
      under.push_back(1 - s.no_inverters / s.exact);
      exceeded += s.exact > s.estimate;
      longest = std::max(longest, s.estimate / s.exact);
    }
    std::sort(times.begin(), times.end());
    std::sort(under.begin(), under.end());
    std::printf("n %d: median %g ns, under %g (%g .. %g), exceeded %d of 300, estimate/exact %g\n", int(n),
                times[150] * 1e9, under[150], under.front(), under.back(), exceeded, longest);
  }
}

}  // namespace
}  // namespace mho::analog
