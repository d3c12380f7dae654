/// \file
/// How a closed-loop inversion circuit behaves: whether it settles, to what, how fast and with what noise.
/// The model's own answer for the circuits that netlist.hpp writes for SPICE.
#pragma once

#include <mho/config.h>
#if !MHO_HAVE_ANALOG
#error "this build of mho has no analogue model: it was configured with MHO_ANALOG=OFF"
#endif

#include <cstddef>
#include <span>
#include <vector>

#include <mho/error.hpp>
#include <mho/netlist.hpp>

namespace mho {

/// What a circuit does after its inputs are switched on, all amplifiers at 0 V.
struct circuit_behaviour {
  bool settles = false;             ///< every mode decays; if not, nothing below means anything
  std::vector<double> output_volt;  ///< n: the outputs o at rest, bent by a finite clamp
  /// Till every output is within epsilon of the largest final one; clamps are not seen.
  double settling_s = 0;
  double slowest_mode_s = 0;       ///< time constant of the mode that decays last
  std::vector<double> noise_volt;  ///< n: rms of the resistors' thermal noise at the outputs
};

/// Steady state by Kirchhoff's laws, settling by the modes of x' = -w (K x + k), noise by the Lyapunov
/// equation (docs/analogue-model.md). epsilon: above 0 and below 1. temperature_kelvin: above 0. Errors: as
/// spice_netlist, and bad_value if a clamped circuit has no rest. Allocates.
MHO_API result<circuit_behaviour> behaviour_of(const inv_instance& circuit, double epsilon = 0.01,
                                               double temperature_kelvin = 300.15);

/// The outputs [time, n] at the given times, not negative; exact but for clamps, which are not seen. Errors:
/// as spice_netlist, bad_value if it does not settle. Allocates.
MHO_API result<std::vector<double>> waveform_of(const inv_instance& circuit, std::span<const double> time_s);

}  // namespace mho
