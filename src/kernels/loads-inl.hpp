// Packs from any input, whatever it holds and however it lies in memory.
#if defined(MHO_KERNELS_LOADS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_LOADS_INL
#undef MHO_KERNELS_LOADS_INL
#else
#define MHO_KERNELS_LOADS_INL
#endif

#include "kernels/numbers-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

// Addresses of one number a lane, of an input without planes; lanes beyond `count` repeat lane 0.
struct lane_pointers {
  const float* p[lanes];

  lane_pointers(const input& v, std::size_t first, std::size_t count) {
    const auto* base = static_cast<const char*>(v.data);
    const std::ptrdiff_t step = v.size() * v.stride[0];
    for (std::size_t l = 0; l < lanes; ++l)
      p[l] = static_cast<const float*>(
          static_cast<const void*>(base + static_cast<std::ptrdiff_t>(first + (l < count ? l : 0)) * step));
  }
};

// The first `words` of a vector; nothing beyond them is touched.
template <std::size_t words_a_number>
HWY_INLINE V load_first(std::size_t words, const float* p) {
#if HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3
  // Highway 1.0.3 masks an aligned load of the whole vector here. A rest of two words is half of one.
  if constexpr (words_a_number == 2) return hn::ZeroExtendVector(d, hn::LoadU(hn::Half<D>(), p));
  alignas(16) float rest[lanes] = {};
  std::memcpy(rest, static_cast<const void*>(p), words * sizeof(float));
  return load(rest);
#else
  return hn::MaskedLoad(hn::FirstN(d, words), d, p);
#endif
}

// The first `count` numbers of a vector, fewer than its lanes, and zeros behind them.
template <class Numbers>
HWY_INLINE complex_lanes split_first(const Numbers& numbers, std::size_t count, const float* from) {
#if HWY_TARGET == HWY_SCALAR
  (void)count;
  return numbers.split(from);
#else
  if constexpr (Numbers::words == 1) return numbers.widen(load_first<1>(count, from));
  const std::size_t words = 2 * count;
  V low, high = hn::Zero(d);
  if (words < lanes) {
    low = load_first<2>(words, from);
  } else {
    low = hn::LoadU(d, from);
    if (words > lanes) high = load_first<2>(words - lanes, from + lanes);
  }
  return {hn::ConcatEven(d, high, low), hn::ConcatOdd(d, high, low)};
#endif
}

// Word number w of a run of numbers `step` apart, one a lane.
template <class Numbers>
HWY_INLINE void store_words(const Numbers& numbers, V word, std::size_t w, std::size_t step,
                            float* HWY_RESTRICT out) {
  if constexpr (Numbers::words == 2)
    store(word, out + w / 2 * step + w % 2 * lanes);
  else
    store_complex_lanes(numbers.widen(word), out + w * step);
}

// `count` numbers that lie one after the other from at[lane] + offset (in words) on: number e to out + e
// step.
template <class Numbers>
HWY_INLINE void load_run(const Numbers& numbers, const lane_pointers& at, std::ptrdiff_t offset,
                         std::size_t count, std::size_t step, float* HWY_RESTRICT out) {
  constexpr std::size_t each = Numbers::words;
  const std::size_t words = each * count;
  V in[lanes], turned[lanes];
  std::size_t w = 0;
  for (; w + lanes <= words; w += lanes) {
    load_square(at.p, offset + static_cast<std::ptrdiff_t>(w), turned);
    for (std::size_t j = 0; j < lanes; ++j) store_words(numbers, turned[j], w + j, step, out);
  }
  if (w < words) {
    for (std::size_t l = 0; l < lanes; ++l)
      in[l] = load_first<each>(words - w, at.p[l] + offset + static_cast<std::ptrdiff_t>(w));
    transpose(in, turned);
    for (std::size_t j = 0; j < words - w; ++j) store_words(numbers, turned[j], w + j, step, out);
  }
}

// One number a lane to out, or what a tail of lanes leaves of it.
template <class Numbers>
HWY_INLINE void store_neighbours(const Numbers& numbers, const float* from, float* HWY_RESTRICT out) {
  store_complex_lanes(numbers.split(from), out);
}
template <class Numbers>
HWY_INLINE void store_neighbours(const Numbers& numbers, const float* from, std::size_t count,
                                 float* HWY_RESTRICT out) {
  constexpr std::size_t each = Numbers::words;
  alignas(64) float tail[2 * lanes];
  for (std::size_t l = 0; l < lanes; ++l)
    std::memcpy(tail + each * l, static_cast<const void*>(from + each * (l < count ? l : 0)),
                each * sizeof(float));
  store_complex_lanes(numbers.split(tail), out);
}

// Addresses of one row of an input in planes, where lanes are neighbours: no other index moves within a
// plane.
class plane_row {
 public:
  plane_row(const input& v, std::size_t first, std::size_t row)
      : table_(v.planes + static_cast<std::ptrdiff_t>(row) * v.walk[1]),
        right_(v.walk[2]),
        behind_(v.size() * (v.first + static_cast<std::ptrdiff_t>(first))) {}
  HWY_INLINE const float* operator()(std::size_t column) const {
    const void* plane = table_[static_cast<std::ptrdiff_t>(column) * right_];
    return static_cast<const float*>(static_cast<const void*>(static_cast<const char*>(plane) + behind_));
  }

 private:
  const void* const* table_;
  std::ptrdiff_t right_, behind_;
};

template <class Numbers>
HWY_INLINE void load_planes(const Numbers& numbers, const input& v, std::size_t first, std::size_t count,
                            std::size_t begin, std::size_t end, float* HWY_RESTRICT out) {
  const std::size_t columns = v.extent[2];
  if (v.is_contiguous(0) && lanes > 1) {
    for (std::size_t i = begin; i < end; ++i) {
      const plane_row row(v, first, i);
      if (count == lanes)
        for (std::size_t j = 0; j < columns; ++j, out += entry) store_neighbours(numbers, row(j), out);
      else
        for (std::size_t j = 0; j < columns; ++j, out += entry) store_neighbours(numbers, row(j), count, out);
    }
    return;
  }
  for (std::size_t i = begin; i < end; ++i)
    for (std::size_t j = 0; j < columns; ++j, out += entry)
      for (std::size_t l = 0; l < lanes; ++l)
        numbers.read(v.at(first + (l < count ? l : 0), i, j), out[l], out[lanes + l]);
}

template <class Numbers>
HWY_INLINE void load_numbers(const Numbers& numbers, const input& v, std::size_t first, std::size_t count,
                             std::size_t begin, std::size_t end, float* HWY_RESTRICT out) {
  constexpr auto each = static_cast<std::ptrdiff_t>(Numbers::words);
  const std::size_t columns = v.extent[2], rows = end - begin;
  const auto index = [](std::size_t i) { return static_cast<std::ptrdiff_t>(i); };
  if (v.planes != nullptr) return load_planes(numbers, v, first, count, begin, end, out);
  const std::ptrdiff_t down = each * v.stride[1], right = each * v.stride[2];
  if (v.stride[0] == 1 && lanes > 1) {
    const float* row = words_at(v, first, begin, 0);
    for (std::size_t i = begin; i < end; ++i, row += down) {
      const float* from = row;
      if (count == lanes)
        for (std::size_t j = 0; j < columns; ++j, out += entry, from += right)
          store_neighbours(numbers, from, out);
      else
        for (std::size_t j = 0; j < columns; ++j, out += entry, from += right)
          store_neighbours(numbers, from, count, out);
    }
    return;
  }
  const lane_pointers at(v, first, count);
  if (v.stride[2] == 1 || columns == 1) {
    if (v.stride[1] == index(columns)) {
      load_run(numbers, at, index(begin) * down, rows * columns, entry, out);
    } else {
      for (std::size_t i = begin; i < end; ++i)
        load_run(numbers, at, index(i) * down, columns, entry, out + (i - begin) * columns * entry);
    }
  } else if (v.stride[1] == 1) {
    for (std::size_t j = 0; j < columns; ++j)
      load_run(numbers, at, index(begin) * down + index(j) * right, rows, columns * entry, out + j * entry);
  } else {
    for (std::size_t i = begin; i < end; ++i)
      for (std::size_t j = 0; j < columns; ++j, out += entry)
        for (std::size_t l = 0; l < lanes; ++l)
          numbers.read(at.p[l] + index(i) * down + index(j) * right, out[l], out[lanes + l]);
  }
}

inline HWY_NOINLINE void load_narrow(const input& v, std::size_t first, std::size_t count, std::size_t begin,
                                     std::size_t end, float* HWY_RESTRICT out) {
  if (v.type == element::cbf16)
    load_numbers(brain_numbers(v), v, first, count, begin, end, out);
  else
    load_numbers(integer_numbers(v), v, first, count, begin, end, out);
}

// Elements (first + lane, i, j) of an input for i in [begin, end) and every j, to entry
// (i - begin) * extent[2] + j. Fast where the last, the middle or the first extent is contiguous.
inline HWY_NOINLINE void load_pack(const input& v, std::size_t first, std::size_t count, std::size_t begin,
                                   std::size_t end, float* HWY_RESTRICT out) {
  if (v.type != element::cf32) return load_narrow(v, first, count, begin, end, out);
  load_numbers(wide_numbers(v), v, first, count, begin, end, out);
}

// Asks for what load_pack with the same arguments will read, into the second-level cache. Packs are read
// crosswise to the order of memory, which no hardware prefetcher sees through.
inline HWY_NOINLINE void prefetch_pack(const input& v, std::size_t first, std::size_t count,
                                       std::size_t begin, std::size_t end) {
  constexpr std::ptrdiff_t line = 64;
  if (begin >= end) return;
  const auto index = [](std::size_t i) { return static_cast<std::ptrdiff_t>(i); };
  const std::size_t columns = v.extent[2];
  if (v.is_contiguous(0)) {
    for (std::size_t i = begin; i < end; ++i)
      for (std::size_t j = 0; j < columns; ++j) {
        const auto* from = static_cast<const char*>(v.at(first, i, j));
        for (std::ptrdiff_t at = 0; at < v.size() * index(count); at += line)
          __builtin_prefetch(from + at, 0, 2);
      }
  } else if (v.planes == nullptr && (v.stride[2] == 1 || columns == 1) && v.stride[1] == index(columns)) {
    const std::ptrdiff_t bytes = v.size() * index((end - begin) * columns);
    for (std::size_t l = 0; l < count; ++l) {
      const auto* from = static_cast<const char*>(v.at(first + l, begin, 0));
      for (std::ptrdiff_t at = 0; at < bytes; at += line) __builtin_prefetch(from + at, 0, 2);
      __builtin_prefetch(from + bytes - 1, 0, 2);
    }
  }
}

// The lower triangle of a Hermitian matrix; above it, what came along.
inline HWY_NOINLINE void load_lower(const input& v, std::size_t first, std::size_t count,
                                    float* HWY_RESTRICT out) {
  const std::size_t n = v.extent[2], words = v.type == element::cf32 ? 2 : 1;
  if (v.planes == nullptr && v.stride[2] != 1) return load_pack(v, first, count, 0, n, out);
  input row = v;
  for (std::size_t i = 0; i < n; ++i) {
    // Whole squares of the transpose.
    row.extent[2] = std::min(n, (words * (i + 1) + lanes - 1) / lanes * lanes / words);
    if (v.planes != nullptr) row.extent[2] = i + 1;
    load_pack(row, first, count, i, i + 1, out + i * n * entry);
  }
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
