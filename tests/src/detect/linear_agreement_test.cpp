// mrc, zf and mmse on every target: against double precision, Eigen's and the library's own, in every mode,
// layout and form of noise. The gate is the library's promise: 32 roundings times cond(A), relative to the
// largest estimate; combining, which solves nothing, is held to the rounding of its sums.
#include "src/linear_batch.hpp"

namespace mho {
namespace {

using std::size_t;

// The largest error of an estimate and of a variance that `kind` may have, for a problem's k-th stream.
struct limits {
  double estimate, variance;
};

limits gate(const std::string& kind, const linear_reference& r, const vector& x, const vector& y, long k,
            double level) {
  if (kind != "mrc") {
    const double bound = 32 * unit * r.condition;
    return {bound * std::max(1.0, x.cwiseAbs().maxCoeff()), bound * r.variance(k)};
  }
  // A complex sum of rx products: sqrt 2 (2 rx + 1) roundings of |h| |y|; the energy: 2 rx + 1 of itself.
  const auto rx = static_cast<double>(r.channel.rows()), tx = static_cast<double>(r.channel.cols());
  const double sum = std::sqrt(2.0) * (2 * rx + 1) * unit, own = (2 * rx + 4) * unit;
  const double energy = r.gram(k, k).real();
  double interference = 0, wrong = 0;
  for (long j = 0; j < r.gram.cols(); ++j)
    if (j != k) {
      const double size = std::abs(r.gram(j, k)), off = sum * std::sqrt(energy * r.gram(j, j).real());
      interference += size * size;
      wrong += 2 * size * off + off * off;
    }
  const double variance = (level + interference / energy) / energy;
  return {1.01 * (sum * y.norm() / std::sqrt(energy) + own * std::abs(x(k))),
          1.01 * (wrong / (energy * energy) + (2 * own + (2 * tx + 4) * unit) * variance)};
}

void expect_within_gate(const std::string& kind, const linear_batch& b, const detected& d,
                        const detected& wide, const std::string& what) {
  const auto level = static_cast<double>(b.noise_variance);
  for (size_t q = 0; q < b.problems; ++q) {
    const linear_reference r(kind, b.channel(q), level);
    for (size_t u = 0; u < b.uses; ++u) {
      const vector y = b.received(q, u), x = r.estimate(y);
      ASSERT_EQ(d.state[q * b.uses + u], status::ok) << what;
      for (size_t k = 0; k < b.tx; ++k) {
        const auto c = static_cast<long>(k);
        const size_t at = (q * b.uses + u) * b.tx + k;
        const limits most = gate(kind, r, x, y, c, level);
        ASSERT_LE(std::abs(std::complex<double>(d.estimate[at]) - x(c)), most.estimate) << what;
        ASSERT_NEAR(static_cast<double>(d.variance[at]), r.variance(c), most.variance) << what;
        ASSERT_LE(std::abs(std::complex<double>(d.estimate[at]) - std::complex<double>(wide.estimate[at])),
                  most.estimate)
            << what;
        ASSERT_NEAR(static_cast<double>(d.variance[at]), static_cast<double>(wide.variance[at]),
                    most.variance)
            << what;
      }
    }
  }
}

struct size_of {
  size_t rx, tx, problems, uses;
};

std::vector<size_of> sizes() {
  return {{1, 1, 35, 1},   {2, 1, 17, 3},   {5, 2, 35, 1},   {3, 3, 19, 2},  {4, 4, 35, 1},
          {16, 4, 5, 168}, {5, 5, 19, 1},   {17, 6, 3, 9},   {9, 7, 18, 1},  {64, 8, 2, 168},
          {33, 9, 3, 17},  {16, 15, 17, 1}, {64, 16, 3, 4},  {40, 17, 2, 1}, {65, 31, 2, 10},
          {64, 33, 2, 1},  {96, 48, 1, 8},  {128, 63, 2, 1}, {512, 3, 2, 1}, {512, 64, 1, 2}};
}

std::string of(const std::string& kind, const size_of& s) {
  return kind + " " + std::to_string(s.rx) + "x" + std::to_string(s.tx);
}

using agreement = on_every_arithmetic;

TEST_P(agreement, with_double_precision_in_every_mode_and_layout) {
  for (const size_of& s : sizes())
    for (const float n0 : {0.3f, 1e-4f}) {
      const linear_batch b(s.problems, s.rx, s.tx, s.rx * 100 + s.tx, n0, s.uses);
      for (const std::string kind : {"mrc", "zf", "mmse"}) {
        const detected wide = run(kind + "-double", b, noise::white(n0));
        auto d = make_detector(spec(kind)).value();
        for (const bool fused : {false, true}) {
          way how;
          how.fused = fused;
          const detected rows = run(*d, b, noise::white(n0), how);
          expect_within_gate(kind, b, rows, wide, of(kind, s));
          for (const auto layout : {way::columns, way::planes}) {
            how.layout = layout;
            ASSERT_TRUE(same_bits(run(*d, b, noise::white(n0), how), rows)) << of(kind, s) << " layout";
          }
        }
      }
    }
}

TEST_P(agreement, without_a_variance_the_estimate_is_the_same) {
  for (const size_of& s : sizes()) {
    const linear_batch b(s.problems, s.rx, s.tx, 7, 0.1f, s.uses);
    for (const std::string kind : {"mrc", "zf", "mmse"})
      for (const bool fused : {false, true}) {
        way how;
        how.fused = fused;
        auto d = make_detector(spec(kind)).value();
        const detected both = run(*d, b, noise::white(0.1f), how);
        std::vector<cf32> x(both.estimate.size());
        output into;
        into.estimate = row_major(x.data(), s.problems, s.uses, s.tx);
        const channel_batch channel{row_major(b.h.data(), s.problems, s.rx, s.tx), noise::white(0.1f)};
        const received_batch received{row_major(b.y.data(), s.problems, s.uses, s.rx)};
        if (fused)
          ASSERT_EQ(d->detect(channel, received, {&into, 1}), error::none);
        else
          ASSERT_EQ(d->apply(received, {&into, 1}), error::none);
        ASSERT_EQ(x, both.estimate) << of(kind, s);
      }
  }
}

// A diagonal-dominant covariance of each of two entries, and one variance an antenna.
TEST_P(agreement, with_every_form_of_noise) {
  for (const auto& [rx, tx] : {std::pair<size_t, size_t>{6, 2}, {8, 3}, {9, 5}, {20, 16}}) {
    constexpr size_t problems = 6, share = 3, entries = 2;
    const linear_batch b(problems, rx, tx, rx, 0.5f, 2);
    std::vector<cf32> covariance(entries * rx * rx), lower(covariance.size()), whitener(covariance.size());
    std::vector<float> levels(problems), antennas(entries * rx);
    for (size_t i = 0; i < levels.size(); ++i) levels[i] = 0.1f * static_cast<float>(i + 1);
    for (size_t i = 0; i < antennas.size(); ++i) antennas[i] = 0.2f + 0.3f * static_cast<float>(i % 5);
    std::vector<cf32> draws(entries * rx * rx);
    random_stream(4, 0, 0, 0).complex_normals(draws);
    for (size_t e = 0; e < entries; ++e) {
      const auto n = static_cast<long>(rx);
      const matrix f = widened(draws.data() + e * rx * rx, rx, rx),
                   r = test::product(f, f.adjoint()) / static_cast<double>(rx) + 0.5 * matrix::Identity(n, n),
                   l = test::cholesky(r), w = test::inverse(l);
      for (size_t i = 0; i < rx * rx; ++i) {
        const auto row = static_cast<long>(i / rx), column = static_cast<long>(i % rx);
        covariance[e * rx * rx + i] = cf32(r(row, column));
        lower[e * rx * rx + i] = cf32(l(row, column));
        whitener[e * rx * rx + i] = cf32(w(row, column));
      }
    }
    const auto entries_view = [&, rx = rx](std::vector<cf32>& v) {
      return row_major(v.data(), entries, rx, rx);
    };
    const noise forms[] = {
        noise::white(0.5f),
        {noise::per_problem, 0, row_major(levels.data(), problems), 1},
        {noise::per_antenna, 0, row_major(antennas.data(), entries, 1, rx), share},
        {noise::covariance, 0, entries_view(covariance), share},
        {noise::cholesky, 0, entries_view(lower), share},
        {noise::whitener, 0, entries_view(whitener), share},
    };
    for (const noise& n : forms)
      for (const std::string kind : {"mrc", "zf", "mmse"})
        for (const bool fused : {false, true}) {
          const bool white = n.is == noise::scalar || n.is == noise::per_problem;
          way how;
          how.fused = fused;
          how.coloured = !white;
          const detected d = run(spec(kind), b, n, how);
          for (size_t q = 0; q < problems; ++q) {
            // B with B R B^H = I, from the very numbers that the detector got.
            const auto size = static_cast<long>(rx);
            const size_t e = q / share;
            matrix whiten = matrix::Identity(size, size);
            if (n.is == noise::per_antenna)
              for (long i = 0; i < size; ++i)
                whiten(i, i) = 1 / std::sqrt(static_cast<double>(antennas[e * rx + static_cast<size_t>(i)]));
            if (n.is == noise::covariance)
              whiten = test::inverse(test::cholesky(widened(covariance.data() + e * rx * rx, rx, rx)));
            if (n.is == noise::cholesky) whiten = test::inverse(widened(lower.data() + e * rx * rx, rx, rx));
            if (n.is == noise::whitener) whiten = widened(whitener.data() + e * rx * rx, rx, rx);
            const double level = n.is == noise::scalar        ? 0.5
                                 : n.is == noise::per_problem ? static_cast<double>(levels[q])
                                                              : 1.0;
            const linear_reference r(kind, test::product(whiten, b.channel(q)), level);
            const double spread = test::condition(whiten);
            for (size_t u = 0; u < 2; ++u) {
              const vector y = test::product(whiten, b.received(q, u)), x = r.estimate(y);
              for (size_t k = 0; k < tx; ++k) {
                const auto c = static_cast<long>(k);
                const size_t at = (q * 2 + u) * tx + k;
                limits most = gate(kind, r, x, y, c, level);
                // Whitening is one more solution of equations, of condition cond(B)^2.
                if (!white) {
                  const double more = 32 * unit * spread * spread * r.condition;
                  most.estimate += more * std::max({1.0, x.cwiseAbs().maxCoeff(),
                                                    y.norm() / std::sqrt(r.gram(c, c).real())});
                  most.variance += more * (r.variance(c) + 1 / r.gram(c, c).real());
                }
                ASSERT_LE(std::abs(std::complex<double>(d.estimate[at]) - x(c)), most.estimate)
                    << kind << " noise " << n.is;
                ASSERT_NEAR(static_cast<double>(d.variance[at]), r.variance(c), most.variance)
                    << kind << " noise " << n.is;
              }
            }
          }
        }
  }
}

TEST(fused_targets, agree_to_the_last_bit) {
  for (const char* lanes : {"problem", "antenna"})
    for (const size_of& s : sizes())
      for (const std::string kind : {"mrc", "zf", "mmse"})
        for (const bool fused : {false, true}) {
          const linear_batch b(s.problems, s.rx, s.tx, s.rx + s.tx, 0.2f, s.uses);
          way how;
          how.fused = fused;
          std::vector<detected> all;
          for (const target_info& t : targets())
            if (t.usable && t.fused)
              all.push_back(run(arithmetic{t.name, lanes}.spec(kind), b, noise::white(0.2f), how));
          for (const detected& d : all)
            EXPECT_TRUE(same_bits(d, all.front())) << lanes << " " << of(kind, s) << fused;
        }
}

MHO_ON_EVERY_ARITHMETIC(agreement);

}  // namespace
}  // namespace mho
