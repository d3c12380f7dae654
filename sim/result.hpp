/// \file
/// What a run yields: counts and intervals, a point at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "statistics.hpp"

namespace mho::sim {

/// One point of one curve. Field by field the result file's (docs/result-files.md).
struct point {
  double snr_db = 0, es_n0_db = 0, eb_n0_db = 0, matched_filter_db = 0, n0 = 0;
  std::uint64_t bits = 0, bit_errors = 0;
  double ber = 0, ber_low = 0,
         ber_high = 0;  ///< 95 % interval; the channel use (or the set sharing an H) is the unit
  std::uint64_t sets = 0, set_errors = 0;  ///< of uses that share a channel matrix, and those with an error
  std::uint64_t set_error_squares = 0;     ///< sum over sets of their bit errors squared
  std::uint64_t set_error_products = 0;    ///< of theirs and the reference curve's; 0 without one
  /// Of ber, and with the reference's: from the sets, of fixed channels within each. Infinite where they do
  /// not tell.
  double ber_variance = 0, ber_covariance = 0;
  std::optional<expectation> expected;  ///< of estimator "conditional": what ber is made of
  std::uint64_t symbols = 0, symbol_errors = 0;
  std::uint64_t uses = 0, use_errors = 0;
  std::vector<std::uint64_t> stream_bit_errors;  ///< tx
  /// Problems: sets, each counted once however many of its uses it concerns.
  std::uint64_t failed_problems = 0, not_converged = 0, saturated = 0;
  std::string stop;  ///< bit_errors, relative_interval, max_bits, channel_end, target_ber, interrupted
};

struct curve {
  std::string id, detector, label, accelerator;  ///< accelerator "" for digital detectors
  std::int64_t cycles = 0;                       ///< 0 for digital detectors (null in the file)
  std::string reference;                         ///< id of the curve that it is compared with; "" if none
  std::vector<point> points;
};

struct ber_result {
  std::string draw = "channel";
  std::uint64_t chunk_uses = 0;  ///< uses a chunk
  bool complete = false;
  std::vector<curve> curves;
};

}  // namespace mho::sim
