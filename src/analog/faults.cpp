#include "analog/faults.hpp"

#include <algorithm>
#include <cmath>

#include "analog/identity.hpp"

namespace mho::analog {

bool has_stuck_cells(const device_parameters& device) noexcept {
  return device.stuck_on_share > 0 || device.stuck_off_share > 0;
}

void stick(const device_parameters& device, const array_place& where, std::size_t rows, std::size_t columns,
           std::span<double> cells) noexcept {
  if (!has_stuck_cells(device)) return;
  const double on = device.on_steps(), off = device.off_steps();
  // The place's upper bits are the stream, the rest with role and row the number (48 bits).
  constexpr std::uint64_t low_places = std::uint64_t{1} << 20;
  const auto stream = static_cast<std::uint32_t>(where.place / low_places);
  const std::uint64_t first_row =
      (where.place % low_places * 4 + static_cast<std::uint64_t>(where.role)) * most_array_rows;
  static_assert(most_places / low_places <= std::uint64_t{1} << 32);
  for (std::size_t i = 0; i < rows; ++i) {
    // A row's draws are its own, so that a cell's do not depend on how many columns are used.
    random_stream chip(where.seed, stream, first_row + i, faults_purpose);
    for (std::size_t j = 0; j < columns; ++j) {
      const double u = chip.uniform();
      if (u < device.stuck_on_share)
        cells[i * columns + j] = on;
      else if (u >= 1 - device.stuck_off_share)
        cells[i * columns + j] = off;
    }
  }
}

void draw_offsets(double bound, const array_place& where, std::size_t count, double* offset_volt) noexcept {
  std::fill_n(offset_volt, count, 0.0);
  if (!(bound > 0)) return;
  random_stream chip(where.seed, 0, where.place * 4 + static_cast<std::uint64_t>(where.role), offset_purpose);
  for (std::size_t i = 0; i < count; ++i) offset_volt[i] = bound * (2 * chip.uniform() - 1);
}

double array_yield(const device_parameters& device, double cells) noexcept {
  return std::pow(1 - device.stuck_on_share - device.stuck_off_share, cells);
}

double lifetime_s(const device_parameters& device, double writes_per_s) noexcept {
  const double left = device.endurance_writes - device.writes_so_far;
  if (!(left > 0)) return 0;
  return writes_per_s > 0 ? left / writes_per_s : infinite;
}

}  // namespace mho::analog
