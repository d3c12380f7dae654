// A vector holds one number of each of Lanes(d) problems (or received vectors). A complex entry of a pack is
// two such vectors, real then imaginary: entry e of a pack lies at pack + e * 2 * lanes. Loading turns a
// caller's strided view into packs, storing turns them back.
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

// Addresses of one complex number a lane; lanes beyond `count` repeat lane 0.
struct lane_pointers {
  const float* p[lanes];

  lane_pointers(const view& v, std::size_t first, std::size_t count) {
    const auto* base = static_cast<const float*>(v.data);
    for (std::size_t l = 0; l < lanes; ++l)
      p[l] = base + 2 * static_cast<std::ptrdiff_t>(first + (l < count ? l : 0)) * v.stride[0];
  }
};

// The floats of a mask at p; nothing beyond them is touched.
HWY_INLINE V load_first(hn::Mask<D> rest, const float* p) {
#if HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3
  // Highway 1.0.3 masks an aligned load of the whole vector here. A rest of complex numbers is half of one.
  (void)rest;
  return hn::ZeroExtendVector(d, hn::LoadU(hn::Half<D>(), p));
#else
  return hn::MaskedLoad(rest, d, p);
#endif
}

// `floats` contiguous floats from at[lane] + offset on: float f to out + (f / 2) * step + (f % 2) * lanes.
HWY_INLINE void load_run(const lane_pointers& at, std::ptrdiff_t offset, std::size_t floats, std::size_t step,
                         float* HWY_RESTRICT out) {
  V in[lanes], turned[lanes];
  std::size_t f = 0;
  for (; f + lanes <= floats; f += lanes) {
    load_square(at.p, offset + static_cast<std::ptrdiff_t>(f), turned);
    for (std::size_t j = 0; j < lanes; ++j) store(turned[j], out + (f + j) / 2 * step + (f + j) % 2 * lanes);
  }
  if (f < floats) {
    const auto rest = hn::FirstN(d, floats - f);
    for (std::size_t l = 0; l < lanes; ++l)
      in[l] = load_first(rest, at.p[l] + offset + static_cast<std::ptrdiff_t>(f));
    transpose(in, turned);
    for (std::size_t j = 0; j < floats - f; ++j)
      store(turned[j], out + (f + j) / 2 * step + (f + j) % 2 * lanes);
  }
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

// Elements (first + lane, i, j) of a complex view for i in [begin, end) and every j, to entry
// (i - begin) * extent[2] + j. Fast where the last, the middle or the first extent is contiguous.
inline HWY_NOINLINE void load_pack(const view& v, std::size_t first, std::size_t count, std::size_t begin,
                                   std::size_t end, float* HWY_RESTRICT out) {
  const std::size_t columns = v.extent[2], rows = end - begin;
  const auto index = [](std::size_t i) { return static_cast<std::ptrdiff_t>(i); };
  if (v.stride[0] == 1 && lanes > 1) {
    const auto* row = static_cast<const float*>(v.data) + 2 * (index(first) + index(begin) * v.stride[1]);
    const std::ptrdiff_t step = 2 * v.stride[2];
    for (std::size_t i = begin; i < end; ++i, row += 2 * v.stride[1]) {
      const float* from = row;
      if (count == lanes) {
        for (std::size_t j = 0; j < columns; ++j, out += entry, from += step)
          store_complex_lanes(split_complex(from), out);
      } else {
        alignas(64) float tail[2 * lanes];
        for (std::size_t j = 0; j < columns; ++j, out += entry, from += step) {
          for (std::size_t l = 0; l < lanes; ++l)
            std::memcpy(tail + 2 * l, from + 2 * (l < count ? l : 0), 2 * sizeof(float));
          store_complex_lanes(split_complex(tail), out);
        }
      }
    }
    return;
  }
  const lane_pointers at(v, first, count);
  if (v.stride[2] == 1 || columns == 1) {
    if (v.stride[1] == index(columns)) {
      load_run(at, 2 * index(begin) * v.stride[1], 2 * rows * columns, entry, out);
    } else {
      for (std::size_t i = begin; i < end; ++i)
        load_run(at, 2 * index(i) * v.stride[1], 2 * columns, entry, out + (i - begin) * columns * entry);
    }
  } else if (v.stride[1] == 1) {
    for (std::size_t j = 0; j < columns; ++j)
      load_run(at, 2 * (index(begin) + index(j) * v.stride[2]), 2 * rows, columns * entry, out + j * entry);
  } else {
    for (std::size_t i = begin; i < end; ++i)
      for (std::size_t j = 0; j < columns; ++j, out += entry)
        for (std::size_t l = 0; l < lanes; ++l) {
          const float* from = at.p[l] + 2 * (index(i) * v.stride[1] + index(j) * v.stride[2]);
          out[l] = from[0];
          out[lanes + l] = from[1];
        }
  }
}

// Asks for what load_pack with the same arguments will read, into the second-level cache. Packs are read
// crosswise to the order of memory, which no hardware prefetcher sees through.
inline HWY_NOINLINE void prefetch_pack(const view& v, std::size_t first, std::size_t count, std::size_t begin,
                                       std::size_t end) {
  constexpr std::size_t line = 64 / sizeof(float);
  if (begin >= end) return;
  const auto index = [](std::size_t i) { return static_cast<std::ptrdiff_t>(i); };
  const auto* base = static_cast<const float*>(v.data);
  const auto run = [](const float* from, std::size_t floats) {
    for (std::size_t f = 0; f < floats; f += line) __builtin_prefetch(from + f, 0, 2);
    __builtin_prefetch(from + floats - 1, 0, 2);
  };
  const std::size_t columns = v.extent[2];
  if (v.stride[0] == 1) {
    for (std::size_t i = begin; i < end; ++i)
      for (std::size_t j = 0; j < columns; ++j) {
        const float* from = base + 2 * (index(first) + index(i) * v.stride[1] + index(j) * v.stride[2]);
        for (std::size_t l = 0; l < count; l += line / 2) __builtin_prefetch(from + 2 * l, 0, 2);
      }
  } else if ((v.stride[2] == 1 || columns == 1) && v.stride[1] == index(columns)) {
    for (std::size_t l = 0; l < count; ++l)
      run(base + 2 * (index(first + l) * v.stride[0] + index(begin) * v.stride[1]),
          2 * (end - begin) * columns);
  }
}

// The lower triangle of a Hermitian matrix; above it, what came along.
inline HWY_NOINLINE void load_lower(const view& v, std::size_t first, std::size_t count,
                                    float* HWY_RESTRICT out) {
  const std::size_t n = v.extent[2];
  if (v.stride[2] != 1) return load_pack(v, first, count, 0, n, out);
  view row = v;
  for (std::size_t i = 0; i < n; ++i) {
    // Whole squares of the transpose.
    row.extent[2] = std::min(n, (2 * (i + 1) + lanes - 1) / lanes * lanes / 2);
    load_pack(row, first, count, i, i + 1, out + i * n * entry);
  }
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
