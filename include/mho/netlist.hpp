/// \file
/// Closed-loop circuits as SPICE netlists, for ngspice: what the model computes can be checked by anybody.
///
/// The op-amps are a single-pole macromodel, the one that the model's equations describe: open-loop gain A0,
/// unity-gain frequency, offset, output resistance. What is compared is therefore the network and the loop,
/// not a transistor-level amplifier.
#pragma once

#include <mho/config.h>
#if !MHO_HAVE_ANALOG
#error "this build of mho has no analogue model: it was configured with MHO_ANALOG=OFF"
#endif

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <mho/error.hpp>

namespace mho {

/// One kind of op-amp.
struct op_amp {
  double open_loop_gain = 1e4;       ///< A0 at zero frequency, above 0; infinity: an integrator
  double gain_bandwidth_hz = 100e6;  ///< product of gain and bandwidth, above 0 and finite
  /// From the inverting input to ground, above 0.
  double input_ohm = std::numeric_limits<double>::infinity();
  double output_ohm = 0;  ///< in series with the output
  /// The output stage is clamp tanh(v / clamp) of what it would be, above 0; infinity: linear.
  double clamp_volt = std::numeric_limits<double>::infinity();
};

/// One inversion circuit: v = -g0 (G+ - G-)^-1 V_in if all is ideal.
///
/// Row i ends at the inverting input u_i of op-amp i; its output o_i drives column i. A second array on the
/// same rows is driven by inverters, w_i = -o_i, each an op-amp with two resistors.
/// Conductances are in siemens, finite and not negative; a cell of 0 S is left out. All matrices row-major.
struct inv_instance {
  std::size_t n = 0;                   ///< rows, op-amps
  std::vector<double> plus_siemens;    ///< n x n: cells driven by o_j
  std::vector<double> minus_siemens;   ///< n x n, driven by the inverters; empty: one array, no inverters
  std::vector<double> apart_siemens;   ///< n x n: resistors from o_j straight to u_i, no wires; empty: none
  std::vector<double> source_siemens;  ///< n: g0 of each row, between its source and the row
  std::vector<double> input_volt;      ///< n: V_in
  std::vector<double> offset_volt;     ///< n, input-referred, at the + input; empty: none
  std::vector<double> inverter_offset_volt;  ///< n, of the inverters; empty: none
  double wire_ohm = 0;         ///< of every segment (docs/analogue-model.md shows the layout); 0: perfect
  op_amp amplifier;            ///< of each row
  op_amp inverter;             ///< of each inverter; two arrays only
  double inverter_ohm = 10e3;  ///< each of an inverter's two resistors
  double row_capacitance_farad = 0;  ///< from each inverting input u to ground
};

/// One pseudo-inverse circuit (GINV): w = -pinv(X) i if all is ideal.
///
/// m transimpedance amplifiers, each with g_f to the row of an m x n array X that the outputs w drive; their
/// outputs t drive a second array X whose columns end at the non-inverting inputs of the n op-amps of w.
struct ginv_instance {
  std::size_t m = 0;                       ///< rows: inputs, transimpedance amplifiers
  std::size_t n = 0;                       ///< columns: outputs
  std::vector<double> x_siemens;           ///< m x n, row-major, not negative: both arrays
  double feedback_siemens = 100e-6;        ///< g_f, above 0
  std::vector<double> input_ampere;        ///< m: into each row
  std::vector<double> row_offset_volt;     ///< m, of the transimpedance amplifiers; empty: none
  std::vector<double> column_offset_volt;  ///< n, of the op-amps of w; empty: none
  op_amp row;                              ///< of the transimpedance amplifiers
  op_amp column;                           ///< of w; its input_ohm is not used
};

/// The circuit of a programmed array (analog_solver::circuit).
struct programmed_circuit {
  inv_instance instance;        ///< of `unknowns` rows, or one more with a bias column, whose row is the last
  std::size_t unknowns = 0;     ///< rows of the array's own block
  std::size_t arrays = 0;       ///< how many arrays the programming wrote
  double volt_per_unit = 0;     ///< v(o_j) = volt_per_unit * x_j
  double siemens_per_unit = 0;  ///< conductance that stands for 1 in the matrix
};

/// What ngspice is to compute.
struct spice_analysis {
  /// .op, .tran from rest (every capacitor at 0 V, the inputs on from time 0), or .noise
  enum class kind { operating_point, transient, noise };
  kind what = kind::operating_point;  ///< which analysis
  double stop_s = 1e-6;               ///< transient: its end
  double step_s = 0;           ///< transient: the largest step, which sets the accuracy; 0: stop / 16000
  std::size_t output = 0;      ///< noise: of which output
  double low_hz = 1;           ///< noise: where the spectrum begins
  double high_hz = 1e12;       ///< noise: where it ends
  int points_per_decade = 20;  ///< noise
  /// Waveforms and spectra (time or frequency, then a column an output) are written here, relative to where
  /// ngspice runs; "": printed. Operating points are always printed, a line "v(o0) = .." an output.
  std::string table;
  std::string comment;  ///< lines for the head of the netlist
};

/// The netlist, to be run with `ngspice -b FILE`. Outputs are the nodes o0, o1, ...; inverters' w0, w1, ...
/// Errors: bad_shape (vectors that do not fit n), bad_value (conductances, op-amp or analysis out of range).
MHO_API result<std::string> spice_netlist(const inv_instance& circuit, const spice_analysis& analysis);
/// The same. Outputs w are the nodes o0 .. o(n-1); the transimpedance amplifiers' are t0 .. t(m-1).
MHO_API result<std::string> spice_netlist(const ginv_instance& circuit, const spice_analysis& analysis);

}  // namespace mho
