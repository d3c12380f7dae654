#include "analog/block_amc.hpp"

#include <algorithm>
#include <cmath>

#include "analog/array.hpp"
#include "analog/circuit.hpp"
#include "analog/converter.hpp"

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
  return 2 * state_size(half) + 2 * half * half + 2 * slices_size(half);
}

std::size_t block_amc::slices_size(std::size_t n) const noexcept {
  const std::size_t tiles = n / parameters_.array.size;
  return parameters_.solver.block_mvm_arrays ? tiles * tiles * tile_.state_size() : 0;
}

std::uint64_t block_amc::inv_cells(bool first_shared) const noexcept {
  std::uint64_t arrays = 1;
  std::size_t rows = size_;
  for (; !is_leaf(rows); rows /= 2) arrays *= 2;
  if (first_shared && !parameters_.solver.schur && arrays > 1) arrays /= 2;
  return arrays * rows * rows;
}

std::uint64_t block_amc::mvm_cells(bool first_shared) const noexcept {
  if (!parameters_.solver.block_mvm_arrays) return 0;
  std::uint64_t tiles = 0, nodes = 1;
  for (std::size_t rows = size_; !is_leaf(rows); rows /= 2) {
    const std::uint64_t across = rows / 2 / parameters_.array.size;
    tiles += nodes * 2 * across * across;
    nodes *= rows == size_ && first_shared && !parameters_.solver.schur ? 1 : 2;
  }
  return tiles * tile_.cells();
}

std::size_t block_amc::program_scratch() const noexcept {
  const std::size_t leaf = parameters_.array.size + 1;
  return 2 * size_ * size_ + 4 * leaf * leaf + 2 * leaf;
}

bool block_amc::program_leaf(const double* a, std::size_t n, const draws& random, double* state,
                             double* scratch) const noexcept {
  double* cells = scratch;
  double* offset_volt = cells + n * n;
  const inv_mapping map =
      parameters_.array.direct
          ? map_direct(slice_scale(a, n * n, parameters_.solver.slices, parameters_.solver.binary_scale))
          : map_inv(a, n, n);
  program_inv(a, n, n, map, parameters_.array, parameters_.device, random.writing, cells);
  if (!settles(cells, map, n, offset_volt)) return false;
  const double offset = parameters_.circuit.offset_volt;
  for (std::size_t i = 0; i <= n; ++i)
    offset_volt[i] = offset > 0 ? offset * (2 * random.chip.uniform() - 1) : 0;
  return realise_inv(cells, map, n, parameters_.circuit, offset_volt, state, state + n * n,
                     offset_volt + n + 1);
}

void block_amc::program_slices(const double* m, std::size_t n, const draws& random,
                               double* state) const noexcept {
  if (!parameters_.solver.block_mvm_arrays) return;
  const std::size_t tile = parameters_.array.size;
  const double scale = slice_scale(m, n * n, parameters_.solver.slices, parameters_.solver.binary_scale);
  for (std::size_t row = 0; row < n; row += tile)
    for (std::size_t column = 0; column < n; column += tile) {
      tile_.program(m + row * n + column, n, scale, random.slices, state);
      state += tile_.state_size();
    }
}

bool block_amc::program(const double* a, std::size_t n, const draws& random, double* state,
                        double* scratch) const noexcept {
  if (is_leaf(n)) return program_leaf(a, n, random, state, scratch);
  const std::size_t half = n / 2, child = state_size(half);
  double* first = state;
  double* fourth = first + child;
  double* m2 = fourth + child;
  double* m3 = m2 + half * half;
  double* slices = m3 + half * half;
  double* m1 = scratch;
  double* m4 = m1 + half * half;
  double* rest = m4 + half * half;
  copy_block(a, n, half, m1);
  copy_block(a + half, n, half, m2);
  copy_block(a + half * n, n, half, m3);
  copy_block(a + half * n + half, n, half, m4);
  program_slices(m2, half, random, slices);
  program_slices(m3, half, random, slices + slices_size(half));
  if (!program(m1, half, random, first, rest)) return false;
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
  return program(m4, half, random, fourth, rest);
}

void block_amc::multiply(const double* m, const double* slices, std::size_t n, const double* x,
                         bool converters, random_stream& reading, double* y, double* scratch) const noexcept {
  const std::size_t tile = parameters_.array.size;
  double* in = scratch;
  double* out = in + tile;
  double* rest = out + tile;
  std::fill_n(y, n, 0.0);
  for (std::size_t row = 0; row < n; row += tile)
    for (std::size_t column = 0; column < n; column += tile) {
      if (converters)
        convert(x + column, tile, parameters_.converter.dac_bits, in);
      else
        std::copy_n(x + column, tile, in);
      if (converters && parameters_.solver.block_mvm_arrays) {
        double most = 0;
        for (std::size_t i = 0; i < tile; ++i) most = std::max(most, std::abs(in[i]));
        const double step = tile_.quantise(in, most, in);
        tile_.multiply(slices, in, step, reading, out, rest);
        slices += tile_.state_size();
      } else {
        multiply_plain(m + row * n + column, tile, n, in, out);
      }
      if (converters) convert(out, tile, parameters_.converter.adc_bits, out);
      for (std::size_t i = 0; i < tile; ++i) y[row + i] += out[i];
    }
}

void block_amc::solve(const double* state, std::size_t n, const double* b, bool converters,
                      random_stream& reading, double* x, double* scratch) const noexcept {
  if (is_leaf(n)) {
    if (!converters) return multiply_plain(state, n, n, b, x);
    double* in = scratch;
    convert(b, n, parameters_.converter.dac_bits, in);
    multiply_plain(state, n, n, in, x);
    if (parameters_.circuit.offset_volt > 0) {
      double full_scale = 0;
      for (std::size_t i = 0; i < n; ++i) full_scale = std::max(full_scale, std::abs(x[i]));
      for (std::size_t i = 0; i < n; ++i) x[i] += full_scale * state[n * n + i];
    }
    convert(x, n, parameters_.converter.adc_bits, x);
    return;
  }
  const std::size_t half = n / 2, child = state_size(half);
  const double* first = state;
  const double* fourth = first + child;
  const double* m2 = fourth + child;
  const double* m3 = m2 + half * half;
  const double* slices2 = m3 + half * half;
  const double* slices3 = slices2 + slices_size(half);
  double* t = scratch;
  double* product = t + half;
  double* rest = product + half;
  solve(first, half, b, converters, reading, t, rest);
  multiply(m3, slices3, half, t, converters, reading, product, rest);
  for (std::size_t i = 0; i < half; ++i) t[i] = b[half + i] - product[i];
  solve(fourth, half, t, converters, reading, x + half, rest);
  multiply(m2, slices2, half, x + half, converters, reading, product, rest);
  for (std::size_t i = 0; i < half; ++i) t[i] = b[i] - product[i];
  solve(first, half, t, converters, reading, x, rest);
}

}  // namespace mho::analog
