// The model against circuits that ngspice solved before (tests/data/spice/make.py, which writes its netlists
// itself): needs no ngspice. Gates as in the tests that run it.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <mho/circuit.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "analog/dynamics.hpp"
#include "analog/noise.hpp"
#include "analog/wires.hpp"
#include "src/analog/closed_loops.hpp"

namespace mho {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using nlohmann::json;

VectorXd vector_of(const json& list) {
  const auto values = list.get<std::vector<double>>();
  return Eigen::Map<const VectorXd>(values.data(), static_cast<Index>(values.size()));
}

MatrixXd matrix_of(const json& rows) {
  const auto n = static_cast<Index>(rows.size());
  MatrixXd m(n, n == 0 ? 0 : static_cast<Index>(rows[0].size()));
  for (Index i = 0; i < n; ++i) m.row(i) = vector_of(rows[static_cast<std::size_t>(i)]);
  return m;
}

analog::opamp amplifier_of(const json& a) {
  return {a["open_loop_gain"], a["gain_bandwidth_hz"], a["input_ohm"], a["output_ohm"]};
}

struct golden {
  explicit golden(const std::string& name) {
    std::ifstream in(std::string(MHO_TEST_DATA) + "/spice/inv_" + name + ".json");
    data = json::parse(in);
    cells = {matrix_of(data["plus"]), matrix_of(data["minus"]), vector_of(data["source"]), data["wire_ohm"]};
    amps = {amplifier_of(data["row"]), amplifier_of(data["inverter"]), data["inverter_ohm"], 0};
    net = analog::reduce(cells);
    inputs = analog::inv_inputs(net, vector_of(data["input"]), vector_of(data["offset"]),
                                vector_of(data["inverter_offset"]));
  }
  json data;
  analog::inv_cells cells;
  analog::inv_amplifiers amps;
  analog::terminal_conductance net;
  VectorXd inputs;
};

TEST(golden, steady_states) {
  for (const char* name :
       {"one_array", "low_gain", "offsets", "wires", "wired_bias", "motion", "slow_inverters"}) {
    const golden g(name);
    const VectorXd spice = vector_of(g.data["outputs"]);
    const VectorXd model =
        (analog::steady_state(g.net, g.amps)->terminals * g.inputs).segment(g.net.n, g.net.n);
    EXPECT_LE((model - spice).cwiseAbs().maxCoeff() / spice.cwiseAbs().maxCoeff(),
              1e-10 * std::max(1.0, test::condition(test::signed_of(g.cells)) / 10))
        << name;
  }
}

TEST(golden, waveforms) {
  for (const char* name : {"one_array", "motion", "slow_inverters"}) {
    const golden g(name);
    const analog::step_response response(analog::inv_loop(g.net, g.amps), g.inputs);
    const double full_scale = response.final_outputs().cwiseAbs().maxCoeff();
    const json& wave = g.data["waveform"];
    ASSERT_GE(wave["time"].size(), 10u);
    for (std::size_t k = 0; k < wave["time"].size(); ++k)
      EXPECT_LE((response.at(wave["time"][k]) - vector_of(wave["outputs"][k])).cwiseAbs().maxCoeff(),
                1e-6 * full_scale)
          << name << " at " << wave["time"][k];
  }
}

TEST(golden, thermal_noise) {
  for (const char* name : {"one_array", "motion", "slow_inverters"}) {
    const golden g(name);
    const MatrixXd model = analog::output_noise(g.net, g.amps, analog::inv_loop(g.net, g.amps),
                                                analog::spice_temperature_kelvin);
    for (std::size_t k = 0; k < g.data["noise_outputs"].size(); ++k) {
      const Index j = g.data["noise_outputs"][k];
      EXPECT_NEAR(model(j, j) / g.data["noise_variance"][k].get<double>(), 1, 1e-4)
          << name << ", output " << j;
    }
  }
}

op_amp spice_amplifier(const json& a) {
  return {.open_loop_gain = a["open_loop_gain"],
          .gain_bandwidth_hz = a["gain_bandwidth_hz"],
          .input_ohm = a["input_ohm"],
          .output_ohm = a["output_ohm"]};
}

// What the library's own face says of the circuits that ngspice solved.
TEST(golden, behaviour_and_waveforms_as_a_user_asks_for_them) {
  for (const char* name : {"one_array", "offsets", "wires", "motion", "slow_inverters"}) {
    const golden g(name);
    inv_instance c;
    const auto flat = [](const MatrixXd& m) {
      const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows = m;
      return std::vector<double>(rows.data(), rows.data() + rows.size());
    };
    c.n = static_cast<std::size_t>(g.cells.plus.rows());
    c.plus_siemens = flat(g.cells.plus);
    c.minus_siemens = flat(g.cells.minus);
    c.source_siemens = flat(g.cells.source);
    c.input_volt = g.data["input"].get<std::vector<double>>();
    c.offset_volt = g.data["offset"].get<std::vector<double>>();
    c.inverter_offset_volt = g.data["inverter_offset"].get<std::vector<double>>();
    c.wire_ohm = g.cells.wire_ohm;
    c.amplifier = spice_amplifier(g.data["row"]);
    c.inverter = spice_amplifier(g.data["inverter"]);
    c.inverter_ohm = g.amps.inverter_ohm;
    const circuit_behaviour found = behaviour_of(c).value();
    ASSERT_TRUE(found.settles) << name;
    const VectorXd spice = vector_of(g.data["outputs"]);
    const double full_scale = spice.cwiseAbs().maxCoeff();
    for (std::size_t j = 0; j < c.n; ++j)
      EXPECT_NEAR(found.output_volt[j], spice(static_cast<Index>(j)),
                  1e-10 * full_scale * std::max(1.0, test::condition(test::signed_of(g.cells)) / 10))
          << name;
    for (std::size_t k = 0; g.data.contains("noise_outputs") && k < g.data["noise_outputs"].size(); ++k) {
      const double noise = found.noise_volt[g.data["noise_outputs"][k].get<std::size_t>()];
      EXPECT_NEAR(noise * noise / g.data["noise_variance"][k].get<double>(), 1, 1e-4) << name;
    }
    // Outside the band just before it has settled, inside from then on.
    const std::vector<double> late{found.settling_s * (1 - 1e-6), found.settling_s * (1 + 1e-6),
                                   2 * found.settling_s};
    const std::vector<double> at = waveform_of(c, late).value();
    const auto distance = [&](std::size_t time) {
      double most = 0, largest = 0;
      for (std::size_t j = 0; j < c.n; ++j) {
        most = std::max(most, std::abs(at[time * c.n + j] - found.output_volt[j]));
        largest = std::max(largest, std::abs(found.output_volt[j]));
      }
      return most / largest;
    };
    EXPECT_NEAR(distance(0), 0.01, 1e-6) << name;
    EXPECT_LE(distance(1), 0.01 * (1 + 1e-9)) << name;
    EXPECT_LT(distance(2), 0.01) << name;
  }
}

std::vector<double> flat_of(const json& rows) {
  std::vector<double> all;
  for (const json& row : rows)
    for (const double entry : row) all.push_back(entry);
  return all;
}

op_amp limited_amplifier(const json& a) {
  op_amp out = spice_amplifier(a);
  if (a["clamp_volt"] > 0) out.clamp_volt = a["clamp_volt"];
  if (a["slew_volt_per_s"] > 0) out.slew_volt_per_s = a["slew_volt_per_s"];
  return out;
}

// Rest to the gates of the static tests (of clamps: of ngspice's Newton iteration), points of the waveform.
template <class Instance>
void expect_golden(const Instance& c, const json& data, double condition, const std::string& name) {
  const circuit_behaviour found = behaviour_of(c).value();
  ASSERT_TRUE(found.settles) << name;
  const VectorXd spice = vector_of(data["outputs"]);
  const double full_scale = spice.cwiseAbs().maxCoeff();
  const bool bent = data["amplifier"]["clamp_volt"] > 0 || data["amplifier"]["slew_volt_per_s"] > 0;
  const double gate = bent ? 1e-8 : 1e-10 * std::max(1.0, condition / 10);
  for (std::size_t j = 0; j < c.n; ++j)
    EXPECT_NEAR(found.output_volt[j], spice(static_cast<Index>(j)), gate * full_scale) << name << " " << j;
  const auto times = data["waveform"]["time"].get<std::vector<double>>();
  ASSERT_GE(times.size(), 10u);
  const std::vector<double> wave = waveform_of(c, times).value();
  for (std::size_t k = 0; k < times.size(); ++k)
    for (std::size_t j = 0; j < c.n; ++j)
      EXPECT_NEAR(wave[k * c.n + j], data["waveform"]["outputs"][k][j].get<double>(), 1e-6 * full_scale)
          << name << " at " << times[k];
}

json product_data(const std::string& name) {
  std::ifstream in(std::string(MHO_TEST_DATA) + "/spice/" + name + ".json");
  return json::parse(in);
}

TEST(golden, signed_pseudo_inverses) {
  for (const char* name : {"ginv_signed", "ginv_square", "ginv_clamped", "ginv_slewing"}) {
    const json data = product_data(name);
    ginv_instance c;
    c.m = data["plus"].size();
    c.n = data["plus"][0].size();
    c.x_siemens = flat_of(data["plus"]);
    c.minus_siemens = flat_of(data["minus"]);
    c.feedback_siemens = data["feedback"];
    c.input_ampere = data["input"].get<std::vector<double>>();
    c.column_ampere = data["column_input"].get<std::vector<double>>();
    c.row_offset_volt = data["offset"].get<std::vector<double>>();
    c.column_offset_volt = data["column_offset"].get<std::vector<double>>();
    c.row = c.column = limited_amplifier(data["amplifier"]);
    const double condition = test::condition(matrix_of(data["plus"]) - matrix_of(data["minus"]));
    expect_golden(c, data, condition * condition, name);
  }
}

TEST(golden, products) {
  for (const char* name : {"mvm_signed", "mvm_clamped", "mvm_slewing"}) {
    const json data = product_data(name);
    mvm_instance c;
    c.m = data["plus"].size();
    c.n = data["plus"][0].size();
    c.plus_siemens = flat_of(data["plus"]);
    c.minus_siemens = flat_of(data["minus"]);
    c.feedback_siemens = data["feedback"];
    c.input_volt = data["input"].get<std::vector<double>>();
    c.offset_volt = data["offset"].get<std::vector<double>>();
    c.minus_offset_volt = data["minus_offset"].get<std::vector<double>>();
    c.amplifier = limited_amplifier(data["amplifier"]);
    expect_golden(c, data, 1, name);
  }
}

TEST(golden, behaviour_refuses_what_is_no_circuit) {
  inv_instance c;
  EXPECT_EQ(behaviour_of(c).code(), error::bad_shape);
  c.n = 1;
  c.plus_siemens = {1e-4};
  c.source_siemens = {1e-4};
  c.input_volt = {0.1};
  EXPECT_EQ(behaviour_of(c, 0).code(), error::bad_value);
  EXPECT_EQ(behaviour_of(c, 0.1, -1).code(), error::bad_value);
  EXPECT_EQ(waveform_of(c, std::vector<double>{-1.0}).code(), error::bad_value);
  // Kinds of op-amps that the model has not.
  c.minus_siemens = {0};
  c.amplifier.clamp_volt = 0.4;
  EXPECT_EQ(behaviour_of(c).code(), error::bad_value);
  c.minus_siemens.clear();
  c.amplifier = {};
  ginv_instance g;
  g.m = g.n = 1;
  g.x_siemens = {1e-4};
  g.input_ampere = {1e-6};
  EXPECT_TRUE(behaviour_of(g).ok());
  g.column.open_loop_gain = 1e3;
  EXPECT_EQ(behaviour_of(g).code(), error::bad_value);
  g.row.open_loop_gain = 1e3;
  g.column.output_ohm = 1;
  EXPECT_EQ(behaviour_of(g).code(), error::bad_value);
  EXPECT_EQ(behaviour_of(mvm_instance{}).code(), error::bad_shape);
  // One integrator: u = (g v + g V_in) / 2 g, so v -> -V_in with the time constant 2 / omega.
  c.amplifier.open_loop_gain = std::numeric_limits<double>::infinity();
  const circuit_behaviour one = behaviour_of(c).value();
  const double omega = 2 * 3.141592653589793 * c.amplifier.gain_bandwidth_hz;
  EXPECT_NEAR(one.output_volt[0], -0.1, 1e-15);
  EXPECT_NEAR(one.slowest_mode_s * omega, 2, 1e-12);
  EXPECT_NEAR(one.settling_s * omega, 2 * std::log(100.0), 1e-8);
}

}  // namespace
}  // namespace mho
