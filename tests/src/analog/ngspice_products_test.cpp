// The signed pseudo-inverse, the products in open loop and limits of slew against ngspice: rest, motion,
// settling. Gates as for the inversions (ngspice_static_test.cpp, ngspice_dynamic_test.cpp).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mho/circuit.hpp>
#include <mho/mho.hpp>

#include "analog/array.hpp"
#include "analog/ginv.hpp"
#include "analog/identity.hpp"
#include "src/analog/closed_loops.hpp"
#include "src/analog/ngspice.hpp"

namespace mho {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::normal_matrix;
using test::normal_vector;
using test::row_major;

constexpr double infinite = std::numeric_limits<double>::infinity();

VectorXd vector_of(const std::vector<double>& values) {
  return Eigen::Map<const VectorXd>(values.data(), static_cast<Index>(values.size()));
}

MatrixXd matrix_of(const std::vector<double>& values, Index rows, Index columns) {
  return Eigen::Map<const Eigen::Matrix<double, -1, -1, Eigen::RowMajor>>(values.data(), rows, columns);
}

op_amp amplifier(double gain, double input_ohm) {
  op_amp a;
  a.open_loop_gain = gain;
  a.input_ohm = input_ohm;
  return a;
}

// Random signs, offsets and inputs at both sides.
ginv_instance signed_ginv(Index m, Index n, const op_amp& amps, double offset_volt, std::uint64_t number) {
  const MatrixXd x = normal_matrix(m, n, number);
  const MatrixXd g = 100e-6 / x.cwiseAbs().maxCoeff() * x;
  ginv_instance c;
  c.m = static_cast<std::size_t>(m);
  c.n = static_cast<std::size_t>(n);
  c.x_siemens = row_major(g.cwiseMax(0));
  c.minus_siemens = row_major((-g).cwiseMax(0));
  c.input_ampere = row_major(10e-6 * normal_vector(m, number));
  c.column_ampere = row_major(2e-6 * normal_vector(n, number + 1));
  c.row_offset_volt = row_major(offset_volt * normal_vector(m, number + 2));
  c.column_offset_volt = row_major(offset_volt * normal_vector(n, number + 3));
  c.row = c.column = amps;
  return c;
}

// The gate at rest: 1e-10, times cond / 10 above a condition of 10, that of the circuit's own equations
// [[g_f I, X], [X^T, 0]] [t; w] = -[i; c].
double rest_gate(const ginv_instance& c) {
  const auto m = static_cast<Index>(c.m), n = static_cast<Index>(c.n);
  const MatrixXd x = matrix_of(c.x_siemens, m, n) - matrix_of(c.minus_siemens, m, n);
  MatrixXd equations = MatrixXd::Zero(m + n, m + n);
  equations.topLeftCorner(m, m).diagonal().setConstant(c.feedback_siemens);
  equations.topRightCorner(m, n) = x;
  equations.bottomLeftCorner(n, m) = x.transpose();
  return 1e-10 * std::max(1.0, test::condition(equations) / 10);
}

mvm_instance signed_mvm(Index m, Index n, const op_amp& amps, double offset_volt, std::uint64_t number) {
  const MatrixXd x = normal_matrix(m, n, number);
  const MatrixXd g = 100e-6 / x.cwiseAbs().maxCoeff() * x;
  mvm_instance c;
  c.m = static_cast<std::size_t>(m);
  c.n = static_cast<std::size_t>(n);
  c.plus_siemens = row_major(g.cwiseMax(0));
  c.minus_siemens = row_major((-g).cwiseMax(0));
  c.input_volt = row_major(0.1 * normal_vector(m, number));
  c.offset_volt = row_major(offset_volt * normal_vector(n, number + 2));
  c.minus_offset_volt = row_major(offset_volt * normal_vector(n, number + 3));
  c.amplifier = amps;
  return c;
}

template <class Instance>
double difference_at_rest(const Instance& c) {
  const VectorXd model = vector_of(behaviour_of(c).value().output_volt),
                 spice = test::spice_operating_point(c);
  return (spice - model).cwiseAbs().maxCoeff() / model.cwiseAbs().maxCoeff();
}

TEST(ngspice, signed_pseudo_inverse) {
  MHO_NEEDS_NGSPICE();
  for (const Index n : {2, 4, 8})
    for (const double gain : {1e2, 1e4, 1e6, infinite})
      for (const double input_ohm : {1e5, infinite}) {
        const ginv_instance c =
            signed_ginv(2 * n, n, amplifier(gain, input_ohm), 1e-3, static_cast<std::uint64_t>(40 + n));
        const double difference = difference_at_rest(c);
        EXPECT_LE(difference, rest_gate(c)) << "n " << n << ", gain " << gain << ", input " << input_ohm;
        test::record_worst(difference);
      }
}

TEST(ngspice, signed_pseudo_inverse_is_least_squares) {
  MHO_NEEDS_NGSPICE();
  for (std::uint64_t number = 51; number <= 53; ++number) {
    ginv_instance c = signed_ginv(8, 4, amplifier(infinite, infinite), 0, number);
    c.column_ampere.clear();
    const MatrixXd x = matrix_of(c.x_siemens, 8, 4) - matrix_of(c.minus_siemens, 8, 4);
    const VectorXd least = -test::least_squares(x, vector_of(c.input_ampere));
    const double difference = (test::spice_operating_point(c) - least).norm() / least.norm();
    EXPECT_LE(difference, rest_gate(c)) << number;
    test::record_worst(difference);
  }
}

// What analog-ginv computes with: the map P of its first step and Q of its refinement.
TEST(ngspice, the_detector_s_pseudo_inverse) {
  MHO_NEEDS_NGSPICE();
  constexpr Index m = 8, n = 4;
  for (const double gain : {1e2, 1e4, infinite})
    for (std::uint64_t number = 1; number <= 2; ++number) {
      const options parameters = accelerator_options("paper", {{"circuit.open_loop_gain", gain},
                                                               {"device.stuck_on_share", 0.05},
                                                               {"device.drift_model", "power"},
                                                               {"device.drift_exponent", 0.05},
                                                               {"device.drift_time_s", 1e3}})
                                     .value();
      const std::vector<double> h = row_major(normal_matrix(m, n, 60 + number));
      const VectorXd y = normal_vector(m, 60 + number), r = normal_vector(n, 70 + number);
      const analog_identity who{number, 2, 3};
      programmed_ginv made = ginv_circuit(parameters, h, static_cast<std::size_t>(m),
                                          static_cast<std::size_t>(n), row_major(y), who)
                                 .value();
      // As the detector programs it.
      const analog::ginv detector(analog::typed(parameters), static_cast<std::size_t>(m),
                                  static_cast<std::size_t>(n));
      std::vector<double> state(detector.state_size()), scratch(detector.scratch_size());
      random_stream writing = analog::programming_stream(who, analog::ginv_purpose);
      random_stream ageing = analog::ageing_stream(who, analog::ginv_ageing_purpose);
      ASSERT_EQ(detector.program(h.data(), {writing, ageing, {who.seed}}, state.data(), scratch.data()),
                status::ok);
      const MatrixXd p = matrix_of({state.begin() + m * n, state.begin() + 2 * m * n}, n, m),
                     q = matrix_of({state.begin() + 2 * m * n, state.end()}, n, n);
      const double bound = rest_gate(made.instance);
      const VectorXd x = p * y, spice_x = test::spice_operating_point(made.instance) / made.volt_per_unit;
      EXPECT_LE((spice_x - x).cwiseAbs().maxCoeff() / x.cwiseAbs().maxCoeff(), bound) << gain;
      test::record_worst((spice_x - x).cwiseAbs().maxCoeff() / x.cwiseAbs().maxCoeff());
      // X^T t = -c at rest, and g_f t = -X w: w = (X^T X)^-1 g_f c, where X is siemens_per_unit H.
      made.instance.input_ampere.assign(static_cast<std::size_t>(m), 0);
      made.instance.column_ampere = row_major(1e-6 * r);
      const double volt =
          made.instance.feedback_siemens * 1e-6 / std::pow(made.siemens_per_unit, 2);  // a unit of Q r
      const VectorXd dx = q * r, spice_dx = test::spice_operating_point(made.instance) / volt;
      EXPECT_LE((spice_dx - dx).cwiseAbs().maxCoeff() / dx.cwiseAbs().maxCoeff(), bound) << gain;
      test::record_worst((spice_dx - dx).cwiseAbs().maxCoeff() / dx.cwiseAbs().maxCoeff());
    }
}

TEST(ngspice, products) {
  MHO_NEEDS_NGSPICE();
  for (const Index n : {2, 4, 8})
    for (const double gain : {1e2, 1e4, 1e6, infinite})
      for (const double input_ohm : {1e5, infinite})
        for (const double output_ohm : {0.0, 50.0}) {
          mvm_instance c =
              signed_mvm(2 * n, n, amplifier(gain, input_ohm), 1e-3, static_cast<std::uint64_t>(80 + n));
          c.amplifier.output_ohm = output_ohm;
          if (n == 2) c.minus_siemens.clear(), c.minus_offset_volt.clear();
          const double difference = difference_at_rest(c);
          EXPECT_LE(difference, 1e-10)
              << "n " << n << ", gain " << gain << ", input " << input_ohm << ", output " << output_ohm;
          test::record_worst(difference);
        }
}

// All slices of a matrix, by ngspice one after the other, add up to the product that the solver stores.
TEST(ngspice, slices_add_up_to_the_product) {
  MHO_NEEDS_NGSPICE();
  const options parameters =
      accelerator_options("ideal", {{"device.off_siemens", 1e-6}, {"solver.slices", std::int64_t{5}}})
          .value();
  const MatrixXd r = test::wishart(3, 8, 90);
  const MatrixXd s = normal_matrix(3, 3, 90) / 4;
  MatrixXd a(6, 6);
  a << r, -s, s, r;
  const std::vector<double> entries = row_major(a);
  const VectorXd x = normal_vector(6, 90);
  for (const bool expanded : {false, true}) {
    VectorXd sum = VectorXd::Zero(6);
    for (std::size_t slice = 1; slice <= 5; ++slice) {
      const programmed_mvm made =
          mvm_circuit(parameters, entries, expanded, row_major(x), {1, 0, 0}, slice).value();
      EXPECT_EQ(made.slices, 5u);
      sum += test::spice_operating_point(made.instance) / made.volt_per_unit;
    }
    std::vector<double> stored(36);
    const int bits = 3;
    analog::truncate_to_slices(entries.data(), 36, 5, analog::slice_scale(entries.data(), 36, 5, false, bits),
                               stored.data(), bits);
    const VectorXd exact = matrix_of(stored, 6, 6) * x;
    EXPECT_LE((sum - exact).cwiseAbs().maxCoeff(), 1e-10 * exact.cwiseAbs().maxCoeff()) << expanded;
    // Five digits of three bits: half of 2^15 steps of the largest entry.
    EXPECT_LE((sum - a * x).cwiseAbs().maxCoeff(),
              std::ldexp(a.cwiseAbs().maxCoeff(), -14) * x.cwiseAbs().sum());
  }
}

// Newton's iteration in both; ngspice's stops at a relative change of 1e-9.
TEST(ngspice, clamped_products) {
  MHO_NEEDS_NGSPICE();
  for (std::uint64_t number = 101; number <= 103; ++number) {
    ginv_instance g = signed_ginv(8, 4, amplifier(1e3, 1e5), 1e-3, number);
    mvm_instance p = signed_mvm(8, 4, amplifier(1e2, 1e5), 1e-3, number);
    for (double& volt : p.input_volt) volt *= 2;
    const double loose_g = behaviour_of(g)->output_volt[0], loose_p = behaviour_of(p)->output_volt[0];
    g.row.clamp_volt = g.column.clamp_volt = p.amplifier.clamp_volt = 0.4;
    EXPECT_GT(std::abs(loose_g - behaviour_of(g)->output_volt[0]), 1e-6) << "nothing bends in " << number;
    EXPECT_GT(std::abs(loose_p - behaviour_of(p)->output_volt[0]), 1e-6) << "nothing bends in " << number;
    EXPECT_LE(difference_at_rest(g), 1e-8) << number;
    EXPECT_LE(difference_at_rest(p), 1e-8) << number;
    test::record_worst(std::max(difference_at_rest(g), difference_at_rest(p)));
  }
}

// Waveforms within 1e-6 of full scale, settling times within 1e-4, as those of the inversions. The
// trapezoidal rule with steps h has a relative error of (lambda h)^2 / 12 lambda t exp(-lambda t) in a mode
// lambda, at most (lambda h)^2 / (12 e): a fifth of the gate with lambda the unity gain frequency, the
// fastest there is.
template <class Instance>
void expect_same_motion(const Instance& c, const char* what) {
  const circuit_behaviour model = behaviour_of(c, 1e-3).value();
  ASSERT_TRUE(model.settles) << what;
  const VectorXd end = test::spice_operating_point(c);
  const double stop_s = 1.2 * model.settling_s,
               step_s = std::sqrt(12 * std::exp(1.0) * 1e-6 / 5) / (2 * M_PI * 100e6);
  const MatrixXd wave = test::spice_waveform(c, stop_s, std::min(step_s, stop_s / 16000));
  std::vector<double> times;
  for (Index k = 0; k < wave.rows(); k += 50) times.push_back(wave(k, 0));
  const std::vector<double> at = waveform_of(c, times).value();
  const double full_scale = end.cwiseAbs().maxCoeff();
  double worst = 0;
  for (std::size_t k = 0; k < times.size(); ++k) {
    const VectorXd spice = wave.row(static_cast<Index>(50 * k)).tail(end.size());
    for (Index j = 0; j < end.size(); ++j)
      worst = std::max(worst, std::abs(spice(j) - at[k * c.n + static_cast<std::size_t>(j)]) / full_scale);
  }
  EXPECT_LE(worst, 1e-6) << what;
  test::record_worst(worst);
  for (const double epsilon : {0.1, 0.01, 1e-3})
    EXPECT_NEAR(
        behaviour_of(c, epsilon)->settling_s / test::spice_settling_s(wave, end, epsilon * full_scale), 1,
        1e-4)
        << what << ", to " << epsilon;
}

TEST(ngspice, motion_of_products) {
  MHO_NEEDS_NGSPICE();
  expect_same_motion(signed_ginv(8, 4, amplifier(1e4, infinite), 1e-3, 111), "pseudo-inverse");
  expect_same_motion(signed_ginv(4, 4, amplifier(1e2, 1e5), 1e-3, 112), "square pseudo-inverse, gain 100");
  mvm_instance c = signed_mvm(8, 4, amplifier(1e3, 1e5), 1e-3, 113);
  expect_same_motion(c, "product");
  c.amplifier.output_ohm = 50;
  expect_same_motion(c, "product, 50 ohm");
}

TEST(ngspice, clamps_and_slewing) {
  MHO_NEEDS_NGSPICE();
  for (const double clamp_volt : {infinite, 0.4})
    for (const double slew : {1e7, infinite}) {
      if (clamp_volt == infinite && slew == infinite) continue;
      const auto limit = [&](op_amp& a) {
        a.clamp_volt = clamp_volt;
        a.slew_volt_per_s = slew;
      };
      inv_instance c = test::instance_of(test::cells_of(test::wishart(4, 8, 121), 100e-6, 100e-6),
                                         test::amplifiers(1e3, 100e6), 0.1 * normal_vector(4, 121));
      limit(c.amplifier);
      limit(c.inverter);
      const std::string what =
          "clamp " + std::to_string(clamp_volt) + " V, slew " + std::to_string(slew) + " V/s";
      expect_same_motion(c, ("inversion, " + what).c_str());
      ginv_instance g = signed_ginv(6, 3, amplifier(1e3, infinite), 1e-3, 122);
      limit(g.row);
      limit(g.column);
      expect_same_motion(g, ("pseudo-inverse, " + what).c_str());
      mvm_instance p = signed_mvm(6, 3, amplifier(1e3, infinite), 1e-3, 123);
      limit(p.amplifier);
      expect_same_motion(p, ("product, " + what).c_str());
    }
}

}  // namespace
}  // namespace mho
