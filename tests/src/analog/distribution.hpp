/// \file
/// Goodness of fit: one sample against a law known in closed form.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace mho::test {

/// Distribution function of the standard normal law.
inline double normal_below(double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }

/// Kolmogorov's statistic sup |F_n - F| of a sample against a continuous distribution function.
template <class Law>
double kolmogorov(std::vector<double> sample, const Law& below) {
  std::sort(sample.begin(), sample.end());
  const auto n = static_cast<double>(sample.size());
  double worst = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double f = below(sample[i]), rank = static_cast<double>(i);
    worst = std::max({worst, f - rank / n, (rank + 1) / n - f});
  }
  return worst;
}

/// What that statistic exceeds with a probability of at most 1e-6: 2 exp(-2 n d^2) = 1e-6 (Dvoretzky, Kiefer,
/// Wolfowitz; Massart 1990).
inline double kolmogorov_bound(std::size_t n) {
  return std::sqrt(std::log(2e6) / (2 * static_cast<double>(n)));
}

}  // namespace mho::test
