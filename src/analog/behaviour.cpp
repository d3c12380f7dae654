#include <mho/circuit.hpp>

#include <algorithm>
#include <cmath>

#include "analog/dynamics.hpp"
#include "analog/noise.hpp"
#include "analog/saturation.hpp"
#include "analog/wires.hpp"

namespace mho {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

using row_major = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::MatrixXd square(const std::vector<double>& entries, Index n) {
  if (entries.empty()) return {};
  return Eigen::Map<const row_major>(entries.data(), n, n);
}

VectorXd vector_of(const std::vector<double>& entries) {
  return Eigen::Map<const VectorXd>(entries.data(), static_cast<Index>(entries.size()));
}

analog::opamp amplifier(const op_amp& a) {
  return {a.open_loop_gain, a.gain_bandwidth_hz, a.input_ohm, a.output_ohm};
}

// The instance in the terms of the model.
struct modelled {
  explicit modelled(const inv_instance& c) {
    const auto n = static_cast<Index>(c.n);
    analog::inv_cells cells{square(c.plus_siemens, n), square(c.minus_siemens, n),
                            vector_of(c.source_siemens), c.wire_ohm, square(c.apart_siemens, n)};
    amps = {amplifier(c.amplifier), amplifier(c.inverter), c.inverter_ohm, c.row_capacitance_farad};
    net = analog::reduce(cells);
    loop = analog::inv_loop(net, amps);
    inputs = analog::inv_inputs(net, vector_of(c.input_volt), vector_of(c.offset_volt),
                                vector_of(c.inverter_offset_volt));
  }
  analog::inv_amplifiers amps;
  analog::terminal_conductance net;
  analog::closed_loop loop;
  VectorXd inputs;
};

}  // namespace

result<circuit_behaviour> behaviour_of(const inv_instance& circuit, double epsilon,
                                       double temperature_kelvin) {
  if (!(epsilon > 0 && epsilon < 1)) return {error::bad_value, "epsilon must be above 0 and below 1"};
  if (!(temperature_kelvin > 0) || !std::isfinite(temperature_kelvin))
    return {error::bad_value, "the temperature must be above 0 and finite"};
  if (const result<std::string> checked = spice_netlist(circuit, {}); !checked)
    return {checked.code(), checked.message()};
  const modelled m(circuit);
  circuit_behaviour out;
  out.settles = analog::is_stable(m.loop);
  if (!out.settles) return out;
  const analog::step_response response(m.loop, m.inputs);
  VectorXd rest = response.final_outputs();
  if (std::isfinite(circuit.amplifier.clamp_volt)) {
    const analog::saturated_rest bent =
        analog::saturated_steady_state(m.loop, m.inputs, circuit.amplifier.clamp_volt);
    if (!bent.converged) return {error::bad_value, "the clamped circuit has no rest"};
    rest = bent.outputs;
  }
  const auto n = static_cast<Index>(circuit.n);
  out.output_volt.assign(rest.data(), rest.data() + n);
  out.settling_s = response.settling_s(epsilon);
  out.slowest_mode_s = 1 / (m.loop.omega * analog::slowest_mode(m.loop));
  const Eigen::MatrixXd noise = analog::output_noise(m.net, m.amps, m.loop, temperature_kelvin);
  for (Index i = 0; i < n; ++i) out.noise_volt.push_back(std::sqrt(noise(i, i)));
  return out;
}

result<std::vector<double>> waveform_of(const inv_instance& circuit, std::span<const double> time_s) {
  if (!std::all_of(time_s.begin(), time_s.end(), [](double t) { return t >= 0 && std::isfinite(t); }))
    return {error::bad_value, "times must not be negative, and finite"};
  if (const result<std::string> checked = spice_netlist(circuit, {}); !checked)
    return {checked.code(), checked.message()};
  const modelled m(circuit);
  if (!analog::is_stable(m.loop)) return {error::bad_value, "the circuit does not settle"};
  const analog::step_response response(m.loop, m.inputs);
  std::vector<double> out;
  for (const double t : time_s) {
    const VectorXd now = response.at(t);
    out.insert(out.end(), now.data(), now.data() + circuit.n);
  }
  return out;
}

}  // namespace mho
