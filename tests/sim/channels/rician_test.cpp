// Rician fading: its line of sight, its energy, and error rates in closed form.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "../simulate.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;
using cf64 = std::complex<double>;

TEST(rician, mean_and_energy_are_those_of_the_plane_waves) {
  constexpr std::size_t rx = 8, tx = 2, draws = 20000;
  const double k_factor = std::pow(10.0, 0.6);
  const std::vector<double> angles{-35, 20};
  const auto c = make_channel("rician", {{"k_factor_db", 6.0}, {"angles_deg", angles}}, rx, tx).value();
  std::vector<cf32> h(draws * rx * tx);
  c->draw({3, 1, 0}, draws, h);
  double energy = 0;
  std::vector<cf64> mean(rx * tx);
  for (std::size_t e = 0; e < h.size(); ++e) {
    mean[e % (rx * tx)] += cf64(h[e]) / static_cast<double>(draws);
    energy += static_cast<double>(std::norm(h[e]));
  }
  // Real and imaginary part have the variance 1 / (2 (K + 1)). Of 32 means, all: 5.6 sigma.
  const double deviation = std::sqrt(1 / (2 * (k_factor + 1) * draws));
  for (std::size_t e = 0; e < mean.size(); ++e) {
    const auto antenna = static_cast<double>(e / tx);
    const cf64 expected =
        std::polar(std::sqrt(k_factor / (k_factor + 1)),
                   std::numbers::pi * antenna * std::sin(angles[e % tx] * std::numbers::pi / 180));
    EXPECT_NEAR(mean[e].real(), expected.real(), 5.6 * deviation) << e;
    EXPECT_NEAR(mean[e].imag(), expected.imag(), 5.6 * deviation) << e;
  }
  // |h|^2 has the variance (1 + 2 K) / (1 + K)^2.
  const auto count = static_cast<double>(h.size());
  EXPECT_NEAR(energy / count, 1, 4.9 * std::sqrt((1 + 2 * k_factor) / count) / (1 + k_factor));
  EXPECT_EQ(c->column_energy(), rx);
}

TEST(rician, angles_that_are_not_given_come_once_from_the_seed) {
  // Without scattering the phase from antenna to antenna is pi sin(angle).
  constexpr std::size_t tx = 64;
  const auto angles = [&](std::uint64_t seed, std::uint64_t set) {
    const auto c = make_channel("rician", {{"k_factor_db", 100.0}}, 2, tx, seed).value();
    std::vector<cf32> h(2 * tx);
    c->draw({seed, 5, set}, 1, h);
    std::vector<double> found;
    for (std::size_t k = 0; k < tx; ++k)
      found.push_back(
          std::asin(static_cast<double>(std::arg(h[tx + k] * std::conj(h[k]))) / std::numbers::pi) * 180 /
          std::numbers::pi);
    return found;
  };
  const std::vector<double> first = angles(7, 0), again = angles(7, 1), other = angles(8, 0);
  double lowest = 0, highest = 0, apart = 0;
  for (std::size_t k = 0; k < tx; ++k) {
    EXPECT_NEAR(first[k], again[k], 0.05) << k;  // what is left of the scattering: 1e-5 of the amplitude
    apart = std::max(apart, std::abs(first[k] - other[k]));
    lowest = std::min(lowest, first[k]);
    highest = std::max(highest, first[k]);
  }
  // None of 64 is in an outer quarter of the range with probability (3/4)^64 = 1e-8.
  EXPECT_GT(lowest, -60.1);
  EXPECT_LT(lowest, -30);
  EXPECT_LT(highest, 60.1);
  EXPECT_GT(highest, 30);
  EXPECT_GT(apart, 1);
}

TEST(rician, maximum_ratio_combining_follows_the_integral) {
  for (const auto& [rx, draw] : {std::pair{1u, "channel"}, {4u, "channel"}, {4u, "gram"}})
    for (const double k_factor_db : {0.0, 8.0}) {
      scenario s = test::make_scenario(rx, 1, "16qam", "mrc");
      s.link.channel = "rician";
      s.link.draw = draw;
      s.channel.model["k_factor_db"] = k_factor_db;
      const link l = link::make(s).value();
      const snr_point at = l.at(9);
      const tally t = test::simulate(l, at, 60);
      const double k = std::pow(10.0, k_factor_db / 10);
      const double exact = test::ber_16qam(
          [&, branches = rx](double x) { return std::pow(test::rician_transform(k, x), branches); },
          1 / at.n0);
      ASSERT_GT(exact * static_cast<double>(t.bits), 100);
      EXPECT_NEAR(test::rate(t), exact, test::bound(t)) << rx << " " << draw << " " << k_factor_db;
    }
}

}  // namespace
}  // namespace mho::sim
