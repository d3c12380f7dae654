// What the shell refuses before a kind sees it: types, extents, ranges, and outputs that lie over inputs.
#include <algorithm>
#include <array>
#include <cstdint>

#include "integer_llr.hpp"
#include "shell.hpp"

namespace mho {
namespace {

bool has_extents(const view& v, std::size_t n0, std::size_t n1, std::size_t n2) noexcept {
  return v.extent == std::array{n0, n1, n2};
}

error check_view(const view& v, element type, std::size_t n0, std::size_t n1, std::size_t n2) noexcept {
  if (v.planes != nullptr || v.type != type) return error::unsupported;
  return has_extents(v, n0, n1, n2) ? error::none : error::bad_shape;
}

// Matrices and received vectors: any complex element, and planes.
error check_input(const view& v, std::size_t n0, std::size_t n1, std::size_t n2) noexcept {
  if (v.type != element::cf32 && v.type != element::cbf16 && v.type != element::ci16)
    return error::unsupported;
  return v.empty() || !has_extents(v, n0, n1, n2) ? error::bad_shape : error::none;
}

// Planes of a view whose extents are known to be those that were reserved.
bool lacks_planes(const view& v) noexcept {
  if (v.planes == nullptr) return false;
  return v.data != nullptr || std::any_of(v.planes, v.planes + v.extent[1] * v.extent[2],
                                          [](const void* plane) { return plane == nullptr; });
}

// Addresses from the first byte of something to the one past its last.
struct address_range {
  std::intptr_t low = INTPTR_MAX, high = INTPTR_MIN;
  bool meets(const address_range& other) const noexcept { return low < other.high && other.low < high; }
};

// Of a view, or of its elements from `base` on.
address_range range_of(const view& v, const void* base, std::size_t indices) noexcept {
  std::ptrdiff_t low = 0, high = bytes_of(v);
  for (std::size_t n = 0; n < indices; ++n) {
    const std::ptrdiff_t reach = v.stride[n] * (static_cast<std::ptrdiff_t>(v.extent[n]) - 1) * bytes_of(v);
    (reach < 0 ? low : high) += reach;
  }
  const auto at = reinterpret_cast<std::intptr_t>(base);
  return {at + low, at + high};
}

// Whether the addresses of an output meet those of an input.
bool overlap(const view& out, const view& in) noexcept {
  const auto is_nothing = [](const view& v) {
    return v.empty() || v.extent[0] == 0 || v.extent[1] == 0 || v.extent[2] == 0;
  };
  if (is_nothing(out) || is_nothing(in)) return false;
  const address_range mine = range_of(out, out.data, 3);
  if (in.planes == nullptr) return mine.meets(range_of(in, in.data, 3));
  const address_range from_plane = range_of(in, nullptr, 1);  // outputs may well lie between planes
  return std::any_of(in.planes, in.planes + in.extent[1] * in.extent[2], [&](const void* plane) {
    const auto at = reinterpret_cast<std::intptr_t>(plane) + in.first * bytes_of(in);
    return mine.meets({at + from_plane.low, at + from_plane.high});
  });
}

bool lies_over(const output& o, const view& input) noexcept {
  return overlap(o.estimate, input) || overlap(o.variance, input) || overlap(o.llr, input) ||
         overlap(o.bits, input);
}

error first(error a, error b) noexcept { return a != error::none ? a : b; }

error check_llr(const view& v, std::size_t n0, std::size_t n1, std::size_t n2) noexcept {
  return first(check_view(v, v.type, n0, n1, n2), check_llr_type(v));
}

}  // namespace

error detector::shell::check(const channel_batch& channel_in, call& which) const noexcept {
  if (slots.empty()) return error::bad_shape;  // nothing is reserved
  const view& h = channel_in.matrix;
  if (which.queue != nullptr || channel_in.is != asked.is) return error::unsupported;
  const std::size_t problems = h.extent[0];
  const std::size_t rows = asked.is == form::gram ? asked.tx : asked.rx;
  if (const error e = check_input(h, problems, rows, asked.tx); e != error::none) return e;
  if (problems > asked.problems) return error::too_large;
  if (lacks_planes(h)) return error::bad_shape;
  which.end = std::min(which.end, problems);
  if (which.begin > which.end || which.slot >= asked.slots) return error::bad_range;
  const noise& n = channel_in.noise;
  if (n.is == noise::scalar) return error::none;
  if (n.values.empty() || n.problems_per_entry == 0) return error::bad_shape;
  const std::size_t entries = n.values.extent[0];
  if (entries < divide_up(problems, n.problems_per_entry)) return error::bad_shape;
  if (n.is == noise::per_problem) return check_view(n.values, element::f32, entries, 1, 1);
  if (asked.is == form::gram) return error::unsupported;
  const error values = n.is == noise::per_antenna
                           ? check_view(n.values, element::f32, entries, 1, asked.rx)
                           : check_view(n.values, element::cf32, entries, asked.rx, asked.rx);
  if (values != error::none) return values;
  if (!asked.coloured_noise || divide_up(problems, n.problems_per_entry) > whiteners.entries())
    return error::too_large;
  // Ranges that share an entry would both write its whitener.
  const bool whole = which.begin % n.problems_per_entry == 0 &&
                     (which.end % n.problems_per_entry == 0 || which.end == problems);
  return whole ? error::none : error::bad_range;
}

bool detector::shell::exceeds_bits(const received_batch& in) const noexcept {
  return std::any_of(in.symbols.begin(), in.symbols.end(),
                     [&](const constellation* c) { return c->bits() > asked.bits; });
}

error detector::shell::check(const received_batch& in, std::span<const output> into, const capabilities& can,
                             std::size_t steps, call& which) const noexcept {
  if (slots.empty()) return error::bad_shape;  // nothing is reserved
  const bool has_prior = !in.prior_llr.empty();
  if (which.queue != nullptr || (has_prior && !can.uses_prior)) return error::unsupported;
  const view& y = in.vectors;
  const std::size_t problems = y.extent[0], uses = y.extent[1], tx = asked.tx;
  if (const error e = check_input(y, problems, uses, asked.is == form::gram ? tx : asked.rx);
      e != error::none)
    return e;
  if (problems > asked.problems || uses > asked.uses) return error::too_large;
  if (lacks_planes(y)) return error::bad_shape;
  which.end = std::min(which.end, problems);
  if (which.begin > which.end || which.slot >= asked.slots) return error::bad_range;

  std::size_t bits = 0;
  if (!in.symbols.empty()) {
    if (in.symbols.size() != 1 && in.symbols.size() != tx) return error::bad_shape;
    for (const constellation* c : in.symbols) {
      if (c == nullptr) return error::bad_shape;
      bits += c->bits();
    }
    if (in.symbols.size() == 1) bits *= tx;
  } else if (can.needs_symbols) {
    return error::bad_shape;
  }
  if (has_prior) {
    if (bits == 0) return error::bad_shape;
    if (const error e = check_view(in.prior_llr, element::f32, problems, uses, bits); e != error::none)
      return e;
    if (exceeds_bits(in)) return error::too_large;
  }
  if (into.size() != steps) return error::bad_shape;
  for (const output& o : into) {
    error e = error::none;
    if (!o.estimate.empty()) e = first(e, check_view(o.estimate, element::cf32, problems, uses, tx));
    if (!o.variance.empty()) e = first(e, check_view(o.variance, element::f32, problems, uses, tx));
    const bool decides = !o.llr.empty() || !o.bits.empty();
    if (decides && bits == 0) e = first(e, error::bad_shape);
    if (!o.llr.empty()) e = first(e, check_llr(o.llr, problems, uses, bits));
    if (!o.bits.empty()) e = first(e, check_view(o.bits, element::u8, problems, uses, bits));
    if (!o.state.empty() && o.state.size() != problems * uses) e = first(e, error::bad_shape);
    if (e != error::none) return e;
    if (lies_over(o, y) || lies_over(o, in.prior_llr)) return error::overlap;
    if (decides && exceeds_bits(in)) return error::too_large;
  }
  return error::none;
}

error detector::shell::check(const channel_batch& channel_in, std::span<const output> into) const noexcept {
  const bool over = std::any_of(into.begin(), into.end(), [&](const output& o) {
    return lies_over(o, channel_in.matrix) || lies_over(o, channel_in.noise.values);
  });
  return over ? error::overlap : error::none;
}

}  // namespace mho
