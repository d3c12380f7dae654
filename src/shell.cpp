#include "shell.hpp"

#include <algorithm>
#include <cmath>

#include "derive.hpp"
#include "integer_llr.hpp"
#include "kernels/plain.hpp"

namespace mho {
namespace {

// Received vectors that are whitened together, at most: some blocks of a resource block's twelve.
constexpr std::size_t whitened_columns = 48;

// Estimates that one slot keeps: enough problems for wide SIMD, few enough to stay in the second-level cache.
constexpr std::size_t scratch_values = 16384;

status check_level(float n0) noexcept {
  if (!std::isfinite(n0)) return status::not_finite;
  return n0 < 0 ? status::out_of_range : status::ok;
}

}  // namespace

std::ptrdiff_t bytes_of(const view& v) noexcept {
  switch (v.type) {
    case element::cf32:
      return 8;
    case element::cbf16:
    case element::ci16:
    case element::f32:
      return 4;
    case element::i16:
      return 2;
    default:
      return 1;
  }
}

view cut(const view& v, std::size_t begin, std::size_t end) noexcept {
  if (v.empty()) return v;
  view part = v;
  part.extent[0] = end - begin;
  if (v.planes != nullptr) {
    part.first += static_cast<std::ptrdiff_t>(begin) * v.stride[0];
    return part;
  }
  part.data = static_cast<char*>(v.data) + static_cast<std::ptrdiff_t>(begin) * v.stride[0] * bytes_of(v);
  return part;
}

void detector::shell::reserve(const shape& room, const capabilities& can, std::size_t steps) {
  asked = inner = room;
  widens = can.widens;
  gram_made = room.is == form::channel && (can.forms & static_cast<std::uint8_t>(form::channel)) == 0;
  inner.coloured_noise = false;
  inner.problems_per_noise_entry = 1;
  if (gram_made) inner.is = form::gram;
  const std::size_t problems = room.problems, uses = room.uses;
  found.assign(problems, status::ok);
  how.assign(problems, unprepared);
  level.assign(problems, 0.0f);
  entry.assign(problems, 0);
  if (gram_made || room.coloured_noise) channel.resize(problems * room.rx * room.tx);
  if (gram_made) {
    gram.resize(problems * room.tx * room.tx);
    former.reserve(room.rx, room.tx, room.slots);
  }
  if (room.coloured_noise)
    whiteners.reserve(divide_up(problems, room.problems_per_noise_entry), room.rx,
                      std::max(room.tx, whitened_columns), room.slots);
  block = std::clamp(scratch_values / (uses * room.tx * steps), std::size_t{1}, problems);
  slots.resize(room.slots);
  for (scratch& s : slots) {
    if (!widens && !gram_made)
      s.matrix.resize(std::min(problems, widened_together) * (room.is == form::gram ? room.tx : room.rx) *
                      room.tx);
    if (!widens || gram_made || room.coloured_noise)
      s.received.resize(block * uses * (room.is == form::gram ? room.tx : room.rx));
    if (gram_made) s.filtered.resize(block * uses * room.tx);
    if (gram_made && can.linear) s.weights.resize(room.tx * room.tx);
    s.estimate.resize(steps * block * uses * room.tx);
    s.variance.resize(steps * block * uses * room.tx);
    s.state.resize(steps * block * uses);
    if ((can.native & native_llr) != 0) s.llr.resize(steps * block * uses * room.tx * room.bits);
    s.into.resize(steps);
    s.vector.resize(std::max(room.rx, room.tx));
  }
}

bool detector::shell::is_prepared(const call& which) const noexcept {
  return std::none_of(how.begin() + static_cast<std::ptrdiff_t>(which.begin),
                      how.begin() + static_cast<std::ptrdiff_t>(which.end),
                      [](std::uint8_t h) { return h == unprepared; });
}

void detector::shell::give_outputs(std::span<const output> asked_for, std::size_t uses, std::uint8_t native,
                                   const call& which) noexcept {
  scratch& own = slots[which.slot];
  const std::size_t count = which.end - which.begin, tx = asked.tx;
  for (std::size_t step = 0; step < asked_for.size(); ++step) {
    const output& theirs = asked_for[step];
    output& given = own.into[step];
    const std::size_t values = step * block * asked.uses;
    given.estimate = theirs.estimate.empty() ? row_major(own.estimate.data() + values * tx, count, uses, tx)
                                             : cut(theirs.estimate, which.begin, which.end);
    const bool spares_variance =
        (native & native_failures) != 0 && theirs.variance.empty() && theirs.llr.empty();
    given.variance = spares_variance           ? view{}
                     : theirs.variance.empty() ? row_major(own.variance.data() + values * tx, count, uses, tx)
                                               : cut(theirs.variance, which.begin, which.end);
    given.llr = (native & native_llr) != 0 ? cut(theirs.llr, which.begin, which.end) : view{};
    if (!given.llr.empty() && given.llr.type != element::f32)  // kinds write floats
      given.llr = row_major(own.llr.data() + values * tx * asked.bits, count, uses, theirs.llr.extent[2]);
    given.bits = (native & native_bits) != 0 ? cut(theirs.bits, which.begin, which.end) : view{};
    given.state = theirs.state.empty() ? std::span(own.state).subspan(values, count * uses)
                                       : theirs.state.subspan(which.begin * uses, count * uses);
    for (std::size_t i = 0; i < count; ++i)
      std::fill_n(given.state.begin() + static_cast<std::ptrdiff_t>(i * uses), uses, found[which.begin + i]);
  }
}

void detector::shell::take_outputs(const received_batch& received, std::span<const output> asked_for,
                                   std::uint8_t native, const call& which) noexcept {
  for (std::size_t step = 0; step < asked_for.size(); ++step) {
    const output& theirs = asked_for[step];
    if ((native & native_failures) != 0 && theirs.llr.empty() && theirs.bits.empty()) continue;
    output derived = slots[which.slot].into[step];
    const view llr = cut(theirs.llr, which.begin, which.end);
    const bool rounds = (native & native_llr) != 0 && !llr.empty() && llr.type != element::f32;
    if (!rounds) derived.llr = llr;
    derived.bits = cut(theirs.bits, which.begin, which.end);
    derived.saturated = theirs.saturated;
    derive(derived, received, native);
    if (!rounds) continue;
    const std::size_t clipped = quantise(derived.llr, llr);
    if (theirs.saturated != nullptr) *theirs.saturated += clipped;
  }
}

noise detector::shell::digest_noise(const noise& n, const call& which) noexcept {
  const std::size_t per = n.problems_per_entry;
  const bool is_white = n.is == noise::scalar || n.is == noise::per_problem;
  if (!is_white) whiteners.prepare(n, which.begin / per, divide_up(which.end, per), which.slot);
  const auto at = [](auto& list, std::size_t p) { return list.begin() + static_cast<std::ptrdiff_t>(p); };
  std::fill(at(how, which.begin), at(how, which.end), is_white ? white : coloured);
  if (n.is == noise::scalar) {
    const status s = check_level(n.value);
    std::fill(at(found, which.begin), at(found, which.end), s);
    std::fill(at(level, which.begin), at(level, which.end), is_failed(s) ? 1.0f : n.value);
  } else {
    for (std::size_t p = which.begin; p < which.end; ++p) {
      const float n0 = is_white ? n.values.at<float>(p / per) : 1.0f;
      found[p] = is_white ? check_level(n0) : whiteners.state(p / per);
      level[p] = is_failed(found[p]) ? 1.0f : n0;
      entry[p] = p / per;
    }
  }
  noise given;
  given.is = noise::per_problem;
  given.values = row_major(level.data() + which.begin, which.end - which.begin);
  return given;
}

void detector::shell::copy_channel(const input& matrix, const call& which) noexcept {
  const std::size_t rx = asked.rx, tx = asked.tx;
  for (std::size_t p = which.begin; p < which.end; ++p) {
    cf32* h = channel.data() + p * rx * tx;
    if (how[p] == coloured && !is_failed(found[p])) {
      whiteners.apply(entry[p], matrix.from(p), row_major(h, 1, rx, tx), which.slot);
      continue;
    }
    matrix.read(p, h);
  }
}

view detector::shell::widened(const view& matrix, std::size_t begin, std::size_t end,
                              unsigned slot) noexcept {
  const input from = matrix;
  const std::size_t size = from.extent[1] * from.extent[2];
  cf32* const to = slots[slot].matrix.data();
  for (std::size_t p = begin; p < end; ++p) from.read(p, to + (p - begin) * size);
  return row_major(to, end - begin, from.extent[1], from.extent[2]);
}

void detector::shell::form_gram(const call& which) noexcept {
  const std::size_t rx = asked.rx, tx = asked.tx;
  former.make(row_major(channel.data(), asked.problems, rx, tx), nullptr, which.begin, which.end, which.slot,
              gram.data() + which.begin * tx * tx, nullptr);
}

void detector::shell::whiten_received(const input& vectors, std::size_t begin, std::size_t end, unsigned slot,
                                      cf32* out) const noexcept {
  const std::size_t rx = vectors.extent[2], uses = vectors.extent[1];
  for (std::size_t p = begin; p < end;) {
    cf32* const to = out + (p - begin) * uses * rx;
    if (how[p] != coloured || is_failed(found[p])) {
      vectors.read(p, to);
      ++p;
      continue;
    }
    // Vectors under the same noise go together: those of a problem, or of neighbours with one vector each.
    std::size_t problems = 1;
    while (uses == 1 && p + problems < end && problems < whiteners.columns() &&
           how[p + problems] == coloured && entry[p + problems] == entry[p])
      ++problems;
    // [1, rx, vector]
    const input columns = uses == 1 ? vectors.from(p).turned({1, 2, 0}) : vectors.from(p).turned({0, 2, 1});
    const std::size_t all = uses == 1 ? problems : uses;
    for (std::size_t first = 0; first < all; first += whiteners.columns()) {
      const std::size_t count = std::min(whiteners.columns(), all - first);
      whiteners.apply(entry[p], columns.from(0, 0, first).sized(1, rx, count),
                      strided(to + first * rx, {1, rx, count}, {0, 1, static_cast<std::ptrdiff_t>(rx)}),
                      slot);
    }
    p += problems;
  }
}

view detector::shell::received(const view& vectors, std::size_t begin, std::size_t end,
                               unsigned slot) noexcept {
  const std::size_t rx = vectors.extent[2], tx = asked.tx, uses = vectors.extent[1];
  scratch& s = slots[slot];
  const auto at = [&](std::size_t p) { return how.begin() + static_cast<std::ptrdiff_t>(p); };
  view y = cut(vectors, begin, end);
  if (!gram_made || std::find(at(begin), at(end), coloured) != at(end)) {
    whiten_received(vectors, begin, end, slot, s.received.data());
    y = row_major(s.received.data(), end - begin, uses, rx);
  }
  if (!gram_made) return y;
  former.filter(row_major(channel.data() + begin * rx * tx, end - begin, rx, tx), y, slot, s.filtered.data());
  return row_major(s.filtered.data(), end - begin, uses, tx);
}

}  // namespace mho
