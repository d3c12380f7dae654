/// \file
/// How the accelerator's circuits behave: whether it settles, to what, how fast and with what noise.
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
  double settling_s = 0;            ///< till every output is within epsilon of the largest final one
  double slowest_mode_s = 0;        ///< time constant of the mode that decays last, of the linear loop
  std::vector<double> noise_volt;   ///< n: rms of the resistors' thermal noise at the outputs, of inversions
};

/// Steady state by Kirchhoff's laws, settling by the modes of x' = -w (K x + k), or with a finite clamp or
/// slew rate by integration of the bent loop; noise by the Lyapunov equation (docs/analogue-model.md).
/// epsilon: above 0 and below 1. temperature_kelvin: above 0. Errors: as spice_netlist, and bad_value if a
/// clamped circuit has no rest or the clamps or slew rates of the circuit's op-amps differ. Allocates.
MHO_API result<circuit_behaviour> behaviour_of(const inv_instance& circuit, double epsilon = 0.01,
                                               double temperature_kelvin = 300.15);
/// The same without noise. All op-amps must be alike, without output resistances (bad_value).
MHO_API result<circuit_behaviour> behaviour_of(const ginv_instance& circuit, double epsilon = 0.01);
/// The same without noise.
MHO_API result<circuit_behaviour> behaviour_of(const mvm_instance& circuit, double epsilon = 0.01);

/// The outputs [time, n] at the given times, not negative: exact, or with a finite clamp or slew rate
/// integrated (1e-10 a step). Errors: as behaviour_of, bad_value if it does not settle, bad_range if a
/// million steps do not reach the last time. Allocates.
MHO_API result<std::vector<double>> waveform_of(const inv_instance& circuit, std::span<const double> time_s);
/// The same.
MHO_API result<std::vector<double>> waveform_of(const ginv_instance& circuit, std::span<const double> time_s);
/// The same.
MHO_API result<std::vector<double>> waveform_of(const mvm_instance& circuit, std::span<const double> time_s);

}  // namespace mho
