// Hard decisions of square Gray QAM: the level by rounding, its Gray label by i ^ (i >> 1), the label's bits
// spread to bytes.
#if defined(MHO_KERNELS_SLICE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_SLICE_INL
#undef MHO_KERNELS_SLICE_INL
#else
#define MHO_KERNELS_SLICE_INL
#endif

#include "kernels/demap.hpp"
#include "kernels/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

using Label = hn::Rebind<std::int32_t, D>;
using Labels = hn::Vec<Label>;
constexpr Label label_tag{};

// Rounding may put x up to 2^-17 of a cell (64 levels, 2^-24 each of the product, the scale and the edge's
// two levels) on the wrong side of an edge; within this much of one the edges themselves decide.
constexpr float near_edge = 0x1p-15f;

struct placed {
  V index;             // of the level, unless `unsure`
  hn::Mask<D> unsure;  // near an edge, or NaN
};

template <std::size_t bits>
HWY_INLINE placed place(const qam_axis& axis, V x) {
  constexpr auto levels = static_cast<float>(std::size_t{1} << bits);
  const V scaled = hn::Mul(x, hn::Set(d, axis.cells_per_unit)), cell = hn::Floor(scaled);
  const V from_middle = hn::Abs(hn::Sub(hn::Sub(scaled, cell), hn::Set(d, 0.5f)));
  const V index =
      hn::Min(hn::Max(hn::Add(cell, hn::Set(d, levels / 2)), hn::Zero(d)), hn::Set(d, levels - 1));
  return {index, hn::Not(hn::Lt(from_middle, hn::Set(d, 0.5f - near_edge)))};
}

// The last level whose cell begins at or below x, lane by lane; NaN: the first.
template <std::size_t bits>
inline HWY_NOINLINE V search(const qam_axis& axis, V x) {
  constexpr std::size_t levels = std::size_t{1} << bits;
  alignas(64) float values[lanes];
  store(x, values);
  for (float& value : values) {
    std::size_t low = 0;
    for (std::size_t half = levels / 2; half > 0; half /= 2)
      if (value >= axis.lower_edge[low + half]) low += half;
    value = static_cast<float>(low);
  }
  return load(values);
}

// The Gray label of each lane's level.
template <std::size_t bits, bool complemented>
HWY_INLINE Labels axis_label(const qam_axis& axis, V x) {
  constexpr std::int32_t levels = std::int32_t{1} << bits;
  placed at = place<bits>(axis, x);
  if (HWY_UNLIKELY(!hn::AllFalse(d, at.unsure))) at.index = search<bits>(axis, x);
  const Labels index = hn::ConvertTo(label_tag, at.index), gray = hn::Xor(index, hn::ShiftRight<1>(index));
  return complemented ? hn::Xor(gray, hn::Set(label_tag, levels - 1)) : gray;
}

// bytes[q]: bits 4 q to 4 q + 3 of a symbol, a byte each, the first bit lowest. Bits beyond the last are 0.
template <std::size_t axis_bits, bool alternate>
HWY_INLINE void spread(Labels real, Labels imag, Labels (&bytes)[(axis_bits + 1) / 2]) {
  constexpr int width = static_cast<int>(axis_bits);
  const Labels ones = hn::Set(label_tag, 0x01010101);
  if constexpr (alternate) {
    // Real bits in byte 0, imaginary ones in byte 1, and both once more 17 places up, where the next bit of
    // each falls on the lowest place of bytes 2 and 3.
    const Labels once = hn::Or(real, hn::ShiftLeft<8>(imag)), twice = hn::Or(once, hn::ShiftLeft<17>(once));
    for (int q = 0; q < (width + 1) / 2; ++q)
      bytes[q] = hn::And(hn::ShiftRightSame(twice, width - 1 - 2 * q), ones);
  } else {
    // Four copies of four bits, 9 places apart: bit 3 - i falls on place 3 of byte i.
    const Labels label = hn::Or(hn::ShiftLeft<width>(real), imag), four = hn::Set(label_tag, 15),
                 copies = hn::Set(label_tag, 0x08040201);
    for (int q = 0; q < (width + 1) / 2; ++q) {
      const int shift = 2 * width - 4 - 4 * q;
      const Labels part = shift >= 0 ? hn::ShiftRightSame(label, shift) : hn::ShiftLeft<2>(label);
      bytes[q] = hn::And(hn::ShiftRight<3>(hn::Mul(hn::And(part, four), copies)), ones);
    }
  }
}

// The first `bits` bytes of each lane, one lane after the other.
template <std::size_t bits>
HWY_INLINE void store_bytes(const Labels (&bytes)[(bits + 3) / 4], std::uint8_t* to) {
  constexpr std::size_t quads = (bits + 3) / 4;
  alignas(64) std::int32_t words[quads * lanes];
  if constexpr (bits == 2) {
    const hn::Rebind<std::uint16_t, D> pair;
    alignas(64) std::uint16_t pairs[lanes];
    hn::Store(hn::DemoteTo(pair, bytes[0]), pair, pairs);
    std::memcpy(to, pairs, sizeof pairs);
  } else if constexpr (bits % 4 == 0) {
    if constexpr (quads == 1) hn::Store(bytes[0], label_tag, words);
    if constexpr (quads == 2) hn::StoreInterleaved2(bytes[0], bytes[1], label_tag, words);
    if constexpr (quads == 3) hn::StoreInterleaved3(bytes[0], bytes[1], bytes[2], label_tag, words);
    std::memcpy(to, words, sizeof words);
  } else {
    for (std::size_t q = 0; q < quads; ++q) hn::Store(bytes[q], label_tag, words + q * lanes);
    for (std::size_t l = 0; l < lanes; ++l, to += bits) {
      for (std::size_t q = 0; q + 1 < quads; ++q) std::memcpy(to + 4 * q, words + q * lanes + l, 4);
      std::memcpy(to + bits - 2, words + (quads - 1) * lanes + l, 2);
    }
  }
}

// n is a multiple of `lanes`.
template <std::size_t axis_bits, bool alternate>
inline HWY_NOINLINE void slice_vectors(const qam_axis& axis, const float* from, std::size_t n,
                                       std::uint8_t* bits) {
  const qam_axis own = axis;
  for (; n > 0; n -= lanes, from += 2 * lanes, bits += 2 * axis_bits * lanes) {
    const complex_lanes x = split_complex(from);
    Labels bytes[(axis_bits + 1) / 2];
    spread<axis_bits, alternate>(axis_label<axis_bits, alternate>(own, x.re),
                                 axis_label<axis_bits, alternate>(own, x.im), bytes);
    store_bytes<2 * axis_bits>(bytes, bits);
  }
}

template <std::size_t axis_bits, bool alternate>
void slice_batch(const qam_axis& axis, const float* x, std::size_t n, std::uint8_t* bits) {
  constexpr std::size_t width = 2 * axis_bits;
  const std::size_t rest = n % lanes, whole = n - rest;
  slice_vectors<axis_bits, alternate>(axis, x, whole, bits);
  if (rest == 0) return;
  alignas(64) float symbols[2 * lanes];
  std::uint8_t out[lanes * width];
  std::fill_n(symbols, 2 * lanes, axis.step);  // a level: far from any edge
  std::memcpy(symbols, x + 2 * whole, rest * 2 * sizeof(float));
  slice_vectors<axis_bits, alternate>(axis, symbols, lanes, out);
  std::memcpy(bits + whole * width, out, rest * width);
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
