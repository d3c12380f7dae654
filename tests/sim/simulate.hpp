/// \file
/// Links of one detector, their error counts, and exact error rates by numerical integration.
#pragma once

#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include "link.hpp"

namespace mho::sim::test {

inline scenario make_scenario(std::size_t rx, std::size_t tx, const std::string& modulation,
                              const std::string& detector) {
  scenario s;
  s.link.rx = rx;
  s.link.tx = tx;
  s.link.modulation = modulation;
  detector_settings d;
  d.id = d.label = detector;
  d.spec = detector_spec(detector);
  s.detectors = {d};
  return s;
}

inline tally simulate(const link& l, const snr_point& at, std::uint64_t chunks) {
  link_worker worker(l);
  std::vector<tally> total(l.curves()), chunk(l.curves());
  total[0].clear(l.settings().link.tx, 1);
  for (std::uint64_t c = 0; c < chunks; ++c) {
    worker.run(at, c, chunk);
    total[0] += chunk[0];
  }
  return total[0];
}

/// 4.9 standard errors of the mean over units (probability 1 - 1e-6), from the units' own sums of squares.
inline double bound(const tally& t) {
  const auto n = static_cast<double>(t.strata[0].units), sum = static_cast<double>(t.strata[0].errors);
  const double variance = (static_cast<double>(t.strata[0].squares) - sum * sum / n) / (n - 1);
  return 4.9 * std::sqrt(variance / n) / (static_cast<double>(t.bits) / n);
}

inline double rate(const tally& t) { return static_cast<double>(t.bit_errors) / static_cast<double>(t.bits); }

/// Bit error rate of Gray 16-QAM, 3/4 Q(u) + 1/2 Q(3 u) - 1/4 Q(5 u) with u = sqrt(es_n0 g / 5) (P. K.
/// Vitthaladevuni and M.-S. Alouini, IEEE Trans. Inf. Theory 49(1), 2003), over a gain g with E[exp(-s g)] =
/// transform(s), by Craig's integral Q(u) = 1/pi int_0^(pi/2) exp(-u^2 / (2 sin^2)). The midpoint rule on a
/// smooth periodic function converges faster than any power of the step.
inline double ber_16qam(const std::function<double(double)>& transform, double es_n0) {
  constexpr int steps = 400;
  const auto mean_q = [&](double odd) {
    double sum = 0;
    for (int i = 0; i < steps; ++i) {
      const double sine = std::sin((i + 0.5) * std::numbers::pi / (2 * steps));
      sum += transform(odd * odd * es_n0 / (10 * sine * sine));
    }
    return sum / (2 * steps);
  };
  return 0.75 * mean_q(1) + 0.5 * mean_q(3) - 0.25 * mean_q(5);
}

/// E[exp(-s |h|^2)] of a Rician h with E|h|^2 = 1 and K-factor k (M. K. Simon and M.-S. Alouini, Digital
/// Communication over Fading Channels, 2nd ed., eq. 2.17).
inline double rician_transform(double k, double s) {
  return (1 + k) / (1 + k + s) * std::exp(-k * s / (1 + k + s));
}

}  // namespace mho::sim::test
