// Users of unequal gain: zero forcing divides them, so that each stream has its own closed form.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "closed_form.hpp"

#include "../simulate.hpp"

namespace mho::sim {
namespace {

TEST(user_gains, zero_forcing_of_each_stream_follows_its_gain) {
  const std::vector<double> gains{4, 0, -4};
  for (const auto& [channel, draw] :
       {std::pair{"rayleigh", "channel"}, {"kronecker", "channel"}, {"rayleigh", "gram"}}) {
    scenario s = test::make_scenario(5, 3, "16qam", "zf");
    s.link.channel = channel;
    s.link.draw = draw;
    s.channel.model["user_gain_db"] = gains;
    const link l = link::make(s).value();
    const snr_point at = l.at(14);
    const tally t = test::simulate(l, at, 100);
    double exact = 0, energy = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const double gain = std::pow(10.0, gains[k] / 10), of_stream = ber_rayleigh(16, 3, gain / at.n0);
      exact += of_stream / 3;
      energy += gain / 3;
      // Streams' errors do not go against one another: the deviation of a third's mean is at most 3 times
      // that of the mean of all.
      const double bits = static_cast<double>(t.bits) / 3;
      EXPECT_NEAR(static_cast<double>(t.stream_bit_errors[k]) / bits, of_stream, 3 * test::bound(t)) << k;
    }
    EXPECT_NEAR(test::rate(t), exact, test::bound(t)) << channel;
    // The SNR counts what arrives: tx energy / N0.
    EXPECT_NEAR(at.snr_db - at.es_n0_db, 10 * std::log10(3 * energy), 1e-9);
  }
}

TEST(user_gains, zero_forcing_under_shadowing_follows_the_integral) {
  constexpr double spread = 6;
  scenario s = test::make_scenario(4, 2, "16qam", "zf");
  s.channel.model["path_loss_spread_db"] = spread;
  const snr_point at = link::make(s).value().at(14);
  // The trapezoidal rule with a Gaussian weight converges faster than any power of its step.
  const double nepers = spread * std::numbers::ln10 / 10;
  double exact = 0;
  for (int i = -400; i <= 400; ++i) {
    const double normal = i * 0.02;
    exact += 0.02 * std::exp(-normal * normal / 2) / std::sqrt(2 * std::numbers::pi) *
             ber_rayleigh(16, 3, std::exp(nepers * normal - nepers * nepers / 2) / at.n0);
  }
  for (const char* draw : {"channel", "gram"}) {
    s.link.draw = draw;
    const tally t = test::simulate(link::make(s).value(), at, 100);
    EXPECT_NEAR(test::rate(t), exact, test::bound(t)) << draw;
  }
}

TEST(user_gains, shadowing_has_mean_gain_one_and_its_spread) {
  // |h|^2 in dB is that of an exponential plus N(0, spread^2), less spread^2 ln(10) / 20. An exponential's
  // logarithm has the mean -gamma and the variance pi^2 / 6.
  constexpr double spread = 8, decibel = 10 / std::numbers::ln10;
  constexpr std::size_t draws = 100000;
  const auto c = make_channel("rayleigh", {{"path_loss_spread_db", spread}}, 1, 1).value();
  std::vector<std::complex<float>> h(draws);
  c->draw({4, 1, 0}, draws, h);
  double sum = 0, square = 0;
  for (const auto entry : h) {
    const double x = 10 * std::log10(std::norm(std::complex<double>(entry)));
    sum += x / draws;
    square += x * x / draws;
  }
  const double mean = -std::numbers::egamma * decibel - spread * spread / (2 * decibel),
               variance = spread * spread + std::numbers::pi * std::numbers::pi / 6 * decibel * decibel;
  EXPECT_NEAR(sum, mean, 4.9 * std::sqrt(variance / draws));
  // Fourth central moment: 3 v^2 plus the exponential's excess, pi^4 / 15 decibel^4.
  const double excess = std::pow(std::numbers::pi * decibel, 4) / 15;
  EXPECT_NEAR(square - sum * sum, variance, 4.9 * std::sqrt((2 * variance * variance + excess) / draws));
}

}  // namespace
}  // namespace mho::sim
