// Intervals and bounds of clustered errors, and unbiased estimates.
#include <gtest/gtest.h>

#include <cmath>
#include <mho/random.hpp>
#include <random>

#include "closed_form.hpp"
#include "engine.hpp"
#include "for_chunks.hpp"
#include "stopping.hpp"

namespace mho::sim {
namespace {

// Chunks of ten units whose errors come in clusters of up to four.
tally synthetic_chunk(random_stream& random, double probability, std::size_t units) {
  tally t;
  t.clear(1, 1);
  for (std::size_t u = 0; u < units; ++u) {
    const std::uint64_t errors = random.uniform() < probability ? 1 + random.word() % 4 : 0;
    t.bits += 8;
    t.bit_errors += errors;
    ++t.strata[0].units;
    t.strata[0].errored += errors > 0;
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

TEST(statistics, intervals_of_clustered_errors_cover) {
  // 4,000 repetitions of 2,000 units: the share of 95 % intervals that hold the exact rate lies within 4.9
  // binomial standard deviations of [0.94, 0.97], the range of Clopper and Pearson's at these counts.
  constexpr double probability = 0.05, exact = probability * 2.5 / 8;
  constexpr int runs = 4000;
  int covered = 0;
  for (int k = 0; k < runs; ++k) {
    random_stream random(5, 0, static_cast<std::uint64_t>(k), 1);
    const interval i = bit_error_interval(synthetic_chunk(random, probability, 2000));
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
  t.strata[0] = {20, 1, 1, 1};
  const interval i = bit_error_interval(t);
  EXPECT_NEAR(i.low, 0.00126509, 5e-9);
  EXPECT_NEAR(i.high, 0.248733, 5e-7);
  // No error in ten units of two bits: a unit that errs has 1 or, with probability 1/3, 2 errors if its bits
  // are guessed.
  t.bit_errors = 0;
  t.strata[0] = {10, 0, 0, 0};
  EXPECT_EQ(bit_error_interval(t).low, 0);
  EXPECT_NEAR(bit_error_interval(t).high, 3.0 / 10 * (4.0 / 3) / 2, 1e-6);
  EXPECT_NEAR(bound_without_errors(20, 1.5), 3.0 / 10 * 1.5 / 2, 1e-6);
}

TEST(statistics, few_errored_units_bound_the_rate_by_themselves) {
  // One unit in 1,000 of 8 bits erred, in one bit: at least one bit of such a unit does, and at most all.
  // Clopper and Pearson of 1 in 1,000: 2.53175e-5 .. 0.00555892 (tables).
  tally t;
  t.clear(1, 1);
  t.bits = 8000;
  t.bit_errors = 1;
  t.strata[0] = {1000, 1, 1, 1};
  EXPECT_NEAR(bit_error_interval(t).low, 2.53175e-5 / 8, 1e-10);
  EXPECT_NEAR(bit_error_interval(t).high, 0.00555892, 1e-8);
}

TEST(statistics, strata_of_one_unit_are_judged_together) {
  // 100 units of 8 bits, ten of them all wrong: however they are divided into strata of one unit, the
  // interval is that of one stratum; it is that of ten errored trials in 100, not of 80 bits in 800.
  tally one, many;
  one.clear(1, 1);
  many.clear(1, 1000);
  one.bits = many.bits = 800;
  one.bit_errors = many.bit_errors = 80;
  one.strata[0] = {100, 10, 80, 640};
  for (std::size_t u = 0; u < 100; ++u) {
    if (u % 10 == 0)
      many.strata[u] = {1, 1, 8, 64};
    else
      many.strata[u] = {1, 0, 0, 0};
  }
  const interval together = bit_error_interval(one), apart = bit_error_interval(many);
  EXPECT_EQ(apart.low, together.low);
  EXPECT_EQ(apart.high, together.high);
  // Clopper and Pearson of 10 in 100: 0.0490 .. 0.1762 (tables), the upper limit of what is certain of ten
  // errored units. With the normal tail beyond Student's quantile of 9 degrees of freedom (2.262: 0.01184)
  // the lower limit is 0.04347 (mpmath); the inflation is 8 but for terms of 1/100.
  EXPECT_NEAR(apart.low, 0.04347, 0.01 * 0.04347);
  EXPECT_NEAR(apart.high, 0.1762, 0.0001);
}

TEST(statistics, a_chunk_holds_the_strata_that_it_visits_and_can_be_taken_away) {
  tally total, chunk;
  total.clear(2, 5);
  chunk.clear(2, 3);
  chunk.first_stratum = 4;
  chunk.bits = 24;
  chunk.bit_errors = 6;
  chunk.stream_bit_errors = {5, 1};
  chunk.strata = {{1, 1, 1, 1}, {1, 1, 2, 4}, {1, 1, 3, 9}};
  total += chunk;
  total += chunk;
  EXPECT_EQ(total.strata[4].errors, 2u);
  EXPECT_EQ(total.strata[0].errors, 4u);
  EXPECT_EQ(total.strata[1].squares, 18u);
  EXPECT_EQ(total.strata[2].units, 0u);
  total -= chunk;
  EXPECT_EQ(total.bits, 24u);
  EXPECT_EQ(total.bit_errors, 6u);
  EXPECT_EQ(total.stream_bit_errors, chunk.stream_bit_errors);
  EXPECT_EQ(total.units().units, 3u);
  EXPECT_EQ(total.units().squares, 14u);
}

// Zero forcing 4x4, 16-QAM, 64 uses a channel: the errors of a channel come together.
scenario sets_of_64(std::vector<double> snr) {
  scenario s;
  s.link.rx = s.link.tx = 4;
  s.link.modulation = "16qam";
  s.link.snr = std::move(snr);
  s.link.uses_per_channel = 64;
  s.stop.min_bits = s.stop.max_bits = 48 * 64 * 16;  // 48 channels
  detector_settings zf;
  zf.id = zf.label = "zf";
  zf.spec = detector_spec("zf");
  s.detectors = {zf};
  return s;
}

const point& at_snr(const ber_result& r, double snr) {
  for (const point& p : r.curves[0].points)
    if (p.snr_db == snr) return p;
  throw std::out_of_range("snr");
}

TEST(statistics, the_bound_without_errors_covers_whatever_the_list_of_points) {
  // At 42 dB one channel in 50 brings errors, so that 48 channels bring none in 38 % of all runs.
  constexpr int runs = 300;
  run_options o;
  o.threads = available_threads();
  const double exact = ber_rayleigh(16, 1, 1 / link::make(sets_of_64({42})).value().at(42).n0);
  int without_errors = 0, missed_alone = 0, missed_after = 0;
  for (int k = 0; k < runs; ++k) {
    const auto run = [&](std::vector<double> snr) {
      scenario s = sets_of_64(std::move(snr));
      s.seed = static_cast<std::uint64_t>(k);
      return run_ber(link::make(s).value(), o);
    };
    const point alone = at_snr(run({42}), 42), after = at_snr(run({24, 42}), 42),
                before = at_snr(run({42, 24}), 42);
    EXPECT_EQ(after.ber_high, before.ber_high) << "the order of the list matters";
    EXPECT_EQ(alone.sets, 48u);
    if (alone.bit_errors > 0) continue;
    ++without_errors;
    missed_alone += alone.ber_high < exact;
    missed_after += after.ber_high < exact;
    EXPECT_LT(after.ber_high, alone.ber_high);
    // Half of a set's bits: 3/48 times 512/1024.
    EXPECT_NEAR(alone.ber_high, 3.0 / 48 / 2, 1e-6);
  }
  EXPECT_GT(without_errors, runs / 5);
  // At most 5 %, and 4.9 standard deviations.
  const double most = runs * 0.05 + 4.9 * std::sqrt(runs * 0.05 * 0.95);
  EXPECT_LE(missed_alone, most);
  EXPECT_LE(missed_after, most);
}

TEST(statistics, fixed_channels_seen_once_have_the_interval_of_fresh_ones) {
  // More channels than are visited: the same draws but for the channel's stream, so the width of the interval
  // is that of fresh channels. The variance of 1,500 units has a relative error of sqrt((kurtosis - 1) /
  // 1500), the width half of it: 4.9 of these are a quarter at a kurtosis of 16. Independent bits would have
  // a width several times smaller.
  scenario s = sets_of_64({24});
  s.stop.min_bits = s.stop.max_bits = 1500 * 64 * 16;
  run_options o;
  o.threads = available_threads();
  const point fresh = run_ber(link::make(s).value(), o).curves[0].points[0];
  s.channel.realisations = 65536;
  const point fixed = run_ber(link::make(s).value(), o).curves[0].points[0];
  const double width = fresh.ber_high - fresh.ber_low;
  EXPECT_NEAR(fixed.ber_high - fixed.ber_low, width, width / 4);
}

TEST(statistics, few_units_are_few_degrees_of_freedom) {
  // Units that bring N(1000, 200^2) errors each: Student's interval is exact for their mean; the beta
  // distribution in its place differs from a normal one by its skewness, far less than 200 / 1000 at both
  // ends together. 4.9 binomial standard deviations, and one in a hundred for that.
  constexpr int runs = 4000;
  for (const std::uint64_t units : {2u, 3u, 8u})
    for (const bool conditional : {false, true}) {
      std::mt19937_64 random(5);
      std::normal_distribution<double> errors(1000, 200);
      int covered = 0;
      for (int k = 0; k < runs; ++k) {
        tally t;
        t.clear(1, 1, conditional);
        t.bits = units * 100'000;
        for (std::uint64_t u = 0; u < units; ++u) {
          const auto count = static_cast<std::uint64_t>(std::max(1.0, std::round(errors(random))));
          const auto value = static_cast<double>(count);
          t.bit_errors += count;
          t.strata[0] += {1, 1, count, count * count, 0};
          t.expected.errors += value;
          t.expected.squares += value * value;
        }
        const interval i = bit_error_interval(t);
        covered += i.low <= 0.01 && 0.01 <= i.high;
      }
      EXPECT_GT(covered, runs * (0.95 - 0.01) - 4.9 * std::sqrt(runs * 0.95 * 0.05))
          << units << " " << conditional;
    }
}

}  // namespace
}  // namespace mho::sim
