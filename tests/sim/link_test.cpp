// The link against closed forms: zero forcing and MRC in i.i.d. Rayleigh fading, AWGN; its SNR, its draws.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "closed_form.hpp"
#include "engine.hpp"
#include "link.hpp"

#include "simulate.hpp"

namespace mho::sim {
namespace {

using test::bound;
using test::make_scenario;
using test::rate;
using test::simulate;

TEST(link, zero_forcing_follows_the_closed_form) {
  // Post-ZF SNR of a stream: Gamma(rx - tx + 1), averaged over the exact Gray QAM bit error rate.
  struct size {
    std::size_t rx, tx;
  };
  for (const size s : {size{4, 4}, {8, 4}, {16, 4}, {32, 8}})
    for (const auto& [name, points] : {std::pair{"qpsk", 4}, {"16qam", 16}, {"256qam", 256}}) {
      const link l = link::make(make_scenario(s.rx, s.tx, name, "zf")).value();
      for (const double snr : {5.0, 15.0}) {
        const snr_point at = l.at(snr);
        const tally t = simulate(l, at, 60);
        const double exact =
            ber_rayleigh(static_cast<unsigned>(points), static_cast<unsigned>(s.rx - s.tx + 1), 1 / at.n0);
        if (exact * static_cast<double>(t.bits) < 100) continue;  // too few errors for the normal bound
        EXPECT_NEAR(rate(t), exact, bound(t)) << s.rx << "x" << s.tx << " " << name << " " << snr;
      }
    }
}

TEST(link, maximum_ratio_combining_of_one_user_follows_the_closed_form) {
  for (const std::size_t rx : {1u, 2u, 8u}) {
    const link l = link::make(make_scenario(rx, 1, "16qam", "mrc")).value();
    const snr_point at = l.at(8);
    const tally t = simulate(l, at, 100);
    EXPECT_NEAR(rate(t), ber_rayleigh(16, static_cast<unsigned>(rx), 1 / at.n0), bound(t)) << rx;
  }
}

TEST(link, awgn_follows_the_closed_form) {
  for (const auto& [name, points] : {std::pair{"qpsk", 4}, {"64qam", 64}, {"4096qam", 4096}}) {
    scenario s = make_scenario(2, 2, name, "zf");
    s.link.channel = "awgn";
    const link l = link::make(s).value();
    const snr_point at = l.at(8);
    const tally t = simulate(l, at, 100);
    EXPECT_NEAR(rate(t), ber_awgn(static_cast<unsigned>(points), 1 / at.n0), bound(t)) << name;
  }
}

TEST(link, liquid_modem_makes_the_same_bit_errors) {
  if (!has_liquid()) GTEST_SKIP() << "built without liquid-dsp";
  for (const char* name : {"qpsk", "16qam", "64qam", "256qam"}) {
    scenario s = make_scenario(8, 4, name, "mmse");
    const link native = link::make(s).value();
    s.link.modem = "liquid";
    const link liquid = link::make(s).value();
    const tally a = simulate(native, native.at(9), 20), b = simulate(liquid, liquid.at(9), 20);
    EXPECT_GT(a.bit_errors, 100u) << name;
    EXPECT_EQ(a.bit_errors, b.bit_errors) << name;
    EXPECT_EQ(a.symbol_errors, b.symbol_errors) << name;
  }
}

TEST(link, conventions_of_the_worked_point) {
  // 128x8 64-QAM, N0 = 1.268: 8.0 dB, Es/N0 -1.03 dB, Eb/N0 -8.81 dB, matched filter 20.04 dB.
  const snr_point p = make_snr_point(snr_kind::snr_db, 8.0, 128, 8, 6, 128);
  EXPECT_NEAR(p.n0, 1.268, 5e-4);
  EXPECT_NEAR(p.es_n0_db, -1.03, 5e-3);
  EXPECT_NEAR(p.eb_n0_db, -8.81, 5e-3);
  EXPECT_NEAR(p.matched_filter_db, 20.04, 5e-3);
  for (const auto& [kind, value] :
       {std::pair{snr_kind::es_n0_db, p.es_n0_db}, {snr_kind::eb_n0_db, p.eb_n0_db}})
    EXPECT_NEAR(make_snr_point(kind, value, 128, 8, 6, 128).n0, p.n0, 1e-12);
  EXPECT_EQ(make_snr_point(snr_kind::snr_db, std::numeric_limits<double>::infinity(), 4, 2, 2, 4).n0, 0);
}

TEST(link, channel_has_unit_energy_and_fixed_channels_repeat) {
  std::vector<std::complex<float>> h(64 * 16), again(h.size());
  const auto rayleigh = make_channel("rayleigh", {}, 64, 16).value();
  double energy = 0;
  constexpr std::size_t draws = 200;
  for (std::uint64_t k = 0; k < draws; ++k) {
    rayleigh->draw({1, 2, k}, 1, h);
    for (const auto entry : h) energy += std::norm(entry);
  }
  const double count = draws * 64 * 16;  // |h|^2 is exponential: standard deviation 1
  EXPECT_NEAR(energy / count, 1, 4.9 / std::sqrt(count));
  rayleigh->draw({1, 2, 7}, 1, h);
  rayleigh->draw({1, 2, 7}, 1, again);
  EXPECT_EQ(h, again);
}

TEST(link, kronecker_channel_has_its_correlations) {
  constexpr std::size_t draws = 20000, rx = 4, tx = 3;
  std::vector<std::complex<float>> h(rx * tx);
  const auto kronecker =
      make_channel("kronecker", {{"rx_correlation", 0.8}, {"tx_correlation", 0.5}}, rx, tx).value();
  std::vector<std::complex<double>> product(rx * tx * rx * tx);
  for (std::uint64_t k = 0; k < draws; ++k) {
    kronecker->draw({1, 2, k}, 1, h);
    for (std::size_t a = 0; a < h.size(); ++a)
      for (std::size_t b = 0; b < h.size(); ++b)
        product[a * h.size() + b] += std::complex<double>(h[a]) * std::conj(std::complex<double>(h[b]));
  }
  // Real and imaginary part of the product of two CN(0, 1): variance at most 1. Of 288 means, all: 6 sigma.
  for (std::size_t a = 0; a < h.size(); ++a)
    for (std::size_t b = 0; b < h.size(); ++b) {
      const auto apart = [](std::size_t x, std::size_t y) {
        return static_cast<double>(x > y ? x - y : y - x);
      };
      const double expected = std::pow(0.8, apart(a / tx, b / tx)) * std::pow(0.5, apart(a % tx, b % tx));
      const std::complex<double> mean = product[a * h.size() + b] / static_cast<double>(draws);
      EXPECT_NEAR(mean.real(), expected, 6 / std::sqrt(draws)) << a << " " << b;
      EXPECT_NEAR(mean.imag(), 0, 6 / std::sqrt(draws)) << a << " " << b;
    }
}

TEST(link, zero_forcing_with_correlated_streams_follows_the_closed_form) {
  // Transmit correlation R divides the SNR of stream k by [R^-1]_kk (D. Gore, R. W. Heath and A. Paulraj, "On
  // performance of the zero forcing receiver in presence of transmit correlation", ISIT 2002): 1 / (1 - r^2)
  // at the ends of the exponential model, (1 + r^2) / (1 - r^2) between.
  constexpr double r = 0.9;
  scenario s = make_scenario(16, 4, "16qam", "zf");
  s.link.channel = "kronecker";
  s.channel.model["tx_correlation"] = r;
  const link l = link::make(s).value();
  const snr_point at = l.at(18);
  const tally t = simulate(l, at, 200);
  const double ends = ber_rayleigh(16, 13, (1 - r * r) / at.n0),
               inner = ber_rayleigh(16, 13, (1 - r * r) / (1 + r * r) / at.n0);
  EXPECT_NEAR(rate(t), (ends + inner) / 2, bound(t));
}

TEST(link, no_noise_means_no_errors) {
  const link l = link::make(make_scenario(16, 4, "1024qam", "zf")).value();
  EXPECT_EQ(simulate(l, l.at(std::numeric_limits<double>::infinity()), 20).bit_errors, 0u);
}

}  // namespace
}  // namespace mho::sim
