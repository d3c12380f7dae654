// The vectors of floats that the kernels work with.
//
// MHO_WIDTH names the namespace: full vectors, or half ones of the widest target (see linear_half.cpp), for
// which MHO_MOST_LANES is set too.
#if defined(MHO_KERNELS_VECTORS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_VECTORS_INL
#undef MHO_KERNELS_VECTORS_INL
#else
#define MHO_KERNELS_VECTORS_INL
#endif

#include <hwy/highway.h>

#include <cstddef>

#ifndef MHO_WIDTH
#define MHO_WIDTH full
#define MHO_MOST_LANES 16
#endif

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, MHO_MOST_LANES>;
using V = hn::Vec<D>;
constexpr D d{};
constexpr std::size_t lanes = hn::MaxLanes(d);

HWY_INLINE V load(const float* p) { return hn::Load(d, p); }
HWY_INLINE void store(V v, float* p) { hn::Store(v, d, p); }

// 4x4 transposes within each 128-bit block: out[f] has, in block b, element f of in[0..3] of block b.
#if HWY_TARGET != HWY_SCALAR
HWY_INLINE void transpose_blocks(const V (&in)[4], V (&out)[4]) {
  const hn::Repartition<double, D> wide;
  const V ab = hn::InterleaveLower(d, in[0], in[1]), AB = hn::InterleaveUpper(d, in[0], in[1]),
          cd = hn::InterleaveLower(d, in[2], in[3]), CD = hn::InterleaveUpper(d, in[2], in[3]);
  const auto x = hn::BitCast(wide, ab), y = hn::BitCast(wide, cd), X = hn::BitCast(wide, AB),
             Y = hn::BitCast(wide, CD);
  out[0] = hn::BitCast(d, hn::InterleaveLower(wide, x, y));
  out[1] = hn::BitCast(d, hn::InterleaveUpper(wide, x, y));
  out[2] = hn::BitCast(d, hn::InterleaveLower(wide, X, Y));
  out[3] = hn::BitCast(d, hn::InterleaveUpper(wide, X, Y));
}
#endif

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
