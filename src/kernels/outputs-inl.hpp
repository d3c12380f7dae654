// From a solved pack to what the caller gets: verdicts, unbiased estimates and their variances.
#if defined(MHO_KERNELS_OUTPUTS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_OUTPUTS_INL
#undef MHO_KERNELS_OUTPUTS_INL
#else
#define MHO_KERNELS_OUTPUTS_INL
#endif

#include "kernels/cholesky-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

HWY_INLINE V raise(V verdict, hn::Mask<D> where, float to) {
  return hn::IfThenElse(where, hn::Max(verdict, hn::Set(d, to)), verdict);
}

// Where 0 * x was not 0, which is to say NaN. Highway's Ne is false for NaN on AVX.
HWY_INLINE hn::Mask<D> is_poison(V poison) { return hn::Not(hn::Eq(poison, hn::Zero(d))); }

// Raises the verdict of lanes whose Gram matrix no linear detector can use. A channel's Gram matrix is finite
// if its diagonal is; one that the caller gives (`whole`) is looked at entry by entry.
inline HWY_NOINLINE void check_gram(const float* g, std::size_t tx, bool whole, float* verdict) {
  V found = load(verdict), poison = hn::Zero(d), re = poison, im = poison;  // 0 * x is NaN if x is not finite
  const V zeros = hn::Zero(d), least = hn::Set(d, 0x1p-100f), most = hn::Set(d, 0x1p100f);
  for (std::size_t i = 0; i < tx; ++i) {
    const V energy = load(g + (i * tx + i) * entry);
    poison = hn::MulAdd(energy, zeros, poison);
    found = raise(found, hn::Not(hn::And(hn::Ge(energy, least), hn::Le(energy, most))), verdict_range);
    for (std::size_t j = 0; whole && j < i; ++j) {
      const complex_v x = load_complex(g + (i * tx + j) * entry);
      re = hn::MulAdd(x.re, zeros, re);
      im = hn::MulAdd(x.im, zeros, im);
    }
  }
  poison = hn::Add(poison, hn::Add(re, im));
  store(raise(found, is_poison(poison), verdict_not_finite), verdict);
}

// The verdict of lanes that were fine until now.
HWY_INLINE V raise_first(V verdict, hn::Mask<D> where, float to) {
  return hn::IfThenElse(hn::And(where, hn::Eq(verdict, hn::Zero(d))), hn::Set(d, to), verdict);
}

// A variance that is not finite would read as a failure: it is one.
HWY_INLINE void check_variance(V poison, float* verdict) {
  store(raise_first(load(verdict), is_poison(poison), verdict_range), verdict);
}
HWY_INLINE V poisoned(V value, V poison) { return hn::MulAdd(value, hn::Zero(d), poison); }

// Zero forcing's variance without its value. C = D G D with D_kk = G_kk^-1/2 has ones on its diagonal and the
// pivots p_i = L_ii^2 / G_ii, so the product of its eigenvalues is P = prod p_i and their sum n. The others'
// product is at most (n / (n - 1))^(n - 1) < e, so the smallest is above P / e and [G^-1]_kk < e / (P G_kk).
// Below 2^64, with P above 2^-60, neither that nor rounding brings the variance near the end of float.
inline HWY_NOINLINE bool bounds_variance(std::size_t tx, const float* n0, const float* g,
                                         const float* inverse) {
  V product = hn::Set(d, 1.0f), least = load(g);
  for (std::size_t i = 0; i < tx; ++i) {
    const V energy = load(g + (i * tx + i) * entry), by = load(inverse + i * lanes);
    product = hn::Mul(product, hn::Mul(hn::Mul(by, energy), by));
    least = hn::Min(least, energy);
  }
  const V bound = hn::Mul(hn::Div(load(n0), least), product);
  return hn::AllTrue(d, hn::And(hn::Lt(product, hn::Set(d, 0x1p60f)), hn::Lt(bound, hn::Set(d, 0x1p62f))));
}

// Zero forcing: the solution is unbiased, its variance N0 [G^-1]_kk. `diagonal` becomes the variance.
inline HWY_NOINLINE void finish_zf(std::size_t tx, const float* n0, float* diagonal, float* gain,
                                   float* verdict) {
  const V level = load(n0);
  V poison = hn::Zero(d);
  for (std::size_t k = 0; k < tx; ++k) {
    const V variance = hn::Mul(level, load(diagonal + k * lanes));
    poison = poisoned(variance, poison);
    store(variance, diagonal + k * lanes);
    store(hn::Set(d, 1.0f), gain + k * lanes);
  }
  check_variance(poison, verdict);
}

// [A^-1 G]_kk by its definition, for lanes where 1 - e would cancel. `column`: tx entries of scratch. What is
// left of a stream that drowns in others may round below 0: it is 0, which makes the variance infinite.
inline HWY_NOINLINE V useful_gain(const float* l, const float* inverse, const float* g, std::size_t tx,
                                  std::size_t k, float* column) {
  for (std::size_t i = 0; i < tx; ++i)
    store_complex({hn::Set(d, i == k ? 1.0f : 0.0f), hn::Zero(d)}, column + i * entry);
  solve_lower(l, inverse, tx, k, column);
  solve_upper(l, inverse, tx, column);
  V sum = hn::Zero(d);
  for (std::size_t j = 0; j < tx; ++j) {
    const complex_v a = load_complex(column + j * entry),
                    b = load_complex(g + (j >= k ? j * tx + k : k * tx + j) * entry);
    // Re(conj(a) b), with b conjugated where the lower triangle holds its mirror.
    sum = hn::MulAdd(a.re, b.re, sum);
    sum = j >= k ? hn::MulAdd(a.im, b.im, sum) : hn::NegMulAdd(a.im, b.im, sum);
  }
  return hn::Max(sum, hn::Zero(d));
}

// MMSE: e = N0 [A^-1]_kk, g = [A^-1 G]_kk = 1 - e; gain 1 / g, variance e / g. Where e < 1/2 the subtraction
// loses nothing.
inline HWY_NOINLINE void finish_mmse(std::size_t tx, const float* n0, const float* g, const float* l,
                                     const float* inverse, float* diagonal, float* gain, float* column,
                                     float* verdict) {
  V poison = hn::Zero(d);
  const V level = load(n0), half = hn::Set(d, 0.5f), one = hn::Set(d, 1.0f);
  for (std::size_t k = 0; k < tx; ++k) {
    const V e = hn::Mul(level, load(diagonal + k * lanes));
    const auto safe = hn::Lt(e, half);
    V useful = hn::Sub(one, e);
    if (!hn::AllTrue(d, safe))
      useful = hn::IfThenElse(safe, useful, useful_gain(l, inverse, g, tx, k, column));
    const V variance = hn::Div(e, useful);
    poison = poisoned(variance, poison);
    store(hn::Div(one, useful), gain + k * lanes);
    store(variance, diagonal + k * lanes);
  }
  check_variance(poison, verdict);
}

// Maximum-ratio combining: gain 1 / G_kk, variance (N0 + sum_{j != k} |G_kj|^2 / G_kk) / G_kk.
inline HWY_NOINLINE void finish_mrc(std::size_t tx, const float* n0, const float* g, float* variance,
                                    float* gain, float* verdict) {
  V poison = hn::Zero(d);
  const V level = load(n0);
  for (std::size_t k = 0; k < tx; ++k) {
    const V share = hn::Div(hn::Set(d, 1.0f), load(g + (k * tx + k) * entry));
    V interference = hn::Zero(d);
    for (std::size_t j = 0; j < tx; ++j)
      if (j != k) {
        const complex_v x = load_complex(g + (j < k ? k * tx + j : j * tx + k) * entry);
        // Scaled before it is squared: |G_kj|^2 may leave the range of float, |G_kj|^2 / G_kk does not.
        interference =
            hn::MulAdd(hn::Mul(x.re, share), x.re, hn::MulAdd(hn::Mul(x.im, share), x.im, interference));
      }
    const V now = hn::Mul(hn::Add(level, interference), share);
    poison = poisoned(now, poison);
    store(share, gain + k * lanes);
    store(now, variance + k * lanes);
  }
  check_variance(poison, verdict);
}

// Failed lanes get x = 0.
inline HWY_NOINLINE void clear_failed(std::size_t tx, const float* verdict, float* x) {
  const V zeros = hn::Zero(d);
  const auto failed = hn::Ne(load(verdict), zeros);
  for (std::size_t k = 0; k < tx; ++k) {
    const complex_v now = load_complex(x + k * entry);
    store_complex({hn::IfThenElse(failed, zeros, now.re), hn::IfThenElse(failed, zeros, now.im)},
                  x + k * entry);
  }
}

// x <- x * gain; a use whose estimate is not finite raises its verdict; failed lanes get x = 0.
inline HWY_NOINLINE void finish_estimate(std::size_t tx, const float* gain, float* x, float* verdict) {
  const V zeros = hn::Zero(d);
  V poison = zeros;
  for (std::size_t k = 0; k < tx; ++k) {
    const complex_v now = scale(load_complex(x + k * entry), load(gain + k * lanes));
    poison = hn::MulAdd(now.re, zeros, hn::MulAdd(now.im, zeros, poison));
    store_complex(now, x + k * entry);
  }
  const V before = load(verdict);
  const V found = raise_first(before, is_poison(poison), verdict_not_finite);
  store(found, verdict);
  if (!hn::AllTrue(d, hn::Eq(found, zeros))) clear_failed(tx, verdict, x);
}

// Failed lanes get variance +inf.
inline HWY_NOINLINE void finish_variance(std::size_t tx, const float* verdict, float* variance) {
  const V found = load(verdict), zeros = hn::Zero(d);
  if (hn::AllTrue(d, hn::Eq(found, zeros))) return;
  const V infinite = hn::Set(d, std::numeric_limits<float>::infinity());
  for (std::size_t k = 0; k < tx; ++k)
    store(hn::IfThenElse(hn::Ne(found, zeros), infinite, load(variance + k * lanes)), variance + k * lanes);
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
