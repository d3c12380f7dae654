// The cell as written: every law of the write error against its closed form.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "analog/device.hpp"
#include "src/analog/distribution.hpp"
#include "src/analog/measured_levels.hpp"

namespace mho::analog {
namespace {

using test::kolmogorov;
using test::kolmogorov_bound;
using test::normal_below;

constexpr std::size_t draws = 20000;

device_parameters with(write_error law) {
  device_parameters device;
  device.error = law;
  return device;
}

// Conductances in siemens.
std::vector<double> written(int level, const device_parameters& device, std::uint64_t seed = 1) {
  random_stream random(seed, 0, static_cast<std::uint64_t>(level), 0);
  std::vector<double> g(draws);
  for (double& one : g) one = programmed_level(level, device, random) * device.step_siemens();
  return g;
}

double mean_of(const std::vector<double>& g) {
  double sum = 0;
  for (const double one : g) sum += one;
  return sum / static_cast<double>(g.size());
}

double sigma_of(const std::vector<double>& g) {
  const double mean = mean_of(g);
  double sum = 0;
  for (const double one : g) sum += (one - mean) * (one - mean);
  return std::sqrt(sum / static_cast<double>(g.size()));
}

// Mean and standard deviation to 4.9 standard errors (1e-6, two-sided); the fourth moment of a normal law,
// cut or not, is at most 3 sigma^4, so that of sigma is sigma / sqrt(2 n) at most.
void expect_moments(const std::vector<double>& g, double mean, double sigma) {
  const auto n = static_cast<double>(g.size());
  EXPECT_NEAR(mean_of(g), mean, 4.9 * sigma / std::sqrt(n));
  EXPECT_NEAR(sigma_of(g), sigma, 4.9 * sigma / std::sqrt(2 * n));
}

TEST(device, nominal_levels_are_equally_spaced_from_off_to_on) {
  for (const int levels : {2, 5, 8, 16, 256}) {
    device_parameters device = with(write_error::none);
    device.levels = levels;
    device.on_siemens = 40e-6;
    for (const double off : {0.0, 2e-6}) {
      device.off_siemens = off;
      random_stream unused(1, 0, 0, 0);
      for (int k = 0; k < levels; ++k)
        EXPECT_NEAR(programmed_level(k, device, unused) * device.step_siemens(),
                    off + k * (40e-6 - off) / (levels - 1), 1e-19);
    }
  }
  // Level k is exactly k steps where nothing is off and nothing errs.
  random_stream unused(1, 0, 0, 0);
  for (int k = 0; k < 8; ++k) EXPECT_EQ(programmed_level(k, with(write_error::none), unused), k);
}

TEST(device, digits_hold_whole_bits_of_the_levels) {
  const std::vector<std::pair<int, int>> bits{{2, 1}, {3, 1}, {4, 2},   {7, 2},
                                              {8, 3}, {9, 3}, {255, 7}, {256, 8}};
  for (const auto& [levels, expected] : bits) {
    device_parameters device;
    device.levels = levels;
    EXPECT_EQ(device.digit_bits(), expected) << levels;
  }
}

TEST(device, the_papers_table_is_a_cut_normal_law_at_every_level) {
  for (int level = 0; level < 8; ++level) {
    const auto& [mean, sigma, low, high] = test::measured_levels[static_cast<std::size_t>(level)];
    const double from = normal_below((low - mean) / sigma), to = normal_below((high - mean) / sigma);
    std::vector<double> z = written(level, {});
    for (double& g : z) {
      g = (g * 1e6 - mean) / sigma;
      ASSERT_GE(g, (low - mean) / sigma - 1e-9);
      ASSERT_LE(g, (high - mean) / sigma + 1e-9);
    }
    EXPECT_LT(kolmogorov(z, [&](double x) { return (normal_below(x) - from) / (to - from); }),
              kolmogorov_bound(draws))
        << level;
  }
}

TEST(device, uniform_and_normal_errors_widen_with_the_conductance) {
  for (const double absolute : {0.0, 0.7e-6})
    for (const double relative : {0.0, 0.04})
      for (const double off : {0.0, 3e-6})
        for (const int level : {3, 7}) {
          device_parameters device;
          device.error_siemens = absolute;
          device.error_relative = relative;
          device.off_siemens = off;
          const double nominal = off + level * (35e-6 - off) / 7, width = absolute + relative * nominal;
          device.error = write_error::normal;
          const std::vector<double> normal = written(level, device);
          device.error = write_error::uniform;
          const std::vector<double> uniform = written(level, device);
          if (width == 0) {
            for (const double g : normal) ASSERT_NEAR(g, nominal, 1e-19);
            for (const double g : uniform) ASSERT_NEAR(g, nominal, 1e-19);
            continue;
          }
          expect_moments(normal, nominal, width);
          EXPECT_LT(kolmogorov(normal, [&](double g) { return normal_below((g - nominal) / width); }),
                    kolmogorov_bound(draws));
          EXPECT_LT(kolmogorov(uniform, [&](double g) { return ((g - nominal) / width + 1) / 2; }),
                    kolmogorov_bound(draws));
        }
}

TEST(device, no_conductance_is_negative) {
  for (const write_error law : {write_error::uniform, write_error::normal, write_error::pcm}) {
    device_parameters device = with(law);
    device.error_siemens = 2e-6;
    const std::vector<double> zero = written(0, device);
    std::size_t clipped = 0;
    for (const double g : zero) {
      ASSERT_GE(g, 0);
      clipped += g == 0;
    }
    // Half the draws of a law about 0; 4.9 sigma of the binomial count.
    EXPECT_NEAR(static_cast<double>(clipped), draws / 2.0, 4.9 * std::sqrt(draws / 4.0));
  }
}

TEST(device, pcm_errors_follow_the_published_fit) {
  // sigma = 0.26348 + 1.9650 g - 1.1731 g^2 uS at g = G / 25 uS, worked out by hand.
  EXPECT_NEAR(pcm_write_sigma_siemens(0), 0.26348e-6, 1e-15);
  EXPECT_NEAR(pcm_write_sigma_siemens(12.5e-6), 0.952705e-6, 1e-15);
  EXPECT_NEAR(pcm_write_sigma_siemens(25e-6), 1.05538e-6, 1e-15);
  EXPECT_NEAR(pcm_write_sigma_siemens(50e-6), 1.05538e-6, 1e-15) << "held where the fit ends";
  device_parameters device = with(write_error::pcm);
  device.on_siemens = 25e-6;
  for (const int level : {2, 4, 7}) {
    const double g = level / 7.0, sigma = (0.26348 + 1.9650 * g - 1.1731 * g * g) * 1e-6;
    const std::vector<double> drawn = written(level, device);
    expect_moments(drawn, g * 25e-6, sigma);
    EXPECT_LT(kolmogorov(drawn, [&](double x) { return normal_below((x - g * 25e-6) / sigma); }),
              kolmogorov_bound(draws));
  }
}

options table_options(std::vector<double> mean, std::vector<double> sigma, std::vector<double> low = {},
                      std::vector<double> high = {}) {
  return {{"device.levels", static_cast<std::int64_t>(mean.size())},
          {"device.on_siemens", 30e-6},
          {"device.table_mean_siemens", std::move(mean)},
          {"device.table_sigma_siemens", std::move(sigma)},
          {"device.table_low_siemens", std::move(low)},
          {"device.table_high_siemens", std::move(high)}};
}

TEST(device, a_users_table_is_drawn_as_it_is_given) {
  const std::vector<double> mean{0.8e-6, 9.5e-6, 20.4e-6, 31e-6}, sigma{0.1e-6, 0.5e-6, 0.4e-6, 1e-6};
  const device_parameters open =
      typed(accelerator_options("paper", table_options(mean, sigma)).value()).device;
  for (std::size_t k = 0; k < 4; ++k) expect_moments(written(static_cast<int>(k), open), mean[k], sigma[k]);
  const std::vector<double> low{0.6e-6, 9e-6, 20e-6, 30.5e-6}, high{1e-6, 11e-6, 21e-6, 33e-6};
  const device_parameters cut =
      typed(accelerator_options("paper", table_options(mean, sigma, low, high)).value()).device;
  for (std::size_t k = 0; k < 4; ++k) {
    const double from = normal_below((low[k] - mean[k]) / sigma[k]),
                 to = normal_below((high[k] - mean[k]) / sigma[k]);
    EXPECT_LT(
        kolmogorov(written(static_cast<int>(k), cut),
                   [&](double g) { return (normal_below((g - mean[k]) / sigma[k]) - from) / (to - from); }),
        kolmogorov_bound(draws));
  }
}

TEST(device, the_default_table_is_the_same_by_options_and_by_default) {
  const device_parameters typed_one = typed(accelerator_options("paper").value()).device, plain;
  ASSERT_EQ(typed_one.table.size(), plain.table.size());
  for (std::size_t k = 0; k < 8; ++k) {
    EXPECT_NEAR(typed_one.table[k].mean, plain.table[k].mean, 1e-14);
    EXPECT_NEAR(typed_one.table[k].sigma, plain.table[k].sigma, 1e-14);
    EXPECT_NEAR(typed_one.table[k].low, plain.table[k].low, 1e-14);
    EXPECT_NEAR(typed_one.table[k].high, plain.table[k].high, 1e-14);
  }
}

TEST(device, contradictions_name_their_key) {
  const auto refusal = [](const char* preset, options given) {
    const result<options> made = accelerator_options(preset, given);
    EXPECT_EQ(made.code(), error::bad_value);
    return made.message();
  };
  const auto starts = [](const std::string& text, const std::string& with) {
    return text.rfind(with, 0) == 0;
  };
  EXPECT_EQ(refusal("paper", {{"device.off_siemens", 35e-6}}),
            "device.off_siemens: must be below device.on_siemens");
  EXPECT_EQ(refusal("ideal", {{"device.stuck_on_share", 0.6}, {"device.stuck_off_share", 0.5}}),
            "device.stuck_off_share: must be at most 1 - device.stuck_on_share");
  EXPECT_TRUE(starts(refusal("paper", {{"device.levels", std::int64_t{16}}}),
                     "device.levels: the paper's table has 8 levels"));
  EXPECT_TRUE(starts(refusal("paper", {{"device.on_siemens", 70e-6}}),
                     "device.table_mean_siemens: level 1 is more than half a step"));
  const std::vector<double> mean{0, 15e-6, 30e-6}, sigma{1e-7, 1e-7, 1e-7};
  options given = table_options(mean, sigma);
  EXPECT_TRUE(accelerator_options("paper", given).ok());
  given["device.levels"] = std::int64_t{4};
  EXPECT_EQ(refusal("paper", given), "device.table_mean_siemens: has 3 entries, device.levels is 4");
  EXPECT_EQ(refusal("paper", table_options(mean, {1e-7})),
            "device.table_sigma_siemens: has 1 entries, device.table_mean_siemens has 3");
  EXPECT_EQ(refusal("ideal", table_options(mean, sigma, {0, 0})),
            "device.table_low_siemens: has 2 entries, device.table_mean_siemens has 3");
  EXPECT_EQ(refusal("paper", table_options(mean, sigma, {0, 16e-6, 0})),
            "device.table_mean_siemens: level 1 must lie between its low and high conductance");
  EXPECT_EQ(
      refusal("paper", table_options(mean, {1e-7, 1e-6, 1e-7}, {0, 14.9e-6, 0}, {1e-6, 15.1e-6, 31e-6})),
      "device.table_sigma_siemens: level 1 must be at most its high minus its low conductance");
  EXPECT_EQ(refusal("paper", table_options({0, 15e-6, -30e-6}, sigma)),
            "device.table_mean_siemens: must be a list of numbers from 0 to 1");
  // Without a table in use its levels need not be about the nominal ones.
  EXPECT_TRUE(accelerator_options("ideal", {{"device.levels", std::int64_t{16}}}).ok());
  EXPECT_TRUE(accelerator_options("pcm").ok());
}

}  // namespace
}  // namespace mho::analog
