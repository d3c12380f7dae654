/// \file
/// When a shard has enough of a point, which it alone cannot know.
#pragma once

#include <span>

#include "shard_file.hpp"
#include "stopping.hpp"

namespace mho::sim {

/// Judges by the shard's own share: a point has enough chunks where the run's rule would end with counts
/// scaled by the number of shards, and still if its errors were so many standard deviations fewer, for the
/// others may have had less luck, and the run's end lies where all shards have their chunks. A shard that
/// went too far wasted time, one that did not go far enough is resumed with more deviations.
class shard_rule {
 public:
  shard_rule(const sweep& s, const shard_place& place, double deviations)
      : sweep_(s), place_(place), rule_(s.rule()), deviations_(deviations) {}

  /// After each of its own chunks; total: what they counted.
  bool enough(std::uint64_t own, std::span<const tally> total) const;
  /// The chunks that it may have at most.
  std::uint64_t most() const { return place_.share(rule_.max_chunks()); }
  /// Whether the sweep surely ends with this point.
  bool ends_sweep(std::span<const tally> total) const;

 private:
  bool surely_narrow(tally t) const;
  // The standard deviation of the number of bit errors, a sum of independent units.
  double deviation(const tally& t) const;

  const sweep& sweep_;
  shard_place place_;
  stopping_rule rule_;
  double deviations_;
};

}  // namespace mho::sim
