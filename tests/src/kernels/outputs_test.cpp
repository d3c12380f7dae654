// Verdicts, gains, variances and finished estimates, and the one kernel for up to four streams.
#include <limits>

#include "src/kernels/packs.hpp"

namespace mho {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

constexpr float number(verdict v) { return static_cast<float>(v); }

// A Gram matrix of random channels, its factor and the diagonal of its inverse with a shift a lane.
struct solved {
  solved(const linear_kernels& k, std::size_t n, std::size_t rx, float noise)
      : g(complex_pack(k.lanes, n * n)),
        l(complex_pack(k.lanes, n * n)),
        inverse(real_pack(k.lanes, n)),
        level(real_pack(k.lanes, 1)),
        diagonal(real_pack(k.lanes, n)),
        gain(real_pack(k.lanes, n)),
        verdicts(real_pack(k.lanes, 1)) {
    const pack h = random_pack(k.lanes, rx * n, 31 * n + rx), panel = complex_pack(k.lanes, n * k.tile);
    k.gram(h.data(), rx, n, true, g.data());
    for (std::size_t lane = 0; lane < k.lanes; ++lane)
      level.at(lane, 0) = noise * static_cast<float>(1 + lane % 4);
    k.cholesky(g.data(), n, level.data(), static_cast<float>(n) * 0x1p-23f, l.data(), inverse.data(),
               verdicts.data());
    k.inverse_diagonal(l.data(), inverse.data(), n, panel.data(), nullptr, diagonal.data());
  }
  pack g, l, inverse, level, diagonal, gain, verdicts;
};

using verdict_kernel = of_every_target;
using output_kernel = of_every_target;
using small_kernel = of_every_target;

TEST_P(verdict_kernel, check_gram_knows_the_range_of_a_column) {
  for (const std::size_t tx : {1u, 2u, 3u, 5u, 16u}) {
    for (const bool whole : {false, true}) {
      const pack g = complex_pack(k.lanes, tx * tx), found = real_pack(k.lanes, 1);
      struct case_of {
        float energy;
        verdict expected;
      };
      const case_of cases[] = {{1, verdict::ok},
                               {0x1p-100f, verdict::ok},
                               {0x1p100f, verdict::ok},
                               {0x1.fffffep-101f, verdict::out_of_range},
                               {0x1.000002p100f, verdict::out_of_range},
                               {0, verdict::out_of_range},
                               {-1, verdict::out_of_range},
                               {infinity, verdict::not_finite},
                               {nan, verdict::not_finite}};
      for (std::size_t from = 0; from < std::size(cases); ++from)
        for (std::size_t column = 0; column < tx; ++column) {
          g.fill(0);
          found.fill(0);
          for (std::size_t lane = 0; lane < k.lanes; ++lane)
            for (std::size_t i = 0; i < tx; ++i) {
              g.at(lane, i * tx + i) = i == column ? cases[(from + lane) % std::size(cases)].energy : 1;
              for (std::size_t j = i + 1; j < tx; ++j) g.at(lane, i * tx + j) = nan;  // not for reading
            }
          k.check_gram(g.data(), tx, whole, found.data());
          for (std::size_t lane = 0; lane < k.lanes; ++lane)
            ASSERT_EQ(found.at(lane, 0), number(cases[(from + lane) % std::size(cases)].expected))
                << tx << " " << cases[(from + lane) % std::size(cases)].energy;
        }
      // Off the diagonal: only where the matrix is the caller's own.
      if (tx == 1) continue;
      for (const float bad : {nan, infinity, -infinity})
        for (std::size_t part = 0; part < 2; ++part) {
          g.fill(0);
          found.fill(0);
          for (std::size_t lane = 0; lane < k.lanes; ++lane)
            for (std::size_t i = 0; i < tx; ++i) g.at(lane, i * tx + i) = 1;
          g.at(k.lanes - 1, (tx - 1) * tx, part) = bad;
          k.check_gram(g.data(), tx, whole, found.data());
          ASSERT_EQ(found.at(k.lanes - 1, 0), whole ? number(verdict::not_finite) : 0);
          if (k.lanes > 1) {
            ASSERT_EQ(found.at(0, 0), 0);
          }
        }
    }
  }
}

TEST_P(verdict_kernel, a_raised_verdict_stays) {
  const pack g = complex_pack(k.lanes, 1), found = real_pack(k.lanes, 1);
  for (std::size_t lane = 0; lane < k.lanes; ++lane) g.at(lane, 0) = lane % 2 == 0 ? 1.0f : 0.0f;
  found.fill(number(verdict::not_finite));
  k.check_gram(g.data(), 1, false, found.data());
  for (std::size_t lane = 0; lane < k.lanes; ++lane)
    ASSERT_EQ(found.at(lane, 0), number(verdict::not_finite));
}

TEST_P(output_kernel, zero_forcing_variance) {
  for (const std::size_t tx : stream_counts()) {
    const solved s(k, tx, tx + 3, 0.1f);
    const pack before = real_pack(k.lanes, tx);
    std::copy_n(s.diagonal.data(), k.lanes * tx, before.data());
    k.finish_zf(tx, s.level.data(), s.diagonal.data(), s.gain.data(), s.verdicts.data());
    for (std::size_t lane = 0; lane < k.lanes; ++lane)
      for (std::size_t i = 0; i < tx; ++i) {
        const double exact =
            static_cast<double>(s.level.at(lane, 0)) * static_cast<double>(before.at(lane, i));
        ASSERT_NEAR(static_cast<double>(s.diagonal.at(lane, i)), exact, unit_roundoff * exact);
        ASSERT_EQ(s.gain.at(lane, i), 1);
        ASSERT_EQ(s.verdicts.at(lane, 0), 0);
      }
  }
}

TEST_P(output_kernel, mmse_gain_and_variance_lose_nothing) {
  for (const std::size_t n : stream_counts())
    for (const float noise : {1e-6f, 0.1f, 10.0f, 1e5f}) {
      const solved s(k, n, n + 2, noise);
      const pack before = real_pack(k.lanes, n), column = complex_pack(k.lanes, n);
      std::copy_n(s.diagonal.data(), k.lanes * n, before.data());
      k.finish_mmse(n, s.level.data(), s.g.data(), s.l.data(), s.inverse.data(), s.diagonal.data(),
                    s.gain.data(), column.data(), s.verdicts.data());
      for (std::size_t lane = 0; lane < k.lanes; ++lane) {
        matrix l = s.l.lower(lane, n);
        for (std::size_t i = 0; i < n; ++i)
          l(static_cast<long>(i), static_cast<long>(i)) = 1 / static_cast<double>(s.inverse.at(lane, i));
        const matrix g = s.g.hermitian(lane, n);
        const matrix x =
            test::forward_solution(l, matrix::Identity(static_cast<long>(n), static_cast<long>(n)));
        const real_matrix size_x = x.cwiseAbs(), size_l = l.cwiseAbs();
        const double n0 = static_cast<double>(s.level.at(lane, 0));
        for (std::size_t i = 0; i < n; ++i) {
          const auto c = static_cast<long>(i);
          const double e = n0 * static_cast<double>(before.at(lane, i));
          // One rounding of e; 1 - e doubles its relative error at most, and rounds once where e < 1/2.
          double useful = 1 - e, error = (2 * e + 1) * unit_roundoff;
          if (e >= 0.5 * (1 - unit_roundoff)) {
            // Column c of A^-1 by two substitutions (each leaves gamma |L| |x|), then a sum of n products.
            const matrix a = x.adjoint() * x.col(c);
            const real_matrix size_a = a.cwiseAbs(), half = size_l * size_x.col(c),
                              back = size_l.transpose() * size_a;
            const real_matrix wrong = complex_gamma(n, 4) * (size_x.transpose() * (size_x * half + back));
            const double exact = (a.adjoint() * g.col(c))(0, 0).real();
            const double bound = 1.05 * (wrong.col(0).dot(g.col(c).cwiseAbs()) +
                                         gamma(2 * n + 1) * size_a.col(0).dot(g.col(c).cwiseAbs()));
            // Around 1/2 either way may have been taken.
            if (e < 0.5 * (1 + unit_roundoff))
              error += bound + std::abs(useful - exact);
            else
              useful = exact, error = bound;
          }
          const double relative = 1.05 * (error / useful + 3 * unit_roundoff);
          ASSERT_LE(relative, 0.05) << "second-order terms matter";
          ASSERT_NEAR(static_cast<double>(s.gain.at(lane, i)) * useful, 1, relative) << n << " " << noise;
          ASSERT_NEAR(static_cast<double>(s.diagonal.at(lane, i)) / (e / useful), 1, relative)
              << n << " " << noise;
        }
        ASSERT_EQ(s.verdicts.at(lane, 0), 0);
      }
    }
}

TEST_P(output_kernel, maximum_ratio_gain_and_variance) {
  for (const std::size_t tx : stream_counts()) {
    const solved s(k, tx, tx + 3, 0.3f);
    k.finish_mrc(tx, s.level.data(), s.g.data(), s.diagonal.data(), s.gain.data(), s.verdicts.data());
    for (std::size_t lane = 0; lane < k.lanes; ++lane) {
      const matrix g = s.g.hermitian(lane, tx);
      for (std::size_t i = 0; i < tx; ++i) {
        const auto c = static_cast<long>(i);
        const double energy = g(c, c).real(), interference = g.col(c).squaredNorm() - energy * energy;
        const double exact = (static_cast<double>(s.level.at(lane, 0)) + interference / energy) / energy;
        ASSERT_NEAR(static_cast<double>(s.gain.at(lane, i)) * energy, 1, unit_roundoff);
        // Nothing is subtracted: every term rounds as often as it is touched. The reference's difference
        // loses |G_kk|^2 / sum of double's digits, which is nothing here.
        ASSERT_NEAR(static_cast<double>(s.diagonal.at(lane, i)) / exact, 1, gamma(2 * tx + 6)) << tx;
      }
      ASSERT_EQ(s.verdicts.at(lane, 0), 0);
    }
  }
}

TEST_P(output_kernel, a_variance_beyond_float_is_out_of_range) {
  constexpr std::size_t tx = 3;
  for (const int rule : {0, 1, 2}) {
    const solved s(k, tx, 5, 0.1f);
    const pack column = complex_pack(k.lanes, tx);
    const std::size_t last = k.lanes - 1;
    if (rule == 0) s.diagonal.at(last, 1) = 3e38f, s.level.at(last, 0) = 4;
    if (rule == 1) s.diagonal.at(last, 1) = infinity;
    if (rule == 2) s.level.at(last, 0) = 3e38f, s.g.at(last, tx + 1) = 0x1p-100f;
    if (rule == 0) k.finish_zf(tx, s.level.data(), s.diagonal.data(), s.gain.data(), s.verdicts.data());
    if (rule == 1)
      k.finish_mmse(tx, s.level.data(), s.g.data(), s.l.data(), s.inverse.data(), s.diagonal.data(),
                    s.gain.data(), column.data(), s.verdicts.data());
    if (rule == 2)
      k.finish_mrc(tx, s.level.data(), s.g.data(), s.diagonal.data(), s.gain.data(), s.verdicts.data());
    for (std::size_t lane = 0; lane < k.lanes; ++lane)
      ASSERT_EQ(s.verdicts.at(lane, 0), lane == last ? number(verdict::out_of_range) : 0) << rule;
    // Written off, and nobody else's business.
    const pack kept = real_pack(k.lanes, tx);
    std::copy_n(s.diagonal.data(), tx * k.lanes, kept.data());
    k.finish_variance(tx, s.verdicts.data(), s.diagonal.data());
    for (std::size_t lane = 0; lane < k.lanes; ++lane)
      for (std::size_t i = 0; i < tx; ++i)
        ASSERT_EQ(s.diagonal.at(lane, i), lane == last ? infinity : kept.at(lane, i));
  }
}

TEST_P(output_kernel, estimates_are_scaled_and_failed_lanes_cleared) {
  for (const std::size_t tx : stream_counts()) {
    const pack x = random_pack(k.lanes, tx, tx), before = random_pack(k.lanes, tx, tx),
               gain = random_pack(k.lanes, (tx + 1) / 2, tx + 1), verdicts = real_pack(k.lanes, 1);
    const std::size_t last = k.lanes - 1;
    verdicts.at(0, 0) = number(verdict::singular);
    if (k.lanes > 2) x.at(last, tx - 1, 1) = infinity;
    k.finish_estimate(tx, gain.data(), x.data(), verdicts.data());
    for (std::size_t lane = 0; lane < k.lanes; ++lane) {
      const bool poisoned = k.lanes > 2 && lane == last, failed = lane == 0 || poisoned;
      ASSERT_EQ(verdicts.at(lane, 0), lane == 0  ? number(verdict::singular)
                                      : poisoned ? number(verdict::not_finite)
                                                 : 0);
      for (std::size_t i = 0; i < tx; ++i)
        for (std::size_t part = 0; part < 2; ++part)
          ASSERT_EQ(x.at(lane, i, part),
                    failed ? 0 : before.at(lane, i, part) * gain.data()[i * k.lanes + lane]);
    }
  }
}

// Against A^-1 z and N0 [A^-1]_kk in double precision, under the library's promise for linear detection: 32
// roundings times the condition number.
TEST_P(small_kernel, solves_up_to_four_streams_in_one_or_two_packs) {
  for (std::size_t n = 1; n <= 4; ++n)
    for (const std::size_t packs : {1u, 2u})
      for (const bool mmse : {false, true})
        for (const float noise : {1e-8f, 0.1f, 10.0f, 1e5f}) {
          const std::size_t all = packs * k.lanes, rx = n + 1;
          const pack g = complex_pack(k.lanes, packs * n * n), z = random_pack(k.lanes, packs * n, 5 * n),
                     kept_z = random_pack(k.lanes, packs * n, 5 * n), level = real_pack(k.lanes, packs),
                     variance = real_pack(k.lanes, packs * n), verdicts = real_pack(k.lanes, packs);
          for (std::size_t p = 0; p < packs; ++p) {
            const pack h = random_pack(k.lanes, rx * n, 100 + 10 * n + p);
            k.gram(h.data(), rx, n, true, g.data() + p * n * n * 2 * k.lanes);
          }
          level.fill(noise);
          // One lane that had failed before, and one whose columns are the same.
          const std::size_t singular = all - 1;
          verdicts.at(0, 0) = number(verdict::out_of_range);
          if (n > 1 && all > 1)
            for (std::size_t i = 0; i < n; ++i)
              for (std::size_t j = 0; j <= i; ++j) {
                g.at(singular % k.lanes, (packs - 1) * n * n + i * n + j, 0) = 1;
                g.at(singular % k.lanes, (packs - 1) * n * n + i * n + j, 1) = 0;
              }
          const pack kept_g = complex_pack(k.lanes, packs * n * n);
          std::copy_n(g.data(), packs * n * n * 2 * k.lanes, kept_g.data());
          k.solve_small(n, packs, mmse, g.data(), z.data(), level.data(), variance.data(), verdicts.data());
          for (std::size_t q = 0; q < all; ++q) {
            const std::size_t lane = q % k.lanes, p = q / k.lanes;
            const float found = verdicts.at(lane, p);
            if (q == 0 || found != 0) {
              const bool lost = n > 1 && q == singular && !(mmse && noise > 1e-7f);
              ASSERT_EQ(found, number(q == 0 ? verdict::out_of_range
                                      : lost ? verdict::singular
                                             : verdict::ok))
                  << n << " " << noise;
              for (std::size_t i = 0; i < n; ++i) {
                ASSERT_EQ(cf32(z.at(lane, p * n + i, 0), z.at(lane, p * n + i, 1)), cf32(0));
                ASSERT_EQ(variance.at(lane, p * n + i), infinity);
              }
              continue;
            }
            const auto size = static_cast<long>(n);
            matrix gram(size, size), right(size, 1);
            for (std::size_t i = 0; i < n; ++i) {
              for (std::size_t j = 0; j <= i; ++j) {
                const std::size_t e = p * n * n + i * n + j;
                const std::complex<double> entry(static_cast<double>(kept_g.at(lane, e, 0)),
                                                 static_cast<double>(kept_g.at(lane, e, 1)));
                gram(static_cast<long>(i), static_cast<long>(j)) = entry;
                gram(static_cast<long>(j), static_cast<long>(i)) = std::conj(entry);
              }
              right(static_cast<long>(i), 0) = {static_cast<double>(kept_z.at(lane, p * n + i, 0)),
                                                static_cast<double>(kept_z.at(lane, p * n + i, 1))};
            }
            const double n0 = static_cast<double>(noise);
            const matrix a = mmse ? matrix(gram + n0 * matrix::Identity(size, size)) : gram;
            const double gate = 32 * unit_roundoff * test::hermitian_condition(a);
            const matrix inverse = test::inverse(a), gains = test::product(inverse, gram);
            matrix x = test::product(inverse, right);
            for (long i = 0; i < size; ++i) {
              const double useful = mmse ? gains(i, i).real() : 1;
              x(i, 0) /= useful;
              const double exact = n0 * inverse(i, i).real() / useful;
              ASSERT_NEAR(static_cast<double>(variance.at(lane, p * n + static_cast<std::size_t>(i))) / exact,
                          1, gate)
                  << n << (mmse ? " mmse " : " zf ") << noise;
            }
            const double scale = std::max(1.0, x.cwiseAbs().maxCoeff());
            for (std::size_t i = 0; i < n; ++i) {
              const std::complex<double> actual(static_cast<double>(z.at(lane, p * n + i, 0)),
                                                static_cast<double>(z.at(lane, p * n + i, 1)));
              ASSERT_LE(std::abs(actual - x(static_cast<long>(i), 0)), gate * scale)
                  << n << (mmse ? " mmse " : " zf ") << noise;
            }
          }
        }
}

MHO_ON_EVERY_TARGET(verdict_kernel);
MHO_ON_EVERY_TARGET(output_kernel);
MHO_ON_EVERY_TARGET(small_kernel);

}  // namespace
}  // namespace mho
