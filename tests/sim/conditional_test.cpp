// Expected errors over the noise: against closed forms, regions summed one by one, and counts.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <set>

#include "closed_form.hpp"
#include "conditional.hpp"
#include "engine.hpp"
#include "link.hpp"

namespace mho::sim {
namespace {

TEST(conditional, without_interference_is_the_closed_form) {
  for (const mapping map : {mapping::three_gpp, mapping::paper})
    for (const std::size_t points : {4u, 16u, 64u, 256u, 1024u, 4096u}) {
      const constellation symbols = constellation::make(points, map).value();
      const conditional_errors errors(symbols);
      for (const double es_n0_db : {-10.0, 5.0, 15.0, 25.0, 40.0}) {
        const double es_n0 = std::pow(10, es_n0_db / 10);
        double sum = 0;
        for (std::uint32_t label = 0; label < points; ++label)
          sum += errors.of_symbol(label, std::complex<double>(symbols.points()[label]), 1 / es_n0);
        const double rate = sum / static_cast<double>(points) / symbols.bits(),
                     exact = ber_awgn(points, es_n0);
        // The points are floats: an edge is off by a few 2^-24 of the outermost level, which moves a tail of
        // argument x = distance / deviation by x^2 times that share of the distance.
        const double moved =
            std::sqrt(static_cast<double>(points)) * 0x1p-22 * (1 + 3 * es_n0 / static_cast<double>(points));
        EXPECT_NEAR(rate, exact, moved * exact + 1e-300) << points << " " << es_n0_db;
      }
    }
}

// Every decision region's probability as a difference of two distribution functions, times its bits. Regions
// end midway between the levels, which are floats.
double by_regions(const constellation& symbols, std::uint32_t sent, std::complex<double> mean,
                  double deviation) {
  std::set<double> levels;
  for (const auto p : symbols.points()) levels.insert(static_cast<double>(p.real()));
  const auto below = [&](double edge, double centre) {
    return 0.5 * std::erfc((centre - edge) / deviation / std::sqrt(2.0));
  };
  const auto inside = [&](double level, double centre) {
    const auto at = levels.find(level), next = std::next(at);
    const double above_lower = at == levels.begin() ? 0 : below((*std::prev(at) + level) / 2, centre);
    return (next == levels.end() ? 1 : below((level + *next) / 2, centre)) - above_lower;
  };
  double sum = 0;
  for (std::uint32_t label = 0; label < symbols.size(); ++label) {
    const std::complex<double> p(symbols.points()[label]);
    sum += std::popcount(label ^ sent) * inside(p.real(), mean.real()) * inside(p.imag(), mean.imag());
  }
  return sum;
}

TEST(conditional, with_interference_sums_the_regions) {
  for (const mapping map : {mapping::three_gpp, mapping::paper})
    for (const std::size_t points : {4u, 16u, 256u}) {
      const constellation symbols = constellation::make(points, map).value();
      const conditional_errors errors(symbols);
      for (std::uint32_t sent = 0; sent < points; sent += 3)
        for (const std::complex<double> moved : {std::complex{0.1, -0.2}, {-0.7, 0.4}, {2.5, 0.0}})
          for (const double deviation : {0.05, 0.4, 3.0}) {
            const std::complex<double> mean = std::complex<double>(symbols.points()[sent]) + moved;
            // At most 256 regions of 8 bits, each a product of two differences that lose a few 2^-53; what an
            // argument's rounding moves a tail by is of that order too.
            EXPECT_NEAR(errors.of_symbol(sent, mean, 2 * deviation * deviation),
                        by_regions(symbols, sent, mean, deviation), 256 * 8 * 8 * 0x1p-53)
                << points << " " << sent << " " << moved << " " << deviation;
          }
    }
}

TEST(conditional, small_tails_keep_their_digits) {
  // QPSK: a bit errs with Q(sqrt(Es/N0)); at 400 that is erfc(sqrt(200)) / 2, 2.754e-89.
  const constellation symbols = constellation::make(4).value();
  const double both =
      conditional_errors(symbols).of_symbol(0, std::complex<double>(symbols.points()[0]), 1.0 / 400);
  // Levels of floats: relative 2^-24, times Es/N0 of the exponent.
  EXPECT_NEAR(both / 2 / (0.5 * std::erfc(std::sqrt(200.0))), 1, 400 * 0x1p-23);
}

TEST(conditional, without_noise_is_the_decision) {
  const constellation symbols = constellation::make(16).value();
  const conditional_errors errors(symbols);
  for (std::uint32_t sent = 0; sent < 16; ++sent)
    for (std::uint32_t at = 0; at < 16; ++at)
      EXPECT_EQ(errors.of_symbol(sent, std::complex<double>(symbols.points()[at]), 0),
                std::popcount(sent ^ at));
}

scenario make_scenario(std::size_t rx, std::size_t tx, const std::string& modulation,
                       const std::vector<std::string>& detectors) {
  scenario s;
  s.link.rx = rx;
  s.link.tx = tx;
  s.link.modulation = modulation;
  s.link.estimator = "conditional";
  for (const std::string& name : detectors) {
    detector_settings d;
    d.id = d.label = name;
    d.spec = detector_spec(name);
    s.detectors.push_back(d);
  }
  return s;
}

std::vector<tally> simulate(const link& l, double snr, std::uint64_t first, std::uint64_t chunks) {
  link_worker worker(l);
  std::vector<tally> total(l.curves()), chunk(l.curves());
  for (tally& t : total) t.clear(l.settings().link.tx, 1, true);
  for (std::uint64_t c = 0; c < chunks; ++c) {
    worker.run(l.at(snr), first + c, chunk);
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += chunk[i];
  }
  return total;
}

double counted(const tally& t) { return static_cast<double>(t.bit_errors) / static_cast<double>(t.bits); }

TEST(conditional, rates_are_without_bias) {
  // Interference of MRC and MMSE is discrete; H estimated, noise that stands in another proportion to what
  // the detectors are told; sets of several uses; a line of sight; an OFDM grid. What was counted in the same
  // uses has the same mean: their difference, given H and x, is a sum of independent bits, and its variance
  // that of the counts.
  struct set_up {
    std::size_t rx, tx, uses;
    const char *modulation, *channel, *draw, *estimation;
    double snr;
  };
  for (const set_up& c : std::vector<set_up>{{2, 2, 1, "qpsk", "rayleigh", "gram", "perfect", 14},
                                             {2, 2, 1, "qpsk", "rayleigh", "channel", "perfect", 14},
                                             {8, 4, 3, "16qam", "rayleigh", "gram", "perfect", 14},
                                             {8, 4, 3, "16qam", "rayleigh", "channel", "ls", 18},
                                             {8, 4, 1, "64qam", "rician", "gram", "perfect", 22},
                                             {8, 4, 2, "16qam", "tdl-d", "channel", "perfect", 14}}) {
    scenario s = make_scenario(c.rx, c.tx, c.modulation, {"mrc", "zf", "mmse"});
    s.link.uses_per_channel = c.uses;
    s.link.channel = c.channel;
    s.link.draw = c.draw;
    s.estimation["method"] = std::string(c.estimation);
    const link l = link::make(s).value();
    for (const tally& t : simulate(l, c.snr, 0, 60)) {
      EXPECT_GT(t.bit_errors, 500u);
      // The bits of a decision err together at times: at most as the units' counts scatter.
      tally seen = t;
      seen.is_conditional = false;
      EXPECT_NEAR(bit_error_rate(t), counted(t), 5.3 * std::sqrt(bit_error_variance(seen)))
          << c.rx << "x" << c.tx << " " << c.channel << " " << c.estimation;
      EXPECT_LT(bit_error_variance(t), bit_error_variance(seen));
    }
  }
}

TEST(conditional, zero_forcing_follows_the_closed_form_where_no_errors_are_seen) {
  const link l = link::make(make_scenario(64, 16, "64qam", {"zf"})).value();
  for (const double snr : {20.0, 22.0, 25.0}) {
    const tally t = simulate(l, snr, 0, 100)[0];
    const double exact = ber_rayleigh(64, 49, 1 / l.at(snr).n0), deviation = std::sqrt(bit_error_variance(t));
    EXPECT_NEAR(bit_error_rate(t), exact, 4.9 * deviation) << snr;
    EXPECT_LT(deviation, 0.2 * exact) << snr;
    if (snr > 24) {
      EXPECT_LT(exact, 1e-9);
      EXPECT_EQ(t.bit_errors, 0u);
    }
  }
}

TEST(conditional, intervals_cover) {
  // 400 repetitions of 8 chunks of 16x4: 95 % hold the true rate; fewer than 91 % do so with probability 3e-4
  // if 95 % is true, and with 1e-6 fewer than 89.5 %: the binomial tail.
  constexpr std::uint64_t repetitions = 400, chunks = 8;
  const link l = link::make(make_scenario(16, 4, "16qam", {"zf"})).value();
  const double exact = ber_rayleigh(16, 13, 1 / l.at(10).n0);
  std::size_t hits = 0;
  for (std::uint64_t r = 0; r < repetitions; ++r) {
    const interval i = bit_error_interval(simulate(l, 10, r * chunks, chunks)[0]);
    hits += i.low <= exact && exact <= i.high;
  }
  EXPECT_GE(hits, 358u);
  EXPECT_LE(hits, 397u);  // more than that with 1e-6: they would be too wide
}

TEST(conditional, a_chunk_that_is_left_out_leaves_nothing_behind) {
  // Deep fades of 2x2 make sums that differ by many orders: what is left must be the sum of the others, to
  // the last bit, and no interval without a width.
  scenario s = make_scenario(2, 2, "qpsk", {"zf"});
  s.link.snr = {50};
  s.stop.bit_errors = 1;
  s.stop.min_bits = 1;
  s.stop.max_bits = 10'000'000;
  std::size_t left_out = 0;
  for (s.seed = 1; s.seed <= 12; ++s.seed) {
    const link l = link::make(s).value();
    run_options alone;
    alone.threads = 1;
    const point p = run_ber(l, alone).curves[0].points[0];
    const std::uint64_t chunks = p.uses / l.chunk_uses();
    const tally t = simulate(l, 50, 0, chunks)[0];
    EXPECT_EQ(p.expected->errors, t.expected.errors);
    EXPECT_EQ(p.expected->squares, t.expected.squares);
    EXPECT_LT(p.ber_low, p.ber);
    EXPECT_GT(p.ber_high, p.ber);
    left_out += p.stop == "bit_errors" && p.bit_errors == 0;
  }
  EXPECT_GT(left_out, 3u);
}

TEST(conditional, takes_linear_detectors_on_fresh_channels) {
  const auto refused = [](const scenario& s) { return link::make(s).message(); };
  EXPECT_NE(refused(make_scenario(8, 4, "16qam", {"zf", "analog-zf"})).find("analog-zf is not linear"),
            std::string::npos);
  scenario fixed = make_scenario(8, 4, "16qam", {"zf"});
  fixed.channel.realisations = 2;
  EXPECT_NE(refused(fixed).find("channel.realisations"), std::string::npos);
}

}  // namespace
}  // namespace mho::sim
