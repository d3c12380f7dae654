/// \file
/// Counts of errors and 95 % intervals that allow for their coming in clusters.
#pragma once

#include <cstdint>
#include <vector>

namespace mho::sim {

/// Bit errors of the units of one stratum: all units, or those of one fixed channel.
struct stratum {
  std::uint64_t units = 0, errors = 0, squares = 0;  // squares: sum of the square of a unit's errors
};

/// What one curve counted in a chunk, or in many.
struct tally {
  std::uint64_t bits = 0, bit_errors = 0, symbols = 0, symbol_errors = 0, uses = 0, use_errors = 0;
  std::uint64_t failed = 0, not_converged = 0;
  std::vector<std::uint64_t> stream_bit_errors;
  std::vector<stratum> strata;

  void clear(std::size_t streams, std::size_t stratum_count);
  tally& operator+=(const tally& other);
};

struct interval {
  double low = 0, high = 1;
};

/// 95 % interval of the bit error rate. The variance between units, within strata, gives the inflation over
/// the binomial variance; the interval is Clopper and Pearson's (Biometrika 26, 1934) for the counts divided
/// by it. Without errors: 0 .. 3 / units, times the errors an errored use brings, over the bits of a unit.
/// Rounded to six significant digits.
interval bit_error_interval(const tally& t, double errors_an_errored_use);

}  // namespace mho::sim
