// Cholesky factor, triangular solves and the diagonal of the inverse, of a pack. Matrices are row-major with
// rows of n entries; of L only the lower triangle is touched, its diagonal as 1 / L_ii in `inverse` [n]
// vectors.
#if defined(MHO_KERNELS_CHOLESKY_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_CHOLESKY_INL
#undef MHO_KERNELS_CHOLESKY_INL
#else
#define MHO_KERNELS_CHOLESKY_INL
#endif

#include "kernels/products-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

// What a lane's problem is; stored as numbers in a vector. The larger one wins.
constexpr float verdict_ok = 0, verdict_singular = 1, verdict_range = 2, verdict_not_finite = 3;

// 1 / sqrt(pivot), and the verdict raised where the pivot is not above threshold * its diagonal entry.
HWY_INLINE V invert_pivot(V pivot, V diagonal, V threshold, V& verdict) {
  const auto good = hn::Gt(pivot, hn::Mul(threshold, diagonal));
  verdict = hn::IfThenElse(good, verdict, hn::Max(verdict, hn::Set(d, verdict_singular)));
  return hn::Div(hn::Set(d, 1.0f), hn::Sqrt(pivot));
}

// Columns j0 .. j0 + N of L below the diagonal block, M rows from i0 on.
template <std::size_t M, std::size_t N>
HWY_INLINE void factor_rows(const float* a, std::size_t n, std::size_t i0, std::size_t j0,
                            const float* inverse, float* l) {
  const float* row[M];
  const float* pivot_row[N];
  complex_v sum[M][N];
  for (std::size_t i = 0; i < M; ++i) {
    row[i] = l + (i0 + i) * n * entry;
    for (std::size_t j = 0; j < N; ++j) sum[i][j] = zero();
  }
  for (std::size_t j = 0; j < N; ++j) pivot_row[j] = l + (j0 + j) * n * entry;
  sum_products<conjugate::second>(row, entry, pivot_row, entry, j0, sum);
  for (std::size_t i = 0; i < M; ++i) {
    complex_v x[N];
    for (std::size_t j = 0; j < N; ++j) {
      const std::size_t at = ((i0 + i) * n + j0 + j) * entry;
      const complex_v whole = load_complex(a + at);
      x[j] = {hn::Sub(whole.re, sum[i][j].re), hn::Sub(whole.im, sum[i][j].im)};
      for (std::size_t k = 0; k < j; ++k)
        x[j] = subtract_product<conjugate::second>(x[k], load_complex(pivot_row[j] + (j0 + k) * entry), x[j]);
      x[j] = scale(x[j], load(inverse + (j0 + j) * lanes));
      store_complex(x[j], l + at);
    }
  }
}

// The diagonal block of columns j0 .. j0 + N.
template <std::size_t N>
HWY_INLINE void factor_diagonal(const float* a, std::size_t n, std::size_t j0, V shift, V threshold,
                                V& verdict, float* inverse, float* l) {
  const float* row[N];
  complex_v sum[N][N];
  V diagonal[N];
  for (std::size_t i = 0; i < N; ++i) {
    row[i] = l + (j0 + i) * n * entry;
    for (std::size_t j = 0; j < i; ++j) sum[i][j] = zero();
    diagonal[i] = hn::Zero(d);
  }
  sum_triangle<conjugate::second>(row, entry, j0, sum, diagonal);
  V inverted[N];
  for (std::size_t i = 0; i < N; ++i) {
    complex_v x[N];
    for (std::size_t j = 0; j < i; ++j) {
      const std::size_t at = ((j0 + i) * n + j0 + j) * entry;
      const complex_v whole = load_complex(a + at);
      x[j] = {hn::Sub(whole.re, sum[i][j].re), hn::Sub(whole.im, sum[i][j].im)};
      for (std::size_t k = 0; k < j; ++k)
        x[j] = subtract_product<conjugate::second>(x[k], load_complex(row[j] + (j0 + k) * entry), x[j]);
      x[j] = scale(x[j], inverted[j]);
      store_complex(x[j], l + at);
    }
    const V whole = hn::Add(load(a + ((j0 + i) * n + j0 + i) * entry), shift);
    V pivot = hn::Sub(whole, diagonal[i]);
    for (std::size_t j = 0; j < i; ++j)
      pivot = hn::NegMulAdd(x[j].im, x[j].im, hn::NegMulAdd(x[j].re, x[j].re, pivot));
    inverted[i] = invert_pivot(pivot, whole, threshold, verdict);
    store(inverted[i], inverse + (j0 + i) * lanes);
  }
}

// L of A + shift I. `shift` and `verdict` are one vector.
inline HWY_NOINLINE void cholesky(const float* a, std::size_t n, const float* shift, float threshold,
                                  float* l, float* inverse, float* verdict) {
  const V add = load(shift), limit = hn::Set(d, threshold);
  V found = load(verdict);
  for (std::size_t j0 = 0; j0 < n; j0 += 2)
    with_size<2>(std::min<std::size_t>(2, n - j0), [&](auto columns) HWY_ATTR {
      constexpr std::size_t N = decltype(columns)::value;
      factor_diagonal<N>(a, n, j0, add, limit, found, inverse, l);
      for (std::size_t i0 = j0 + N; i0 < n; i0 += tile)
        with_size<tile>(std::min(tile, n - i0), [&](auto rows) HWY_ATTR {
          factor_rows<decltype(rows)::value, N>(a, n, i0, j0, inverse, l);
        });
    });
  store(found, verdict);
}

// Both solutions take what is known from all entries that wait for it, a few known ones at a time: these
// updates are independent of one another, where sums of one entry would be chains. Terms are subtracted in
// the order in which they become known, whatever the tile.

// x <- L^-1 x, from entry `begin` on (the ones before are zero).
inline HWY_NOINLINE void solve_lower(const float* l, const float* inverse, std::size_t n, std::size_t begin,
                                     float* x) {
  for (std::size_t i0 = begin; i0 < n; i0 += tile)
    with_size<tile>(std::min(tile, n - i0), [&](auto m) HWY_ATTR {
      constexpr std::size_t M = decltype(m)::value;
      complex_v known[M];
      for (std::size_t i = 0; i < M; ++i) {
        known[i] = load_complex(x + (i0 + i) * entry);
        for (std::size_t k = 0; k < i; ++k)
          known[i] = subtract_product<conjugate::none>(load_complex(l + ((i0 + i) * n + i0 + k) * entry),
                                                       known[k], known[i]);
        known[i] = scale(known[i], load(inverse + (i0 + i) * lanes));
        store_complex(known[i], x + (i0 + i) * entry);
      }
      for (std::size_t j = i0 + M; j < n; ++j) {
        complex_v now = load_complex(x + j * entry);
        const float* row = l + (j * n + i0) * entry;
        for (std::size_t k = 0; k < M; ++k)
          now = subtract_product<conjugate::none>(load_complex(row + k * entry), known[k], now);
        store_complex(now, x + j * entry);
      }
    });
}

// x <- L^-H x
inline HWY_NOINLINE void solve_upper(const float* l, const float* inverse, std::size_t n, float* x) {
  for (std::size_t i1 = n; i1 > 0; i1 -= std::min(tile, i1))
    with_size<tile>(std::min(tile, i1), [&](auto m) HWY_ATTR {
      constexpr std::size_t M = decltype(m)::value;
      const std::size_t i0 = i1 - M;
      complex_v known[M];
      for (std::size_t i = M; i-- > 0;) {
        known[i] = load_complex(x + (i0 + i) * entry);
        for (std::size_t k = M; k-- > i + 1;)
          known[i] = subtract_product<conjugate::first>(load_complex(l + ((i0 + k) * n + i0 + i) * entry),
                                                        known[k], known[i]);
        known[i] = scale(known[i], load(inverse + (i0 + i) * lanes));
        store_complex(known[i], x + (i0 + i) * entry);
      }
      for (std::size_t j = i0; j-- > 0;) {  // what the next tile needs comes first
        complex_v now = load_complex(x + j * entry);
        for (std::size_t k = M; k-- > 0;)
          now =
              subtract_product<conjugate::first>(load_complex(l + ((i0 + k) * n + j) * entry), known[k], now);
        store_complex(now, x + j * entry);
      }
    });
}

// Rows i0 .. i0 + M of the panel X = L^-1 restricted to N columns from j0 on; the panel's row i lies at
// panel + (i - j0) * N * entry. Adds their squares to the diagonal of the inverse.
template <std::size_t M, std::size_t N>
HWY_INLINE void invert_rows(const float* l, const float* inverse, std::size_t n, std::size_t i0,
                            std::size_t j0, float* panel, V (&squares)[N]) {
  const float* row[M];
  const float* column[N];
  complex_v sum[M][N];
  for (std::size_t i = 0; i < M; ++i) {
    row[i] = l + ((i0 + i) * n + j0) * entry;
    for (std::size_t j = 0; j < N; ++j) sum[i][j] = zero();
  }
  for (std::size_t j = 0; j < N; ++j) column[j] = panel + j * entry;
  sum_products<conjugate::none>(row, entry, column, N * entry, i0 - j0, sum);
  for (std::size_t i = 0; i < M; ++i) {
    const V minus = hn::Neg(load(inverse + (i0 + i) * lanes));
    for (std::size_t j = 0; j < N; ++j) {
      for (std::size_t k = 0; k < i; ++k)
        sum[i][j] = add_product<conjugate::none>(load_complex(l + ((i0 + i) * n + i0 + k) * entry), sum[k][j],
                                                 sum[i][j]);
      sum[i][j] = scale(sum[i][j], minus);
      store_complex(sum[i][j], panel + ((i0 + i - j0) * N + j) * entry);
      squares[j] = add_norm(sum[i][j], squares[j]);
    }
  }
}

// [(L L^H)^-1]_kk = |column k of L^-1|^2, a sum of squares: nothing cancels. `panel`: n * tile entries.
inline HWY_NOINLINE void inverse_diagonal(const float* l, const float* inverse, std::size_t n, float* panel,
                                          float* whole, float* out) {
  for (std::size_t j0 = 0; j0 < n; j0 += tile)
    with_size<tile>(std::min(tile, n - j0), [&](auto columns) HWY_ATTR {
      constexpr std::size_t N = decltype(columns)::value;
      V squares[N];
      // The triangle on the diagonal, with its zeros.
      for (std::size_t j = 0; j < N; ++j) {
        for (std::size_t i = 0; i < j; ++i) store_complex(zero(), panel + (i * N + j) * entry);
        complex_v x[N];
        x[j] = {load(inverse + (j0 + j) * lanes), hn::Zero(d)};
        store_complex(x[j], panel + (j * N + j) * entry);
        squares[j] = hn::Mul(x[j].re, x[j].re);
        for (std::size_t i = j + 1; i < N; ++i) {
          x[i] = zero();
          for (std::size_t k = j; k < i; ++k)
            x[i] =
                add_product<conjugate::none>(load_complex(l + ((j0 + i) * n + j0 + k) * entry), x[k], x[i]);
          x[i] = scale(x[i], hn::Neg(load(inverse + (j0 + i) * lanes)));
          store_complex(x[i], panel + (i * N + j) * entry);
          squares[j] = add_norm(x[i], squares[j]);
        }
      }
      std::size_t i0 = j0 + N;
      for (; i0 + 2 <= n; i0 += 2) invert_rows<2, N>(l, inverse, n, i0, j0, panel, squares);
      if (i0 < n) invert_rows<1, N>(l, inverse, n, i0, j0, panel, squares);
      for (std::size_t j = 0; j < N; ++j) store(squares[j], out + (j0 + j) * lanes);
      if (whole == nullptr) return;
      for (std::size_t i = 0; i < j0; ++i) std::fill_n(whole + (i * n + j0) * entry, N * entry, 0.0f);
      for (std::size_t i = j0; i < n; ++i)
        std::copy_n(panel + (i - j0) * N * entry, N * entry, whole + (i * n + j0) * entry);
    });
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
