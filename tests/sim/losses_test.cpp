// SNR losses against a reference that saw the same uses: intervals by their coverage.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "closed_form.hpp"
#include "losses.hpp"
#include "statistics.hpp"

namespace mho::sim {
namespace {

constexpr std::uint64_t bits_a_unit = 16;

// What may happen to a unit: so many errors in the curve and in its reference, with that probability.
struct outcome_of_unit {
  std::uint64_t curve, reference;
  double probability;
};
using law = std::vector<outcome_of_unit>;

// Both err together in clusters, and each alone; a falling rate a point.
law unit_law(double both, double curve_alone, double reference_alone) {
  return {{1, 1, both * 0.4},           {3, 2, both * 0.3},        {4, 4, both * 0.3},
          {1, 0, curve_alone * 0.5},    {2, 0, curve_alone * 0.5}, {0, 1, reference_alone * 0.5},
          {0, 2, reference_alone * 0.5}};
}

struct synthetic {
  const char* what;
  std::array<law, 3> points;  // at 0, 2, 4 dB
  std::uint64_t units;
  bool exact;  // enough units in which the curves differ: the coverage has an upper bound too
};

constexpr double target = 2e-3;

double rate(const law& l, bool reference) {
  double sum = 0;
  for (const outcome_of_unit& o : l)
    sum += static_cast<double>(reference ? o.reference : o.curve) * o.probability / bits_a_unit;
  return sum;
}

// By bisection on the interpolating line.
double falls_through(const std::array<double, 3>& rates) {
  const auto log_rate = [&](double db) {
    const std::size_t k = db < 2 ? 0 : 1;
    const double t = (db - 2 * static_cast<double>(k)) / 2;
    return (1 - t) * std::log10(rates[k]) + t * std::log10(rates[k + 1]);
  };
  double low = 0, high = 4;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (log_rate(middle) > std::log10(target) ? low : high) = middle;
  }
  return low;
}

double true_loss(const synthetic& s, const std::array<double, 6>& moved = {}) {
  std::array<double, 3> curve{}, reference{};
  for (std::size_t p = 0; p < 3; ++p) {
    curve[p] = rate(s.points[p], false) + moved[p];
    reference[p] = rate(s.points[p], true) + moved[p + 3];
  }
  return falls_through(curve) - falls_through(reference);
}

// Standard deviation of the loss to first order, from the units' exact moments and numerical derivatives;
// with `paired` false as if the curves had seen different units.
double true_deviation(const synthetic& s, bool paired) {
  double variance = 0;
  for (std::size_t p = 0; p < 3; ++p) {
    const auto slope = [&](std::size_t which, double value) {
      std::array<double, 6> up{}, down{};
      up[which] = value * 1e-4;
      down[which] = -value * 1e-4;
      return (true_loss(s, up) - true_loss(s, down)) / (value * 2e-4);
    };
    const double ca = slope(p, rate(s.points[p], false)), cr = slope(p + 3, rate(s.points[p], true));
    double aa = 0, ar = 0, rr = 0, a = 0, r = 0;
    for (const outcome_of_unit& o : s.points[p]) {
      const auto x = static_cast<double>(o.curve), y = static_cast<double>(o.reference);
      a += o.probability * x;
      r += o.probability * y;
      aa += o.probability * x * x;
      ar += o.probability * x * y;
      rr += o.probability * y * y;
    }
    variance +=
        (ca * ca * (aa - a * a) + cr * cr * (rr - r * r) + (paired ? 2 * ca * cr * (ar - a * r) : 0)) /
        static_cast<double>(s.units) / (bits_a_unit * bits_a_unit);
  }
  return std::sqrt(variance);
}

ber_result draw(const synthetic& s, std::mt19937_64& random) {
  ber_result r;
  r.curves.resize(2);
  r.curves[0].id = r.curves[0].label = "reference";
  r.curves[1].id = r.curves[1].label = "curve";
  r.curves[1].reference = "reference";
  for (std::size_t k = 0; k < 3; ++k) {
    std::array<tally, 2> t;  // reference, curve
    for (tally& one : t) {
      one.clear(1, 1);
      one.bits = s.units * bits_a_unit;
      one.strata[0].units = s.units;
    }
    std::uint64_t left = s.units;
    double probability_left = 1;
    for (const outcome_of_unit& o : s.points[k]) {  // a multinomial draw, outcome by outcome
      const std::uint64_t n =
          std::binomial_distribution<std::uint64_t>(left, o.probability / probability_left)(random);
      left -= n;
      probability_left -= o.probability;
      const std::array<std::uint64_t, 2> errors{o.reference, o.curve};
      for (std::size_t c = 0; c < 2; ++c) {
        stratum& st = t[c].strata[0];
        t[c].bit_errors += n * errors[c];
        st.errors += n * errors[c];
        st.squares += n * errors[c] * errors[c];
        st.errored += errors[c] > 0 ? n : 0;
      }
      t[1].strata[0].products += n * errors[0] * errors[1];
    }
    for (std::size_t c = 0; c < 2; ++c) {
      point p;
      p.snr_db = 2 * static_cast<double>(k);
      p.bits = t[c].bits;
      p.bit_errors = t[c].bit_errors;
      p.ber = static_cast<double>(p.bit_errors) / static_cast<double>(p.bits);
      p.sets = s.units;
      p.set_errors = t[c].strata[0].errored;
      p.ber_variance = bit_error_variance(t[c]);
      if (c == 1) p.ber_covariance = bit_error_covariance(t[1], t[0]);
      r.curves[c].points.push_back(p);
    }
  }
  return r;
}

const std::vector<synthetic>& cases() {
  static const std::vector<synthetic> all{
      {"many units differ",
       {unit_law(.03, .006, .004), unit_law(.015, .004, .003), unit_law(.004, .002, .001)},
       20000,
       true},
      {"the curves fall through between different points",
       {unit_law(.03, .04, .004), unit_law(.01, .012, .001), unit_law(.003, .004, .0005)},
       20000,
       true},
      {"few units differ",
       {unit_law(.03, .0010, .0006), unit_law(.015, .0006, .0004), unit_law(.004, .0002, .0001)},
       20000,
       false},
      {"hardly a unit differs",
       {unit_law(.03, .0001, .00002), unit_law(.015, .00005, .00001), unit_law(.004, .00003, .0)},
       20000,
       false},
      {"few errors",
       {unit_law(.03, .002, .001), unit_law(.015, .001, .001), unit_law(.006, .001, .0005)},
       4000,
       false}};
  return all;
}

TEST(losses, intervals_cover_the_loss_of_the_true_rates) {
  // 4,000 repetitions: 4.9 binomial standard deviations round 95 %, and one in a hundred more for the delta
  // method, whose own error is of the order of one over the number of errored units that count.
  constexpr int runs = 4000;
  const double slack = 4.9 * std::sqrt(0.95 * 0.05 / runs) + 0.01;
  for (const synthetic& s : cases()) {
    SCOPED_TRACE(s.what);
    std::mt19937_64 random(7);
    const double exact = true_loss(s), deviation = true_deviation(s, true);
    int covered = 0, reached = 0;
    double sum = 0, square = 0, width = 0;
    for (int k = 0; k < runs; ++k) {
      const loss l = losses(draw(s, random), {target})[1];
      if (std::isnan(l.loss_db)) continue;
      ++reached;
      covered += l.loss_low <= exact && exact <= l.loss_high;
      sum += l.loss_db - exact;
      square += (l.loss_db - exact) * (l.loss_db - exact);
      width += l.loss_half_width / 1.959964;
    }
    ASSERT_EQ(reached, runs);
    const double share = static_cast<double>(covered) / runs;
    EXPECT_GT(share, 0.95 - slack);
    if (!s.exact) continue;
    EXPECT_LT(share, 0.95 + slack);
    // The formula is that of the spread seen: a standard deviation of `runs` draws has a relative error of
    // 1/sqrt(2 runs); 2 % are left to the second order.
    EXPECT_NEAR(std::sqrt(square / runs) / deviation, 1, 4.9 / std::sqrt(2.0 * runs) + 0.02);
    EXPECT_NEAR(width / runs / deviation, 1, 0.05);
    EXPECT_NEAR(sum / runs, 0, 4.9 * deviation / std::sqrt(runs) + 0.05 * deviation);
  }
}

TEST(losses, common_uses_make_intervals_narrower) {
  // By what the curves share: the ratio of the deviations with and without their covariance.
  const synthetic& s = cases()[2];
  std::mt19937_64 random(8);
  double paired = 0, unpaired = 0;
  for (int k = 0; k < 400; ++k) {
    ber_result r = draw(s, random);
    paired += losses(r, {target})[1].loss_half_width;
    for (point& p : r.curves[1].points) p.ber_covariance = 0;
    unpaired += losses(r, {target})[1].loss_half_width;
  }
  const double ratio = true_deviation(s, false) / true_deviation(s, true);
  EXPECT_GT(ratio, 3);
  // The two units that are added to the few that differ (one in a thousand of 20,000) make it smaller.
  EXPECT_GT(unpaired / paired, 0.8 * ratio);
  EXPECT_LT(unpaired / paired, 1.05 * ratio);
}

TEST(losses, one_unit_tells_no_interval) {
  std::mt19937_64 random(9);
  ber_result r = draw(cases()[0], random);
  for (curve& c : r.curves)
    for (point& p : c.points) p.ber_variance = p.ber_covariance = std::numeric_limits<double>::infinity();
  for (const loss& l : losses(r, {target})) {
    EXPECT_TRUE(std::isfinite(l.snr_db));
    EXPECT_FALSE(std::isfinite(l.snr_half_width));
    EXPECT_FALSE(std::isfinite(l.loss_low));
  }
}

TEST(losses, snr_at_a_rate_follows_a_bent_curve) {
  // Zero forcing of 64x16 with 64-QAM, points 2 dB apart and exact: the chord lies 0.07 dB off at 1e-9.
  ber_result r;
  r.curves.resize(1);
  r.curves[0].id = "zf";
  for (double snr = 8; snr <= 28; snr += 2) {
    point p;
    p.snr_db = snr;
    p.bits = p.sets = 1;
    p.ber = ber_rayleigh(64, 49, std::pow(10, snr / 10) / 16);
    r.curves[0].points.push_back(p);
  }
  for (const double rate : {1e-3, 1e-6, 1e-9}) {
    double low = 8, high = 26;
    while (high - low > 1e-9) {
      const double middle = (low + high) / 2;
      (ber_rayleigh(64, 49, std::pow(10, middle / 10) / 16) >= rate ? low : high) = middle;
    }
    const loss l = losses(r, {rate})[0];
    EXPECT_NEAR(l.snr_db, low, l.snr_half_width) << rate;
    EXPECT_LT(l.snr_half_width, 0.05) << rate;
  }
}

TEST(losses, two_points_far_apart_say_little) {
  // Zero forcing of 16x4 with 16-QAM has 1e-3 at 12.295 dB, where its closed form does.
  double low = 10, high = 20;
  const auto rate_at = [](double snr) { return ber_rayleigh(16, 13, std::pow(10, snr / 10) / 4); };
  while (high - low > 1e-9) (rate_at((low + high) / 2) >= 1e-3 ? low : high) = (low + high) / 2;
  EXPECT_NEAR(low, 12.295, 5e-4);
  for (const double step : {2., 5., 10.}) {
    ber_result r;
    r.curves.resize(1);
    for (const double snr : {10., 10 + step, 10 + 2 * step}) {
      if (snr + step < low) continue;
      point p;
      p.snr_db = snr;
      p.bits = p.sets = 1;
      p.ber = rate_at(snr);
      if (r.curves[0].points.size() < 2) r.curves[0].points.push_back(p);
    }
    const loss l = losses(r, {1e-3})[0];
    EXPECT_NEAR(l.snr_db, low, l.snr_half_width) << step;
  }
}

TEST(losses, nothing_is_said_of_rates_that_are_not_reached) {
  std::mt19937_64 random(9);
  ber_result r = draw(cases()[0], random);
  const std::vector<loss> outside = losses(r, {0.4, 1e-9});
  ASSERT_EQ(outside.size(), 4u);
  for (const loss& l : outside) {
    EXPECT_TRUE(std::isnan(l.snr_db) && std::isnan(l.loss_db) && std::isnan(l.loss_high));
    EXPECT_EQ(snr_in_words(l), "not reached");
    EXPECT_EQ(loss_in_words(l), "");
  }
  for (point& p : r.curves[1].points)
    if (p.ber < target) p.ber = 0, p.bit_errors = p.set_errors = 0;
  const std::vector<loss> unseen = losses(r, {target});
  EXPECT_FALSE(std::isnan(unseen[0].snr_db));
  EXPECT_TRUE(std::isnan(unseen[1].snr_db)) << "a point without errors has no logarithm";
  EXPECT_EQ(snr_in_words(unseen[1]).rfind("no errors at ", 0), 0u) << snr_in_words(unseen[1]);
  EXPECT_FALSE(std::isnan(unseen[1].reference_snr_db));
}

TEST(losses, words_have_the_digits_that_the_interval_deserves) {
  loss l;
  l.reference_label = "zf";
  l.loss_db = 0.0213;
  l.loss_half_width = 0.0123;
  EXPECT_EQ(loss_in_words(l), "loses 0.021 dB +- 0.012 against zf");
  l.loss_half_width = 0.021;
  EXPECT_EQ(loss_in_words(l), "loses 0.02 dB +- 0.02 against zf");
  l.loss_db = -1.26;
  l.loss_half_width = 0.4;
  EXPECT_EQ(loss_in_words(l), "gains 1.3 dB +- 0.4 over zf");
  l.snr_db = 12.3456;
  l.snr_half_width = 0.03;
  EXPECT_EQ(snr_in_words(l), "12.35 dB +- 0.03");
}

}  // namespace
}  // namespace mho::sim
