/// \file
/// The resistive-memory cell: eight levels 5 uS apart, and what write-verify makes of them.
#pragma once

#include <array>
#include <mho/random.hpp>

#include "analog/accelerator.hpp"

namespace mho::analog {

constexpr int top_level = 7;                 // 3 bits a device
constexpr double level_step_siemens = 5e-6;  // nominal distance of levels; level 0 is 0 S

/// The conductance that programming `level` (0 .. 7) yields, in level steps: exactly `level` without a write
/// error.
/// table: the measured statistics of the paper's chip, a normal draw with the level's mean and standard
/// deviation, redrawn until it lies between the extremes that were seen.
double programmed_level(int level, const device_parameters& device, random_stream& random) noexcept;

/// The draws of a stream in the order of its own `normal` (or `uniform`, of a stream that gives no normals),
/// made many at a time.
class bulk_stream {
 public:
  explicit bulk_stream(const random_stream& from) noexcept : stream_(from) {}
  float normal() noexcept {
    if (used_ == drawn_.size()) {
      stream_.normals(drawn_);
      used_ = 0;
    }
    const float now = drawn_[used_];
    used_ += 2;  // random_stream::normal drops the second one of a pair
    return now;
  }
  double uniform() noexcept { return stream_.uniform(); }

 private:
  static constexpr std::size_t together = 96;  // the cells of two 4 x 4 arrays and what is drawn again
  random_stream stream_;
  std::array<float, together> drawn_;
  std::size_t used_ = together;
};

/// The same cells from the same stream.
double programmed_level(int level, const device_parameters& device, bulk_stream& random) noexcept;

}  // namespace mho::analog
