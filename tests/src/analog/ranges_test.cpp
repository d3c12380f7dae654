// What parameters, matrices and samples must be: everything else is refused by name.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <mho/mho.hpp>

namespace mho {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

void expect_refused(const option& o, const option_value& value) {
  const auto made = accelerator_options("paper", {{o.name, value}});
  ASSERT_FALSE(made.ok()) << o.name;
  EXPECT_EQ(made.code(), error::bad_value) << o.name;
  EXPECT_EQ(made.message(), o.name + ": must be " + allowed(o));
}

TEST(accelerator_options, refuses_what_lies_outside_every_range) {
  for (const option& o : accelerator_schema()) {
    if (std::holds_alternative<double>(o.standard)) {
      EXPECT_TRUE(std::isfinite(o.low)) << o.name;
      expect_refused(o, std::nan(""));
      expect_refused(o, -infinite);
      expect_refused(o, std::nextafter(o.low, -infinite));
      if (std::isfinite(o.high)) {
        expect_refused(o, infinite);
        expect_refused(o, std::nextafter(o.high, infinite));
      }
    } else if (std::holds_alternative<std::int64_t>(o.standard)) {
      EXPECT_TRUE(std::isfinite(o.low) && std::isfinite(o.high)) << o.name;
      expect_refused(o, static_cast<std::int64_t>(o.low) - 1);
      expect_refused(o, static_cast<std::int64_t>(o.high) + 1);
      expect_refused(o, std::numeric_limits<std::int64_t>::max());
      expect_refused(o, 1.5);
    } else if (std::holds_alternative<std::string>(o.standard)) {
      EXPECT_FALSE(o.choices.empty()) << o.name;
      expect_refused(o, std::string("nothing of the kind"));
    } else if (std::holds_alternative<std::vector<double>>(o.standard)) {
      expect_refused(o, std::vector<double>{std::nan("")});
      expect_refused(o, std::vector<double>{infinite});
      expect_refused(o, std::vector<double>{std::nextafter(o.low, -infinite)});
    }
  }
}

TEST(accelerator_options, names_the_bits_that_a_modelled_converter_cannot_have) {
  const option_value bits = std::int64_t{13};
  const auto message = [](const options& o) { return accelerator_options("paper", o).message(); };
  EXPECT_EQ(message({{"converter.adc_bits", bits}, {"converter.device", std::string("windows")}}),
            "converter.adc_bits: must be an integer from 0 to 12 with converter.device = windows");
  EXPECT_EQ(message({{"converter.dac_bits", bits}, {"converter.dac_error_lsb", 0.1}}),
            "converter.dac_bits: must be an integer from 0 to 12 with converter.dac_error_lsb above 0");
  const auto made = make_detector(
      {"analog-zf", {{"converter.adc_bits", bits}, {"converter.adc_kind", std::string("calibrated")}}});
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.message(),
            "converter.adc_bits: must be an integer from 0 to 12 with converter.adc_kind = calibrated");
}

struct small_system {
  explicit small_system(const options& more = {})
      : solver(analog_solver::make(accelerator_options("paper", more).value(), 2, false).value()),
        state(solver.state_size()),
        scratch(solver.scratch_size()) {}
  status program(double scale) {
    const double a[] = {2 * scale, 0.5 * scale, 0.5 * scale, 1 * scale};
    return solver.program(a, {}, state, scratch);
  }
  status solve(double first, double second) {
    const double b[] = {first, second};
    return solver.solve(state, b, 3, {}, x, residual, scratch);
  }
  analog_solver solver;
  std::vector<double> state, scratch, x = std::vector<double>(6, 7.0), residual = std::vector<double>(3, 7.0);
};

TEST(analog_solver, takes_numbers_whose_squares_do_not_overflow) {
  small_system s;
  for (const double scale : {8e307, 0x1p200, 0x1p-202, 1e-308})
    EXPECT_EQ(s.program(scale), status::out_of_range) << scale;
  EXPECT_EQ(s.program(infinite), status::not_finite);
  for (const double scale : {0x1p199, 0x1p-201}) {
    EXPECT_EQ(s.program(scale), status::ok) << scale;
    for (const double b : {0x1p199, 0x1p-200}) {
      EXPECT_EQ(s.solve(b, 0), status::ok);
      for (const double x : s.x) EXPECT_TRUE(std::isfinite(x));
      EXPECT_LT(s.residual[2], s.residual[0]);
    }
  }
  ASSERT_EQ(s.program(1), status::ok);
  for (const double b : {1e308, 0x1p201, 0x1p-201, 1e-308})
    EXPECT_EQ(s.solve(b, -b), status::out_of_range) << b;
  EXPECT_EQ(s.solve(std::nan(""), 1), status::not_finite);
  EXPECT_EQ(s.solve(1, infinite), status::not_finite);
}

TEST(analog_solver, of_nothing_the_solution_is_nothing) {
  const std::vector<options> all = {
      {},
      {{"circuit.offset_volt", 1e-3}, {"solver.extra_error", 0.1}},
      {{"device.read_noise_relative", 0.05}, {"circuit.thermal_noise", true}},
      {{"solver.mvm", std::string("arrays")}, {"solver.mvm_read_noise_siemens", 1e-6}},
      {{"circuit.saturation", std::string("clamp")}},
      {{"solver.accumulator_bits", std::int64_t{24}}}};
  for (const options& o : all) {
    small_system s(o);
    ASSERT_EQ(s.program(1), status::ok);
    ASSERT_EQ(s.solve(0, 0), status::ok);
    for (const double x : s.x) EXPECT_EQ(x, 0);
    for (const double r : s.residual) EXPECT_EQ(r, 0);
    EXPECT_EQ(s.solver.judge(s.x, s.residual, 0), status::ok);
    EXPECT_EQ(s.solver.error_estimate(s.x), 0);
  }
}

TEST(quantiser_design, refuses_rules_outside_their_ranges) {
  const std::vector<double> samples{-1, 0, 0.5, 2};
  const auto message = [&](const lloyd_rules& rules) {
    return design_quantiser(quantiser_kind::lloyd_max, 2, samples, rules).message();
  };
  lloyd_rules r;
  for (const double bad : {-0.1, 50.0, std::nan(""), infinite}) {
    r.start_percentile = bad;
    EXPECT_EQ(message(r), "start_percentile: must be from 0 to below 50");
  }
  r = {};
  for (const double bad : {-1e-9, std::nan(""), infinite}) {
    r.least_change = bad;
    EXPECT_EQ(message(r), "least_change: must be at least 0 and finite");
  }
  r = {};
  r.most_samples = 0;
  EXPECT_EQ(message(r), "most_samples: must be at least 1");
  r = {};
  r.most_iterations = 0;
  EXPECT_EQ(message(r), "most_iterations: must be at least 1");
  EXPECT_FALSE(design_quantiser(quantiser_kind::uniform, 2, std::vector<double>{-1e308, 1e308}).ok());
  EXPECT_EQ(uniform_quantiser(99, 0, 1).level.size(), 4096u);
  EXPECT_EQ(mid_tread_quantiser(0, 1).level.size(), 3u);
}

TEST(quantiser_design, of_a_constant_has_no_error_and_nothing_to_deviate) {
  const std::vector<double> samples(10, 0.25);
  for (const quantiser_kind kind :
       {quantiser_kind::uniform, quantiser_kind::best_uniform, quantiser_kind::lloyd_max}) {
    const quantiser q = design_quantiser(kind, 3, samples).value();
    EXPECT_EQ(mean_squared_error(q, samples), 0);
    EXPECT_EQ(q.convert(0.25), 0.25);
    adc_model model;
    model.device = adc_device::thresholds;
    const modelled_adc adc(q, model, 1, 0);
    const linearity l = static_linearity(q, adc.programmed(0));
    for (const double v : {l.inl_rms, l.inl_max, l.dnl_rms, l.dnl_max}) EXPECT_EQ(v, 0);
  }
}

}  // namespace
}  // namespace mho
