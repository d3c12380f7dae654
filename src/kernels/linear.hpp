/// \file
/// The kernels of linear detection, one table a target. A *pack* holds `lanes` problems side by side: entry e
/// of a complex pack is the vectors pack + 2 e lanes (real) and pack + (2 e + 1) lanes (imaginary), entry e
/// of a real one pack + e lanes. Matrices in packs are row-major; of Hermitian ones only the lower triangle
/// is touched. Packs are aligned to 64 bytes. The order of a problem's operations depends on the sizes alone,
/// and targets that fuse multiply-add agree to the last bit. Each has its double-precision reference in
/// plain.hpp.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>

#include <mho/view.hpp>

#include "input.hpp"

namespace mho {

/// Verdicts of a lane, numbers in a real entry; the larger wins.
enum class verdict : int { ok = 0, singular = 1, out_of_range = 2, not_finite = 3 };

struct linear_kernels {
  std::size_t lanes;
  /// Columns of the panel that `inverse_diagonal` needs: tx * tile complex entries.
  std::size_t tile;
  /// Floats of scratch that `apply_uses` needs beside its results.
  std::size_t apply_scratch;

  /// Elements (first + lane, i, j) of an input, i in [begin, end), all j, row-major. Lanes from `count` on
  /// repeat lane 0.
  void (*load)(const input& v, std::size_t first, std::size_t count, std::size_t begin, std::size_t end,
               float* out);
  /// Brings what `load` with the same arguments will read nearer; a hint, for views in the usual layouts.
  void (*prefetch)(const input& v, std::size_t first, std::size_t count, std::size_t begin, std::size_t end);
  /// The lower triangles of Hermitian matrices, an input [problem, n, n]; above it anything may be
  /// written.
  void (*load_lower)(const input& v, std::size_t first, std::size_t count, float* out);
  /// A complex (cf32) or real (f32) pack of extent[2] entries to elements (first + lane, row, k) of a view.
  void (*store_complex)(const float* pack, const view& v, std::size_t first, std::size_t count,
                        std::size_t row);
  void (*store_real)(const float* pack, const view& v, std::size_t first, std::size_t count, std::size_t row);

  /// G (+)= H^H H [tx, tx] and z (+)= H^H y [tx] for `rows` antennas of H [rows, tx]; `start`: overwrite.
  void (*gram)(const float* h, std::size_t rows, std::size_t tx, bool start, float* g);
  void (*matched_filter)(const float* h, const float* y, std::size_t rows, std::size_t tx, bool start,
                         float* z);
  /// Both of up to four streams, straight from H [problem, rx, tx] and y [problem, rx, 1]: the same
  /// bits. False, and nothing is done, where this target or layout has no such way. scratch: rx entries.
  bool (*normal_equations)(const input& h, const input& y, std::size_t first, std::size_t count,
                           float* scratch, float* g, float* z);
  /// Raises not_finite and out_of_range; `whole`: the off-diagonal entries are the caller's, look at them
  /// too.
  void (*check_gram)(const float* g, std::size_t tx, bool whole, float* verdict);
  /// L L^H = A + shift I; inverse[i] = 1 / L_ii. A pivot <= threshold * its diagonal entry is singular.
  void (*cholesky)(const float* a, std::size_t tx, const float* shift, float threshold, float* l,
                   float* inverse, float* verdict);
  /// x <- L^-1 x (entries before `begin` are zero and not touched), x <- L^-H x.
  void (*solve_lower)(const float* l, const float* inverse, std::size_t tx, std::size_t begin, float* x);
  void (*solve_upper)(const float* l, const float* inverse, std::size_t tx, float* x);
  /// out[k] = [(L L^H)^-1]_kk; x = L^-1 [tx, tx] with its zeros, unless nullptr.
  void (*inverse_diagonal)(const float* l, const float* inverse, std::size_t tx, float* panel, float* x,
                           float* out);
  /// X^H X, all of it, [tx, tx].
  void (*square)(const float* x, std::size_t tx, float* out);
  /// w [tx, rows] = gain B H^H for `rows` antennas of H [rows, tx]; B [tx, tx], or the unit matrix if
  /// nullptr.
  void (*weigh)(const float* h, const float* b, const float* gain, std::size_t rows, std::size_t tx,
                float* w);

  /// True if zero forcing's variances n0 [G^-1]_kk are finite for certain, in every lane; inverse of G's
  /// factor.
  bool (*bounds_variance)(std::size_t tx, const float* n0, const float* g, const float* inverse);
  /// From the diagonal of the inverse to variance (in place) and the gain that makes the solution unbiased. A
  /// variance that is not finite raises out_of_range.
  void (*finish_zf)(std::size_t tx, const float* n0, float* diagonal, float* gain, float* verdict);
  void (*finish_mmse)(std::size_t tx, const float* n0, const float* g, const float* l, const float* inverse,
                      float* diagonal, float* gain, float* column, float* verdict);
  void (*finish_mrc)(std::size_t tx, const float* n0, const float* g, float* variance, float* gain,
                     float* verdict);
  /// x <- x gain; estimates that are not finite raise the verdict; failed lanes get 0.
  void (*finish_estimate)(std::size_t tx, const float* gain, float* x, float* verdict);
  /// Failed lanes get +inf.
  void (*finish_variance)(std::size_t tx, const float* verdict, float* variance);

  /// All that follows check_gram for zf and mmse with tx <= 4: z becomes the finished estimate, variance the
  /// finished variance, the verdict the final one. One or two packs, one after the other in each buffer.
  void (*solve_small)(std::size_t tx, std::size_t packs, bool mmse, float* g, float* z, float* level,
                      float* variance, float* verdict);
  /// x[use][k] = sum_r w[k][r] y[use][r] for the vectors of one problem, the vector as the lane. w: [tx, rx],
  /// contiguous; y [use, rx, 1], and x [use, 1, tx], a cf32 view. failed[use]: 1 where x is not finite; true
  /// if any is. scratch: apply_scratch + 4 tx lanes floats.
  bool (*apply_uses)(const std::complex<float>* w, std::size_t tx, const input& y, const view& x,
                     std::uint8_t* failed, float* scratch);
  /// x[k] (+)= sum_r w[k][r] y[r] of a pack, over `rows` antennas of w [tx, rows]. The same bits as
  /// apply_uses.
  void (*apply_problems)(const float* w, const float* y, std::size_t rows, std::size_t tx, bool start,
                         float* x);
};

/// The table of a target (see targets.hpp); nullptr if there is none.
const linear_kernels* find_linear_kernels(std::int64_t target) noexcept;
/// The same with vectors of half the width, for the widest target only.
const linear_kernels* find_half_linear_kernels(std::int64_t target) noexcept;

}  // namespace mho
