#include "analog/closed_array.hpp"

#include <algorithm>
#include <cmath>

#include "analog/noise.hpp"
#include "analog/saturation.hpp"

namespace mho::analog {
namespace {

using row_major = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::MatrixXd in_siemens(const double* levels, Eigen::Index n, double step_siemens) {
  return step_siemens * Eigen::Map<const row_major>(levels, n, n);
}

bool loops_decay(const closed_loop& loop, bool bias_row, Eigen::Index bias) {
  return is_stable(loop) && (!bias_row || is_stable(with_fast_state(loop, bias)));
}

// Heat of the network and of the inverters' resistors as a quadratic form of the first n sources.
Eigen::MatrixXd heat_of(const terminal_conductance& net, const inv_amplifiers& amps,
                        const inv_steady_state& state, Eigen::Index n) {
  const Eigen::Index rows = net.n, free = state.terminals.rows();
  Eigen::MatrixXd volts = Eigen::MatrixXd::Zero(free + rows, n);
  volts.topRows(free) = state.terminals.leftCols(n);
  volts.middleRows(free, n).setIdentity();
  Eigen::MatrixXd heat = product(volts.transpose(), net.y, volts);
  if (net.two_arrays) {
    const auto o = volts.middleRows(net.outputs(), rows), w = volts.middleRows(net.inverted(), rows);
    const Eigen::MatrixXd y = (o + w) / (2 + amps.inverter_ohm / amps.inverter.input_resistance_ohm);
    const Eigen::MatrixXd first = o - y, second = w - y;
    heat += (product(first.transpose(), first) + product(second.transpose(), second)) / amps.inverter_ohm;
  }
  return heat;
}

}  // namespace

inv_amplifiers amplifiers(const circuit_parameters& circuit) {
  inv_amplifiers amps;
  amps.row = {circuit.open_loop_gain, circuit.gain_bandwidth_hz, circuit.input_resistance_ohm,
              circuit.output_resistance_ohm};
  amps.inverter = amps.row;
  amps.inverter_ohm = circuit.inverter_ohm;
  amps.row_capacitance_farad = circuit.row_capacitance_farad;
  return amps;
}

inv_cells split_cells(const double* levels, const inv_mapping& map, std::size_t n,
                      const circuit_parameters& circuit, double step_siemens, double wire_ohm,
                      const double* bias_levels) {
  const auto unknowns = static_cast<Eigen::Index>(n);
  const bool column = map.bias > 0 || bias_levels != nullptr;
  const Eigen::Index rows = unknowns + (column ? 1 : 0);
  inv_cells cells;
  cells.plus = Eigen::MatrixXd::Zero(rows, rows);
  cells.plus.topLeftCorner(unknowns, unknowns) = in_siemens(levels, unknowns, step_siemens);
  cells.apart = Eigen::MatrixXd::Zero(rows, rows);
  cells.apart.diagonal().head(unknowns).setConstant(step_siemens * map.diagonal / map.step);
  if (column) {
    if (bias_levels == nullptr)
      cells.apart.col(unknowns).head(unknowns).setConstant(step_siemens * map.bias / map.step);
    else
      cells.plus.col(unknowns).head(unknowns) =
          step_siemens * Eigen::Map<const Eigen::VectorXd>(bias_levels, unknowns);
    cells.apart.row(unknowns).setConstant(step_siemens);
  }
  cells.source = Eigen::VectorXd::Constant(rows, circuit.source_siemens);
  cells.wire_ohm = wire_ohm;
  return cells;
}

inv_cells pair_cells(const double* plus, const double* minus, std::size_t n,
                     const circuit_parameters& circuit, double step_siemens, double wire_ohm) {
  const auto unknowns = static_cast<Eigen::Index>(n);
  inv_cells cells;
  cells.plus = in_siemens(plus, unknowns, step_siemens);
  cells.minus = in_siemens(minus, unknowns, step_siemens);
  cells.source = Eigen::VectorXd::Constant(unknowns, circuit.source_siemens);
  cells.wire_ohm = wire_ohm;
  return cells;
}

double closed_array::power_watt(const Eigen::VectorXd& b) const {
  const double full_scale = (inverse * b).cwiseAbs().maxCoeff();
  if (!(full_scale > 0)) return 0;
  const double volts = volts_per_unit / full_scale;
  return volts * volts * b.dot(heat * b);
}

std::optional<Eigen::VectorXd> closed_array::saturated(const Eigen::VectorXd& b, double fill) const {
  const double full_scale = (inverse * b).cwiseAbs().maxCoeff();
  if (!(full_scale > 0) || !(fill > 0)) return std::nullopt;
  Eigen::VectorXd inputs = offsets;
  inputs.head(b.size()) = -fill * volts_per_unit / full_scale * b;
  const saturated_rest rest = saturated_steady_state(loop, inputs, {clamp_volt});
  if (!rest.converged) return std::nullopt;
  return full_scale / (fill * clamp_volt) * rest.outputs.head(b.size());
}

closed_array close_array(const terminal_conductance& net, const circuit_parameters& circuit,
                         const array_request& request, const Eigen::VectorXd& offset_volt,
                         const Eigen::VectorXd& inverter_offset_volt) {
  closed_array result;
  const auto n = static_cast<Eigen::Index>(request.unknowns);
  const bool bias_row = net.n > n;
  const inv_amplifiers amps = amplifiers(circuit);
  inv_amplifiers ideal = amps;
  ideal.row.open_loop_gain = ideal.inverter.open_loop_gain = infinite;
  const closed_loop loop = inv_loop(net, amps);
  if (!loops_decay(inv_loop(net, ideal), bias_row, n) || !loops_decay(loop, bias_row, n)) return result;
  const auto state = steady_state(net, amps);
  if (!state) return result;
  result.settles = true;
  result.loop = loop;
  // v = M V_in with ideal M = -g0 G^-1, and G = siemens_per_unit A.
  const double scale = request.siemens_per_unit / circuit.source_siemens;
  result.inverse = -scale * state->per_source().topLeftCorner(n, n);
  result.offsets = inv_inputs(net, {}, offset_volt, inverter_offset_volt);
  result.offset = (state->terminals * result.offsets).segment(net.n, n) / circuit.clamp_volt;
  result.heat = heat_of(net, amps, *state, n);
  result.clamp_volt = circuit.clamp_volt;
  result.volts_per_unit = circuit.clamp_volt * scale;
  if (circuit.thermal_noise && request.temperature_kelvin > 0) {
    const Eigen::MatrixXd p = output_noise(net, amps, loop, request.temperature_kelvin).topLeftCorner(n, n);
    result.noise = symmetric_root(p) / circuit.clamp_volt;
  }
  if (request.settling_epsilon > 0) {
    // Only what is read counts; the bias amplifier's output is not.
    closed_loop read = loop;
    read.output = loop.output.topRows(n);
    read.feedthrough = loop.feedthrough.topRows(n);
    step_response response(read);
    for (Eigen::Index i = 0; i < n; ++i) {
      response.drive(Eigen::VectorXd::Unit(loop.drive.cols(), i));
      result.settling_s = std::max(result.settling_s, response.settling_s(request.settling_epsilon));
    }
  }
  return result;
}

}  // namespace mho::analog
