// Saturation and slewing against the linear loop, closed forms and an independent integration.
#include "analog/saturation.hpp"

#include <gtest/gtest.h>

#include "src/analog/closed_loops.hpp"

namespace mho::analog {
namespace {

using test::cells_of;
using test::normal_vector;
using test::wishart;

constexpr double g0 = 1e-4;

inv_amplifiers amplifiers() { return test::amplifiers(1e4, 1e8); }

TEST(saturation, no_limits_are_the_linear_loop) {
  for (std::uint64_t k = 0; k < 4; ++k) {
    inv_amplifiers amps = amplifiers();
    if (k % 2 == 1) amps.row.output_resistance_ohm = amps.inverter.output_resistance_ohm = 50;
    if (k >= 2) amps.row_capacitance_farad = 0.2e-12;
    const terminal_conductance net = connect(cells_of(wishart(4, 12, k), 1e-4, g0));
    const closed_loop loop = inv_loop(net, amps);
    const Eigen::VectorXd inputs = inv_inputs(net, normal_vector(4, k), 1e-2 * normal_vector(4, k + 7));
    const step_response linear(loop, inputs);
    const std::vector<double> times{1e-9, 1e-8, 1e-7, 1e-6};
    const saturated_waveform wave = saturated_step(loop, inputs, {}, times, 1e-10, 1e-9);
    ASSERT_TRUE(wave.complete);
    for (std::size_t t = 0; t < times.size(); ++t)
      EXPECT_LT((wave.outputs.col(static_cast<Eigen::Index>(t)) - linear.at(times[t])).norm(),
                1e-6 * linear.final_outputs().norm())
          << k << " " << t;
    const saturated_rest rest = saturated_steady_state(loop, inputs, {});
    EXPECT_TRUE(rest.converged);
    EXPECT_LT((rest.outputs - linear.final_outputs()).norm(), 1e-11 * linear.final_outputs().norm()) << k;
  }
}

TEST(saturation, one_row_slews_as_its_closed_form) {
  // z = omega (K b + d) / SR obeys z' = -omega K tanh z: sinh z = sinh z(0) exp(-omega K t).
  inv_amplifiers amps = amplifiers();
  amps.row.open_loop_gain = std::numeric_limits<double>::infinity();
  const terminal_conductance net = connect(cells_of(Eigen::MatrixXd::Ones(1, 1), 5e-5, g0));
  const closed_loop loop = inv_loop(net, amps);
  const double slew = 1e7, k = 1.0 / 3, d = 2.0 / 3;  // d: of one volt
  const std::vector<double> times{1e-9, 2e-8, 1e-7, 2.5e-7};
  const saturated_waveform wave = saturated_step(loop, inv_inputs(net, Eigen::VectorXd::Ones(1)),
                                                 {.slew_volt_per_s = slew}, times, 1e-9, 1e-8);
  ASSERT_TRUE(wave.complete);
  for (std::size_t t = 0; t < times.size(); ++t) {
    const double z = std::asinh(std::sinh(loop.omega * d / slew) * std::exp(-loop.omega * k * times[t]));
    EXPECT_NEAR(wave.outputs(0, static_cast<Eigen::Index>(t)), (z * slew / loop.omega - d) / k, 1e-6) << t;
  }
  // It settles when z is epsilon of its linear end.
  const double end = std::sinh(loop.omega * d / slew);
  for (const double epsilon : {0.1, 1e-3}) {
    const double expected = std::log(end / std::sinh(epsilon * loop.omega * d / slew)) / (loop.omega * k);
    EXPECT_NEAR(
        saturated_settling_s(loop, inv_inputs(net, Eigen::VectorXd::Ones(1)), {.slew_volt_per_s = slew},
                             Eigen::VectorXd::Constant(1, -d / k), epsilon) /
            expected,
        1, 1e-5);
  }
  // Before it comes near its end it falls at the slew rate.
  EXPECT_NEAR(wave.outputs(0, 1), -slew * 2e-8, 1e-6);
}

// The published equations themselves, one array: u = D^-1 (G v + g0 V_in).
struct one_array {
  Eigen::MatrixXd g;
  Eigen::VectorXd source, offset, load;
  double clamp, slew, omega, gain;
  Eigen::VectorXd stage(const Eigen::VectorXd& b) const { return clamp * (b / clamp).array().tanh(); }
  Eigen::VectorXd error(const Eigen::VectorXd& b) const {
    return offset - load.cwiseInverse().cwiseProduct(g * stage(b) + g0 * source);
  }
  Eigen::VectorXd slope(const Eigen::VectorXd& b) const {
    const Eigen::VectorXd fast = slew * (omega / slew * error(b)).array().tanh();
    return fast - omega / gain * b;
  }
};

one_array published(std::uint64_t k, double volt) {
  one_array circuit;
  const Eigen::MatrixXd a = wishart(4, 12, k).cwiseAbs() + Eigen::MatrixXd::Identity(4, 4);
  circuit.g = 1e-4 / a.maxCoeff() * a;
  circuit.load = circuit.g.rowwise().sum().array() + g0;
  circuit.source = volt * normal_vector(4, k);
  circuit.offset = 1e-3 * normal_vector(4, k + 7);
  circuit.clamp = 0.4;
  circuit.slew = 5e7;
  circuit.omega = 2 * M_PI * 1e8;
  circuit.gain = 1e4;
  return circuit;
}

TEST(saturation, waveforms_agree_with_an_integration) {
  for (std::uint64_t k = 0; k < 4; ++k) {
    const one_array circuit = published(k, 0.5);
    const terminal_conductance net = connect({circuit.g, {}, Eigen::VectorXd::Constant(4, g0)});
    const Eigen::VectorXd inputs = inv_inputs(net, circuit.source, circuit.offset);
    const double end = 1e-7;
    const saturated_waveform wave = saturated_step(inv_loop(net, amplifiers()), inputs,
                                                   {circuit.clamp, circuit.slew}, {end / 2, end}, 1e-9, 1e-8);
    ASSERT_TRUE(wave.complete);
    Eigen::VectorXd b = Eigen::VectorXd::Zero(4);
    constexpr int steps = 20000;  // Runge-Kutta of order 4, omega h = 3e-3
    const double h = end / steps;
    for (int i = 0; i < steps; ++i) {
      if (i == steps / 2) {
        EXPECT_LT((wave.outputs.col(0) - circuit.stage(b)).cwiseAbs().maxCoeff(), 1e-6) << k;
      }
      const Eigen::VectorXd k1 = circuit.slope(b), k2 = circuit.slope(b + h / 2 * k1),
                            k3 = circuit.slope(b + h / 2 * k2), k4 = circuit.slope(b + h * k3);
      b += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    EXPECT_LT((wave.outputs.col(1) - circuit.stage(b)).cwiseAbs().maxCoeff(), 1e-6) << k;
  }
}

TEST(saturation, rest_obeys_the_published_equations) {
  std::size_t clamped = 0;
  for (std::uint64_t k = 0; k < 50; ++k) {
    const one_array circuit = published(k, k % 2 == 0 ? 0.05 : 1.0);
    const terminal_conductance net = connect({circuit.g, {}, Eigen::VectorXd::Constant(4, g0)});
    const closed_loop loop = inv_loop(net, amplifiers());
    const Eigen::VectorXd inputs = inv_inputs(net, circuit.source, circuit.offset);
    const saturated_rest rest = saturated_steady_state(loop, inputs, {circuit.clamp});
    ASSERT_TRUE(rest.converged) << k;
    // b = A0 (V_os - u(b)), to the rounding of u: volts times 1e-16, times the gain.
    EXPECT_LT((rest.states - circuit.gain * circuit.error(rest.states)).cwiseAbs().maxCoeff(), 1e-10) << k;
    EXPECT_LT((rest.outputs - circuit.stage(rest.states)).cwiseAbs().maxCoeff(), 1e-15);
    clamped += rest.outputs.cwiseAbs().maxCoeff() > 0.39;
    // It is the one that the motion ends at.
    if (k >= 4) continue;
    const saturated_waveform wave = saturated_step(loop, inputs, {.clamp_volt = circuit.clamp}, {1e-3});
    ASSERT_TRUE(wave.complete);
    EXPECT_LT((wave.outputs.col(0) - rest.outputs).cwiseAbs().maxCoeff(), 1e-6) << k;
  }
  EXPECT_GT(clamped, 10u);
}

TEST(saturation, small_signals_do_not_saturate) {
  // tanh z = z - z^3 / 3: the outputs differ from the linear ones by no more than cond (v / clamp)^2 / 3 of
  // them.
  const Eigen::MatrixXd a = wishart(4, 16, 3);
  const terminal_conductance net = connect(cells_of(a, 1e-4, g0));
  const closed_loop loop = inv_loop(net, amplifiers());
  const Eigen::VectorXd inputs = inv_inputs(net, 1e-4 * normal_vector(4, 3));
  const Eigen::VectorXd linear = step_response(loop, inputs).final_outputs();
  const saturated_rest rest = saturated_steady_state(loop, inputs, {0.4});
  ASSERT_TRUE(rest.converged);
  EXPECT_LT((rest.outputs - linear).norm(),
            test::condition(a) * std::pow(linear.cwiseAbs().maxCoeff() / 0.4, 2) / 3 * linear.norm());
}

TEST(saturation, an_output_beyond_the_clamp_has_no_rest_with_infinite_gain) {
  inv_amplifiers amps = amplifiers();
  amps.row.open_loop_gain = std::numeric_limits<double>::infinity();
  const terminal_conductance net = connect(cells_of(Eigen::MatrixXd::Ones(1, 1), 1e-4, g0));
  const closed_loop loop = inv_loop(net, amps);
  EXPECT_FALSE(saturated_steady_state(loop, inv_inputs(net, Eigen::VectorXd::Ones(1)), {0.4}).converged);
  EXPECT_TRUE(
      saturated_steady_state(loop, inv_inputs(net, Eigen::VectorXd::Constant(1, 0.3)), {0.4}).converged);
}

}  // namespace
}  // namespace mho::analog
