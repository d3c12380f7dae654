/// \file
/// What kernels read matrices and received vectors from: any view of complex numbers, seen with its indices
/// in any order.
#pragma once

#include <array>
#include <complex>
#include <cstddef>

#include <mho/view.hpp>

namespace mho {

/// A view of cf32, cbf16 or ci16, strided or in planes. Unlike a view it can be turned: the address of
/// element (i, j, k) is data, or planes[i walk[0] + j walk[1] + k walk[2]], and first + i stride[0] + j
/// stride[1] + k stride[2] elements behind that. Reading widens: bf16 exactly, integers as float(integer) *
/// scale, so what is computed of them has the bits that the same numbers give in cf32.
struct input {
  using cf32 = std::complex<float>;

  const void* data = nullptr;
  const void* const* planes = nullptr;
  std::array<std::size_t, 3> extent{};
  std::array<std::ptrdiff_t, 3> stride{};  ///< in elements
  std::array<std::ptrdiff_t, 3> walk{};    ///< in planes; 0 without
  std::ptrdiff_t first = 0;                ///< in elements
  element type = element::cf32;
  float scale = 1;

  /// Implicit: whatever reads numbers takes views.
  input(const view& v) noexcept  // NOLINT(google-explicit-constructor)
      : data(v.data), planes(v.planes), extent(v.extent), stride(v.stride), type(v.type), scale(v.scale) {
    if (planes == nullptr) return;
    stride = {v.stride[0], 0, 0};
    walk = {0, static_cast<std::ptrdiff_t>(v.extent[2]), 1};
    first = v.first;
  }

  /// Whether kernels and kinds that know cf32 without planes alone can read it.
  bool is_plain() const noexcept { return type == element::cf32 && planes == nullptr; }
  /// Bytes of an element.
  std::ptrdiff_t size() const noexcept { return type == element::cf32 ? 8 : 4; }
  /// Where element (i, j, k) lies.
  const void* at(std::size_t i, std::size_t j, std::size_t k) const noexcept {
    const auto a = static_cast<std::ptrdiff_t>(i), b = static_cast<std::ptrdiff_t>(j),
               c = static_cast<std::ptrdiff_t>(k);
    const void* base = planes == nullptr ? data : planes[a * walk[0] + b * walk[1] + c * walk[2]];
    return static_cast<const char*>(base) + size() * (first + a * stride[0] + b * stride[1] + c * stride[2]);
  }
  /// Whether neighbours along an index are neighbours in memory.
  bool is_contiguous(std::size_t index) const noexcept { return stride[index] == 1 && walk[index] == 0; }

  /// The same with element (i, j, k) in the place of (0, 0, 0); the extents stay.
  input from(std::size_t i, std::size_t j = 0, std::size_t k = 0) const noexcept {
    input moved = *this;
    if (planes == nullptr) {
      moved.data = at(i, j, k);
    } else {
      const auto a = static_cast<std::ptrdiff_t>(i), b = static_cast<std::ptrdiff_t>(j),
                 c = static_cast<std::ptrdiff_t>(k);
      moved.planes += a * walk[0] + b * walk[1] + c * walk[2];
      moved.first += a * stride[0] + b * stride[1] + c * stride[2];
    }
    return moved;
  }
  /// Index n is index order[n] of this one.
  input turned(const std::array<std::size_t, 3>& order) const noexcept {
    input other = *this;
    for (std::size_t n = 0; n < 3; ++n) {
      other.extent[n] = extent[order[n]];
      other.stride[n] = stride[order[n]];
      other.walk[n] = walk[order[n]];
    }
    return other;
  }
  /// The same with other extents.
  input sized(std::size_t n0, std::size_t n1, std::size_t n2) const noexcept {
    input other = *this;
    other.extent = {n0, n1, n2};
    return other;
  }
  /// Vector `use` of each problem [problem, use, rx] as a matrix of one column, [problem, rx, 1].
  input column(std::size_t use) const noexcept {
    // In one go: the copies that a chain of the others makes would each wait for the one before.
    const auto at_use = static_cast<std::ptrdiff_t>(use);
    input other = *this;
    if (planes == nullptr)
      other.data = static_cast<const char*>(data) + size() * at_use * stride[1];
    else
      other.planes += at_use * walk[1];
    other.extent = {extent[0], extent[2], 1};
    other.stride = {stride[0], stride[2], 1};
    other.walk = {walk[0], walk[2], 0};
    return other;
  }

  /// Elements (i, j, begin), .., (i, j, end - 1) to out.
  void read(std::size_t i, std::size_t j, std::size_t begin, std::size_t end, cf32* out) const noexcept;
  /// All elements of problem i to out, row-major.
  void read(std::size_t i, cf32* out) const noexcept;
};

}  // namespace mho
