/// \file
/// How closed loops of single-pole amplifiers move: state space, stability, exact waveforms, settling.
#pragma once

#include <Eigen/Core>
#include <vector>

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
};

/// The inversion circuit: states are the internal voltages of the rows' amplifiers, of the inverters and,
/// with a row capacitance, the inputs u; inputs are those of `inv_inputs`; outputs are o. One array without
/// output resistance: K = D^-1 G + I / A0. Allocates.
closed_loop inv_loop(const terminal_conductance& net, const inv_amplifiers& amps);

/// The same loop with its state `index` infinitely fast: what that amplifier does, it does at once.
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
  step_response(const closed_loop& loop, const Eigen::VectorXd& inputs);

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
  Eigen::VectorXd inputs_, final_;
  bool stable_ = false, by_modes_ = false;
  Eigen::VectorXcd rates_;   // of the modes, 1/s
  Eigen::MatrixXcd shares_;  // outputs x modes: of each mode in each output's distance from the end
};

/// exp(a), by Pade approximation of order 13 with scaling and squaring (Higham, SIAM J. Matrix Anal. Appl.
/// 26, 1179 (2005)).
Eigen::MatrixXd matrix_exponential(const Eigen::MatrixXd& a);

}  // namespace mho::analog
