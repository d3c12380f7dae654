// Correlated receive antennas: covariances against integrals and closed forms, error rates against the
// product over their eigenvalues.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <numbers>

#include "../simulate.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;
using cf64 = std::complex<double>;

constexpr double degree = std::numbers::pi / 180;

options scattering(double angle, double spread) {
  return {{"rx_model", "local_scattering"}, {"angle_deg", angle}, {"angular_spread_deg", spread}};
}

// E[exp(j pi lag sin(angle + d))], d of N(0, spread^2), by Simpson's rule over 9 standard deviations.
cf64 correlation(int lag, double angle, double spread) {
  constexpr int steps = 20000;
  cf64 sum = 0;
  for (int i = 0; i <= steps; ++i) {
    const double normal = 18.0 * i / steps - 9, weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
    sum += weight * std::exp(-normal * normal / 2) *
           std::polar(1.0, std::numbers::pi * lag * std::sin(angle + spread * normal));
  }
  return sum * (18.0 / steps / 3 / std::sqrt(2 * std::numbers::pi));
}

TEST(local_scattering, covariance_is_the_integral) {
  constexpr std::size_t rx = 32;
  for (const auto& [angle, spread] : {std::pair{30.0, 10.0}, {-70.0, 2.0}, {0.0, 60.0}}) {
    const auto c = make_channel("kronecker", scattering(angle, spread), rx, 2).value();
    const std::vector<cf64> r = c->moments()->receive;
    for (const std::size_t i : {0u, 1u, 5u, 31u})
      for (const std::size_t j : {0u, 2u, 31u}) {
        const cf64 expected =
            correlation(static_cast<int>(i) - static_cast<int>(j), angle * degree, spread * degree);
        EXPECT_NEAR(std::abs(r[i * rx + j] - expected), 0, 1e-10) << angle << " " << i << " " << j;
      }
  }
}

TEST(local_scattering, small_spreads_follow_the_closed_form) {
  // Massive MIMO Networks, eq. 2.24, takes sin(angle + d) as sin(angle) + d cos(angle): wrong by at most d^2
  // / 2, so the correlation by at most pi lag spread^2 / 2.
  constexpr std::size_t rx = 16;
  constexpr double angle = 40 * degree, spread = 1.5 * degree;
  const auto c = make_channel("kronecker", scattering(40, 1.5), rx, 1).value();
  const std::vector<cf64> r = c->moments()->receive;
  for (std::size_t i = 0; i < rx; ++i) {
    const double phase = std::numbers::pi * static_cast<double>(i), width = spread * phase * std::cos(angle);
    const cf64 closed = std::polar(std::exp(-width * width / 2), phase * std::sin(angle));
    EXPECT_LE(std::abs(r[i * rx] - closed), phase * spread * spread / 2 + 1e-12) << i;
  }
}

TEST(local_scattering, draws_have_the_covariance) {
  constexpr std::size_t rx = 8, tx = 2, draws = 20000;
  options given = scattering(-20, 8);
  given["tx_correlation"] = 0.5;
  const auto c = make_channel("kronecker", given, rx, tx).value();
  std::vector<cf32> h(draws * rx * tx);
  c->draw({1, 2, 0}, draws, h);
  for (std::size_t i = 0; i < rx; ++i)
    for (std::size_t k = 0; k < tx; ++k) {
      cf64 mean = 0;
      for (std::size_t n = 0; n < draws; ++n)
        mean += cf64(h[(n * rx + i) * tx]) * std::conj(cf64(h[n * rx * tx + k])) / static_cast<double>(draws);
      const cf64 expected = correlation(static_cast<int>(i), -20 * degree, 8 * degree) * (k == 0 ? 1.0 : 0.5);
      // Parts of the product of two CN(0, 1): variance at most 1. Of 32 means, all: 5.6 sigma.
      EXPECT_NEAR(mean.real(), expected.real(), 5.6 / std::sqrt(draws)) << i << " " << k;
      EXPECT_NEAR(mean.imag(), expected.imag(), 5.6 / std::sqrt(draws)) << i << " " << k;
    }
}

TEST(kronecker, maximum_ratio_combining_is_the_product_over_eigenvalues) {
  // ||h||^2 is a sum of independent exponentials with the eigenvalues as means.
  constexpr std::size_t rx = 4;
  const options exponential{{"rx_correlation", 0.9}};
  for (const options& given : {exponential, scattering(10, 15)}) {
    scenario s = test::make_scenario(rx, 1, "16qam", "mrc");
    s.link.channel = "kronecker";
    s.channel.model = given;
    Eigen::Matrix4cd r;
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j)
        r(i, j) = given.count("rx_correlation") != 0 ? std::pow(0.9, std::abs(i - j))
                                                     : correlation(i - j, 10 * degree, 15 * degree);
    const Eigen::Vector4d eigenvalues = Eigen::SelfAdjointEigenSolver<Eigen::Matrix4cd>(r).eigenvalues();
    const link l = link::make(s).value();
    const snr_point at = l.at(8);
    const tally t = test::simulate(l, at, 60);
    const double exact =
        test::ber_16qam([&](double x) { return 1 / (1 + x * eigenvalues.array()).prod(); }, 1 / at.n0);
    ASSERT_GT(exact * static_cast<double>(t.bits), 100);
    EXPECT_NEAR(test::rate(t), exact, test::bound(t));
  }
}

}  // namespace
}  // namespace mho::sim
