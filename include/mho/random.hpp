/// \file
/// Counter-based random numbers: a number depends on (seed, stream, number, purpose) and its place in the
/// draw only, never on a thread, a rank or what was drawn before. Philox4x32-10 (Salmon et al., SC 2011).
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>

#include <mho/error.hpp>

namespace mho {

/// One reproducible sequence of random numbers.
///
/// Philox key: the seed. Philox counter: block within the draw (32 bits, four words a block), number (48
/// bits: a channel use, a problem), purpose (16 bits: what is drawn), stream (32 bits: an SNR point). Two
/// sequences that differ in any of these are independent. A `part` starts in the upper half of the block
/// field: parts of one draw are independent over the 2^18 words that each has. Normals are Box-Muller pairs
/// (1958; cosine, then sine of 2^-32 turns), one a half of a block, computed with the same unfused single
/// precision operations on every machine: the same bits everywhere, for any split of a draw into calls of
/// even lengths. Tail: sqrt(66 ln 2) = 6.76 sigma.
class MHO_API random_stream {
 public:
  /// seed: 0 .. 2^53-1 (so that every JSON reader keeps it). number: 0 .. 2^48-1.
  random_stream(std::uint64_t seed, std::uint32_t stream, std::uint64_t number,
                std::uint16_t purpose) noexcept;
  /// Part `part` of that draw, such as one received vector of a problem; part 0 is its beginning.
  random_stream(std::uint64_t seed, std::uint32_t stream, std::uint64_t number, std::uint16_t purpose,
                std::uint16_t part) noexcept
      : random_stream(seed, stream, number, purpose) {
    counter_[0] = static_cast<std::uint32_t>(part) << 16;
  }

  /// The next 32 random bits.
  std::uint32_t word() noexcept;
  /// The next n of those words.
  void words(std::span<std::uint32_t> out) noexcept;
  /// Uniform in the open interval (0, 1): (word + 1/2) 2^-32.
  double uniform() noexcept;
  /// N(0, 1). Takes a fresh Box-Muller pair and drops the second one; draw many with `normals`. The draws of
  /// normals begin with a half block: after an odd number of words one is dropped.
  float normal() noexcept;
  /// N(0, 1) each. Consumes 2 ceil(n/2) words.
  void normals(std::span<float> out) noexcept;
  /// Circularly symmetric CN(0, variance): real and imaginary part N(0, variance/2) each. Consumes 2n words.
  void complex_normals(std::span<std::complex<float>> out, float variance = 1) noexcept;
  /// n random bits, one a byte (0 or 1). Consumes ceil(n/32) words, each from its least significant bit up.
  void bits(std::span<std::uint8_t> out) noexcept;

 private:
  void refill() noexcept;
  void next_pair(float scale, float (&pair)[2]) noexcept;
  void scaled_normals(float scale, std::span<float> out) noexcept;

  std::uint32_t key_[2];
  std::uint32_t counter_[4];
  std::uint32_t block_[4];
  unsigned used_ = 4;  // words of block_ already given out
};

}  // namespace mho
