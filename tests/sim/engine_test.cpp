// The engine: threads, stopping, intervals, interruption and resumption.
#include <gtest/gtest.h>

#include <cmath>

#include "engine.hpp"
#include "for_chunks.hpp"

namespace mho::sim {
namespace {

scenario small_scenario() {
  scenario s;
  s.link.rx = 8;
  s.link.tx = 4;
  s.link.modulation = "16qam";
  s.link.snr = {4, 8, 12};
  s.stop.bit_errors = 500;
  s.stop.min_bits = 20000;
  s.stop.max_bits = 400000;
  detector_settings zf, analog;
  zf.id = zf.label = "zf";
  zf.spec = detector_spec("zf");
  analog.id = analog.label = "analog";
  analog.accelerator = "paper";
  analog.cycles = {1, 3};
  analog.spec = detector_spec("analog-zf", {{"cycles", analog.cycles}});
  s.detectors = {zf, analog};
  return s;
}

// Several rounds a point.
scenario long_scenario() {
  scenario s = small_scenario();
  s.stop.min_bits = 200000;
  return s;
}

void expect_same(const ber_result& a, const ber_result& b) {
  ASSERT_EQ(a.curves.size(), b.curves.size());
  for (std::size_t c = 0; c < a.curves.size(); ++c) {
    ASSERT_EQ(a.curves[c].points.size(), b.curves[c].points.size());
    for (std::size_t p = 0; p < a.curves[c].points.size(); ++p) {
      const point &x = a.curves[c].points[p], &y = b.curves[c].points[p];
      EXPECT_EQ(x.bits, y.bits);
      EXPECT_EQ(x.bit_errors, y.bit_errors);
      EXPECT_EQ(x.symbol_errors, y.symbol_errors);
      EXPECT_EQ(x.use_errors, y.use_errors);
      EXPECT_EQ(x.sets, y.sets);
      EXPECT_EQ(x.set_errors, y.set_errors);
      EXPECT_EQ(x.set_error_squares, y.set_error_squares);
      EXPECT_EQ(x.stream_bit_errors, y.stream_bit_errors);
      EXPECT_EQ(x.ber_low, y.ber_low);
      EXPECT_EQ(x.ber_high, y.ber_high);
      EXPECT_EQ(x.stop, y.stop);
    }
  }
}

ber_result run(const link& l, unsigned threads, const ber_result* resume = nullptr) {
  run_options o;
  o.threads = threads;
  o.resume = resume;
  return run_ber(l, o);
}

TEST(engine, any_number_of_threads_gives_the_same_counts) {
  const link l = link::make(small_scenario()).value();
  const ber_result one = run(l, 1);
  EXPECT_TRUE(one.complete);
  EXPECT_EQ(one.curves.size(), 3u);
  expect_same(one, run(l, 3));
  expect_same(one, run(l, 4));
}

TEST(engine, a_point_is_the_same_in_any_list) {
  scenario s = small_scenario();
  const ber_result all = run(link::make(s).value(), 2);
  s.link.snr = {8};
  const ber_result alone = run(link::make(s).value(), 2);
  EXPECT_EQ(alone.curves[0].points[0].bit_errors, all.curves[0].points[1].bit_errors);
}

TEST(engine, interrupted_runs_keep_their_points_and_resume_to_the_same_end) {
  const link l = link::make(long_scenario()).value();
  const ber_result whole = run(l, 2);
  // After every round there is a result; whichever was the last on disk, the end is the same.
  std::vector<ber_result> rounds;
  run_options o;
  o.threads = 2;
  o.on_round = [&](const ber_result& r) { rounds.push_back(r); };
  run_ber(l, o);
  bool unfinished = false;
  for (const ber_result& r : rounds) {
    EXPECT_FALSE(r.complete);
    for (const point& p : r.curves[0].points) unfinished = unfinished || p.stop == "interrupted";
    expect_same(run(l, 2, &r), whole);
  }
  EXPECT_TRUE(unfinished) << "no round ended within a point";
}

TEST(engine, an_unfinished_point_goes_on_where_it_was) {
  scenario s = long_scenario();
  for (const std::size_t realisations : {0u, 5u}) {
    s.channel.realisations = realisations;
    const link l = link::make(s).value();
    const ber_result whole = run(l, 2);
    ber_result unfinished;
    run_options o;
    o.threads = 2;
    o.on_round = [&](const ber_result& r) {
      if (r.curves[0].points.size() == 2 && r.curves[0].points[1].stop == "interrupted") unfinished = r;
    };
    run_ber(l, o);
    ASSERT_EQ(unfinished.curves.size(), 3u);
    const std::uint64_t bits = unfinished.curves[0].points[1].bits;
    // A mark that only a point that goes on carries to its end. The channels' own counts, which fixed
    // channels need, are not in the result.
    for (curve& c : unfinished.curves) c.points[1].saturated = 1000000;
    o.resume = &unfinished;
    std::uint64_t seen = 0;
    o.on_round = [&](const ber_result& r) {
      ASSERT_GE(r.curves[0].points.size(), 2u);
      if (seen++ == 0) {
        EXPECT_EQ(r.curves[0].points[1].bits, bits);
      }
    };
    const ber_result r = run_ber(l, o);
    EXPECT_EQ(r.curves[2].points[1].saturated, realisations == 0 ? 1000000u : 0u);
    expect_same(r, whole);
  }
}

TEST(engine, asked_to_stop_it_drops_the_round_and_keeps_what_was_there) {
  const link l = link::make(long_scenario()).value();
  std::atomic<bool> stop{false};
  ber_result last;
  run_options o;
  o.threads = 2;
  o.stop = &stop;
  o.on_round = [&](const ber_result& r) {
    last = r;
    stop = r.curves[0].points.size() == 2;
  };
  const ber_result partial = run_ber(l, o);
  EXPECT_FALSE(partial.complete);
  ASSERT_EQ(partial.curves[0].points.size(), 2u);
  EXPECT_EQ(partial.curves[0].points[0].stop, "bit_errors");
  EXPECT_EQ(partial.curves[0].points[1].stop, "interrupted");
  expect_same(partial, last);
  expect_same(run(l, 2, &partial), run(l, 2));
}

TEST(engine, points_still_to_come_stay_while_earlier_ones_run) {
  scenario s = small_scenario();
  s.link.snr = {8, 12};
  const ber_result earlier = run(link::make(s).value(), 2);
  s.link.snr = {4, 8, 12};
  const link l = link::make(s).value();
  run_options o;
  o.threads = 2;
  o.resume = &earlier;
  o.on_round = [](const ber_result& r) {
    ASSERT_GE(r.curves[0].points.size(), 2u);
    EXPECT_EQ(r.curves[0].points.back().snr_db, 12);
  };
  expect_same(run_ber(l, o), run(l, 2));
}

TEST(for_chunks, runs_every_index_once_and_passes_exceptions_on) {
  std::vector<std::atomic<int>> seen(1000);
  for_chunks(1000, 4, [&](std::size_t i, unsigned worker) {
    EXPECT_LT(worker, 4u);
    ++seen[i];
  });
  for (const auto& count : seen) EXPECT_EQ(count, 1);
  EXPECT_THROW(for_chunks(10, 3, [](std::size_t, unsigned) { throw std::runtime_error("x"); }),
               std::runtime_error);
}

// Errors are asked for, but at least min_bits and at most max_bits: what is left is what is missing of
// that.
TEST(engine, time_left_is_that_of_the_bits_that_are_missing) {
  scenario s = long_scenario();
  s.stop.bit_errors = 20000;
  const auto made = link::make(s).value();
  std::size_t looks = 0;
  run_options options;
  options.on_progress = [&](const progress& p) {
    if (p.slowest.empty()) return;  // only begun
    ++looks;
    const auto bits = static_cast<double>(p.bits), most = static_cast<double>(p.max_bits);
    const double left = p.seconds_left * p.bits_per_second;
    EXPECT_GE(left, std::max(0.0, 200000 - bits) * (1 - 1e-9));
    EXPECT_LE(left, (most - bits) * (1 + 1e-9));
    if (p.fewest_errors == 0) return;
    // As many more as errors are missing, at the rate of errors so far.
    const double missing =
        (20000 - static_cast<double>(p.fewest_errors)) * bits / static_cast<double>(p.fewest_errors);
    if (missing > 200000 - bits && missing < most - bits) {
      EXPECT_NEAR(left / missing, 1, 1e-9);
    }
  };
  run_ber(made, options);
  EXPECT_GT(looks, 3u);
}

TEST(engine, time_left_of_a_relative_interval_falls_with_the_square_of_its_width) {
  scenario s = long_scenario();
  s.link.snr = {4};
  s.stop.bit_errors.reset();
  s.stop.relative_interval = 0.02;
  s.stop.max_bits = 4'000'000;
  run_options options;
  options.threads = 2;
  std::vector<progress> seen;
  options.on_progress = [&](const progress& p) { seen.push_back(p); };
  const point end = run_ber(link::make(s).value(), options).curves[0].points[0];
  ASSERT_EQ(end.stop, "relative_interval");
  ASSERT_GT(seen.size(), 2u);
  EXPECT_TRUE(seen[0].slowest.empty() && seen[0].bits == 0 && std::isnan(seen[0].seconds_left));
  // It is looked at when the bits have doubled: the end is at most twice what is wanted, and no less but for
  // how well a late estimate knows the variance.
  const progress& last = seen.back();
  const double wanted = static_cast<double>(last.bits) + last.seconds_left * last.bits_per_second;
  EXPECT_FALSE(last.slowest.empty());
  EXPECT_GT(static_cast<double>(end.bits), 0.8 * wanted);
  EXPECT_LT(static_cast<double>(end.bits), 2.2 * wanted);
}

}  // namespace
}  // namespace mho::sim
