#include "statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>

namespace mho::sim {
namespace {

constexpr double tail = 0.025;

// The sum over all units of the mean square of what a unit's errors differ from their stratum's mean by, or
// of two curves' mean product. A stratum of one unit says nothing about its own variance: such units are one
// stratum together, which includes what the strata differ by.
struct scatter {
  double sum = 0, units = 0;
};

scatter between_units(const tally& t, const tally& other, std::uint64_t stratum::*moment) {
  scatter all;
  stratum single, single_other;
  const auto add = [&](const stratum& s, const stratum& o) {
    if (s.units < 2) return;
    const auto n = static_cast<double>(s.units);
    all.sum +=
        n *
        (static_cast<double>(s.*moment) - static_cast<double>(s.errors) * static_cast<double>(o.errors) / n) /
        (n - 1);
    all.units += n;
  };
  for (std::size_t k = 0; k < t.strata.size(); ++k) {
    add(t.strata[k], other.strata[k]);
    if (t.strata[k].units != 1) continue;
    single += t.strata[k];
    single_other += other.strata[k];
  }
  add(single, single_other);
  return all;
}

// Of the mean of the units' expected errors, over the bits of a unit.
double covariance_of_expectations(const tally& t, const tally& other, double expectation::*moment) {
  const auto n = static_cast<double>(t.units().units), bits = static_cast<double>(t.bits);
  if (n < 2) return std::numeric_limits<double>::infinity();
  return n * (t.expected.*moment - t.expected.errors * other.expected.errors / n) / (n - 1) / bits / bits;
}

double covariance_of_rates(const tally& t, const tally& other, std::uint64_t stratum::*moment) {
  const scatter found = between_units(t, other, moment);
  if (found.units < 1) return std::numeric_limits<double>::infinity();
  // A lone unit among strata of more takes part in the sum of errors as the others do on average.
  const double bits = static_cast<double>(t.bits);
  return found.sum * (static_cast<double>(t.units().units) / found.units) / bits / bits;
}

// Variance between units over what independent bits would have; at least 1.
double inflation(const tally& t, double rate, double bits_a_unit) {
  const double n_bits = static_cast<double>(t.bits);
  const scatter found = between_units(t, t, &stratum::squares);
  if (found.units < 1) return bits_a_unit;
  return std::max(1.0, found.sum / found.units / (bits_a_unit * rate * (1 - rate) * n_bits / (n_bits - 1)));
}

// k of n, real numbers; each side misses with probability `side`.
interval clopper_pearson(double k, double n, double side) {
  return {k > 0 ? boost::math::ibeta_inv(k, n - k + 1, side) : 0,
          k < n ? boost::math::ibeta_inv(k + 1, n - k, 1 - side) : 1};
}

// The normal tail beyond Student's 97.5 % quantile: the variance is known from so many clusters only, and
// from no more than there are units.
double student_tail(double clusters, double units) {
  const boost::math::students_t student(std::max(1.0, std::min(clusters, units) - 1));
  return std::erfc(boost::math::quantile(student, 1 - tail) / std::sqrt(2.0)) / 2;
}

// Few effective errors: most of the rate comes from a few units, and the worst may not have been seen. Then
// what was counted bounds it from above as well.
interval conditional_interval(const tally& t) {
  // Beyond so many effective errors the beta distribution is the normal one to more digits than are given.
  constexpr double many = 1e8, few = 30;
  const double rate = bit_error_rate(t), variance = bit_error_variance(t),
               units = static_cast<double>(t.units().units);
  if (!std::isfinite(variance)) return {0, 1};
  if (variance * many < rate * rate) {
    const boost::math::students_t student(units - 1);
    const double half = boost::math::quantile(student, 1 - tail) * std::sqrt(variance);
    return {six_digits(rate - half), six_digits(rate + half)};
  }
  const double clusters = rate * rate / variance;
  const interval found = clopper_pearson(clusters, clusters / rate, student_tail(clusters, units));
  if (clusters >= few) return {six_digits(found.low), six_digits(found.high)};
  tally counted = t;
  counted.is_conditional = false;
  return {six_digits(found.low), std::max(six_digits(found.high), bit_error_interval(counted).high)};
}

template <class Operation>
stratum& combine(stratum& total, const stratum& more, const Operation& with) {
  for (const auto count :
       {&stratum::units, &stratum::errored, &stratum::errors, &stratum::squares, &stratum::products})
    total.*count = with(total.*count, more.*count);
  return total;
}

template <class Operation>
tally& combine(tally& total, const tally& chunk, const Operation& with) {
  for (const auto count :
       {&tally::bits, &tally::bit_errors, &tally::symbols, &tally::symbol_errors, &tally::uses,
        &tally::use_errors, &tally::failed, &tally::not_converged, &tally::saturated})
    total.*count = with(total.*count, chunk.*count);
  for (const auto sum : {&expectation::errors, &expectation::squares, &expectation::products})
    total.expected.*sum = with(total.expected.*sum, chunk.expected.*sum);
  for (std::size_t k = 0; k < total.stream_bit_errors.size(); ++k)
    total.stream_bit_errors[k] = with(total.stream_bit_errors[k], chunk.stream_bit_errors[k]);
  for (std::size_t k = 0; k < chunk.strata.size(); ++k)
    combine(total.strata[(chunk.first_stratum + k) % total.strata.size()], chunk.strata[k], with);
  return total;
}

}  // namespace

stratum& stratum::operator+=(const stratum& more) { return combine(*this, more, std::plus<>()); }

void tally::clear(std::size_t streams, std::size_t stratum_count, bool conditional) {
  *this = tally{};
  is_conditional = conditional;
  stream_bit_errors.assign(streams, 0);
  strata.assign(stratum_count, {});
}

tally& tally::operator+=(const tally& chunk) { return combine(*this, chunk, std::plus<>()); }

// Unsigned numbers wrap around, so what was added is taken away exactly; but not sums of expectations.
tally& tally::operator-=(const tally& chunk) { return combine(*this, chunk, std::minus<>()); }

stratum tally::units() const {
  stratum all;
  for (const stratum& s : strata) all += s;
  return all;
}

double six_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.5e", value);
  return std::strtod(text, nullptr);
}

double bit_error_rate(const tally& t) {
  if (t.bits == 0) return 0;
  return (t.is_conditional ? t.expected.errors : static_cast<double>(t.bit_errors)) /
         static_cast<double>(t.bits);
}

double bit_error_variance(const tally& t) {
  return t.is_conditional ? std::max(0.0, covariance_of_expectations(t, t, &expectation::squares))
                          : covariance_of_rates(t, t, &stratum::squares);
}

double bit_error_covariance(const tally& t, const tally& reference) {
  return t.is_conditional ? covariance_of_expectations(t, reference, &expectation::products)
                          : covariance_of_rates(t, reference, &stratum::products);
}

double most_errors_an_errored_unit(double bits_a_unit) {
  return bits_a_unit / 2 / (1 - std::exp2(-bits_a_unit));
}

double bound_without_errors(std::uint64_t bits, double errors_an_errored_unit) {
  // None of n units errs with probability (1 - q)^n, which is 0.05 at q = 3/n: a bit error rate of q times
  // the unit's errors over bits / n. The n cancel.
  return six_digits(std::min(1.0, 3 * errors_an_errored_unit / static_cast<double>(bits)));
}

interval bit_error_interval(const tally& t) {
  const std::uint64_t units = t.units().units;
  if (t.bits == 0 || units == 0) return {};
  const double bits = static_cast<double>(t.bits), bits_a_unit = bits / static_cast<double>(units);
  if (t.is_conditional && t.expected.errors > 0) return conditional_interval(t);
  if (t.bit_errors == 0) return {0, bound_without_errors(t.bits, most_errors_an_errored_unit(bits_a_unit))};
  const double rate = static_cast<double>(t.bit_errors) / bits;
  if (t.bit_errors == t.bits) return {six_digits(std::pow(tail, 1.0 / static_cast<double>(units))), 1};
  const double factor = inflation(t, rate, bits_a_unit);
  const double clusters = static_cast<double>(t.bit_errors) / factor;
  const interval guessed =
      clopper_pearson(clusters, bits / factor, student_tail(clusters, static_cast<double>(units)));
  // Few errored units say little about how many errors such a unit brings; but that it brings one at least,
  // and at most all its bits, is certain.
  const interval certain =
      clopper_pearson(static_cast<double>(t.units().errored), static_cast<double>(units), tail);
  return {six_digits(std::max(guessed.low, certain.low / bits_a_unit)),
          six_digits(std::min(guessed.high, certain.high))};
}

}  // namespace mho::sim
