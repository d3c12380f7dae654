/// \file
/// Closed loops whose amplifiers saturate and slew: where they rest and how they move.
///
/// An amplifier's output stage follows its internal voltage b as v = clamp tanh(b / clamp), and b moves no
/// faster than the slew rate SR:
///     b' = SR tanh(omega (V_os - u) / SR) - omega b / A0.
/// With both infinite this is the linear loop of dynamics.hpp.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "analog/dynamics.hpp"

namespace mho::analog {

/// Infinity: no limit.
struct amplifier_limits {
  double clamp_volt = std::numeric_limits<double>::infinity();
  double slew_volt_per_s = std::numeric_limits<double>::infinity();
  bool are_there() const noexcept { return std::isfinite(clamp_volt) || std::isfinite(slew_volt_per_s); }
};

/// Where a saturating loop rests.
struct saturated_rest {
  /// False if the iteration found no rest: the loop may have none (an output beyond the clamp with infinite
  /// gain), or circle. The outputs are then the last ones it saw.
  bool converged = false;
  Eigen::VectorXd states;  ///< internal voltages
  Eigen::VectorXd outputs;
};

/// The rest that the clamped loop reaches from zero: Newton's method behind a pseudo-transient (Kelley and
/// Keyes, SIAM J. Numer. Anal. 35, 508 (1998)), which follows the loop's own motion in ever longer steps. A
/// slew rate moves it by next to nothing (what finite gain discharges is limited like all else), so the rest
/// with one is sought from there; whether the slewing loop reaches it is another question. Allocates.
saturated_rest saturated_steady_state(const closed_loop& loop, const Eigen::VectorXd& inputs,
                                      const amplifier_limits& limits);

/// The outputs at the given times, s, ascending, after a step of the inputs from zero: outputs x times.
struct saturated_waveform {
  bool complete = false;  ///< false if a million steps did not reach the last time
  Eigen::MatrixXd outputs;
};

/// By RODAS3, a stiffly accurate, L-stable Rosenbrock method of order 3 with an embedded one of order 2
/// (Sandu et al., Atmospheric Environment 31, 3459 (1997)). A step's estimated error is held below
/// tolerance_volt + relative |b| in every state. Allocates.
saturated_waveform saturated_step(const closed_loop& loop, const Eigen::VectorXd& inputs,
                                  const amplifier_limits& limits, const std::vector<double>& times_s,
                                  double tolerance_volt = 1e-9, double relative = 1e-7);

/// The last time at which any output is farther than `epsilon` times the largest one at rest from its end,
/// after the same step: sought on 2000 samples of a time that ends when it has been over for a quarter of it,
/// then on 1000 between the two of them. Infinity if the loop takes more than a million of the integrator's
/// steps, or a thousand times its linear settling time. Allocates.
double saturated_settling_s(const closed_loop& loop, const Eigen::VectorXd& inputs,
                            const amplifier_limits& limits, const Eigen::VectorXd& rest, double epsilon);

}  // namespace mho::analog
