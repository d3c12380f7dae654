/// \file
/// LLRs as the small integers that channel decoders take.
#pragma once

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
/// many were clipped: those whose rounded value lies beyond. scale: positive and finite.
template <class T>
std::size_t quantise(const float* llr, std::size_t n, float scale, T* out) noexcept {
  // Adding 3 * 2^22 rounds to an integer in the last place of the sum, under the default rounding; its bits
  // hold the integer. So the loop is made of operations that every vector unit has.
  constexpr float shift = 0x1.8p23f, limit = largest_llr<T>;
  constexpr auto shift_bits = std::bit_cast<std::int32_t>(shift);
  std::int32_t clipped = 0;  // n fits: calls are of one gathered block
  for (std::size_t i = 0; i < n; ++i) {
    const float quotient = llr[i] / scale;
    const float value = quotient == quotient ? quotient : 0.0f;
    // 127.5 and 32767.5 are ties, whose even neighbour lies beyond.
    clipped += std::abs(value) >= limit + 0.5f ? 1 : 0;
    const float low = value < limit ? value : limit;
    const float kept = low > -limit ? low : -limit;
    out[i] = static_cast<T>(std::bit_cast<std::int32_t>(kept + shift) - shift_bits);
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
