/// \file
/// The accelerator's circuits as SPICE netlists, for ngspice: what the model computes can be checked by
/// anybody.
///
/// The op-amps are a single-pole macromodel, the one that the model's equations describe: open-loop gain A0,
/// unity-gain frequency, offset, resistances, clamp, slew rate. What is compared is therefore the network and
/// the loop, not a transistor-level amplifier.
#pragma once

#include <mho/config.h>
#if !MHO_HAVE_ANALOG
#error "this build of mho has no analogue model: it was configured with MHO_ANALOG=OFF"
#endif

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <mho/analog.hpp>
#include <mho/error.hpp>
#include <mho/options.hpp>

namespace mho {

/// One kind of op-amp.
struct op_amp {
  double open_loop_gain = 1e4;       ///< A0 at zero frequency, above 0; infinity: an integrator
  double gain_bandwidth_hz = 100e6;  ///< product of gain and bandwidth, above 0 and finite
  /// From each input that is not at ground itself to ground, above 0.
  double input_ohm = std::numeric_limits<double>::infinity();
  double output_ohm = 0;  ///< in series with the output
  /// The output stage is clamp tanh(v / clamp) of what it would be, above 0; infinity: linear.
  double clamp_volt = std::numeric_limits<double>::infinity();
  /// What its internal voltage b follows its input with is slew tanh(2 pi GBW (v+ - v-) / slew) in place of
  /// 2 pi GBW (v+ - v-), volts a second, above 0; infinity: linear.
  double slew_volt_per_s = std::numeric_limits<double>::infinity();
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

/// One pseudo-inverse circuit (GINV; Sun et al., Science Advances 6, eaay2378, 2020): w = -pinv(X) i if all
/// is ideal, X = x - minus.
///
/// m transimpedance amplifiers, each with g_f to the row of an m x n array x that the outputs w drive; their
/// outputs t drive a second array x whose columns end at the non-inverting inputs of the n op-amps of w. The
/// negative entries are differential: arrays `minus` with the same drivers end at the other inputs, and of
/// each op-amp's two inputs the less loaded one has a resistor to ground that makes both totals (cells,
/// feedback) equal.
struct ginv_instance {
  std::size_t m = 0;                    ///< rows: inputs, transimpedance amplifiers
  std::size_t n = 0;                    ///< columns: outputs
  std::vector<double> x_siemens;        ///< m x n, row-major, not negative: both arrays
  std::vector<double> minus_siemens;    ///< m x n, likewise, at the other inputs; empty: those are at ground
  double feedback_siemens = 100e-6;     ///< g_f, above 0
  std::vector<double> input_ampere;     ///< m: into each row
  std::vector<double> column_ampere;    ///< n: into each non-inverting input of w's op-amps; empty: none
  std::vector<double> row_offset_volt;  ///< m, of the transimpedance amplifiers; empty: none
  std::vector<double> column_offset_volt;  ///< n, of the op-amps of w; empty: none
  op_amp row;                              ///< of the transimpedance amplifiers
  op_amp column;                           ///< of w
};

/// One product in open loop: o_j = -sum_i (plus - minus)_ij V_i / g_f if all is ideal.
///
/// Input i drives row i of both arrays; each column ends at the inverting input of a transimpedance amplifier
/// of its own, and an output is the difference of a pair's two amplifiers.
struct mvm_instance {
  std::size_t m = 0;                      ///< rows: inputs
  std::size_t n = 0;                      ///< columns: outputs
  std::vector<double> plus_siemens;       ///< m x n, row-major, not negative
  std::vector<double> minus_siemens;      ///< likewise; empty: one array, the outputs are its amplifiers'
  double feedback_siemens = 100e-6;       ///< g_f of every amplifier, above 0
  std::vector<double> input_volt;         ///< m: V
  std::vector<double> offset_volt;        ///< n, of the amplifiers of plus; empty: none
  std::vector<double> minus_offset_volt;  ///< n, of those of minus; empty: none
  op_amp amplifier;                       ///< all of them
};

/// The circuit of a programmed array (analog_solver::circuit).
struct programmed_circuit {
  inv_instance instance;        ///< of `unknowns` rows, or one more with a bias column, whose row is the last
  std::size_t unknowns = 0;     ///< rows of the array's own block
  std::size_t arrays = 0;       ///< how many arrays the programming wrote
  double volt_per_unit = 0;     ///< v(o_j) = volt_per_unit * x_j
  double siemens_per_unit = 0;  ///< conductance that stands for 1 in the matrix
};

/// The circuit of a programmed pseudo-inverse (ginv_circuit).
struct programmed_ginv {
  ginv_instance instance;       ///< what was programmed
  double volt_per_unit = 0;     ///< v(o_j) = volt_per_unit * x_j
  double siemens_per_unit = 0;  ///< conductance that stands for 1 in the matrix
};

/// The circuit of one slice of a programmed matrix (mvm_circuit).
struct programmed_mvm {
  mvm_instance instance;        ///< what was programmed
  std::size_t slices = 0;       ///< how many the matrix has
  double volt_per_unit = 0;     ///< v(o_j) = volt_per_unit * what this slice adds to (A x)_j
  double siemens_per_unit = 0;  ///< conductance that stands for 1 in the matrix in this slice
};

/// The circuit that `analog-ginv` computes with: the real m x n matrix h (row-major, m >= n) written to cells
/// of these parameters (as accelerator_options gives them), and x = pinv(H) y. The largest output of an
/// amplifier, with ideal ones, sits at circuit.clamp_volt (at clamp_fill of it if outputs bend). who: the
/// chip and the programming, drawn as the detector draws them. Wires, row capacitances and output resistances
/// are not in it. Allocates. Errors: bad_shape, bad_value (parameters, entries, columns that depend on each
/// other).
MHO_API result<programmed_ginv> ginv_circuit(const options& parameters, std::span<const double> h,
                                             std::size_t m, std::size_t n, std::span<const double> y,
                                             const analog_identity& who);

/// Slice `slice`, from 1 on, the most significant one, of the product A x that the solver's residual takes if
/// solver.mvm is arrays: A real, n x n, row-major; with is_expanded [[R, -S], [S, R]], whose R and S are
/// written once each. All inputs come at once here, as voltages (the solver's reads drive some rows a bit at
/// a time), scaled as those of ginv_circuit. Wires are not in it. Allocates. Errors: bad_shape, bad_value,
/// bad_range (no such slice).
MHO_API result<programmed_mvm> mvm_circuit(const options& parameters, std::span<const double> a,
                                           bool is_expanded, std::span<const double> x,
                                           const analog_identity& who, std::size_t slice = 1);

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
/// The same. Outputs are the nodes o0 .. o(n-1); with two arrays the amplifiers' are t0 .. and w0 ...
MHO_API result<std::string> spice_netlist(const mvm_instance& circuit, const spice_analysis& analysis);

}  // namespace mho
