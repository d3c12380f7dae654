// A channel's law of H^H H against its draws of H: the mean in closed form, the second moments of both
// samples.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <mho/random.hpp>

#include "channels/channel.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;
using matrix = Eigen::Matrix<std::complex<double>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t rx = 6, tx = 3, draws = 20000;

matrix to_matrix(std::span<const cf32> entries, std::size_t columns) {
  matrix m(static_cast<Eigen::Index>(entries.size() / columns), static_cast<Eigen::Index>(columns));
  for (Eigen::Index i = 0; i < m.size(); ++i) m.data()[i] = entries[static_cast<std::size_t>(i)];
  return m;
}

// Means over samples and their standard errors.
struct statistics {
  Eigen::VectorXd sum, square;
  void add(const Eigen::VectorXd& v) {
    if (sum.size() == 0) sum = square = Eigen::VectorXd::Zero(v.size());
    sum += v;
    square += v.cwiseAbs2();
  }
  double mean(Eigen::Index i) const { return sum[i] / draws; }
  double error(Eigen::Index i) const {
    return std::sqrt(std::max(0.0, square[i] / draws - mean(i) * mean(i)) / draws);
  }
};

// Real and imaginary parts of G, and their squares.
Eigen::VectorXd moments(const matrix& g) {
  Eigen::VectorXd v(4 * g.size());
  for (Eigen::Index i = 0; i < g.size(); ++i) {
    const std::complex<double> entry = g.data()[i];
    v.segment(4 * i, 4) << entry.real(), entry.imag(), entry.real() * entry.real(),
        entry.imag() * entry.imag();
  }
  return v;
}

void expect_law(const std::string& kind, const options& given) {
  const auto c = make_channel(kind, given, rx, tx).value();
  const auto law = c->law();
  ASSERT_TRUE(law);
  ASSERT_EQ(law->antennas, rx);
  matrix mean = matrix::Zero(rx, tx);
  if (!law->mean.empty()) mean.topRows(tx) = to_matrix(law->mean, tx);
  statistics drawn, by_law, difference;
  std::vector<cf32> h(rx * tx), t(tx * tx), w(rx * tx);
  for (std::uint64_t n = 0; n < draws; ++n) {
    const set_identity set{1, 2, n};
    c->draw(set, 1, h);
    c->mix(set, t);
    for (std::size_t i = 0; i < tx; ++i)
      for (std::size_t k = 0; k < i; ++k) ASSERT_EQ(t[i * tx + k], cf32(0)) << "not upper triangular";
    random_stream(9, 9, n, 9).complex_normals(w);
    const matrix of_h = to_matrix(h, tx), mixed = to_matrix(t, tx), by = (mean + to_matrix(w, tx)) * mixed;
    const matrix expected = mixed.adjoint() *
                            (mean.adjoint() * mean + static_cast<double>(rx) * matrix::Identity(tx, tx)) *
                            mixed;
    drawn.add(moments(of_h.adjoint() * of_h));
    by_law.add(moments(by.adjoint() * by));
    difference.add(moments(of_h.adjoint() * of_h - expected));
  }
  // 36 numbers: 6 standard errors. FP32 leaves 1e-6 of the entries where they do not vary.
  for (Eigen::Index i = 0; i < 4 * static_cast<Eigen::Index>(tx * tx); ++i) {
    if (i % 4 < 2) {
      EXPECT_NEAR(difference.mean(i), 0, 6 * difference.error(i) + 1e-5) << kind << " " << i;
    }
    EXPECT_NEAR(drawn.mean(i), by_law.mean(i), 6 * std::hypot(drawn.error(i), by_law.error(i)) + 1e-5)
        << kind << " " << i;
  }
}

const std::vector<double> gains{3, 0, -6};

TEST(gram_law, of_rayleigh) { expect_law("rayleigh", {}); }

TEST(gram_law, of_users_with_gains) {
  expect_law("rayleigh", {{"user_gain_db", gains}});
  expect_law("rayleigh", {{"path_loss_spread_db", 2.0}});
}

TEST(gram_law, of_correlated_streams_with_gains) {
  expect_law("kronecker", {{"tx_correlation", 0.7}});
  expect_law("kronecker", {{"tx_correlation", 0.7}, {"user_gain_db", gains}});
}

TEST(gram_law, of_a_line_of_sight) {
  const std::vector<double> angles{-40, 5, 30};
  expect_law("rician", {{"k_factor_db", 3.0}, {"angles_deg", angles}});
  expect_law("rician", {{"k_factor_db", 3.0}, {"user_gain_db", gains}});
  expect_law("rician", {{"path_loss_spread_db", 2.0}});
}

TEST(gram_law, is_none_where_it_depends_on_more) {
  const options scattering{{"rx_model", "local_scattering"}};
  EXPECT_FALSE(make_channel("kronecker", {{"rx_correlation", 0.3}}, rx, tx).value()->law());
  EXPECT_FALSE(make_channel("kronecker", scattering, rx, tx).value()->law());
  EXPECT_FALSE(make_channel("tdl-a", {}, rx, tx).value()->law());
  EXPECT_FALSE(make_channel("rician", {}, 2, 3).value()->law());
}

}  // namespace
}  // namespace mho::sim
