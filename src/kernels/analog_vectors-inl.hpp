// The vectors of doubles of the analogue kernels, in a namespace of their own beside those of floats.
#if defined(MHO_KERNELS_ANALOG_VECTORS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_ANALOG_VECTORS_INL
#undef MHO_KERNELS_ANALOG_VECTORS_INL
#else
#define MHO_KERNELS_ANALOG_VECTORS_INL
#endif

#include <cmath>
#include <cstddef>

#include "kernels/vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {
namespace doubles {

using D = hn::CappedTag<double, MHO_MOST_LANES / 2>;
using V = hn::Vec<D>;
using M = hn::Mask<D>;
constexpr D d{};
constexpr std::size_t lanes = hn::MaxLanes(d);

HWY_INLINE V load(const double* p) { return hn::Load(d, p); }
HWY_INLINE void store(V v, double* p) { hn::Store(v, d, p); }
HWY_INLINE V set(double v) { return hn::Set(d, v); }

// std::max and std::min, also of NaN.
HWY_INLINE V larger(V a, V b) { return hn::IfThenElse(hn::Lt(a, b), b, a); }
HWY_INLINE V smaller(V a, V b) { return hn::IfThenElse(hn::Lt(b, a), b, a); }

// std::floor and std::trunc. Highway 1.0.3 emulates them through 64-bit integers where there is no
// instruction.
#if HWY_TARGET == HWY_SSSE3
HWY_INLINE V nearest(V v) {
  const V size = hn::Abs(v), whole = set(0x1p52);
  const V rounded = hn::Sub(hn::Add(size, whole), whole);
  return hn::IfThenElse(hn::Lt(size, whole), hn::CopySign(rounded, v), v);
}
HWY_INLINE V floor(V v) {
  const V near = nearest(v);
  return hn::IfThenElse(hn::Gt(near, v), hn::Sub(near, set(1)), near);
}
HWY_INLINE V trunc(V v) { return hn::CopySign(floor(hn::Abs(v)), v); }
#elif HWY_TARGET == HWY_SCALAR
HWY_INLINE V floor(V v) { return V(std::floor(v.raw)); }
HWY_INLINE V trunc(V v) { return V(std::trunc(v.raw)); }
#else
HWY_INLINE V floor(V v) { return hn::Floor(v); }
HWY_INLINE V trunc(V v) { return hn::Trunc(v); }
#endif

HWY_INLINE M is_finite(V v) { return hn::Lt(hn::Abs(v), hn::Inf(d)); }

// The entry of a verdict, raised to `found` where it is less.
HWY_INLINE V raise(V verdict, M where, double found) {
  return hn::IfThenElse(where, larger(verdict, set(found)), verdict);
}

inline void copy(const double* from, std::size_t entries, double* to) {
  for (std::size_t e = 0; e < entries; ++e) store(load(from + e * lanes), to + e * lanes);
}
inline void clear(std::size_t entries, double* to) {
  for (std::size_t e = 0; e < entries; ++e) store(hn::Zero(d), to + e * lanes);
}

// The n x n block of a matrix with rows of `stride` entries.
inline void copy_block(const double* a, std::size_t stride, std::size_t n, double* block) {
  for (std::size_t i = 0; i < n; ++i) copy(a + i * stride * lanes, n, block + i * n * lanes);
}

// sqrt(sum of squares)
inline V norm(const double* v, std::size_t n) {
  V sum = hn::Zero(d);
  for (std::size_t i = 0; i < n; ++i) {
    const V now = load(v + i * lanes);
    sum = hn::Add(sum, hn::Mul(now, now));
  }
  return hn::Sqrt(sum);
}

// y = m x for `rows` rows of `columns` entries, `stride` apart; several rows at once, for each is a chain.
template <std::size_t R>
HWY_INLINE void multiply_rows(const double* m, std::size_t columns, std::size_t stride, const double* x,
                              double* y) {
  V sum[R];
  for (std::size_t i = 0; i < R; ++i) sum[i] = hn::Zero(d);
  for (std::size_t j = 0; j < columns; ++j) {
    const V known = load(x + j * lanes);
    for (std::size_t i = 0; i < R; ++i)
      sum[i] = hn::Add(sum[i], hn::Mul(load(m + (i * stride + j) * lanes), known));
  }
  for (std::size_t i = 0; i < R; ++i) store(sum[i], y + i * lanes);
}

inline void multiply(const double* m, std::size_t rows, std::size_t columns, std::size_t stride,
                     const double* x, double* y) {
  std::size_t i = 0;
  for (; i + 4 <= rows; i += 4) multiply_rows<4>(m + i * stride * lanes, columns, stride, x, y + i * lanes);
  for (; i < rows; ++i) multiply_rows<1>(m + i * stride * lanes, columns, stride, x, y + i * lanes);
}

}  // namespace doubles
}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
