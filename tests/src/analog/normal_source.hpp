/// \file
/// The standard normal distribution as a signal: its quantiles as samples, and exact mean squared errors.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace mho::test {

inline double normal_density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * M_PI); }
inline double normal_below(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

/// The middles of n equal shares of the distribution, by bisection.
inline std::vector<double> normal_quantiles(std::size_t n) {
  std::vector<double> samples(n);
  for (std::size_t i = 0; i < n / 2; ++i) {
    const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    double low = -9, high = 0;
    for (int step = 0; step < 50; ++step) {
      const double middle = (low + high) / 2;
      (normal_below(middle) < share ? low : high) = middle;
    }
    samples[i] = low;
    samples[n - 1 - i] = -low;
  }
  return samples;
}

/// E (x - f(x))^2 of a function that is constant between neighbouring breaks (any order): integrals of the
/// density in closed form, f asked in the middle of each interval.
template <class F>
double normal_squared_error(std::vector<double> breaks, const F& f) {
  constexpr double far = 12;
  breaks.push_back(-far);
  breaks.push_back(far);
  std::sort(breaks.begin(), breaks.end());
  double sum = 0;
  for (std::size_t i = 0; i + 1 < breaks.size(); ++i) {
    const double a = breaks[i], b = breaks[i + 1];
    if (!(b > a)) continue;
    const double v = f((a + b) / 2), mass = normal_below(b) - normal_below(a);
    sum += (1 + v * v) * mass - (b * normal_density(b) - a * normal_density(a)) +
           2 * v * (normal_density(b) - normal_density(a));
  }
  return sum;
}

}  // namespace mho::test
