// Steady states of the model against ngspice's operating points. Both solve linear systems in double
// precision; the gates are two orders above what an independent comparison of the same equations saw.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analog/dynamics.hpp"
#include "analog/ginv_circuit.hpp"
#include "analog/saturation.hpp"
#include "analog/wires.hpp"
#include "src/analog/closed_loops.hpp"
#include "src/analog/ngspice.hpp"

namespace mho::analog {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::condition;
using test::wishart;

constexpr double gate = 1e-10;
constexpr double infinite = std::numeric_limits<double>::infinity();

// One array of n + 1 rows: a Wishart matrix with its bias column and split diagonal.
MatrixXd with_bias_column(Index n, std::uint64_t number) {
  const MatrixXd a = wishart(n, 2 * n, number);
  const double bias = std::max(0.0, -a.minCoeff());
  MatrixXd b = MatrixXd::Ones(n + 1, n + 1);
  b.topLeftCorner(n, n) = a.array() + bias;
  b.topRightCorner(n, 1).setConstant(bias);
  return b;
}

struct comparison {
  double difference = 0, condition = 1;  // relative to the largest output
};

comparison compare(const inv_cells& cells, const inv_amplifiers& amps, double offset_volt,
                   std::uint64_t number) {
  const Index n = cells.plus.rows();
  const VectorXd input = 0.1 * test::normal_vector(n, number);
  const VectorXd offset = offset_volt * test::normal_vector(n, number + 1);
  const VectorXd inverter_offset = offset_volt * test::normal_vector(n, number + 2);
  const terminal_conductance net = reduce(cells);
  const auto steady = steady_state(net, amps);
  EXPECT_TRUE(steady.has_value());
  const VectorXd terminals = steady->terminals * inv_inputs(net, input, offset, inverter_offset);
  const VectorXd model = terminals.segment(n, n);
  const VectorXd spice =
      test::spice_operating_point(test::instance_of(cells, amps, input, offset, inverter_offset));
  return {(spice - model).cwiseAbs().maxCoeff() / model.cwiseAbs().maxCoeff(),
          condition(test::signed_of(cells))};
}

void expect_agreement(const inv_cells& cells, const inv_amplifiers& amps, double offset_volt,
                      std::uint64_t number, const std::string& what) {
  const comparison c = compare(cells, amps, offset_volt, number);
  EXPECT_LE(c.difference, gate * std::max(1.0, c.condition / 10)) << what << ", condition " << c.condition;
  test::record_worst(c.difference);
}

inv_amplifiers amplifiers(double gain) { return test::amplifiers(gain, 100e6); }

TEST(ngspice, steady_state_by_gain) {
  MHO_NEEDS_NGSPICE();
  for (const Index n : {4, 8})
    for (const double gain : {1e2, 1e4, 1e6, infinite})
      for (std::uint64_t number = 1; number <= 3; ++number) {
        const std::string what = "n " + std::to_string(n) + ", gain " + std::to_string(gain);
        expect_agreement(test::cells_of(wishart(n, 2 * n, number), 100e-6, 100e-6), amplifiers(gain), 0,
                         number, what + ", two arrays");
        expect_agreement(test::cells_of(with_bias_column(n - 1, number), 100e-6, 100e-6), amplifiers(gain), 0,
                         number, what + ", bias column");
      }
}

TEST(ngspice, steady_state_with_offsets_and_input_resistance) {
  MHO_NEEDS_NGSPICE();
  for (const Index n : {4, 8})
    for (const double gain : {1e2, 1e4, infinite})
      for (const double input_ohm : {1e4, 1e6}) {
        inv_amplifiers amps = amplifiers(gain);
        amps.row.input_resistance_ohm = input_ohm;
        amps.inverter.input_resistance_ohm = 3 * input_ohm;
        const std::string what = "n " + std::to_string(n) + ", gain " + std::to_string(gain) + ", input " +
                                 std::to_string(input_ohm);
        expect_agreement(test::cells_of(wishart(n, 2 * n, 11), 100e-6, 100e-6), amps, 1e-3, 11,
                         what + ", two arrays");
        expect_agreement(test::cells_of(with_bias_column(n - 1, 11), 100e-6, 50e-6), amps, 1e-3, 11,
                         what + ", bias column");
      }
}

TEST(ngspice, steady_state_with_wires_and_output_resistance) {
  MHO_NEEDS_NGSPICE();
  for (const Index n : {4, 8, 16, 32})
    for (const double wire_ohm : {1.0, 10.0}) {
      inv_amplifiers amps = amplifiers(1e4);
      amps.row.output_resistance_ohm = amps.inverter.output_resistance_ohm = 50;
      const std::string what = "n " + std::to_string(n) + ", wires " + std::to_string(wire_ohm);
      inv_cells cells = test::cells_of(wishart(n, 2 * n, 21), 100e-6, 100e-6);
      cells.wire_ohm = wire_ohm;
      expect_agreement(cells, amps, 1e-3, 21, what + ", two arrays");
      cells = test::cells_of(with_bias_column(n - 1, 21), 35e-6, 35e-6);
      cells.wire_ohm = wire_ohm;
      expect_agreement(cells, amps, 0, 21, what + ", bias column");
    }
}

TEST(ngspice, pseudo_inverse) {
  MHO_NEEDS_NGSPICE();
  for (const Index n : {2, 4, 8})
    for (const double gain : {1e2, 1e4, 1e6, infinite}) {
      const Index m = 2 * n;
      const MatrixXd x = 100e-6 * test::normal_matrix(m, n, 31).cwiseAbs() / 3;
      const VectorXd current = 10e-6 * test::normal_vector(m, 32);
      VectorXd inputs(2 * m + n);
      inputs << current, 1e-3 * test::normal_vector(m, 33), 1e-3 * test::normal_vector(n, 34);
      inv_amplifiers amps = amplifiers(gain);
      ginv_instance c;
      c.m = static_cast<std::size_t>(m);
      c.n = static_cast<std::size_t>(n);
      c.x_siemens = test::row_major(x);
      c.input_ampere = test::row_major(current);
      c.row_offset_volt = test::row_major(inputs.segment(m, m));
      c.column_offset_volt = test::row_major(inputs.tail(n));
      c.row.open_loop_gain = c.column.open_loop_gain = gain;
      const closed_loop loop = ginv_loop({x, {}, c.feedback_siemens, ginv_signs::inverters}, amps);
      const VectorXd model =
          -loop.output * test::solution(loop.k, loop.drive * inputs) + loop.feedthrough * inputs;
      const VectorXd spice = test::spice_operating_point(c);
      const double difference = (spice - model).cwiseAbs().maxCoeff() / model.cwiseAbs().maxCoeff();
      // The normal equations have the square of X's condition.
      const double bound = gate * std::max(1.0, std::pow(condition(x), 2) / 10);
      EXPECT_LE(difference, bound) << "n " << n << ", gain " << gain;
      test::record_worst(difference);
      if (gain < infinite) continue;
      c.row_offset_volt.clear();
      c.column_offset_volt.clear();
      const VectorXd least = -test::least_squares(x, current);
      EXPECT_LE((test::spice_operating_point(c) - least).norm() / least.norm(), bound) << "n " << n;
    }
}

// Newton's iteration in both; ngspice's stops at a relative change of 1e-9.
TEST(ngspice, clamped_outputs) {
  MHO_NEEDS_NGSPICE();
  for (std::uint64_t number = 41; number <= 44; ++number) {
    const inv_cells cells = test::cells_of(test::wishart(4, 8, number), 100e-6, 100e-6);
    const inv_amplifiers amps = amplifiers(1e3);
    const VectorXd input = 0.15 * test::normal_vector(4, number);
    const terminal_conductance net = reduce(cells);
    const saturated_rest model = saturated_steady_state(inv_loop(net, amps), inv_inputs(net, input), {0.4});
    ASSERT_TRUE(model.converged) << number;
    inv_instance c = test::instance_of(cells, amps, input);
    c.amplifier.clamp_volt = c.inverter.clamp_volt = 0.4;
    const VectorXd spice = test::spice_operating_point(c);
    const VectorXd linear = (steady_state(net, amps)->per_source() * input).cwiseAbs();
    EXPECT_GT(linear.maxCoeff(), 0.1) << "nothing bends in instance " << number;
    const double difference = (spice - model.outputs).cwiseAbs().maxCoeff() / 0.4;
    EXPECT_LE(difference, 1e-8) << number << ", linear " << linear.transpose() << ", spice "
                                << spice.transpose() << ", model " << model.outputs.transpose();
    test::record_worst(difference);
  }
}

}  // namespace
}  // namespace mho::analog
