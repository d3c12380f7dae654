#include "stopping.hpp"

#include <algorithm>

namespace mho::sim {
namespace {

std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

bool narrow(const tally& t, double relative) {
  if (t.bit_errors == 0) return false;
  const interval i = bit_error_interval(t);
  const double rate = static_cast<double>(t.bit_errors) / static_cast<double>(t.bits);
  return (i.high - i.low) / 2 <= relative * rate;
}

}  // namespace

stopping_rule::stopping_rule(const stop_settings& stop, std::uint64_t chunk_bits)
    : stop_(stop),
      min_chunks_(std::max<std::uint64_t>(1, divide_up(stop.min_bits, chunk_bits))),
      max_chunks_(std::max(min_chunks_, divide_up(stop.max_bits, chunk_bits))) {}

std::string stopping_rule::verdict(std::uint64_t chunks, std::span<const tally> curves) const {
  if (chunks < min_chunks_) return "";
  const auto all = [&](auto meets) { return std::all_of(curves.begin(), curves.end(), meets); };
  if (stop_.bit_errors && all([&](const tally& t) { return t.bit_errors >= *stop_.bit_errors; }))
    return "bit_errors";
  std::uint64_t look = min_chunks_;
  while (look < chunks) look *= 2;
  if (stop_.relative_interval && (look == chunks || chunks == max_chunks_) &&
      all([&](const tally& t) { return narrow(t, *stop_.relative_interval); }))
    return "relative_interval";
  return chunks >= max_chunks_ ? "max_bits" : "";
}

bool stopping_rule::drops_last(std::uint64_t chunks, const std::string& verdict) const {
  return chunks > min_chunks_ && verdict != "max_bits";
}

}  // namespace mho::sim
