// A prepared solution on many received vectors of one problem: x = W y, the vector as the lane. The terms of
// a sum come in the order of antennas, as they do where the problem is the lane.
#if defined(MHO_KERNELS_APPLY_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_APPLY_INL
#undef MHO_KERNELS_APPLY_INL
#else
#define MHO_KERNELS_APPLY_INL
#endif

#include "kernels/products-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

// sum[k][p] += w_k y_p over antennas: w broadcast from interleaved complex numbers, rows of `width` of them;
// y in P packs.
template <std::size_t M, std::size_t P>
HWY_INLINE void apply_tile(const float* w, std::size_t width, const float* const (&y)[P],
                           std::size_t antennas, bool first, float* const (&x)[P], std::size_t k0) {
  complex_v sum[M][P];
  const float* row[M];
  for (std::size_t k = 0; k < M; ++k) {
    row[k] = w + 2 * (k0 + k) * width;
    for (std::size_t p = 0; p < P; ++p) sum[k][p] = first ? zero() : load_complex(x[p] + (k0 + k) * entry);
  }
  for (std::size_t r = 0; r < antennas; ++r) {
    complex_v right[P];
    for (std::size_t p = 0; p < P; ++p) right[p] = load_complex(y[p] + r * entry);
    for (std::size_t k = 0; k < M; ++k) {
      const complex_v weight{hn::Set(d, row[k][2 * r]), hn::Set(d, row[k][2 * r + 1])};
      for (std::size_t p = 0; p < P; ++p)
        sum[k][p] = add_product<conjugate::none>(weight, right[p], sum[k][p]);
    }
  }
  for (std::size_t k = 0; k < M; ++k)
    for (std::size_t p = 0; p < P; ++p) store_complex(sum[k][p], x[p] + (k0 + k) * entry);
}

// All streams of P packs of vectors; w points at the chunk's first antenna.
template <std::size_t P>
HWY_INLINE void apply_chunk(const float* w, std::size_t width, std::size_t tx, const float* const (&y)[P],
                            std::size_t antennas, bool first, float* const (&x)[P]) {
  for (std::size_t k0 = 0; k0 < tx; k0 += tile)
    with_size<tile>(std::min(tile, tx - k0), [&](auto m) HWY_ATTR {
      apply_tile<decltype(m)::value, P>(w, width, y, antennas, first, x, k0);
    });
}

// Antennas of a chunk: two packs of them stay in the first-level cache.
constexpr std::size_t apply_antennas = 64;

// Vectors of one pack, chunk by chunk; y is seen as [vector, antenna, 1].
template <std::size_t P>
HWY_INLINE void apply_packs(const float* w, std::size_t tx, const input& y, std::size_t first_use,
                            std::size_t uses, float* scratch) {
  const std::size_t rx = y.extent[1];
  float* packs[P];
  const float* right[P];
  float* x[P];
  for (std::size_t p = 0; p < P; ++p) {
    right[p] = packs[p] = scratch + p * apply_antennas * entry;
    x[p] = scratch + P * apply_antennas * entry + p * tx * entry;
  }
  for (std::size_t r0 = 0; r0 < rx; r0 += apply_antennas) {
    const std::size_t antennas = std::min(apply_antennas, rx - r0);
    for (std::size_t p = 0; p < P; ++p)
      load_pack(y, first_use + p * lanes, std::min(lanes, uses - p * lanes), r0, r0 + antennas, packs[p]);
    apply_chunk<P>(w + 2 * r0, rx, tx, right, antennas, r0 == 0, x);
  }
}

// One full pack of cf32 vectors, contiguous antennas, up to four streams: the squares of the transpose are
// used where they arise, in registers.
template <std::size_t M>
HWY_INLINE void apply_few(const float* w, const input& y, std::size_t first_use, float* scratch, float* x) {
  constexpr std::size_t square = lanes > 1 ? lanes / 2 : 1;  // antennas
  const std::size_t rx = y.extent[1], whole = lanes > 1 ? rx / square * square : 0;
  const lane_pointers at(y, first_use, lanes);
  complex_v sum[M];
  for (std::size_t k = 0; k < M; ++k) sum[k] = zero();
  const auto add = [&](complex_v received, std::size_t r) HWY_ATTR {
    for (std::size_t k = 0; k < M; ++k) {
      const float* weight = w + 2 * (k * rx + r);
      sum[k] = add_product<conjugate::none>({hn::Set(d, weight[0]), hn::Set(d, weight[1])}, received, sum[k]);
    }
  };
  for (std::size_t r = 0; r < whole; r += square) {
    V turned[lanes];
    load_square(at.p, static_cast<std::ptrdiff_t>(2 * r), turned);
    for (std::size_t a = 0; 2 * a + 1 < lanes; ++a) add({turned[2 * a], turned[2 * a + 1]}, r + a);
  }
  if (whole < rx) load_pack(y, first_use, lanes, whole, rx, scratch);
  for (std::size_t r = whole; r < rx; ++r) add(load_complex(scratch + (r - whole) * entry), r);
  for (std::size_t k = 0; k < M; ++k) store_complex(sum[k], x + k * entry);
}

// Where an estimate of a pack is not finite: a bit a lane.
HWY_INLINE std::uint64_t not_finite_lanes(const float* x, std::size_t tx) {
  V poison = hn::Zero(d);
  for (std::size_t k = 0; k < tx; ++k) {
    const complex_v now = load_complex(x + k * entry);
    poison = hn::MulAdd(now.re, hn::Zero(d), hn::MulAdd(now.im, hn::Zero(d), poison));
  }
  if (hn::AllTrue(d, hn::Eq(poison, hn::Zero(d)))) return 0;
  alignas(64) float found[lanes];
  store(poison, found);
  std::uint64_t bits = 0;
  for (std::size_t l = 0; l < lanes; ++l) bits |= std::uint64_t{found[l] != 0} << l;
  return bits;
}

inline HWY_NOINLINE bool apply_uses(const std::complex<float>* weights, std::size_t tx, const input& y,
                                    const view& x, std::uint8_t* failed, float* scratch) {
  const auto* w = reinterpret_cast<const float*>(weights);
  const std::size_t uses = y.extent[0];
  bool any = false;
  const auto finish = [&](std::size_t first, std::size_t count, float* pack) HWY_ATTR {
    const std::uint64_t bad = not_finite_lanes(pack, tx);
    for (std::size_t l = 0; l < count; ++l) failed[first + l] = static_cast<std::uint8_t>(bad >> l & 1);
    any = any || bad != 0;
    store_pack<2>(pack, x, first, count, 0);
  };
  std::size_t first = 0;
  if (tx <= 4 && y.is_plain() && y.stride[1] == 1 && y.extent[1] <= apply_antennas)
    with_size<4>(tx, [&](auto m) HWY_ATTR {
      for (; first + lanes <= uses; first += lanes) {
        float* const out = scratch + apply_antennas * entry;
        apply_few<decltype(m)::value>(w, y, first, scratch, out);
        finish(first, lanes, out);
      }
    });
  for (; first + lanes < uses; first += 2 * lanes) {
    const std::size_t now = std::min(2 * lanes, uses - first);
    apply_packs<2>(w, tx, y, first, now, scratch);
    float* out = scratch + 2 * apply_antennas * entry;
    finish(first, lanes, out);
    finish(first + lanes, now - lanes, out + tx * entry);
  }
  if (first < uses) {
    apply_packs<1>(w, tx, y, first, uses - first, scratch);
    finish(first, uses - first, scratch + apply_antennas * entry);
  }
  return any;
}

// The same with the problem as the lane: x = W y of one vector each, W [tx, antennas] a chunk at a time.
inline HWY_NOINLINE void apply_problems(const float* w, const float* y, std::size_t antennas, std::size_t tx,
                                        bool first, float* x) {
  for (std::size_t k0 = 0; k0 < tx; k0 += tile)
    with_size<tile>(std::min(tile, tx - k0), [&](auto m) HWY_ATTR {
      constexpr std::size_t M = decltype(m)::value;
      const float* row[M];
      const float* right[1] = {y};
      complex_v sum[M][1];
      for (std::size_t k = 0; k < M; ++k) {
        row[k] = w + (k0 + k) * antennas * entry;
        sum[k][0] = first ? zero() : load_complex(x + (k0 + k) * entry);
      }
      sum_products<conjugate::none>(row, entry, right, entry, antennas, sum);
      for (std::size_t k = 0; k < M; ++k) store_complex(sum[k][0], x + (k0 + k) * entry);
    });
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
