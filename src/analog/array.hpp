/// \file
/// How matrices become arrays of levels: LP-INV's rounded ones with their signs. Cells are total
/// conductances in level steps; one step is (on - off) / (levels - 1) siemens (device.hpp).
#pragma once

#include <cstddef>

#include "analog/device.hpp"
#include "analog/faults.hpp"

namespace mho::analog {

/// What LP-INV holds besides its cells. One array: A = step * cells + diagonal * I - bias * J (J all ones);
/// the bias column and the diagonal are discrete resistors, exact, unless array.bias says that the bias is
/// programmed, and all levels serve the small rest (the paper, Fig. 1 and Methods). Two: A = step * (plus -
/// minus).
struct inv_mapping {
  double bias = 0;      // of the bias column: shift, and what takes the cells' off conductance back
  double diagonal = 0;  // min diagonal + shift
  double step = 1;      // units of A a level step
  double on_steps = 7;  // conductance of the top level, in level steps
  double shift = 0;     // what was added to every entry: max(0, -min off-diagonal)
  int bias_level = 0;   // of a programmed bias column: shift = bias_level * step
};

/// The mapping "split" of an n x n matrix with row stride `stride`: level step max(max off-diagonal + shift,
/// spread of the diagonal) / (levels - 1). A conductance of the cells at level 0 is absorbed by the bias
/// column, exactly.
inv_mapping map_inv(const double* a, std::size_t n, std::size_t stride,
                    const device_parameters& device = {}) noexcept;

/// The same with a bias column made of cells at one level k: the step is the smallest for which k levels
/// reach -min off-diagonal and all others still fit, over k; the shift is k steps, so that rounding it loses
/// nothing and the column adds its cells' write errors alone. (Two levels cannot serve both signs: the
/// positive entries are clipped.) The off conductances of the array and of the
/// bias column cancel.
inv_mapping map_programmed_bias(const double* a, std::size_t n, std::size_t stride,
                                const device_parameters& device) noexcept;

/// "direct": without bias and split, for matrices that have no negative entry. The step is the scale of the
/// slices, so that truncated levels are the most significant digits. An off conductance is an error here:
/// every entry is too large by off_steps * step.
inv_mapping map_direct(double scale, const device_parameters& device = {}) noexcept;

/// "pair": the positive entries in one array, the magnitudes of the negative ones in another whose columns
/// are driven by inverters; the largest magnitude takes the top level. Off conductances cancel.
inv_mapping map_pair(const double* a, std::size_t n, std::size_t stride,
                     const device_parameters& device) noexcept;

/// What one programming of an array draws from.
struct array_draws {
  random_stream& writing;  ///< write errors
  random_stream& ageing;   ///< drift exponents (ageing_purpose)
  array_place where;       ///< of the array on its chip; its role is set by the functions that take this
};

/// Programs the array of "split" or "direct": levels with their write errors, in level steps, into cells
/// (n x n, contiguous), as written.
void program_inv(const double* a, std::size_t n, std::size_t stride, const inv_mapping& map,
                 const array_parameters& array, const device_parameters& device, random_stream& random,
                 double* cells) noexcept;

/// The same after everything that does not change from read to read: write error, drift, temperature, stuck
/// cells.
void program_inv(const double* a, std::size_t n, std::size_t stride, const inv_mapping& map,
                 const array_parameters& array, const device_parameters& device, const array_draws& draws,
                 double* cells) noexcept;

/// Programs both arrays of "pair", in the same way: A = step * (plus - minus).
void program_pair(const double* a, std::size_t n, std::size_t stride, const inv_mapping& map,
                  const array_parameters& array, const device_parameters& device, const array_draws& draws,
                  double* plus, double* minus) noexcept;

/// Programs the n cells of a bias column (map_programmed_bias): A = step * (cells - bias j^T) + diagonal I.
void program_bias(std::size_t n, const inv_mapping& map, const device_parameters& device,
                  const array_draws& draws, double* bias) noexcept;

/// What a mapping means in siemens.
struct mapping_scale {
  double siemens_per_unit = 0;      ///< conductance that stands for 1 in A
  double bias_siemens = 0;          ///< of each resistor of the bias column (0: none)
  double diagonal_siemens = 0;      ///< of each resistor of the diagonal
  std::size_t clipped_entries = 0;  ///< entries that the lowest or the highest level had to stand for
};

/// The scale of a mapping of A (n x n), for reports.
mapping_scale scale_of(const double* a, std::size_t n, std::size_t stride, const inv_mapping& map,
                       const array_parameters& array, const device_parameters& device) noexcept;

/// The scale s of A = s (D0 + 2^-b D1 + ..), b-bit digits. binary: the power of two with max|A| in
/// [2^(b-1) s, 2^b s), as in the paper's worked example. Otherwise the largest entry fills all digits.
double slice_scale(const double* a, std::size_t entries, int slices, bool binary,
                   int digit_bits = 3) noexcept;

/// A truncated to `slices` digits of `digit_bits` bits, sign and magnitude. Its product with a vector is what
/// the exact bit-sliced HP-MVM gives: digits times powers of two, exact in double up to the sum's rounding.
void truncate_to_slices(const double* a, std::size_t entries, int slices, double scale, double* stored,
                        int digit_bits = 3) noexcept;

/// HP-MVM's arrays, differential columns: digit i of |A| (rows x columns, truncated as above) is programmed
/// into slice i of `plus` where A is positive, of `minus` where it is negative, and the other cell of that
/// pair gets level 0, so that off conductances cancel: A = scale * sum_i 2^(-b i) (plus_i - minus_i) with
/// perfect devices. plus and minus: slices x rows x columns, level steps. Slice i draws its faults at
/// draws.where.place + i. At most most_array_rows rows.
void program_slices(const double* a, std::size_t rows, std::size_t columns, std::size_t stride, int slices,
                    double scale, const device_parameters& device, const array_draws& draws, double* plus,
                    double* minus) noexcept;

}  // namespace mho::analog
