/// \file
/// The kernels of hard decisions and max-log LLRs of square Gray QAM, one table a target. The lane is the
/// symbol; every symbol goes through the same operations, each rounded by itself, so all targets agree to the
/// last bit and nothing depends on a symbol's place in the batch.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>

#include <mho/constellation.hpp>

namespace mho {

/// One axis of a constellation of 2^(2 bits) points: levels (2 i + 1 - 2^bits) step.
struct qam_axis {
  unsigned bits;
  mapping labels;
  float step;               ///< half the distance of neighbouring levels
  float cells_per_unit;     ///< 1 / (2 step)
  const float* lower_edge;  ///< [2^bits]: the smallest float of each level's cell, -inf first
};

struct demap_kernels {
  /// Max-log LLRs ln P(b = 0) / P(b = 1) of n symbols, 2 bits each, symbol by symbol. Within a few 2^-24 of
  /// the LLR of an estimate that is moved by 2^-24 of the largest level and of itself. What is not finite,
  /// a variance that is infinite, NaN or negative: 0. Beyond FLT_MAX: +-FLT_MAX.
  void (*max_log)(const qam_axis& axis, const std::complex<float>* x, const float* variance, std::size_t n,
                  float* llr);
  /// Bits of the nearest points, one a byte. Ties fall to the more positive level, NaN to the lowest.
  void (*slice)(const qam_axis& axis, const std::complex<float>* x, std::size_t n, std::uint8_t* bits);
};

/// The table of a target (see targets.hpp); nullptr if there is none.
const demap_kernels* find_demap_kernels(std::int64_t target) noexcept;
/// The same with vectors of half the width, for the widest target only.
const demap_kernels* find_half_demap_kernels(std::int64_t target) noexcept;

}  // namespace mho
