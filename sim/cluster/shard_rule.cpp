#include "shard_rule.hpp"

#include <algorithm>
#include <cmath>

namespace mho::sim {

double shard_rule::deviation(const tally& t) const {
  const stratum all = t.units();
  const auto errors = static_cast<double>(all.errors), units = static_cast<double>(all.units);
  if (all.units == 0) return 0;
  return std::sqrt(std::max(0.0, static_cast<double>(all.squares) - errors * errors / units));
}

bool shard_rule::enough(std::uint64_t own, std::span<const tally> total) const {
  if (own >= most()) return true;
  const std::uint64_t chunks = own * place_.of;
  if (chunks < rule_.min_chunks()) return false;
  const auto all = [&](auto meets) { return std::all_of(total.begin(), total.end(), meets); };
  if (sweep_.stop.bit_errors && all([&](const tally& t) {
        const double surely = static_cast<double>(t.bit_errors) - deviations_ * deviation(t);
        return surely * static_cast<double>(place_.of) >= static_cast<double>(*sweep_.stop.bit_errors);
      }))
    return true;
  // The run looks at its intervals at its minimum and wherever that has doubled: so does its share.
  std::uint64_t look = rule_.min_chunks();
  while ((look + place_.of - 1) / place_.of < own) look *= 2;
  return sweep_.stop.relative_interval && (look + place_.of - 1) / place_.of == own &&
         all([&](const tally& t) { return surely_narrow(t); });
}

bool shard_rule::surely_narrow(tally t) const {
  if (t.bit_errors == 0) return false;
  // An interval's width over the estimate goes with the root of the number of errors.
  const double margin = 1 - deviations_ * deviation(t) / (2 * static_cast<double>(t.bit_errors));
  const tally once = t;
  for (std::uint64_t k = 1; k < place_.of; ++k) t += once;
  const interval i = bit_error_interval(t);
  const double rate = static_cast<double>(t.bit_errors) / static_cast<double>(t.bits);
  return (i.high - i.low) / 2 <= margin * *sweep_.stop.relative_interval * rate;
}

bool shard_rule::ends_sweep(std::span<const tally> total) const {
  return sweep_.stop.target_ber && std::all_of(total.begin(), total.end(), [&](const tally& t) {
           const double at_most = static_cast<double>(t.bit_errors) + deviations_ * (deviation(t) + 1);
           return at_most < *sweep_.stop.target_ber * static_cast<double>(t.bits);
         });
}

}  // namespace mho::sim
