// Gram matrix and matched filter of a pack: G += H^H H (lower triangle, row-major, rows of tx entries) and
// z += H^H y, over a chunk of antennas.
#if defined(MHO_KERNELS_GRAM_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_GRAM_INL
#undef MHO_KERNELS_GRAM_INL
#else
#define MHO_KERNELS_GRAM_INL
#endif

#include "kernels/products-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

template <std::size_t M>
HWY_INLINE void gram_diagonal(const float* h, std::size_t rows, std::size_t tx, std::size_t i0, bool first,
                              float* g) {
  const float* column[M];
  complex_v sum[M][M];
  V diagonal[M];
  for (std::size_t i = 0; i < M; ++i) {
    column[i] = h + (i0 + i) * entry;
    for (std::size_t j = 0; j < i; ++j)
      sum[i][j] = first ? zero() : load_complex(g + ((i0 + i) * tx + i0 + j) * entry);
    diagonal[i] = first ? hn::Zero(d) : load(g + ((i0 + i) * tx + i0 + i) * entry);
  }
  sum_triangle<conjugate::first>(column, tx * entry, rows, sum, diagonal);
  for (std::size_t i = 0; i < M; ++i) {
    for (std::size_t j = 0; j < i; ++j) store_complex(sum[i][j], g + ((i0 + i) * tx + i0 + j) * entry);
    store_complex({diagonal[i], hn::Zero(d)}, g + ((i0 + i) * tx + i0 + i) * entry);
  }
}

// Entries (i0 .. i0 + M) x (j0 .. j0 + N) of out += a^H b; columns of a and b at the given steps.
template <std::size_t M, std::size_t N>
HWY_INLINE void gram_block(const float* a, const float* b, std::size_t rows, std::size_t a_step,
                           std::size_t b_step, bool first, float* out, std::size_t out_step) {
  const float* left[M];
  const float* right[N];
  complex_v sum[M][N];
  for (std::size_t j = 0; j < N; ++j) right[j] = b + j * entry;
  for (std::size_t i = 0; i < M; ++i) {
    left[i] = a + i * entry;
    for (std::size_t j = 0; j < N; ++j)
      sum[i][j] = first ? zero() : load_complex(out + i * out_step + j * entry);
  }
  sum_products<conjugate::first>(left, a_step, right, b_step, rows, sum);
  for (std::size_t i = 0; i < M; ++i)
    for (std::size_t j = 0; j < N; ++j) store_complex(sum[i][j], out + i * out_step + j * entry);
}

inline HWY_NOINLINE void gram(const float* h, std::size_t rows, std::size_t tx, bool first, float* g) {
  for (std::size_t i0 = 0; i0 < tx; i0 += tile)
    with_size<tile>(std::min(tile, tx - i0), [&](auto m) HWY_ATTR {
      constexpr std::size_t M = decltype(m)::value;
      for (std::size_t j0 = 0; j0 < i0; j0 += 2)
        gram_block<M, 2>(h + i0 * entry, h + j0 * entry, rows, tx * entry, tx * entry, first,
                         g + (i0 * tx + j0) * entry, tx * entry);
      gram_diagonal<M>(h, rows, tx, i0, first, g);
    });
}

inline HWY_NOINLINE void matched_filter(const float* h, const float* y, std::size_t rows, std::size_t tx,
                                        bool first, float* z) {
  for (std::size_t i0 = 0; i0 < tx; i0 += tile)
    with_size<tile>(std::min(tile, tx - i0), [&](auto m) HWY_ATTR {
      gram_block<decltype(m)::value, 1>(h + i0 * entry, y, rows, tx * entry, entry, first, z + i0 * entry,
                                        entry);
    });
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
