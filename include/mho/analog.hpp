/// \file
/// The modelled analogue matrix-equation solver: resistive-memory arrays in closed loops, refined to high
/// precision. Zuo et al., Nature Electronics 8, 1222 (2025), doi 10.1038/s41928-025-01477-0 (below: the
/// paper).
#pragma once

#include <mho/config.h>
#if !MHO_HAVE_ANALOG
#error "this build of mho has no analogue model: it was configured with MHO_ANALOG=OFF"
#endif

#include <complex>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <mho/adc.hpp>
#include <mho/error.hpp>
#include <mho/options.hpp>

namespace mho {

/// Every parameter of an accelerator, with units, defaults (those of `paper`) and ranges; all entries
/// inherit.
MHO_API std::span<const option> accelerator_schema();

/// A named set of parameters.
struct accelerator_preset {
  std::string name;  ///< what options and `mho list accelerators` call it
  std::string doc;   ///< one line
  options values;    ///< every parameter of the schema
};

/// The presets: `paper` (the measured chip), `projected` (the same devices with the op-amps, times and
/// energies that the paper expects on a chip), `pcm` (phase-change memory in place of its cells) and `ideal`
/// (no write error, no converters, infinite gain, no cost; the rounding and the blocks remain). Read-only.
MHO_API std::span<const accelerator_preset> accelerator_presets();

/// The parameters of a preset with some of them replaced. Errors: unknown_name (preset or parameter),
/// bad_value.
MHO_API result<options> accelerator_options(std::string_view preset, const options& replaced = {});

/// How many operations of each kind.
struct operation_count {
  std::uint64_t inv = 0;  ///< closed-loop inversions
  std::uint64_t mvm = 0;  ///< matrix-vector products, those of the residual included
};

/// What the bit-serial arrays of the residual's product do in one cycle, whether they are modelled
/// (solver.mvm = arrays) or taken as exact.
struct read_count {
  std::uint64_t passes = 0;  ///< slices * input bits * 2 signs * groups of active rows
  std::uint64_t reads = 0;   ///< of the ADC: a pass reads every output
};

/// Cells that one programming of a matrix writes.
struct cell_count {
  std::uint64_t inv = 0;        ///< of the LP-INV arrays; an array that serves two blocks counts once
  std::uint64_t mvm = 0;        ///< of HP-MVM: a differential pair for each entry and slice; of [[R, -S], [S,
                                ///< R]] R and S once each
  std::uint64_t block_mvm = 0;  ///< of BlockAMC's own products, likewise, if they have arrays
                                ///< (solver.block_mvm = arrays)
};

/// Who a programming or a solution is, for the draws of modelled randomness (random.hpp). The same identity
/// draws the same: the chip by the seed alone, a programming by (seed, stream, number), a solution by all
/// four.
struct analog_identity {
  std::uint64_t seed = 1;    ///< of the chip and of every write and read, 0 .. 2^53-1
  std::uint64_t stream = 0;  ///< such as an SNR point. Folded to the 32 bits that the counter has for it: low
                             ///< half xor a hash of the high half. Streams below 2^32 never share draws, any
                             ///< other two do with probability 2^-32
  std::uint64_t number = 0;  ///< of the problem, below 2^48
  std::uint16_t use =
      0;  ///< of the problem's received vectors, which one: no two share draws, however much they read
};

struct programmed_circuit;

/// One of a solver's converters that were designed for the circuit's own signals.
struct adc_place {
  std::string name;          ///< where in the circuit, such as "INV of the first array"
  quantiser design;          ///< of read-outs divided by their vector's scale (converter.range)
  double squared_error = 0;  ///< mean over the recorded read-outs
  std::size_t samples = 0;   ///< how many these are
};

/// Writes example number `number` of the systems a solver is for: a (N x N, row-major, expanded if complex)
/// and b (N).
using example_source = std::function<void(std::size_t number, std::span<double> a, std::span<double> b)>;

/// Solves A x = b for one size: n complex unknowns, or n real ones. Immutable but for `calibrate`; share it
/// between threads.
///
/// A programmed matrix is a block of `state_size()` doubles that the caller keeps, one a matrix; `solve` is
/// const on it and needs `scratch_size()` doubles of its own. Neither locks, nor allocates or throws where
/// one array between plain op-amps is enough; wires, two arrays, clamps, thermal noise and resistances of the
/// op-amps allocate (docs/analogue-model.md), and throw std::bad_alloc where memory runs out. Complex systems
/// are expanded to [[Re, -Im], [Im, Re]] and [Re; Im] (the paper, Methods). With N real unknowns and arrays
/// of N0 rows, BlockAMC takes s = ceil(log2(N / N0)) stages; sizes that are not N0 2^s are padded with a
/// scaled identity.
class MHO_API analog_solver {
 public:
  /// parameters: as accelerator_options gives them. Errors: bad_value, unknown_name; too_large above 4096
  /// unknowns.
  static result<analog_solver> make(const options& parameters, std::size_t n, bool complex_valued);
  ~analog_solver();
  /// Takes over a solver; the other one may only be assigned to or destroyed.
  analog_solver(analog_solver&&) noexcept;
  /// The same.
  analog_solver& operator=(analog_solver&&) noexcept;

  std::size_t unknowns() const noexcept;       ///< n
  std::size_t real_unknowns() const noexcept;  ///< N: n, or 2n if complex
  unsigned stages() const noexcept;            ///< s
  std::size_t state_size() const noexcept;     ///< doubles a programmed matrix
  std::size_t scratch_size() const noexcept;   ///< doubles `program` and `solve` need
  /// Of one cycle: 3^s INV and 3 4^s - 2 3^s MVM.
  operation_count operations() const noexcept;
  /// Of one cycle's residual.
  read_count mvm_reads() const noexcept;
  /// Of one `program`.
  cell_count programmed_cells() const noexcept;

  /// Whether the converters want `calibrate` before the first `program`: they are trained
  /// (converter.adc_kind), or their devices err (converter.device, converter.dac_error_lsb).
  bool needs_calibration() const noexcept;

  /// Draws the converters' chip, and designs the trained ones: runs converter.training_cycles
  /// cycles of converter.training_problems examples with ideal ADCs, fewer once every place in the circuit
  /// has seen enough, and notes the read-outs. seed: of the chip, the one that `program` and `solve` will be
  /// called with; the same seed and examples give the same converters. Examples that cannot be programmed are
  /// left out; unstable if all are. Does nothing where nothing is needed. Allocates.
  status calibrate(const example_source& examples, std::uint64_t seed);

  /// The trained converters, place by place; empty without training. Allocates.
  std::vector<adc_place> trained_converters() const;

  /// Maps the real N x N matrix (row-major, already expanded if complex) to arrays: rounding, write errors,
  /// slices. ok; not_finite; out_of_range (a negative entry with array.mapping = direct, a largest magnitude
  /// above 2^200, or below 2^-200 and not zero, or converters that want `calibrate` and have not got it); or
  /// unstable: an array that would need a negative resistor or whose feedback loop does not settle
  /// (docs/analogue-model.md), as those of every indefinite symmetric matrix.
  status program(const double* a, const analog_identity& who, std::span<double> state,
                 std::span<double> scratch) const;

  /// Cycles 1 .. `cycles` of the refinement: x after each into x[cycle * N], the norm of the residual over
  /// that of b into residual[cycle] (empty: not wanted). b has N entries. The residual is
  /// the refinement's own, updated in place: errors of HP-MVM's arrays are not in it. Once |r| <=
  /// 2^-solver.stop_bits |b| nothing is computed any more and later cycles repeat what that one left;
  /// cycles_used, if given, is the number of those that were computed, whose results hold
  /// whatever the status is: the rest is unwritten then. b = 0 has the solution x = 0 and the residual 0. ok;
  /// not_finite; out_of_range (a norm of b above 2^200, or below 2^-200 and not zero); or unstable: the
  /// numbers ran away.
  status solve(std::span<const double> state, const double* b, std::size_t cycles, const analog_identity& who,
               std::span<double> x, std::span<double> residual, std::span<double> scratch,
               std::size_t* cycles_used = nullptr) const;

  /// Whether the last of the cycles that x and residual hold (N and 1 entries each, from cycle 1 on) is a
  /// solution: ok, or not_converged. It is not if its residual is solver.residual_limit of |b| or more, or if
  /// error_estimate(x) is above solver.error_limit times `tolerance`, the error that does not matter, in
  /// units of x.
  status judge(std::span<const double> x, std::span<const double> residual, double tolerance) const noexcept;

  /// How far x after its last cycle may still be from where the refinement goes. Updates that shrink by q a
  /// cycle, q = |x_k - x_k-1| / |x_k-1 - x_k-2|, add up to |x_k - x_k-1| q / (1 - q) from there on; q counts
  /// as 0.99 at most, so what grows is off by a hundred updates. 0 after the first cycle, which says nothing.
  /// An estimate: parts that shrink slower than the last update did are not seen (docs/analogue-model.md).
  double error_estimate(std::span<const double> x) const noexcept;

  /// rho(I - P A), P the static linear inverse that the programmed circuit realises, without converters:
  /// below 1 the refinement converges. Allocates.
  double spectral_radius(std::span<const double> state) const;

  /// The circuit of one LP-INV array as `program` leaves it (netlist.hpp), driven by b, which has an entry a
  /// row of that array. array: 1 .. in the order of programming (M1's arrays before those of M4; where one
  /// array serves both, it is programmed once). An array that does not settle has a circuit as well, but
  /// nothing is programmed after it. Allocates. Errors: bad_value (a matrix that `program` refuses),
  /// bad_range (no such array), bad_shape (b does not fit it).
  result<programmed_circuit> circuit(const double* a, std::span<const double> b, const analog_identity& who,
                                     std::size_t array = 1) const;

  /// The matrix that HP-MVM holds: A truncated to the slices' digits, N x N row-major. A view into the state.
  std::span<const double> stored_matrix(std::span<const double> state) const noexcept;

 private:
  struct plan;
  explicit analog_solver(std::unique_ptr<plan> p);
  std::unique_ptr<plan> plan_;
};

/// What a spectral radius says: "converges" (<= 0.95), "marginal", "diverges" (>= 1.05).
MHO_API const char* convergence_verdict(double spectral_radius) noexcept;

/// [[Re A, -Im A], [Im A, Re A]] of an n x n row-major matrix; out has 4 n^2 entries.
MHO_API void expand_complex(const std::complex<double>* a, std::size_t n, double* out) noexcept;

}  // namespace mho
