#include "analog/block_amc.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "analog/array.hpp"
#include "analog/circuit.hpp"

namespace mho::analog {
namespace {

void copy_block(const double* a, std::size_t stride, std::size_t n, double* block) noexcept {
  for (std::size_t i = 0; i < n; ++i) std::copy_n(a + i * stride, n, block + i * n);
}

// c -= a b, n x n
void subtract_product(const double* a, const double* b, std::size_t n, double* c) noexcept {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k) {
      const double factor = a[i * n + k];
      for (std::size_t j = 0; j < n; ++j) c[i * n + j] -= factor * b[k * n + j];
    }
}

void multiply_plain(const double* m, std::size_t rows, std::size_t stride, const double* x,
                    double* y) noexcept {
  for (std::size_t i = 0; i < rows; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < rows; ++j) sum += m[i * stride + j] * x[j];
    y[i] = sum;
  }
}

}  // namespace

std::size_t block_amc::state_size(std::size_t n) const noexcept {
  if (is_leaf(n)) return n * n + n;
  const std::size_t half = n / 2;
  return 2 * state_size(half) + 2 * half * half;
}

std::size_t block_amc::program_scratch() const noexcept {
  const std::size_t leaf = parameters_.array.size + 1;
  return 2 * size_ * size_ + 4 * leaf * leaf + 3 * leaf;
}

bool block_amc::program_leaf(const double* a, std::size_t n, std::uint64_t place, const tree_draws& draws,
                             double* state, double* scratch) const noexcept {
  const device_parameters& device = parameters_.device;
  const array_parameters& array = parameters_.array;
  const solver_parameters& solver = parameters_.solver;
  const bool split = array.mapping == sign_mapping::split, programmed_bias = split && array.programmed_bias;
  double* cells = scratch;
  double* bias_cells = programmed_bias ? cells + n * n : nullptr;
  double* offset_volt = cells + n * n + n;
  const inv_mapping map =
      programmed_bias ? map_programmed_bias(a, n, n, device)
      : split         ? map_inv(a, n, n, device)
              : map_direct(slice_scale(a, n * n, solver.slices, solver.binary_scale, device.digit_bits()),
                           device);
  const array_draws own{draws.writing, draws.ageing, {draws.seed, place, array_role::plus}};
  program_inv(a, n, n, map, array, device, own, cells);
  if (programmed_bias) program_bias(n, map, device, own, bias_cells);
  if (!settles(cells, map, n, offset_volt, bias_cells)) return false;
  const double offset = parameters_.circuit.offset_volt;
  for (std::size_t i = 0; i <= n; ++i)
    offset_volt[i] = offset > 0 ? offset * (2 * draws.chip.uniform() - 1) : 0;
  return realise_inv(cells, map, n, parameters_.circuit, offset_volt, state, state + n * n,
                     offset_volt + n + 1, bias_cells);
}

bool block_amc::program(const double* a, std::size_t n, std::uint64_t place, const tree_draws& draws,
                        double* state, double* scratch) const noexcept {
  if (is_leaf(n)) return program_leaf(a, n, place, draws, state, scratch);
  const std::size_t half = n / 2, child = state_size(half);
  double* first = state;
  double* fourth = first + child;
  double* m2 = fourth + child;
  double* m3 = m2 + half * half;
  double* m1 = scratch;
  double* m4 = m1 + half * half;
  double* rest = m4 + half * half;
  copy_block(a, n, half, m1);
  copy_block(a + half, n, half, m2);
  copy_block(a + half * n, n, half, m3);
  copy_block(a + half * n + half, n, half, m4);
  if (!program(m1, half, 2 * place, draws, first, rest)) return false;
  if (parameters_.solver.schur) {
    double* inverse = rest;
    double* product = inverse + half * half;  // -M1^-1 M2
    double* copy = product + half * half;
    std::copy_n(m1, half * half, copy);
    if (!invert(copy, half, inverse)) return false;
    std::fill_n(product, half * half, 0.0);
    subtract_product(inverse, m2, half, product);
    std::transform(product, product + half * half, product, [](double v) { return -v; });
    subtract_product(m3, product, half, m4);
  } else if (std::equal(m1, m1 + half * half, m4)) {
    std::copy_n(first, child, fourth);  // the same array serves both: the complex expansion's R
    return true;
  }
  return program(m4, half, 2 * place + 1, draws, fourth, rest);
}

void block_amc::multiply(const double* m, std::size_t n, std::size_t place, const double* x,
                         const conversion* converters, double* y, double* scratch) const noexcept {
  const std::size_t tile = parameters_.array.size;
  double* in = scratch;
  double* out = in + tile;
  std::fill_n(y, n, 0.0);
  for (std::size_t row = 0; row < n; row += tile)
    for (std::size_t column = 0; column < n; column += tile) {
      if (converters)
        converters->drive(place, x + column, tile, in);
      else
        std::copy_n(x + column, tile, in);
      multiply_plain(m + row * n + column, tile, n, in, out);
      if (converters) converters->read(place, out, tile);
      for (std::size_t i = 0; i < tile; ++i) y[row + i] += out[i];
    }
}

void block_amc::solve(const double* state, std::size_t n, std::size_t place, const double* b,
                      const conversion* converters, double* x, double* scratch) const noexcept {
  if (is_leaf(n)) {
    if (!converters) return multiply_plain(state, n, n, b, x);
    double* in = scratch;
    converters->drive(place, b, n, in);
    multiply_plain(state, n, n, in, x);
    if (parameters_.circuit.offset_volt > 0) {
      double full_scale = 0;
      for (std::size_t i = 0; i < n; ++i) full_scale = std::max(full_scale, std::abs(x[i]));
      for (std::size_t i = 0; i < n; ++i) x[i] += full_scale * state[n * n + i];
    }
    converters->read(place, x, n);
    return;
  }
  const std::size_t half = n / 2, child = state_size(half);
  const double* first = state;
  const double* fourth = first + child;
  const double* m2 = fourth + child;
  const double* m3 = m2 + half * half;
  double* t = scratch;
  double* product = t + half;
  double* rest = product + half;
  const auto stage = static_cast<std::size_t>(std::countr_zero(size_ / n));
  solve(first, half, inv_first, b, converters, t, rest);
  multiply(m3, half, mvm_m3(stage), t, converters, product, rest);
  for (std::size_t i = 0; i < half; ++i) t[i] = b[half + i] - product[i];
  solve(fourth, half, inv_fourth, t, converters, x + half, rest);
  multiply(m2, half, mvm_m2(stage), x + half, converters, product, rest);
  for (std::size_t i = 0; i < half; ++i) t[i] = b[i] - product[i];
  solve(first, half, inv_first, t, converters, x, rest);
}

}  // namespace mho::analog
