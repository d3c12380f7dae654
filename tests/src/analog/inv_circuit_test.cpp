// The inversion circuit's steady state against double-precision inverses, closed forms, and Kirchhoff's laws
// written component by component.
#include "analog/inv_circuit.hpp"

#include <gtest/gtest.h>

#include "src/analog/closed_loops.hpp"

namespace mho::analog {
namespace {

using test::cells_of;
using test::condition;
using test::normal_vector;
using test::wishart;

constexpr double g0 = 1e-4;

// Positive entries only (one array), or the sign of the draw (two arrays).
Eigen::MatrixXd drawn(Eigen::Index n, bool two_arrays, std::uint64_t number) {
  const Eigen::MatrixXd a = wishart(n, 2 * n, number);
  return two_arrays ? a : Eigen::MatrixXd(a.cwiseAbs() + Eigen::MatrixXd::Identity(n, n));
}

inv_amplifiers real_amplifiers() {
  inv_amplifiers amps;
  amps.row = {1e4, 1e8, 1e6, 50};
  amps.inverter = {3e3, 7e7, 2e6, 30};
  return amps;
}

TEST(inv_circuit, network_obeys_kirchhoff_and_is_passive) {
  for (const bool two : {false, true}) {
    const terminal_conductance net = connect(cells_of(drawn(5, two, 1), 1e-4, g0));
    EXPECT_EQ(net.two_arrays, two);
    ASSERT_EQ(net.y.rows(), two ? 20 : 15);
    EXPECT_EQ(net.y, net.y.transpose());
    // Equal voltages drive no current.
    EXPECT_LT(net.y.rowwise().sum().cwiseAbs().maxCoeff(), 1e-16 * 20);
  }
}

TEST(inv_circuit, ideal_amplifiers_invert) {
  for (std::uint64_t k = 0; k < 40; ++k) {
    const Eigen::Index n = k % 4 == 3 ? 16 : 2 + static_cast<Eigen::Index>(k % 4) * 3;
    const Eigen::MatrixXd a = drawn(n, k % 2 == 1, k);
    const inv_cells cells = cells_of(a, 1e-4, g0);
    const auto state = steady_state(connect(cells), {});
    ASSERT_TRUE(state);
    const Eigen::MatrixXd expected = -g0 * test::inverse(test::signed_of(cells));
    EXPECT_LT((state->per_source() - expected).norm(), 1e-13 * condition(a) * expected.norm()) << k;
    // Virtual grounds.
    EXPECT_EQ(state->terminals.topLeftCorner(n, n).cwiseAbs().maxCoeff(), 0);
  }
}

TEST(inv_circuit, finite_gain_offset_and_input_resistance_have_their_closed_form) {
  // (G+ - alpha G- + D / A0) v = -g0 V_in + D V_os - 2 alpha G- V_os,inv, alpha = 1 / (1 + 2 / A0).
  for (std::uint64_t k = 0; k < 24; ++k) {
    const Eigen::Index n = k % 2 == 0 ? 4 : 8;
    const inv_cells cells = cells_of(drawn(n, k % 4 > 1, k), 1e-4, g0);
    inv_amplifiers amps;
    amps.row.open_loop_gain = amps.inverter.open_loop_gain = std::pow(10.0, 2 + static_cast<double>(k % 5));
    amps.row.input_resistance_ohm = 1e5;
    const double gain = amps.row.open_loop_gain, alpha = 1 / (1 + 2 / gain);
    const bool two = cells.minus.size() > 0;
    const Eigen::MatrixXd minus = two ? cells.minus : Eigen::MatrixXd::Zero(n, n);
    const Eigen::VectorXd d =
        ((cells.plus + minus).rowwise().sum() + cells.source).array() + 1 / amps.row.input_resistance_ohm;
    const Eigen::MatrixXd lhs = cells.plus - alpha * minus + Eigen::MatrixXd((d / gain).asDiagonal());
    const Eigen::VectorXd vin = 0.1 * normal_vector(n, 3 * k), os = 1e-3 * normal_vector(n, 3 * k + 1),
                          osi = 1e-3 * normal_vector(n, 3 * k + 2);
    const Eigen::VectorXd expected =
        test::solution(lhs, -g0 * vin + d.cwiseProduct(os) - 2 * alpha * minus * osi);
    const terminal_conductance net = connect(cells);
    const auto state = steady_state(net, amps);
    ASSERT_TRUE(state);
    const Eigen::VectorXd v = (state->terminals * inv_inputs(net, vin, os, osi)).segment(n, n);
    EXPECT_LT((v - expected).norm(), 1e-13 * condition(lhs) * expected.norm()) << k;
  }
}

TEST(inv_circuit, everything_at_once_agrees_with_its_components) {
  // Output resistances load the outputs with cells and inverters.
  for (std::uint64_t k = 0; k < 12; ++k) {
    const Eigen::Index n = 3 + static_cast<Eigen::Index>(k % 4);
    const inv_cells cells = cells_of(drawn(n, k % 2 == 1, k), 1e-4, g0);
    const inv_amplifiers amps = real_amplifiers();
    const Eigen::VectorXd vin = 0.1 * normal_vector(n, 3 * k), os = 1e-3 * normal_vector(n, 3 * k + 1),
                          osi = 1e-3 * normal_vector(n, 3 * k + 2);
    const terminal_conductance net = connect(cells);
    const auto state = steady_state(net, amps);
    ASSERT_TRUE(state);
    const Eigen::VectorXd v = state->terminals * inv_inputs(net, vin, os, osi);
    const Eigen::VectorXd expected = test::inv_by_components(cells, amps, vin, os, osi);
    // Both solve a system whose condition is that of the matrix times the ratio of conductances (50 ohm to
    // 10 uS cells); the gate against SPICE is 1e-10.
    EXPECT_LT((v - expected).cwiseAbs().maxCoeff(), 1e-11 * expected.cwiseAbs().maxCoeff()) << k;
  }
}

TEST(inv_circuit, a_singular_loop_has_no_steady_state) {
  inv_cells cells = cells_of(Eigen::MatrixXd::Ones(2, 2), 1e-4, g0);
  EXPECT_FALSE(steady_state(connect(cells), {}));
}

TEST(inv_circuit, network_power_is_the_sum_over_resistors) {
  const inv_cells cells = cells_of(drawn(4, true, 7), 1e-4, g0);
  const terminal_conductance net = connect(cells);
  const Eigen::VectorXd vin = 0.1 * normal_vector(4, 5);
  const auto state = steady_state(net, real_amplifiers());
  ASSERT_TRUE(state);
  Eigen::VectorXd v(16);
  v << state->terminals * inv_inputs(net, vin), vin;
  double power = 0;
  for (Eigen::Index i = 0; i < 4; ++i) {
    for (Eigen::Index j = 0; j < 4; ++j)
      power +=
          cells.plus(i, j) * std::pow(v(4 + j) - v(i), 2) + cells.minus(i, j) * std::pow(v(8 + j) - v(i), 2);
    power += g0 * std::pow(vin(i) - v(i), 2);
  }
  EXPECT_NEAR(network_power_watt(net, v), power, 1e-12 * power);
}

// The error that imperfections, scaled by s, make in the outputs for one source vector.
Eigen::VectorXd error_of(const inv_cells& cells, double s, unsigned which, const Eigen::VectorXd& vin,
                         const Eigen::VectorXd& os, const Eigen::VectorXd& osi) {
  inv_amplifiers amps;
  if (which & 1) amps.row.open_loop_gain = amps.inverter.open_loop_gain = 1e3 / s;
  if (which & 2) amps.row.output_resistance_ohm = amps.inverter.output_resistance_ohm = 20 * s;
  const double offset = which & 4 ? 1e-3 * s : 0;
  // An input resistance acts through finite gain or offsets only: those are on for it, off for their own
  // error.
  if (which & 8) amps.row.input_resistance_ohm = amps.inverter.input_resistance_ohm = 1e4 / s;
  const terminal_conductance net = connect(cells);
  const Eigen::MatrixXd ideal = steady_state(net, {})->per_source();
  const Eigen::Index n = net.n;
  return (steady_state(net, amps)->terminals * inv_inputs(net, vin, offset * os, offset * osi))
             .segment(n, n) -
         ideal * vin;
}

TEST(inv_circuit, small_errors_are_linear_and_add_up_as_vectors) {
  // Each imperfection is a smooth perturbation: error(s) = s e + O(s^2), and the remainder of the sum over
  // them is O(s^2): relative to the error it halves with s.
  for (std::uint64_t k = 0; k < 6; ++k) {
    const inv_cells cells = cells_of(wishart(6, 24, 100 + k), 1e-4, g0);
    const Eigen::VectorXd vin = 0.1 * normal_vector(6, k), os = normal_vector(6, k + 50),
                          osi = normal_vector(6, k + 90);
    const auto error = [&](double s, unsigned which) { return error_of(cells, s, which, vin, os, osi); };
    for (const unsigned which : {1u, 4u}) {
      const double nonlinear = (error(0.02, which) - 2 * error(0.01, which)).norm(),
                   half = (error(0.01, which) - 2 * error(0.005, which)).norm();
      if (which == 4)
        EXPECT_LT(nonlinear, 1e-13);  // offsets are exactly linear
      else
        EXPECT_NEAR(nonlinear / half, 4, 0.2) << k;
    }
    // With ideal gain, output and input resistance are without effect.
    EXPECT_LT(error(1, 2).norm() + error(1, 8).norm(), 1e-13 * 0.1 * 1e3);
    const auto remainder = [&](double s) {
      Eigen::VectorXd sum = error(s, 15);
      for (const unsigned which : {1u, 2u, 4u, 8u}) sum -= error(s, which);
      return sum.norm();
    };
    EXPECT_GT(error(0.02, 15).norm(), 10 * remainder(0.02)) << k;
    EXPECT_NEAR(remainder(0.02) / remainder(0.01), 4, 0.4) << k;
  }
}

}  // namespace
}  // namespace mho::analog
