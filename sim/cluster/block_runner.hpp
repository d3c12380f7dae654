/// \file
/// Blocks of chunks on the threads of a rank, one after another and without a pause between them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "thread_source.hpp"

namespace mho::sim {

/// Consecutive chunks of a point.
struct chunk_block {
  std::size_t point = 0;
  std::uint64_t first = 0, count = 0;
};

/// What came of a block.
struct block_done {
  chunk_block block;
  std::vector<chunk_counts> chunks;  ///< fewer than asked for if the source was asked to stop
  std::exception_ptr failure;        ///< or what was thrown
};

/// A thread that works off blocks in their order. Not to be shared.
class block_runner {
 public:
  /// The source outlives it.
  explicit block_runner(thread_source& source);
  /// Waits for the block under way; those behind it are dropped. The source is asked to stop before.
  ~block_runner();
  block_runner(const block_runner&) = delete;
  block_runner& operator=(const block_runner&) = delete;

  void add(const chunk_block& b);
  /// A block that has ended, if there is one.
  std::optional<block_done> take();
  /// Until a block has ended, or so long.
  void wait(std::chrono::microseconds longest);

 private:
  void work();

  thread_source& source_;
  std::mutex guard_;
  std::condition_variable wake_, end_;
  std::deque<chunk_block> waiting_;
  std::deque<block_done> ended_;
  bool closed_ = false;
  std::thread thread_;  // the last member: it uses all others
};

}  // namespace mho::sim
