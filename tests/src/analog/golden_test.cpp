// The model against circuits that ngspice solved before (tests/data/spice/make.py, which writes its netlists
// itself): needs no ngspice. Gates as in the tests that run it.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <fstream>
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
    const MatrixXd signed_cells = g.net.two_arrays ? MatrixXd(g.cells.plus - g.cells.minus) : g.cells.plus;
    EXPECT_LE((model - spice).cwiseAbs().maxCoeff() / spice.cwiseAbs().maxCoeff(),
              1e-10 * std::max(1.0, test::condition(signed_cells) / 10))
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

}  // namespace
}  // namespace mho
