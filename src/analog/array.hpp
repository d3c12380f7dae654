/// \file
/// How matrices become arrays of levels: LP-INV's rounded one with bias column and diagonal split, HP-MVM's
/// truncated slices.
#pragma once

#include <cstddef>

#include "analog/device.hpp"

namespace mho::analog {

/// What LP-INV holds besides its levels: A = step * levels + diagonal * I - bias * J (J all ones). The bias
/// column and the diagonal are discrete resistors, exact; all eight levels serve the small rest (the paper,
/// Fig. 1 and Methods).
struct inv_mapping {
  double bias = 0;      // max(0, -min off-diagonal)
  double diagonal = 0;  // min diagonal + bias
  double step = 1;      // max(max off-diagonal + bias, spread of the diagonal) / 7
};

/// The mapping of an n x n matrix with row stride `stride`.
inv_mapping map_inv(const double* a, std::size_t n, std::size_t stride) noexcept;

/// Without bias and split, for matrices that have no negative entry: the step is the scale of the slices, so
/// that truncated levels are the most significant digits.
inv_mapping map_direct(double scale) noexcept;

/// Programs the array: levels with their write errors, in level steps, into cells (n x n, contiguous).
void program_inv(const double* a, std::size_t n, std::size_t stride, const inv_mapping& map,
                 const array_parameters& array, const device_parameters& device, random_stream& random,
                 double* cells) noexcept;

/// The scale s of A = s (D0 + 2^-3 D1 + ..), digits 0 .. 7. binary: the power of two with max|A| in [4 s, 8
/// s), as in the paper's worked example. Otherwise the largest entry fills all digits.
double slice_scale(const double* a, std::size_t entries, int slices, bool binary) noexcept;

/// A truncated to `slices` 3-bit digits, sign and magnitude (differential columns). Its product with a vector
/// is what the exact bit-sliced HP-MVM gives: digits times powers of two, exact in double up to the sum's
/// rounding.
void truncate_to_slices(const double* a, std::size_t entries, int slices, double scale,
                        double* stored) noexcept;

}  // namespace mho::analog
