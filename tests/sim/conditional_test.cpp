// Expected errors over the noise: against closed forms, regions summed one by one, and counts.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "closed_form.hpp"
#include "conditional.hpp"

namespace mho::sim {
namespace {

TEST(conditional, without_interference_is_the_closed_form) {
  for (const mapping map : {mapping::three_gpp, mapping::paper})
    for (const std::size_t points : {4u, 16u, 64u, 256u, 1024u, 4096u}) {
      const constellation symbols = constellation::make(points, map).value();
      const conditional_errors errors(symbols);
      for (const double es_n0_db : {-10.0, 5.0, 15.0, 25.0, 40.0}) {
        const double es_n0 = std::pow(10, es_n0_db / 10);
        double sum = 0;
        for (std::uint32_t label = 0; label < points; ++label)
          sum += errors.of_symbol(label, std::complex<double>(symbols.points()[label]), 1 / es_n0);
        const double rate = sum / static_cast<double>(points) / symbols.bits(),
                     exact = ber_awgn(points, es_n0);
        // The points are floats: an edge is off by a few 2^-24 of the outermost level, which moves a tail of
        // argument x = distance / deviation by x^2 times that share of the distance.
        const double moved =
            std::sqrt(static_cast<double>(points)) * 0x1p-22 * (1 + 3 * es_n0 / static_cast<double>(points));
        EXPECT_NEAR(rate, exact, moved * exact + 1e-300) << points << " " << es_n0_db;
      }
    }
}

// Every decision region's probability as a difference of two distribution functions, times its bits.
double by_regions(const constellation& symbols, std::uint32_t sent, std::complex<double> mean,
                  double deviation) {
  const auto below = [&](double edge, double centre) {
    return 0.5 * std::erfc((centre - edge) / deviation / std::sqrt(2.0));
  };
  const double spacing =
      std::sqrt(6 / (static_cast<double>(symbols.size()) - 1));  // of unit-energy square QAM
  const double outermost = spacing * (std::sqrt(static_cast<double>(symbols.size())) - 2) / 2;
  const auto inside = [&](double level, double centre) {
    const double above_lower = level < -outermost ? 0 : below(level - spacing / 2, centre);
    return (level > outermost ? 1 : below(level + spacing / 2, centre)) - above_lower;
  };
  double sum = 0;
  for (std::uint32_t label = 0; label < symbols.size(); ++label) {
    const std::complex<double> p(symbols.points()[label]);
    sum += std::popcount(label ^ sent) * inside(p.real(), mean.real()) * inside(p.imag(), mean.imag());
  }
  return sum;
}

TEST(conditional, with_interference_sums_the_regions) {
  for (const mapping map : {mapping::three_gpp, mapping::paper})
    for (const std::size_t points : {4u, 16u, 256u}) {
      const constellation symbols = constellation::make(points, map).value();
      const conditional_errors errors(symbols);
      for (std::uint32_t sent = 0; sent < points; sent += 3)
        for (const std::complex<double> moved : {std::complex{0.1, -0.2}, {-0.7, 0.4}, {2.5, 0.0}})
          for (const double deviation : {0.05, 0.4, 3.0}) {
            const std::complex<double> mean = std::complex<double>(symbols.points()[sent]) + moved;
            // Regions by differences lose 2^-53 each of up to 8 bits; edges of floats as above.
            EXPECT_NEAR(errors.of_symbol(sent, mean, 2 * deviation * deviation),
                        by_regions(symbols, sent, mean, deviation), 1e-5 / deviation)
                << points << " " << sent << " " << moved << " " << deviation;
          }
    }
}

TEST(conditional, small_tails_keep_their_digits) {
  // QPSK: a bit errs with Q(sqrt(Es/N0)); at 400 that is erfc(sqrt(200)) / 2, 2.754e-89.
  const constellation symbols = constellation::make(4).value();
  const double both =
      conditional_errors(symbols).of_symbol(0, std::complex<double>(symbols.points()[0]), 1.0 / 400);
  // Levels of floats: relative 2^-24, times Es/N0 of the exponent.
  EXPECT_NEAR(both / 2 / (0.5 * std::erfc(std::sqrt(200.0))), 1, 400 * 0x1p-23);
}

TEST(conditional, without_noise_is_the_decision) {
  const constellation symbols = constellation::make(16).value();
  const conditional_errors errors(symbols);
  for (std::uint32_t sent = 0; sent < 16; ++sent)
    for (std::uint32_t at = 0; at < 16; ++at)
      EXPECT_EQ(errors.of_symbol(sent, std::complex<double>(symbols.points()[at]), 0),
                std::popcount(sent ^ at));
}

}  // namespace
}  // namespace mho::sim
