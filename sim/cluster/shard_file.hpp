/// \file
/// shard-i-of-N.json: the counts of every chunk that a shard ran.
#pragma once

#include <string>
#include <vector>

#include "result_file.hpp"
#include "tally_words.hpp"

namespace mho::sim {

/// One of the shards that share a run: it has the chunks index, index + of, index + 2 of, ...
struct shard_place {
  std::uint64_t index = 0, of = 1;  ///< index from 0 on

  /// "shard-i-of-N", i from 1 on.
  std::string name() const;
  /// "shard i of N"
  std::string in_words() const;
  /// How many of the run's first `chunks` chunks are its own.
  std::uint64_t share(std::uint64_t chunks) const {
    return chunks > index ? (chunks - index - 1) / of + 1 : 0;
  }
};

/// What --shard is given. Throws input_error.
shard_place parse_shard(const std::string& text);

/// The head of a shard's file: that of the result, with what a replay needs and the place. deviations: see
/// shard_rule.
json shard_head(const json& result_as_it_starts, const sweep& s, const shard_place& place, double deviations);

/// A point's chunks, as they stand in the file.
struct stored_point {
  std::vector<words> chunks;
};

/// The points of a file in the order of the sweep, empty where it has none. Throws json::exception or
/// std::runtime_error where the file is damaged.
std::vector<stored_point> stored_points(const json& file, const sweep& s);

/// The sweep that a file's shard is of. Throws as above.
sweep sweep_of(const json& file);

/// The place of a file's shard. Throws as above.
shard_place place_of(const json& file);

/// What is written: chunks are added to the text as they come, for there may be many.
class shard_text {
 public:
  shard_text(json head, const sweep& s, const std::vector<stored_point>& points);
  void add(std::size_t point, const chunk_counts& chunk);
  void complete() { head_["complete"] = true; }
  std::string whole() const;

 private:
  void add(std::size_t point, const words& chunk);

  json head_;
  std::vector<std::string> points_, chunks_;
};

}  // namespace mho::sim
