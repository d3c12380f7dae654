/// \file
/// Recorded detection problems: /channel, /received and /noise_variance of one HDF5 file.
#pragma once

#include <complex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <mho/detector.hpp>

#include "recorded_array.hpp"

namespace mho::sim {

/// Problems as they are read: H [problem, rx, tx], y [problem, use, rx], and their noise.
struct recorded_block {
  std::vector<std::complex<float>> channel, received, covariance;
  std::vector<float> variance;  ///< [1], [problem] or [problem, rx]
  mho::noise noise;             ///< of these problems, looking at variance or covariance
};

/// A file of problems, opened and checked.
class recorded_data {
 public:
  /// Throws input_error, one line with file and dataset: whatever recorded_file and recorded_array refuse,
  /// wrong ranks, extents that do not fit each other, more than 4096 antennas, 1024 streams or 65536 uses.
  explicit recorded_data(const std::string& path);

  std::size_t problems() const { return problems_; }
  std::size_t uses() const { return uses_; }
  std::size_t rx() const { return rx_; }
  std::size_t tx() const { return tx_; }
  /// scalar, per_problem, per_antenna or covariance: as the rank of /noise_variance says.
  noise::kind noise_is() const { return noise_is_; }
  /// Bytes of a problem in a block.
  std::size_t problem_bytes() const;

  /// Problems from `first` on, `count` of them. Throws input_error.
  void read(std::size_t first, std::size_t count, recorded_block& to) const;

 private:
  std::size_t problems_ = 0, uses_ = 0, rx_ = 0, tx_ = 0;
  noise::kind noise_is_ = noise::scalar;
  std::optional<recorded_array> channel_, received_, noise_;
};

}  // namespace mho::sim
