// OFDM over tapped delay lines: the tables' correlation over frequency and time, error rates in closed form,
// grids as the units of the statistics.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "channels/delay_profiles.hpp"
#include "closed_form.hpp"
#include "count_errors.hpp"
#include "engine.hpp"
#include "result_file.hpp"

#include "../simulate.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;
using cf64 = std::complex<double>;

constexpr double turn = 2 * std::numbers::pi;

double power_of(double decibels) { return std::pow(10.0, decibels / 10); }

struct profile_power {
  double line = 0, total = 0;
};

profile_power power(const delay_profile& p) {
  profile_power sum;
  if (p.line_of_sight_db) sum.line = sum.total = power_of(*p.line_of_sight_db);
  for (const delay_tap& tap : p.taps) sum.total += power_of(tap.power_db);
  return sum;
}

// J0(x) = 1/pi int_0^pi cos(x sin t) dt: the midpoint rule on a periodic function.
double bessel(double x) {
  double sum = 0;
  for (int i = 0; i < 400; ++i) sum += std::cos(x * std::sin((i + 0.5) * std::numbers::pi / 400)) / 400;
  return sum;
}

TEST(delay_profiles, tables_are_those_of_the_report) {
  // Numbers of taps, and delays normalised to a unit root mean square spread: the report rounds powers to
  // 0.05 dB, a factor of up to 1 + e with e = 0.0116, so the spread by up to (1 + e) / (1 - e).
  const std::size_t taps[] = {23, 23, 24, 13, 14};
  ASSERT_EQ(delay_profiles().size(), 5u);
  for (std::size_t p = 0; p < 5; ++p) {
    const delay_profile& profile = delay_profiles()[p];
    EXPECT_EQ(profile.name, std::string("tdl-") + static_cast<char>('a' + p));
    EXPECT_EQ(profile.taps.size(), taps[p]) << profile.name;
    const double total = power(profile).total;
    double mean = 0, square = 0;
    for (const delay_tap& tap : profile.taps) {
      mean += tap.delay * power_of(tap.power_db) / total;
      square += tap.delay * tap.delay * power_of(tap.power_db) / total;
    }
    EXPECT_NEAR(std::sqrt(square - mean * mean), 1, 0.024) << profile.name;
  }
  // K-factors of the first tap: 13.3 dB and 22 dB (notes of tables 7.7.2-4 and 7.7.2-5).
  EXPECT_NEAR(*delay_profiles()[3].line_of_sight_db - delay_profiles()[3].taps[0].power_db, 13.3, 1e-9);
  EXPECT_NEAR(*delay_profiles()[4].line_of_sight_db - delay_profiles()[4].taps[0].power_db, 22, 1e-9);
}

TEST(tdl, frequency_and_time_correlation_are_those_of_the_tables) {
  constexpr std::size_t rx = 4, tx = 4, symbols = 4, elements = 64, grids = 2000, entries = rx * tx;
  constexpr double spread = 4e-7, spacing = 60e3, doppler = 2500, symbol_s = 15.0 / 14 / spacing;
  for (const delay_profile& profile : delay_profiles()) {
    const auto c = make_channel(profile.name,
                                {{"delay_spread_s", spread},
                                 {"subcarriers", std::int64_t{16}},
                                 {"symbols", std::int64_t{symbols}},
                                 {"subcarrier_spacing_hz", spacing},
                                 {"doppler_hz", doppler}},
                                rx, tx)
                       .value();
    ASSERT_EQ(c->sets_a_group(), elements);
    std::vector<cf64> sum(elements);
    std::vector<cf32> h(elements * entries);
    for (std::uint64_t g = 0; g < grids; ++g) {
      c->draw({1, 2, g * elements}, elements, h);
      for (std::size_t e = 0; e < elements; ++e)
        for (std::size_t k = 0; k < entries; ++k) sum[e] += cf64(h[e * entries + k]) * std::conj(cf64(h[k]));
    }
    const profile_power all = power(profile);
    constexpr double count = static_cast<double>(grids * entries);
    for (std::size_t e = 0; e < elements; ++e) {
      const double frequency = spacing * static_cast<double>(e / symbols),
                   time = symbol_s * static_cast<double>(e % symbols);
      cf64 expected = all.line / all.total * std::polar(1.0, turn * 0.7 * doppler * time);
      for (const delay_tap& tap : profile.taps)
        expected += power_of(tap.power_db) / all.total * bessel(turn * doppler * time) *
                    std::polar(1.0, -turn * frequency * spread * tap.delay);
      // |h|^2 |h'|^2 has a mean of at most 2, so real and imaginary part of the product have a variance of at
      // most 2; entries and grids are independent. Of 640 means, all: 6.1 sigma.
      EXPECT_NEAR(sum[e].real() / count, expected.real(), 6.1 * std::sqrt(2 / count))
          << profile.name << " " << e;
      EXPECT_NEAR(sum[e].imag() / count, expected.imag(), 6.1 * std::sqrt(2 / count))
          << profile.name << " " << e;
    }
  }
}

TEST(tdl, speed_and_carrier_make_the_doppler_shift) {
  std::vector<cf32> by_speed(256), by_shift(256);
  make_channel("tdl-d", {{"speed_m_s", 30.0}, {"carrier_hz", 6e9}}, 1, 1)
      .value()
      ->draw({1, 2, 0}, 256, by_speed);
  make_channel("tdl-d", {{"doppler_hz", 30 * 6e9 / 299792458}}, 1, 1).value()->draw({1, 2, 0}, 256, by_shift);
  EXPECT_EQ(by_speed, by_shift);
}

TEST(tdl, antennas_streams_and_grids_are_independent) {
  constexpr std::size_t rx = 2, tx = 2, draws = 20000, group = 2;
  const auto c =
      make_channel("tdl-e", {{"subcarriers", std::int64_t{2}}, {"symbols", std::int64_t{1}}}, rx, tx).value();
  std::vector<cf32> h((draws + 1) * group * rx * tx);
  c->draw({1, 2, 0}, (draws + 1) * group, h);
  // Entry 0 of a grid with the others of it and with all of the next grid.
  for (std::size_t other = 1; other < rx * tx * (1 + group); ++other) {
    if (other == rx * tx) continue;  // entry 0 of the next subcarrier
    cf64 mean = 0;
    for (std::size_t n = 0; n < draws; ++n)
      mean += cf64(h[n * group * rx * tx]) * std::conj(cf64(h[n * group * rx * tx + other]));
    EXPECT_LT(std::abs(mean) / draws, 5.6 * std::sqrt(2.0 / draws)) << other;
  }
}

TEST(tdl, a_set_is_the_same_alone_and_among_others) {
  constexpr std::size_t rx = 3, tx = 2, sets = 600;  // grids of 256
  const auto c = make_channel("tdl-d", {{"doppler_hz", 100.0}, {"path_loss_spread_db", 3.0}}, rx, tx).value();
  std::vector<cf32> all(sets * rx * tx), one(rx * tx);
  c->draw({1, 2, 40}, sets, all);
  for (const std::size_t set : {0u, 215u, 216u, 599u}) {
    c->draw({1, 2, 40 + set}, 1, one);
    EXPECT_TRUE(std::equal(one.begin(), one.end(), &all[set * rx * tx])) << set;
  }
}

scenario on(const std::string& channel, std::size_t rx, std::size_t tx, const std::string& detector) {
  scenario s = test::make_scenario(rx, tx, "16qam", detector);
  s.link.channel = channel;
  s.channel.model = {{"delay_spread_s", 1e-6},
                     {"subcarriers", std::int64_t{4}},
                     {"symbols", std::int64_t{2}},
                     {"doppler_hz", 500.0}};
  return s;
}

TEST(tdl, zero_forcing_on_a_resource_element_is_that_of_rayleigh_fading) {
  const link l = link::make(on("tdl-a", 6, 4, "zf")).value();
  const snr_point at = l.at(14);
  const tally t = test::simulate(l, at, 100);
  EXPECT_EQ(t.strata[0].units * 8, t.uses);
  EXPECT_NEAR(test::rate(t), ber_rayleigh(16, 3, 1 / at.n0), test::bound(t));
}

TEST(tdl, combining_on_a_resource_element_of_a_line_of_sight_is_rician) {
  constexpr std::size_t rx = 2;
  for (const std::size_t which : {3u, 4u}) {
    const profile_power p = power(delay_profiles()[which]);
    const double k = p.line / (p.total - p.line);
    const link l = link::make(on(delay_profiles()[which].name, rx, 1, "mrc")).value();
    const snr_point at = l.at(9);
    const tally t = test::simulate(l, at, 60);
    const double exact =
        test::ber_16qam([&](double x) { return std::pow(test::rician_transform(k, x), rx); }, 1 / at.n0);
    ASSERT_GT(exact * static_cast<double>(t.bits), 100);
    EXPECT_NEAR(test::rate(t), exact, test::bound(t)) << which;
  }
}

TEST(tdl, a_unit_is_a_grid) {
  // Grids of 8 elements of 2 uses: 3 bit errors in one element and 4 in another of the same grid are 7 of a
  // unit.
  scenario s = on("tdl-a", 2, 2, "zf");
  s.link.uses_per_channel = 2;
  const link l = link::make(s).value();
  const std::size_t uses = l.chunk_uses(), bits = l.bits_a_use();
  const std::vector<std::uint8_t> sent(uses * bits);
  std::vector<std::vector<std::uint8_t>> decided(1, sent);
  std::vector<std::vector<status>> state(1, std::vector<status>(uses));
  const auto flip = [&](std::size_t use, std::size_t count) {
    for (std::size_t b = 0; b < count; ++b) decided[0][use * bits + b] = 1;
  };
  flip(17, 3);  // second grid: uses 16 to 31
  flip(30, 4);
  flip(32, 2);  // third
  for (const std::size_t use : {2u, 3u, 5u}) state[0][use] = status::singular;
  std::vector<tally> counts(1);
  count_errors(l, 0, uses, {sent, decided, state}, counts);
  ASSERT_EQ(counts[0].strata.size(), 1u);
  EXPECT_EQ(counts[0].bit_errors, 9u);
  EXPECT_EQ(counts[0].strata[0].units, uses / 16);
  EXPECT_EQ(counts[0].strata[0].errored, 2u);
  EXPECT_EQ(counts[0].strata[0].errors, 9u);
  EXPECT_EQ(counts[0].strata[0].squares, 7u * 7 + 2 * 2);
  EXPECT_EQ(counts[0].failed, 2u);  // elements, not grids
  // A payload that ends within a grid.
  count_errors(l, 0, 33, {sent, decided, state}, counts);
  EXPECT_EQ(counts[0].strata[0].units, 3u);
  EXPECT_EQ(counts[0].strata[0].squares, 7u * 7 + 2 * 2);
}

TEST(tdl, fixed_grids_are_visited_in_turn) {
  scenario s = on("tdl-a", 2, 2, "zf");
  s.channel.realisations = 3;
  const link l = link::make(s).value();
  link_worker worker(l);
  std::vector<tally> total(1), chunk(1);
  total[0].clear(2, 3);
  for (std::uint64_t c = 0; c < 6; ++c) {
    worker.run(l.at(10), c, chunk);
    total[0] += chunk[0];
  }
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(total[0].strata[k].units, 2 * l.chunk_groups()) << k;
    EXPECT_GT(total[0].strata[k].errors, 0u) << k;
  }
  EXPECT_EQ(total[0].units().errors, total[0].bit_errors);
}

TEST(tdl, results_do_not_depend_on_threads_and_unfinished_points_go_on) {
  scenario s = on("tdl-d", 4, 2, "zf");
  s.link.snr = {6};
  s.stop.bit_errors = 3000;
  s.stop.min_bits = 20000;
  const link l = link::make(s).value();
  run_options alone;
  alone.threads = 1;
  std::vector<ber_result> rounds;
  alone.on_round = [&](const ber_result& r) { rounds.push_back(r); };
  const ber_result expected = run_ber(l, alone);
  EXPECT_EQ(expected.curves[0].points[0].sets * 8, expected.curves[0].points[0].uses);
  run_options others;
  others.threads = 2;
  EXPECT_EQ(to_json(s, run_ber(l, others)), to_json(s, expected));
  const auto unfinished = std::find_if(rounds.begin(), rounds.end(), [](const ber_result& r) {
    return !r.curves[0].points.empty() && r.curves[0].points[0].stop == "interrupted";
  });
  ASSERT_NE(unfinished, rounds.end());
  others.resume = &*unfinished;
  std::uint64_t fewest = expected.curves[0].points[0].bits;
  others.on_progress = [&](const progress& p) { fewest = std::min(fewest, p.bits); };
  EXPECT_EQ(to_json(s, run_ber(l, others)), to_json(s, expected));
  EXPECT_EQ(fewest, unfinished->curves[0].points[0].bits);  // it starts with what there is
}

}  // namespace
}  // namespace mho::sim
