/// \file
/// The resistive-memory cell: its levels, and what writing makes of them.
#pragma once

#include <array>
#include <mho/random.hpp>

#include "analog/accelerator.hpp"

namespace mho::analog {

/// The conductance that programming `level` (0 .. levels - 1) yields, in level steps: exactly off_steps() +
/// level without a write error.
/// table: a normal draw with the level's mean and standard deviation, redrawn until it lies between its
/// extremes; by default the measured ones of the paper's chip. uniform, normal: about the nominal
/// conductance G, write_error_siemens + write_error_relative G wide. pcm: normal, pcm_write_sigma wide.
/// What would be negative is 0.
double programmed_level(int level, const device_parameters& device, random_stream& random) noexcept;

/// Standard deviation in siemens of a phase-change cell programmed to `target_siemens`: 0.26348 + 1.9650 g -
/// 1.1731 g^2 uS, g = G / 25 uS, held beyond g = 1 where the fit ends (Joshi et al., Nature Communications
/// 11, 2473 (2020), as in aihwkit).
double pcm_write_sigma_siemens(double target_siemens) noexcept;

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
