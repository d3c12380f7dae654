// Rows of one matrix, the lanes along its columns (single.hpp): loading and storing them, and products from
// the left with a matrix whose numbers are broadcast.
#if defined(MHO_KERNELS_ROWS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_ROWS_INL
#undef MHO_KERNELS_ROWS_INL
#else
#define MHO_KERNELS_ROWS_INL
#endif

#include "kernels/products-inl.hpp"
#include "kernels/single.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

constexpr std::size_t tile_blocks = 2;

HWY_INLINE std::size_t row_floats(std::size_t n) { return blocks_of(n, lanes) * entry; }
HWY_INLINE const float* number(const float* row, std::size_t k) {
  return row + k / lanes * entry + k % lanes;
}
HWY_INLINE complex_v broadcast(const float* number) {
  return {hn::Set(d, number[0]), hn::Set(d, number[lanes])};
}
HWY_INLINE complex_v broadcast(std::complex<float> x) { return {hn::Set(d, x.real()), hn::Set(d, x.imag())}; }

// A row of n numbers: number k lies at address(k).
template <class Numbers, class Address>
HWY_INLINE void gather_row(const Numbers& numbers, const Address& address, bool neighbours, std::size_t n,
                           float* out) {
  std::size_t k = 0;
  if (neighbours) {
    for (; k + lanes <= n; k += lanes)
      store_complex_lanes(numbers.split(address(k)), out + k / lanes * entry);
    if (k < n) store_complex_lanes(split_first(numbers, n - k, address(k)), out + k / lanes * entry);
    return;
  }
  std::fill(out + k / lanes * entry, out + row_floats(n), 0.0f);
  for (; k < n; ++k) {
    float* to = out + k / lanes * entry + k % lanes;
    numbers.read(address(k), to[0], to[lanes]);
  }
}

template <class Numbers>
HWY_INLINE void load_rows_of(const Numbers& numbers, const input& v, std::size_t problem, std::size_t begin,
                             std::size_t end, float* out) {
  const std::size_t n = v.extent[2], rows = end - begin, step = row_floats(n);
  const bool neighbours = v.is_contiguous(2);
  if (v.planes != nullptr) {
    for (std::size_t i = begin; i < end; ++i, out += step)
      gather_row(
          numbers, [&](std::size_t k) { return words_at(v, problem, i, k); }, neighbours, n, out);
    return;
  }
  if (v.stride[1] == 1 && !neighbours && lanes > 1) {
    // Columns are contiguous: squares of them are transposed. Lanes beyond n repeat the first and are
    // cleared.
    const input column = v.from(problem, begin).turned({2, 1, 0});
    for (std::size_t b = 0; b * lanes < n; ++b) {
      const std::size_t count = std::min(lanes, n - b * lanes);
      load_run(numbers, lane_pointers(column, b * lanes, count), 0, rows, step, out + b * entry);
      for (std::size_t i = 0; count < lanes && i < rows; ++i)
        for (const std::size_t part : {std::size_t{0}, lanes})
          std::fill(out + i * step + b * entry + part + count, out + i * step + b * entry + part + lanes,
                    0.0f);
    }
    return;
  }
  constexpr auto each = static_cast<std::ptrdiff_t>(Numbers::words);
  const std::ptrdiff_t down = each * v.stride[1], right = each * v.stride[2];
  const float* row = words_at(v, problem, begin, 0);
  for (std::size_t i = begin; i < end; ++i, row += down, out += step)
    gather_row(
        numbers, [&](std::size_t k) { return row + static_cast<std::ptrdiff_t>(k) * right; }, neighbours, n,
        out);
}

inline HWY_NOINLINE void load_narrow_rows(const input& v, std::size_t problem, std::size_t begin,
                                          std::size_t end, float* out) {
  if (v.type == element::cbf16)
    load_rows_of(brain_numbers(v), v, problem, begin, end, out);
  else
    load_rows_of(integer_numbers(v), v, problem, begin, end, out);
}

inline HWY_NOINLINE void load_rows(const input& v, std::size_t problem, std::size_t begin, std::size_t end,
                                   float* out) {
  if (v.type != element::cf32) return load_narrow_rows(v, problem, begin, end, out);
  load_rows_of(wide_numbers(v), v, problem, begin, end, out);
}

inline HWY_NOINLINE void store_rows(const float* rows, const view& v) {
  const std::size_t n = v.extent[2], step = row_floats(n);
  for (std::size_t i = 0; i < v.extent[1]; ++i, rows += step) {
    auto* to = reinterpret_cast<float*>(&v.at<std::complex<float>>(0, i, 0));
    std::size_t k = 0;
    if (v.stride[2] == 1)
      for (; k + lanes <= n; k += lanes) {
        const complex_v x = load_complex(rows + k / lanes * entry);
        hn::StoreInterleaved2(x.re, x.im, d, to + 2 * k);
      }
    for (; k < n; ++k) {
      const float* from = number(rows, k);
      float* at = to + 2 * static_cast<std::ptrdiff_t>(k) * v.stride[2];
      at[0] = from[0];
      at[1] = from[lanes];
    }
  }
}

// body(M, N, i0, b0) for the tiles of `count` rows of n numbers: M rows from i0 on, N blocks from b0 on. All
// rows of some blocks come before the next blocks.
template <class Body>
HWY_INLINE void over_tiles(std::size_t count, std::size_t n, const Body& body) {
  const std::size_t blocks = blocks_of(n, lanes);
  for (std::size_t b0 = 0; b0 < blocks; b0 += tile_blocks)
    with_size<tile_blocks>(std::min(tile_blocks, blocks - b0), [&](auto width) HWY_ATTR {
      for (std::size_t i0 = 0; i0 < count; i0 += tile)
        with_size<tile>(std::min(tile, count - i0),
                        [&](auto height) HWY_ATTR { body(height, width, i0, b0); });
    });
}

// Rows i0 .. i0 + M, blocks b0 .. b0 + N of rows <- L^-1 rows. Terms are subtracted in the order of rows,
// whatever the tile.
template <std::size_t M, std::size_t N>
HWY_INLINE void forward_tile(const std::complex<float>* l, const float* inverse, std::size_t count,
                             std::size_t step, std::size_t i0, std::size_t b0, float* rows) {
  complex_v sum[M][N];
  float* const out = rows + i0 * step + b0 * entry;
  for (std::size_t i = 0; i < M; ++i)
    for (std::size_t b = 0; b < N; ++b) sum[i][b] = load_complex(out + i * step + b * entry);
  for (std::size_t k = 0; k < i0; ++k) {
    complex_v known[N];
    for (std::size_t b = 0; b < N; ++b) known[b] = load_complex(rows + k * step + (b0 + b) * entry);
    for (std::size_t i = 0; i < M; ++i) {
      const complex_v by = broadcast(l[(i0 + i) * count + k]);
      for (std::size_t b = 0; b < N; ++b)
        sum[i][b] = subtract_product<conjugate::none>(by, known[b], sum[i][b]);
    }
  }
  for (std::size_t i = 0; i < M; ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const complex_v by = broadcast(l[(i0 + i) * count + i0 + k]);
      for (std::size_t b = 0; b < N; ++b)
        sum[i][b] = subtract_product<conjugate::none>(by, sum[k][b], sum[i][b]);
    }
    const V by = hn::Set(d, inverse[i0 + i]);
    for (std::size_t b = 0; b < N; ++b) {
      sum[i][b] = scale(sum[i][b], by);
      store_complex(sum[i][b], out + i * step + b * entry);
    }
  }
}

inline HWY_NOINLINE void forward_rows(const std::complex<float>* l, const float* inverse, std::size_t count,
                                      std::size_t n, float* rows) {
  over_tiles(count, n, [&](auto height, auto width, std::size_t i0, std::size_t b0) HWY_ATTR {
    forward_tile<decltype(height)::value, decltype(width)::value>(l, inverse, count, row_floats(n), i0, b0,
                                                                  rows);
  });
}

template <std::size_t M, std::size_t N>
HWY_INLINE void multiply_tile(const std::complex<float>* w, const float* rows, std::size_t count,
                              std::size_t step, std::size_t i0, std::size_t b0, float* out) {
  complex_v sum[M][N];
  for (std::size_t i = 0; i < M; ++i)
    for (std::size_t b = 0; b < N; ++b) sum[i][b] = zero();
  for (std::size_t k = 0; k < count; ++k) {
    complex_v row[N];
    for (std::size_t b = 0; b < N; ++b) row[b] = load_complex(rows + k * step + (b0 + b) * entry);
    for (std::size_t i = 0; i < M; ++i) {
      const complex_v by = broadcast(w[(i0 + i) * count + k]);
      for (std::size_t b = 0; b < N; ++b) sum[i][b] = add_product<conjugate::none>(by, row[b], sum[i][b]);
    }
  }
  for (std::size_t i = 0; i < M; ++i)
    for (std::size_t b = 0; b < N; ++b) store_complex(sum[i][b], out + (i0 + i) * step + (b0 + b) * entry);
}

inline HWY_NOINLINE void multiply_rows(const std::complex<float>* w, const float* rows, std::size_t count,
                                       std::size_t n, float* out) {
  over_tiles(count, n, [&](auto height, auto width, std::size_t i0, std::size_t b0) HWY_ATTR {
    multiply_tile<decltype(height)::value, decltype(width)::value>(w, rows, count, row_floats(n), i0, b0,
                                                                   out);
  });
}

inline HWY_NOINLINE void scale_rows(const float* factors, std::size_t count, std::size_t n, float* rows) {
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t b = 0; b < blocks_of(n, lanes); ++b, rows += entry)
      store_complex(scale(load_complex(rows), hn::Set(d, factors[i])), rows);
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
