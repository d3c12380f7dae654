// The weights of a prepared pack: A^-1 = X^H X from the inverse X of the factor, then W = gain A^-1 H^H, two
// products of matrices.
#if defined(MHO_KERNELS_WEIGHTS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_WEIGHTS_INL
#undef MHO_KERNELS_WEIGHTS_INL
#else
#define MHO_KERNELS_WEIGHTS_INL
#endif

#include "kernels/gram-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

inline HWY_NOINLINE void square(const float* x, std::size_t n, float* out) {
  gram(x, n, n, true, out);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const complex_v below = load_complex(out + (i * n + j) * entry);
      store_complex({below.re, hn::Neg(below.im)}, out + (j * n + i) * entry);
    }
}

// Streams k0 .. k0 + M of antennas r0 .. r0 + N.
template <std::size_t M, std::size_t N>
HWY_INLINE void weigh_tile(const float* h, const float* b, const float* gain, std::size_t k0, std::size_t r0,
                           std::size_t rows, std::size_t tx, float* w) {
  const float* left[M];
  const float* right[N];
  complex_v sum[M][N];
  for (std::size_t r = 0; r < N; ++r) right[r] = h + (r0 + r) * tx * entry;
  for (std::size_t k = 0; k < M; ++k) {
    left[k] = b + (k0 + k) * tx * entry;
    for (std::size_t r = 0; r < N; ++r) sum[k][r] = zero();
  }
  sum_products<conjugate::second>(left, entry, right, entry, tx, sum);
  for (std::size_t k = 0; k < M; ++k)
    for (std::size_t r = 0; r < N; ++r)
      store_complex(scale(sum[k][r], load(gain + (k0 + k) * lanes)), w + ((k0 + k) * rows + r0 + r) * entry);
}

inline HWY_NOINLINE void weigh(const float* h, const float* b, const float* gain, std::size_t rows,
                               std::size_t tx, float* w) {
  if (b == nullptr) {
    for (std::size_t k = 0; k < tx; ++k)
      for (std::size_t r = 0; r < rows; ++r) {
        const complex_v x = scale(load_complex(h + (r * tx + k) * entry), load(gain + k * lanes));
        store_complex({x.re, hn::Neg(x.im)}, w + (k * rows + r) * entry);
      }
    return;
  }
  for (std::size_t r0 = 0; r0 < rows; r0 += 2)
    with_size<2>(std::min<std::size_t>(2, rows - r0), [&](auto n) HWY_ATTR {
      for (std::size_t k0 = 0; k0 < tx; k0 += tile)
        with_size<tile>(std::min(tile, tx - k0), [&](auto m) HWY_ATTR {
          weigh_tile<decltype(m)::value, decltype(n)::value>(h, b, gain, k0, r0, rows, tx, w);
        });
    });
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
