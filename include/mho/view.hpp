/// \file
/// Views: how mho sees a caller's arrays without owning or copying them.
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>

#include <mho/error.hpp>

namespace mho {

/// Element types. The complex ones are interleaved (re, im). Detectors of this version take cf32 and f32 (and
/// u8 for bits); the others answer error::unsupported.
enum class element : std::uint8_t { cf32, cbf16, ci16, f32, i8, u8 };

/// The element type of a C++ type.
template <class T>
struct element_of;
/// std::complex<float> is cf32.
template <>
struct element_of<std::complex<float>> {
  /// cf32
  static constexpr element value = element::cf32;
};
/// float is f32.
template <>
struct element_of<float> {
  /// f32
  static constexpr element value = element::f32;
};
/// std::uint8_t is u8.
template <>
struct element_of<std::uint8_t> {
  /// u8
  static constexpr element value = element::u8;
};
/// std::int8_t is i8.
template <>
struct element_of<std::int8_t> {
  /// i8
  static constexpr element value = element::i8;
};

/// A non-owning, strided, type-erased array of three extents. An empty view (no data) means "not given".
///
/// Element (i, j, k) lies at data + i stride[0] + j stride[1] + k stride[2], strides in elements, 0
/// broadcasts an input. Covers C order [problem][rx][tx], column-major
/// matrices of Eigen and Armadillo (stride {rx * tx, 1, rx}) and planes with the resource element fastest
/// (stride {1, ..}). Planes that have nothing to do with each other, an address each, are for a later
/// version: `planes` is there so that the layout of this struct need not change, and every call answers
/// unsupported where it is set.
struct view {
  void* data = nullptr;  ///< address of element (0, 0, 0)
  void* const* planes =
      nullptr;  ///< reserved: element (i, j, k) at planes[j * extent[2] + k] + i * stride[0]
  std::array<std::size_t, 3>
      extent{};  ///< see `channel_batch`, `received_batch` and `output` for their meaning
  std::array<std::ptrdiff_t, 3> stride{};  ///< in elements
  element type = element::cf32;            ///< of every element
  float scale = 1;                         ///< value = stored integer * scale; for the integer types only

  /// Whether it was not given.
  bool empty() const noexcept { return data == nullptr && planes == nullptr; }

  /// The address of element (i, j, k); T must be the element type's C++ type.
  template <class T>
  T& at(std::size_t i, std::size_t j = 0, std::size_t k = 0) const noexcept {
    return static_cast<T*>(
        data)[static_cast<std::ptrdiff_t>(i) * stride[0] + static_cast<std::ptrdiff_t>(j) * stride[1] +
              static_cast<std::ptrdiff_t>(k) * stride[2]];
  }
};

/// A view with strides of your own.
template <class T>
view strided(T* data, std::array<std::size_t, 3> extent, std::array<std::ptrdiff_t, 3> stride) noexcept {
  using value_type = std::remove_const_t<T>;
  // Views are type-erased and shared by inputs and outputs; mho never writes through an input view.
  return {const_cast<value_type*>(data), nullptr, extent, stride, element_of<value_type>::value, 1};
}

/// Contiguous, last extent fastest: C and NumPy order.
template <class T>
view row_major(T* data, std::size_t n0, std::size_t n1 = 1, std::size_t n2 = 1) noexcept {
  return strided(data, {n0, n1, n2},
                 {static_cast<std::ptrdiff_t>(n1 * n2), static_cast<std::ptrdiff_t>(n2), 1});
}

/// n0 column-major matrices of n1 rows and n2 columns, one after the other: Eigen's and Armadillo's order.
template <class T>
view column_major(T* data, std::size_t n0, std::size_t n1, std::size_t n2) noexcept {
  return strided(data, {n0, n1, n2},
                 {static_cast<std::ptrdiff_t>(n1 * n2), 1, static_cast<std::ptrdiff_t>(n1)});
}

/// The first extent fastest: planes of consecutive problems (resource elements), plane (j, k) at (j n2 + k)
/// n0.
template <class T>
view problem_fastest(T* data, std::size_t n0, std::size_t n1, std::size_t n2 = 1) noexcept {
  return strided(data, {n0, n1, n2},
                 {1, static_cast<std::ptrdiff_t>(n0 * n2), static_cast<std::ptrdiff_t>(n0)});
}

}  // namespace mho
