/// \file
/// What one received vector of a programmed system draws: as much as it likes, and never what another does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "analog/identity.hpp"

namespace mho::analog {

/// Segment `segment` of a use's draw, below 2^25. A part of a random_stream has 2^18 words (random.hpp); the
/// purposes from `of` on and the 11 bits of the key above the seed's 53 tell the segments apart.
inline random_stream use_segment(const analog_identity& who, purpose of, std::uint64_t segment) noexcept {
  const std::uint64_t key = who.seed + (segment / use_purposes << 53);
  return {key, fold(who.stream), who.number, static_cast<std::uint16_t>(of + segment % use_purposes),
          who.use};
}

/// Normals in their order, 2^42 of them: segment after segment. Draws of one identity and purpose are the
/// same, those of any other use, problem, stream, seed or purpose never share a word.
class use_stream {
 public:
  /// Normals of a segment: two words each.
  static constexpr std::size_t segment_normals = std::size_t{1} << 17;

  use_stream(const analog_identity& who, purpose of) noexcept
      : who_(who), purpose_(of), stream_(use_segment(who, of, 0)) {}
  /// A stream that nobody shares, as it stands.
  explicit use_stream(const random_stream& alone) noexcept
      : stream_(alone), left_(std::numeric_limits<std::size_t>::max()) {}

  /// The stream that the next `normals` of them, at most segment_normals, come from; counts them as drawn.
  random_stream& with(std::size_t normals) noexcept {
    if (left_ < normals) {
      stream_ = use_segment(who_, purpose_, ++segment_);
      left_ = segment_normals;
    }
    left_ -= normals;
    return stream_;
  }
  float normal() noexcept { return with(1).normal(); }
  /// At most segment_normals.
  void normals(std::span<float> out) noexcept { with(out.size()).normals(out); }

 private:
  analog_identity who_;
  purpose purpose_ = reading_purpose;
  random_stream stream_;
  std::uint64_t segment_ = 0;
  std::size_t left_ = segment_normals;
};

}  // namespace mho::analog
