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
  if (is_leaf(n)) return leaf_.state_size(n);
  const std::size_t half = n / 2;
  return 2 * state_size(half) + 2 * half * half + 2 * slices_size(half);
}

std::size_t block_amc::slices_size(std::size_t n) const noexcept {
  const std::size_t tiles = n / parameters_.array.size;
  return parameters_.solver.block_mvm_arrays ? tiles * tiles * tile_.state_size() : 0;
}

std::size_t block_amc::program_scratch() const noexcept {
  return 2 * size_ * size_ + leaf_.program_scratch(std::min(size_, parameters_.array.size));
}

std::size_t block_amc::solve_scratch() const noexcept {
  const std::size_t rows = parameters_.array.size;
  return 4 * size_ + 2 * rows + std::max(leaf_.solve_scratch(rows), tile_.scratch_size());
}

void block_amc::program_slices(const double* m, std::size_t n, std::uint64_t place, const tree_draws& draws,
                               double* state) const noexcept {
  if (!parameters_.solver.block_mvm_arrays) return;
  const std::size_t tile = parameters_.array.size;
  const double scale = slice_scale(m, n * n, parameters_.solver.slices, parameters_.solver.binary_scale,
                                   parameters_.device.digit_bits());
  array_draws own{draws.slices, draws.slices_ageing, {draws.arrays.seed, place, array_role::plus}};
  for (std::size_t row = 0; row < n; row += tile)
    for (std::size_t column = 0; column < n; column += tile) {
      tile_.program(m + row * n + column, n, scale, own, state);
      state += tile_.state_size();
      own.where.place += static_cast<std::uint64_t>(parameters_.solver.slices);
    }
}

bool block_amc::program(const double* a, std::size_t n, std::uint64_t place, const tree_draws& draws,
                        double* state, double* scratch) const {
  if (is_leaf(n)) return leaf_.program(a, n, place, draws.arrays, state, scratch, record_);
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
  const std::uint64_t products = product_place(place);
  double* slices3 = slices + slices_size(half);
  program_slices(m3, half, products + product_tiles, draws, slices3);
  // The complex expansion's S and -S are one set of arrays.
  if (std::equal(m2, m2 + half * half, m3, [](double p, double q) { return p == -q; }))
    for (std::size_t at = 0; at < slices_size(half); at += tile_.state_size())
      tile_.negate(slices3 + at, slices + at);
  else
    program_slices(m2, half, products, draws, slices);
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

void block_amc::multiply(const double* m, const double* slices, std::size_t n, std::size_t place,
                         const double* x, const read_path& read, double* y, double* scratch) const noexcept {
  const std::size_t tile = parameters_.array.size;
  double* in = scratch;
  double* out = in + tile;
  double* rest = out + tile;
  std::fill_n(y, n, 0.0);
  for (std::size_t row = 0; row < n; row += tile)
    for (std::size_t column = 0; column < n; column += tile) {
      if (read.converters != nullptr)
        read.converters->drive(place, x + column, tile, in);
      else
        std::copy_n(x + column, tile, in);
      if (read.converters != nullptr && parameters_.solver.block_mvm_arrays) {
        double most = 0, sum = 0;
        for (std::size_t i = 0; i < tile; ++i) {
          most = std::max(most, std::abs(in[i]));
          sum += in[i];
        }
        if (!std::isfinite(sum)) return void(std::fill_n(y, n, sum - sum));  // not a number
        const double step = tile_.quantise(in, most, in);
        tile_.multiply(slices, in, step, *read.reading, out, rest);
        slices += tile_.state_size();
      } else {
        multiply_plain(m + row * n + column, tile, n, in, out);
      }
      if (read.converters != nullptr) read.converters->read(place, out, tile);
      for (std::size_t i = 0; i < tile; ++i) y[row + i] += out[i];
    }
}

void block_amc::solve(const double* state, std::size_t n, std::size_t place, const double* b,
                      const read_path& read, double* x, double* scratch) const {
  if (is_leaf(n)) {
    if (read.converters == nullptr) return multiply_plain(state, n, n, b, x);
    double* in = scratch;
    read.converters->drive(place, b, n, in);
    leaf_.solve(state, n, in, *read.reading, x, in + n);
    read.converters->read(place, x, n);
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
  const auto stage = static_cast<std::size_t>(std::countr_zero(size_ / n));
  solve(first, half, inv_first, b, read, t, rest);
  multiply(m3, slices3, half, mvm_m3(stage), t, read, product, rest);
  for (std::size_t i = 0; i < half; ++i) t[i] = b[half + i] - product[i];
  solve(fourth, half, inv_fourth, t, read, x + half, rest);
  multiply(m2, slices2, half, mvm_m2(stage), x + half, read, product, rest);
  for (std::size_t i = 0; i < half; ++i) t[i] = b[i] - product[i];
  solve(first, half, inv_first, t, read, x, rest);
}

}  // namespace mho::analog
