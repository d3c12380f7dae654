#include <mho/circuit.hpp>

#include <algorithm>
#include <cmath>

#include "analog/dynamics.hpp"
#include "analog/ginv_circuit.hpp"
#include "analog/mvm_circuit.hpp"
#include "analog/noise.hpp"
#include "analog/saturation.hpp"
#include "analog/wires.hpp"

namespace mho {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

using row_major = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::MatrixXd matrix_of(const std::vector<double>& entries, Index rows, Index columns) {
  if (entries.empty()) return {};
  return Eigen::Map<const row_major>(entries.data(), rows, columns);
}

VectorXd vector_of(const std::vector<double>& entries) {
  return Eigen::Map<const VectorXd>(entries.data(), static_cast<Index>(entries.size()));
}

analog::opamp amplifier(const op_amp& a) {
  return {a.open_loop_gain, a.gain_bandwidth_hz, a.input_ohm, a.output_ohm};
}

// An instance in the terms of the model.
struct modelled {
  analog::closed_loop loop;
  VectorXd inputs;
  analog::amplifier_limits limits;
};

analog::amplifier_limits limits_of(const op_amp& a) { return {a.clamp_volt, a.slew_volt_per_s}; }

bool same_limits(const op_amp& a, const op_amp& b) {
  return a.clamp_volt == b.clamp_volt && a.slew_volt_per_s == b.slew_volt_per_s;
}

constexpr const char* two_limits = "the model takes one clamp and one slew rate for all op-amps of a circuit";

struct modelled_inv : modelled {
  explicit modelled_inv(const inv_instance& c) {
    const auto n = static_cast<Index>(c.n);
    analog::inv_cells cells{matrix_of(c.plus_siemens, n, n), matrix_of(c.minus_siemens, n, n),
                            vector_of(c.source_siemens), c.wire_ohm, matrix_of(c.apart_siemens, n, n)};
    amps = {amplifier(c.amplifier), amplifier(c.inverter), c.inverter_ohm, c.row_capacitance_farad};
    net = analog::reduce(cells);
    loop = analog::inv_loop(net, amps);
    inputs = analog::inv_inputs(net, vector_of(c.input_volt), vector_of(c.offset_volt),
                                vector_of(c.inverter_offset_volt));
    limits = limits_of(c.amplifier);
  }
  analog::inv_amplifiers amps;
  analog::terminal_conductance net;
};

// What is wrong with an instance, or what the model does not have of it; no error if it takes it.
result<std::string> checked(const inv_instance& c) {
  result<std::string> netlist = spice_netlist(c, {});
  if (netlist && !c.minus_siemens.empty() && !same_limits(c.amplifier, c.inverter))
    return {error::bad_value, two_limits};
  return netlist;
}

result<std::string> checked(const ginv_instance& c) {
  result<std::string> netlist = spice_netlist(c, {});
  if (!netlist) return netlist;
  if (!same_limits(c.row, c.column)) return {error::bad_value, two_limits};
  if (c.row.open_loop_gain != c.column.open_loop_gain ||
      c.row.gain_bandwidth_hz != c.column.gain_bandwidth_hz || c.row.input_ohm != c.column.input_ohm)
    return {error::bad_value, "the model takes one kind of op-amp for a pseudo-inverse circuit"};
  if (c.row.output_ohm > 0 || c.column.output_ohm > 0)
    return {error::bad_value, "the model of a pseudo-inverse circuit has no output resistances"};
  return netlist;
}

modelled modelled_ginv(const ginv_instance& c) {
  const auto m = static_cast<Index>(c.m), n = static_cast<Index>(c.n);
  const analog::ginv_cells cells{matrix_of(c.x_siemens, m, n), matrix_of(c.minus_siemens, m, n),
                                 c.feedback_siemens, analog::ginv_signs::differential};
  modelled out;
  out.loop = analog::ginv_loop(cells, {amplifier(c.row), amplifier(c.column)});
  out.limits = limits_of(c.row);
  out.inputs = VectorXd::Zero(2 * m + n);
  out.inputs.head(m) = vector_of(c.input_ampere);
  if (!c.row_offset_volt.empty()) out.inputs.segment(m, m) = vector_of(c.row_offset_volt);
  if (!c.column_offset_volt.empty()) out.inputs.tail(n) = vector_of(c.column_offset_volt);
  if (!c.column_ampere.empty()) {
    // Over the input's conductance to everything it is one more offset.
    VectorXd load = cells.plus.colwise().sum().transpose();
    if (cells.minus.size() > 0) load = load.cwiseMax(cells.minus.colwise().sum().transpose());
    load.array() += 1 / c.column.input_ohm;
    out.inputs.tail(n) += vector_of(c.column_ampere).cwiseQuotient(load);
  }
  return out;
}

modelled modelled_mvm(const mvm_instance& c) {
  const auto m = static_cast<Index>(c.m), n = static_cast<Index>(c.n);
  const bool pair = !c.minus_siemens.empty();
  modelled out;
  out.loop = analog::mvm_loop(
      {matrix_of(c.plus_siemens, m, n), matrix_of(c.minus_siemens, m, n), c.feedback_siemens},
      amplifier(c.amplifier));
  out.limits = limits_of(c.amplifier);
  out.inputs = VectorXd::Zero(m + (pair ? 2 : 1) * n);
  out.inputs.head(m) = vector_of(c.input_volt);
  if (!c.offset_volt.empty()) out.inputs.segment(m, n) = vector_of(c.offset_volt);
  if (pair && !c.minus_offset_volt.empty()) out.inputs.tail(n) = vector_of(c.minus_offset_volt);
  return out;
}

// All but the noise.
result<circuit_behaviour> moved(const modelled& m, double epsilon) {
  circuit_behaviour out;
  out.settles = analog::is_stable(m.loop);
  if (!out.settles) return out;
  const analog::step_response response(m.loop, m.inputs);
  VectorXd rest = response.final_outputs();
  if (m.limits.are_there()) {
    const analog::saturated_rest bent = analog::saturated_steady_state(m.loop, m.inputs, m.limits);
    if (!bent.converged) return {error::bad_value, "the clamped circuit has no rest"};
    rest = bent.outputs;
  }
  out.output_volt.assign(rest.data(), rest.data() + rest.size());
  out.settling_s = m.limits.are_there()
                       ? analog::saturated_settling_s(m.loop, m.inputs, m.limits, rest, epsilon)
                       : response.settling_s(epsilon);
  out.slowest_mode_s = 1 / (m.loop.omega * analog::slowest_mode(m.loop));
  return out;
}

bool is_share(double epsilon) { return epsilon > 0 && epsilon < 1; }
constexpr const char* no_share = "epsilon must be above 0 and below 1";

// Ascending times, and back in the order in which they came.
result<std::vector<double>> bent_waveform(const modelled& m, std::span<const double> time_s) {
  std::vector<double> ascending(time_s.begin(), time_s.end());
  std::sort(ascending.begin(), ascending.end());
  const analog::saturated_waveform wave =
      analog::saturated_step(m.loop, m.inputs, m.limits, ascending, 1e-11, 1e-10);
  if (!wave.complete)
    return {error::bad_range, "a million steps of the integrator do not reach the last time"};
  std::vector<double> out;
  for (const double t : time_s) {
    const auto at = std::lower_bound(ascending.begin(), ascending.end(), t) - ascending.begin();
    const VectorXd now = wave.outputs.col(at);
    out.insert(out.end(), now.data(), now.data() + now.size());
  }
  return out;
}

result<std::vector<double>> waveform(const modelled& m, std::span<const double> time_s) {
  if (!std::all_of(time_s.begin(), time_s.end(), [](double t) { return t >= 0 && std::isfinite(t); }))
    return {error::bad_value, "times must not be negative, and finite"};
  if (!analog::is_stable(m.loop)) return {error::bad_value, "the circuit does not settle"};
  if (m.limits.are_there()) return bent_waveform(m, time_s);
  const analog::step_response response(m.loop, m.inputs);
  std::vector<double> out;
  for (const double t : time_s) {
    const VectorXd now = response.at(t);
    out.insert(out.end(), now.data(), now.data() + now.size());
  }
  return out;
}

}  // namespace

result<circuit_behaviour> behaviour_of(const inv_instance& circuit, double epsilon,
                                       double temperature_kelvin) {
  if (!is_share(epsilon)) return {error::bad_value, no_share};
  if (!(temperature_kelvin > 0) || !std::isfinite(temperature_kelvin))
    return {error::bad_value, "the temperature must be above 0 and finite"};
  if (const result<std::string> right = checked(circuit); !right) return {right.code(), right.message()};
  const modelled_inv m(circuit);
  result<circuit_behaviour> out = moved(m, epsilon);
  if (!out || !out->settles) return out;
  const Eigen::MatrixXd noise = analog::output_noise(m.net, m.amps, m.loop, temperature_kelvin);
  for (Index i = 0; i < static_cast<Index>(circuit.n); ++i) out->noise_volt.push_back(std::sqrt(noise(i, i)));
  return out;
}

result<circuit_behaviour> behaviour_of(const ginv_instance& circuit, double epsilon) {
  if (!is_share(epsilon)) return {error::bad_value, no_share};
  if (const result<std::string> right = checked(circuit); !right) return {right.code(), right.message()};
  return moved(modelled_ginv(circuit), epsilon);
}

result<circuit_behaviour> behaviour_of(const mvm_instance& circuit, double epsilon) {
  if (!is_share(epsilon)) return {error::bad_value, no_share};
  if (const result<std::string> right = spice_netlist(circuit, {}); !right)
    return {right.code(), right.message()};
  return moved(modelled_mvm(circuit), epsilon);
}

result<std::vector<double>> waveform_of(const inv_instance& circuit, std::span<const double> time_s) {
  if (const result<std::string> right = checked(circuit); !right) return {right.code(), right.message()};
  return waveform(modelled_inv(circuit), time_s);
}

result<std::vector<double>> waveform_of(const ginv_instance& circuit, std::span<const double> time_s) {
  if (const result<std::string> right = checked(circuit); !right) return {right.code(), right.message()};
  return waveform(modelled_ginv(circuit), time_s);
}

result<std::vector<double>> waveform_of(const mvm_instance& circuit, std::span<const double> time_s) {
  if (const result<std::string> right = spice_netlist(circuit, {}); !right)
    return {right.code(), right.message()};
  return waveform(modelled_mvm(circuit), time_s);
}

}  // namespace mho
