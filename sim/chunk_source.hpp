/// \file
/// Where the engine's chunks come from: threads of this process, ranks of a job, stored shards.
#pragma once

#include <cstdint>
#include <vector>

#include "statistics.hpp"

namespace mho::sim {

/// What a chunk counted: one tally a curve.
using chunk_counts = std::vector<tally>;

/// Runs chunks, or has them, and leaves it to its caller to add them up and to end a point: counts that are
/// committed in order by one rule are the same whoever counted.
class chunk_source {
 public:
  virtual ~chunk_source() = default;
  /// A round: the counts of chunks first, first + 1, ... of the sweep's point with this index, at most `most`
  /// (> 0) of them and as many as suits the source. Fewer if it is asked to stop in their midst; empty: asked
  /// to stop, or it has none.
  virtual std::vector<chunk_counts> next(std::size_t point, std::uint64_t first, std::uint64_t most) = 0;
};

}  // namespace mho::sim
