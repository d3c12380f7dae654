// Max-log LLRs of square Gray QAM. In units of half the distance of neighbouring levels an axis has the odd
// levels 1 - R .. R - 1. With o the level nearest to x, s its sign and e = x - o, the first bit's LLR is
// ((x - c)^2 - (x - o)^2) / variance with c = -s the nearest level of the other sign, that is
//
//     4 s (P/2) (P/2 + s e) / variance,    P = |o| + 1.
//
// A reflected Gray code is its second half folded onto the first (Gray, US patent 2632058): the next bit is
// the first bit of the axis of half as many levels at o' = R/2 - |o|, with e' = -s e. So a bit costs the same
// few operations in every constellation. Only o is folded, which is exact.
#if defined(MHO_KERNELS_SOFT_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_SOFT_INL
#undef MHO_KERNELS_SOFT_INL
#else
#define MHO_KERNELS_SOFT_INL
#endif

#include <limits>

#include "kernels/demap.hpp"
#include "kernels/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

// Where nothing overflows and a reciprocal of the variance serves: all of a vector's lanes, nearly always.
constexpr float ordinary_variance = 0x1p-90f, ordinary_symbol = 0x1p30f;
constexpr float most = std::numeric_limits<float>::max();

// Lanes of any value: what is not finite gives 0, certainty gives FLT_MAX. Ordinary lanes get the same bits
// as without it.
struct careful_lanes {
  V variance;
  hn::Mask<D> informative, tiny;

  HWY_INLINE V operator()(V ordinary, V distance, V slope, V signs) const {
    const V limit = hn::Set(d, most);
    // The reciprocal of a tiny variance overflows before the LLR does. A tie stays 0 with any variance.
    const V value = hn::IfThenElse(tiny, hn::Div(hn::Mul(distance, slope), variance), ordinary);
    const V clipped = hn::Min(hn::Max(value, hn::Neg(limit)), limit);
    const auto tie = hn::And(tiny, hn::Eq(distance, hn::Zero(d)));
    return hn::IfThenElseZero(informative, hn::IfThenZeroElse(tie, hn::Xor(clipped, signs)));
  }
};
struct ordinary_lanes {
  HWY_INLINE V operator()(V ordinary, V, V, V signs) const { return hn::Xor(ordinary, signs); }
};

// `bits` LLRs of one axis to llr[0], llr[stride], ..; four: 4 or -4, whose sign says which half of the axis
// has a 0 first; gain: four / variance.
template <std::size_t bits, std::size_t stride, class Lanes>
HWY_INLINE void axis_max_log(const qam_axis& axis, V x, V four, V gain, const Lanes& finish, V* llr) {
  constexpr auto levels = static_cast<float>(std::size_t{1} << bits);
  const V one = hn::Set(d, 1.0f), outermost = hn::Set(d, levels - 1), sign = hn::SignBit(d),
          step = hn::Set(d, axis.step), half_gap = hn::Set(d, axis.step / 2);
  const V cell = hn::Floor(hn::Mul(x, hn::Set(d, axis.cells_per_unit)));
  // Near an edge this may be the neighbour of the nearest level: the LLR is continuous there.
  V folded = hn::Min(hn::Max(hn::Add(hn::Add(cell, cell), one), hn::Neg(outermost)), outermost);
  V rest = hn::Sub(x, hn::Mul(folded, step));
  for (std::size_t j = 0; j < bits; ++j) {
    // From the second bit on `folded` is -o', which gives e' its sign and takes one from the gain.
    const V signs = hn::And(folded, sign), reach = hn::Add(hn::Abs(folded), one);
    rest = hn::Xor(rest, signs);
    const V half_reach = hn::Mul(reach, half_gap), distance = hn::Add(half_reach, rest);
    llr[j * stride] =
        finish(hn::Mul(distance, hn::Mul(half_reach, gain)), distance, hn::Mul(half_reach, four), signs);
    if (j == 0) {
      gain = hn::Neg(gain);
      four = hn::Neg(four);
    }
    folded = hn::Sub(reach, hn::Set(d, levels / static_cast<float>(std::size_t{2} << j) + 1));
  }
}

#if HWY_TARGET != HWY_SCALAR
// The blocks of 128 bits of a vector, `apart` floats apart.
template <std::size_t width, class V1>
HWY_INLINE void store_blocks(V1 v, float* to, std::size_t apart) {
  const hn::CappedTag<float, width> tag;
  if constexpr (width <= 4) {
    hn::StoreU(v, tag, to);
  } else {
    const hn::Half<decltype(tag)> half;
    store_blocks<width / 2>(hn::LowerHalf(half, v), to, apart);
    store_blocks<width / 2>(hn::UpperHalf(half, v), to + width / 8 * apart, apart);
  }
}
#endif

// llr[b] holds bit b of `lanes` symbols; to `bits` floats a symbol, one symbol after the other.
template <std::size_t bits>
HWY_INLINE void store_symbols(const V (&llr)[bits], float* to) {
  if constexpr (lanes == 1) {
    for (std::size_t b = 0; b < bits; ++b) store(llr[b], to + b);
  } else if constexpr (bits == 2) {
    hn::StoreInterleaved2(llr[0], llr[1], d, to);
  } else {
#if HWY_TARGET != HWY_SCALAR
    for (std::size_t b = 0; b < bits; b += 4) {
      const std::size_t first = std::min(b, bits - 4);  // the last four may write two of the others again
      V turned[4];
      transpose_blocks({llr[first], llr[first + 1], llr[first + 2], llr[first + 3]}, turned);
      for (std::size_t j = 0; j < 4; ++j) store_blocks<lanes>(turned[j], to + j * bits + first, 4 * bits);
    }
#endif
  }
}

template <std::size_t axis_bits, bool alternate, class Lanes>
HWY_INLINE void soft_symbols(const qam_axis& axis, const complex_lanes& x, V variance, const Lanes& finish,
                             float* llr) {
  constexpr std::size_t bits = 2 * axis_bits, stride = alternate ? 2 : 1;
  // 38.211 has a 0 at the positive levels, the other mapping at the negative ones.
  const V four = hn::Set(d, alternate ? 4.0f : -4.0f), gain = hn::Div(four, variance);
  V out[bits];
  axis_max_log<axis_bits, stride>(axis, x.re, four, gain, finish, out);
  axis_max_log<axis_bits, stride>(axis, x.im, four, gain, finish, out + (alternate ? 1 : axis_bits));
  store_symbols<bits>(out, llr);
}

template <std::size_t axis_bits, bool alternate>
inline HWY_NOINLINE void soft_vector_carefully(const qam_axis& axis, const float* from, const float* noise,
                                               float* llr) {
  const complex_lanes x = split_complex(from);
  const V variance = hn::LoadU(d, noise), positive = hn::Abs(variance), limit = hn::Set(d, most);  // -0 too
  const auto finite = hn::And(hn::Le(hn::Abs(x.re), limit), hn::Le(hn::Abs(x.im), limit));
  const auto known = hn::And(hn::Ge(variance, hn::Zero(d)), hn::Le(variance, limit));
  const careful_lanes finish{positive, hn::And(finite, known),
                             hn::Lt(positive, hn::Set(d, ordinary_variance))};
  soft_symbols<axis_bits, alternate>(axis, x, positive, finish, llr);
}

// n is a multiple of `lanes`.
template <std::size_t axis_bits, bool alternate>
inline HWY_NOINLINE void soft_vectors(const qam_axis& axis, const float* from, const float* noise,
                                      std::size_t n, float* llr) {
  const qam_axis own = axis;
  const V far = hn::Set(d, ordinary_symbol), least = hn::Set(d, ordinary_variance), limit = hn::Set(d, most);
  for (; n > 0; n -= lanes, from += 2 * lanes, noise += lanes, llr += 2 * axis_bits * lanes) {
    const complex_lanes x = split_complex(from);
    const V variance = hn::LoadU(d, noise);
    const auto near = hn::And(hn::Le(hn::Abs(x.re), far), hn::Le(hn::Abs(x.im), far));
    const auto usual = hn::And(hn::Ge(variance, least), hn::Le(variance, limit));
    if (HWY_LIKELY(hn::AllTrue(d, hn::And(near, usual))))
      soft_symbols<axis_bits, alternate>(own, x, variance, ordinary_lanes{}, llr);
    else
      soft_vector_carefully<axis_bits, alternate>(axis, from, noise, llr);
  }
}

template <std::size_t axis_bits, bool alternate>
void soft_batch(const qam_axis& axis, const float* x, const float* variance, std::size_t n, float* llr) {
  constexpr std::size_t bits = 2 * axis_bits;
  const std::size_t rest = n % lanes, whole = n - rest;
  soft_vectors<axis_bits, alternate>(axis, x, variance, whole, llr);
  if (rest == 0) return;
  alignas(64) float symbols[2 * lanes] = {}, noise[lanes], out[lanes * bits];
  std::fill_n(noise, lanes, 1.0f);
  std::memcpy(symbols, x + 2 * whole, rest * 2 * sizeof(float));
  std::memcpy(noise, variance + whole, rest * sizeof(float));
  soft_vectors<axis_bits, alternate>(axis, symbols, noise, lanes, out);
  std::memcpy(llr + whole * bits, out, rest * bits * sizeof(float));
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
