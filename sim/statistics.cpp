#include "statistics.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace mho::sim {
namespace {

constexpr double tail = 0.025;

double six_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.5e", value);
  return std::strtod(text, nullptr);
}

// Variance between units over what independent bits would have; at least 1.
double inflation(const tally& t, double rate, double bits_a_unit) {
  const double n_bits = static_cast<double>(t.bits);
  double squares = 0, freedom = 0;
  for (const stratum& s : t.strata) {
    if (s.units < 2) continue;
    const auto n = static_cast<double>(s.units), sum = static_cast<double>(s.errors);
    squares += static_cast<double>(s.squares) - sum * sum / n;
    freedom += n - 1;
  }
  if (freedom < 1) return 1;
  return std::max(1.0, squares / freedom / (bits_a_unit * rate * (1 - rate) * n_bits / (n_bits - 1)));
}

}  // namespace

void tally::clear(std::size_t streams, std::size_t stratum_count) {
  *this = tally{};
  stream_bit_errors.assign(streams, 0);
  strata.assign(stratum_count, {});
}

tally& tally::operator+=(const tally& other) {
  bits += other.bits;
  bit_errors += other.bit_errors;
  symbols += other.symbols;
  symbol_errors += other.symbol_errors;
  uses += other.uses;
  use_errors += other.use_errors;
  failed += other.failed;
  not_converged += other.not_converged;
  for (std::size_t k = 0; k < stream_bit_errors.size(); ++k)
    stream_bit_errors[k] += other.stream_bit_errors[k];
  for (std::size_t k = 0; k < strata.size(); ++k) {
    strata[k].units += other.strata[k].units;
    strata[k].errors += other.strata[k].errors;
    strata[k].squares += other.strata[k].squares;
  }
  return *this;
}

interval bit_error_interval(const tally& t, double errors_an_errored_use) {
  std::uint64_t units = 0;
  for (const stratum& s : t.strata) units += s.units;
  if (t.bits == 0 || units == 0) return {};
  const double bits = static_cast<double>(t.bits), bits_a_unit = bits / static_cast<double>(units);
  if (t.bit_errors == 0)
    return {
        0, six_digits(std::min(1.0, 3.0 / static_cast<double>(units) * errors_an_errored_use / bits_a_unit))};
  const double rate = static_cast<double>(t.bit_errors) / bits;
  if (t.bit_errors == t.bits) return {six_digits(std::pow(tail, 1.0 / static_cast<double>(units))), 1};
  const double factor = inflation(t, rate, bits_a_unit);
  const double n = bits / factor, k = static_cast<double>(t.bit_errors) / factor;
  return {six_digits(boost::math::ibeta_inv(k, n - k + 1, tail)),
          six_digits(boost::math::ibeta_inv(k + 1, n - k, 1 - tail))};
}

}  // namespace mho::sim
