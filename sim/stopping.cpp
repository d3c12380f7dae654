#include "stopping.hpp"

#include <algorithm>

namespace mho::sim {
namespace {

std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

bool narrow(const tally& t, double relative) {
  const double rate = bit_error_rate(t);
  if (!(rate > 0)) return false;
  const interval i = bit_error_interval(t);
  return (i.high - i.low) / 2 <= relative * rate;
}

}  // namespace

stopping_rule::stopping_rule(const stop_settings& stop, std::uint64_t chunk_bits,
                             std::uint64_t channel_chunks)
    : stop_(stop),
      min_chunks_(std::max<std::uint64_t>(1, divide_up(stop.min_bits, chunk_bits))),
      channel_chunks_(channel_chunks),
      max_chunks_(std::min(channel_chunks, std::max(min_chunks_, divide_up(stop.max_bits, chunk_bits)))) {}

std::string stopping_rule::verdict(std::uint64_t chunks, std::span<const tally> curves) const {
  const char* const at_the_end = chunks >= channel_chunks_ ? "channel_end" : "";
  if (chunks < min_chunks_) return at_the_end;
  const auto all = [&](auto meets) { return std::all_of(curves.begin(), curves.end(), meets); };
  if (stop_.bit_errors && all([&](const tally& t) { return t.bit_errors >= *stop_.bit_errors; }))
    return "bit_errors";
  if (stop_.relative_interval && (look_from(chunks) == chunks || chunks == max_chunks_) &&
      all([&](const tally& t) { return narrow(t, *stop_.relative_interval); }))
    return "relative_interval";
  return chunks >= max_chunks_ && chunks < channel_chunks_ ? "max_bits" : at_the_end;
}

std::uint64_t stopping_rule::look_from(std::uint64_t chunks) const {
  std::uint64_t look = min_chunks_;
  while (look < chunks) look *= 2;
  return look;
}

bool stopping_rule::drops_last(std::uint64_t chunks, const std::string& verdict) const {
  return chunks > min_chunks_ && verdict != "max_bits" && verdict != "channel_end";
}

std::string less_strict(const stop_settings& now, const stop_settings& before) {
  if (now.min_bits < before.min_bits) return "min_bits";
  if (now.max_bits < before.max_bits) return "max_bits";
  if (now.bit_errors && (!before.bit_errors || *now.bit_errors < *before.bit_errors)) return "bit_errors";
  if (now.relative_interval &&
      (!before.relative_interval || *now.relative_interval > *before.relative_interval))
    return "relative_interval";
  if (now.target_ber && (!before.target_ber || *now.target_ber > *before.target_ber)) return "target_ber";
  return "";
}

bool goes_on_alike(const stop_settings& before, const stop_settings& now, std::uint64_t chunk_bits) {
  // Errors and chunks only grow; an interval might have been narrow where `before` did not look.
  const stopping_rule was(before, chunk_bits), is(now, chunk_bits);
  return less_strict(now, before).empty() && (!now.relative_interval || was.min_chunks() == is.min_chunks());
}

bool ends_alike(const stop_settings& before, const stop_settings& now, std::uint64_t chunk_bits,
                const point_end& end) {
  const stopping_rule was(before, chunk_bits), is(now, chunk_bits);
  const bool same_rule = before.bit_errors == now.bit_errors &&
                         before.relative_interval == now.relative_interval &&
                         was.min_chunks() == is.min_chunks() && was.max_chunks() == is.max_chunks();
  const std::uint64_t counted = end.bits / chunk_bits;
  // The sweep's last point does not say how it ended itself.
  if (end.why == "target_ber") return same_rule && now.target_ber && end.highest_ber < *now.target_ber;
  if (end.why == "interrupted") return false;
  if (same_rule) return true;
  if (end.why == "max_bits" || end.why == "channel_end") {  // all chunks, and no earlier one met the rule
    // The channel's last chunk may be a part of one.
    if (end.why == "max_bits" ? is.max_chunks() != counted
                              : is.max_chunks() < divide_up(end.bits, chunk_bits))
      return false;
    const bool looked_as_often = before.relative_interval && is.min_chunks() == was.min_chunks();
    return (!now.bit_errors || end.fewest_errors < *now.bit_errors) &&
           (!now.relative_interval ||
            (looked_as_often && *now.relative_interval <= *before.relative_interval));
  }
  if (end.why == "bit_errors" && before.bit_errors && now.bit_errors) {
    // Enough errors in what was counted: it ended at the minimum. Otherwise the last chunk, left out, brought
    // some number of them that reached the rule's.
    if (end.fewest_errors >= *before.bit_errors)
      return is.min_chunks() == counted && end.fewest_errors >= *now.bit_errors;
    return is.min_chunks() <= counted && is.max_chunks() > counted && end.fewest_errors < *now.bit_errors &&
           *now.bit_errors <= *before.bit_errors;
  }
  return false;
}

}  // namespace mho::sim
