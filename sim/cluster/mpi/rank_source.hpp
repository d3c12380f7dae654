/// \file
/// Rank 0's share-out of chunks among the ranks of a job.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <vector>

#include "cluster/block_runner.hpp"
#include "mailbox.hpp"
#include "thread_source.hpp"

namespace mho::sim {

/// What rank 0 knows of a rank.
struct helper {
  unsigned threads = 0;
  std::vector<chunk_block> given;  ///< blocks that it has not returned
};

/// Hands out blocks of chunks: a rank that returns one gets another, and while a round's last blocks are out,
/// some of those that follow, lest ranks wait for each other at the end of every round. Blocks shrink towards
/// the end of what may be given, so that ranks of unequal speed end together.
class rank_source : public chunk_source {
 public:
  /// helpers: all ranks, the first this one, with `threads` of its own. What it is given outlives it.
  rank_source(mailbox& mail, std::vector<helper>& helpers, const link& l, const sweep& s, unsigned threads,
              const std::atomic<bool>& stop);
  ~rank_source() override { halt(); }

  /// No chunks any more.
  void halt() { halted_ = true; }

  /// Throws what a rank failed of, once the counts that are missing for it are wanted.
  std::vector<chunk_counts> next(std::size_t point, std::uint64_t first, std::uint64_t most) override;

 private:
  void hand_out(std::uint64_t end);
  bool listen();
  void receive(const message& m);
  void accept(std::size_t rank, block_done&& b);
  void put(std::uint64_t chunk, chunk_counts&& counted);
  std::uint64_t ahead() const;
  std::vector<chunk_counts> stopped(std::uint64_t first);
  std::vector<chunk_counts> take(std::uint64_t first, std::uint64_t end);

  mailbox& mail_;
  std::vector<helper>& helpers_;
  const sweep& sweep_;
  const std::atomic<bool>& stop_;
  std::atomic<bool> halted_{false};
  std::uint64_t all_threads_ = 0;
  std::size_t point_ = static_cast<std::size_t>(-1);
  std::chrono::steady_clock::time_point began_;           // of this source's work on the point
  std::uint64_t counted_ = 0;                             // chunks since then
  std::uint64_t end_ = 0, missing_ = 0;                   // of the round
  std::uint64_t next_ = 0;                                // chunk of the point to be given away
  std::map<std::uint64_t, chunk_counts> arrived_;         // chunks of the point that no round has had yet
  std::map<std::uint64_t, std::exception_ptr> failures_;  // of blocks of the point, by their first chunk
  thread_source own_;
  block_runner runner_;  // the last member: its end waits for the threads
};

}  // namespace mho::sim
