// Points against closed forms: fixed channels, channels of many uses, normalisation, how points and sweeps
// end, bounds without errors.
#include <gtest/gtest.h>

#include <cmath>

#include "channels/channel.hpp"
#include "closed_form.hpp"
#include "engine.hpp"

namespace mho::sim {
namespace {

scenario make_scenario(std::size_t rx, std::size_t tx, const std::string& detector) {
  scenario s;
  s.link.rx = rx;
  s.link.tx = tx;
  s.link.modulation = "16qam";
  detector_settings d;
  d.id = d.label = detector;
  d.spec = detector_spec(detector);
  s.detectors = {d};
  return s;
}

ber_result run(const link& l, unsigned threads) {
  run_options o;
  o.threads = threads;
  return run_ber(l, o);
}

// One stream and two antennas: after combining, AWGN of SNR ||h||^2 / N0.
scenario one_stream() {
  scenario s = make_scenario(2, 1, "mrc");
  s.link.snr = {2, 8};
  s.stop.min_bits = s.stop.max_bits = 1'000'000;
  return s;
}

// 4.9 standard deviations of a count of independent bits, and half as much again for the two bits of an axis,
// which err together at times.
double bound(double exact, const point& p) {
  return 1.5 * 4.9 * std::sqrt(exact * (1 - exact) / static_cast<double>(p.bits));
}

TEST(points, fixed_channels_are_the_same_at_every_snr) {
  scenario s = one_stream();
  s.channel.realisations = 3;
  s.channel.seed = 7;
  const link l = link::make(s).value();
  const ber_result r = run(l, 2);
  for (const point& p : r.curves[0].points) {
    double exact = 0;
    for (std::uint64_t number = 0; number < 3; ++number) {
      std::vector<std::complex<float>> h(2);
      make_channel("rayleigh", {}, 2, 1).value()->draw({7, 0, number}, 1, h);
      exact += ber_awgn(16, static_cast<double>(std::norm(h[0]) + std::norm(h[1])) / p.n0) / 3;
    }
    EXPECT_NEAR(p.ber, exact, bound(exact, p)) << p.snr_db;
    EXPECT_LE(p.ber_low, p.ber);
    EXPECT_LE(p.ber, p.ber_high);
  }
  // Another seed of the run draws other bits and noise on the same channels.
  s.seed = 2;
  const ber_result other = run(link::make(s).value(), 2);
  EXPECT_NE(other.curves[0].points[0].bit_errors, r.curves[0].points[0].bit_errors);
  const double both = (other.curves[0].points[0].ber + r.curves[0].points[0].ber) / 2;
  EXPECT_NEAR(other.curves[0].points[0].ber, both, bound(both, r.curves[0].points[0]));
}

TEST(points, many_fixed_channels_are_visited_in_turn) {
  // 100,000 channels and two rounds of them: every channel twice, and another number of threads (with it
  // other rounds) counts the same.
  scenario s = one_stream();
  s.link.snr = {8};
  s.channel.realisations = 100'000;
  s.stop.min_bits = s.stop.max_bits = 200'000 * 4;
  const link l = link::make(s).value();
  const ber_result r = run(l, 1);
  const point& p = r.curves[0].points[0];
  EXPECT_GE(p.sets, 200'000u);
  const double exact = ber_rayleigh(16, 2, 1 / p.n0);
  EXPECT_GT(p.ber_high, exact);
  EXPECT_LT(p.ber_low, exact);
  const point four = run(l, 4).curves[0].points[0];
  EXPECT_EQ(four.bit_errors, p.bit_errors);
  EXPECT_EQ(four.ber_low, p.ber_low);
  EXPECT_EQ(four.ber_high, p.ber_high);
}

TEST(points, normalised_to_each_channel_fading_is_awgn) {
  // N0 is scaled by ||H||^2 / E||H||^2, so that the SNR after combining is the mean one, rx / N0, always.
  scenario s = one_stream();
  s.link.snr_normalisation = "realisation";
  const ber_result r = run(link::make(s).value(), 2);
  for (const point& p : r.curves[0].points) {
    const double exact = ber_awgn(16, 2 / p.n0);
    EXPECT_NEAR(p.ber, exact, bound(exact, p)) << p.snr_db;
    EXPECT_GT(ber_rayleigh(16, 2, 1 / p.n0), exact + 2 * bound(exact, p)) << "the ensemble's is far off";
  }
}

TEST(points, the_sweep_ends_where_every_curve_is_below_the_target) {
  // The closed form of zero forcing falls through 1e-2 between 13 and 17 dB; MRC stays above.
  scenario s = make_scenario(8, 4, "zf");
  s.stop.bit_errors = 500;
  s.stop.min_bits = 20000;
  s.stop.max_bits = 400000;
  s.link.snr = {9, 13, 17, 21};
  const auto exact = [&](double snr) { return ber_rayleigh(16, 5, std::pow(10, snr / 10) / 4); };
  ASSERT_GT(exact(13), 1.5e-2);
  ASSERT_LT(exact(17), 0.6e-2);
  const ber_result all = run(link::make(s).value(), 2);
  s.stop.target_ber = 1e-2;
  const ber_result r = run(link::make(s).value(), 2);
  EXPECT_TRUE(r.complete);
  ASSERT_EQ(r.curves[0].points.size(), 3u);
  for (std::size_t p = 0; p < 3; ++p) {
    EXPECT_EQ(r.curves[0].points[p].bit_errors, all.curves[0].points[p].bit_errors);
    EXPECT_EQ(r.curves[0].points[p].stop, p < 2 ? "bit_errors" : "target_ber");
  }
  s.detectors.push_back(make_scenario(8, 4, "mrc").detectors[0]);
  const ber_result two = run(link::make(s).value(), 2);
  EXPECT_EQ(two.curves[0].points.size(), 4u);
  EXPECT_EQ(two.curves[0].points.back().stop, two.curves[1].points.back().stop);
  EXPECT_NE(two.curves[0].points.back().stop, "target_ber");
}

TEST(points, relative_interval_ends_points_of_that_width) {
  scenario s = make_scenario(8, 4, "zf");
  s.link.snr = {4, 8, 12};
  s.stop.min_bits = 20000;
  s.stop.relative_interval = 0.1;
  s.stop.max_bits = 3'000'000;
  const link l = link::make(s).value();
  const std::uint64_t chunk = l.chunk_uses() * l.bits_a_use(), fewest = (s.stop.min_bits + chunk - 1) / chunk;
  const ber_result r = run(l, 2);
  for (const point& p : r.curves[0].points) {
    ASSERT_EQ(p.stop, "relative_interval");
    const double width = (p.ber_high - p.ber_low) / 2 / p.ber;
    // The last chunk is left out, which widens it a little: by the root of one chunk in `fewest` or more.
    EXPECT_LT(width, 0.1 * (1 + 1.0 / static_cast<double>(fewest)));
    const std::uint64_t chunks = p.bits / chunk + (p.bits / chunk == fewest ? 0 : 1);
    ASSERT_EQ(chunks % fewest, 0u);
    EXPECT_EQ((chunks / fewest) & (chunks / fewest - 1), 0u) << chunks;
    EXPECT_NEAR(p.ber, ber_rayleigh(16, 5, 1 / p.n0), 0.1 * p.ber * 4.9 / 1.96) << p.snr_db;
  }
}

TEST(points, a_point_without_errors_takes_the_clusters_of_the_nearest_point_with_enough) {
  // Ten errored channels or more at 24 dB and at 30 dB; none at 70 dB, whatever stands where in the list.
  scenario s = make_scenario(4, 4, "zf");
  s.link.uses_per_channel = 16;
  s.link.snr = {70, 24, 30};
  s.stop.min_bits = s.stop.max_bits = 200'000;
  const std::vector<point> points = run(link::make(s).value(), 2).curves[0].points;
  ASSERT_EQ(points[0].bit_errors, 0u);
  ASSERT_GE(points[1].set_errors, 10u);
  ASSERT_GE(points[2].set_errors, 10u);
  const auto cluster = [](const point& p) {
    return static_cast<double>(p.bit_errors) / static_cast<double>(p.set_errors);
  };
  EXPECT_NE(cluster(points[1]), cluster(points[2]));
  const double exact = 3 * cluster(points[2]) / static_cast<double>(points[0].bits);
  EXPECT_NEAR(points[0].ber_high, exact, 1e-5 * exact);
  EXPECT_EQ(points[0].ber_low, 0);
}

TEST(points, uses_of_one_channel_share_it_and_are_one_unit) {
  scenario s = make_scenario(4, 4, "zf");
  s.link.snr = {30};
  s.link.uses_per_channel = 32;
  s.stop.min_bits = s.stop.max_bits = 4'000'000;
  const point p = run(link::make(s).value(), 2).curves[0].points[0];
  EXPECT_EQ(p.uses, 32 * p.sets);
  EXPECT_EQ(p.bits, 16 * p.uses);
  const double exact = ber_rayleigh(16, 1, 1 / p.n0), half = (p.ber_high - p.ber_low) / 2;
  EXPECT_NEAR(p.ber, exact, half * 4.9 / 1.96);
  // The same number of bits on fresh channels: the errors of a channel come together, so that fewer sets err
  // and the interval is wider.
  s.link.uses_per_channel = 1;
  const point fresh = run(link::make(s).value(), 2).curves[0].points[0];
  EXPECT_EQ(fresh.uses, fresh.sets);
  EXPECT_EQ(fresh.use_errors, fresh.set_errors);
  EXPECT_GT(half, 2 * (fresh.ber_high - fresh.ber_low) / 2);
  // A use errs with the same probability either way. If the uses of a channel erred independently, the share
  // of channels without an error would be the 32nd power of that of the uses.
  const double clean = 1 - static_cast<double>(fresh.use_errors) / static_cast<double>(fresh.uses);
  const double sets = static_cast<double>(p.sets), clean_sets = 1 - static_cast<double>(p.set_errors) / sets;
  EXPECT_GT(clean_sets, std::pow(clean, 32) + 4.9 * std::sqrt(0.25 / sets));
}

}  // namespace
}  // namespace mho::sim
