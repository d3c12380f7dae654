// Gram matrices and matched-filter outputs drawn without antennas have the law of those of H and y.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "gram_draw.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;
using matrix = Eigen::MatrixXcd;
using vector = Eigen::VectorXcd;

// Both sides of a distribution function against n samples, with the inequality of Dvoretzky, Kiefer and
// Wolfowitz in Massart's form: P(sup > e) <= 2 exp(-2 n e^2), here 1e-6 / `tests`.
template <class Function>
void expect_law(std::vector<double> samples, const Function& distribution, double tests,
                const std::string& what) {
  std::sort(samples.begin(), samples.end());
  const auto n = static_cast<double>(samples.size());
  double apart = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double f = distribution(samples[i]);
    apart = std::max(
        {apart, std::abs(f - static_cast<double>(i) / n), std::abs(f - static_cast<double>(i + 1) / n)});
  }
  EXPECT_LT(apart, std::sqrt(std::log(2 * tests / 1e-6) / (2 * n))) << what;
}

void expect_gamma(std::vector<double> samples, double shape, double tests, const std::string& what) {
  expect_law(
      std::move(samples), [&](double x) { return boost::math::gamma_p(shape, x); }, tests, what);
}

// One draw: G in double precision, and the lower triangle mirrored.
matrix gram_of(const std::vector<cf32>& g, std::size_t tx, std::size_t lane) {
  matrix full(tx, tx);
  for (std::size_t i = 0; i < tx; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const std::complex<double> entry(g[(i * tx + j) * gram_draw::lanes + lane]);
      full(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = entry;
      full(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(i)) = std::conj(entry);
    }
  return full;
}

struct draws {
  std::size_t rx, tx;
  gram_draw source;
  std::vector<cf32> g;
  std::vector<double> energy = std::vector<double>(gram_draw::lanes);

  draws(const channel& c) : rx(c.rx()), tx(c.tx()), source(c, *c.law()), g(tx * tx * gram_draw::lanes) {}

  // visit(G) for each of `packs` packs' channels.
  template <class Visit>
  void each(std::size_t packs, const Visit& visit) {
    for (std::size_t p = 0; p < packs; ++p) {
      source.draw_channels({11, 2, p * gram_draw::lanes});
      source.gram(g.data(), gram_draw::lanes, energy);
      for (std::size_t l = 0; l < gram_draw::lanes; ++l) visit(gram_of(g, tx, l), l);
    }
  }
};

TEST(gram_draw, rayleigh_has_wisharts_marginals) {
  // G_kk is Gamma(rx), 1 / [G^-1]_kk Gamma(rx - tx + 1) (Winters, Salz and Gitlin 1994); G_ij / sqrt(G_jj),
  // the projection of a column onto another, is CN(0, 1).
  struct size {
    std::size_t rx, tx;
  };
  for (const size s : {size{1, 1}, {3, 3}, {5, 4}, {64, 4}, {1024, 3}}) {
    const auto channel = make_channel("rayleigh", {}, s.rx, s.tx).value();
    draws d(*channel);
    std::vector<std::vector<double>> diagonal(s.tx), inverse(s.tx);
    std::vector<double> off;
    d.each(1500, [&](const matrix& g, std::size_t l) {
      const matrix i = g.inverse();
      for (std::size_t k = 0; k < s.tx; ++k) {
        const auto at = static_cast<Eigen::Index>(k);
        diagonal[k].push_back(g(at, at).real());
        inverse[k].push_back(1 / i(at, at).real());
      }
      EXPECT_NEAR(d.energy[l], g.trace().real(), 1e-6 * g.trace().real());
      if (s.tx > 1) off.push_back(std::sqrt(2.0) * g(1, 0).real() / std::sqrt(g(0, 0).real()));
    });
    const std::string size = std::to_string(s.rx) + "x" + std::to_string(s.tx);
    const auto rx = static_cast<double>(s.rx), tx = static_cast<double>(s.tx);
    for (std::size_t k = 0; k < s.tx; ++k) {
      expect_gamma(diagonal[k], rx, 40, size + " G_kk " + std::to_string(k));
      expect_gamma(inverse[k], rx - tx + 1, 40, size + " 1/[G^-1]_kk " + std::to_string(k));
    }
    if (s.tx > 1)
      expect_law(
          off, [](double x) { return 0.5 * boost::math::erfc(-x / std::sqrt(2.0)); }, 40, size);
  }
}

TEST(gram_draw, determinant_has_its_mean) {
  // E det G = rx! / (rx - tx)! (Goodman, Ann. Math. Stat. 34(1), 1963).
  const auto channel = make_channel("rayleigh", {}, 8, 3).value();
  draws d(*channel);
  double sum = 0, squares = 0, n = 0;
  d.each(2000, [&](const matrix& g, std::size_t) {
    const double value = g.determinant().real();
    sum += value;
    squares += value * value;
    ++n;
  });
  const double error = std::sqrt((squares / n - sum / n * sum / n) / n);
  EXPECT_NEAR(sum / n, 8 * 7 * 6, 4.9 * error);
}

TEST(gram_draw, correlated_streams_have_their_marginals) {
  // G = T^H W T, T^H T = R: G_kk / R_kk is Gamma(rx), 1 / ([G^-1]_kk / [R^-1]_kk) Gamma(rx - tx + 1).
  constexpr double r = 0.7;
  const auto channel = make_channel("kronecker", {{"tx_correlation", r}}, 6, 4).value();
  draws d(*channel);
  std::vector<std::vector<double>> diagonal(4), inverse(4);
  std::complex<double> neighbours = 0;
  double count = 0;
  d.each(1500, [&](const matrix& g, std::size_t) {
    const matrix i = g.inverse();
    for (Eigen::Index k = 0; k < 4; ++k) {
      const double r_inverse = (k == 0 || k == 3 ? 1 : 1 + r * r) / (1 - r * r);
      diagonal[static_cast<std::size_t>(k)].push_back(g(k, k).real());
      inverse[static_cast<std::size_t>(k)].push_back(r_inverse / i(k, k).real());
    }
    neighbours += g(1, 0);
    ++count;
  });
  for (std::size_t k = 0; k < 4; ++k) {
    expect_gamma(diagonal[k], 6, 10, "G_kk");
    expect_gamma(inverse[k], 3, 10, "1/[G^-1]_kk");
  }
  // E G_10 = rx R_01, its real part's variance at most rx (1 + r^2) / 2.
  EXPECT_NEAR((neighbours / count).real(), 6 * r, 4.9 * std::sqrt(6 * (1 + r * r) / 2 / count));
  EXPECT_NEAR((neighbours / count).imag(), 0, 4.9 * std::sqrt(6 * (1 + r * r) / 2 / count));
}

TEST(gram_draw, filtered_noise_is_coloured_by_the_gram_matrix) {
  // With G = L L^H, L^-1 (z - G x) sqrt(2 / N0) is 2 tx independent normals, for every use.
  constexpr std::size_t tx = 3, uses = 2, lanes = gram_draw::lanes;
  const auto channel = make_channel("rayleigh", {}, 5, tx).value();
  draws d(*channel);
  std::vector<cf32> x(lanes * uses * tx), z(tx * lanes * uses);
  std::vector<float> n0(lanes);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = {static_cast<float>(i % 5) - 2, static_cast<float>(i % 3) - 1};
  for (std::size_t l = 0; l < lanes; ++l) n0[l] = 0.1f * static_cast<float>(l + 1);
  std::vector<std::vector<double>> parts(2 * tx);
  double products = 0, count = 0;
  for (std::size_t p = 0; p < 800; ++p) {
    const set_identity first{11, 2, p * lanes};
    d.source.draw_channels(first);
    d.source.gram(d.g.data(), lanes, d.energy);
    d.source.filter(first, uses, x.data(), n0, z.data(), lanes * uses);
    for (std::size_t l = 0; l < lanes; ++l) {
      const matrix g = gram_of(d.g, tx, l), factor = g.llt().matrixL();
      vector white[uses];
      for (std::size_t u = 0; u < uses; ++u) {
        vector noise(tx), sent(tx);
        for (std::size_t k = 0; k < tx; ++k) {
          sent(static_cast<Eigen::Index>(k)) = std::complex<double>(x[(l * uses + u) * tx + k]);
          noise(static_cast<Eigen::Index>(k)) = std::complex<double>(z[k * lanes * uses + l * uses + u]);
        }
        noise -= g * sent;
        white[u] =
            factor.triangularView<Eigen::Lower>().solve(noise) * std::sqrt(2 / static_cast<double>(n0[l]));
        for (std::size_t k = 0; k < tx; ++k) {
          parts[2 * k].push_back(white[u](static_cast<Eigen::Index>(k)).real());
          parts[2 * k + 1].push_back(white[u](static_cast<Eigen::Index>(k)).imag());
        }
      }
      products += white[0](0).real() * white[1](0).real() + white[0](0).real() * white[0](1).imag();
      count += 2;
    }
  }
  for (const auto& samples : parts)
    expect_law(
        samples, [](double v) { return 0.5 * boost::math::erfc(-v / std::sqrt(2.0)); }, 7, "noise");
  EXPECT_NEAR(products / count, 0, 5.2 / std::sqrt(count));
}

TEST(gram_draw, sets_share_no_draws) {
  // Neighbouring sets, of one pack and of two, and the uses of one: G_10 / sqrt(G_00) and the noise of a use
  // are independent CN(0, 1), so products of their real parts have mean 0 and variance 1/4. Also G_00, whose
  // diagonal is drawn another way: its covariance has variance rx^2 at most.
  constexpr std::size_t tx = 2, rx = 4, lanes = gram_draw::lanes, packs = 2000;
  const auto channel = make_channel("rayleigh", {}, rx, tx).value();
  draws d(*channel);
  const std::vector<cf32> x(lanes * tx);  // nothing sent: z is noise
  const std::vector<float> n0(lanes, 1.0f);
  std::vector<cf32> z(tx * lanes);
  std::vector<double> off, energy, noise;
  for (std::size_t p = 0; p < packs; ++p) {
    const set_identity first{11, 2, p * lanes};
    d.source.draw_channels(first);
    d.source.gram(d.g.data(), lanes, d.energy);
    d.source.filter(first, 1, x.data(), n0, z.data(), lanes);
    for (std::size_t l = 0; l < lanes; ++l) {
      const matrix g = gram_of(d.g, tx, l);
      off.push_back(g(1, 0).real() / std::sqrt(g(0, 0).real()));
      energy.push_back(g(0, 0).real() - rx);
      noise.push_back(static_cast<double>(z[l].real()) / std::sqrt(g(0, 0).real()));
    }
  }
  const auto expect_uncorrelated = [&](const std::vector<double>& a, const std::vector<double>& b,
                                       std::size_t apart, double deviation, const char* what) {
    double sum = 0;
    const std::size_t count = a.size() - apart;
    for (std::size_t i = 0; i < count; ++i) sum += a[i] * b[i + apart];
    // Of 27 means, all: 5.6 standard deviations.
    EXPECT_NEAR(sum / static_cast<double>(count), 0, 5.6 * deviation / std::sqrt(static_cast<double>(count)))
        << what << " " << apart;
  };
  for (const std::size_t apart : {1u, 2u, 4u, 8u, 15u, 16u, 17u, 32u}) {
    expect_uncorrelated(off, off, apart, 0.5, "off the diagonal");
    expect_uncorrelated(energy, energy, apart, rx, "diagonal");
    expect_uncorrelated(noise, noise, apart, 0.5, "noise");
  }
  expect_uncorrelated(off, noise, 0, 0.5, "noise and channel");
  expect_uncorrelated(off, noise, 1, 0.5, "noise and channel");
  expect_uncorrelated(off, noise, lanes, 0.5, "noise and channel");
}

}  // namespace
}  // namespace mho::sim
