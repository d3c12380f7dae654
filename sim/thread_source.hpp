/// \file
/// Chunks from threads of this process.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "chunk_source.hpp"
#include "sweep.hpp"

namespace mho::sim {

/// Workers of a link, each made when its thread first has something to do.
class crew {
 public:
  crew(const link& l, unsigned threads, const std::atomic<bool>* stop)
      : link_(l), stop_(stop), workers_(threads) {}
  link_worker& at(unsigned worker) {
    if (!workers_[worker]) workers_[worker] = std::make_unique<link_worker>(link_, stop_);
    return *workers_[worker];
  }
  unsigned size() const { return static_cast<unsigned>(workers_.size()); }
  bool asked_to_stop() const { return stop_ != nullptr && stop_->load(); }

 private:
  const link& link_;
  const std::atomic<bool>* stop_;
  std::vector<std::unique_ptr<link_worker>> workers_;
};

class thread_source : public chunk_source {
 public:
  /// stop, once set: chunks under way end soon and are dropped. Its chunk k is the link's
  /// chunk offset + k stride. The link and the sweep outlive it.
  thread_source(const link& l, const sweep& s, unsigned threads, const std::atomic<bool>* stop,
                std::uint64_t offset = 0, std::uint64_t stride = 1)
      : sweep_(s), crew_(l, threads, stop), offset_(offset), stride_(stride) {}

  std::vector<chunk_counts> next(std::size_t point, std::uint64_t first, std::uint64_t most) override;
  /// Chunks first to first + count - 1: all of them, or if asked to stop those before the first that is not
  /// whole.
  std::vector<chunk_counts> run(std::size_t point, std::uint64_t first, std::uint64_t count);

 private:
  const sweep& sweep_;
  crew crew_;
  std::uint64_t offset_, stride_;
};

}  // namespace mho::sim
