// The converters of a solver: today's exactly, what training wins on its own read-outs, chips, errors of
// DACs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include <mho/mho.hpp>

#include "analog/block_amc.hpp"
#include "analog/converter.hpp"
#include "analog/converter_bank.hpp"
#include "analog/training.hpp"
#include "src/analog/gram.hpp"

namespace mho {
namespace {

using test::bench;
using test::gram_system;

options paper_with(options replaced) { return accelerator_options("paper", replaced).value(); }
option_value text(const char* value) { return std::string(value); }

void calibrate(analog_solver& solver, std::size_t rx, std::size_t tx, std::uint64_t seed) {
  ASSERT_EQ(solver.calibrate([=](std::size_t k, std::span<double> a,
                                 std::span<double> b) { analog::rayleigh_example(rx, tx, k, a, b); },
                             seed),
            status::ok);
}

TEST(converter_bank, uniform_is_the_mid_tread_converter_bit_by_bit) {
  analog::converter_parameters p;
  p.dac_bits = 5;
  p.adc_bits = 4;
  const analog::converter_bank bank(p, 6, 2);
  EXPECT_TRUE(bank.is_ready());
  EXPECT_EQ(bank.places(), 6u);
  analog::use_stream random(random_stream(1, 0, 0, 0));
  for (int run = 0; run < 1000; ++run) {
    std::array<double, 6> v, expected, found;
    for (double& x : v) x = static_cast<double>(random.normal());
    for (const int bits : {p.dac_bits, p.adc_bits}) {
      double largest = 0;
      for (const double x : v) largest = std::max(largest, std::abs(x));
      const double steps = std::ldexp(1.0, bits - 1) - 1;
      for (std::size_t i = 0; i < 6; ++i)
        expected[i] = std::floor(v[i] / largest * steps + 0.5) / steps * largest;
      found = v;
      if (bits == p.dac_bits)
        bank.drive(3, v.data(), 6, found.data());
      else
        bank.read(3, found.data(), 6, random, nullptr);
      EXPECT_EQ(found, expected);
    }
  }
}

// Read-outs of a solver with ideal ADCs over channels number first .. first + channels - 1.
analog::sample_recorder recorded(bool rms, std::uint64_t first, std::size_t channels) {
  analog::parameters p = analog::typed(accelerator_options("paper").value());
  p.converter.rms = rms;
  p.converter.kind = analog::adc_kind::lloyd_max;
  constexpr std::size_t tx = 8, size = 16;
  const analog::block_amc blocks(p, size);
  const analog::converter_bank bank(p.converter, 4, 2);
  analog::sample_recorder record(bank.places(), 8000, first);
  std::vector<double> state(blocks.state_size()), x(size),
      scratch(std::max(blocks.program_scratch(), blocks.solve_scratch()));
  for (std::uint64_t k = first; k < first + channels; ++k) {
    const gram_system system(128, tx, k);
    random_stream writing(1, 0, k, 1), unused(1, 0, k, 4);
    analog::use_stream reading(random_stream(1, 0, k, 3)), no_reading(unused);
    EXPECT_TRUE(blocks.program(system.expanded.data(), {{writing, unused, 1}, unused, unused}, state.data(),
                               scratch.data()));
    const analog::conversion converters{bank, reading, &record};
    blocks.solve(state.data(), system.b.data(), &converters, no_reading, x.data(), scratch.data());
  }
  return record;
}

TEST(converter_bank, training_wins_on_the_read_outs_of_other_channels) {
  // Designed on 500 channels, judged on 500 others: both trained kinds have less error than the uniform
  // mid-tread converter over each vector's own maximum, and Lloyd-Max no more than the best uniform one. (The
  // optimum of 4,000 or more samples errs by about 2^bits / samples of its error on fresh ones: 1 %.)
  for (const bool rms : {false, true}) {
    const analog::sample_recorder design = recorded(rms, 0, 500), judge = recorded(rms, 1000, 500);
    for (std::size_t place = 0; place < analog::places_of(2); ++place) {
      ASSERT_GE(design.samples(place).size(), 4000u) << place;
      for (const unsigned bits : {3u, 4u, 5u}) {
        const auto error = [&](const quantiser& q) { return mean_squared_error(q, judge.samples(place)); };
        const double lloyd =
            error(design_quantiser(quantiser_kind::lloyd_max, bits, design.samples(place)).value());
        const double best =
            error(design_quantiser(quantiser_kind::best_uniform, bits, design.samples(place)).value());
        EXPECT_LT(lloyd, best * 1.01) << place << " " << bits;
        const auto [low, high] =
            std::minmax_element(judge.samples(place).begin(), judge.samples(place).end());
        const double uniform = error(mid_tread_quantiser(bits, std::max(-*low, *high)));
        EXPECT_LT(lloyd, uniform) << place << " " << bits;
        EXPECT_LT(best, uniform * 1.01) << place << " " << bits;
      }
    }
  }
}

TEST(converter_bank, read_outs_are_scaled_as_told) {
  const analog::sample_recorder largest = recorded(false, 0, 50);
  for (const double v : largest.samples(0)) EXPECT_LE(std::abs(v), 1);
  const analog::sample_recorder rms = recorded(true, 0, 50);
  for (std::size_t place = 0; place < analog::places_of(2); ++place) {
    double square = 0;
    for (const double v : rms.samples(place)) square += v * v;
    EXPECT_NEAR(square / static_cast<double>(rms.samples(place).size()), 1, 1e-12) << place;
  }
}

TEST(converter_bank, static_errors_of_dacs_have_their_size_and_stay) {
  analog::converter_parameters p;
  p.dac_bits = 6;  // 31 steps to each side
  p.dac_error_lsb = 0.3;
  constexpr std::size_t lanes = 64, codes = 63;
  analog::converter_bank bank(p, lanes, 1), same(p, lanes, 1);
  EXPECT_FALSE(bank.is_ready());
  EXPECT_FALSE(p.is_plain());
  const analog::sample_recorder nothing(bank.places(), 0, 1);
  bank.calibrate(nothing, 7);
  same.calibrate(nothing, 7);
  double sum = 0, square = 0;
  constexpr double draws = 4 * 62 * 60;
  for (std::size_t place = 0; place < 4; ++place)
    for (std::size_t code = 0; code + 1 < codes; ++code) {
      // Two lanes hold the full scale, so that the others have the code they are given.
      std::array<double, lanes> in, out, again;
      in.fill(static_cast<double>(code) - 31);
      in[0] = in[1] = 31;
      bank.drive(place, in.data(), lanes, out.data());
      same.drive(place, in.data(), lanes, again.data());
      EXPECT_EQ(out, again);
      for (std::size_t i = 4; i < lanes; ++i) {
        sum += out[i] - in[i];
        square += (out[i] - in[i]) * (out[i] - in[i]);
      }
    }
  EXPECT_NEAR(sum / draws, 0, 4.9 * 0.3 / std::sqrt(draws));
  EXPECT_NEAR(square / draws / 0.09, 1, 4.9 * std::sqrt(2 / draws));
}

TEST(sample_recorder, keeps_a_fair_share_of_what_it_saw) {
  // 1,000 of 50,000: every tenth of the stream has a tenth of what is kept, binomially.
  analog::sample_recorder record(1, 1000, 1);
  for (int i = 0; i < 50'000; ++i) record.add(0, i);
  ASSERT_EQ(record.samples(0).size(), 1000u);
  std::array<int, 10> count{};
  for (const double v : record.samples(0)) ++count[static_cast<std::size_t>(v / 5000)];
  for (const int c : count) EXPECT_NEAR(c, 100, 4.9 * std::sqrt(1000 * 0.1 * 0.9));
  EXPECT_TRUE(record.has_seen(50'000));
  EXPECT_FALSE(record.has_seen(50'001));
}

TEST(analog_solver, trained_converters_need_calibration_and_keep_the_seed) {
  const options values =
      paper_with({{"converter.adc_kind", text("lloyd-max")}, {"converter.device", text("thresholds")}});
  const gram_system system(64, 4, 1);
  bench one(values, 4), two(values, 4), other(values, 4);
  ASSERT_TRUE(one.solver.needs_calibration());
  EXPECT_EQ(one.solver.program(system.expanded.data(), {}, one.state, one.scratch), status::out_of_range);
  calibrate(one.solver, 64, 4, 1);
  calibrate(two.solver, 64, 4, 1);
  calibrate(other.solver, 64, 4, 2);
  EXPECT_EQ(one.errors(system, 3, {}), two.errors(system, 3, {}));
  EXPECT_NE(one.errors(system, 3, {}), other.errors(system, 3, {}));
  const std::vector<adc_place> places = one.solver.trained_converters();
  ASSERT_EQ(places.size(), 4u);  // one stage
  EXPECT_EQ(places[0].name, "INV of the first array");
  EXPECT_EQ(places[3].name, "MVM with M2 at stage 1");
  for (const adc_place& place : places) {
    EXPECT_EQ(place.design.level.size(), 16u);
    EXPECT_GT(place.samples, 1000u);
  }
  EXPECT_FALSE(bench(paper_with({}), 4).solver.needs_calibration());
}

TEST(analog_solver, converters_of_many_bits_are_as_good_as_none) {
  // 12 bits in every kind and fidelity, without device errors: the median over channels of the first cycle's
  // error is that without converters. Each of the 3 INV and 6 MVM adds about 2^-12 of its own maximum: in the
  // worst case, all along the error and the maximum twice the norm's share, 2 % of .1.
  const auto median = [](options replaced) {
    bench b(paper_with(std::move(replaced)), 4);
    if (b.solver.needs_calibration()) calibrate(b.solver, 16, 4, 1);
    std::vector<double> errors;
    for (std::uint64_t k = 0; k < 201; ++k)
      errors.push_back(b.errors(gram_system(16, 4, k), 1, {1, 0, k})[0]);
    std::nth_element(errors.begin(), errors.begin() + 100, errors.end());
    return errors[100];
  };
  const double without =
      median({{"converter.dac_bits", std::int64_t{0}}, {"converter.adc_bits", std::int64_t{0}}});
  const auto with = [&](const char* kind, const char* device) {
    return median({{"converter.dac_bits", std::int64_t{12}},
                   {"converter.adc_bits", std::int64_t{12}},
                   {"converter.adc_kind", text(kind)},
                   {"converter.device", text(device)},
                   {"converter.error_share", 0.0}});
  };
  EXPECT_NEAR(with("uniform", "thresholds") / without, 1, 0.02);
  EXPECT_NEAR(with("calibrated", "ideal") / without, 1, 0.02);
  EXPECT_NEAR(with("lloyd-max", "windows") / without, 1, 0.02);
}

TEST(analog_solver, refuses_more_bits_than_a_trained_converter_has) {
  EXPECT_EQ(analog_solver::make(options({{"converter.adc_bits", std::int64_t{13}},
                                         {"converter.adc_kind", text("lloyd-max")}}),
                                4, true)
                .message(),
            "converter.adc_bits: must be an integer from 0 to 12 with converter.adc_kind = lloyd-max");
  EXPECT_EQ(
      analog_solver::make(
          options({{"converter.dac_bits", std::int64_t{13}}, {"converter.dac_error_lsb", 0.1}}), 4, true)
          .code(),
      error::bad_value);
}

TEST(analog_converter, dac_of_power_of_two_range_and_with_errors) {
  // 4 bits, 7 steps. Largest .5: the full scale is .5 itself; largest .6: it is 1.
  const std::array<double, 3> half{0.5, -0.2, 0.1}, more{0.6, -0.2, 0.1};
  std::array<double, 3> out;
  analog::convert_with_errors(half.data(), 3, 4, true, nullptr, out.data());
  EXPECT_EQ(out, (std::array<double, 3>{0.5, -3.0 / 7 * 0.5, 1.0 / 7 * 0.5}));
  analog::convert_with_errors(more.data(), 3, 4, true, nullptr, out.data());
  EXPECT_EQ(out, (std::array<double, 3>{4.0 / 7, -1.0 / 7, 1.0 / 7}));
  // Own maximum and no errors: the plain converter.
  std::array<double, 3> plain;
  analog::convert(more.data(), 3, 4, plain.data());
  analog::convert_with_errors(more.data(), 3, 4, false, nullptr, out.data());
  EXPECT_EQ(out, plain);
  // Code k of lane i is off by its own error: .01 (15 i + k + 7) steps.
  std::array<double, 45> error;
  for (std::size_t i = 0; i < 45; ++i) error[i] = 0.01 * static_cast<double>(i);
  const std::array<double, 3> exact{1, -1, 0};
  analog::convert_with_errors(exact.data(), 3, 4, false, error.data(), out.data());
  EXPECT_NEAR(out[0], 1 + 0.14 / 7, 1e-15);
  EXPECT_NEAR(out[1], -1 + 0.15 / 7, 1e-15);
  EXPECT_NEAR(out[2], 0.37 / 7, 1e-15);
}

TEST(analog_detector, calibrates_itself_and_allocates_no_more) {
  // A second reserve of the same room trains nothing anew; a detector of the same seed is the same.
  constexpr std::size_t problems = 4, rx = 16, tx = 4;
  std::vector<std::complex<float>> h(problems * rx * tx), y(problems * rx), first(problems * tx), x(first);
  random_stream random(3, 0, 0, 0);
  random.complex_normals(h);
  random.complex_normals(y);
  const auto run = [&](detector& d, std::vector<std::complex<float>>& into) {
    const output o{row_major(into.data(), problems, 1, tx), {}, {}, {}, {}};
    ASSERT_EQ(d.reserve({.problems = problems, .rx = rx, .tx = tx}), error::none);
    ASSERT_EQ(d.prepare(channel_batch{row_major(h.data(), problems, rx, tx), noise::white(0.01f)}),
              error::none);
    ASSERT_EQ(d.apply(received_batch{row_major(y.data(), problems, 1, rx)}, {&o, 1}), error::none);
  };
  const options values{{"converter.adc_kind", text("lloyd-max")},
                       {"converter.device", text("windows")},
                       {"converter.combine", text("average")},
                       {"converter.read_error_siemens", 0.35e-6},
                       {"converter.dac_error_lsb", 0.1}};
  const auto made = make_detector({"analog-zf", values}).value(),
             again = make_detector({"analog-zf", values}).value();
  run(*made, first);
  run(*made, x);
  EXPECT_EQ(x, first);
  run(*again, x);
  EXPECT_EQ(x, first);
}

}  // namespace
}  // namespace mho
