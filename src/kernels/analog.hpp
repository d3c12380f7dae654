/// \file
/// The kernels of the modelled analogue solver, one table a target. The problem is the lane, everything is
/// double precision. A *pack* holds `lanes` problems side by side: entry e of a real pack is the vector pack
/// + e lanes, entry e of a complex one pack + 2 e lanes (real) and pack + (2 e + 1) lanes (imaginary). Packs
/// are aligned to 64 bytes, matrices row-major.
///
/// Every lane has the operations of the plain path (src/analog, kernels/plain.hpp) in their order,
/// multiplications and additions unfused: the same bits as the plain path, on every target.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mho {

/// What the kernels must know of an accelerator and a size.
struct analog_model {
  std::size_t unknowns;      ///< N, real
  std::size_t padded;        ///< rows of the tree of arrays: N, or array 2^stages
  std::size_t split, shift;  ///< unknown i >= split stands in row i + shift of the tree
  std::size_t array;         ///< rows of an array, N0
  std::size_t state_size;    ///< entries of a programmed matrix: N^2 of HP-MVM, then the tree (block_amc.hpp)
  int slices;                ///< of HP-MVM
  bool binary_scale;         ///< the slices' scale is a power of two
  bool truncate;             ///< levels are truncated, else rounded
  bool schur;                ///< exact Schur complement, else reuse
  bool offsets;              ///< op-amps have offsets
  double open_loop_gain;
  double clamp_volt;
  double dac_steps, adc_steps;  ///< of converters, to each side of zero; 0: no converter
};

/// How the matrix of a lane fared, numbers in a real entry; the larger wins.
enum class analog_verdict : int {
  ok = 0,
  unstable = 1,  ///< an array does not settle
  plain = 2      ///< none of the kernel's business: the plain path decides
};

/// What draws the conductances of cells, in level steps, from their levels: both real packs of `cells`
/// entries.
struct cell_writer {
  void (*write)(void* context, const double* levels, std::size_t cells, double* conductance);
  void* context;
};

struct analog_kernels {
  std::size_t lanes;

  /// Looks at Gram matrices G [tx, tx] (complex, lower triangle), then A = L L^H with A = G, or G + n0 I if
  /// `loaded`; gain and variance [tx] of unbiased zero forcing or MMSE. verdict: kernels/linear.hpp's.
  /// scratch: tx^2
  /// + tx complex and tx real entries.
  void (*digest)(const double* g, std::size_t tx, const double* n0, bool loaded, double threshold,
                 double* gain, double* variance, double* verdict, double* scratch);
  /// [[Re A, -Im A], [Im A, Re A]] of A = G (lower triangle), plus shift I.
  void (*expand)(const double* g, std::size_t tx, const double* shift, double* a);
  /// Maps, programs and realises the matrices a [N, N]. `offset_volt` (not of packs): array + 1 numbers a
  /// leaf, programmed or equal to another, in the order of the blocks; unused without offsets. verdict in and
  /// out: lanes with one are not looked at.
  void (*program)(const analog_model& model, const double* a, const cell_writer& writer,
                  const double* offset_volt, double* state, double* verdict, double* scratch);
  /// r [padded] = b [N] in its places, and its norm.
  void (*start)(const analog_model& model, const double* b, double* r, double* norm);
  /// One cycle of refinement: x [N] = before + dx (nullptr: 0 + dx), r -= stored dx, and the norm of r.
  /// errors: nullptr, or N normals of the extra error `extra_error`.
  void (*refine)(const analog_model& model, const double* state, const double* before, const double* errors,
                 double extra_error, double* r, double* x, double* norm, double* scratch);
};

/// Doubles of scratch that `program` and `refine` need, times lanes.
inline std::size_t analog_program_scratch(const analog_model& model) {
  const std::size_t nodes = model.array + 1;
  return 3 * model.padded * model.padded + 3 * model.array * model.array + 2 * nodes * nodes + nodes;
}
inline std::size_t analog_refine_scratch(const analog_model& model) {
  return 6 * model.padded + 4 * model.array;
}

/// The table of a target (see targets.hpp); nullptr if there is none.
const analog_kernels* find_analog_kernels(std::int64_t target) noexcept;
/// The same with vectors of half the width, for the widest target only.
const analog_kernels* find_half_analog_kernels(std::int64_t target) noexcept;

}  // namespace mho
