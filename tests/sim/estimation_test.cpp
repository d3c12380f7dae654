// Channel estimates: against the dense linear estimate, mean square errors against their formulas, and the
// error rate that they cost.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "estimation.hpp"

#include "simulate.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;
using cf64 = std::complex<double>;

constexpr std::size_t rx = 4, tx = 3, entries = rx * tx;

const std::vector<double> gains{3, 0, -6}, angles{-40, 5, 30};

struct model {
  std::string kind;
  options given;
};

const std::vector<model> models{
    {"rayleigh", {}},
    {"rayleigh", {{"user_gain_db", gains}}},
    {"kronecker", {{"rx_correlation", 0.8}}},
    {"kronecker", {{"tx_correlation", 0.6}, {"user_gain_db", gains}}},
    {"kronecker", {{"rx_model", "local_scattering"}, {"tx_correlation", 0.6}}},
    {"rician", {{"k_factor_db", 4.0}, {"angles_deg", angles}, {"user_gain_db", gains}}},
    {"awgn", {}}};

// Mean and covariance of the entries of H, row-major, from what the models are defined by.
struct law {
  Eigen::VectorXcd mean = Eigen::VectorXcd::Zero(entries);
  Eigen::MatrixXcd covariance = Eigen::MatrixXcd::Zero(entries, entries);
};

law law_of(const model& m) {
  const auto number = [&](const char* key) {
    return m.given.count(key) != 0 ? std::get<double>(m.given.at(key)) : 0.0;
  };
  const double k_factor = m.kind == "rician" ? std::pow(10.0, number("k_factor_db") / 10) : 0;
  law l;
  for (std::size_t a = 0; a < entries; ++a) {
    const auto row = static_cast<double>(a / tx), angle = angles[a % tx] * std::numbers::pi / 180;
    const auto amplitude = [&](std::size_t k) {
      return m.given.count("user_gain_db") != 0 ? std::pow(10.0, gains[k] / 20) : 1.0;
    };
    const auto i = static_cast<Eigen::Index>(a);
    if (m.kind == "awgn") l.mean[i] = a / tx == a % tx ? 1 : 0;
    if (m.kind == "rician")
      l.mean[i] = std::sqrt(k_factor / (k_factor + 1)) * amplitude(a % tx) *
                  std::polar(1.0, std::numbers::pi * row * std::sin(angle));
    for (std::size_t b = 0; b < entries && m.kind != "awgn"; ++b) {
      const int rows = static_cast<int>(a / tx) - static_cast<int>(b / tx),
                columns = static_cast<int>(a % tx) - static_cast<int>(b % tx);
      cf64 r = std::pow(number("rx_correlation"), std::abs(rows));
      if (m.given.count("rx_model") != 0)  // tested by itself
        r = make_channel(m.kind, m.given, rx, tx).value()->moments()->receive[(a / tx) * rx + b / tx];
      l.covariance(i, static_cast<Eigen::Index>(b)) = r *
                                                      std::pow(number("tx_correlation"), std::abs(columns)) *
                                                      amplitude(a % tx) * amplitude(b % tx) / (k_factor + 1);
    }
  }
  return l;
}

channel_estimator make_estimator(const options& given, const channel& c) {
  return channel_estimator::make(given, c).value();
}

Eigen::VectorXcd to_vector(std::span<const cf32> h) {
  Eigen::VectorXcd v(static_cast<Eigen::Index>(h.size()));
  for (Eigen::Index i = 0; i < v.size(); ++i) v[i] = h[static_cast<std::size_t>(i)];
  return v;
}

TEST(estimation, lmmse_is_the_dense_linear_estimate_of_what_ls_sees) {
  constexpr double n0 = 0.8, noise = n0 / (2 * 1.9952623149688795);  // 2 pilots, 3 dB
  for (const model& m : models) {
    const auto c = make_channel(m.kind, m.given, rx, tx).value();
    options given{{"method", "lmmse"}, {"pilots", std::int64_t{2}}, {"pilot_boost_db", 3.0}};
    const channel_estimator lmmse = make_estimator(given, *c);
    given["method"] = "ls";
    const channel_estimator ls = make_estimator(given, *c);
    const law l = law_of(m);
    const Eigen::MatrixXcd weights =
        l.covariance * (l.covariance + noise * Eigen::MatrixXcd::Identity(entries, entries)).inverse();
    std::vector<cf32> h(entries), seen(entries), estimated(entries);
    for (std::uint64_t n = 0; n < 20; ++n) {
      c->draw({1, 2, n}, 1, h);
      ls.estimate(h, n0, {1, 2, n}, seen);
      lmmse.estimate(h, n0, {1, 2, n}, estimated);
      const Eigen::VectorXcd expected = l.mean + weights * (to_vector(seen) - l.mean);
      // Four products with unitary factors of at most 4 terms: some 30 roundings of 2^-24 of the vector.
      EXPECT_LT((to_vector(estimated) - expected).norm(),
                30 * 0x1p-24 * (1 + to_vector(seen).norm() + l.mean.norm()))
          << m.kind;
    }
  }
}

TEST(estimation, mean_square_errors_follow_their_formulas) {
  constexpr double n0 = 0.8, noise = n0 / 2;
  constexpr std::size_t draws = 20000;
  for (const model& m : models)
    for (const char* method : {"perfect", "ls", "lmmse"}) {
      const auto c = make_channel(m.kind, m.given, rx, tx).value();
      const channel_estimator e = make_estimator({{"method", method}, {"pilots", std::int64_t{2}}}, *c);
      const law l = law_of(m);
      const Eigen::MatrixXcd noisy = l.covariance + noise * Eigen::MatrixXcd::Identity(entries, entries);
      double exact = 0;
      if (std::string(method) == "ls") exact = noise;
      if (std::string(method) == "lmmse")
        exact = (l.covariance * noisy.inverse()).trace().real() * noise / static_cast<double>(entries);
      double sum = 0, square = 0;
      std::vector<cf32> h(entries), estimated(entries);
      for (std::uint64_t n = 0; n < draws; ++n) {
        c->draw({1, 2, n}, 1, h);
        e.estimate(h, n0, {1, 2, n}, estimated);
        const double error =
            (to_vector(estimated) - to_vector(h)).squaredNorm() / static_cast<double>(entries);
        sum += error / draws;
        square += error * error / draws;
      }
      // 21 means, 5.5 standard errors: a mean of 20000 squares of 12 Gaussians or fewer is normal.
      EXPECT_NEAR(sum, exact, 5.5 * std::sqrt(std::max(0.0, square - sum * sum) / draws) + 1e-12)
          << m.kind << " " << method;
      EXPECT_NEAR(e.error_variance(n0), exact, 1e-9) << m.kind << " " << method;
      EXPECT_EQ(e.noise_variance(n0), n0);
    }
}

TEST(estimation, iid_rayleigh_is_shrunk_by_one_factor) {
  const auto c = make_channel("rayleigh", {}, rx, tx).value();
  const channel_estimator ls = make_estimator({{"method", "ls"}}, *c),
                          lmmse = make_estimator({{"method", "lmmse"}, {"noise_variance", "with_error"}}, *c);
  std::vector<cf32> h(entries), seen(entries), estimated(entries);
  c->draw({1, 2, 3}, 1, h);
  ls.estimate(h, 0.5, {1, 2, 3}, seen);
  lmmse.estimate(h, 0.5, {1, 2, 3}, estimated);
  for (std::size_t i = 0; i < entries; ++i)
    EXPECT_NEAR(std::abs(cf64(estimated[i]) - cf64(seen[i]) / 1.5), 0, 0x1p-22 * std::abs(cf64(seen[i])));
  EXPECT_NEAR(lmmse.noise_variance(0.5), 0.5 + tx * 0.5 / 1.5, 1e-12);
  ls.estimate(h, 0, {1, 2, 3}, seen);
  EXPECT_EQ(seen, h);
}

TEST(estimation, combining_with_noisy_estimates_follows_the_closed_form) {
  // QPSK over L branches of Rayleigh fading with estimates of correlation mu (J. G. Proakis, Digital
  // Communications, 4th ed., eq. C-18): 1/2 - 1/2 mu / sqrt(2 - mu^2) sum_(k < L) C(2k, k) ((1 - mu^2) / (4 -
  // 2 mu^2))^k, mu^2 = 1 / ((1 + N0) (1 + s)). Scaling an estimate changes no decision: lmmse has the same
  // rate.
  constexpr std::size_t branches = 3;
  for (const char* method : {"ls", "lmmse"}) {
    scenario s = test::make_scenario(branches, 1, "qpsk", "mrc");
    s.estimation = {{"method", method}, {"pilots", std::int64_t{2}}};
    const link l = link::make(s).value();
    const snr_point at = l.at(3);
    const tally t = test::simulate(l, at, 60);
    const double mu2 = 1 / ((1 + at.n0) * (1 + at.n0 / 2));
    double sum = 0, term = 1;
    for (std::size_t k = 0; k < branches; ++k) {
      sum += term;
      const auto next = static_cast<double>(k + 1);
      term *= (2 * next) * (2 * next - 1) / (next * next) * (1 - mu2) / (4 - 2 * mu2);
    }
    EXPECT_NEAR(test::rate(t), (1 - std::sqrt(mu2 / (2 - mu2)) * sum) / 2, test::bound(t)) << method;
  }
}

TEST(estimation, perfect_is_what_nothing_said_means) {
  scenario s = test::make_scenario(4, 2, "16qam", "mmse");
  const link plain = link::make(s).value();
  s.estimation = {{"method", "perfect"}, {"pilots", std::int64_t{7}}, {"noise_variance", "with_error"}};
  const link perfect = link::make(s).value();
  EXPECT_EQ(test::simulate(plain, plain.at(8), 5).bit_errors,
            test::simulate(perfect, perfect.at(8), 5).bit_errors);
}

TEST(estimation, lmmse_refuses_a_channel_of_unknown_covariance) {
  scenario s = test::make_scenario(4, 2, "16qam", "mmse");
  s.link.channel = "rician";
  s.channel.model["path_loss_spread_db"] = 3.0;
  s.estimation["method"] = "lmmse";
  const auto made = link::make(s);
  ASSERT_FALSE(made);
  EXPECT_NE(made.message().find("estimation.method"), std::string::npos) << made.message();
}

TEST(estimation, needs_the_channel_itself) {
  scenario s = test::make_scenario(4, 2, "16qam", "mmse");
  s.estimation["method"] = "ls";
  EXPECT_FALSE(link::make(s).value().draws_gram());
  s.link.draw = "gram";
  const auto made = link::make(s);
  ASSERT_FALSE(made);
  EXPECT_NE(made.message().find("estimation.method"), std::string::npos) << made.message();
}

}  // namespace
}  // namespace mho::sim
