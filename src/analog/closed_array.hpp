/// \file
/// One programmed array in its loop: what the solver needs to know of the circuit. The general way, for any
/// terminal conductance; circuit.hpp has the short one for one array without wires and with plain amplifiers.
#pragma once

#include <optional>

#include "analog/array.hpp"
#include "analog/dynamics.hpp"

namespace mho::analog {

/// The parameters' amplifiers: the inverters have the same ones.
inv_amplifiers amplifiers(const circuit_parameters& circuit);

/// The cells of an array, apart from them its diagonal resistors and, if map.bias > 0, its bias column and
/// the row that drives it: n or n + 1 rows. `levels`: n x n, row-major, in level steps of step_siemens, as
/// program_inv gives them; bias_levels: the n cells of a programmed bias column, nullptr for exact resistors.
/// Every row has a source's conductance, the bias row's source is at ground. Allocates.
inv_cells split_cells(const double* levels, const inv_mapping& map, std::size_t n,
                      const circuit_parameters& circuit, double step_siemens, double wire_ohm = 0,
                      const double* bias_levels = nullptr);

/// The cells of two arrays, levels likewise: the matrix is step (plus - minus). Allocates.
inv_cells pair_cells(const double* plus, const double* minus, std::size_t n,
                     const circuit_parameters& circuit, double step_siemens, double wire_ohm = 0);

/// What is asked of a closed array beside its linear map.
struct array_request {
  std::size_t unknowns = 0;  ///< n: one less than the network's rows if there is a bias row
  double siemens_per_unit =
      0;  ///< conductance of an entry 1 of A: siemens of a level step / step of the mapping
  double settling_epsilon = 0;    ///< 0: no settling time
  double temperature_kelvin = 0;  ///< 0: no thermal noise, whatever the circuit says
};

/// One programmed array. `inverse` and what follows are there only if `settles`.
struct closed_array {
  bool settles = false;
  Eigen::MatrixXd inverse;  ///< n x n, P: x = P b, in units of A; A^-1 if all is ideal
  Eigen::VectorXd offset;   ///< n: added to x, in units of the full scale, which is max |x|
  /// n x n or empty: F, standard normals z add F z to x, in units of the full scale.
  Eigen::MatrixXd noise;
  /// Till every output is within epsilon of the largest one, the longest over steps of one input each; 0 if
  /// not asked for.
  double settling_s = 0;

  /// The power that the network and the inverters' resistors turn into heat while the array solves for b, the
  /// largest output at the clamp, watts. Amplifiers have a supply of their own.
  double power_watt(const Eigen::VectorXd& b) const;

  /// x as the circuit gives it, offsets included, when outputs saturate at the clamp: the sources are scaled
  /// such that the linear circuit's largest output would be `fill` of the clamp. Beside the read outputs the
  /// bias row's saturates too. Nothing if there is no rest (saturation.hpp), or if b is zero. Allocates.
  std::optional<Eigen::VectorXd> saturated(const Eigen::VectorXd& b, double fill) const;

  Eigen::MatrixXd heat;       ///< n x n: of source voltages V, V^T heat V watts
  double volts_per_unit = 0;  ///< source voltages V = -b * this / max|x| put the largest output at the clamp
  double clamp_volt = 0;
  closed_loop loop;         ///< the motion; its first n outputs are those that are read
  Eigen::VectorXd offsets;  ///< its inputs with all sources at ground
};

/// Closes the loop around a network. offset_volt: one of every row's amplifier; inverter_offset_volt: n, or
/// empty for none.
///
/// `settles` is asked of the amplifiers as they are and of ones of infinite gain, because a loop that finite
/// gain alone keeps from running away has no answer near A^-1 b; and if there is a bias row, of its amplifier
/// at its speed and infinitely fast (circuit.hpp). A negative resistor settles nowhere. Allocates.
closed_array close_array(const terminal_conductance& net, const circuit_parameters& circuit,
                         const array_request& request, const Eigen::VectorXd& offset_volt,
                         const Eigen::VectorXd& inverter_offset_volt = {});

}  // namespace mho::analog
