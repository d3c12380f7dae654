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

// One antenna, whose numbers of all problems begin at address(k).
template <std::size_t N, class Numbers, class Address>
HWY_INLINE void add_antenna(const Numbers& numbers, const Address& address, complex_v received,
                            normal_sums<N>& sums) {
  complex_v x[N];
  for (std::size_t k = 0; k < N; ++k) {
    const complex_lanes now = numbers.split(address(k));
    x[k] = {now.re, now.im};
  }
  sums.add(x, received);
}

// Problems are neighbours.
template <std::size_t N, class Numbers>
HWY_INLINE void normal_of_neighbours(const Numbers& numbers, const input& h, const input& y,
                                     std::size_t first, float* scratch, normal_sums<N>& sums) {
  constexpr auto each = static_cast<std::ptrdiff_t>(Numbers::words);
  const std::size_t rx = h.extent[1];
  const bool both =
      each == 2 && h.planes == nullptr && y.is_plain() && y.stride[0] == 1;  // y needs no pack of its own
  if (!both) load_pack(y, first, lanes, 0, rx, scratch);
  if (h.planes != nullptr) {
    for (std::size_t r = 0; r < rx; ++r)
      add_antenna<N>(numbers, plane_row(h, first, r), load_complex(scratch + r * entry), sums);
    return;
  }
  const float* row = words_at(h, first, 0, 0);
  const std::ptrdiff_t down = each * h.stride[1], right = each * h.stride[2];
  const auto number = [&](std::size_t k) { return row + static_cast<std::ptrdiff_t>(k) * right; };
  if (both) {
    const float* received = words_at(y, first, 0, 0);
    const std::ptrdiff_t step = 2 * y.stride[1];
    for (std::size_t r = 0; r < rx; ++r, row += down, received += step) {
      const complex_lanes now = split_complex(received);
      add_antenna<N>(numbers, number, {now.re, now.im}, sums);
    }
  } else {
    for (std::size_t r = 0; r < rx; ++r, row += down)
      add_antenna<N>(numbers, number, load_complex(scratch + r * entry), sums);
  }
}

template <std::size_t N, class Numbers>
HWY_INLINE bool normal_of(const Numbers& numbers, const input& h, const input& y, std::size_t first,
                          float* scratch, float* g, float* z) {
  constexpr auto each = static_cast<std::ptrdiff_t>(Numbers::words);
  const std::size_t rx = h.extent[1];
  const auto index = [](std::size_t i) { return static_cast<std::ptrdiff_t>(i); };
  if (h.is_contiguous(0)) {
    normal_sums<N> sums;
    normal_of_neighbours<N>(numbers, h, y, first, scratch, sums);
    sums.put(g, z);
    return true;
  }
  // Whole antennas in each square of the transpose.
  if constexpr (lanes % (Numbers::words * N) == 0) {
    constexpr std::size_t antennas = lanes / (Numbers::words * N);
    if (h.planes == nullptr && h.stride[2] == 1 && (antennas == 1 || h.stride[1] == index(N)) &&
        rx % antennas == 0) {
      load_pack(y, first, lanes, 0, rx, scratch);
      const lane_pointers at(h, first, lanes);
      normal_sums<N> sums;
      for (std::size_t r = 0; r < rx; r += antennas) {
        V turned[lanes];
        load_square(at.p, each * index(r) * h.stride[1], turned);
        for (std::size_t a = 0; a < antennas; ++a) {
          complex_v x[N];
          for (std::size_t k = 0; k < N; ++k) {
            if constexpr (each == 2) {
              x[k] = {turned[2 * (a * N + k)], turned[2 * (a * N + k) + 1]};
            } else {
              const complex_lanes now = numbers.widen(turned[a * N + k]);
              x[k] = {now.re, now.im};
            }
          }
          sums.add(x, load_complex(scratch + (r + a) * entry));
        }
      }
      sums.put(g, z);
      return true;
    }
  }
  return false;
}

template <class Numbers>
HWY_INLINE bool normal_of_few(const Numbers& numbers, const input& h, const input& y, std::size_t first,
                              float* scratch, float* g, float* z) {
  bool done = false;
  with_size<4>(h.extent[2], [&](auto n) HWY_ATTR {
    done = normal_of<decltype(n)::value>(numbers, h, y, first, scratch, g, z);
  });
  return done;
}

inline HWY_NOINLINE bool normal_narrow(const input& h, const input& y, std::size_t first, float* scratch,
                                       float* g, float* z) {
  return h.type == element::cbf16 ? normal_of_few(brain_numbers(h), h, y, first, scratch, g, z)
                                  : normal_of_few(integer_numbers(h), h, y, first, scratch, g, z);
}
#endif

// G and z of a full pack; false, and nothing is done, where there is no way straight from this layout.
// scratch: a pack of y.
inline HWY_NOINLINE bool normal_equations(const input& h, const input& y, std::size_t first,
                                          std::size_t count, float* scratch, float* g, float* z) {
#if HWY_TARGET <= HWY_AVX3
  if (count != lanes || h.extent[2] > 4) return false;
  if (h.type != element::cf32) return normal_narrow(h, y, first, scratch, g, z);
  return normal_of_few(wide_numbers(h), h, y, first, scratch, g, z);
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
