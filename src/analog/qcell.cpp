// The memristor Q-cell converter: programmed bounds, their errors, the decoder, several converters combined.
#include <mho/adc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include "analog/identity.hpp"

namespace mho {
namespace {

// Normals of random.hpp end at 6.76 standard deviations: what is farther away need not be drawn.
constexpr double farthest_normal = 6.77;

}  // namespace

std::size_t converters_of(adc_combination c) noexcept {
  switch (c) {
    case adc_combination::single:
      return 1;
    case adc_combination::super_resolution:
    case adc_combination::average:
      return 2;
    case adc_combination::majority:
      return 3;
  }
  return 1;
}

modelled_adc::modelled_adc(quantiser design, const adc_model& model, std::uint64_t seed, std::uint64_t number)
    : design_(std::move(design)), model_(model), bounds_(design_.boundary.size()) {
  if (model_.device == adc_device::ideal) return;
  // G = Gmin + (V - low) / slope; what lies outside the range sits at its end.
  const double span = model_.high_siemens - model_.low_siemens, slope = (design_.high - design_.low) / span;
  read_error_ = model_.read_error_siemens * slope;
  random_stream random(seed, 0, number, analog::adc_chip_purpose);
  const auto program = [&](double bound) {
    const double nominal = std::clamp(bound, design_.low, design_.high);
    if (!(model_.error_share > 0)) return nominal;
    double normal;
    do normal = static_cast<double>(random.normal());
    while (std::abs(normal) > model_.error_limit);
    return nominal + slope * model_.error_share * span * normal;
  };
  const std::size_t converters = converters_of(model_.combination);
  for (std::size_t c = 0; c < converters; ++c)
    for (std::size_t k = 0; k < bounds_; ++k) {
      lower_.push_back(program(design_.boundary[k]));
      if (model_.device == adc_device::windows) upper_.push_back(program(design_.boundary[k]));
    }
  if (model_.device == adc_device::windows) return;
  sorted_ = lower_;
  for (std::size_t c = 0; c < converters; ++c) {
    const auto first = sorted_.begin() + static_cast<std::ptrdiff_t>(c * bounds_);
    std::sort(first, first + static_cast<std::ptrdiff_t>(bounds_));
  }
}

std::span<const double> modelled_adc::programmed(std::size_t c) const noexcept {
  if (model_.device == adc_device::ideal) return design_.boundary;
  return std::span(lower_).subspan(c * bounds_, bounds_);
}

// How many thresholds lie below x. Each has a read error of its own; only those near x need it drawn.
std::size_t modelled_adc::code(std::size_t c, double x, random_stream& reading,
                               adc_counts* counts) const noexcept {
  if (counts != nullptr) ++counts->conversions;
  if (model_.device == adc_device::ideal) return design_.code(x);
  if (model_.device == adc_device::windows) return window_code(c, x, reading, counts);
  const double* first = sorted_.data() + c * bounds_;
  const double* last = first + bounds_;
  const double reach = farthest_normal * read_error_;
  const double* near = std::lower_bound(first, last, x - reach);
  auto below = static_cast<std::size_t>(near - first);
  if (!(read_error_ > 0)) return below;
  for (; near < last && *near <= x + reach; ++near)
    if (*near + read_error_ * static_cast<double>(reading.normal()) < x) ++below;
  return below;
}

// Window k: lower[k - 1] < x <= upper[k].
std::size_t modelled_adc::window_code(std::size_t c, double x, random_stream& reading,
                                      adc_counts* counts) const noexcept {
  const double* lower = lower_.data() + c * bounds_;
  const double* upper = upper_.data() + c * bounds_;
  const double reach = farthest_normal * read_error_;
  const auto is_below = [&](double bound) {
    if (read_error_ > 0 && std::abs(bound - x) <= reach)
      bound += read_error_ * static_cast<double>(reading.normal());
    return bound < x;
  };
  std::size_t matches = 0, highest = 0, fallback = 0;
  for (std::size_t k = 0; k <= bounds_; ++k) {
    const bool above_lower = k == 0 || is_below(lower[k - 1]),
               above_upper = k < bounds_ && is_below(upper[k]);
    if (above_lower) fallback = k;
    if (!above_lower || above_upper) continue;
    highest = k;
    ++matches;
  }
  if (counts != nullptr) {
    counts->gaps += matches == 0;
    counts->overlaps += matches > 1;
  }
  return matches == 0 ? fallback : highest;
}

double modelled_adc::convert(double x, random_stream& reading, adc_counts* counts) const noexcept {
  const std::size_t first = code(0, x, reading, counts);
  if (model_.device == adc_device::ideal) return design_.level[first];
  switch (model_.combination) {
    case adc_combination::single:
      break;
    case adc_combination::super_resolution: {
      const std::size_t second = code(1, x, reading, counts);
      return first == second ? design_.level[first] : design_.boundary[std::min(first, second)];
    }
    case adc_combination::average: {
      const std::size_t second = code(1, x, reading, counts);
      return (design_.level[first] + design_.level[second]) / 2;
    }
    case adc_combination::majority: {
      const std::size_t second = code(1, x, reading, counts), third = code(2, x, reading, counts);
      return design_.level[std::max(std::min(first, second), std::min(std::max(first, second), third))];
    }
  }
  return design_.level[first];
}

linearity static_linearity(const quantiser& design, std::span<const double> programmed) {
  const double step = (design.high - design.low) / static_cast<double>(design.level.size());
  linearity l;
  if (!(step > 0)) return l;
  const std::size_t n = std::min(programmed.size(), design.boundary.size());
  double before = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const double inl = (programmed[k] - design.boundary[k]) / step;
    l.inl_rms += inl * inl;
    l.inl_max = std::max(l.inl_max, std::abs(inl));
    if (k > 0) {
      const double dnl = inl - before;
      l.dnl_rms += dnl * dnl;
      l.dnl_max = std::max(l.dnl_max, std::abs(dnl));
    }
    before = inl;
  }
  if (n > 0) l.inl_rms = std::sqrt(l.inl_rms / static_cast<double>(n));
  if (n > 1) l.dnl_rms = std::sqrt(l.dnl_rms / static_cast<double>(n - 1));
  return l;
}

adc_cost qcell_adc_cost(unsigned bits) noexcept {
  // Drivers 9.28, precharge 1.60, other 1.28, decoder 0.42 fJ; decoder 16.00, core 8.29 um^2.
  constexpr unsigned published_bits = 5;
  const double cells = std::ldexp(1.0, static_cast<int>(bits) - static_cast<int>(published_bits));
  const double decoder = cells * bits / published_bits;
  adc_cost c;
  c.driver_joule = 9.28e-15 * cells;
  c.precharge_joule = 1.60e-15 * cells;
  c.decoder_joule = 0.42e-15 * decoder;
  c.other_joule = 1.28e-15;
  c.core_m2 = 8.29e-12 * cells;
  c.decoder_m2 = 16.00e-12 * decoder;
  c.energy_joule = c.driver_joule + c.precharge_joule + c.decoder_joule + c.other_joule;
  c.area_m2 = c.core_m2 + c.decoder_m2;
  return c;
}

}  // namespace mho
