// Links that draw Gram matrices: which may, and that they err as often as with antennas.
#include <gtest/gtest.h>

#include <cmath>

#include "link.hpp"

namespace mho::sim {
namespace {

scenario make_scenario(const detector_spec& detector, const std::string& draw) {
  scenario s;
  s.link.rx = 8;
  s.link.tx = 4;
  s.link.modulation = "16qam";
  s.link.draw = draw;
  detector_settings d;
  d.id = d.label = detector.name;
  d.spec = detector;
  s.detectors = {d};
  return s;
}

struct counted {
  double rate = 0, variance = 0;  // bit error rate, and the variance of that estimate
};

counted simulate(const scenario& s, double snr, std::uint64_t chunks) {
  const link l = link::make(s).value();
  link_worker worker(l);
  std::vector<tally> chunk(l.curves());
  tally total;
  total.clear(s.link.tx, 1);
  for (std::uint64_t c = 0; c < chunks; ++c) {
    worker.run(l.at(snr), c, chunk);
    total += chunk.back();
  }
  const stratum& u = total.strata[0];
  const auto n = static_cast<double>(u.units), bits = static_cast<double>(total.bits);
  const double mean = static_cast<double>(u.errors) / n;
  return {static_cast<double>(u.errors) / bits,
          (static_cast<double>(u.squares) / n - mean * mean) * n / (bits * bits)};
}

TEST(gram_draw_link, every_detector_errs_as_often_as_with_antennas) {
  std::size_t tried = 0;
  for (const detector_kind& kind : detector_kinds()) {
    if ((kind.can.forms & static_cast<std::uint8_t>(form::gram)) == 0) continue;
    ++tried;
    for (const std::size_t uses : {1u, 3u}) {
      scenario by_channel = make_scenario(detector_spec(kind.name), "channel"),
               by_gram = make_scenario(detector_spec(kind.name), "gram");
      by_channel.link.uses_per_channel = by_gram.link.uses_per_channel = uses;
      ASSERT_TRUE(link::make(by_gram).value().draws_gram());
      const counted a = simulate(by_channel, 14, 60), b = simulate(by_gram, 14, 60);
      EXPECT_GT(a.rate, 1e-4) << kind.name;
      // 5.3 standard errors: probability 1e-7 each, of two rates whose sums of hundreds of units are normal.
      EXPECT_NEAR(a.rate, b.rate, 5.3 * std::sqrt(a.variance + b.variance)) << kind.name << " " << uses;
    }
  }
  EXPECT_GE(tried, 5u);
}

TEST(gram_draw_link, every_channel_with_a_law_errs_as_often_as_with_antennas) {
  struct set_up {
    const char* channel;
    options model;
    std::size_t rx;  // 4 streams: with 4 and 6 antennas fewer than 4 are left beside the mean
    double snr;
  };
  const std::vector<set_up> cases{
      {"kronecker", {{"tx_correlation", 0.6}}, 8, 16},
      {"rayleigh", {{"user_gain_db", std::vector<double>{0, -3, 3, -6}}}, 8, 16},
      {"rayleigh", {{"path_loss_spread_db", 4.0}}, 8, 16},
      {"rician", {{"k_factor_db", 3.0}}, 4, 26},
      {"rician", {{"k_factor_db", 3.0}}, 6, 20},
      {"rician", {{"k_factor_db", 3.0}, {"user_gain_db", std::vector<double>{0, -3, 3, -6}}}, 12, 16}};
  for (const set_up& c : cases)
    for (const char* detector : {"zf", "mmse"}) {
      scenario by_channel = make_scenario(detector_spec(detector), "channel"),
               by_gram = make_scenario(detector_spec(detector), "gram");
      for (scenario* s : {&by_channel, &by_gram}) {
        s->link.channel = c.channel;
        s->channel.model = c.model;
        s->channel.seed = 5;
        s->link.rx = c.rx;
      }
      const counted a = simulate(by_channel, c.snr, 100), b = simulate(by_gram, c.snr, 100);
      EXPECT_GT(a.rate, 3e-4) << c.channel << " " << c.rx;
      EXPECT_NEAR(a.rate, b.rate, 5.2 * std::sqrt(a.variance + b.variance)) << c.channel << " " << c.rx;
    }
}

TEST(gram_draw_link, of_one_realisation_keeps_its_snr) {
  scenario by_channel = make_scenario(detector_spec("zf"), "channel"),
           by_gram = make_scenario(detector_spec("zf"), "gram");
  by_channel.link.snr_normalisation = by_gram.link.snr_normalisation = "realisation";
  const counted a = simulate(by_channel, 12, 60), b = simulate(by_gram, 12, 60);
  EXPECT_NEAR(a.rate, b.rate, 4.9 * std::sqrt(a.variance + b.variance));
}

TEST(gram_draw_link, is_chosen_where_it_is_exact) {
  const auto choice = [](const scenario& s) { return link::make(s).value().draws_gram(); };
  const auto refused = [](scenario s) {
    s.link.draw = "gram";
    return link::make(s).message();
  };
  scenario s = make_scenario(detector_spec("zf"), "auto");
  EXPECT_TRUE(choice(s));
  scenario fixed = s;
  fixed.channel.realisations = 4;
  EXPECT_FALSE(choice(fixed));
  EXPECT_EQ(refused(fixed), "link.draw: must not be gram: channel.realisations asks for fixed channels");
  scenario correlated = s;
  correlated.link.channel = "kronecker";
  correlated.channel.model["tx_correlation"] = 0.5;
  EXPECT_TRUE(choice(correlated));
  correlated.channel.model["rx_correlation"] = 0.5;
  EXPECT_FALSE(choice(correlated));
  EXPECT_NE(refused(correlated).find("channel kronecker"), std::string::npos);
  scenario other = make_scenario(detector_spec("analog-ginv"), "auto");
  EXPECT_FALSE(choice(other));
  EXPECT_NE(refused(other).find("analog-ginv looks at H itself"), std::string::npos);
  s.link.draw = "channel";
  EXPECT_FALSE(choice(s));
}

}  // namespace
}  // namespace mho::sim
