/// \file
/// Views: how mho sees a caller's arrays without owning or copying them.
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>

#include <mho/error.hpp>

namespace mho {

/// Element types. The complex ones are interleaved (re, im). Matrices and received vectors are cf32, cbf16 or
/// ci16, and are computed with in FP32; estimates are cf32, variances f32, LLRs f32, i8 or i16, bits u8.
/// Others are error::unsupported.
enum class element : std::uint8_t { cf32, cbf16, ci16, f32, i8, u8, i16 };

/// A pair of bfloat16, the upper halves of two floats: OCUDU's and srsRAN's cbf16_t.
struct cbf16 {
  std::uint16_t real;  ///< bit pattern
  std::uint16_t imag;  ///< bit pattern
};
/// A pair of 16-bit integers: OpenAirInterface's c16_t.
struct ci16 {
  std::int16_t real;  ///< value = integer * view::scale
  std::int16_t imag;  ///< the same
};

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
/// cbf16 is cbf16.
template <>
struct element_of<cbf16> {
  /// cbf16
  static constexpr element value = element::cbf16;
};
/// ci16 is ci16.
template <>
struct element_of<ci16> {
  /// ci16
  static constexpr element value = element::ci16;
};
/// std::int16_t is i16.
template <>
struct element_of<std::int16_t> {
  /// i16
  static constexpr element value = element::i16;
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
/// (stride {1, ..}). Planes that have nothing to do with each other, one for each (j, k), are an array of
/// addresses instead: element (i, j, k) lies at planes[j * extent[2] + k] + first + i stride[0], and data is
/// null; every address must be there (bad_shape otherwise). Planes are for inputs: matrices and received
/// vectors.
struct view {
  void* data = nullptr;           ///< address of element (0, 0, 0)
  void* const* planes = nullptr;  ///< or addresses of extent[1] * extent[2] planes
  std::array<std::size_t, 3>
      extent{};  ///< see `channel_batch`, `received_batch` and `output` for their meaning
  std::array<std::ptrdiff_t, 3> stride{};  ///< in elements
  element type = element::cf32;            ///< of every element
  float scale = 1;                         ///< value = stored integer * scale; for the integer types only
  std::ptrdiff_t first = 0;                ///< with planes: elements from a plane's address to its element 0

  /// Whether it was not given.
  bool empty() const noexcept { return data == nullptr && planes == nullptr; }

  /// Element (i, j, k) of a view without planes; T must be the element type's C++ type.
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
  return {const_cast<value_type*>(data), nullptr, extent, stride, element_of<value_type>::value, 1, 0};
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

/// Planes with the problem (resource element) fastest, an address each: plane (j, k) is planes[j * n2 + k],
/// its element for problem i at `first` + i `stride`. The addresses are read while a call lasts.
template <class T>
view plane_pointers(T* const* planes, std::size_t n0, std::size_t n1, std::size_t n2 = 1,
                    std::ptrdiff_t first = 0, std::ptrdiff_t stride = 1) noexcept {
  using value_type = std::remove_const_t<T>;
  return {nullptr,
          reinterpret_cast<void* const*>(const_cast<value_type* const*>(planes)),
          {n0, n1, n2},
          {stride, 0, 0},
          element_of<value_type>::value,
          1,
          first};
}

}  // namespace mho
