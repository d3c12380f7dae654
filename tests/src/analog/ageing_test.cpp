// What time, temperature and reading make of written cells, against closed forms.
#include <gtest/gtest.h>

#include <cmath>

#include "analog/ageing.hpp"
#include "analog/array.hpp"
#include "analog/identity.hpp"
#include "src/analog/distribution.hpp"

namespace mho::analog {
namespace {

using test::kolmogorov;
using test::kolmogorov_bound;
using test::normal_below;

// Not a multiple of the pieces in which normals are drawn.
constexpr std::size_t cells = 20001;

device_parameters power_law(double exponent, double sigma, double time_s) {
  device_parameters device;
  device.drift = drift_model::power;
  device.drift_exponent = exponent;
  device.drift_exponent_sigma = sigma;
  device.drift_reference_s = 2;
  device.drift_time_s = time_s;
  return device;
}

std::vector<double> aged(const device_parameters& device, std::vector<double> g, std::uint64_t number = 0) {
  random_stream random(1, 0, number, ageing_purpose);
  age(device, random, g);
  return g;
}

std::vector<double> ramp() {
  std::vector<double> g(cells);
  for (std::size_t i = 0; i < cells; ++i) g[i] = 7.0 * static_cast<double>(i) / (cells - 1);
  return g;
}

TEST(ageing, drift_is_the_power_law) {
  const std::vector<double> g = ramp();
  for (const double time_s : {3.0, 1e3, 1e8}) {
    const std::vector<double> after = aged(power_law(0.05, 0, time_s), g);
    for (std::size_t i = 0; i < cells; ++i)
      ASSERT_NEAR(after[i], g[i] * std::pow(time_s / 2, -0.05), 1e-14 * (1 + g[i]));
  }
}

TEST(ageing, nothing_happens_before_the_reference_time_or_at_an_off_value) {
  const std::vector<double> g = ramp();
  for (const double time_s : {0.0, 0.5, 2.0}) {
    EXPECT_FALSE(ages(power_law(0.05, 0.02, time_s)));
    EXPECT_EQ(aged(power_law(0.05, 0.02, time_s), g), g);
  }
  EXPECT_EQ(aged(power_law(0, 0, 1e6), g), g);
  device_parameters off = power_law(0.05, 0.02, 1e6);
  off.drift = drift_model::none;
  EXPECT_FALSE(ages(off));
  EXPECT_EQ(aged(off, g), g);
  device_parameters warm;
  warm.temperature_kelvin = 400;
  EXPECT_EQ(aged(warm, g), g);
  device_parameters coefficient;
  coefficient.temperature_coefficient_per_kelvin = 0.01;
  EXPECT_EQ(aged(coefficient, g), g);
  for (const char* preset : {"paper", "projected", "pcm", "ideal"}) {
    const device_parameters device = typed(accelerator_options(preset).value()).device;
    EXPECT_FALSE(ages(device)) << preset;
    EXPECT_FALSE(reads_noisily(device)) << preset;
    EXPECT_FALSE(has_stuck_cells(device)) << preset;
  }
}

TEST(ageing, exponents_are_normal_from_cell_to_cell_and_the_same_at_all_times) {
  // Ten standard deviations from 0: nothing is cut.
  const std::vector<double> g(cells, 3.0);
  const auto exponents = [&](double time_s, std::uint64_t number) {
    std::vector<double> nu = aged(power_law(0.05, 0.005, time_s), g, number);
    for (double& one : nu) one = -std::log(one / 3) / std::log(time_s / 2);
    return nu;
  };
  const std::vector<double> early = exponents(1e2, 0), late = exponents(1e7, 0);
  EXPECT_LT(kolmogorov(early, [](double nu) { return normal_below((nu - 0.05) / 0.005); }),
            kolmogorov_bound(cells));
  for (std::size_t i = 0; i < cells; ++i) ASSERT_NEAR(early[i], late[i], 1e-13);
  EXPECT_NE(exponents(1e2, 1), early) << "another programming";
  // Where the law reaches below 0, its part there counts as 0: half of it here, within 4.9 sigma.
  const std::vector<double> cut = aged(power_law(0, 0.05, 1e4), g);
  EXPECT_NEAR(static_cast<double>(std::count(cut.begin(), cut.end(), 3.0)), cells / 2.0,
              4.9 * std::sqrt(cells / 4.0));
  EXPECT_LE(*std::max_element(cut.begin(), cut.end()), 3.0);
}

TEST(ageing, pcm_exponents_follow_the_published_fit) {
  // clip(-0.0155 ln g + 0.0244, 0.049, 0.1), g relative to 25 uS; the ends are reached at g = 0.2046 and
  // 0.007614.
  EXPECT_EQ(pcm_drift_exponent(25e-6), 0.049);
  EXPECT_EQ(pcm_drift_exponent(0.21 * 25e-6), 0.049);
  EXPECT_NEAR(pcm_drift_exponent(2.5e-6), 0.0155 * 2.302585092994046 + 0.0244, 1e-15);
  EXPECT_NEAR(pcm_drift_exponent(0.25e-6), 0.0155 * 4.605170185988092 + 0.0244, 1e-15);
  EXPECT_EQ(pcm_drift_exponent(0.0076 * 25e-6), 0.1);
  EXPECT_EQ(pcm_drift_exponent(0), 0.1);
  device_parameters device =
      typed(accelerator_options("pcm", {{"device.drift_time_s", 3600.0}}).value()).device;
  const std::vector<double> after = aged(device, {7.0, 0.7, 0.0});  // 25, 2.5 and 0 uS
  EXPECT_NEAR(after[0], 7 * std::pow(180.0, -0.049), 1e-14);
  EXPECT_NEAR(after[1], 0.7 * std::pow(180.0, -(0.0155 * 2.302585092994046 + 0.0244)), 1e-14);
  EXPECT_EQ(after[2], 0.0);
}

TEST(ageing, heat_changes_conductance_linearly_and_speeds_up_drift) {
  const std::vector<double> g = ramp();
  device_parameters device;
  device.temperature_kelvin = 350.15;
  device.temperature_coefficient_per_kelvin = -2e-3;
  const std::vector<double> warm = aged(device, g);
  for (std::size_t i = 0; i < cells; ++i) ASSERT_NEAR(warm[i], 0.9 * g[i], 1e-14);
  device.temperature_coefficient_per_kelvin = -0.03;
  EXPECT_EQ(aged(device, g), std::vector<double>(cells, 0.0)) << "never negative";

  // 0.6 eV from 300.15 K to 350.15 K: the time runs exp(0.6 / 8.617333e-5 (1/300.15 - 1/350.15)) times as
  // fast.
  const double factor = std::exp(0.6 / 8.617333262e-5 * (1 / 300.15 - 1 / 350.15));
  EXPECT_NEAR(factor, 27.45, 0.01);
  device_parameters hot = power_law(0.05, 0, 100), later = power_law(0.05, 0, 100 * factor);
  hot.drift_activation_ev = 0.6;
  hot.temperature_kelvin = 350.15;
  const std::vector<double> one = aged(hot, g), other = aged(later, g);
  for (std::size_t i = 0; i < cells; ++i) ASSERT_NEAR(one[i], other[i], 1e-13);
  hot.temperature_kelvin = 300.15;
  EXPECT_EQ(aged(hot, g), aged(power_law(0.05, 0, 100), g)) << "no stretch at the reference";
}

TEST(ageing, read_noise_is_normal_and_fresh) {
  device_parameters device;
  device.read_noise_siemens = 0.3e-6;
  device.read_noise_relative = 0.02;
  for (const double level : {0.0, 1.0, 7.0}) {
    const std::vector<double> g(cells, level);
    std::vector<double> once(cells), again(cells);
    use_stream random(random_stream(1, 0, 0, 0));
    read_noise(device, random, g, once);
    read_noise(device, random, g, again);
    EXPECT_NE(once, again);
    // 0.3 uS are 0.06 steps of 5 uS.
    const double sigma = std::hypot(0.06, 0.02 * level);
    for (const auto& noise : {once, again})
      EXPECT_LT(kolmogorov(noise, [&](double x) { return normal_below(x / sigma); }),
                kolmogorov_bound(cells));
    double product = 0;
    for (std::size_t i = 0; i < cells; ++i) product += once[i] * again[i] / (sigma * sigma);
    EXPECT_LT(std::abs(product), 4.9 * std::sqrt(cells)) << "correlated reads";
  }
  std::vector<double> silent(cells, 1.0);
  use_stream random(random_stream(1, 0, 0, 0)), untouched(random_stream(1, 0, 0, 0));
  read_noise({}, random, ramp(), silent);
  EXPECT_EQ(silent, std::vector<double>(cells, 0.0));
  EXPECT_EQ(random.normal(), untouched.normal()) << "nothing is drawn";
}

TEST(ageing, asking_for_drift_leaves_the_write_errors_as_they_were) {
  std::vector<double> a(16, 1.0);
  for (std::size_t i = 0; i < 4; ++i) a[5 * i] = 9;
  const inv_mapping map = map_inv(a.data(), 4, 4);
  const auto programmed = [&](const device_parameters& device) {
    random_stream writing(1, 0, 0, 0), ageing(1, 0, 0, ageing_purpose);
    std::vector<double> out(16);
    program_inv(a.data(), 4, 4, map, {}, device, {writing, ageing, {}}, out.data());
    return out;
  };
  const std::vector<double> fresh = programmed({}), old = programmed(power_law(0.05, 0.01, 1e5));
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_LT(old[i], fresh[i]);
    EXPECT_GT(old[i], fresh[i] * std::pow(5e4, -0.05 - 7 * 0.01));  // normals end at 6.76 sigma
  }
}

}  // namespace
}  // namespace mho::analog
