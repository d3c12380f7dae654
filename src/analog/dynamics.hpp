/// \file
/// How closed loops of single-pole amplifiers move: state space, stability, exact waveforms, settling.
#pragma once

#include "analog/dense_algebra.hpp"
#include "analog/inv_circuit.hpp"

namespace mho::analog {

/// x' = -omega (K x + drive f), outputs = output x + feedthrough f; f what drives the circuit, constant
/// from time 0 on. omega = 2 pi GBW of the rows' amplifiers, radians a second.
struct closed_loop {
  double omega = 0;
  Eigen::MatrixXd k;            ///< states x states, no unit
  Eigen::MatrixXd drive;        ///< states x inputs
  Eigen::MatrixXd output;       ///< outputs x states
  Eigen::MatrixXd feedthrough;  ///< outputs x inputs: not zero only with an output resistance
  /// The first so many states are amplifiers' internal voltages; the others are those of capacitances.
  Eigen::Index amplifiers = 0;
  /// states: what of K's diagonal is the amplifiers' finite gain, 1 / A0, and acts on the internal voltage
  /// itself.
  Eigen::VectorXd lag;
};

/// The inversion circuit: states are the internal voltages of the rows' amplifiers, of the inverters and,
/// with a row capacitance, the inputs u; inputs are those of `inv_inputs`; outputs are o. One array without
/// output resistance: K = D^-1 G + I / A0. Allocates.
closed_loop inv_loop(const terminal_conductance& net, const inv_amplifiers& amps);

/// The outputs at rest, outputs x inputs: feedthrough - output K^-1 drive. Allocates.
Eigen::MatrixXd rest_map(const closed_loop& loop);

/// The same loop with its state `index` infinitely fast: what that amplifier does, it does at once. Its lags
/// are left out.
closed_loop with_fast_state(const closed_loop& loop, Eigen::Index index);

/// The least real part of K's eigenvalues: the slowest mode decays as exp(-omega slowest t).
double slowest_mode(const closed_loop& loop);

/// Whether every mode decays, beyond the rounding of double.
bool is_stable(const closed_loop& loop);

/// ln(1 / epsilon) / (omega slowest_mode), infinity if unstable: an estimate of the settling time, no bound.
double settling_estimate_s(const closed_loop& loop, double epsilon);

/// What the outputs do after a step of the inputs from rest, all states zero (amplifiers switched on at once,
/// their offsets included). Allocates.
class step_response {
 public:
  /// Finds the modes.
  explicit step_response(const closed_loop& loop);
  step_response(const closed_loop& loop, const Eigen::VectorXd& inputs) : step_response(loop) {
    drive(inputs);
  }

  /// From here on the step is one of these inputs.
  void drive(const Eigen::VectorXd& inputs);

  /// The outputs at `time_s` >= 0. Exact: a sum of modes, or the matrix exponential (scaling and squaring,
  /// Higham 2005) where the eigenvectors are too near to dependent to resolve it.
  Eigen::VectorXd at(double time_s) const;

  /// Where the outputs end if the loop is stable.
  const Eigen::VectorXd& final_outputs() const { return final_; }

  /// The last time at which any output is farther than `epsilon` times the largest final one from its end:
  /// that is the read-out's full scale. 0 if there is none, infinity if the loop is unstable.
  double settling_s(double epsilon) const;

 private:
  double error(double time_s) const;  // largest distance from the end
  double envelope(double time_s) const;
  double last_outside(double to_s, int samples, double band) const;

  closed_loop loop_;
  double slowest_ = 0, swing_ = 0;  // least real and largest imaginary part of K's eigenvalues
  bool stable_ = false, by_modes_ = false;
  real_factors factored_;                   // K
  eigenmodes modes_;                        // of K
  Eigen::VectorXcd rates_;                  // of the modes, 1/s
  Eigen::VectorXd inputs_, start_, final_;  // start: the states' distance from their end
  Eigen::MatrixXcd shares_;                 // outputs x modes: of each mode in an output's distance
};

/// exp(a), by Pade approximation of order 13 with scaling and squaring (Higham, SIAM J. Matrix Anal. Appl.
/// 26, 1179 (2005)).
Eigen::MatrixXd matrix_exponential(const Eigen::MatrixXd& a);

}  // namespace mho::analog
