/// \file
/// The closed-loop inversion circuit around any terminal conductance (network.hpp): its amplifiers,
/// Kirchhoff's laws and the steady state.
///
/// The amplifiers are single-pole macromodels: an internal voltage b behind the output resistance follows
/// tau b' = -b + A0 (V_os - u), u the inverting input, the other one at ground; A0 / tau = 2 pi GBW. Row i's
/// amplifier has u_i as its input and o_i as its output. With two arrays inverter i, a resistor from o_i to
/// its input y_i and an equal one from y_i to its output w_i, drives column i of the second array.
/// Every resistor obeys Kirchhoff's laws, the inverters' ones and those of inputs and outputs included.
#pragma once

#include <limits>
#include <optional>

#include "analog/network.hpp"

namespace mho::analog {

/// One amplifier; the defaults are ideal but for the speed.
struct opamp {
  double open_loop_gain = std::numeric_limits<double>::infinity();
  double gain_bandwidth_hz = 16e6;
  double input_resistance_ohm = std::numeric_limits<double>::infinity();  ///< inverting input to ground
  double output_resistance_ohm = 0;
};

/// All amplifiers of a circuit. The inverters have an entry of their own: different ones may serve them.
struct inv_amplifiers {
  opamp row;
  opamp inverter;
  double inverter_ohm = 10e3;        ///< each of an inverter's two resistors
  double row_capacitance_farad = 0;  ///< from each inverting input u to ground
};

/// Stacks what drives a circuit, volts: the sources s, the offsets of the rows' amplifiers and those of the
/// inverters (two arrays only; else left out). n entries each; an empty one is zero.
Eigen::VectorXd inv_inputs(const terminal_conductance& net, const Eigen::VectorXd& source_volt,
                           const Eigen::VectorXd& offset_volt = {},
                           const Eigen::VectorXd& inverter_offset_volt = {});

/// The voltages that the circuit rests at, as a linear map of `inv_inputs`: 2 n or 3 n columns.
/// Whether it comes to rest there is another question (dynamics.hpp).
struct inv_steady_state {
  Eigen::Index n = 0;
  Eigen::MatrixXd terminals;  ///< rows: u, o and, of two arrays, w; n each, in the order of the terminals

  /// n x n: the outputs o, volts per volt of the sources; -g0 G^-1 if all is ideal.
  auto per_source() const { return terminals.block(n, 0, n, n); }
  /// n x n: the outputs o, volts per volt of the rows' offsets.
  auto per_offset() const { return terminals.block(n, n, n, n); }
  /// n x n, of two arrays only: the outputs o, volts per volt of the inverters' offsets.
  auto per_inverter_offset() const { return terminals.block(n, 2 * n, n, n); }
};

/// Nothing if the loop has no steady state (a singular matrix). Allocates.
std::optional<inv_steady_state> steady_state(const terminal_conductance& net, const inv_amplifiers& amps);

/// The power that the cells, their wires and the sources' conductances turn into heat, watts:
/// t^T Y t, which without wires is the sum of G (difference of voltages)^2 over all of them.
/// `terminal_volt` has the network's terminals in its order (u, o, w, s).
double network_power_watt(const terminal_conductance& net, const Eigen::VectorXd& terminal_volt);

}  // namespace mho::analog
