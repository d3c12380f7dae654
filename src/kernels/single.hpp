/// \file
/// The kernels of one matrix at a time: the lanes lie along its columns, so that a batch of one problem uses
/// them all. A *row* of n complex numbers is ceil(n / lanes) blocks, each a vector of real parts and one
/// of imaginary parts; numbers beyond n are 0. The order of operations of a number depends on the sizes
/// alone, not on the lanes: targets that fuse multiply-add agree to the last bit.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>

#include <mho/view.hpp>

#include "input.hpp"

namespace mho {

struct single_kernels {
  std::size_t lanes;

  /// Elements (problem, i, j) of an input, i in [begin, end), to rows of extent[2] numbers.
  void (*load)(const input& v, std::size_t problem, std::size_t begin, std::size_t end, float* rows);
  /// G (+)= H^H H for `count` rows of n numbers: the blocks on the diagonal and above, or all (`whole`).
  void (*gram)(const float* h, std::size_t count, std::size_t n, bool start, bool whole, float* g);
  /// z (+)= H^H y, a row; y: count complex numbers.
  void (*matched_filter)(const float* h, const std::complex<float>* y, std::size_t count, std::size_t n,
                         bool start, float* z);
  /// L L^H = A + shift I, A as `gram` leaves it: L^H in `upper` (n rows), and unless they are nullptr X =
  /// L^-1 in `x` (n rows) and w = L^-1 z (n complex numbers, z a row). False if a pivot <= threshold * its
  /// diagonal entry; nothing may then be read.
  bool (*factor)(const float* a, std::size_t n, float shift, float threshold, const float* z, float* upper,
                 float* x, std::complex<float>* w);
  /// estimate = X^H w, a row, and diagonal[k] = |column k of X|^2 = [A^-1]_kk.
  void (*solve)(const float* x, const std::complex<float>* w, std::size_t n, float* estimate,
                float* diagonal);
  /// From n0 and the diagonal of the inverse (in `variance`) to variances and unbiasing gains. The rest of G
  /// is filled in where 1 - e would cancel.
  void (*finish_mmse)(const float* x, std::size_t n, float n0, float* g, float* variance, float* gain);
  /// Maximum-ratio combining; g: all of G.
  void (*finish_mrc)(const float* g, std::size_t n, float n0, float* variance, float* gain);
  /// out row r = conj(sum_j H_rj B_j) gain for `count` rows of H; B Hermitian, all of it.
  void (*weigh)(const float* h, std::size_t count, std::size_t n, const float* b, const float* gain,
                float* out);

  /// Rows to elements (0, i, j) of a cf32 view.
  void (*store)(const float* rows, const view& v);
  /// rows <- L^-1 rows, `count` rows of n numbers; l [count, count] row-major, inverse[i] = 1 / L_ii.
  void (*forward)(const std::complex<float>* l, const float* inverse, std::size_t count, std::size_t n,
                  float* rows);
  /// out = W rows; w [count, count] row-major.
  void (*multiply)(const std::complex<float>* w, const float* rows, std::size_t count, std::size_t n,
                   float* out);
  /// Row i <- factors[i] row i.
  void (*scale)(const float* factors, std::size_t count, std::size_t n, float* rows);
};

/// Blocks of a row of n numbers.
inline std::size_t blocks_of(std::size_t n, std::size_t lanes) { return (n + lanes - 1) / lanes; }

/// The table of a target (see targets.hpp); nullptr if there is none.
const single_kernels* find_single_kernels(std::int64_t target) noexcept;

}  // namespace mho
