// Motion and noise of the model against ngspice: waveforms, settling times, stability, thermal noise. Gates
// follow from ngspice's integrator (trapezoidal, steps of the run's length / 16000) and are a few times what
// an independent comparison of the same equations saw.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "analog/dynamics.hpp"
#include "analog/noise.hpp"
#include "analog/wires.hpp"
#include "src/analog/closed_loops.hpp"
#include "src/analog/ngspice.hpp"

namespace mho::analog {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

struct instance {
  inv_cells cells;
  inv_amplifiers amps;
  VectorXd input, offset, inverter_offset;
  std::string name;

  terminal_conductance net() const { return reduce(cells); }
  VectorXd inputs() const { return inv_inputs(net(), input, offset, inverter_offset); }
  inv_instance spice() const { return test::instance_of(cells, amps, input, offset, inverter_offset); }
};

instance make(const MatrixXd& a, double gain, std::uint64_t number, const std::string& name) {
  instance i;
  i.cells = test::cells_of(a, 100e-6, 100e-6);
  i.amps = test::amplifiers(gain, 100e6);
  i.input = 0.1 * test::normal_vector(a.rows(), number);
  i.offset = 1e-3 * test::normal_vector(a.rows(), number + 1);
  i.inverter_offset = 1e-3 * test::normal_vector(a.rows(), number + 2);
  i.name = name;
  return i;
}

MatrixXd positive_definite(Index n, std::uint64_t number) {
  return (test::wishart(n, 2 * n, number).cwiseAbs() + MatrixXd::Identity(n, n)).eval();
}

// One and two arrays, and everything that the loop can have.
std::vector<instance> instances() {
  std::vector<instance> all{make(positive_definite(4, 1), 1e4, 1, "one array, 4 rows"),
                            make(positive_definite(8, 2), 1e2, 2, "one array, 8 rows, gain 100"),
                            make(test::wishart(4, 8, 3), 1e4, 3, "two arrays, 4 rows"),
                            make(test::wishart(8, 16, 4), 1e4, 4, "two arrays, 8 rows"),
                            make(test::wishart(4, 8, 5), 1e4, 5, "two arrays, 4 rows, wires")};
  all.back().cells.wire_ohm = 10;
  return all;
}

// What the model would not have to be told twice: output resistance, unequal inverters, capacitance.
instance loaded() {
  instance i = make(test::wishart(4, 8, 6), 1e3, 6, "two arrays with every load");
  i.cells.wire_ohm = 5;
  i.amps.row.output_resistance_ohm = 50;
  i.amps.inverter.output_resistance_ohm = 20;
  i.amps.inverter.gain_bandwidth_hz = 500e6;
  i.amps.row.input_resistance_ohm = 1e6;
  i.amps.row_capacitance_farad = 0.2e-12;
  return i;
}

TEST(ngspice, waveform) {
  MHO_NEEDS_NGSPICE();
  std::vector<instance> all = instances();
  all.push_back(loaded());
  for (const instance& i : all) {
    const closed_loop loop = inv_loop(i.net(), i.amps);
    ASSERT_TRUE(is_stable(loop)) << i.name;
    const step_response response(loop, i.inputs());
    const double stop_s = settling_estimate_s(loop, 1e-4);
    const MatrixXd wave = test::spice_waveform(i.spice(), stop_s);
    const double full_scale = response.final_outputs().cwiseAbs().maxCoeff();
    double worst = 0;
    for (Index k = 0; k < wave.rows(); k += 50) {
      const VectorXd model = response.at(wave(k, 0));
      const VectorXd spice = wave.row(k).tail(wave.cols() - 1);
      worst = std::max(worst, (spice - model).cwiseAbs().maxCoeff() / full_scale);
    }
    EXPECT_LE(worst, 1e-6) << i.name;
    test::record_worst(worst);
  }
}

TEST(ngspice, settling_time) {
  MHO_NEEDS_NGSPICE();
  for (const instance& i : instances()) {
    const closed_loop loop = inv_loop(i.net(), i.amps);
    const step_response response(loop, i.inputs());
    const VectorXd end = test::spice_operating_point(i.spice());
    const MatrixXd wave = test::spice_waveform(i.spice(), 1.5 * settling_estimate_s(loop, 1e-4));
    for (const double epsilon : {0.1, 0.01, 1e-3, 1e-4}) {
      const double spice_s = test::spice_settling_s(wave, end, epsilon * end.cwiseAbs().maxCoeff());
      const double difference = std::abs(response.settling_s(epsilon) / spice_s - 1);
      EXPECT_LE(difference, 1e-4) << i.name << ", to " << epsilon;
      test::record_worst(difference);
    }
  }
}

TEST(ngspice, thermal_noise) {
  MHO_NEEDS_NGSPICE();
  for (const instance& i : instances()) {
    const closed_loop loop = inv_loop(i.net(), i.amps);
    const MatrixXd model = output_noise(i.net(), i.amps, loop, spice_temperature_kelvin);
    for (Index j = 0; j < model.rows(); j += 3) {
      const double spice = test::spice_noise(i.spice(), static_cast<std::size_t>(j));
      const double difference = std::abs(model(j, j) / spice - 1);
      EXPECT_LE(difference, 1e-4) << i.name << ", output " << j;
      test::record_worst(difference);
    }
  }
}

// Random matrices of positive entries: a loop that the model calls unstable runs away in ngspice, at the rate
// of its fastest growing mode; one that it calls stable comes to rest.
TEST(ngspice, stability) {
  MHO_NEEDS_NGSPICE();
  int unstable = 0, stable = 0, differing = 0;
  for (std::uint64_t number = 1; number < 4000 && (unstable < 4 || stable < 4 || differing < 2); ++number) {
    const MatrixXd a = test::normal_matrix(4, 4, 500 + number).cwiseAbs();
    const instance i = make(a, 1e4, number, "matrix " + std::to_string(number));
    const closed_loop loop = inv_loop(i.net(), i.amps);
    const bool settles = is_stable(loop);
    // The eigenvalues of A itself say something else now and then.
    const bool differs = (test::least_real_eigenvalue(a) > 0) != settles;
    if (differs ? differing >= 2 : (settles ? stable : unstable) >= 4) continue;
    const double rate = loop.omega * std::abs(slowest_mode(loop));
    if (rate < 1e-3 * loop.omega) continue;  // nothing happens in a run of reasonable length
    ++(differs ? differing : settles ? stable : unstable);
    const MatrixXd wave = test::spice_waveform(i.spice(), 30 / rate);
    const VectorXd end = test::spice_operating_point(i.spice());
    const auto distance = [&](double time_s) {
      Index k = 0;
      while (k + 1 < wave.rows() && wave(k, 0) < time_s) ++k;
      return (wave.row(k).tail(4).transpose() - end).norm();
    };
    // Ten times the slowest mode's time constant: a factor of e^10, less what an oscillation hides.
    const double growth = distance(29 / rate) / distance(19 / rate);
    if (settles)
      EXPECT_LT(growth, std::exp(-5)) << i.name;
    else
      EXPECT_GT(growth, std::exp(5)) << i.name;
  }
  EXPECT_GE(unstable, 4);
  EXPECT_GE(stable, 4);
  EXPECT_GE(differing, 2);
}

}  // namespace
}  // namespace mho::analog
