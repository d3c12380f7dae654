// Loading and storing packs, from and to every layout that a view can have. Buffers end at a page that must
// not be touched.
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cstring>
#include <memory>
#include <type_traits>

#include "kernels/single.hpp"
#include "kernels/targets.hpp"
#include "src/kernels/packs.hpp"

namespace mho {
namespace {

// Numbers whose last one ends where an unmapped page begins, and whose first one is preceded by one.
template <class T>
class guarded {
 public:
  explicit guarded(std::size_t n, bool at_end) : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    const std::size_t bytes = n * sizeof(T), pages = (bytes + page_ - 1) / page_;
    size_ = (pages + 2) * page_;
    base_ = static_cast<char*>(mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    EXPECT_EQ(mprotect(base_ + page_, pages * page_, PROT_READ | PROT_WRITE), 0);
    data_ = reinterpret_cast<T*>(at_end ? base_ + (pages + 1) * page_ - bytes : base_ + page_);
  }
  ~guarded() { munmap(base_, size_); }
  guarded(const guarded&) = delete;
  guarded& operator=(const guarded&) = delete;
  T* data() const { return data_; }

 private:
  std::size_t page_, size_ = 0;
  char* base_ = nullptr;
  T* data_ = nullptr;
};

struct layout {
  const char* name;
  std::array<std::ptrdiff_t, 3> stride;
  std::size_t elements;  // from the lowest address to the highest
  std::ptrdiff_t origin;
};

// Layouts of an [n0, n1, n2] array.
std::vector<layout> layouts(std::size_t n0, std::size_t n1, std::size_t n2) {
  const auto a = static_cast<std::ptrdiff_t>(n0), b = static_cast<std::ptrdiff_t>(n1),
             c = static_cast<std::ptrdiff_t>(n2);
  const auto strided_layout = [&](const char* name, std::array<std::ptrdiff_t, 3> stride) {
    std::ptrdiff_t low = 0, high = 0;
    const std::array extent{a, b, c};
    for (std::size_t n = 0; n < 3; ++n) {
      const std::ptrdiff_t reach = stride[n] * (extent[n] - 1);
      (reach < 0 ? low : high) += reach;
    }
    return layout{name, stride, static_cast<std::size_t>(high - low + 1), -low};
  };
  return {strided_layout("row-major", {b * c, c, 1}),
          strided_layout("column-major", {b * c, 1, b}),
          strided_layout("planes, problem fastest", {1, a * c, a}),
          strided_layout("planes, transposed", {1, a, a * b}),
          strided_layout("row-major, padded", {b * (c + 3) + 5, c + 3, 1}),
          strided_layout("column-major, padded", {(b + 1) * c + 2, 1, b + 1}),
          strided_layout("planes, padded", {1, (a + 2) * c + 1, a + 2}),
          strided_layout("nothing contiguous", {3, 3 * a * c + 2, 3 * a}),
          strided_layout("backwards", {-b * c, c, 1}),
          strided_layout("rows backwards", {b * c, -c, 1})};
}

// What cannot be written to, but read.
std::vector<layout> broadcasts(std::size_t n1, std::size_t n2) {
  const auto b = static_cast<std::ptrdiff_t>(n1), c = static_cast<std::ptrdiff_t>(n2);
  return {layout{"one problem for all", {0, c, 1}, n1 * n2, 0},
          layout{"one problem for all, column-major", {0, 1, b}, n1 * n2, 0},
          layout{"one row for all", {0, 0, 1}, n2, 0}, layout{"one column for all", {0, 1, 0}, n1, 0},
          layout{"one number for all", {0, 0, 0}, 1, 0}};
}

cf32 number(std::ptrdiff_t address) {
  return {static_cast<float>(address + 1), -0.5f - static_cast<float>(address)};
}

// What lies at an address, and what is read from it.
constexpr float scale = 0.3f;
template <class T>
T stored(std::ptrdiff_t address) {
  if constexpr (std::is_same_v<T, cf32>) return number(address);
  if constexpr (std::is_same_v<T, cbf16>)
    return {static_cast<std::uint16_t>(0x3000 + address % 0x1000),
            static_cast<std::uint16_t>(0xd000 - address % 0x1000)};
  if constexpr (std::is_same_v<T, ci16>)
    return {static_cast<std::int16_t>(address - 17), static_cast<std::int16_t>(-3 * address)};
}
cf32 read_from(cf32 x) { return x; }
cf32 read_from(cbf16 x) {
  return {std::bit_cast<float>(std::uint32_t{x.real} << 16),
          std::bit_cast<float>(std::uint32_t{x.imag} << 16)};
}
cf32 read_from(ci16 x) { return {static_cast<float>(x.real) * scale, static_cast<float>(x.imag) * scale}; }

std::vector<std::size_t> problem_counts(std::size_t lanes) {
  std::vector<std::size_t> counts{1, lanes, lanes + 1, 2 * lanes + 3};
  if (lanes > 2) counts.push_back(lanes - 1);
  return counts;
}

std::vector<std::pair<std::size_t, std::size_t>> shapes() {
  return {{1, 1}, {2, 1}, {3, 1},  {1, 2},  {2, 3},  {3, 2},  {5, 5},  {7, 3}, {4, 8},
          {8, 4}, {9, 7}, {16, 1}, {1, 17}, {17, 4}, {33, 6}, {6, 31}, {64, 3}};
}

using loading = of_every_target;
using storing = of_every_target;

template <class T>
void loads_everywhere(const linear_kernels& k) {
  for (const std::size_t problems : problem_counts(k.lanes))
    for (const auto& [rows, columns] : shapes()) {
      std::vector<layout> all = layouts(problems, rows, columns);
      for (const layout& l : broadcasts(rows, columns)) all.push_back(l);
      for (const layout& l : all)
        for (const bool at_end : {false, true}) {
          const guarded<T> memory(l.elements, at_end);
          for (std::size_t i = 0; i < l.elements; ++i)
            memory.data()[i] = stored<T>(static_cast<std::ptrdiff_t>(i) - l.origin);
          view v = strided(memory.data() + l.origin, {problems, rows, columns}, l.stride);
          v.scale = scale;
          const std::size_t begin = rows / 3, end = rows;
          const pack out = complex_pack(k.lanes, (end - begin) * columns);
          for (std::size_t first = 0; first < problems; first += k.lanes) {
            const std::size_t count = std::min(k.lanes, problems - first);
            out.fill(std::nanf(""));
            k.load(v, first, count, begin, end, out.data());
            for (std::size_t lane = 0; lane < k.lanes; ++lane)
              for (std::size_t i = begin; i < end; ++i)
                for (std::size_t j = 0; j < columns; ++j) {
                  const std::size_t p = first + (lane < count ? lane : 0), e = (i - begin) * columns + j;
                  const cf32 expected = read_from(stored<T>(static_cast<std::ptrdiff_t>(p) * l.stride[0] +
                                                            static_cast<std::ptrdiff_t>(i) * l.stride[1] +
                                                            static_cast<std::ptrdiff_t>(j) * l.stride[2]));
                  ASSERT_EQ(cf32(out.at(lane, e, 0), out.at(lane, e, 1)), expected)
                      << l.name << " " << rows << "x" << columns << " of " << problems;
                }
          }
        }
    }
}

TEST_P(loading, reads_every_layout_and_nothing_else) { loads_everywhere<cf32>(k); }
TEST_P(loading, reads_bf16_in_every_layout_and_nothing_else) { loads_everywhere<cbf16>(k); }
TEST_P(loading, reads_integers_in_every_layout_and_nothing_else) { loads_everywhere<ci16>(k); }

// The kernels of one problem at a time: rows of a matrix, zeros up to whole vectors.
template <class T>
void loads_rows_everywhere(const single_kernels& k) {
  for (const auto& [rows, columns] : shapes())
    for (const layout& l : layouts(3, rows, columns))
      for (const bool at_end : {false, true}) {
        const guarded<T> memory(l.elements, at_end);
        for (std::size_t i = 0; i < l.elements; ++i)
          memory.data()[i] = stored<T>(static_cast<std::ptrdiff_t>(i) - l.origin);
        view v = strided(memory.data() + l.origin, {3, rows, columns}, l.stride);
        v.scale = scale;
        const std::size_t begin = rows / 3, step = blocks_of(columns, k.lanes) * 2 * k.lanes;
        std::vector<float> space((rows - begin) * step + 16, std::nanf(""));
        void* aligned = space.data();
        std::size_t bytes = space.size() * sizeof(float);
        float* const out = static_cast<float*>(std::align(64, bytes - 64, aligned, bytes));
        for (std::size_t p = 0; p < 3; ++p) {
          k.load(v, p, begin, rows, out);
          for (std::size_t i = begin; i < rows; ++i)
            for (std::size_t j = 0; j < step / 2; ++j) {
              const cf32 expected = j < columns
                                        ? read_from(stored<T>(static_cast<std::ptrdiff_t>(p) * l.stride[0] +
                                                              static_cast<std::ptrdiff_t>(i) * l.stride[1] +
                                                              static_cast<std::ptrdiff_t>(j) * l.stride[2]))
                                        : cf32(0);
              const float* at = out + (i - begin) * step + j / k.lanes * 2 * k.lanes + j % k.lanes;
              ASSERT_EQ(cf32(at[0], at[k.lanes]), expected) << l.name << " " << rows << "x" << columns;
            }
        }
      }
}

TEST(loading_rows, reads_every_layout_and_nothing_else) {
  for (const target_info& t : targets()) {
    if (!t.usable) continue;
    const single_kernels& k = *find_single_kernels(target_bit(t.name));
    loads_rows_everywhere<cf32>(k);
    loads_rows_everywhere<cbf16>(k);
    loads_rows_everywhere<ci16>(k);
  }
}

template <class T>
void stores_everywhere(const linear_kernels& k) {
  constexpr std::size_t parts = sizeof(T) / sizeof(float);
  const auto untouched = T(-7);
  for (const std::size_t problems : problem_counts(k.lanes))
    for (const auto& [rows, columns] : shapes())
      for (const layout& l : layouts(problems, rows, columns))
        for (const bool at_end : {false, true}) {
          const guarded<T> memory(l.elements, at_end);
          std::fill_n(memory.data(), l.elements, untouched);
          const view v = strided(memory.data() + l.origin, {problems, rows, columns}, l.stride);
          const std::size_t row = rows / 2;
          std::vector<T> expected(l.elements, untouched);
          for (std::size_t first = 0; first < problems; first += k.lanes) {
            const std::size_t count = std::min(k.lanes, problems - first);
            const pack from = random_pack(k.lanes, columns * parts, first + 1);
            (parts == 2 ? k.store_complex : k.store_real)(from.data(), v, first, count, row);
            for (std::size_t lane = 0; lane < count; ++lane)
              for (std::size_t j = 0; j < columns; ++j) {
                T& to = expected[static_cast<std::size_t>(
                    l.origin + static_cast<std::ptrdiff_t>(first + lane) * l.stride[0] +
                    static_cast<std::ptrdiff_t>(row) * l.stride[1] +
                    static_cast<std::ptrdiff_t>(j) * l.stride[2])];
                float number[parts];
                for (std::size_t part = 0; part < parts; ++part)
                  number[part] = from.data()[(j * parts + part) * k.lanes + lane];
                std::memcpy(&to, number, sizeof to);
              }
          }
          for (std::size_t i = 0; i < l.elements; ++i)
            ASSERT_EQ(memory.data()[i], expected[i])
                << l.name << " " << rows << "x" << columns << " of " << problems;
        }
}

TEST_P(storing, writes_complex_numbers_to_every_layout_and_nothing_else) { stores_everywhere<cf32>(k); }
TEST_P(storing, writes_real_numbers_to_every_layout_and_nothing_else) { stores_everywhere<float>(k); }

MHO_ON_EVERY_TARGET(loading);
MHO_ON_EVERY_TARGET(storing);

}  // namespace
}  // namespace mho
