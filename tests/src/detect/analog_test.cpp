// The analogue detectors: what their draws depend on.
#include <gtest/gtest.h>

#include <cmath>

#include <mho/mho.hpp>

#include "src/reference/algebra.hpp"

namespace mho {
namespace {

using cf32 = std::complex<float>;

constexpr std::size_t problems = 3, rx = 8, tx = 2;

// The same channel and the same received vector everywhere, so that estimates differ by what was drawn alone.
struct setting {
  explicit setting(std::size_t most_uses) : uses(most_uses), h(rx * tx), y(rx) {
    random_stream random(7, 0, 0, 0);
    random.complex_normals(h);
    random.complex_normals(y);
    made = make_detector({"analog-zf", {{"solver.extra_error", 0.1}}}).value();
    EXPECT_EQ(made->reserve({.problems = problems, .rx = rx, .tx = tx, .uses = uses}), error::none);
  }

  // [problem][use][tx]
  std::vector<cf32> detect(std::size_t now, const call& which) {
    std::vector<cf32> estimate(problems * now * tx);
    const output into{row_major(estimate.data(), problems, now, tx), {}, {}, {}, {}};
    EXPECT_EQ(
        made->prepare(channel_batch{strided(h.data(), {problems, rx, tx}, {0, tx, 1}), noise::white(0.1f)},
                      which),
        error::none);
    EXPECT_EQ(
        made->apply(received_batch{strided(y.data(), {problems, now, rx}, {0, 0, 1})}, {&into, 1}, which),
        error::none);
    std::vector<cf32> again(estimate.size());
    const output repeated{row_major(again.data(), problems, now, tx), {}, {}, {}, {}};
    EXPECT_EQ(
        made->apply(received_batch{strided(y.data(), {problems, now, rx}, {0, 0, 1})}, {&repeated, 1}, which),
        error::none);
    EXPECT_EQ(again, estimate);  // the same identity draws the same
    return estimate;
  }

  std::size_t uses;
  std::vector<cf32> h, y;
  std::unique_ptr<detector> made;
};

TEST(analog_detector, all_64_bits_of_a_calls_stream_count) {
  setting s(1);
  const std::vector<cf32> first = s.detect(1, {.stream = 1});
  EXPECT_EQ(s.detect(1, {.stream = 1}), first);
  EXPECT_NE(s.detect(1, {.stream = 2}), first);
  EXPECT_NE(s.detect(1, {.stream = (std::uint64_t{1} << 32) + 1}), first);
}

TEST(analog_detector, draws_of_a_use_do_not_depend_on_how_many_there_are) {
  setting s(5);
  const std::vector<cf32> one = s.detect(1, {}), three = s.detect(3, {}), five = s.detect(5, {});
  const auto part = [](const std::vector<cf32>& all, std::size_t uses, std::size_t p, std::size_t u) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>((p * uses + u) * tx);
    return std::vector<cf32>(begin, begin + tx);
  };
  for (std::size_t p = 0; p < problems; ++p) {
    EXPECT_EQ(part(one, 1, p, 0), part(five, 5, p, 0)) << p;
    for (std::size_t u = 0; u < 3; ++u) EXPECT_EQ(part(three, 3, p, u), part(five, 5, p, u)) << p << " " << u;
    for (std::size_t u = 1; u < 5; ++u) EXPECT_NE(part(five, 5, p, u), part(five, 5, p, 0)) << p << " " << u;
  }
  // Problem 1 of one call is problem 0 of a call that begins one later.
  const std::vector<cf32> later = s.detect(3, {.first = 1});
  for (std::size_t u = 0; u < 3; ++u) EXPECT_EQ(part(later, 3, 0, u), part(three, 3, 1, u)) << u;
}

TEST(analog_detector, refuses_more_uses_than_have_draws_of_their_own) {
  auto made = make_detector("analog-zf").value();
  EXPECT_EQ(made->reserve({.problems = 1, .rx = 1, .tx = 1, .uses = 65536}), error::none);
  EXPECT_EQ(made->reserve({.problems = 1, .rx = 1, .tx = 1, .uses = 65537}), error::too_large);
}

TEST(analog_detector, scale_of_the_gram_matrix_does_not_matter) {
  // Levels, slices and converters follow the largest entry: dividing by 8 antennas, a power of two, changes
  // no bit.
  setting plain(1), normalised(1);
  normalised.made =
      make_detector({"analog-zf", {{"solver.extra_error", 0.1}, {"solver.normalisation", "rx"}}}).value();
  ASSERT_EQ(normalised.made->reserve({.problems = problems, .rx = rx, .tx = tx}), error::none);
  EXPECT_EQ(plain.detect(1, {}), normalised.detect(1, {}));
}

TEST(analog_detector, mmse_variance_does_not_cancel_at_any_noise) {
  constexpr std::size_t n = 4, antennas = 6;
  std::vector<cf32> h(antennas * n), y(antennas), x(n);
  random_stream(3, 0, 0, 0).complex_normals(h);
  Eigen::MatrixXcd exact(antennas, n);
  for (std::size_t r = 0; r < antennas; ++r)
    for (std::size_t k = 0; k < n; ++k)
      exact(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(k)) = std::complex<double>(h[r * n + k]);
  for (const float n0 : {1e-6f, 1.0f, 1e6f, 1e17f}) {
    std::vector<float> variance[2] = {std::vector<float>(n), std::vector<float>(n)};
    for (std::size_t which = 0; which < 2; ++which) {
      auto d = make_detector({which == 0 ? "analog-mmse" : "mmse-double", {}}).value();
      ASSERT_EQ(d->reserve({.problems = 1, .rx = antennas, .tx = n}), error::none);
      ASSERT_EQ(d->prepare(row_major(h.data(), 1, antennas, n), noise::white(n0)), error::none);
      ASSERT_EQ(d->apply(row_major(y.data(), 1, 1, antennas), row_major(x.data(), 1, 1, n),
                         row_major(variance[which].data(), 1, 1, n)),
                error::none);
    }
    // The analogue detector gets G + D, formed in FP32, |D| <= sqrt2 2^-24 (2 rx + 2) tr G. To first order e
    // = N0 e_k' A^-1 e_k changes by at most |D| |A^-1| of itself, and g = e_k' A^-1 G e_k by |A^-1 e_k| |D|
    // (1 + |A^-1| |G e_k|), whichever way it is computed.
    const Eigen::MatrixXcd gram = test::product(exact.adjoint(), exact),
                           a = gram + static_cast<double>(n0) * Eigen::MatrixXcd::Identity(n, n),
                           inverse = test::inverse(a), useful = test::product(inverse, gram);
    const double moved = std::sqrt(2.0) * 0x1p-24 * (2 * antennas + 2) * gram.trace().real();
    for (std::size_t k = 0; k < n; ++k) {
      const auto i = static_cast<Eigen::Index>(k);
      const double gain = useful(i, i).real(),
                   of_gain = moved * inverse.col(i).norm() * (1 + inverse.norm() * gram.col(i).norm()) / gain;
      EXPECT_NEAR(static_cast<double>(variance[0][k]) / static_cast<double>(variance[1][k]), 1,
                  moved * inverse.norm() + of_gain + 4 * 0x1p-24)
          << n0 << " " << k;
    }
  }
}

}  // namespace
}  // namespace mho
