/// \file
/// Counts of errors and 95 % intervals that allow for their coming in clusters.
#pragma once

#include <cstdint>
#include <vector>

namespace mho::sim {

/// Bit errors of the units of one stratum: all units, or those of one fixed channel.
struct stratum {
  std::uint64_t units = 0, errored = 0;   // errored: units with an error
  std::uint64_t errors = 0, squares = 0;  // squares: sum of the square of a unit's errors
  std::uint64_t products = 0;             // sum of a unit's errors times those of the reference curve

  stratum& operator+=(const stratum& more);
};

/// Expected bit errors of all units given all but the noise (conditional_errors), where no channels are
/// fixed.
struct expectation {
  double errors = 0, squares = 0, products = 0;  // as in stratum
};

/// What one curve counted in a chunk, or in many.
struct tally {
  std::uint64_t bits = 0, bit_errors = 0, symbols = 0, symbol_errors = 0, uses = 0, use_errors = 0;
  /// Units (channels) with a use of that status.
  std::uint64_t failed = 0, not_converged = 0, saturated = 0;
  std::vector<std::uint64_t> stream_bit_errors;
  /// Of a chunk: only those that it visits, in turn from first_stratum on.
  std::vector<stratum> strata;
  std::size_t first_stratum = 0;
  bool is_conditional = false;  ///< whether the rate is that of `expected`; the counts are there all the same
  expectation expected;

  void clear(std::size_t streams, std::size_t stratum_count, bool conditional = false);
  /// Adds, or takes away again, what a chunk counted (expectations to rounding); this tally holds all strata.
  tally& operator+=(const tally& chunk);
  tally& operator-=(const tally& chunk);
  /// All strata together.
  stratum units() const;
};

struct interval {
  double low = 0, high = 1;
};

/// The estimate of the bit error rate: errors over bits, expected ones if the tally is conditional.
double bit_error_rate(const tally& t);

/// 95 % interval of the bit error rate. The variance between units, within strata (over all strata of
/// one unit together), gives the inflation over the binomial variance, and with it an effective number of
/// errors and bits; the interval is Clopper and Pearson's (Biometrika 26, 1934) of these. As the variance is
/// itself estimated from so many errors, the sides' probability is changed as from the normal to Student's
/// distribution with one degree of freedom less. It never leaves what is certain of errored units, whose
/// number is binomial and each of which brings one error at least and all its bits at most. Without errors: 0
/// .. bound_without_errors with the most errors an errored unit may bring. Rounded to six significant digits.
///
/// Of a conditional tally the variance of the units' expected errors gives the effective number of errors,
/// which may be more than were seen; its rate over it is the effective number of bits. Where that is below 30
/// the upper end is not below that of the counts.
interval bit_error_interval(const tally& t);

/// Variance of the bit error rate, from that between units within strata as in `bit_error_interval`, and
/// without its lower limit. Infinite with fewer than two units.
double bit_error_variance(const tally& t);

/// Covariance of the bit error rates of a curve and of its reference, which saw the same units; from the
/// products that `t` holds. With `bit_error_variance` of either a positive semidefinite matrix. Infinite with
/// fewer than two units.
double bit_error_covariance(const tally& t, const tally& reference);

/// Six significant digits: what libraries round differently is cut off.
double six_digits(double value);

/// 95 % upper bound of the bit error rate where no unit erred: 3 / units, times the errors that an errored
/// unit brings, over the bits of a unit. Rounded to six significant digits.
double bound_without_errors(std::uint64_t bits, double errors_an_errored_unit);

/// What an errored unit of so many bits brings at most on average: a detector that knew nothing of the unit
/// would err in half of its bits, given that it errs at all.
double most_errors_an_errored_unit(double bits_a_unit);

}  // namespace mho::sim
