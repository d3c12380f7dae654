// The one inner loop of the linear kernels: a register tile of complex products, summed.
#if defined(MHO_KERNELS_PRODUCTS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_PRODUCTS_INL
#undef MHO_KERNELS_PRODUCTS_INL
#else
#define MHO_KERNELS_PRODUCTS_INL
#endif

#include "kernels/loads-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

enum class conjugate { none, first, second };

struct complex_v {
  V re, im;
};

HWY_INLINE complex_v zero() { return {hn::Zero(d), hn::Zero(d)}; }
HWY_INLINE complex_v load_complex(const float* p) { return {load(p), load(p + lanes)}; }
HWY_INLINE void store_complex(complex_v v, float* p) {
  store(v.re, p);
  store(v.im, p + lanes);
}
HWY_INLINE complex_v scale(complex_v v, V by) { return {hn::Mul(v.re, by), hn::Mul(v.im, by)}; }

// sum + a b, with one factor conjugated or none.
template <conjugate C>
HWY_INLINE complex_v add_product(complex_v a, complex_v b, complex_v sum) {
  sum.re = hn::MulAdd(a.re, b.re, sum.re);
  if constexpr (C == conjugate::none) {
    sum.re = hn::NegMulAdd(a.im, b.im, sum.re);
    sum.im = hn::MulAdd(a.im, b.re, hn::MulAdd(a.re, b.im, sum.im));
  } else {
    sum.re = hn::MulAdd(a.im, b.im, sum.re);
    sum.im = C == conjugate::first ? hn::NegMulAdd(a.im, b.re, hn::MulAdd(a.re, b.im, sum.im))
                                   : hn::MulAdd(a.im, b.re, hn::NegMulAdd(a.re, b.im, sum.im));
  }
  return sum;
}

// sum - a b
template <conjugate C>
HWY_INLINE complex_v subtract_product(complex_v a, complex_v b, complex_v sum) {
  sum.re = hn::NegMulAdd(a.re, b.re, sum.re);
  if constexpr (C == conjugate::none) {
    sum.re = hn::MulAdd(a.im, b.im, sum.re);
    sum.im = hn::NegMulAdd(a.im, b.re, hn::NegMulAdd(a.re, b.im, sum.im));
  } else {
    sum.re = hn::NegMulAdd(a.im, b.im, sum.re);
    sum.im = C == conjugate::first ? hn::MulAdd(a.im, b.re, hn::NegMulAdd(a.re, b.im, sum.im))
                                   : hn::NegMulAdd(a.im, b.re, hn::MulAdd(a.re, b.im, sum.im));
  }
  return sum;
}

HWY_INLINE V add_norm(complex_v a, V sum) { return hn::MulAdd(a.im, a.im, hn::MulAdd(a.re, a.re, sum)); }

// sum[i][j] += a_i b_j over `count` terms. Term n of a_i lies at a[i] + n * a_step.
template <conjugate C, std::size_t M, std::size_t N>
HWY_INLINE void sum_products(const float* const (&a)[M], std::size_t a_step, const float* const (&b)[N],
                             std::size_t b_step, std::size_t count, complex_v (&sum)[M][N]) {
  std::size_t at_a = 0, at_b = 0;
  for (std::size_t n = 0; n < count; ++n, at_a += a_step, at_b += b_step) {
    complex_v right[N];
    for (std::size_t j = 0; j < N; ++j) right[j] = load_complex(b[j] + at_b);
    for (std::size_t i = 0; i < M; ++i) {
      const complex_v left = load_complex(a[i] + at_a);
      for (std::size_t j = 0; j < N; ++j) sum[i][j] = add_product<C>(left, right[j], sum[i][j]);
    }
  }
}

// The same for a_i conj(a_j), j <= i: a triangle whose diagonal is real.
template <conjugate C, std::size_t M>
HWY_INLINE void sum_triangle(const float* const (&a)[M], std::size_t step, std::size_t count,
                             complex_v (&sum)[M][M], V (&diagonal)[M]) {
  std::size_t at = 0;
  for (std::size_t n = 0; n < count; ++n, at += step) {
    complex_v x[M];
    for (std::size_t i = 0; i < M; ++i) x[i] = load_complex(a[i] + at);
    for (std::size_t i = 0; i < M; ++i) {
      for (std::size_t j = 0; j < i; ++j) sum[i][j] = add_product<C>(x[i], x[j], sum[i][j]);
      diagonal[i] = add_norm(x[i], diagonal[i]);
    }
  }
}

// body(integral_constant<size>) for a run-time size in 1 .. most.
template <std::size_t most, class Body>
HWY_INLINE void with_size(std::size_t size, const Body& body) {
  if constexpr (most > 1) {
    if (size < most) return with_size<most - 1>(size, body);
  }
  body(std::integral_constant<std::size_t, most>());
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
