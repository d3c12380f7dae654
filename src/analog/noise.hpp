/// \file
/// Thermal noise of the inversion circuit's resistors.
#pragma once

#include "analog/dynamics.hpp"

namespace mho::analog {

constexpr double boltzmann_joule_per_kelvin = 1.380649e-23;
constexpr double spice_temperature_kelvin = 300.15;  ///< 27 degrees Celsius: ngspice's default

/// The stationary covariance of x' = -omega K x + white noise of two-sided intensity `intensity` (states x
/// states, symmetric): the solution P of the Lyapunov equation omega (K P + P K^T) = intensity. K must be
/// stable. Allocates.
Eigen::MatrixXd stationary_covariance(const closed_loop& loop, const Eigen::MatrixXd& intensity);

/// The covariance of the outputs by all resistors at one temperature: cells, wires, sources, input
/// resistances, inverters and output resistances; V^2, n x n. A network of resistors has open-circuit noise
/// of two-sided density 2 k T times its resistance matrix (Twiss 1955): 2 k T / D_i at a row's input, k T
/// R_inv at an inverter's. The amplifiers have no noise of their own.
///
/// It is that of the internal voltages seen at the outputs: what an output resistance adds there directly is
/// white, and has a finite power only behind a filter. `loop` is inv_loop of the same circuit and must be
/// stable. Allocates.
Eigen::MatrixXd output_noise(const terminal_conductance& net, const inv_amplifiers& amps,
                             const closed_loop& loop, double temperature_kelvin);

}  // namespace mho::analog
