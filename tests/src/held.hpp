// The same numbers held in every form that an input may have.
#pragma once

#include <bit>
#include <cstring>

#include "src/linear_batch.hpp"

namespace mho::test {

/// How numbers are held.
struct form_of_input {
  element type;
  enum {
    rows,
    columns,
    problem_first,
    backwards,         ///< every stride negative
    planes,            ///< an address each, element 0 behind `first` others
    planes_backwards,  ///< the same from the end on
    planes_apart,      ///< two other numbers between neighbours
  } layout;
};

inline std::vector<form_of_input> every_form() {
  std::vector<form_of_input> all;
  for (const element type : {element::cf32, element::cbf16, element::ci16})
    for (const auto layout :
         {form_of_input::rows, form_of_input::columns, form_of_input::problem_first, form_of_input::backwards,
          form_of_input::planes, form_of_input::planes_backwards, form_of_input::planes_apart})
      all.push_back({type, layout});
  return all;
}

inline void PrintTo(const form_of_input& f, std::ostream* to) {
  constexpr const char* layouts[] = {"rows",   "columns",          "problem first", "backwards",
                                     "planes", "planes backwards", "planes apart"};
  *to << (f.type == element::cf32    ? "cf32 "
          : f.type == element::cbf16 ? "cbf16 "
                                     : "ci16 ")
      << layouts[f.layout];
}

/// Numbers [n0, n1, n2] that the element type holds exactly, near those that are given, held in one form and,
/// as `plain`, in row-major cf32. No power of two: the widened numbers are rounded.
constexpr float integer_scale = 1.1f / 512;

class held {
 public:
  held(std::vector<cf32> numbers, std::size_t n0, std::size_t n1, std::size_t n2, form_of_input how)
      : plain_(std::move(numbers)), extent_{n0, n1, n2} {
    switch (how.type) {
      case element::cbf16:
        lay_out(
            how,
            [](cf32& x) {
              const cbf16 stored{upper(x.real()), upper(x.imag())};
              x = {widened_half(stored.real), widened_half(stored.imag)};
              return stored;
            },
            brains_);
        break;
      case element::ci16:
        lay_out(
            how,
            [](cf32& x) {
              const ci16 stored{integer(x.real()), integer(x.imag())};
              x = {static_cast<float>(stored.real) * integer_scale,
                   static_cast<float>(stored.imag) * integer_scale};
              return stored;
            },
            integers_);
        view_.scale = integer_scale;
        break;
      default:
        lay_out(
            how, [](cf32& x) { return x; }, wide_);
    }
  }
  held(const held&) = delete;
  held& operator=(const held&) = delete;

  const view& in_its_form() const { return view_; }
  view plain() { return row_major(plain_.data(), extent_[0], extent_[1], extent_[2]); }

 private:
  static std::uint16_t upper(float x) {
    return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16);
  }
  static float widened_half(std::uint16_t x) { return std::bit_cast<float>(std::uint32_t{x} << 16); }
  static std::int16_t integer(float x) { return static_cast<std::int16_t>(std::lround(x / integer_scale)); }

  // narrow: makes of a number what is stored, and of the number what is read.
  template <class T, class Narrow>
  void lay_out(form_of_input how, const Narrow& narrow, std::vector<T>& memory) {
    const auto [n0, n1, n2] = extent_;
    if (how.layout >= form_of_input::planes) {
      const std::size_t apart = how.layout == form_of_input::planes_apart ? 3 : 1;
      const bool reversed = how.layout == form_of_input::planes_backwards;
      const std::size_t first = 5, length = n0 * apart + 2 * first;
      memory.resize(n1 * n2 * length);
      planes_.resize(n1 * n2);
      for (std::size_t p = 0; p < planes_.size(); ++p) {
        T* const plane = memory.data() + (p * 7919 % planes_.size()) * length;  // in no order of addresses
        planes_[p] = plane;
        for (std::size_t i = 0; i < n0; ++i)
          plane[first + (reversed ? n0 - 1 - i : i) * apart] = narrow(plain_[i * n1 * n2 + p]);
      }
      view_ = plane_pointers(reinterpret_cast<T* const*>(planes_.data()), n0, n1, n2,
                             static_cast<std::ptrdiff_t>(reversed ? first + n0 - 1 : first),
                             reversed ? -1 : static_cast<std::ptrdiff_t>(apart));
      return;
    }
    memory.resize(n0 * n1 * n2);
    T* const data = memory.data();
    view_ = how.layout == form_of_input::rows            ? row_major(data, n0, n1, n2)
            : how.layout == form_of_input::columns       ? column_major(data, n0, n1, n2)
            : how.layout == form_of_input::problem_first ? problem_fastest(data, n0, n1, n2)
                                                         : row_major(data, n0, n1, n2);
    if (how.layout == form_of_input::backwards) {
      view_.data = data + memory.size() - 1;
      for (std::ptrdiff_t& s : view_.stride) s = -s;
    }
    for (std::size_t i = 0; i < n0; ++i)
      for (std::size_t j = 0; j < n1; ++j)
        for (std::size_t k = 0; k < n2; ++k) view_.at<T>(i, j, k) = narrow(plain_[(i * n1 + j) * n2 + k]);
  }

  std::vector<cf32> plain_, wide_;
  std::vector<cbf16> brains_;
  std::vector<ci16> integers_;
  std::vector<void*> planes_;
  std::array<std::size_t, 3> extent_;
  view view_;
};

}  // namespace mho::test
