// Quantisers against the tables of Max (1960) for the normal distribution, and their rules.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include <mho/adc.hpp>

#include "src/analog/normal_source.hpp"

namespace mho {
namespace {

using test::normal_quantiles;
using test::normal_squared_error;

double population_snr_db(const quantiser& q) {
  return -10 * std::log10(normal_squared_error(q.boundary, [&](double x) { return q.convert(x); }));
}

TEST(quantiser, normal_source_has_the_signal_to_noise_ratios_of_the_textbook) {
  // Max, IRE Trans. Inf. Theory 6, 7 (1960), tables I and II; to two digits of a dB, as in Jayant and Noll.
  constexpr std::array<double, 3> lloyd_max{14.62, 20.22, 26.01}, best_uniform{14.27, 19.38, 24.57};
  const std::vector<double> samples = normal_quantiles(100'000);
  lloyd_rules all;
  all.most_samples = samples.size();
  for (unsigned bits = 3; bits <= 5; ++bits) {
    const auto lloyd = design_quantiser(quantiser_kind::lloyd_max, bits, samples, all).value();
    const auto uniform = design_quantiser(quantiser_kind::best_uniform, bits, samples).value();
    EXPECT_NEAR(population_snr_db(lloyd), lloyd_max[bits - 3], 0.05) << bits;
    EXPECT_NEAR(population_snr_db(uniform), best_uniform[bits - 3], 0.05) << bits;
    // What the samples say is what the distribution says, but for the tails beyond the last sample.
    EXPECT_NEAR(quantisation_snr_db(lloyd, samples), population_snr_db(lloyd), 0.05) << bits;
    // 8,000 of the samples, thinned evenly, design nearly the same.
    const auto thinned = design_quantiser(quantiser_kind::lloyd_max, bits, samples).value();
    EXPECT_NEAR(population_snr_db(thinned), lloyd_max[bits - 3], 0.05) << bits;
  }
}

TEST(quantiser, eight_levels_of_the_normal_source_are_where_max_found_them) {
  // Max (1960), table I, 8 levels, to its four digits; 1e-3 for the iteration's stop.
  constexpr std::array<double, 4> level{0.2451, 0.7560, 1.344, 2.152};
  constexpr std::array<double, 4> boundary{0, 0.5006, 1.050, 1.748};
  lloyd_rules rules;
  rules.most_samples = 100'000;
  rules.least_change = 1e-10;
  const auto q = design_quantiser(quantiser_kind::lloyd_max, 3, normal_quantiles(100'000), rules).value();
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_NEAR(q.level[4 + k], level[k], 1e-3) << k;
    EXPECT_NEAR(q.level[3 - k], -level[k], 1e-3) << k;
    EXPECT_NEAR(q.boundary[3 + k], boundary[k], 1e-3) << k;
  }
}

TEST(quantiser, lloyd_max_of_few_values_keeps_the_levels_of_empty_bins) {
  // Three values, eight levels: each value has a level of its own, nothing is lost, and all stays in order.
  const std::vector<double> samples{-2, -2, 1, 1, 1, 5};
  const auto q = design_quantiser(quantiser_kind::lloyd_max, 3, samples).value();
  EXPECT_EQ(mean_squared_error(q, samples), 0);
  EXPECT_EQ(quantisation_snr_db(q, samples), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::is_sorted(q.level.begin(), q.level.end()));
  EXPECT_TRUE(std::is_sorted(q.boundary.begin(), q.boundary.end()));
  for (const double v : samples) EXPECT_DOUBLE_EQ(q.convert(v), v);
  // All the same value.
  const std::vector<double> constant(10, 3.5);
  for (const auto kind : {quantiser_kind::uniform, quantiser_kind::best_uniform, quantiser_kind::lloyd_max})
    EXPECT_EQ(mean_squared_error(design_quantiser(kind, 4, constant).value(), constant), 0);
}

TEST(quantiser, is_at_a_fixed_point_of_lloyds_conditions) {
  // Boundaries halfway between levels, levels the means of their bins (to the stop's 1e-12), of a skewed
  // distribution: exponential quantiles.
  std::vector<double> samples(20'000);
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = -std::log(1 - (static_cast<double>(i) + 0.5) / static_cast<double>(samples.size()));
  lloyd_rules rules;
  rules.most_samples = samples.size();
  rules.most_iterations = 100'000;
  rules.least_change = 0;
  const auto q = design_quantiser(quantiser_kind::lloyd_max, 3, samples, rules).value();
  std::vector<double> sum(8), count(8);
  for (const double v : samples) sum[q.code(v)] += v, count[q.code(v)] += 1;
  for (std::size_t k = 0; k < 8; ++k) EXPECT_NEAR(q.level[k], sum[k] / count[k], 1e-9) << k;
  for (std::size_t k = 0; k < 7; ++k) EXPECT_NEAR(q.boundary[k], (q.level[k] + q.level[k + 1]) / 2, 1e-12);
}

TEST(quantiser, uniform_over_a_range_has_the_error_of_its_step) {
  // A uniform distribution over the range: step^2 / 12, exactly 4^bits below the variance.
  std::vector<double> samples(1 << 16);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = -3 + (static_cast<double>(i) + 0.5) * 0x1p-13;
  for (unsigned bits = 1; bits <= 8; ++bits) {
    const quantiser q = uniform_quantiser(bits, -3, 5);
    const double step = 8 / std::ldexp(1.0, static_cast<int>(bits));
    EXPECT_NEAR(mean_squared_error(q, samples) / (step * step / 12), 1, 1e-4)
        << bits;  // samples are discrete
    // Nothing is better for it than its own range.
    const quantiser best = design_quantiser(quantiser_kind::best_uniform, bits, samples).value();
    EXPECT_NEAR(mean_squared_error(best, samples) / (step * step / 12), 1, 1e-4) << bits;
  }
}

TEST(quantiser, mid_tread_is_symmetric_with_a_level_at_zero) {
  const quantiser q = mid_tread_quantiser(4, 1);
  ASSERT_EQ(q.level.size(), 15u);
  for (int k = -7; k <= 7; ++k)
    EXPECT_NEAR(q.level[static_cast<std::size_t>(k + 7)], static_cast<double>(k) / 7, 1e-15);
  // Not at a tie: there the floor rounds up, a count of boundaries below x down.
  for (const double x : {0.51, -1.0, 0.07, -0.08, 0.0, 0.9, -0.99})
    EXPECT_NEAR(q.convert(x), std::floor(x * 7 + 0.5) / 7, 1e-15) << x;
}

TEST(quantiser, refuses_what_it_cannot_design) {
  const std::vector<double> one{1.0}, bad{1.0, std::numeric_limits<double>::quiet_NaN()};
  for (const auto kind : {quantiser_kind::uniform, quantiser_kind::best_uniform, quantiser_kind::lloyd_max}) {
    EXPECT_EQ(design_quantiser(kind, 0, one).message(), "bits: must be from 1 to 12");
    EXPECT_EQ(design_quantiser(kind, 13, one).code(), error::bad_value);
    EXPECT_EQ(design_quantiser(kind, 4, {}).message(), "samples: there are none");
    EXPECT_EQ(design_quantiser(kind, 4, bad).message(), "samples: must be finite");
  }
}

}  // namespace
}  // namespace mho
