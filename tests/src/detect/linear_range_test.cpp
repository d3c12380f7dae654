// The range of numbers that zf, mmse and mrc are good for: signal-to-noise ratios from -50 to 80 dB, channels
// of any scale, and what becomes of those beyond.
#include <limits>

#include "src/linear_batch.hpp"

namespace mho {
namespace {

using std::size_t;
using range_of_numbers = on_every_arithmetic;

constexpr float infinity = std::numeric_limits<float>::infinity();

// A relative bound on the variance e / g of mmse, with e = N0 [A^-1]_kk and g = [A^-1 G]_kk, to first order
// in the roundoff u. |.| are 2-norms.
//
// Gram matrix and Cholesky factor are those of A + D (Higham, theorem 10.3; ||a||b|| <= the product of
// Frobenius norms), |D| <= sqrt2 u ((2 rx + 1) tr G + (2 tx + 8) tr A). So [A^-1]_kk = e_k' A^-1 e_k changes
// by |D| |A^-1 e_k|^2 <= |D| |A^-1| [A^-1]_kk, and column k of A^-1 by |A^-1| |D| of itself. A substitution
// with L adds sqrt2 u (2 tx + 4) |L^-1| |L|_F, where |L^-1|^2 = |A^-1| and |L|_F^2 = tr A; a sum of squares 2
// tx + 1 roundings. g is 1 - e where e < 1/2, and a sum of tx products, G of 2 rx + 1 roundings, elsewhere.
double variance_bound(const linear_reference& r, double level, long k) {
  const auto rx = static_cast<double>(r.channel.rows()), tx = static_cast<double>(r.channel.cols());
  const double root = std::sqrt(2.0) * unit, trace_g = r.gram.trace().real(), trace_a = r.a.trace().real();
  const double largest = test::hermitian_eigenvalues(r.inverse).maxCoeff();
  const double shifted = root * ((2 * rx + 1) * trace_g + (2 * tx + 8) * trace_a) * largest;
  const double solved = root * (2 * tx + 4) * std::sqrt(largest * trace_a);
  const double e = level * r.inverse(k, k).real();
  const double of_e = shifted + 2 * solved + (2 * tx + 4) * unit;
  double of_g = of_e * e / (1 - e) + 2 * unit;
  if (e >= 0.5 - of_e) {
    const vector column = r.inverse.col(k);
    const double product = column.cwiseAbs().dot(r.gram.col(k).cwiseAbs()),
                 spread = column.norm() * std::sqrt(trace_g * r.gram(k, k).real());
    of_g =
        std::max(e < 0.5 + of_e ? of_g : 0, ((shifted + 2 * solved) * column.norm() * r.gram.col(k).norm() +
                                             root * (2 * rx + 1) * spread + unit * (2 * tx + 1) * product) *
                                                r.gain(k).real());
  }
  return 1.05 * (of_e + of_g + 4 * unit);
}

TEST_P(range_of_numbers, mmse_variance_is_exact_from_minus_50_to_80_db) {
  for (const auto& [rx, tx] : {std::pair<size_t, size_t>{1, 1},
                               {3, 1},
                               {2, 2},
                               {4, 2},
                               {8, 2},
                               {3, 3},
                               {5, 3},
                               {4, 4},
                               {6, 4},
                               {64, 4},
                               {5, 5},
                               {12, 5},
                               {16, 8},
                               {18, 16},
                               {64, 16},
                               {70, 33}})
    for (int db = -50; db <= 80; db += 10) {
      const auto n0 = static_cast<float>(std::pow(10.0, -db / 10.0));
      const linear_batch b(3, rx, tx, rx * 64 + tx, n0);
      const double level = static_cast<double>(n0);
      std::vector<linear_reference> exact;
      for (size_t q = 0; q < b.problems; ++q) exact.emplace_back("mmse", b.channel(q), level);
      for (const bool fused : {false, true}) {
        way how;
        how.fused = fused;
        const detected d = run(spec("mmse"), b, noise::white(n0), how);
        for (size_t q = 0; q < b.problems; ++q)
          for (size_t k = 0; k < tx; ++k) {
            const auto c = static_cast<long>(k);
            // The rounding-error bound, or the library's promise where that is less.
            const double bound = std::min(variance_bound(exact[q], level, c), 32 * unit * exact[q].condition);
            ASSERT_NEAR(static_cast<double>(d.variance[q * tx + k]) / exact[q].variance(c), 1, bound)
                << rx << "x" << tx << " at " << db << " dB";
          }
      }
    }
}

// Everything times a power of two: not one bit changes but the exponents.
TEST_P(range_of_numbers, scale_is_free_of_rounding) {
  for (const auto& [rx, tx] : {std::pair<size_t, size_t>{2, 1}, {6, 3}, {4, 4}, {12, 5}, {20, 16}})
    for (const std::string kind : {"mrc", "zf", "mmse"})
      for (const bool fused : {false, true}) {
        way how;
        how.fused = fused;
        const linear_batch b(7, rx, tx, rx, 0.1f);
        const detected plain = run(spec(kind), b, noise::white(0.1f), how);
        for (const int power : {-48, -20, 3, 30, 47}) {
          linear_batch scaled = b;
          for (cf32& x : scaled.h) x *= std::ldexp(1.0f, power);
          detected d = run(spec(kind), scaled, noise::white(std::ldexp(0.1f, 2 * power)), how);
          // The channel and the root of the noise: estimates shrink, variances are those of x / 2^power.
          for (cf32& x : d.estimate) x *= std::ldexp(1.0f, power);
          ASSERT_TRUE(same_bits(d, plain)) << kind << " " << rx << "x" << tx << " 2^" << power;
          if (kind != "zf") continue;
          d = run(spec(kind), scaled, noise::white(0.1f), how);
          for (cf32& x : d.estimate) x *= std::ldexp(1.0f, power);
          for (float& v : d.variance) v = std::ldexp(v, 2 * power);
          ASSERT_TRUE(same_bits(d, plain)) << kind << " " << rx << "x" << tx << " 2^" << power;
        }
      }
}

// Squared column norms at and just beyond [2^-100, 2^100]: diagonal channels, so nothing else rounds.
TEST_P(range_of_numbers, columns_out_of_range_are_flagged_exactly) {
  struct edge {
    float entry;
    status expected;
  };
  for (const size_t tx : {size_t{1}, size_t{3}, size_t{4}, size_t{6}, size_t{17}})
    for (const std::string kind : {"mrc", "zf", "mmse"})
      for (const bool fused : {false, true})
        for (const edge& e : {edge{0x1p50f, status::ok},
                              {0x1.000002p50f, status::out_of_range},
                              {0x1p-50f, status::ok},
                              {0x1.fffffep-51f, status::out_of_range},
                              {0x1p63f, status::out_of_range},
                              {0x1p-63f, status::out_of_range},
                              {0x1p120f, status::not_finite},
                              {0x1p-140f, status::out_of_range}}) {
          const size_t rx = tx + 1;
          linear_batch b(3, rx, tx, 1, 1);
          std::fill(b.h.begin(), b.h.end(), cf32(0));
          for (size_t q = 0; q < 3; ++q)
            for (size_t k = 0; k < tx; ++k) b.h[(q * rx + k) * tx + k] = q == 1 && k == tx - 1 ? e.entry : 1;
          way how;
          how.fused = fused;
          const detected d = run(spec(kind), b, noise::white(0x1p-40f), how);
          ASSERT_EQ(d.state[0], status::ok);
          ASSERT_EQ(d.state[1], e.expected) << kind << " " << tx << " " << e.entry << (fused ? " fused" : "");
          ASSERT_EQ(d.state[2], status::ok);
        }
}

TEST_P(range_of_numbers, a_variance_beyond_float_is_out_of_range) {
  for (const auto& [rx, tx] : {std::pair<size_t, size_t>{1, 1}, {5, 3}, {4, 4}, {12, 5}, {20, 16}})
    for (const std::string kind : {"mrc", "zf", "mmse"})
      for (const bool fused : {false, true}) {
        linear_batch b(5, rx, tx, 9, 0x1p40f);
        std::fill(b.y.begin(), b.y.end(), cf32(1));
        // N0 / |h|^2 of about 2^40 / 2^-96 in one problem, of 2^40 in the others.
        for (size_t i = 0; i < rx * tx; ++i) b.h[2 * rx * tx + i] *= 0x1p-48f;
        way how;
        how.fused = fused;
        const detected d = run(spec(kind), b, noise::white(0x1p40f), how);
        for (size_t q = 0; q < b.problems; ++q) {
          ASSERT_EQ(d.state[q], q == 2 ? status::out_of_range : status::ok) << kind << " " << rx << "x" << tx;
          for (size_t k = 0; k < tx; ++k) {
            ASSERT_EQ(std::isinf(d.variance[q * tx + k]), q == 2) << kind;
            if (q == 2) {
              ASSERT_EQ(d.variance[q * tx + k], infinity);
              ASSERT_EQ(d.estimate[q * tx + k], cf32(0));
            }
          }
        }
      }
}

// Whether a problem fails does not depend on the outputs that are asked for.
TEST_P(range_of_numbers, states_and_estimates_are_the_same_without_a_variance) {
  for (const auto& [rx, tx] : {std::pair<size_t, size_t>{4, 4}, {12, 5}, {20, 16}, {16, 16}})
    for (const std::string kind : {"mrc", "zf", "mmse"})
      for (const int exponent : {-49, -48, -44, -40, -20, 0}) {
        linear_batch b(5, rx, tx, 9, 0x1p40f);
        for (size_t i = 0; i < rx * tx; ++i) b.h[2 * rx * tx + i] *= std::ldexp(1.0f, exponent);
        for (size_t r = 0; r < rx; ++r) b.h[(3 * rx + r) * tx + tx - 1] = b.h[3 * rx * tx + r * tx];
        auto d = make_detector(spec(kind)).value();
        ASSERT_EQ(d->reserve({.problems = 5, .rx = rx, .tx = tx}), error::none);
        std::vector<cf32> x[2];
        std::vector<status> state[2];
        for (size_t with = 0; with < 2; ++with) {
          x[with].assign(5 * tx, cf32(7));
          state[with].assign(5, status::unstable);
          std::vector<float> variance(5 * tx);
          output into;
          into.estimate = row_major(x[with].data(), 5, 1, tx);
          if (with == 1) into.variance = row_major(variance.data(), 5, 1, tx);
          into.state = state[with];
          ASSERT_EQ(d->detect({row_major(b.h.data(), 5, rx, tx), noise::white(0x1p40f)},
                              {row_major(b.y.data(), 5, 1, rx)}, {&into, 1}),
                    error::none);
        }
        ASSERT_EQ(state[0], state[1]) << kind << " " << rx << "x" << tx << " " << exponent;
        ASSERT_EQ(x[0], x[1]) << kind << " " << rx << "x" << tx << " " << exponent;
        if (exponent <= -48) {
          ASSERT_EQ(state[0][2], status::out_of_range) << kind;
        }
      }
}

MHO_ON_EVERY_ARITHMETIC(range_of_numbers);

}  // namespace
}  // namespace mho
