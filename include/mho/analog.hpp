/// \file
/// The modelled analogue matrix-equation solver: resistive-memory arrays in closed loops, refined to high
/// precision. Zuo et al., Nature Electronics 8, 1222 (2025), doi 10.1038/s41928-025-01477-0 (below: the
/// paper).
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

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

/// The presets: `paper` (the measured chip), `projected` (the same with the times and energies that the paper
/// expects of on-chip op-amps and converters) and `ideal` (no write error, no converters, infinite gain, no
/// cost; the rounding and the blocks remain). Read-only.
MHO_API std::span<const accelerator_preset> accelerator_presets();

/// The parameters of a preset with some of them replaced. Errors: unknown_name (preset or parameter),
/// bad_value.
MHO_API result<options> accelerator_options(std::string_view preset, const options& replaced = {});

/// How many operations of each kind.
struct operation_count {
  std::uint64_t inv = 0;  ///< closed-loop inversions
  std::uint64_t mvm = 0;  ///< matrix-vector products, those of the residual included
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
  std::uint16_t use = 0;  ///< of the problem's received vectors, which one. It has 2^17 normals for itself:
                          ///< cycles * real unknowns up to there draw independently of the next use
};

/// Solves A x = b for one size: n complex unknowns, or n real ones. Immutable; share it between threads.
///
/// A programmed matrix is a block of `state_size()` doubles that the caller keeps, one a matrix; `solve` is
/// const on it and needs `scratch_size()` doubles of its own. Neither allocates, throws or locks. Complex
/// systems are expanded to [[Re, -Im], [Im, Re]] and [Re; Im] (the paper, Methods). With N real unknowns and
/// arrays of N0 rows, BlockAMC takes s = ceil(log2(N / N0)) stages; sizes that are not N0 2^s are padded with
/// a scaled identity.
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

  /// Maps the real N x N matrix (row-major, already expanded if complex) to arrays: rounding, write errors,
  /// slices. ok; not_finite; out_of_range (a negative entry with array.mapping = direct); or unstable: an
  /// array that would need a negative resistor or whose feedback loop does not settle
  /// (docs/analogue-model.md), as those of every indefinite symmetric matrix.
  status program(const double* a, const analog_identity& who, std::span<double> state,
                 std::span<double> scratch) const noexcept;

  /// Cycles 1 .. `cycles` of the refinement: x after each into x[cycle * N], the norm of the residual over
  /// that of b into residual[cycle] (empty: not wanted). b has N entries.
  status solve(std::span<const double> state, const double* b, std::size_t cycles, const analog_identity& who,
               std::span<double> x, std::span<double> residual, std::span<double> scratch) const noexcept;

  /// rho(I - P A), P the static linear inverse that the programmed circuit realises, without converters:
  /// below 1 the refinement converges. Allocates.
  double spectral_radius(std::span<const double> state) const;

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
