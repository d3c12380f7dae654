#include "shard_rule.hpp"

#include <algorithm>
#include <cmath>

namespace mho::sim {

// Of the estimate's number of errors, counted or expected.
double shard_rule::deviation(const tally& t) const {
  const stratum all = t.units();
  if (all.units == 0) return 0;
  const auto units = static_cast<double>(all.units);
  const double errors = t.is_conditional ? t.expected.errors : static_cast<double>(all.errors),
               squares = t.is_conditional ? t.expected.squares : static_cast<double>(all.squares);
  return std::sqrt(std::max(0.0, squares - errors * errors / units));
}

bool shard_rule::enough(std::uint64_t own, std::span<const tally> total) const {
  if (own >= most()) return true;
  const std::uint64_t chunks = own * place_.of;
  if (chunks < rule_.min_chunks()) return false;
  const auto all = [&](auto meets) { return std::all_of(total.begin(), total.end(), meets); };
  if (sweep_.stop.bit_errors && all([&](const tally& t) {
        tally counted = t;  // whose errors the rule counts, whatever the rate is made of
        counted.is_conditional = false;
        const double surely = static_cast<double>(t.bit_errors) - deviations_ * deviation(counted);
        return surely * static_cast<double>(place_.of) >= static_cast<double>(*sweep_.stop.bit_errors);
      }))
    return true;
  // Its share of the chunks at whose end the run looks at its intervals.
  const std::uint64_t look = rule_.look_from((own - 1) * place_.of + 1);
  return sweep_.stop.relative_interval && (look + place_.of - 1) / place_.of == own &&
         all([&](const tally& t) { return surely_narrow(t); });
}

bool shard_rule::surely_narrow(tally t) const {
  const double rate = bit_error_rate(t);
  if (!(rate > 0)) return false;
  // An interval's width over the estimate goes with the root of the number of errors.
  const double margin = 1 - deviations_ * deviation(t) / (2 * rate * static_cast<double>(t.bits));
  const tally once = t;
  for (std::uint64_t k = 1; k < place_.of; ++k) t += once;
  const interval i = bit_error_interval(t);
  return (i.high - i.low) / 2 <= margin * *sweep_.stop.relative_interval * rate;
}

bool shard_rule::ends_sweep(std::span<const tally> total) const {
  return sweep_.stop.target_ber && std::all_of(total.begin(), total.end(), [&](const tally& t) {
           const double one = t.is_conditional ? 0 : 1;  // error more, where few were counted
           const double at_most =
               bit_error_rate(t) * static_cast<double>(t.bits) + deviations_ * (deviation(t) + one);
           return at_most < *sweep_.stop.target_ber * static_cast<double>(t.bits);
         });
}

}  // namespace mho::sim
