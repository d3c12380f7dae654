// HP-MVM's digits (array.hpp): truncated, sign and magnitude on differential columns.
#include <algorithm>
#include <cmath>

#include "analog/ageing.hpp"
#include "analog/array.hpp"

namespace mho::analog {

double slice_scale(const double* a, std::size_t entries, int slices, bool binary, int digit_bits) noexcept {
  double largest = 0;
  for (std::size_t i = 0; i < entries; ++i) largest = std::max(largest, std::abs(a[i]));
  if (!(largest > 0)) return 1;
  if (binary) return std::ldexp(1.0, std::ilogb(largest) - (digit_bits - 1));
  // The largest entry is half a unit above the largest number of all digits, so that rounding cannot lose its
  // last one.
  return std::ldexp(largest / (std::ldexp(1.0, digit_bits * slices) - 0.5), digit_bits * (slices - 1));
}

void truncate_to_slices(const double* a, std::size_t entries, int slices, double scale, double* stored,
                        int digit_bits) noexcept {
  const double last_digit = std::ldexp(scale, -digit_bits * (slices - 1));
  for (std::size_t i = 0; i < entries; ++i) stored[i] = std::trunc(a[i] / last_digit) * last_digit;
}

void program_slices(const double* a, std::size_t rows, std::size_t columns, std::size_t stride, int slices,
                    double scale, const device_parameters& device, const array_draws& draws, double* plus,
                    double* minus) noexcept {
  const int bits = device.digit_bits();
  const double last_digit = std::ldexp(scale, -bits * (slices - 1)), radix = std::ldexp(1.0, bits);
  const std::size_t cells = rows * columns;
  for (int slice = 0; slice < slices; ++slice, plus += cells, minus += cells) {
    const double weight = std::ldexp(1.0, bits * (slices - 1 - slice));
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < columns; ++j) {
        const double entry = a[i * stride + j];
        // Whole numbers and powers of two: exact.
        const double up_to_here = std::floor(std::trunc(std::abs(entry) / last_digit) / weight);
        const auto digit =
            static_cast<int>(slice == 0 ? std::min(up_to_here, radix - 1) : std::fmod(up_to_here, radix));
        plus[i * columns + j] = programmed_level(entry > 0 ? digit : 0, device, draws.writing);
        minus[i * columns + j] = programmed_level(entry < 0 ? digit : 0, device, draws.writing);
      }
    array_place where = draws.where;
    where.place += static_cast<std::uint64_t>(slice);
    for (const array_role role : {array_role::plus, array_role::minus}) {
      double* side = role == array_role::plus ? plus : minus;
      where.role = role;
      age(device, draws.ageing, {side, cells});
      stick(device, where, rows, columns, {side, cells});
    }
  }
}

}  // namespace mho::analog
