// Zero forcing over channels whose streams are not i.i.d.: error rates against integrals over the law of the
// other stream's vector. What is left of a stream, h_1 projected onto the complement of h_2, is, given h_2, a
// quadratic form of Gaussians, whose transform is averaged over h_2 first.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "closed_form.hpp"

#include "../simulate.hpp"

namespace mho::sim {
namespace {

using cf64 = std::complex<double>;

constexpr double degree = std::numbers::pi / 180;

// E[exp(-s |P h_1|^2)], P the projection onto the complement of h_2; both are CN(0, R) with the eigenvalues
// l_i. Given h_2 it is 1 / det(1 + s P R P) = A / (B det(1 + s R)) with A = |h_2|^2 = sum l_i e_i and B =
// sum b_i e_i, b_i = l_i / (1 + s l_i), the e_i independent exponentials of mean 1. E[A / B] is the integral
// over x from 0 of E[A exp(-x B)] = sum_i l_i / (1 + x b_i) prod_j 1 / (1 + x b_j).
double correlated_transform(const Eigen::VectorXd& eigenvalues, double s) {
  const Eigen::ArrayXd l = eigenvalues.array().max(0), b = l / (1 + s * l);
  const double unit = 1 / b.maxCoeff();  // of x
  const double ratio = boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
      [&](double x) { return unit * (l / (1 + x * unit * b)).sum() / (1 + x * unit * b).prod(); }, 0.0,
      std::numeric_limits<double>::infinity(), 15, 1e-9);
  return ratio / (1 + s * l).prod();
}

double correlated_ber(const Eigen::VectorXd& eigenvalues, double es_n0) {
  return test::ber_16qam([&](double s) { return correlated_transform(eigenvalues, s); }, es_n0);
}

Eigen::MatrixXcd exponential(int rx, double r) {
  Eigen::MatrixXcd m(rx, rx);
  for (int i = 0; i < rx; ++i)
    for (int j = 0; j < rx; ++j) m(i, j) = std::pow(r, std::abs(i - j));
  return m;
}

// E[exp(j pi (i - k) sin(angle + spread z))], z of N(0, 1), by the trapezoidal rule.
Eigen::MatrixXcd scattering(int rx, double angle, double spread) {
  constexpr double step = 0.01;
  Eigen::MatrixXcd m = Eigen::MatrixXcd::Zero(rx, rx);
  for (double z = -9; z < 9; z += step)
    for (int i = 0; i < rx; ++i)
      for (int k = 0; k < rx; ++k)
        m(i, k) += step * std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi) *
                   std::polar(1.0, std::numbers::pi * (i - k) * std::sin(angle + spread * z));
  return m;
}

Eigen::VectorXd eigenvalues(const Eigen::MatrixXcd& m) {
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXcd>(m).eigenvalues();
}

TEST(zero_forcing, integral_over_correlation_has_the_known_cases) {
  // Without correlation rx - 1 branches are left.
  for (const int rx : {2, 4})
    EXPECT_NEAR(correlated_ber(Eigen::VectorXd::Ones(rx), 20),
                ber_rayleigh(16, static_cast<std::size_t>(rx) - 1, 20), 1e-8);
  // Two antennas: the share t of h_2 along the first eigenvector, without the weights, is uniform, and the
  // one dimension that is left has the mean l_1 l_2 / (l_1 t + l_2 (1 - t)); the integral over t is
  // elementary.
  const double a = 1.7, b = 0.3, product = a * b;
  for (const double s : {0.1, 3.0, 200.0})
    EXPECT_NEAR(correlated_transform(Eigen::Vector2d(a, b), s),
                1 - s * product / (a - b) * std::log((a + s * product) / (b + s * product)), 1e-8);
}

TEST(zero_forcing, of_correlated_antennas_is_the_integral) {
  struct row {
    std::size_t rx;
    options given;
    Eigen::MatrixXcd receive;
    double left;  // of a stream's energy: 1 / (T^-1)_kk
    double snr;
  };
  const options local{{"rx_model", "local_scattering"}, {"angle_deg", 25.0}, {"angular_spread_deg", 20.0}};
  for (const row& c : {row{2, {{"rx_correlation", 0.8}}, exponential(2, 0.8), 1, 20},
                       {4, {{"rx_correlation", 0.9}}, exponential(4, 0.9), 1, 16},
                       {4, {{"rx_correlation", 0.5}, {"tx_correlation", 0.6}}, exponential(4, 0.5), 0.64, 14},
                       {2, local, scattering(2, 25 * degree, 20 * degree), 1, 20},
                       {4, local, scattering(4, 25 * degree, 20 * degree), 1, 16}}) {
    scenario s = test::make_scenario(c.rx, 2, "16qam", "zf");
    s.link.channel = "kronecker";
    s.channel.model = c.given;
    const link l = link::make(s).value();
    const snr_point at = l.at(c.snr);
    const tally t = test::simulate(l, at, 240);
    const double exact = correlated_ber(eigenvalues(c.receive), c.left / at.n0);
    EXPECT_EQ(t.strata[0].units, t.uses);
    ASSERT_GT(exact * static_cast<double>(t.bits), 1000);
    EXPECT_NEAR(test::rate(t), exact, test::bound(t)) << c.rx << " antennas, " << c.receive(0, 1);
  }
}

// The share of |h_2|^2 in the direction of h_1's line of sight, at nodes with the weights of its law.
struct shares {
  std::vector<double> at, weight;
};

// h_2 = m + w, w of CN(0, 1), |m|^2 = along + across. Both parts are non-central chi-squares, that is gammas
// of 1 + i and rx - 1 + j with i and j of Poisson laws: given those, the share has a beta law.
shares law_of_share(std::size_t rx, double along, double across) {
  using rule = boost::math::quadrature::gauss<double, 100>;
  shares found;
  for (const double side : {-0.5, 0.5})
    for (std::size_t n = 0; n < rule::abscissa().size(); ++n) {
      found.at.push_back(0.5 + side * rule::abscissa()[n]);
      found.weight.push_back(0);
      const double x = found.at.back();
      const auto log_poisson = [](int i, double mean) {
        return i * std::log(mean) - mean - std::lgamma(i + 1);
      };
      for (int i = 0; i < 80; ++i)
        for (int j = 0; j < 80; ++j) {
          const double p = 1 + i, q = static_cast<double>(rx) - 1 + j;
          found.weight.back() +=
              0.5 * rule::weights()[n] *
              std::exp(log_poisson(i, along) + log_poisson(j, across) + std::lgamma(p + q) - std::lgamma(p) -
                       std::lgamma(q) + (p - 1) * std::log(x) + (q - 1) * std::log1p(-x));
        }
    }
  return found;
}

TEST(zero_forcing, of_rician_fading_is_the_integral) {
  const std::vector<double> angles{-20, 5};
  for (const auto& [rx, draw, k_factor_db, snr] : {std::tuple{2u, "channel", 6.0, 20.0},
                                                   {4u, "channel", 6.0, 14.0},
                                                   {4u, "channel", 0.0, 12.0},
                                                   {4u, "gram", 6.0, 14.0}}) {
    const double k = std::pow(10.0, k_factor_db / 10), branches = rx;
    cf64 product = 0;  // of the two plane waves
    for (unsigned m = 0; m < rx; ++m)
      product += std::polar(
          1.0, std::numbers::pi * m * (std::sin(angles[0] * degree) - std::sin(angles[1] * degree)));
    const double along = k * std::norm(product) / branches;
    const shares share = law_of_share(rx, along, k * branches - along);
    double all = 0;
    for (const double w : share.weight) all += w;
    ASSERT_NEAR(all, 1, 1e-10);
    // Given h_2: rx - 1 Gaussians, whose means have (1 - share) of the line of sight's energy.
    const auto transform = [&](double x) {
      const double s = x / (k + 1);
      double mean = 0;
      for (std::size_t n = 0; n < share.at.size(); ++n)
        mean += share.weight[n] * std::exp(-s / (1 + s) * k * branches * (1 - share.at[n]));
      return mean / std::pow(1 + s, branches - 1);
    };
    scenario s = test::make_scenario(rx, 2, "16qam", "zf");
    s.link.channel = "rician";
    s.link.draw = draw;
    s.channel.model = {{"k_factor_db", k_factor_db}, {"angles_deg", angles}};
    const link l = link::make(s).value();
    const snr_point at = l.at(snr);
    const tally t = test::simulate(l, at, 240);
    const double exact = test::ber_16qam(transform, 1 / at.n0);
    EXPECT_EQ(t.strata[0].units, t.uses);
    ASSERT_GT(exact * static_cast<double>(t.bits), 1000);
    EXPECT_NEAR(test::rate(t), exact, test::bound(t)) << rx << " " << draw << " " << k_factor_db;
  }
}

}  // namespace
}  // namespace mho::sim
