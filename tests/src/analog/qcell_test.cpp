// The memristor converter: what its errors cost, its linearity, its decoder.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include <mho/adc.hpp>

#include "src/analog/normal_source.hpp"

namespace mho {
namespace {

using test::normal_quantiles;
using test::normal_squared_error;

quantiser normal_design(unsigned bits) {
  static const std::vector<double> samples = normal_quantiles(100'000);
  lloyd_rules all;  // 8,000 samples leave a 6-bit design 0.2 dB short
  all.most_samples = samples.size();
  quantiser q = design_quantiser(quantiser_kind::lloyd_max, bits, samples, all).value();
  q.low = -3.9;
  q.high = 3.9;
  return q;
}

// Mean over chips of the population error, relative to the ideal converter's. Exact for each chip.
double relative_error(const quantiser& design, const adc_model& model, std::uint64_t chips) {
  double sum = 0;
  for (std::uint64_t seed = 1; seed <= chips; ++seed) {
    const modelled_adc adc(design, model, seed, 0);
    random_stream unused(0, 0, 0, 0);
    std::vector<double> breaks;
    for (std::size_t c = 0; c < converters_of(model.combination); ++c)
      breaks.insert(breaks.end(), adc.programmed(c).begin(), adc.programmed(c).end());
    sum += normal_squared_error(breaks, [&](double x) { return adc.convert(x, unused); });
  }
  const double ideal = normal_squared_error(design.boundary, [&](double x) { return design.convert(x); });
  return sum / static_cast<double>(chips) / ideal;
}

TEST(qcell, variation_costs_what_simulations_of_the_source_found) {
  // Normal source, range 7.8 sigma, errors of 0.91 % of it redrawn beyond two standard deviations, boundaries
  // sorted. Chips: 4.9 standard errors of the mean stay below 2 %.
  constexpr std::array<std::array<double, 3>, 3> published{
      {{1.41, 0.83, 0.83}, {2.40, 1.27, 1.24}, {4.6, 2.6, 2.3}}};
  for (unsigned bits = 4; bits <= 6; ++bits) {
    const quantiser design = normal_design(bits);
    adc_model model;
    model.device = adc_device::thresholds;
    std::array<double, 3> found{};
    for (std::size_t i = 0; i < 3; ++i) {
      model.combination =
          std::array{adc_combination::single, adc_combination::super_resolution, adc_combination::average}[i];
      found[i] = relative_error(design, model, 2000);
      EXPECT_NEAR(found[i] / published[bits - 4][i], 1, 0.05) << bits << " bits, combination " << i;
    }
    EXPECT_LE(found[2], found[1] * 1.01) << "the average is no worse than super-resolution";
    model.combination = adc_combination::majority;
    const double majority = relative_error(design, model, 2000);
    // The median of three boundaries errs less than one (0.67 sigma of a normal error), but no output lies
    // between two levels.
    EXPECT_LT(majority, found[0]) << bits;
    EXPECT_GT(majority, 1) << bits;
  }
}

TEST(qcell, without_errors_is_the_quantiser_in_every_fidelity) {
  const quantiser design = normal_design(4);
  for (const auto device : {adc_device::ideal, adc_device::thresholds, adc_device::windows})
    for (const auto combination : {adc_combination::single, adc_combination::super_resolution,
                                   adc_combination::average, adc_combination::majority}) {
      adc_model model;
      model.device = device;
      model.combination = combination;
      model.error_share = 0;
      const modelled_adc adc(design, model, 1, 0);
      random_stream unused(0, 0, 0, 0);
      adc_counts counts;
      for (const double x : normal_quantiles(1000))
        EXPECT_EQ(adc.convert(x, unused, &counts), design.convert(x));
      EXPECT_EQ(counts.gaps + counts.overlaps, 0u);
    }
}

TEST(qcell, linearity_over_chips_is_that_of_independent_errors) {
  // A variation of 1 %: RMS over codes and chips sigma 2^n and sqrt(2) sigma 2^n steps (LSB).
  constexpr double share = 0.01;
  constexpr std::uint64_t chips = 1000;
  adc_model model;
  model.device = adc_device::thresholds;
  model.error_share = share;
  model.error_limit = std::numeric_limits<double>::infinity();
  for (unsigned bits = 4; bits <= 6; ++bits) {
    const quantiser design = uniform_quantiser(bits, -1, 1);
    double inl = 0, dnl = 0, worst = 0;
    for (std::uint64_t seed = 1; seed <= chips; ++seed) {
      const modelled_adc adc(design, model, seed, 0);
      const linearity l = static_linearity(design, adc.programmed(0));
      inl += l.inl_rms * l.inl_rms;
      dnl += l.dnl_rms * l.dnl_rms;
      worst += l.inl_max;
      EXPECT_GE(l.inl_max, l.inl_rms);
      EXPECT_GE(l.dnl_max, l.dnl_rms);
    }
    const double expected = share * std::ldexp(1.0, static_cast<int>(bits));
    EXPECT_NEAR(std::sqrt(inl / chips) / expected, 1, 0.05) << bits;
    EXPECT_NEAR(std::sqrt(dnl / chips) / (std::sqrt(2.0) * expected), 1, 0.05) << bits;
    if (bits == 4) {
      EXPECT_NEAR(worst / chips, 0.34, 0.05);  // "about twice that (4 bit .34)"
    }
  }
}

TEST(qcell, linearity_of_known_boundaries) {
  // Steps of 1 over 0 .. 4: boundaries 1, 2, 3 moved by .1, -.3, .2: INL these, DNL -.4, .5.
  const linearity l = static_linearity(uniform_quantiser(2, 0, 4), std::vector<double>{1.1, 1.7, 3.2});
  EXPECT_NEAR(l.inl_rms, std::sqrt((.01 + .09 + .04) / 3), 1e-12);
  EXPECT_NEAR(l.inl_max, 0.3, 1e-12);
  EXPECT_NEAR(l.dnl_rms, std::sqrt((.16 + .25) / 2), 1e-12);
  EXPECT_NEAR(l.dnl_max, 0.5, 1e-12);
}

TEST(qcell, windows_gap_and_overlap_as_often_as_their_bounds_cross) {
  // Of a boundary's two devices, the lower cell's upper bound and the upper cell's lower bound, with errors s
  // g: gap and overlap have the expected width s E|g - g'| / 2 = s / sqrt(pi) each. Uniform input, range 1,
  // errors small beside the bins, so that no two boundaries meet.
  constexpr unsigned bits = 3;
  constexpr double share = 0.005;
  const quantiser design = uniform_quantiser(bits, 0, 1);
  adc_model model;
  model.device = adc_device::windows;
  model.error_share = share;
  model.error_limit = std::numeric_limits<double>::infinity();
  adc_counts counts;
  constexpr std::uint64_t chips = 2000, inputs = 200;
  random_stream unused(0, 0, 0, 0);
  random_stream input(5, 0, 0, 0);
  for (std::uint64_t seed = 1; seed <= chips; ++seed) {
    const modelled_adc adc(design, model, seed, 0);
    for (std::uint64_t i = 0; i < inputs; ++i) {
      const double x = input.uniform(), read = adc.convert(x, unused, &counts);
      // Neither gap nor overlap makes more than the neighbour's code of it.
      ASSERT_LE(std::abs(read - design.convert(x)), 0.125 + 1e-12);
    }
  }
  EXPECT_EQ(counts.conversions, chips * inputs);
  const double expected = 7 * share / std::sqrt(M_PI), n = static_cast<double>(counts.conversions);
  // 4.9 sigma of a count, twice for that hits on one chip come in clusters: a gap of .006 holds about one of
  // the 200 inputs.
  const double bound = 4.9 * 2 * std::sqrt(expected / n);
  EXPECT_NEAR(static_cast<double>(counts.gaps) / n, expected, bound);
  EXPECT_NEAR(static_cast<double>(counts.overlaps) / n, expected, bound);
}

TEST(qcell, decoder_rule_of_windows) {
  // One boundary at 0 between two windows: wherever its two devices lie, an input beyond both has its code;
  // between them an overlap reads as the upper code, a gap as the lower one.
  const quantiser design = uniform_quantiser(1, -1, 1);
  adc_model model;
  model.device = adc_device::windows;
  model.error_share = 0.05;
  std::array<int, 2> seen{};
  random_stream unused(0, 0, 0, 0);
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const modelled_adc adc(design, model, seed, 0);
    const double lower = adc.programmed(0)[0];  // of the upper window
    for (const double x : {lower - 1e-9, lower + 1e-9}) {
      adc_counts counts;
      const double read = adc.convert(x, unused, &counts);
      EXPECT_EQ(read, design.level[x > lower ? 1 : 0]);
      seen[0] += static_cast<int>(counts.gaps);
      seen[1] += static_cast<int>(counts.overlaps);
      EXPECT_LE(counts.gaps + counts.overlaps, 1u);
    }
  }
  EXPECT_GT(seen[0], 0);
  EXPECT_GT(seen[1], 0);
}

TEST(qcell, read_errors_blur_a_boundary_as_their_distribution_says) {
  // An input d above a threshold with read error s reads the upper code with probability Phi(d / s).
  const quantiser design = uniform_quantiser(1, -1, 1);
  adc_model model;
  model.error_share = 0;
  model.read_error_siemens = 0.35e-6;
  const double s = 0.35e-6 / 300e-6 * 2;
  constexpr int reads = 20'000;
  for (const auto device : {adc_device::thresholds, adc_device::windows}) {
    model.device = device;
    const modelled_adc adc(design, model, 1, 0);
    for (const double d : {-1.0, 0.0, 0.5, 2.0}) {
      random_stream reading(9, 0, 0, 0);
      int above = 0;
      for (int i = 0; i < reads; ++i) above += adc.convert(d * s, reading) > 0 ? 1 : 0;
      // Both fidelities: the upper window's lower bound alone decides, whatever the other bound does.
      const double p = test::normal_below(d);
      EXPECT_NEAR(static_cast<double>(above) / reads, p, 4.9 * std::sqrt(p * (1 - p) / reads) + 1e-9) << d;
    }
  }
}

TEST(qcell, a_chip_is_its_seed_and_number) {
  const quantiser design = normal_design(4);
  adc_model model;
  model.device = adc_device::thresholds;
  const modelled_adc a(design, model, 1, 0), same(design, model, 1, 0), seed(design, model, 2, 0),
      number(design, model, 1, 1);
  const auto drawn = [](const modelled_adc& adc) {
    return std::vector<double>(adc.programmed(0).begin(), adc.programmed(0).end());
  };
  EXPECT_EQ(drawn(a), drawn(same));
  EXPECT_NE(drawn(a), drawn(seed));
  EXPECT_NE(drawn(a), drawn(number));
  // No device is further off than two standard deviations.
  for (std::size_t k = 0; k < 15; ++k)
    EXPECT_LE(std::abs(drawn(a)[k] - design.boundary[k]), 2 * 0.0091 * 7.8 + 1e-12);
}

TEST(qcell, cost_is_the_published_one_and_scales_by_part) {
  const adc_cost five = qcell_adc_cost(5), six = qcell_adc_cost(6);
  EXPECT_NEAR(five.energy_joule, 12.58e-15, 1e-20);
  EXPECT_NEAR(five.area_m2, 24.29e-12, 1e-17);
  EXPECT_NEAR(six.energy_joule, (2 * (9.28 + 1.60) + 2 * 6.0 / 5 * 0.42 + 1.28) * 1e-15, 1e-20);
  EXPECT_NEAR(six.area_m2, (2 * 8.29 + 2 * 6.0 / 5 * 16.00) * 1e-12, 1e-17);
}

}  // namespace
}  // namespace mho
