// What the digital side of analogue detection makes of a pack's Gram matrices, in double precision: verdicts,
// the diagonal of A^-1 and with it gain and variance, and the real system of twice the size.
#if defined(MHO_KERNELS_ANALOG_DIGEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_ANALOG_DIGEST_INL
#undef MHO_KERNELS_ANALOG_DIGEST_INL
#else
#define MHO_KERNELS_ANALOG_DIGEST_INL
#endif

#include "kernels/analog_vectors-inl.hpp"
#include "kernels/linear.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {
namespace doubles {

constexpr std::size_t entry = 2 * lanes;  // doubles of a complex entry

struct complex_v {
  V re, im;
};

HWY_INLINE complex_v load_complex(const double* p) { return {load(p), load(p + lanes)}; }
HWY_INLINE void store_complex(complex_v v, double* p) {
  store(v.re, p);
  store(v.im, p + lanes);
}
// c - a b
HWY_INLINE complex_v subtract_product(complex_v a, complex_v b, complex_v c) {
  return {hn::Sub(c.re, hn::Sub(hn::Mul(a.re, b.re), hn::Mul(a.im, b.im))),
          hn::Sub(c.im, hn::Add(hn::Mul(a.re, b.im), hn::Mul(a.im, b.re)))};
}
// conj(a) b
HWY_INLINE complex_v conjugate_product(complex_v a, complex_v b) {
  return {hn::Add(hn::Mul(a.re, b.re), hn::Mul(a.im, b.im)),
          hn::Sub(hn::Mul(a.re, b.im), hn::Mul(a.im, b.re))};
}
HWY_INLINE complex_v subtract(complex_v a, complex_v b) { return {hn::Sub(a.re, b.re), hn::Sub(a.im, b.im)}; }
HWY_INLINE complex_v scale(complex_v a, V by) { return {hn::Mul(a.re, by), hn::Mul(a.im, by)}; }
HWY_INLINE V norm_of(complex_v a) { return hn::Add(hn::Mul(a.re, a.re), hn::Mul(a.im, a.im)); }

// detect/linear.hpp, check_gram
inline V check_gram(const double* g, std::size_t tx, V found) {
  const V least = set(0x1p-100), most = set(0x1p100);
  for (std::size_t i = 0; i < tx; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const complex_v now = load_complex(g + (i * tx + j) * entry);
      found = raise(found, hn::Not(hn::And(is_finite(now.re), is_finite(now.im))),
                    static_cast<double>(verdict::not_finite));
      if (i == j)
        found = raise(found, hn::Not(hn::And(hn::Ge(now.re, least), hn::Le(now.re, most))),
                      static_cast<double>(verdict::out_of_range));
    }
  return found;
}

// plain::cholesky
inline V cholesky(double* a, std::size_t n, V threshold, double* inverse, V found) {
  for (std::size_t i = 0; i < n; ++i) {
    double* row = a + i * n * entry;
    const V diagonal = load(row + i * entry);
    V pivot = diagonal;
    for (std::size_t j = 0; j < i; ++j) {
      const double* other = a + j * n * entry;
      complex_v sum = load_complex(row + j * entry);
      for (std::size_t k = 0; k < j; ++k)
        sum =
            subtract(sum, conjugate_product(load_complex(other + k * entry), load_complex(row + k * entry)));
      sum = scale(sum, load(inverse + j * lanes));
      store_complex(sum, row + j * entry);
      pivot = hn::Sub(pivot, norm_of(sum));
    }
    found = raise(found, hn::Not(hn::Gt(pivot, hn::Mul(threshold, diagonal))),
                  static_cast<double>(verdict::singular));
    const V root = hn::Sqrt(pivot);
    store_complex({root, hn::Zero(d)}, row + i * entry);
    store(hn::Div(set(1), root), inverse + i * lanes);
  }
  return found;
}

// From column k of L^-1 (in place: to column k of A^-1) to [A^-1 G]_kk by its definition.
inline HWY_NOINLINE V useful_gain(const double* l, const double* inverse, const double* g, std::size_t n,
                                  std::size_t k, double* x) {
  for (std::size_t i = n; i-- > 0;) {
    complex_v sum = load_complex(x + i * entry);
    for (std::size_t j = i + 1; j < n; ++j)
      sum = subtract(sum,
                     conjugate_product(load_complex(l + (j * n + i) * entry), load_complex(x + j * entry)));
    store_complex(scale(sum, load(inverse + i * lanes)), x + i * entry);
  }
  V useful = hn::Zero(d);
  for (std::size_t j = 0; j < n; ++j) {
    complex_v now = load_complex(g + (j >= k ? j * n + k : k * n + j) * entry);
    if (j <= k) now.im = hn::Neg(now.im);  // the diagonal too, as expand does
    useful = hn::Add(useful, conjugate_product(load_complex(x + j * entry), now).re);
  }
  return hn::Max(useful, hn::Zero(d));  // outputs-inl.hpp
}

inline void digest(const double* g, std::size_t tx, const double* n0, bool loaded, double threshold,
                   double* gain, double* variance, double* verdict, double* scratch) {
  double* factor = scratch;
  double* x = factor + tx * tx * entry;
  double* inverse = x + tx * entry;
  const V level = load(n0), one = set(1);
  V found = check_gram(g, tx, load(verdict));
  copy(g, 2 * tx * tx, factor);
  for (std::size_t k = 0; loaded && k < tx; ++k) {
    double* diagonal = factor + (k * tx + k) * entry;
    store(hn::Add(load(diagonal), level), diagonal);
  }
  found = cholesky(factor, tx, set(threshold), inverse, found);
  for (std::size_t k = 0; k < tx; ++k) {
    clear(2 * k, x);
    complex_v head{load(inverse + k * lanes), hn::Zero(d)};
    store_complex(head, x + k * entry);
    V sum = norm_of(head);
    for (std::size_t i = k + 1; i < tx; ++i) {
      complex_v now{hn::Zero(d), hn::Zero(d)};
      for (std::size_t j = k; j < i; ++j)
        now = subtract_product(load_complex(factor + (i * tx + j) * entry), load_complex(x + j * entry), now);
      now = scale(now, load(inverse + i * lanes));
      store_complex(now, x + i * entry);
      sum = hn::Add(sum, norm_of(now));
    }
    const V e = hn::Mul(level, sum);
    V useful = one;
    if (loaded) {
      useful = hn::Sub(one, e);
      const M cancels = hn::Not(hn::Lt(e, set(0.5)));
      if (!hn::AllFalse(d, cancels))
        useful = hn::IfThenElse(cancels, useful_gain(factor, inverse, g, tx, k, x), useful);
    }
    store(hn::Div(one, useful), gain + k * lanes);
    store(hn::Div(e, useful), variance + k * lanes);
  }
  store(found, verdict);
}

inline void expand(const double* g, std::size_t tx, const double* shift, double* a) {
  const std::size_t n = 2 * tx;
  const auto put = [&](std::size_t i, std::size_t j, V re, V im) HWY_ATTR {
    store(re, a + (i * n + j) * lanes);
    store(re, a + ((tx + i) * n + tx + j) * lanes);
    store(im, a + ((tx + i) * n + j) * lanes);
    store(hn::Neg(im), a + (i * n + tx + j) * lanes);
  };
  for (std::size_t i = 0; i < tx; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const complex_v now = load_complex(g + (i * tx + j) * entry);
      if (i == j) {
        put(i, i, hn::Add(now.re, load(shift)), hn::Neg(now.im));
      } else {
        put(i, j, now.re, now.im);
        put(j, i, now.re, hn::Neg(now.im));
      }
    }
}

}  // namespace doubles
}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
