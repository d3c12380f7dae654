// Philox4x32-10 on vectors. A vector of 64-bit lanes holds one word of as many blocks: the multiplication of
// 32 by 32 bits takes the lower halves of such lanes, so that the upper halves may hold anything.
#if defined(MHO_KERNELS_PHILOX_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_PHILOX_INL
#undef MHO_KERNELS_PHILOX_INL
#else
#define MHO_KERNELS_PHILOX_INL
#endif

#include <cstring>

#include "kernels/normals.hpp"
#include "kernels/vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

constexpr unsigned rounds = 10;
constexpr hn::RebindToUnsigned<D> words_d{};
using words_v = hn::Vec<decltype(words_d)>;
#if HWY_TARGET == HWY_SCALAR
constexpr hn::CappedTag<std::uint64_t, 1> wide_d{};
constexpr std::size_t wide_vectors = 1;  // of 64-bit lanes, for a vector of 32-bit ones
#else
constexpr hn::RepartitionToWide<decltype(words_d)> wide_d{};
constexpr std::size_t wide_vectors = 2;
#endif
using wide_v = hn::Vec<decltype(wide_d)>;
constexpr std::size_t wide_lanes = lanes / wide_vectors;

HWY_INLINE wide_v multiply_low(wide_v a, wide_v b) {
#if HWY_TARGET == HWY_SCALAR
  return wide_v((a.raw & 0xffffffffu) * b.raw);
#else
  return hn::MulEven(hn::BitCast(words_d, a), hn::BitCast(words_d, b));
#endif
}

// One word of `lanes` blocks: block 2 k in lane k of the first vector, block 2 k + 1 in lane k of the second.
HWY_INLINE words_v narrow(const wide_v (&from)[wide_vectors]) {
#if HWY_TARGET == HWY_SCALAR
  return words_v(static_cast<std::uint32_t>(from[0].raw));
#else
  return hn::OddEven(hn::BitCast(words_d, hn::ShiftLeft<32>(from[1])), hn::BitCast(words_d, from[0]));
#endif
}

// The blocks of one draw, `lanes` at a time. Lane 4 b + f holds block lanes / 4 * f + b, so that transposes
// within 128 bits put what is made of them in order.
struct philox_blocks {
  wide_v key[rounds][2];
  wide_v counter[4];
  wide_v place[wide_vectors];

  HWY_INLINE explicit philox_blocks(const philox_position& from) {
    for (std::size_t i = 0; i < 4; ++i) counter[i] = hn::Set(wide_d, from.counter[i]);
    for (unsigned r = 0; r < rounds; ++r) {
      key[r][0] = hn::Set(wide_d, from.key[0] + r * 0x9E3779B9u);
      key[r][1] = hn::Set(wide_d, from.key[1] + r * 0xBB67AE85u);
    }
    alignas(64) std::uint64_t at[wide_lanes];
    for (std::size_t v = 0; v < wide_vectors; ++v) {
      for (std::size_t l = 0; l < wide_lanes; ++l) {
        const std::size_t lane = wide_vectors * l + v;
        at[l] = lanes / 4 * (lane % 4) + lane / 4;
      }
      place[v] = hn::Load(wide_d, at);
    }
  }

  // words[i][g]: word i of the blocks first + g * lanes and on. The chains of `groups` are independent, and
  // near each other in the code: a processor looks ahead for fewer instructions than a chain has.
  template <std::size_t groups>
  HWY_INLINE void make(std::size_t first, words_v (&words)[4][groups]) const {
    constexpr std::size_t vectors = groups * wide_vectors;
    const wide_v m0 = hn::Set(wide_d, 0xD2511F53u), m1 = hn::Set(wide_d, 0xCD9E8D57u);
    wide_v c[4][vectors];
    for (std::size_t v = 0; v < vectors; ++v) {
      const wide_v start = hn::Add(counter[0], hn::Set(wide_d, first + v / wide_vectors * lanes));
      c[0][v] = hn::Add(start, place[v % wide_vectors]);
      for (std::size_t i = 1; i < 4; ++i) c[i][v] = counter[i];
    }
    HWY_UNROLL(10)
    for (unsigned r = 0; r < rounds; ++r) {
      wide_v a[vectors], b[vectors];
      for (std::size_t v = 0; v < vectors; ++v) a[v] = multiply_low(c[0][v], m0);
      for (std::size_t v = 0; v < vectors; ++v) b[v] = multiply_low(c[2][v], m1);
      for (std::size_t v = 0; v < vectors; ++v) {
        c[0][v] = hn::Xor3(hn::ShiftRight<32>(b[v]), c[1][v], key[r][0]);
        c[2][v] = hn::Xor3(hn::ShiftRight<32>(a[v]), c[3][v], key[r][1]);
        c[1][v] = b[v];
        c[3][v] = a[v];
      }
    }
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t g = 0; g < groups; ++g) {
        wide_v half[wide_vectors];
        for (std::size_t v = 0; v < wide_vectors; ++v) half[v] = c[i][g * wide_vectors + v];
        words[i][g] = narrow(half);
      }
  }
};

// Four numbers of 32 bits of each of `lanes` blocks to 4 * lanes numbers in the order of the blocks.
template <class T>
HWY_INLINE void store_blocks(const V (&in)[4], T* out) {
  const hn::Rebind<T, D> to;
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t i = 0; i < 4; ++i) hn::StoreU(hn::BitCast(to, in[i]), to, out + i);
#else
  V turned[4];
  transpose_blocks(in, turned);
  for (std::size_t f = 0; f < 4; ++f) hn::StoreU(hn::BitCast(to, turned[f]), to, out + f * lanes);
#endif
}

// Groups of `lanes` blocks made at a time, as many as the registers hold.
constexpr std::size_t groups_at_once = HWY_TARGET <= HWY_AVX3 ? 2 : 1;

// `count` numbers of a draw. make.run<n>(draw, first, to): the 4 * n * lanes of the blocks first and on.
template <class T, class M>
HWY_INLINE void fill(const philox_position& from, std::size_t count, const M& make, T* out) {
  constexpr std::size_t group = 4 * lanes;
  const philox_blocks draw(from);
  std::size_t done = 0;
  for (; done + groups_at_once * group <= count; done += groups_at_once * group)
    make.template run<groups_at_once>(draw, done / 4, out + done);
  for (; done + group <= count; done += group) make.template run<1>(draw, done / 4, out + done);
  if (done < count) {
    alignas(64) T tail[group];
    make.template run<1>(draw, done / 4, tail);
    std::memcpy(out + done, tail, (count - done) * sizeof(T));
  }
}

struct make_words {
  template <std::size_t n>
  HWY_INLINE void run(const philox_blocks& draw, std::size_t first, std::uint32_t* out) const {
    words_v words[4][n];
    draw.make(first, words);
    for (std::size_t g = 0; g < n; ++g)
      store_blocks({hn::BitCast(d, words[0][g]), hn::BitCast(d, words[1][g]), hn::BitCast(d, words[2][g]),
                    hn::BitCast(d, words[3][g])},
                   out + 4 * lanes * g);
  }
};

inline void philox_words(const philox_position& from, std::size_t blocks, std::uint32_t* out) {
  fill(from, 4 * blocks, make_words{}, out);
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
