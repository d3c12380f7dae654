/// \file
/// What was detected, as an HDF5 file: written a block at a time, and there whole or not at all.
#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <mho/error.hpp>

namespace mho::sim {

/// Extents of the datasets.
struct detection_shape {
  std::size_t problems = 0, uses = 0, tx = 0;
  unsigned bits = 0;  ///< a symbol; 0: neither LLRs nor bits
};

/// What detectors made of some problems, C order.
struct detected_block {
  std::span<const std::complex<float>> estimate;  ///< [problem, use, tx]
  std::span<const float> variance;                ///< [problem, use, tx]
  std::span<const std::uint8_t> state;            ///< [problem], numbers of mho::status
  std::span<const float> llr;                     ///< [problem, use, tx, bit], or empty
  std::span<const std::uint8_t> bits;             ///< the same
};

/// /estimate, /noise_variance, /status, /llr and /bits. Written beside its place, under a name
/// that no file has, and renamed into it by `commit`; without that nothing stays. The same contents make the
/// same bytes.
class detection_file {
 public:
  /// Throws std::runtime_error that names the file and why it cannot be written.
  detection_file(const std::string& path, const detection_shape& shape);
  ~detection_file();
  detection_file(const detection_file&) = delete;
  detection_file& operator=(const detection_file&) = delete;

  /// Problems from `first` on. Throws std::runtime_error.
  void write(std::size_t first, std::size_t count, const detected_block& block);
  /// Throws std::runtime_error; there is then no file.
  void commit();

 private:
  struct handles;
  [[noreturn]] void refuse(const std::string& why) const;
  std::string make_temporary(const std::string& path) const;

  std::string path_;
  detection_shape shape_;
  std::unique_ptr<handles> open_;
};

}  // namespace mho::sim
