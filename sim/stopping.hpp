/// \file
/// When a point ends. All curves end together, at the end of a chunk.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "scenario.hpp"
#include "statistics.hpp"

namespace mho::sim {

/// The [stop] table in chunks of `chunk_bits`, on a channel that lasts for `channel_chunks` of them.
class stopping_rule {
 public:
  static constexpr std::uint64_t for_ever = UINT64_MAX;
  stopping_rule(const stop_settings& stop, std::uint64_t chunk_bits, std::uint64_t channel_chunks = for_ever);

  /// Why the point ends after `chunks` chunks: "bit_errors", "relative_interval", "channel_end", "max_bits",
  /// or "" if it goes on. The channel's end counts as one, before min_bits too. relative_interval is looked
  /// at only at the minimum and whenever the number of chunks has doubled since.
  std::string verdict(std::uint64_t chunks, std::span<const tally> curves) const;

  /// The first chunk from `chunks` on whose end relative_interval is looked at, the maximum aside.
  std::uint64_t look_from(std::uint64_t chunks) const;

  /// Whether the last chunk is left out of the counts: unless the point ended at its minimum, or at its
  /// maximum, or the channel's end, without meeting its rule. Given that event the earlier chunks are
  /// exchangeable, which makes the estimate unbiased.
  bool drops_last(std::uint64_t chunks, const std::string& verdict) const;

  std::uint64_t min_chunks() const { return min_chunks_; }
  std::uint64_t max_chunks() const { return max_chunks_; }

 private:
  stop_settings stop_;
  std::uint64_t min_chunks_, channel_chunks_, max_chunks_;
};

/// The key by which `now` may end a point or a sweep earlier than `before` does; "" if there is none.
std::string less_strict(const stop_settings& now, const stop_settings& before);

/// How a point ended, of all curves together: what the result file tells of it.
struct point_end {
  std::string why;
  std::uint64_t bits = 0, fewest_errors = 0;  ///< counted, so without a last chunk that was left out
  double highest_ber = 0;
};

/// Whether a point that had not ended yet under `before` has not under `now` either, which is no less strict.
bool goes_on_alike(const stop_settings& before, const stop_settings& now, std::uint64_t chunk_bits);

/// Whether a point that ended so under the rule `before` ends after the same chunks and with the same counts
/// under `now`. False where the counts do not tell.
bool ends_alike(const stop_settings& before, const stop_settings& now, std::uint64_t chunk_bits,
                const point_end& end);

}  // namespace mho::sim
