// Armadillo's matrices and cubes as views: the same memory, and what is detected on it. Without Armadillo's
// library: only its headers are used.
#define ARMA_DONT_USE_WRAPPER
#include <mho/armadillo.hpp>

#include "src/linear_batch.hpp"

namespace mho {
namespace {

TEST(armadillo, views_look_at_the_memory_of_matrices_and_cubes) {
  const arma::cx_fmat m(5, 3, arma::fill::zeros);
  const arma::cx_fcube c(5, 3, 4, arma::fill::zeros);
  const view one = armadillo::problem(m), uses = armadillo::uses(m), vectors = armadillo::vectors(m),
             slices = armadillo::problems(c), received = armadillo::vectors(c);
  EXPECT_EQ(one.extent, (std::array<std::size_t, 3>{1, 5, 3}));
  EXPECT_EQ(uses.extent, (std::array<std::size_t, 3>{1, 3, 5}));
  EXPECT_EQ(vectors.extent, (std::array<std::size_t, 3>{3, 1, 5}));
  EXPECT_EQ(slices.extent, (std::array<std::size_t, 3>{4, 5, 3}));
  EXPECT_EQ(received.extent, (std::array<std::size_t, 3>{4, 3, 5}));
  for (std::size_t r = 0; r < 5; ++r)
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_EQ(&one.at<const cf32>(0, r, k), &m.at(r, k));
      EXPECT_EQ(&uses.at<const cf32>(0, k, r), &m.at(r, k));
      EXPECT_EQ(&vectors.at<const cf32>(k, 0, r), &m.at(r, k));
      for (std::size_t s = 0; s < 4; ++s) {
        EXPECT_EQ(&slices.at<const cf32>(s, r, k), &c.at(r, k, s));
        EXPECT_EQ(&received.at<const cf32>(s, k, r), &c.at(r, k, s));
      }
    }
  const arma::fmat variances(4, 2, arma::fill::ones);
  EXPECT_EQ(armadillo::uses(variances).type, element::f32);
  EXPECT_EQ(armadillo::uses(variances).data, variances.memptr());
}

TEST(armadillo, detection_on_cubes_agrees_with_double_precision) {
  constexpr std::size_t rx = 8, tx = 3, uses = 5, problems = 4;
  const linear_batch b(problems, rx, tx, 10, 0.1f, uses);
  arma::cx_fcube h(rx, tx, problems), y(rx, uses, problems), x(tx, uses, problems);
  arma::fcube variance(tx, uses, problems);
  for (std::size_t p = 0; p < problems; ++p)
    for (std::size_t r = 0; r < rx; ++r) {
      for (std::size_t k = 0; k < tx; ++k) h(r, k, p) = b.h[(p * rx + r) * tx + k];
      for (std::size_t u = 0; u < uses; ++u) y(r, u, p) = b.y[(p * uses + u) * rx + r];
    }
  auto d = make_detector("zf").value();
  ASSERT_EQ(d->reserve({.problems = problems, .rx = rx, .tx = tx, .uses = uses}), error::none);
  output o;
  o.estimate = armadillo::vectors(x);
  o.variance = armadillo::vectors(variance);
  ASSERT_EQ(d->detect({armadillo::problems(h), noise::white(0.1f)}, {armadillo::vectors(y)}, {&o, 1}),
            error::none);
  for (std::size_t p = 0; p < problems; ++p) {
    const linear_reference exact("zf", b.channel(p), static_cast<double>(0.1f));
    const double bound = 32 * unit * exact.condition;  // of the detector's contract
    for (std::size_t u = 0; u < uses; ++u) {
      const vector expected = exact.estimate(b.received(p, u));
      for (std::size_t k = 0; k < tx; ++k) {
        EXPECT_LE(std::abs(std::complex<double>(x(k, u, p)) - expected(static_cast<long>(k))),
                  bound * expected.norm());
        EXPECT_LE(std::abs(static_cast<double>(variance(k, u, p)) - exact.variance(static_cast<long>(k))),
                  bound * exact.variance.norm());
      }
    }
  }
}

}  // namespace
}  // namespace mho
