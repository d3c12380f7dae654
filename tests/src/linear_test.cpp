// mrc, zf, mmse against Eigen in double precision, and the identities that hold between them.
#include <limits>

#include "src/linear_batch.hpp"

namespace mho {
namespace {

using batch = linear_batch;

detected run(const char* kind, const batch& b, const noise& n, bool coloured = false) {
  way how;
  how.coloured = coloured;
  return mho::run(kind, b, n, how);
}

TEST(linear, agrees_with_double_precision_over_the_whole_range_of_snr) {
  for (const auto& [rx, tx] :
       {std::pair<std::size_t, std::size_t>{1, 1}, {2, 1}, {3, 2}, {4, 4}, {16, 4}, {17, 5}, {64, 16}})
    for (const double db : {-50.0, -10.0, 0.0, 20.0, 50.0, 80.0}) {
      const auto n0 = static_cast<float>(std::pow(10.0, -db / 10));
      const batch b(6, rx, tx, rx * 100 + tx, n0);
      const detected zf = run("zf", b, noise::white(n0)), mmse = run("mmse", b, noise::white(n0)),
                     mrc = run("mrc", b, noise::white(n0));
      for (std::size_t q = 0; q < b.problems; ++q) {
        const matrix h = b.channel(q), g = test::product(h.adjoint(), h);
        const vector z = h.adjoint() * b.received(q);
        const double level = static_cast<double>(n0);
        const auto k_of = [&](std::size_t k) { return static_cast<long>(k); };
        const matrix identity = matrix::Identity(g.rows(), g.cols());
        const matrix g_inverse = test::inverse(g), a = g + level * identity, a_inverse = test::inverse(a),
                     useful = test::product(a_inverse, g);
        const vector zero_forced = g_inverse * z, biased = a_inverse * z;
        // The gate: 32 2^-24 cond(A) of the largest entry.
        const double zf_gate = 32 * unit * test::condition(g), mmse_gate = 32 * unit * test::condition(a);
        const double zf_size = std::max(1.0, zero_forced.cwiseAbs().maxCoeff());
        ASSERT_EQ(zf.state[q], status::ok);
        for (std::size_t k = 0; k < tx; ++k) {
          const std::size_t at = q * tx + k;
          EXPECT_LE(std::abs(std::complex<double>(zf.estimate[at]) - zero_forced(k_of(k))), zf_gate * zf_size)
              << rx << "x" << tx << " " << db;
          const double zf_variance = level * g_inverse(k_of(k), k_of(k)).real();
          EXPECT_NEAR(zf.variance[at] / zf_variance, 1, zf_gate) << rx << "x" << tx << " " << db;
          // 1/(1 + SINR) = N0 [A^-1]_kk; the gain without subtraction, [A^-1 G]_kk.
          const double e = level * a_inverse(k_of(k), k_of(k)).real(), gain = useful(k_of(k), k_of(k)).real();
          const double mmse_size = std::max(1.0, biased.cwiseAbs().maxCoeff() / gain);
          EXPECT_LE(std::abs(std::complex<double>(mmse.estimate[at]) - biased(k_of(k)) / gain),
                    mmse_gate * mmse_size)
              << rx << "x" << tx << " " << db;
          EXPECT_NEAR(mmse.variance[at] / (e / gain), 1, mmse_gate) << rx << "x" << tx << " " << db;
          double interference = 0;
          for (std::size_t j = 0; j < tx; ++j)
            if (j != k) interference += std::norm(g(k_of(k), k_of(j)));
          const double energy = g(k_of(k), k_of(k)).real();
          EXPECT_NEAR(mrc.variance[at] / ((level + interference / energy) / energy), 1,
                      32 * unit * static_cast<double>(rx))
              << rx << "x" << tx;
          EXPECT_LE(std::abs(std::complex<double>(mrc.estimate[at]) - z(k_of(k)) / energy),
                    32 * unit * static_cast<double>(rx) * b.received(q).norm() / std::sqrt(energy));
        }
      }
    }
}

TEST(linear, every_form_of_noise_says_the_same) {
  constexpr std::size_t problems = 6, rx = 8, tx = 3, share = 3, entries = problems / share;
  const batch b(problems, rx, tx, 5, 0.3f);
  // Two covariances R = L L^H, three problems each.
  std::vector<cf32> covariance(entries * rx * rx), lower(covariance.size()), whitener(covariance.size());
  std::vector<matrix> exact;
  random_stream random(9, 0, 0, 0);
  for (std::size_t e = 0; e < entries; ++e) {
    std::vector<cf32> draws(rx * rx);
    random.complex_normals(draws);
    matrix f(rx, rx);
    for (std::size_t i = 0; i < rx * rx; ++i) f.data()[i] = std::complex<double>(draws[i]);
    const matrix r = test::product(f, f.adjoint()) + 2 * matrix::Identity(rx, rx), l = test::cholesky(r),
                 w = test::inverse(l);
    exact.push_back(r);
    for (std::size_t i = 0; i < rx; ++i)
      for (std::size_t j = 0; j < rx; ++j) {
        const auto at = (e * rx + i) * rx + j;
        covariance[at] = cf32(r(static_cast<long>(i), static_cast<long>(j)));
        lower[at] = cf32(l(static_cast<long>(i), static_cast<long>(j)));
        whitener[at] = cf32(w(static_cast<long>(i), static_cast<long>(j)));
      }
  }
  const auto with = [&](noise::kind kind, std::vector<cf32>& values) {
    noise n;
    n.is = kind;
    n.values = row_major(values.data(), entries, rx, rx);
    n.problems_per_entry = share;
    return n;
  };
  for (const char* kind : {"mrc", "zf", "mmse", "mmse-double", "analog-mmse"}) {
    const detected by_covariance = run(kind, b, with(noise::covariance, covariance), true);
    const detected by_cholesky = run(kind, b, with(noise::cholesky, lower), true);
    const detected by_whitener = run(kind, b, with(noise::whitener, whitener), true);
    for (std::size_t q = 0; q < problems; ++q) {
      const matrix r = exact[q / share], h = b.channel(q),
                   g = test::product(h.adjoint(), test::solution(r, h));
      const double condition = test::condition(r) * test::condition(g);
      for (std::size_t k = 0; k < tx; ++k) {
        const std::size_t at = q * tx + k;
        const float size = std::max(1.0f, std::abs(by_covariance.estimate[at]));
        // The analogue kind amplifies a last-bit difference of its input by its converters' steps: compare
        // its variance.
        const bool exact_solver = std::string(kind) != "analog-mmse";
        if (exact_solver) {
          EXPECT_LE(std::abs(by_covariance.estimate[at] - by_cholesky.estimate[at]),
                    64 * unit * condition * size)
              << kind;
          EXPECT_LE(std::abs(by_covariance.estimate[at] - by_whitener.estimate[at]),
                    64 * unit * condition * size)
              << kind;
        }
        EXPECT_NEAR(by_covariance.variance[at] / by_cholesky.variance[at], 1, 64 * unit * condition) << kind;
        EXPECT_NEAR(by_covariance.variance[at] / by_whitener.variance[at], 1, 64 * unit * condition) << kind;
        if (std::string(kind) == "mmse") {
          const matrix a_inverse = test::inverse(g + matrix::Identity(tx, tx));
          const double e = a_inverse(static_cast<long>(k), static_cast<long>(k)).real();
          EXPECT_NEAR(by_covariance.variance[at] / (e / (1 - e)), 1, 64 * unit * condition);
        }
      }
    }
  }
  // A diagonal covariance as one variance an antenna.
  std::vector<float> levels(problems * rx);
  std::vector<cf32> diagonal(problems * rx * rx);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    levels[i] = 0.1f + 0.2f * static_cast<float>(i % 7);
    diagonal[i / rx * rx * rx + i % rx * (rx + 1)] = levels[i];
  }
  noise antenna, full;
  antenna.is = noise::per_antenna;
  antenna.values = row_major(levels.data(), problems, 1, rx);
  full.is = noise::covariance;
  full.values = row_major(diagonal.data(), problems, rx, rx);
  const detected a = run("mmse", b, antenna, true), f = run("mmse", b, full, true);
  for (std::size_t i = 0; i < a.variance.size(); ++i) EXPECT_NEAR(a.variance[i] / f.variance[i], 1, 1e-5);
  const std::vector<float> same(problems, 0.3f);
  noise problem;
  problem.is = noise::per_problem;
  problem.values = row_major(same.data(), problems);
  EXPECT_EQ(run("mmse", b, problem).estimate, run("mmse", b, noise::white(0.3f)).estimate);
}

TEST(linear, gram_form_and_weights_agree_with_the_channel_form) {
  constexpr std::size_t problems = 5, rx = 12, tx = 4;
  const batch b(problems, rx, tx, 8, 0.2f);
  std::vector<cf32> g(problems * tx * tx), z(problems * tx);
  for (std::size_t q = 0; q < problems; ++q) {
    const matrix h = b.channel(q), gram = test::product(h.adjoint(), h) / 0.2;
    const vector filtered = h.adjoint() * b.received(q) / 0.2;
    for (std::size_t i = 0; i < tx; ++i) {
      z[q * tx + i] = cf32(filtered(static_cast<long>(i)));
      for (std::size_t j = 0; j < tx; ++j)
        g[(q * tx + i) * tx + j] = cf32(gram(static_cast<long>(i), static_cast<long>(j)));
    }
  }
  for (const char* kind : {"mrc", "zf", "mmse"}) {
    const detected direct = run(kind, b, noise::white(0.2f));
    auto d = make_detector(kind).value();
    ASSERT_EQ(d->reserve({.problems = problems, .rx = rx, .tx = tx, .is = form::gram}), error::none);
    ASSERT_EQ(d->prepare({row_major(g.data(), problems, tx, tx), noise::white(1), form::gram}), error::none);
    std::vector<cf32> estimate(problems * tx);
    std::vector<float> variance(problems * tx);
    ASSERT_EQ(d->apply(row_major(z.data(), problems, 1, tx), row_major(estimate.data(), problems, 1, tx),
                       row_major(variance.data(), problems, 1, tx)),
              error::none);
    auto w = make_detector(kind).value();
    ASSERT_EQ(w->reserve({.problems = problems, .rx = rx, .tx = tx}), error::none);
    ASSERT_EQ(w->prepare(row_major(b.h.data(), problems, rx, tx), noise::white(0.2f)), error::none);
    std::vector<cf32> weights(problems * tx * rx);
    ASSERT_EQ(w->weights(row_major(weights.data(), problems, tx, rx)), error::none);
    for (std::size_t i = 0; i < estimate.size(); ++i) {
      EXPECT_LE(std::abs(estimate[i] - direct.estimate[i]), 1e-5f * std::max(1.0f, std::abs(estimate[i])))
          << kind;
      EXPECT_NEAR(variance[i] / direct.variance[i], 1, 1e-5) << kind;
      cf32 product = 0;
      for (std::size_t r = 0; r < rx; ++r) product += weights[i * rx + r] * b.y[i / tx * rx + r];
      EXPECT_LE(std::abs(product - direct.estimate[i]), 1e-5f * std::max(1.0f, std::abs(product))) << kind;
    }
  }
}

TEST(linear, bad_problems_are_flagged_and_leave_their_neighbours_untouched) {
  constexpr std::size_t problems = 9, rx = 6, tx = 3;
  batch b(problems, rx, tx, 3, 0.1f);
  for (const char* kind : {"mrc", "zf", "mmse", "zf-double", "mmse-double", "analog-zf"}) {
    batch hurt = b;
    const auto h = [&](std::size_t q, std::size_t i, std::size_t k) -> cf32& {
      return hurt.h[(q * rx + i) * tx + k];
    };
    h(1, 2, 1) = std::numeric_limits<float>::quiet_NaN();
    h(2, 0, 0) = std::numeric_limits<float>::infinity();
    for (std::size_t i = 0; i < rx; ++i) {
      h(3, i, 1) = 0;
      h(4, i, 1) = h(4, i, 0);
      h(5, i, 2) *= 1e-30f;
      h(6, i, 2) *= 1e18f;
    }
    hurt.y[7 * rx + 1] = std::numeric_limits<float>::quiet_NaN();
    const detected good = run(kind, b, noise::white(0.1f)), bad = run(kind, hurt, noise::white(0.1f));
    EXPECT_EQ(bad.state[1], status::not_finite) << kind;
    EXPECT_EQ(bad.state[2], status::not_finite) << kind;
    EXPECT_EQ(bad.state[3], status::out_of_range) << kind;
    const bool loaded = std::string(kind).find("zf") == std::string::npos;
    EXPECT_EQ(bad.state[4], loaded ? status::ok : status::singular) << kind;
    EXPECT_EQ(bad.state[5], status::out_of_range) << kind;
    EXPECT_EQ(bad.state[6], status::out_of_range) << kind;
    EXPECT_EQ(bad.state[7], status::not_finite) << kind;
    for (const std::size_t q : {0u, 8u}) {
      EXPECT_EQ(bad.state[q], good.state[q]);
      for (std::size_t k = 0; k < tx; ++k)
        EXPECT_EQ(bad.estimate[q * tx + k], good.estimate[q * tx + k]) << kind;
    }
    for (const std::size_t q : {1u, 3u, 7u})
      for (std::size_t k = 0; k < tx; ++k) {
        EXPECT_EQ(bad.estimate[q * tx + k], cf32(0)) << kind;
        EXPECT_EQ(bad.variance[q * tx + k], std::numeric_limits<float>::infinity()) << kind;
      }
  }
}

TEST(linear, limits_and_special_channels) {
  const batch b(4, 8, 4, 21, 0.05f);
  const detected zf = run("zf", b, noise::white(0)), mmse = run("mmse", b, noise::white(0));
  for (std::size_t i = 0; i < zf.estimate.size(); ++i) {
    EXPECT_LE(std::abs(zf.estimate[i] - mmse.estimate[i]), 1e-4f * std::max(1.0f, std::abs(zf.estimate[i])));
    EXPECT_EQ(mmse.variance[i], 0);
  }
  // Orthogonal columns: all three are the same matched filter.
  batch o = b;
  std::fill(o.h.begin(), o.h.end(), cf32(0));
  for (std::size_t q = 0; q < 4; ++q)
    for (std::size_t k = 0; k < 4; ++k) {
      o.h[(q * 8 + k) * 4 + k] = {1.0f, 1.0f};
      o.h[(q * 8 + k + 4) * 4 + k] = {0.0f, -2.0f};
    }
  const detected mrc = run("mrc", o, noise::white(0.1f));
  for (const char* kind : {"zf", "mmse"}) {
    const detected other = run(kind, o, noise::white(0.1f));
    for (std::size_t i = 0; i < mrc.estimate.size(); ++i) {
      EXPECT_LE(std::abs(mrc.estimate[i] - other.estimate[i]),
                1e-6f * std::max(1.0f, std::abs(mrc.estimate[i])))
          << kind;
      EXPECT_NEAR(other.variance[i] / mrc.variance[i], 1, 1e-6) << kind;
    }
  }
}

TEST(linear, variance_is_the_mean_squared_error) {
  for (const char* kind : {"zf", "mmse"}) {
    const batch b(20000, 6, 3, 77, 0.4f);
    const detected d = run(kind, b, noise::white(0.4f));
    double sum = 0, square = 0;
    for (std::size_t i = 0; i < d.estimate.size(); ++i) {
      // Normalised error: mean 1 given the channel.
      const double ratio =
          static_cast<double>(std::norm(d.estimate[i] - b.x[i])) / static_cast<double>(d.variance[i]);
      sum += ratio;
      square += ratio * ratio;
    }
    const double n = static_cast<double>(d.estimate.size()), mean = sum / n;
    // The three streams of a problem are correlated: three times the variance bounds the mean's.
    EXPECT_NEAR(mean, 1, 4.9 * std::sqrt(3 * (square / n - mean * mean) / n)) << kind;
  }
}

}  // namespace
}  // namespace mho
