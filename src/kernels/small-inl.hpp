// Everything after the Gram matrix for up to four streams, in registers: one look at the verdicts, the
// factor, its inverse, the estimate, variances and gains; for one and two streams this is the closed form.
// Several packs at once, because a factor of this size is a chain of divisions that only other packs can
// fill.
#if defined(MHO_KERNELS_SMALL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_SMALL_INL
#undef MHO_KERNELS_SMALL_INL
#else
#define MHO_KERNELS_SMALL_INL
#endif

#include "kernels/outputs-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

// Buffers of pack number p lie p strides further on.
struct small_packs {
  float *g, *z, *level, *variance, *verdict;
  std::size_t g_stride, z_stride, real_stride;
};

// [A^-1 G]_kk by its definition: column k of A^-1 is X^H D^-1 X e_k. Not below 0: outputs-inl.hpp.
template <std::size_t N, std::size_t P>
inline HWY_NOINLINE V useful_gain(const float* g, const complex_v (&x)[N][N][P], const V (&inverse)[N][P],
                                  std::size_t k, std::size_t p) {
  V sum = hn::Zero(d);
  for (std::size_t j = 0; j < N; ++j) {
    complex_v a = zero();
    for (std::size_t i = std::max(j, k); i < N; ++i)
      a = add_product<conjugate::first>(x[i][j][p], scale(x[i][k][p], inverse[i][p]), a);
    const complex_v b = load_complex(g + (j >= k ? j * N + k : k * N + j) * entry);
    sum = hn::MulAdd(a.re, b.re, sum);
    sum = j >= k ? hn::MulAdd(a.im, b.im, sum) : hn::NegMulAdd(a.im, b.im, sum);
  }
  return hn::Max(sum, hn::Zero(d));
}

template <std::size_t N, std::size_t P>
inline HWY_NOINLINE void solve_packs(bool mmse, const small_packs& at) {
  const V zeros = hn::Zero(d), one = hn::Set(d, 1.0f);
  const V threshold = hn::Set(d, static_cast<float>(N) * 0x1p-23f);
  V level[P], shift[P], found[P];
  const float* g[P];
  for (std::size_t p = 0; p < P; ++p) {
    g[p] = at.g + p * at.g_stride;
    level[p] = load(at.level + p * lanes);
    shift[p] = mmse ? level[p] : zeros;
    found[p] = load(at.verdict + p * lanes);
  }

  // A = L D L^H with ones on the diagonal of L: no square roots. Then X = L^-1.
  complex_v l[N][N][P], x[N][N][P];
  V inverse[N][P];
  for (std::size_t i = 0; i < N; ++i) {
    complex_v row[N][P];  // of L D
    V whole[P], pivot[P];
    for (std::size_t p = 0; p < P; ++p)
      pivot[p] = whole[p] = hn::Add(load(g[p] + (i * N + i) * entry), shift[p]);
    for (std::size_t j = 0; j < i; ++j) {
      for (std::size_t p = 0; p < P; ++p) row[j][p] = load_complex(g[p] + (i * N + j) * entry);
      for (std::size_t k = 0; k < j; ++k)
        for (std::size_t p = 0; p < P; ++p)
          row[j][p] = subtract_product<conjugate::second>(row[k][p], l[j][k][p], row[j][p]);
      for (std::size_t p = 0; p < P; ++p) {
        l[i][j][p] = scale(row[j][p], inverse[j][p]);
        pivot[p] =
            hn::NegMulAdd(row[j][p].im, l[i][j][p].im, hn::NegMulAdd(row[j][p].re, l[i][j][p].re, pivot[p]));
      }
    }
    for (std::size_t p = 0; p < P; ++p) {
      found[p] = raise(found[p], hn::Not(hn::Gt(pivot[p], hn::Mul(threshold, whole[p]))), verdict_singular);
      inverse[i][p] = hn::Div(one, pivot[p]);
      x[i][i][p] = {one, zeros};
    }
  }
  for (std::size_t i = 1; i < N; ++i)
    for (std::size_t j = 0; j < i; ++j)
      for (std::size_t p = 0; p < P; ++p) {
        complex_v sum = l[i][j][p];
        for (std::size_t k = j + 1; k < i; ++k)
          sum = add_product<conjugate::none>(l[i][k][p], x[k][j][p], sum);
        x[i][j][p] = {hn::Neg(sum.re), hn::Neg(sum.im)};
      }

  // w = D^-1 X z, then estimate = X^H w, variance and gain, stream by stream.
  complex_v w[N][P];
  for (std::size_t i = 0; i < N; ++i)
    for (std::size_t p = 0; p < P; ++p) w[i][p] = load_complex(at.z + p * at.z_stride + i * entry);
  for (std::size_t i = N; i-- > 0;)
    for (std::size_t p = 0; p < P; ++p) {
      for (std::size_t j = 0; j < i; ++j)
        w[i][p] = add_product<conjugate::none>(x[i][j][p], w[j][p], w[i][p]);
      w[i][p] = scale(w[i][p], inverse[i][p]);
    }
  V poison[P], overflow[P];
  for (std::size_t p = 0; p < P; ++p) poison[p] = overflow[p] = zeros;
  for (std::size_t k = 0; k < N; ++k) {
    V now[P];
    complex_v sum[P];
    for (std::size_t p = 0; p < P; ++p) {
      now[p] = inverse[k][p];
      sum[p] = w[k][p];
    }
    for (std::size_t i = k + 1; i < N; ++i)
      for (std::size_t p = 0; p < P; ++p) {
        // Scaled before it is squared: |X_ik|^2 may leave the range of float, |X_ik|^2 / D_i does not.
        const complex_v scaled = scale(x[i][k][p], inverse[i][p]);
        now[p] = hn::MulAdd(scaled.im, x[i][k][p].im, hn::MulAdd(scaled.re, x[i][k][p].re, now[p]));
        sum[p] = add_product<conjugate::first>(x[i][k][p], w[i][p], sum[p]);
      }
    for (std::size_t p = 0; p < P; ++p) {
      now[p] = hn::Mul(level[p], now[p]);
      if (mmse) {
        const auto safe = hn::Lt(now[p], hn::Set(d, 0.5f));
        V useful = hn::Sub(one, now[p]);
        if (HWY_UNLIKELY(!hn::AllTrue(d, safe)))
          useful = hn::IfThenElse(safe, useful, useful_gain<N, P>(g[p], x, inverse, k, p));
        const V gain = hn::Div(one, useful);
        now[p] = hn::Mul(now[p], gain);
        sum[p] = scale(sum[p], gain);
      }
      poison[p] = hn::MulAdd(sum[p].re, zeros, hn::MulAdd(sum[p].im, zeros, poison[p]));
      overflow[p] = hn::MulAdd(now[p], zeros, overflow[p]);
      store_complex(sum[p], at.z + p * at.z_stride + k * entry);
      store(now[p], at.variance + p * at.real_stride + k * lanes);
    }
  }
  for (std::size_t p = 0; p < P; ++p) {
    found[p] = raise_first(found[p], is_poison(overflow[p]), verdict_range);
    found[p] = raise_first(found[p], is_poison(poison[p]), verdict_not_finite);
    store(found[p], at.verdict + p * lanes);
    if (HWY_LIKELY(hn::AllTrue(d, hn::Eq(found[p], zeros)))) continue;
    finish_variance(N, at.verdict + p * lanes, at.variance + p * at.real_stride);
    clear_failed(N, at.verdict + p * lanes, at.z + p * at.z_stride);
  }
}

inline HWY_NOINLINE void solve_small(std::size_t tx, std::size_t packs, bool mmse, float* g, float* z,
                                     float* level, float* variance, float* verdict) {
  const small_packs at{g, z, level, variance, verdict, tx * tx * entry, tx * entry, tx * lanes};
  with_size<4>(tx, [&](auto n) HWY_ATTR {
    constexpr std::size_t N = decltype(n)::value;
    if (packs == 2)
      solve_packs<N, 2>(mmse, at);
    else
      solve_packs<N, 1>(mmse, at);
  });
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
