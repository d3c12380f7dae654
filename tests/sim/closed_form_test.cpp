// Closed forms against published values, numerical integration and a simulated link.
#include <closed_form.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/beta.hpp>

#include <mho/constellation.hpp>
#include <mho/random.hpp>

namespace {

using mho::sim::ber_awgn;
using mho::sim::ber_rayleigh;
using mho::sim::ser_awgn;

constexpr std::array<std::size_t, 6> sizes = {4, 16, 64, 256, 1024, 4096};

double linear(double db) { return std::pow(10.0, db / 10); }
double q_function(double x) { return 0.5 * std::erfc(x / std::sqrt(2.0)); }

// Tabulated from Cho and Yoon's formula by an independent program, four or five digits.
TEST(closed_form, awgn_gives_the_tabulated_values) {
  struct row {
    std::size_t points;
    double db, ber, half_digit;
  };
  for (const row& r : {row{4, 10, 7.827e-4, 5e-8},
                       {4, 15, 9.361e-9, 5e-13},
                       {16, 10, 5.899e-2, 5e-6},
                       {16, 15, 4.465e-3, 5e-7},
                       {16, 20, 2.904e-6, 5e-10},
                       {64, 10, .15255, 5e-6},
                       {64, 15, 6.416e-2, 5e-6},
                       {64, 20, 8.486e-3, 5e-7},
                       {256, 10, .23667, 5e-6},
                       {256, 15, .14169, 5e-6},
                       {256, 20, 6.542e-2, 5e-6}})
    EXPECT_NEAR(ber_awgn(r.points, linear(r.db)), r.ber, 1.001 * r.half_digit)
        << r.points << " at " << r.db << " dB";
}

// The definition: from every level, the probability of each decision times the bits in which the Gray labels
// differ.
TEST(closed_form, awgn_is_the_sum_over_all_decisions) {
  for (const std::size_t points : sizes) {
    const int levels = static_cast<int>(std::lround(std::sqrt(static_cast<double>(points))));
    for (const double db : {-10.0, 0.0, 10.0, 20.0, 30.0}) {
      const double step =
          std::sqrt(3 * linear(db) / static_cast<double>(points - 1));  // in noise deviations of an axis
      double wrong_bits = 0, right = 0;
      for (int sent = 0; sent < levels; ++sent)
        for (int decided = 0; decided < levels; ++decided) {
          // From the edge below to the edge above, on the side where differences of Q do not cancel.
          const int away = std::abs(decided - sent);
          const bool outermost = decided == 0 || decided == levels - 1;
          double probability = away == 0 ? 1 - (outermost ? 1 : 2) * q_function(step)
                                         : q_function((2 * away - 1) * step) -
                                               (outermost ? 0 : q_function((2 * away + 1) * step));
          if (away == 0) right += probability / levels;
          wrong_bits +=
              probability / levels *
              __builtin_popcount(static_cast<unsigned>((sent ^ (sent >> 1)) ^ (decided ^ (decided >> 1))));
        }
      const double expected = wrong_bits / std::log2(levels);
      // levels^2 terms of either sign: their sum of sizes is at most levels times the result's leading term.
      EXPECT_NEAR(ber_awgn(points, linear(db)), expected, 1e-12 * expected)
          << points << " at " << db << " dB";
      EXPECT_NEAR(ser_awgn(points, linear(db)), 1 - right * right, 1e-14) << points << " at " << db << " dB";
    }
  }
}

// P_L(c) = I_p(L, L), the regularised incomplete beta function at p = (1 - mu)/2: a sum of L negative
// binomial probabilities. QPSK has one term: its bit error rate is P_L(es_n0 / 2). lgamma(2L) of 3e4 and L ln
// p of 2e4 lose at most a few 1e-12 when exponentiated.
TEST(closed_form, rayleigh_qpsk_is_an_incomplete_beta_function) {
  for (const std::size_t branches : std::vector<std::size_t>{1, 2, 3, 13, 64, 121, 515, 516, 517, 1024, 2048})
    for (const double db : {-40.0, -30.0, -20.0, -10.0, 0.0, 10.0, 20.0}) {
      const double c = linear(db) / 2, mu = std::sqrt(c / (1 + c)), p = 0.5 / ((1 + c) * (1 + mu));
      const auto count = static_cast<double>(branches);
      const double expected = boost::math::ibeta(count, count, p);
      EXPECT_NEAR(ber_rayleigh(4, branches, linear(db)), expected, 1e-11 * expected + 1e-290)
          << branches << " at " << db << " dB";
    }
}

// The AWGN rate integrated over the density x^(L-1) e^-x / (L-1)!, x = t^2 to smooth the root at 0.
TEST(closed_form, rayleigh_is_the_average_over_the_gamma_density) {
  for (const std::size_t points : sizes)
    for (const std::size_t branches : std::vector<std::size_t>{1, 2, 13, 121, 2048})
      for (const double combined_db : {5.0, 15.0, 25.0}) {
        const auto count = static_cast<double>(branches);
        const double es_n0 = linear(combined_db) / count;
        const auto integrand = [&](double t) {
          const double x = t * t;
          return 2 * std::exp((2 * count - 1) * std::log(t) - x - std::lgamma(count)) *
                 ber_awgn(points, x * es_n0);
        };
        // sqrt(Gamma(L)) has a deviation below 1/2 around sqrt(L): 10 is 20 deviations.
        const double low = std::max(1e-9, std::sqrt(count) - 10), high = std::sqrt(count) + 10;
        const double expected =
            boost::math::quadrature::gauss_kronrod<double, 61>::integrate(integrand, low, high, 12, 1e-12);
        EXPECT_NEAR(ber_rayleigh(points, branches, es_n0), expected, 1e-9 * expected)
            << points << " " << branches;
      }
}

// Zero-forcing, 256-QAM, printed to three or four digits at total SNRs printed to 0.01 dB: N0 = tx / SNR.
TEST(closed_form, zero_forcing_gives_the_known_rates) {
  struct row {
    std::size_t rx, tx;
    double snr_db, ber, half_digit;
  };
  for (const row& r : {row{16, 4, 10, .1433, 5e-5},
                       {16, 4, 15.04, .0661, 5e-5},
                       {16, 4, 19.03, .0216, 5e-5},
                       {16, 4, 22.98, .00247, 5e-6},
                       {128, 8, 5.43, .1052, 5e-5},
                       {128, 8, 10.26, .0400, 5e-5},
                       {128, 8, 12.47, .0182, 5e-5},
                       {128, 8, 14.2, .00738, 5e-6},
                       {128, 8, 15.06, .00414, 5e-6}}) {
    const auto rate = [&](double db) {
      return ber_rayleigh(256, r.rx - r.tx + 1, linear(db) / static_cast<double>(r.tx));
    };
    EXPECT_LE(rate(r.snr_db + 0.005), r.ber + r.half_digit) << r.rx << " at " << r.snr_db << " dB";
    EXPECT_GE(rate(r.snr_db - 0.005), r.ber - r.half_digit) << r.rx << " at " << r.snr_db << " dB";
  }
}

TEST(closed_form, ends_of_the_range) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const std::size_t points : sizes) {
    const auto m = static_cast<double>(points);
    EXPECT_EQ(ber_awgn(points, infinity), 0);
    EXPECT_EQ(ser_awgn(points, infinity), 0);
    EXPECT_EQ(ber_rayleigh(points, 13, infinity), 0);
    // Without a signal the decision is one of the four corners, wherever the symbol was.
    EXPECT_NEAR(ber_awgn(points, 0), 0.5, 1e-14);
    EXPECT_NEAR(ber_rayleigh(points, 1, 0), 0.5, 1e-14);
    EXPECT_NEAR(ber_rayleigh(points, 2048, 0), 0.5, 1e-11);
    EXPECT_NEAR(ser_awgn(points, 0), 1 - 1 / m, 1e-15);
  }
  for (const double bad : {-1.0, std::nan("")}) {
    EXPECT_TRUE(std::isnan(ber_awgn(16, bad)));
    EXPECT_TRUE(std::isnan(ser_awgn(16, bad)));
    EXPECT_TRUE(std::isnan(ber_rayleigh(16, 2, bad)));
  }
  EXPECT_TRUE(std::isnan(ber_awgn(32, 1)));
  EXPECT_TRUE(std::isnan(ser_awgn(2, 1)));
  EXPECT_TRUE(std::isnan(ber_rayleigh(16, 0, 1)));
}

// constellation::map, noise and slice. The unit is the symbol: its errors over its bits lie in [0, 1] with
// variance at most their mean; Bernstein's inequality at probability 1e-6.
TEST(closed_form, awgn_is_what_the_constellation_does) {
  constexpr std::size_t count = 100'000;
  for (const mho::mapping map : {mho::mapping::three_gpp, mho::mapping::paper})
    for (const std::size_t points : sizes)
      for (const double db : {5.0, 15.0}) {
        const mho::constellation c = mho::constellation::make(points, map).value();
        mho::random_stream random(30, static_cast<std::uint32_t>(db), points, 0);
        std::vector<std::uint8_t> sent(count * c.bits()), decided(sent.size());
        random.bits(sent);
        std::vector<std::complex<float>> symbols(count), noise(count);
        c.map(sent, symbols);
        random.complex_normals(noise, static_cast<float>(1 / linear(db)));
        for (std::size_t i = 0; i < count; ++i) symbols[i] += noise[i];
        c.slice(symbols, decided);
        double bit_errors = 0, symbol_errors = 0;
        for (std::size_t i = 0; i < count; ++i) {
          unsigned errors = 0;
          for (std::size_t j = i * c.bits(); j < (i + 1) * c.bits(); ++j)
            errors += sent[j] != decided[j] ? 1 : 0;
          bit_errors += errors;
          symbol_errors += errors > 0 ? 1 : 0;
        }
        const auto bound = [](double expected) {
          constexpr double log_odds = 14.51;  // ln(2 / 1e-6)
          return log_odds / 3 + std::sqrt(log_odds * log_odds / 9 + 2 * log_odds * expected);
        };
        const double ber = count * ber_awgn(points, linear(db)), ser = count * ser_awgn(points, linear(db));
        EXPECT_NEAR(bit_errors / c.bits(), ber, bound(ber)) << points << " at " << db << " dB";
        EXPECT_NEAR(symbol_errors, ser, bound(ser)) << points << " at " << db << " dB";
      }
}

}  // namespace
