/// \file
/// LLRs as the small integers that channel decoders take.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <mho/detector.hpp>

namespace mho {

/// What an integer LLR is clipped to: 127 or 32767. The most negative integer is left out, so that a decoder
/// may change signs.
template <class T>
inline constexpr float largest_llr = std::numeric_limits<T>::max();

/// out[i] = round(llr[i] / scale), ties to the even integer, clipped to +-largest_llr<T>; NaN gives 0. How
/// many were clipped: those whose rounded value lies beyond. scale: positive and finite; n: below 2^31.
template <class T>
std::size_t quantise(const float* llr, std::size_t n, float scale, T* out) noexcept {
  // Made of operations that every vector unit has: compilers vectorise it. Magnitudes are compared as the
  // integers of their bits, which have the same order and know NaN, beyond infinity, without a branch. Adding
  // 3 * 2^22 rounds to an integer in the last place of the sum, under the default rounding; its bits hold the
  // integer.
  constexpr auto bits_of = [](float x) { return std::bit_cast<std::int32_t>(x); };
  constexpr float shift = 0x1.8p23f;
  constexpr std::int32_t shift_bits = bits_of(shift), limit = bits_of(largest_llr<T>),
                         infinite = bits_of(std::numeric_limits<float>::infinity()),
                         // 127.5 and 32767.5 are ties, whose even neighbour lies beyond.
      beyond = bits_of(largest_llr<T> + 0.5f);
  std::int32_t clipped = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t quotient = bits_of(llr[i] / scale), magnitude = quotient & INT32_MAX;
    const std::int32_t is_number = -static_cast<std::int32_t>(magnitude <= infinite);
    clipped -= -static_cast<std::int32_t>(magnitude >= beyond) & is_number;
    const std::int32_t kept = std::min(magnitude, limit) | (quotient & INT32_MIN);
    out[i] = static_cast<T>(bits_of(std::bit_cast<float>(kept & is_number) + shift) - shift_bits);
  }
  return static_cast<std::size_t>(clipped);
}

/// The float LLRs of a view as the integers of another of the same extents, i8 or i16 with a scale. How many
/// were clipped.
std::size_t quantise(const view& llr, const view& out) noexcept;

/// LLR (p, u, b) of a view of any LLR type becomes 0.
void clear_llr(const view& llr, std::size_t p, std::size_t u, std::size_t b) noexcept;

/// Whether a view's element type and scale are those of LLRs: f32, or i8 or i16 with a positive, finite
/// scale. Errors: unsupported, bad_value.
error check_llr_type(const view& llr) noexcept;

}  // namespace mho
