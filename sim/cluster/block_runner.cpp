#include "block_runner.hpp"

#include <utility>

namespace mho::sim {

block_runner::block_runner(thread_source& source) : source_(source), thread_([this] { work(); }) {}

block_runner::~block_runner() {
  {
    const std::lock_guard lock(guard_);
    closed_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void block_runner::add(const chunk_block& b) {
  {
    const std::lock_guard lock(guard_);
    waiting_.push_back(b);
  }
  wake_.notify_one();
}

std::optional<block_done> block_runner::take() {
  const std::lock_guard lock(guard_);
  if (ended_.empty()) return std::nullopt;
  block_done b = std::move(ended_.front());
  ended_.pop_front();
  return b;
}

void block_runner::wait(std::chrono::microseconds longest) {
  std::unique_lock lock(guard_);
  end_.wait_for(lock, longest, [this] { return !ended_.empty(); });
}

void block_runner::work() {
  for (;;) {
    block_done b;
    {
      std::unique_lock lock(guard_);
      wake_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
      if (closed_) return;
      b.block = waiting_.front();
      waiting_.pop_front();
    }
    try {
      b.chunks = source_.run(b.block.point, b.block.first, b.block.count);
    } catch (...) {
      b.failure = std::current_exception();
    }
    {
      const std::lock_guard lock(guard_);
      ended_.push_back(std::move(b));
    }
    end_.notify_one();
  }
}

}  // namespace mho::sim
