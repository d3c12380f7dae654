#include "analog/array.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mho::analog {

inv_mapping map_inv(const double* a, std::size_t n, std::size_t stride) noexcept {
  double low = std::numeric_limits<double>::infinity(), high = -low;  // off the diagonal
  double diagonal_low = low, diagonal_high = high;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const double entry = a[i * stride + j];
      (i == j ? diagonal_low : low) = std::min(i == j ? diagonal_low : low, entry);
      (i == j ? diagonal_high : high) = std::max(i == j ? diagonal_high : high, entry);
    }
  inv_mapping map;
  if (n > 1) map.bias = std::max(0.0, -low);
  map.diagonal = diagonal_low + map.bias;
  const double largest = n > 1 ? high + map.bias : 0;
  map.step = std::max(largest, diagonal_high - diagonal_low) / top_level;
  // A multiple of the identity needs no cells; any step serves.
  if (!(map.step > 0)) map.step = std::max(std::abs(diagonal_high), std::numeric_limits<double>::min());
  return map;
}

inv_mapping map_direct(double scale) noexcept { return {0, 0, scale}; }

void program_inv(const double* a, std::size_t n, std::size_t stride, const inv_mapping& map,
                 const array_parameters& array, const device_parameters& device, random_stream& random,
                 double* cells) noexcept {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const double rest = (a[i * stride + j] + map.bias - (i == j ? map.diagonal : 0)) / map.step;
      const double level = array.truncate ? std::floor(rest) : std::floor(rest + 0.5);
      cells[i * n + j] =
          programmed_level(static_cast<int>(std::clamp(level, 0.0, double{top_level})), device, random);
    }
}

double slice_scale(const double* a, std::size_t entries, int slices, bool binary) noexcept {
  double largest = 0;
  for (std::size_t i = 0; i < entries; ++i) largest = std::max(largest, std::abs(a[i]));
  if (!(largest > 0)) return 1;
  if (binary) return std::ldexp(1.0, std::ilogb(largest) - 2);
  // The largest entry is half a unit above the largest number of all digits, so that rounding cannot lose its
  // last one.
  return std::ldexp(largest / (std::ldexp(1.0, 3 * slices) - 0.5), 3 * (slices - 1));
}

void truncate_to_slices(const double* a, std::size_t entries, int slices, double scale,
                        double* stored) noexcept {
  const double last_digit = std::ldexp(scale, -3 * (slices - 1));
  for (std::size_t i = 0; i < entries; ++i) stored[i] = std::trunc(a[i] / last_digit) * last_digit;
}

}  // namespace mho::analog
