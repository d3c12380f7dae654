// A vector holds one number of each of Lanes(d) problems (or received vectors). A complex entry of a pack is
// two such vectors, real then imaginary: entry e of a pack lies at pack + e * 2 * lanes. Storing turns packs
// into a caller's strided view; loads-inl.hpp makes them of one.
#if defined(MHO_KERNELS_LANES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_LANES_INL
#undef MHO_KERNELS_LANES_INL
#else
#define MHO_KERNELS_LANES_INL
#endif

#include <algorithm>
#include <array>
#include <complex>
#include <cstddef>
#include <cstring>

#include <mho/view.hpp>

#include "kernels/vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {
constexpr std::size_t entry = 2 * lanes;  // floats of a complex entry of a pack

// 32 vector registers allow 4x2 complex accumulators, 16 allow 2x2.
constexpr std::size_t tile = HWY_TARGET <= HWY_AVX3 ? 4 : 2;

// A square of lanes x lanes floats, transposed in registers.
HWY_INLINE void transpose(const V (&in)[lanes], V (&out)[lanes]) {
#if HWY_TARGET == HWY_SCALAR
  out[0] = in[0];
#elif HWY_TARGET <= HWY_AVX3 && MHO_MOST_LANES == 16
  V t[4][4];
  for (std::size_t q = 0; q < 4; ++q)
    transpose_blocks({in[4 * q], in[4 * q + 1], in[4 * q + 2], in[4 * q + 3]}, t[q]);
  for (std::size_t f = 0; f < 4; ++f) {
    // 4x4 transpose of 128-bit blocks; Highway has no shuffle of blocks of two vectors.
    const __m512 lo01 = _mm512_shuffle_f32x4(t[0][f].raw, t[1][f].raw, 0x88),
                 hi01 = _mm512_shuffle_f32x4(t[0][f].raw, t[1][f].raw, 0xdd),
                 lo23 = _mm512_shuffle_f32x4(t[2][f].raw, t[3][f].raw, 0x88),
                 hi23 = _mm512_shuffle_f32x4(t[2][f].raw, t[3][f].raw, 0xdd);
    out[f] = V{_mm512_shuffle_f32x4(lo01, lo23, 0x88)};
    out[f + 4] = V{_mm512_shuffle_f32x4(hi01, hi23, 0x88)};
    out[f + 8] = V{_mm512_shuffle_f32x4(lo01, lo23, 0xdd)};
    out[f + 12] = V{_mm512_shuffle_f32x4(hi01, hi23, 0xdd)};
  }
#elif HWY_TARGET <= HWY_AVX2
  V t[2][4];
  for (std::size_t q = 0; q < 2; ++q)
    transpose_blocks({in[4 * q], in[4 * q + 1], in[4 * q + 2], in[4 * q + 3]}, t[q]);
  for (std::size_t f = 0; f < 4; ++f) {
    out[f] = hn::ConcatLowerLower(d, t[1][f], t[0][f]);
    out[f + 4] = hn::ConcatUpperUpper(d, t[1][f], t[0][f]);
  }
#else
  transpose_blocks(in, out);
#endif
}

// The transpose of the `lanes` floats at p[lane] + offset.
HWY_INLINE void load_square(const float* const* p, std::ptrdiff_t offset, V (&out)[lanes]) {
#if HWY_TARGET <= HWY_AVX2 && (HWY_TARGET == HWY_AVX2 || MHO_MOST_LANES == 8)
  // Half vectors of two lanes are joined by the load itself, which spares the shuffles across halves.
  const hn::Half<D> half;
  for (std::size_t part = 0; part < 8; part += 4) {
    V in[4], turned[4];
    for (std::size_t l = 0; l < 4; ++l) {
      const std::ptrdiff_t at = offset + static_cast<std::ptrdiff_t>(part);
      in[l] = hn::Combine(d, hn::LoadU(half, p[l + 4] + at), hn::LoadU(half, p[l] + at));
    }
    transpose_blocks(in, turned);
    for (std::size_t j = 0; j < 4; ++j) out[part + j] = turned[j];
  }
#else
  V in[lanes];
  for (std::size_t l = 0; l < lanes; ++l) in[l] = hn::LoadU(d, p[l] + offset);
  transpose(in, out);
#endif
}

struct complex_lanes {
  V re, im;
};

// `lanes` interleaved complex numbers.
HWY_INLINE complex_lanes split_complex(const float* from) {
#if HWY_TARGET <= HWY_AVX3 && MHO_MOST_LANES == 8
  // One shuffle a result; Highway 1.0.3 takes two for 256 bits.
  const __m256 low = _mm256_loadu_ps(from), high = _mm256_loadu_ps(from + lanes);
  const __m256i even = _mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14),
                odd = _mm256_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15);
  return {V{_mm256_permutex2var_ps(low, even, high)}, V{_mm256_permutex2var_ps(low, odd, high)}};
#else
  complex_lanes x;
  hn::LoadInterleaved2(d, from, x.re, x.im);
  return x;
#endif
}

HWY_INLINE void store_complex_lanes(complex_lanes x, float* out) {
  store(x.re, out);
  store(x.im, out + lanes);
}

// `floats` vectors of a pack to floats contiguous ones of each lane: to[lane] + f = pack[f * lanes + lane].
HWY_INLINE void store_run(const float* HWY_RESTRICT pack, std::size_t floats, float* const* to,
                          std::size_t count) {
  std::size_t f = 0;
  for (; f + lanes <= floats; f += lanes) {
    V in[lanes], turned[lanes];
    for (std::size_t j = 0; j < lanes; ++j) in[j] = load(pack + (f + j) * lanes);
    transpose(in, turned);
    for (std::size_t l = 0; l < count; ++l) hn::StoreU(turned[l], d, to[l] + f);
  }
#if HWY_TARGET != HWY_SCALAR
  for (; f < floats; f += 4) {
    // Block b of turned[j] is what lane 4 b + j gets.
    V in[4], turned[4];
    alignas(64) float blocks[4 * lanes];
    const std::size_t now = std::min<std::size_t>(4, floats - f);
    for (std::size_t j = 0; j < 4; ++j) in[j] = load(pack + (f + std::min(j, now - 1)) * lanes);
    transpose_blocks(in, turned);
    for (std::size_t j = 0; j < 4; ++j) store(turned[j], blocks + j * lanes);
    for (std::size_t l = 0; l < count; ++l) {
      const float* from = blocks + l % 4 * lanes + l / 4 * 4;
      if (now == 4)
        std::memcpy(to[l] + f, from, 4 * sizeof(float));
      else
        std::memcpy(to[l] + f, from, now * sizeof(float));
    }
  }
#endif
}

// A pack of extent[2] entries (complex, or real with `parts` 1) to elements (first + lane, row, k) of a view.
template <std::size_t parts>
HWY_INLINE void store_pack(const float* HWY_RESTRICT pack, const view& v, std::size_t first,
                           std::size_t count, std::size_t row) {
  auto* base = static_cast<float*>(v.data);
  const auto index = [](std::size_t i) { return static_cast<std::ptrdiff_t>(i); };
  const auto size = static_cast<std::ptrdiff_t>(parts);
  const std::size_t columns = v.extent[2];
  if (v.stride[2] == 1 || columns == 1) {
    float* to[lanes];
    for (std::size_t l = 0; l < count; ++l)
      to[l] = base + size * (index(first + l) * v.stride[0] + index(row) * v.stride[1]);
    store_run(pack, columns * parts, to, count);
    return;
  }
  for (std::size_t k = 0; k < columns; ++k) {
    float* to =
        base + size * (index(first) * v.stride[0] + index(row) * v.stride[1] + index(k) * v.stride[2]);
    if (v.stride[0] == 1 && count == lanes && parts == 1) {
      hn::StoreU(load(pack + k * lanes), d, to);
    } else if (v.stride[0] == 1 && count == lanes && parts == 2) {
      hn::StoreInterleaved2(load(pack + 2 * k * lanes), load(pack + (2 * k + 1) * lanes), d, to);
    } else {
      for (std::size_t l = 0; l < count; ++l)
        for (std::size_t part = 0; part < parts; ++part)
          to[size * index(l) * v.stride[0] + index(part)] = pack[(k * parts + part) * lanes + l];
    }
  }
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
