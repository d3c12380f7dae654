#include "analog/array.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analog/ageing.hpp"

namespace mho::analog {
namespace {

struct entry_range {
  double low = infinite, high = -infinite;                    // off the diagonal
  double diagonal_low = infinite, diagonal_high = -infinite;  // on it
  double bias(std::size_t n) const noexcept { return n > 1 ? std::max(0.0, -low) : 0; }
  double spread() const noexcept { return diagonal_high - diagonal_low; }
  // A multiple of the identity needs no cells; any step serves.
  double any_step() const noexcept {
    return std::max(std::abs(diagonal_high), std::numeric_limits<double>::min());
  }
};

entry_range range_of(const double* a, std::size_t n, std::size_t stride) noexcept {
  entry_range range;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const double entry = a[i * stride + j];
      double& low = i == j ? range.diagonal_low : range.low;
      double& high = i == j ? range.diagonal_high : range.high;
      low = std::min(low, entry);
      high = std::max(high, entry);
    }
  return range;
}

// The level that stands for a conductance of `steps` above level 0.
int level_of(double steps, const array_parameters& array, const device_parameters& device) noexcept {
  const double level = std::floor(array.truncate ? steps : steps + 0.5);
  return static_cast<int>(std::clamp(level, 0.0, static_cast<double>(device.top_level())));
}

// What entry (i, j) asks of its cell above level 0, in level steps. Level 0's own conductance is in the bias.
double steps_of(double entry, bool diagonal, const inv_mapping& map) noexcept {
  return (entry + map.shift - (diagonal ? map.diagonal : 0)) / map.step;
}

// After writing: all that does not change from read to read.
void hold(const device_parameters& device, const array_draws& draws, array_role role, std::size_t rows,
          std::size_t columns, double* cells) noexcept {
  age(device, draws.ageing, {cells, rows * columns});
  array_place where = draws.where;
  where.role = role;
  stick(device, where, rows, columns, {cells, rows * columns});
}

}  // namespace

inv_mapping map_inv(const double* a, std::size_t n, std::size_t stride,
                    const device_parameters& device) noexcept {
  const entry_range range = range_of(a, n, stride);
  inv_mapping map;
  map.shift = range.bias(n);
  map.diagonal = range.diagonal_low + map.shift;
  const double largest = n > 1 ? range.high + map.shift : 0;
  map.step = std::max(largest, range.spread()) / device.top_level();
  if (!(map.step > 0)) map.step = range.any_step();
  map.bias = map.shift + device.off_steps() * map.step;
  map.on_steps = device.on_steps();
  return map;
}

inv_mapping map_programmed_bias(const double* a, std::size_t n, std::size_t stride,
                                const device_parameters& device) noexcept {
  const entry_range range = range_of(a, n, stride);
  const double bias = range.bias(n), top = device.top_level(), high = n > 1 ? range.high : 0;
  inv_mapping map;
  map.on_steps = device.on_steps();
  map.step = std::max(high, range.spread()) / top;
  if (bias > 0) {
    map.step = std::max(bias, range.spread()) / top;  // the one choice of two levels
    map.bias_level = device.top_level();
    if (device.levels > 2) map.step = infinite;
    for (int k = 1; k <= device.top_level(); ++k) {
      // k step >= bias; high + k step <= top step; spread <= top step.
      if (high > 0 && k == device.top_level()) continue;
      double step = std::max(bias / k, range.spread() / top);
      if (high > 0) step = std::max(step, high / (top - k));
      if (step < map.step) {
        map.step = step;
        map.bias_level = k;
      }
    }
  }
  if (!(map.step > 0)) map.step = range.any_step();
  map.shift = map.bias_level * map.step;
  map.bias = map.shift + device.off_steps() * map.step;
  map.diagonal = range.diagonal_low + map.shift;
  return map;
}

inv_mapping map_direct(double scale, const device_parameters& device) noexcept {
  return {0, 0, scale, device.on_steps(), 0, 0};
}

inv_mapping map_pair(const double* a, std::size_t n, std::size_t stride,
                     const device_parameters& device) noexcept {
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) largest = std::max(largest, std::abs(a[i * stride + j]));
  return {0, 0, largest > 0 ? largest / device.top_level() : 1, device.on_steps(), 0, 0};
}

void program_inv(const double* a, std::size_t n, std::size_t stride, const inv_mapping& map,
                 const array_parameters& array, const device_parameters& device, random_stream& random,
                 double* cells) noexcept {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      cells[i * n + j] =
          programmed_level(level_of(steps_of(a[i * stride + j], i == j, map), array, device), device, random);
}

void program_inv(const double* a, std::size_t n, std::size_t stride, const inv_mapping& map,
                 const array_parameters& array, const device_parameters& device, const array_draws& draws,
                 double* cells) noexcept {
  program_inv(a, n, stride, map, array, device, draws.writing, cells);
  hold(device, draws, array_role::plus, n, n, cells);
}

void program_pair(const double* a, std::size_t n, std::size_t stride, const inv_mapping& map,
                  const array_parameters& array, const device_parameters& device, const array_draws& draws,
                  double* plus, double* minus) noexcept {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const double entry = a[i * stride + j];
      const int level = level_of(std::abs(entry) / map.step, array, device);
      plus[i * n + j] = programmed_level(entry > 0 ? level : 0, device, draws.writing);
      minus[i * n + j] = programmed_level(entry < 0 ? level : 0, device, draws.writing);
    }
  hold(device, draws, array_role::plus, n, n, plus);
  hold(device, draws, array_role::minus, n, n, minus);
}

void program_bias(std::size_t n, const inv_mapping& map, const device_parameters& device,
                  const array_draws& draws, double* bias) noexcept {
  for (std::size_t i = 0; i < n; ++i) bias[i] = programmed_level(map.bias_level, device, draws.writing);
  hold(device, draws, array_role::bias, n, 1, bias);
}

mapping_scale scale_of(const double* a, std::size_t n, std::size_t stride, const inv_mapping& map,
                       const array_parameters& array, const device_parameters& device) noexcept {
  mapping_scale scale;
  scale.siemens_per_unit = device.step_siemens() / map.step;
  scale.bias_siemens = map.bias * scale.siemens_per_unit;
  scale.diagonal_siemens = map.diagonal * scale.siemens_per_unit;
  // Below level 0 by rounding alone is not below it.
  const double least = array.truncate ? -1e-9 : -0.5;
  const double beyond = device.top_level() + (array.truncate ? 1 : 0.5);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const double entry = a[i * stride + j];
      const double steps =
          array.mapping == sign_mapping::pair ? std::abs(entry) / map.step : steps_of(entry, i == j, map);
      if (steps < least || steps >= beyond) ++scale.clipped_entries;
    }
  return scale;
}

}  // namespace mho::analog
