// Which curve is compared with which, and what is counted of the two.
#include <gtest/gtest.h>

#include "count_errors.hpp"
#include "engine.hpp"
#include "losses.hpp"
#include "result_file.hpp"

namespace mho::sim {
namespace {

detector_settings detector_named(const std::string& name, const std::string& id,
                                 std::vector<std::int64_t> cycles = {}) {
  detector_settings d;
  d.id = d.label = id;
  options given;
  if (!cycles.empty()) {
    d.accelerator = "paper";
    given["cycles"] = cycles;
    given["seed"] = std::int64_t{1};
  }
  d.cycles = std::move(cycles);
  d.spec = detector_spec(name, given);
  return d;
}

TEST(references, references_are_the_digital_counterparts) {
  scenario s;
  s.detectors = {detector_named("analog-mmse", "am", {1, 3}),
                 detector_named("mrc", "m"),
                 detector_named("zf", "z"),
                 detector_named("mmse", "e"),
                 detector_named("analog-zf", "az", {2}),
                 detector_named("analog-ginv", "ag", {1})};
  const std::size_t none = no_reference;
  // Curves: am-c1 am-c3 m z e az-c2 ag-c1.
  EXPECT_EQ(reference_curves(s), (std::vector<std::size_t>{4, 4, none, 2, 2, 3, 3}));
  s.detectors[0].reference = "am-c3";
  s.detectors[4].reference = "e";
  EXPECT_EQ(reference_curves(s), (std::vector<std::size_t>{1, none, none, 2, 2, 4, 3}));
  s.detectors[3].reference = "az-c22";
  EXPECT_EQ(wrong_reference(s, 3),
            "must be the id of a curve (am-c1, am-c3, m, z, e, az-c2, ag-c1); the nearest is az-c2");
  s.detectors = {detector_named("analog-zf", "az", {2})};
  EXPECT_EQ(reference_curves(s), std::vector<std::size_t>{none});
  s.detectors.push_back(detector_named("mmse-double", "e"));
  EXPECT_EQ(reference_curves(s), (std::vector<std::size_t>{1, none}));
}

scenario two_curves() {
  scenario s;
  s.link.rx = 2;
  s.link.tx = 1;
  s.link.modulation = "qpsk";
  s.link.uses_per_channel = 2;
  s.link.snr = {0};
  s.detectors = {detector_named("mrc", "m"), detector_named("zf", "z")};
  return s;
}

TEST(references, products_are_counted_unit_by_unit) {
  // Three units of two uses of two bits: the curve errs in 2, 1, 0 bits, its reference in 3, 0, 1.
  const link l = link::make(two_curves()).value();
  const std::vector<std::uint8_t> sent(12, 0);
  const std::vector<std::vector<std::uint8_t>> decided{{1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0},
                                                       {0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0}};
  const std::vector<std::vector<status>> state(2, std::vector<status>(6, status::ok));
  std::vector<tally> t(2);
  count_errors(l, 0, 6, {sent, decided, state}, t);
  EXPECT_EQ(t[0].units().products, 0u);
  EXPECT_EQ(t[1].units().products, 6u);
  EXPECT_EQ(t[1].units().squares, 5u);
  // Covariance of the sums: 3 (6 - 3 * 4 / 3) / 2, of the rates a 144th.
  EXPECT_NEAR(bit_error_covariance(t[1], t[0]), 3.0 / 144, 1e-15);
  EXPECT_NEAR(bit_error_variance(t[1]), 3.0 / 144, 1e-15);
}

TEST(references, equal_decisions_lose_nothing_and_fixed_channels_count_within_themselves) {
  scenario s = two_curves();
  s.link.snr = {0, 10, 20};
  s.stop.min_bits = s.stop.max_bits = 40000;
  for (const std::size_t realisations : {0u, 7u}) {
    s.channel.realisations = realisations;
    const ber_result r = run_ber(link::make(s).value(), {});
    for (std::size_t p = 0; p < 3; ++p) {
      const point &own = r.curves[1].points[p], &reference = r.curves[0].points[p];
      EXPECT_EQ(own.set_error_products, reference.set_error_squares);
      EXPECT_EQ(own.ber_covariance, reference.ber_variance);
      const auto sets = static_cast<double>(own.sets), sum = static_cast<double>(own.bit_errors);
      const double over_all = sets * (static_cast<double>(own.set_error_squares) - sum * sum / sets) /
                              (sets - 1) / static_cast<double>(own.bits) / static_cast<double>(own.bits);
      if (realisations == 0) {
        EXPECT_NEAR(own.ber_variance, over_all, 1e-12 * over_all);
      } else if (p == 0) {
        EXPECT_LT(own.ber_variance, over_all);
      }
    }
    const loss l = losses(r, {r.curves[0].points[1].ber * 2})[1];
    EXPECT_EQ(l.loss_db, 0);
    EXPECT_GT(l.loss_half_width, 0) << "no difference was seen, which does not prove that there is none";
    EXPECT_LT(l.loss_half_width, l.snr_half_width);
  }
}

TEST(references, are_the_same_bytes_for_any_number_of_threads_and_after_reading_back) {
  scenario s;
  s.link.rx = 8;
  s.link.tx = 4;
  s.link.snr = {4, 8, 12, 16};
  s.stop.bit_errors = 300;
  s.stop.min_bits = 20000;
  s.stop.max_bits = 200000;
  s.stop.target_ber = 1e-2;
  s.detectors = {detector_named("zf", "zf"), detector_named("analog-zf", "a", {1, 4})};
  const link l = link::make(s).value();
  std::string first;
  for (const unsigned threads : {1u, 3u, 4u}) {
    run_options o;
    o.threads = threads;
    const json file = to_json(s, run_ber(l, o));
    ASSERT_EQ(file["losses"].size(), 4u);  // two rates, two curves with a reference
    EXPECT_EQ(file["losses"][0]["id"], "a-c1");
    EXPECT_EQ(file["losses"][0]["reference"], "zf");
    EXPECT_EQ(file["losses"][0]["ber"], 1e-2);
    EXPECT_TRUE(file["losses"][1]["loss_db"].is_number()) << file["losses"].dump();
    const std::string text = text_of(file);
    if (first.empty()) first = text;
    EXPECT_EQ(text, first);
    EXPECT_EQ(text_of(to_json(s, from_json(json::parse(text)))), text);
  }
}

}  // namespace
}  // namespace mho::sim
