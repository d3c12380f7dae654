// Quantisers for a signal: uniform, uniform over the best range, Lloyd-Max.
#include "analog/quantiser.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mho {

namespace analog {

sorted_samples::sorted_samples(std::span<const double> samples, std::size_t most) {
  value_.assign(samples.begin(), samples.end());
  std::sort(value_.begin(), value_.end());
  if (value_.size() > most) {
    // The middle of each of `most` equal shares: the distribution stays what it is.
    for (std::size_t i = 0; i < most; ++i) value_[i] = value_[(2 * i + 1) * value_.size() / (2 * most)];
    value_.resize(most);
  }
  for (const double v : value_) mean_ += v;
  mean_ /= static_cast<double>(value_.size());
  sum_.resize(value_.size() + 1);
  square_.resize(value_.size() + 1);
  for (std::size_t i = 0; i < value_.size(); ++i) {
    const double centred = value_[i] - mean_;
    sum_[i + 1] = sum_[i] + centred;
    square_[i + 1] = square_[i] + centred * centred;
  }
}

double sorted_samples::percentile(double percent) const noexcept {
  const double at = percent / 100 * static_cast<double>(value_.size() - 1), whole = std::floor(at);
  const auto i = static_cast<std::size_t>(whole);
  if (i + 1 >= value_.size()) return value_.back();
  return value_[i] + (at - whole) * (value_[i + 1] - value_[i]);
}

std::size_t sorted_samples::up_to(double x) const noexcept {
  return static_cast<std::size_t>(std::upper_bound(value_.begin(), value_.end(), x) - value_.begin());
}

double sorted_samples::mean(std::size_t begin, std::size_t end) const noexcept {
  return mean_ + (sum_[end] - sum_[begin]) / static_cast<double>(end - begin);
}

double sorted_samples::squared_error(std::size_t begin, std::size_t end, double level) const noexcept {
  const double l = level - mean_;
  return std::max(0.0, square_[end] - square_[begin] - 2 * l * (sum_[end] - sum_[begin]) +
                           l * l * static_cast<double>(end - begin));
}

double sorted_samples::mean_squared_error(const quantiser& q) const noexcept {
  double sum = 0;
  std::size_t begin = 0;
  for (std::size_t k = 0; k < q.level.size(); ++k) {
    const std::size_t end = k < q.boundary.size() ? up_to(q.boundary[k]) : value_.size();
    sum += squared_error(begin, end, q.level[k]);
    begin = end;
  }
  return sum / static_cast<double>(value_.size());
}

namespace {

void lay_out(double low, double high, quantiser& q) noexcept {
  const double step = (high - low) / static_cast<double>(q.level.size());
  for (std::size_t k = 0; k < q.level.size(); ++k) q.level[k] = low + (static_cast<double>(k) + 0.5) * step;
  for (std::size_t k = 0; k < q.boundary.size(); ++k) q.boundary[k] = low + static_cast<double>(k + 1) * step;
  q.low = low;
  q.high = high;
}

// The smallest value of f in [from, to] by golden section; the middle of the last bracket.
template <class F>
double golden_section(double from, double to, const F& f) {
  const double share = (std::sqrt(5.0) - 1) / 2;
  double a = to - share * (to - from), b = from + share * (to - from), at_a = f(a), at_b = f(b);
  for (int i = 0; i < 30; ++i) {
    if (at_a <= at_b) {
      to = b, b = a, at_b = at_a;
      a = to - share * (to - from), at_a = f(a);
    } else {
      from = a, a = b, at_a = at_b;
      b = from + share * (to - from), at_b = f(b);
    }
  }
  return (from + to) / 2;
}

quantiser best_uniform(unsigned bits, const sorted_samples& samples) {
  const double width = samples.high() - samples.low();
  quantiser q = uniform_quantiser(bits, samples.low(), samples.high());
  double centre = (samples.low() + samples.high()) / 2, half = width / 2;
  const auto error = [&](double c, double h) {
    lay_out(c - h, c + h, q);
    return samples.mean_squared_error(q);
  };
  // A grid first: the error of a width has more than one minimum where the distribution has atoms.
  constexpr int steps = 64, rounds = 4;
  const auto along = [&](double from, double to, const auto& f) {
    const double step = (to - from) / steps;
    double best = from, least = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= steps; ++i)
      if (const double now = f(from + i * step); now < least) least = now, best = from + i * step;
    const double refined = golden_section(std::max(from, best - step), std::min(to, best + step), f);
    return f(refined) <= least ? refined : best;
  };
  for (int round = 0; round < rounds; ++round) {
    half = along(width / 64, width / 2 * 1.5, [&](double h) { return error(centre, h); });
    centre = along(centre - half / 4, centre + half / 4, [&](double c) { return error(c, half); });
  }
  lay_out(centre - half, centre + half, q);
  return q;
}

// Lloyd's iteration; no step of it raises the error.
quantiser iterate(quantiser q, const sorted_samples& samples, const lloyd_rules& rules) {
  const std::size_t levels = q.level.size();
  double before = std::numeric_limits<double>::infinity();
  for (std::size_t iteration = 0; iteration < rules.most_iterations; ++iteration) {
    double error = 0;
    std::size_t begin = 0;
    for (std::size_t k = 0; k < levels; ++k) {
      const std::size_t end = k + 1 < levels ? samples.up_to(q.boundary[k]) : samples.size();
      if (end > begin) {
        q.level[k] = samples.mean(begin, end);
        error += samples.squared_error(begin, end, q.level[k]);
      }
      begin = end;
    }
    for (std::size_t k = 0; k + 1 < levels; ++k) q.boundary[k] = (q.level[k] + q.level[k + 1]) / 2;
    if (before - error <= rules.least_change * error) break;
    before = error;
  }
  return q;
}

quantiser lloyd_max(unsigned bits, const sorted_samples& samples, const lloyd_rules& rules) {
  quantiser q = iterate(uniform_quantiser(bits, samples.percentile(rules.start_percentile),
                                          samples.percentile(100 - rules.start_percentile)),
                        samples, rules);
  // With many bits the tails stay behind: the start gives them no levels, and the iteration is slow to.
  const quantiser other = iterate(best_uniform(bits, samples), samples, rules);
  return samples.mean_squared_error(other) < samples.mean_squared_error(q) ? other : q;
}

}  // namespace
}  // namespace analog

std::size_t quantiser::code(double x) const noexcept {
  return static_cast<std::size_t>(std::lower_bound(boundary.begin(), boundary.end(), x) - boundary.begin());
}

quantiser uniform_quantiser(unsigned bits, double low, double high) {
  bits = std::clamp(bits, 1u, most_adc_bits);
  quantiser q;
  q.level.resize(std::size_t{1} << bits);
  q.boundary.resize(q.level.size() - 1);
  analog::lay_out(low, high, q);
  return q;
}

quantiser mid_tread_quantiser(unsigned bits, double full_scale) {
  bits = std::clamp(bits, 1u, most_adc_bits);
  const std::size_t steps = bits > 1 ? (std::size_t{1} << (bits - 1)) - 1 : 1;
  const double step = full_scale / static_cast<double>(steps);
  quantiser q;
  q.level.resize(2 * steps + 1);
  q.boundary.resize(2 * steps);
  analog::lay_out(-full_scale - step / 2, full_scale + step / 2, q);
  return q;
}

result<quantiser> design_quantiser(quantiser_kind kind, unsigned bits, std::span<const double> samples,
                                   const lloyd_rules& rules) {
  if (bits < 1 || bits > most_adc_bits)
    return {error::bad_value, "bits: must be from 1 to " + std::to_string(most_adc_bits)};
  if (samples.empty()) return {error::bad_value, "samples: there are none"};
  if (!std::all_of(samples.begin(), samples.end(), [](double v) { return std::isfinite(v); }))
    return {error::bad_value, "samples: must be finite"};
  if (!(rules.start_percentile >= 0 && rules.start_percentile < 50))
    return {error::bad_value, "start_percentile: must be from 0 to below 50"};
  if (rules.most_samples < 1) return {error::bad_value, "most_samples: must be at least 1"};
  if (rules.most_iterations < 1) return {error::bad_value, "most_iterations: must be at least 1"};
  if (!(rules.least_change >= 0) || !std::isfinite(rules.least_change))
    return {error::bad_value, "least_change: must be at least 0 and finite"};
  const auto [low, high] = std::minmax_element(samples.begin(), samples.end());
  // The steps of a wider range overflow.
  if (!std::isfinite(4 * (*high - *low))) return {error::bad_value, "samples: their range is too wide"};
  if (kind == quantiser_kind::uniform) return uniform_quantiser(bits, *low, *high);
  if (kind == quantiser_kind::best_uniform)
    return analog::best_uniform(bits, analog::sorted_samples(samples, samples.size()));
  quantiser q = analog::lloyd_max(bits, analog::sorted_samples(samples, rules.most_samples), rules);
  q.low = *low;
  q.high = *high;
  return q;
}

double mean_squared_error(const quantiser& q, std::span<const double> samples) {
  return samples.empty() ? 0 : analog::sorted_samples(samples, samples.size()).mean_squared_error(q);
}

double quantisation_snr_db(const quantiser& q, std::span<const double> samples) {
  if (samples.empty()) return std::numeric_limits<double>::infinity();
  const analog::sorted_samples sorted(samples, samples.size());
  const double error = sorted.mean_squared_error(q);
  if (!(error > 0)) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(sorted.variance() / error);
}

}  // namespace mho
