/// \file
/// A chunk's counts as a row of numbers: what ranks send and shards store.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "chunk_source.hpp"
#include "sweep.hpp"

namespace mho::sim {

using words = std::vector<std::uint64_t>;

/// Appends a chunk's counts, curve after curve: every count in the order of `tally`, lists with their length
/// first.
void append(words& to, const chunk_counts& chunk);

/// Takes a chunk's counts from the front of `from`, which then begins behind them. Throws std::runtime_error
/// where these are not the counts of a chunk of this sweep.
chunk_counts take_chunk(std::span<const std::uint64_t>& from, const sweep& s);

}  // namespace mho::sim
