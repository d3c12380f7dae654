// The engine: threads, stopping, intervals, interruption and resumption.
#include <gtest/gtest.h>

#include <cmath>
#include <mho/random.hpp>

#include "engine.hpp"
#include "for_chunks.hpp"
#include "stopping.hpp"

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
  const link l = link::make(small_scenario()).value();
  std::atomic<bool> stop{false};
  run_options o;
  o.threads = 2;
  o.stop = &stop;
  o.on_point = [&](const ber_result&) { stop = true; };
  const ber_result partial = run_ber(l, o);
  EXPECT_FALSE(partial.complete);
  EXPECT_EQ(partial.curves[0].points.size(), 1u);
  expect_same(run(l, 2, &partial), run(l, 2));
}

TEST(engine, fixed_channels_are_the_same_at_every_snr) {
  // Without noise and with MRC, errors are interference alone: a fixed set of channels repeats them for the
  // same bits.
  scenario s = small_scenario();
  s.channel.realisations = 2;
  s.channel.seed = 7;
  const link l = link::make(s).value();
  const ber_result r = run(l, 2);
  for (const curve& c : r.curves)
    for (const point& p : c.points) EXPECT_TRUE(p.ber_low <= p.ber && p.ber <= p.ber_high);
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

// Chunks of ten units whose errors come in clusters of up to four.
tally synthetic_chunk(random_stream& random, double probability, std::size_t units) {
  tally t;
  t.clear(1, 1);
  for (std::size_t u = 0; u < units; ++u) {
    const std::uint64_t errors = random.uniform() < probability ? 1 + random.word() % 4 : 0;
    t.bits += 8;
    t.bit_errors += errors;
    ++t.strata[0].units;
    t.strata[0].errors += errors;
    t.strata[0].squares += errors * errors;
  }
  return t;
}

TEST(stopping, leaving_the_last_chunk_out_is_unbiased) {
  // Clustered errors, stopped at five of them: k/N is far too high, the rule's estimate is not.
  stop_settings settings;
  settings.bit_errors = 5;
  settings.min_bits = 80;
  settings.max_bits = 80 * 400;
  constexpr double probability = 0.02, exact = probability * 2.5 / 8;
  constexpr int runs = 20000;
  const stopping_rule rule(settings, 80);
  double sum = 0, square = 0, naive = 0;
  for (int k = 0; k < runs; ++k) {
    random_stream random(3, 0, static_cast<std::uint64_t>(k), 1);
    tally total, before;
    total.clear(1, 1);
    std::string why;
    std::uint64_t chunks = 0;
    while (why.empty()) {
      before = total;
      total += synthetic_chunk(random, probability, 10);
      why = rule.verdict(++chunks, {&total, 1});
    }
    const tally& used = rule.drops_last(chunks, why) ? before : total;
    const double estimate = static_cast<double>(used.bit_errors) / static_cast<double>(used.bits);
    naive += static_cast<double>(total.bit_errors) / static_cast<double>(total.bits) / runs;
    sum += estimate;
    square += estimate * estimate;
  }
  const double mean = sum / runs, deviation = std::sqrt((square / runs - mean * mean) / runs);
  EXPECT_NEAR(mean, exact, 4.9 * deviation);
  EXPECT_GT(naive, 1.3 * exact);
}

TEST(stopping, ends_for_all_curves_together) {
  stop_settings settings;
  settings.bit_errors = 100;
  settings.min_bits = 1000;
  settings.max_bits = 4000;
  const stopping_rule rule(settings, 500);
  std::vector<tally> curves(2);
  curves[0].bit_errors = 150;
  curves[1].bit_errors = 99;
  EXPECT_EQ(rule.verdict(1, curves), "");
  EXPECT_EQ(rule.verdict(2, curves), "");
  EXPECT_EQ(rule.verdict(8, curves), "max_bits");
  curves[1].bit_errors = 100;
  EXPECT_EQ(rule.verdict(2, curves), "bit_errors");
  EXPECT_FALSE(rule.drops_last(2, "bit_errors"));
  EXPECT_TRUE(rule.drops_last(3, "bit_errors"));
  EXPECT_FALSE(rule.drops_last(8, "max_bits"));
}

TEST(statistics, intervals_of_clustered_errors_cover) {
  // 4,000 repetitions of 2,000 units: the share of 95 % intervals that hold the exact rate lies within 4.9
  // binomial standard deviations of [0.94, 0.97], the range of Clopper and Pearson's at these counts.
  constexpr double probability = 0.05, exact = probability * 2.5 / 8;
  constexpr int runs = 4000;
  int covered = 0;
  for (int k = 0; k < runs; ++k) {
    random_stream random(5, 0, static_cast<std::uint64_t>(k), 1);
    const interval i = bit_error_interval(synthetic_chunk(random, probability, 2000), 1);
    covered += i.low <= exact && exact <= i.high;
  }
  const double share = static_cast<double>(covered) / runs, slack = 4.9 * std::sqrt(0.95 * 0.05 / runs);
  EXPECT_GT(share, 0.94 - slack);
  EXPECT_LT(share, 0.97 + slack);
}

TEST(statistics, closed_forms_of_small_counts) {
  // Unclustered: 1 error in 20 bits, Clopper and Pearson 0.00126509 .. 0.248733 (tables).
  tally t;
  t.clear(1, 1);
  t.bits = 20;
  t.bit_errors = 1;
  t.strata[0] = {20, 1, 1};
  const interval i = bit_error_interval(t, 1);
  EXPECT_NEAR(i.low, 0.00126509, 5e-9);
  EXPECT_NEAR(i.high, 0.248733, 5e-7);
  t.bit_errors = 0;
  t.strata[0] = {20, 0, 0};
  EXPECT_EQ(bit_error_interval(t, 1).low, 0);
  EXPECT_NEAR(bit_error_interval(t, 2).high, 2 * 3.0 / 20, 1e-6);
}

}  // namespace
}  // namespace mho::sim
