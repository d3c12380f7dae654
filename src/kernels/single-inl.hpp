// One problem, the lanes along its streams (single.hpp).
#if defined(MHO_KERNELS_SINGLE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_SINGLE_INL
#undef MHO_KERNELS_SINGLE_INL
#else
#define MHO_KERNELS_SINGLE_INL
#endif

#include <cmath>

#include "kernels/products-inl.hpp"
#include "kernels/rows-inl.hpp"
#include "kernels/single.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

// Rows i0 .. i0 + M, blocks b0 .. b0 + N of sum_r conj(left_ri) right_r.
template <std::size_t M, std::size_t N>
HWY_INLINE void gram_tile(const float* h, std::size_t count, std::size_t step, bool start, std::size_t i0,
                          std::size_t b0, float* g) {
  complex_v sum[M][N];
  const float* left[M];
  for (std::size_t i = 0; i < M; ++i) {
    left[i] = number(h, i0 + i);
    for (std::size_t b = 0; b < N; ++b)
      sum[i][b] = start ? zero() : load_complex(g + (i0 + i) * step + (b0 + b) * entry);
  }
  const float* right = h + b0 * entry;
  for (std::size_t r = 0, at = 0; r < count; ++r, at += step) {
    complex_v row[N];
    for (std::size_t b = 0; b < N; ++b) row[b] = load_complex(right + at + b * entry);
    for (std::size_t i = 0; i < M; ++i) {
      const complex_v x = broadcast(left[i] + at);
      for (std::size_t b = 0; b < N; ++b) sum[i][b] = add_product<conjugate::first>(x, row[b], sum[i][b]);
    }
  }
  for (std::size_t i = 0; i < M; ++i)
    for (std::size_t b = 0; b < N; ++b) store_complex(sum[i][b], g + (i0 + i) * step + (b0 + b) * entry);
}

inline HWY_NOINLINE void gram_rows(const float* h, std::size_t count, std::size_t n, bool start, bool whole,
                                   float* g) {
  const std::size_t step = row_floats(n), blocks = blocks_of(n, lanes);
  for (std::size_t i0 = 0; i0 < n; i0 += tile)
    with_size<tile>(std::min(tile, n - i0), [&](auto m) HWY_ATTR {
      constexpr std::size_t M = decltype(m)::value;
      for (std::size_t b0 = whole ? 0 : i0 / lanes; b0 < blocks; b0 += tile_blocks)
        with_size<tile_blocks>(std::min(tile_blocks, blocks - b0), [&](auto width) HWY_ATTR {
          gram_tile<M, decltype(width)::value>(h, count, step, start, i0, b0, g);
        });
    });
}

inline HWY_NOINLINE void matched_row(const float* h, const std::complex<float>* y, std::size_t count,
                                     std::size_t n, bool start, float* z) {
  const std::size_t step = row_floats(n), blocks = blocks_of(n, lanes);
  constexpr std::size_t most = 4;
  for (std::size_t b0 = 0; b0 < blocks; b0 += most)
    with_size<most>(std::min(most, blocks - b0), [&](auto width) HWY_ATTR {
      constexpr std::size_t N = decltype(width)::value;
      complex_v sum[N];
      for (std::size_t b = 0; b < N; ++b) sum[b] = start ? zero() : load_complex(z + (b0 + b) * entry);
      for (std::size_t r = 0; r < count; ++r) {
        const complex_v received = broadcast(y[r]);
        for (std::size_t b = 0; b < N; ++b)
          sum[b] =
              add_product<conjugate::first>(load_complex(h + r * step + (b0 + b) * entry), received, sum[b]);
      }
      for (std::size_t b = 0; b < N; ++b) store_complex(sum[b], z + (b0 + b) * entry);
    });
}

// What row i of the factorisation reads and writes: blocks of L^H, then blocks of L^-1.
struct factor_rows_of {
  const float* a;
  float *upper, *x;
  std::size_t step, blocks;
  const float* from(std::size_t k, std::size_t b) const {
    return b < blocks ? upper + k * step + b * entry : x + k * step + (b - blocks) * entry;
  }
};

// Blocks b0 .. b0 + N of row i, less what the rows above have of it; not yet divided by the pivot.
template <std::size_t N>
HWY_INLINE void eliminate(const factor_rows_of& at, std::size_t i, std::size_t b0, complex_v (&sum)[N]) {
  const float* row[N];
  for (std::size_t b = 0; b < N; ++b) {
    row[b] = at.from(0, b0 + b);
    // The unit matrix is in x already.
    sum[b] = load_complex(b0 + b < at.blocks ? at.a + i * at.step + (b0 + b) * entry : at.from(i, b0 + b));
  }
  const float* multiplier = number(at.upper, i);
  for (std::size_t k = 0; k < i; ++k) {
    const complex_v by = broadcast(multiplier + k * at.step);
    for (std::size_t b = 0; b < N; ++b)
      sum[b] = subtract_product<conjugate::first>(by, load_complex(row[b] + k * at.step), sum[b]);
  }
}

inline HWY_NOINLINE bool factor_one(const float* a, std::size_t n, float shift, float threshold,
                                    const float* z, float* upper, float* x, std::complex<float>* w) {
  const factor_rows_of at{a, upper, x, row_floats(n), blocks_of(n, lanes)};
  if (x != nullptr) {
    std::fill_n(x, n * at.step, 0.0f);
    for (std::size_t i = 0; i < n; ++i) x[i * at.step + i / lanes * entry + i % lanes] = 1;
  }
  constexpr std::size_t most = 4;
  for (std::size_t i = 0; i < n; ++i) {
    // Blocks of L^H from the pivot's on, and of L^-1 up to the pivot's: one range.
    const std::size_t pivot_block = i / lanes, end = at.blocks + (x != nullptr ? pivot_block + 1 : 0);
    float inverse = 0;
    bool good = true;
    for (std::size_t b0 = pivot_block; b0 < end; b0 += most)
      with_size<most>(std::min(most, end - b0), [&](auto width) HWY_ATTR {
        constexpr std::size_t N = decltype(width)::value;
        complex_v sum[N];
        eliminate<N>(at, i, b0, sum);
        if (b0 == pivot_block) {
          alignas(64) float block[lanes];
          store(sum[0].re, block);
          const float whole = *number(a + i * at.step, i) + shift, pivot = block[i % lanes] + shift;
          good = pivot > threshold * whole;
          inverse = 1 / std::sqrt(pivot);
          const auto here = hn::Eq(hn::Iota(d, 0.0f), hn::Set(d, static_cast<float>(i % lanes)));
          sum[0].re = hn::IfThenElse(here, hn::Set(d, pivot), sum[0].re);
        }
        for (std::size_t b = 0; b < N; ++b)
          store_complex(scale(sum[b], hn::Set(d, inverse)), const_cast<float*>(at.from(i, b0 + b)));
      });
    if (!good) return false;
    if (z == nullptr) continue;
    const float* mine = number(z, i);
    float re = mine[0], im = mine[lanes];
    for (std::size_t k = 0; k < i; ++k) {
      const float* by = number(upper + k * at.step, i);
      re -= by[0] * w[k].real() + by[lanes] * w[k].imag();
      im -= by[0] * w[k].imag() - by[lanes] * w[k].real();
    }
    w[i] = {re * inverse, im * inverse};
  }
  return true;
}

inline HWY_NOINLINE void solve_one(const float* x, const std::complex<float>* w, std::size_t n,
                                   float* estimate, float* diagonal) {
  const std::size_t step = row_floats(n), blocks = blocks_of(n, lanes);
  for (std::size_t b = 0; b < blocks; ++b) {
    complex_v sum = zero();
    V squares = hn::Zero(d);
    for (std::size_t i = b * lanes; i < n; ++i) {
      const complex_v now = load_complex(x + i * step + b * entry);
      squares = add_norm(now, squares);
      if (w != nullptr) sum = add_product<conjugate::first>(now, broadcast(w[i]), sum);
    }
    if (w != nullptr) store_complex(sum, estimate + b * entry);
    store(squares, diagonal + b * lanes);
  }
}

// [A^-1 G]_kk by its definition: row k of A^-1 is sum_i conj(X_ik) X_i.
inline HWY_NOINLINE float useful_gain_one(const float* x, const float* g, std::size_t n, std::size_t k) {
  const std::size_t step = row_floats(n), blocks = blocks_of(n, lanes);
  float total = 0;
  for (std::size_t b = 0; b < blocks; ++b) {
    complex_v row = zero();
    for (std::size_t i = std::max(k, b * lanes); i < n; ++i)
      row = add_product<conjugate::first>(broadcast(number(x + i * step, k)),
                                          load_complex(x + i * step + b * entry), row);
    const complex_v other = load_complex(g + k * step + b * entry);
    alignas(64) float products[lanes];
    store(hn::MulAdd(row.im, other.im, hn::Mul(row.re, other.re)), products);
    for (const float product : products) total += product;
  }
  return std::max(total, 0.0f);  // outputs-inl.hpp
}

// The blocks of G below the diagonal, from those above.
inline HWY_NOINLINE void mirror(float* g, std::size_t n) {
  const std::size_t step = row_floats(n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i / lanes * lanes; ++j) {
      const float* from = number(g + j * step, i);
      float* to = g + i * step + j / lanes * entry + j % lanes;
      to[0] = from[0];
      to[lanes] = -from[lanes];
    }
}

inline HWY_NOINLINE void finish_mmse_one(const float* x, std::size_t n, float n0, float* g, float* variance,
                                         float* gain) {
  bool mirrored = false;
  for (std::size_t k = 0; k < n; ++k) {
    const float e = n0 * variance[k];
    if (!(e < 0.5f) && !mirrored) {
      mirror(g, n);
      mirrored = true;
    }
    const float useful = e < 0.5f ? 1 - e : useful_gain_one(x, g, n, k);
    variance[k] = e / useful;
    gain[k] = 1 / useful;
  }
}

inline HWY_NOINLINE void finish_mrc_one(const float* g, std::size_t n, float n0, float* variance,
                                        float* gain) {
  const std::size_t step = row_floats(n), blocks = blocks_of(n, lanes);
  for (std::size_t k = 0; k < n; ++k) gain[k] = 1 / *number(g + k * step, k);
  std::fill(gain + n, gain + blocks * lanes, 0.0f);
  for (std::size_t b = 0; b < blocks; ++b) {
    const V share = load(gain + b * lanes);
    V interference = hn::Zero(d);
    for (std::size_t j = 0; j < n; ++j) {
      const complex_v row = load_complex(g + j * step + b * entry);
      // Scaled before it is squared: |G_kj|^2 may leave the range of float, |G_kj|^2 / G_kk does not.
      const V more = hn::MulAdd(hn::Mul(row.re, share), row.re,
                                hn::MulAdd(hn::Mul(row.im, share), row.im, interference));
      const auto itself =
          hn::Eq(hn::Iota(d, static_cast<float>(b * lanes)), hn::Set(d, static_cast<float>(j)));
      interference = hn::IfThenElse(itself, interference, more);
    }
    store(hn::Mul(hn::Add(hn::Set(d, n0), interference), share), variance + b * lanes);
  }
}

inline HWY_NOINLINE void weigh_rows(const float* h, std::size_t count, std::size_t n, const float* b,
                                    const float* gain, float* out) {
  const std::size_t step = row_floats(n), blocks = blocks_of(n, lanes);
  for (std::size_t r0 = 0; r0 < count; r0 += tile)
    with_size<tile>(std::min(tile, count - r0), [&](auto m) HWY_ATTR {
      constexpr std::size_t M = decltype(m)::value;
      for (std::size_t b0 = 0; b0 < blocks; ++b0) {
        complex_v sum[M];
        for (std::size_t r = 0; r < M; ++r) sum[r] = zero();
        for (std::size_t j = 0; j < n; ++j) {
          const complex_v row = load_complex(b + j * step + b0 * entry);
          for (std::size_t r = 0; r < M; ++r)
            sum[r] = add_product<conjugate::none>(broadcast(number(h + (r0 + r) * step, j)), row, sum[r]);
        }
        const V by = load(gain + b0 * lanes);
        for (std::size_t r = 0; r < M; ++r)
          store_complex({hn::Mul(sum[r].re, by), hn::Neg(hn::Mul(sum[r].im, by))},
                        out + (r0 + r) * step + b0 * entry);
      }
    });
}

inline const single_kernels* single_table() {
  static constexpr single_kernels table{.lanes = lanes,
                                        .load = load_rows,
                                        .gram = gram_rows,
                                        .matched_filter = matched_row,
                                        .factor = factor_one,
                                        .solve = solve_one,
                                        .finish_mmse = finish_mmse_one,
                                        .finish_mrc = finish_mrc_one,
                                        .weigh = weigh_rows,
                                        .store = store_rows,
                                        .forward = forward_rows,
                                        .multiply = multiply_rows,
                                        .scale = scale_rows};
  return &table;
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
