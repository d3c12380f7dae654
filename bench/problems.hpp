/// \file
/// Seeded data: channels CN(0, 1), QPSK symbols, white noise, in the layout of a mode. At most a few dozen
/// different problems; a larger batch repeats them (values do not change the time, footprints do).
#pragma once

#include <cstdlib>
#include <memory>
#include <span>

#include "implementation.hpp"

namespace bench {

/// Uninitialised memory in huge pages where the system grants them, as basebands hold theirs: planes of a
/// batch lie on more small pages than a core's first-level TLB has entries for.
void* allocate_pages(std::size_t bytes);

template <class T>
class buffer {
 public:
  buffer() = default;
  explicit buffer(std::size_t n) : size_(n), data_(static_cast<T*>(allocate_pages(n * sizeof(T)))) {}
  T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) const { return data_.get()[i]; }

 private:
  struct release {
    void operator()(T* p) const { std::free(p); }
  };
  std::size_t size_ = 0;
  std::unique_ptr<T, release> data_;
};

/// A batch and the memory it lives in.
class problem_set {
 public:
  problem_set(kind k, mode m, std::size_t rx, std::size_t tx, std::size_t problems);

  const task& get() const { return task_; }
  /// Problem p repeats problem p % distinct().
  std::size_t distinct() const { return distinct_; }
  /// H row-major and y [use][rx] of a distinct problem, in any mode.
  const cf32* channel(std::size_t p) const { return &channels_[p * task_.rx * task_.tx]; }
  const cf32* received(std::size_t p) const { return &vectors_[p * task_.uses * task_.rx]; }
  /// Fills the outputs with NaN, so that what is not written is seen.
  void poison();

 private:
  void draw();
  void lay_out();
  void weigh();

  task task_;
  std::size_t distinct_;
  buffer<cf32> channels_, vectors_;  // the distinct problems, row-major
  buffer<cf32> matrix_, received_, weights_, estimate_;
  buffer<float> variance_;
};

/// Bytes that any implementation must move for one problem: inputs read once, outputs written once.
std::size_t bytes_a_problem(mode m, std::size_t rx, std::size_t tx);

/// Real operations of one received vector, each counted once (Hermitian half of the Gram matrix).
double flops_a_vector(kind k, mode m, std::size_t rx, std::size_t tx);

}  // namespace bench
