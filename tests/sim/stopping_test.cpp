// When a point ends, and whether it would have ended alike under another rule.
#include <gtest/gtest.h>

#include <mho/random.hpp>

#include "stopping.hpp"

namespace mho::sim {
namespace {

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

TEST(stopping, a_channel_that_ends_ends_the_point) {
  stop_settings settings;
  settings.bit_errors = 100;
  settings.min_bits = 2000;
  settings.max_bits = 4000;
  std::vector<tally> curves(1);
  curves[0].bit_errors = 99;
  const stopping_rule early(settings, 500, 3), within(settings, 500, 6), late(settings, 500, 8);
  EXPECT_EQ(early.max_chunks(), 3u);
  EXPECT_EQ(early.verdict(2, curves), "");
  EXPECT_EQ(early.verdict(3, curves), "channel_end") << "before min_bits";
  EXPECT_EQ(within.verdict(5, curves), "");
  EXPECT_EQ(within.verdict(6, curves), "channel_end");
  EXPECT_FALSE(within.drops_last(6, "channel_end"));
  EXPECT_EQ(late.verdict(8, curves), "channel_end") << "and max_bits";
  EXPECT_EQ(stopping_rule(settings, 500, 9).verdict(8, curves), "max_bits");
  curves[0].bit_errors = 100;
  EXPECT_EQ(early.verdict(3, curves), "channel_end") << "no rule before min_bits";
  EXPECT_EQ(within.verdict(6, curves), "bit_errors");
  EXPECT_TRUE(within.drops_last(6, "bit_errors"));
}

TEST(stopping, relative_interval_is_looked_at_when_the_chunks_have_doubled) {
  // 100 errors in 1,000 independent bits: Clopper and Pearson 0.0821 .. 0.1203 (tables), a half width of 19.1
  // % of the estimate.
  tally t;
  t.clear(1, 1);
  t.bits = 1000;
  t.bit_errors = 100;
  t.strata[0] = {1000, 100, 100, 100};
  stop_settings settings;
  settings.min_bits = 300;
  settings.max_bits = 2000;
  settings.relative_interval = 0.193;
  const stopping_rule met(settings, 100);
  for (std::uint64_t chunks = 1; chunks <= 20; ++chunks)
    EXPECT_EQ(met.verdict(chunks, {&t, 1}),
              chunks == 3 || chunks == 6 || chunks == 12 || chunks == 20 ? "relative_interval" : "")
        << chunks;
  settings.relative_interval = 0.189;
  const stopping_rule missed(settings, 100);
  for (std::uint64_t chunks = 1; chunks <= 20; ++chunks)
    EXPECT_EQ(missed.verdict(chunks, {&t, 1}), chunks == 20 ? "max_bits" : "") << chunks;
  // Every curve has to meet it; one without errors has no relative width.
  const std::vector<tally> curves{t, tally{}};
  EXPECT_EQ(met.verdict(3, curves), "");
}

TEST(stopping, stricter_rules_end_nothing_earlier) {
  stop_settings before;
  before.bit_errors = 200;
  before.target_ber = 1e-3;
  EXPECT_EQ(less_strict(before, before), "");
  const auto changed = [&](auto change) {
    stop_settings now = before;
    change(now);
    return less_strict(now, before);
  };
  EXPECT_EQ(changed([](stop_settings& s) { s.bit_errors = 201; }), "");
  EXPECT_EQ(changed([](stop_settings& s) { s.bit_errors = 199; }), "bit_errors");
  EXPECT_EQ(changed([](stop_settings& s) { s.bit_errors.reset(); }), "");
  EXPECT_EQ(changed([](stop_settings& s) { s.relative_interval = 0.1; }), "relative_interval");
  EXPECT_EQ(changed([](stop_settings& s) { s.min_bits *= 2; }), "");
  EXPECT_EQ(changed([](stop_settings& s) { s.min_bits /= 2; }), "min_bits");
  EXPECT_EQ(changed([](stop_settings& s) { s.max_bits *= 2; }), "");
  EXPECT_EQ(changed([](stop_settings& s) { s.max_bits /= 2; }), "max_bits");
  EXPECT_EQ(changed([](stop_settings& s) { s.target_ber.reset(); }), "");
  EXPECT_EQ(changed([](stop_settings& s) { s.target_ber = 1e-4; }), "");
  EXPECT_EQ(changed([](stop_settings& s) { s.target_ber = 1e-2; }), "target_ber");
}

constexpr std::uint64_t chunk_bits = 80;

// A point of two curves, its chunks drawn from `seed`, to its end.
point_end ends(const stop_settings& stop, std::uint64_t seed) {
  const stopping_rule rule(stop, chunk_bits);
  random_stream random(9, 0, seed, 1);
  std::vector<tally> total(2);
  for (tally& t : total) t.clear(1, 1);
  std::vector<tally> before = total;
  std::uint64_t chunks = 0;
  std::string why;
  while (why.empty()) {
    before = total;
    for (tally& t : total)
      for (int unit = 0; unit < 10; ++unit) {
        const std::uint64_t errors = random.uniform() < 0.1 ? 1 + random.word() % 4 : 0;
        t.bits += chunk_bits / 10;
        t.bit_errors += errors;
        ++t.strata[0].units;
        t.strata[0].errored += errors > 0;
        t.strata[0].errors += errors;
        t.strata[0].squares += errors * errors;
      }
    why = rule.verdict(++chunks, total);
  }
  if (rule.drops_last(chunks, why)) total = before;
  return {why, total[0].bits, std::min(total[0].bit_errors, total[1].bit_errors), 0};
}

// Rules of a few chunks, their limits so near one another that every way to end occurs.
std::vector<stop_settings> small_rules() {
  std::vector<stop_settings> rules;
  for (const std::uint64_t min_chunks : {1u, 2u, 4u})
    for (const std::uint64_t max_chunks : {4u, 6u, 8u}) {
      stop_settings s;
      s.min_bits = min_chunks * chunk_bits;
      s.max_bits = max_chunks * chunk_bits - 1;
      rules.push_back(s);
      for (const std::uint64_t errors : {3u, 6u, 9u, 12u, 30u}) {
        rules.push_back(s);
        rules.back().bit_errors = errors;
      }
      for (const double width : {1.0, 0.8, 0.6}) {
        rules.push_back(s);
        rules.back().relative_interval = width;
      }
    }
  return rules;
}

TEST(stopping, points_that_are_said_to_end_alike_do) {
  const std::vector<stop_settings> rules = small_rules();
  constexpr std::uint64_t runs = 30;
  std::vector<std::vector<point_end>> end(rules.size());
  for (std::size_t r = 0; r < rules.size(); ++r)
    for (std::uint64_t seed = 0; seed < runs; ++seed) end[r].push_back(ends(rules[r], seed));
  std::size_t pairs = 0, kept_at_max = 0, kept_at_min = 0, kept_later = 0;
  for (std::size_t a = 0; a < rules.size(); ++a)
    for (std::size_t b = 0; b < rules.size(); ++b) {
      if (!less_strict(rules[b], rules[a]).empty()) continue;
      for (std::uint64_t seed = 0; seed < runs; ++seed) {
        const point_end &was = end[a][seed], &is = end[b][seed];
        ++pairs;
        if (!ends_alike(rules[a], rules[b], chunk_bits, was)) {
          EXPECT_NE(a, b);
          continue;
        }
        EXPECT_EQ(is.why, was.why) << a << ' ' << b << ' ' << seed;
        EXPECT_EQ(is.bits, was.bits) << a << ' ' << b << ' ' << seed;
        if (a == b) continue;
        kept_at_max += was.why == "max_bits";
        kept_at_min += was.why == "bit_errors" && was.bits == chunk_bits * ((rules[a].min_bits + 79) / 80);
        kept_later += was.why == "bit_errors" && was.bits > rules[a].min_bits;
      }
    }
  EXPECT_GT(pairs, 10000u);
  for (const std::size_t kept : {kept_at_max, kept_at_min, kept_later}) EXPECT_GT(kept, 100u);
}

TEST(stopping, the_end_of_a_sweep_is_kept_while_it_ends_there) {
  stop_settings before;
  before.bit_errors = 200;
  before.target_ber = 1e-3;
  const point_end last{"target_ber", 100 * chunk_bits, 150, 5e-4};
  stop_settings now = before;
  EXPECT_TRUE(ends_alike(before, now, chunk_bits, last));
  now.target_ber = 6e-4;
  EXPECT_TRUE(ends_alike(before, now, chunk_bits, last));
  now.target_ber = 5e-4;  // its own reason is not in the file
  EXPECT_FALSE(ends_alike(before, now, chunk_bits, last));
  now.target_ber.reset();
  EXPECT_FALSE(ends_alike(before, now, chunk_bits, last));
  now = before;
  now.bit_errors = 300;
  EXPECT_FALSE(ends_alike(before, now, chunk_bits, last));
  EXPECT_FALSE(ends_alike(before, before, chunk_bits, {"interrupted", 100 * chunk_bits, 150, 5e-4}));
}

}  // namespace
}  // namespace mho::sim
