// The normal equations of a few streams, G = H^H H and z = H^H y, straight from the caller's matrix: all sums
// stay in registers, and the shuffles of loading run beside the multiplications instead of before them. Needs
// the 32 registers of AVX-512. The order of operations is that of gram and matched_filter.
#if defined(MHO_KERNELS_SMALL_GRAM_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_SMALL_GRAM_INL
#undef MHO_KERNELS_SMALL_GRAM_INL
#else
#define MHO_KERNELS_SMALL_GRAM_INL
#endif

#include "kernels/products-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

#if HWY_TARGET <= HWY_AVX3
template <std::size_t N>
struct normal_sums {
  complex_v g[N][N], z[N];
  V energy[N];

  HWY_INLINE normal_sums() {
    for (std::size_t i = 0; i < N; ++i) {
      for (std::size_t j = 0; j < i; ++j) g[i][j] = zero();
      energy[i] = hn::Zero(d);
      z[i] = zero();
    }
  }
  // One antenna.
  HWY_INLINE void add(const complex_v (&x)[N], complex_v received) {
    for (std::size_t i = 0; i < N; ++i) {
      for (std::size_t j = 0; j < i; ++j) g[i][j] = add_product<conjugate::first>(x[i], x[j], g[i][j]);
      energy[i] = add_norm(x[i], energy[i]);
    }
    for (std::size_t i = 0; i < N; ++i) z[i] = add_product<conjugate::first>(x[i], received, z[i]);
  }
  HWY_INLINE void put(float* to_g, float* to_z) const {
    for (std::size_t i = 0; i < N; ++i) {
      for (std::size_t j = 0; j < i; ++j) store_complex(g[i][j], to_g + (i * N + j) * entry);
      store_complex({energy[i], hn::Zero(d)}, to_g + (i * N + i) * entry);
      store_complex(z[i], to_z + i * entry);
    }
  }
};

template <std::size_t N>
HWY_INLINE bool normal_of(const view& h, const view& y, std::size_t first, float* scratch, float* g,
                          float* z) {
  const std::size_t rx = h.extent[1];
  const auto index = [](std::size_t i) { return static_cast<std::ptrdiff_t>(i); };
  if (h.stride[0] == 1 && y.stride[0] == 1) {
    const auto* row = static_cast<const float*>(h.data) + 2 * index(first);
    const auto* received = static_cast<const float*>(y.data) + 2 * index(first);
    const auto split = [](const float* from) HWY_ATTR {
      const complex_lanes now = split_complex(from);
      return complex_v{now.re, now.im};
    };
    normal_sums<N> sums;
    for (std::size_t r = 0; r < rx; ++r, row += 2 * h.stride[1], received += 2 * y.stride[1]) {
      complex_v x[N];
      for (std::size_t k = 0; k < N; ++k) x[k] = split(row + 2 * index(k) * h.stride[2]);
      sums.add(x, split(received));
    }
    sums.put(g, z);
    return true;
  }
  // Whole antennas in each square of the transpose.
  if constexpr (lanes % (2 * N) == 0) {
    constexpr std::size_t antennas = lanes / (2 * N);
    if (h.stride[2] == 1 && (antennas == 1 || h.stride[1] == index(N)) && rx % antennas == 0) {
      load_pack(y, first, lanes, 0, rx, scratch);
      const lane_pointers at(h, first, lanes);
      normal_sums<N> sums;
      for (std::size_t r = 0; r < rx; r += antennas) {
        V turned[lanes];
        load_square(at.p, 2 * index(r) * h.stride[1], turned);
        for (std::size_t a = 0; a < antennas; ++a) {
          complex_v x[N];
          for (std::size_t k = 0; k < N; ++k) x[k] = {turned[2 * (a * N + k)], turned[2 * (a * N + k) + 1]};
          sums.add(x, load_complex(scratch + (r + a) * entry));
        }
      }
      sums.put(g, z);
      return true;
    }
  }
  return false;
}
#endif

// G and z of a full pack; false, and nothing is done, where there is no way straight from this layout.
// scratch: a pack of y.
inline HWY_NOINLINE bool normal_equations(const view& h, const view& y, std::size_t first, std::size_t count,
                                          float* scratch, float* g, float* z) {
#if HWY_TARGET <= HWY_AVX3
  bool done = false;
  if (count == lanes && h.extent[2] <= 4)
    with_size<4>(h.extent[2],
                 [&](auto n) HWY_ATTR { done = normal_of<decltype(n)::value>(h, y, first, scratch, g, z); });
  return done;
#else
  (void)h, (void)y, (void)first, (void)count, (void)scratch, (void)g, (void)z;
  return false;
#endif
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
