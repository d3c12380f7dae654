/// \file
/// The Monte-Carlo engine: points, rounds of chunks, stopping, results. The same bytes whatever the chunks'
/// source: any number of threads or ranks, or stored shards.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "chunk_source.hpp"
#include "sweep.hpp"

namespace mho::sim {

/// Where a run stands, at the start of a point and after every round.
struct progress {
  std::size_t point = 0, points = 0;  ///< this one and how many
  double snr_db = 0;
  std::uint64_t bits = 0, max_bits = 0;
  std::uint64_t fewest_errors = 0;  ///< of the curves
  std::string slowest;              ///< id of the curve that has so few
  double bits_per_second = 0;
  double seconds_left = 0;  ///< of this point, by the rule that seems to end it first; NaN: not known yet
};

struct run_options {
  unsigned threads = 1;
  std::function<void(const progress&)> on_progress;
  /// Called at the start and after every round with what there is so far: an unfinished point is there with
  /// stop "interrupted", points of `resume` that are still to come stay.
  std::function<void(const ber_result&)> on_round;
  const std::atomic<bool>* stop = nullptr;  ///< set: end with "interrupted", whole chunks stay
  /// Points to keep if finished, to go on with if not: of the same scenario and seed, where [stop] would not
  /// have ended them otherwise. With fixed channels an unfinished one is run again.
  const ber_result* resume = nullptr;
  std::vector<double>* point_seconds = nullptr;
};

/// Runs the scenario on threads of this process. Curves in the scenario's order, points in the order of its
/// SNR list.
ber_result run_ber(const link& l, const run_options& options);

/// The same with chunks from anywhere: options.threads and options.stop are not looked at. A point for which
/// the source has no more chunks ends the run as an interruption does.
ber_result run_ber(const sweep& s, chunk_source& source, const run_options& options);

/// Curve ids, labels and so on, without points.
ber_result empty_result(const link& l);

/// A picture's bits through the link: for each curve the bits that came out.
struct recovered_bits {
  snr_point point;
  std::vector<std::vector<std::uint8_t>> bits;  ///< a curve
  bool interrupted = false;
};

/// The payload at one point, zero-padded to whole uses.
recovered_bits run_payload(const link& l, const snr_point& point, std::span<const std::uint8_t> payload,
                           const run_options& options);

}  // namespace mho::sim
