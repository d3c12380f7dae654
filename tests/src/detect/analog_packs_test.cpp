// Analogue detection in packs against the same problem after problem: equality to the last bit.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <mho/mho.hpp>
#include <set>

#include "detect/analog_digest.hpp"

namespace mho {
namespace {

using cf32 = std::complex<float>;
using cf64 = std::complex<double>;

constexpr std::size_t problems = 37, cycles = 3;

// Gram matrices and filtered vectors of problems good and bad.
struct gram_batch {
  gram_batch(std::size_t tx_, std::size_t uses_)
      : tx(tx_), uses(uses_), g(problems * tx * tx), z(problems * uses * tx) {
    for (std::size_t p = 0; p < problems; ++p) {
      const std::size_t rx = p % 4 == 0 ? tx : 4 * tx;
      std::vector<cf32> h(rx * tx);
      random_stream(11, 0, p, 0).complex_normals(h);
      plain::gram(h.data(), rx, tx, &g[p * tx * tx]);
    }
    random_stream(11, 0, 0, 1).complex_normals(z);
    g[3 * tx * tx] = std::numeric_limits<float>::quiet_NaN();
    g[5 * tx * tx] = 0;
    std::fill_n(&g[6 * tx * tx], tx * tx, cf32(1));
    z[9 * uses * tx] = std::numeric_limits<float>::infinity();
    n0.resize(problems);
    for (std::size_t p = 0; p < problems; ++p) n0[p] = std::ldexp(1.0f, static_cast<int>(p) - 18);
  }
  std::size_t tx, uses;
  std::vector<cf32> g, z;
  std::vector<float> n0;
};

struct detected {
  explicit detected(const gram_batch& b)
      : estimate(cycles * problems * b.uses * b.tx),
        variance(estimate.size()),
        state(cycles * problems * b.uses) {}
  std::vector<cf32> estimate;
  std::vector<float> variance;
  std::vector<status> state;
};

// One after the other, by the public solver and the plain reference of the digital side.
detected one_by_one(const gram_batch& b, const options& values, bool loaded) {
  detected out(b);
  const std::size_t tx = b.tx, n = 2 * tx;
  const analog_solver solver =
      analog_solver::make(accelerator_options("paper", values).value(), tx, true).value();
  std::vector<double> programmed(solver.state_size()), scratch(solver.scratch_size()), a(n * n), right(n),
      x(cycles * n), residual(cycles), gain(tx), variance(tx), inverse(tx);
  std::vector<cf64> gram(tx * tx), factor(tx * tx), column(tx);
  for (std::size_t p = 0; p < problems; ++p) {
    for (std::size_t i = 0; i < tx; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        gram[i * tx + j] = cf64(b.g[(p * tx + i) * tx + j]);
        gram[j * tx + i] = std::conj(gram[i * tx + j]);
      }
    const auto level = static_cast<double>(b.n0[p]);
    status found = check_gram(gram.data(), tx);
    if (!is_failed(found))
      found = digest_analog(gram.data(), tx, level, loaded, {factor, column, inverse}, gain.data(),
                            variance.data());
    for (std::size_t i = 0; loaded && i < tx; ++i) gram[i * tx + i] += level;
    expand_complex(gram.data(), tx, a.data());
    if (!is_failed(found)) found = solver.program(a.data(), {1, 4, p}, programmed, scratch);
    for (std::size_t u = 0; u < b.uses; ++u) {
      bool finite = true;
      for (std::size_t i = 0; i < tx; ++i) {
        const cf32 z = b.z[(p * b.uses + u) * tx + i];
        right[i] = static_cast<double>(z.real());
        right[tx + i] = static_cast<double>(z.imag());
        finite = finite && std::isfinite(right[i]) && std::isfinite(right[tx + i]);
      }
      status now = found;
      std::size_t done = 0;
      if (!is_failed(now) && !finite) now = status::not_finite;
      if (!is_failed(now))
        now = solver.solve(programmed, right.data(), cycles, {1, 4, p, static_cast<std::uint16_t>(u)}, x,
                           residual, scratch, &done);
      for (std::size_t c = 0; c < cycles; ++c) {
        const std::size_t at = (c * problems + p) * b.uses + u;
        out.state[at] = now;
        const bool holds = !is_failed(now) || c < done;
        if (holds)
          out.state[at] = solver.judge(std::span(x).first((c + 1) * n), std::span(residual).first(c + 1),
                                       analog_tolerance(tx, gain.data(), variance.data(), &x[c * n]));
        for (std::size_t i = 0; i < tx; ++i) {
          cf32& to = out.estimate[at * tx + i];
          to = {static_cast<float>(x[c * n + i] * gain[i]), static_cast<float>(x[c * n + tx + i] * gain[i])};
          out.variance[at * tx + i] = static_cast<float>(variance[i]);
          if (holds) continue;
          to = 0;
          out.variance[at * tx + i] = std::numeric_limits<float>::infinity();
        }
      }
    }
  }
  return out;
}

// By the detector, in ranges that begin at `cuts`, alternately in two slots.
detected in_packs(const gram_batch& b, const options& values, bool loaded,
                  const std::vector<std::size_t>& cuts) {
  detected out(b);
  options given = values;
  given["cycles"] = std::vector<std::int64_t>{1, 2, 3};
  auto made = make_detector({loaded ? "analog-mmse" : "analog-zf", given}).value();
  EXPECT_EQ(made->reserve(
                {.problems = problems, .rx = b.tx, .tx = b.tx, .uses = b.uses, .slots = 2, .is = form::gram}),
            error::none);
  noise level;
  level.is = noise::per_problem;
  level.values = row_major(b.n0.data(), problems);
  std::vector<output> into(cycles);
  for (std::size_t c = 0; c < cycles; ++c) {
    const std::size_t at = c * problems * b.uses;
    into[c].estimate = row_major(out.estimate.data() + at * b.tx, problems, b.uses, b.tx);
    into[c].variance = row_major(out.variance.data() + at * b.tx, problems, b.uses, b.tx);
    into[c].state = std::span(out.state).subspan(at, problems * b.uses);
  }
  const auto each_range = [&](auto&& f) {
    call which;
    which.stream = 4;
    for (std::size_t k = 0; k < cuts.size(); ++k) {
      which.begin = cuts[k];
      which.end = k + 1 < cuts.size() ? cuts[k + 1] : problems;
      which.slot = k % 2;
      EXPECT_EQ(f(which), error::none);
    }
  };
  const channel_batch channel{row_major(b.g.data(), problems, b.tx, b.tx), level, form::gram};
  const received_batch received{row_major(b.z.data(), problems, b.uses, b.tx)};
  each_range([&](const call& which) { return made->prepare(channel, which); });
  each_range([&](const call& which) { return made->apply(received, into, which); });
  return out;
}

void expect_equal(const detected& a, const detected& b, const std::string& what) {
  EXPECT_EQ(a.state, b.state) << what;
  EXPECT_EQ(a.estimate, b.estimate) << what;
  EXPECT_EQ(a.variance, b.variance) << what;
}

TEST(analog_packs, are_the_same_as_one_problem_after_another) {
  const std::vector<options> settings{
      {}, {{"solver.blocks", "schur"}}, {{"solver.extra_error", 0.1}, {"circuit.offset_volt", 1e-3}}};
  for (const bool loaded : {false, true})
    for (const options& values : settings)
      for (const std::size_t tx : {1u, 3u, 8u})
        for (const std::size_t uses : {1u, 3u, 21u}) {
          const gram_batch b(tx, uses);
          const detected expected = one_by_one(b, values, loaded);
          const std::string what = std::to_string(tx) + " streams, " + std::to_string(uses) + " uses";
          expect_equal(in_packs(b, values, loaded, {0}), expected, what);
          expect_equal(in_packs(b, values, loaded, {0, 1, 9, 16, 30, 36}), expected, what + ", in ranges");
        }
}

// Every parameter away from its default: the detector must not take a short way that does not know it.
// Whether it does anything here is also seen, but for those that only other parameters make heard.
TEST(analog_packs, no_parameter_is_ignored) {
  const gram_batch b(4, 2);
  const detected plain = one_by_one(b, {}, false);
  const std::map<std::string, option_value> others{{"device.write_error", "normal"},
                                                   {"device.drift_model", "power"},
                                                   {"array.mapping", "pair"},
                                                   {"array.rounding", "truncate"},
                                                   {"array.bias", "programmed"},
                                                   {"circuit.saturation", "clamp"},
                                                   {"converter.dac_range", "power_of_two"},
                                                   {"converter.device", "thresholds"},
                                                   {"solver.slice_scale", "binary"},
                                                   {"solver.blocks", "schur"},
                                                   {"solver.mvm", "arrays"},
                                                   {"solver.block_mvm", "arrays"},
                                                   {"solver.dx_scale", "fixed"}};
  std::set<std::string> silent;
  for (const option& o : accelerator_schema()) {
    // Trained on channels by the detector; lists; what the detector itself scales; costs.
    if (o.name == "converter.adc_kind" || o.name == "converter.device" || o.name == "solver.normalisation" ||
        std::holds_alternative<std::vector<double>>(o.standard) || o.name.rfind("cost.", 0) == 0)
      continue;
    options values;
    if (const auto found = others.find(o.name); found != others.end()) {
      values[o.name] = found->second;
    } else if (const auto* integer = std::get_if<std::int64_t>(&o.standard)) {
      values[o.name] = *integer + (static_cast<double>(*integer) < o.high ? 1 : -1);
    } else if (const auto* number = std::get_if<double>(&o.standard)) {
      const double other = *number > 0 && std::isfinite(*number) ? *number / 2 : o.high;
      values[o.name] = std::isfinite(other) && other < 1e3 ? other : 1e3;
    } else if (std::holds_alternative<bool>(o.standard)) {
      values[o.name] = true;
    } else {
      continue;
    }
    // What belongs together.
    if (o.name == "device.levels" || o.name == "device.on_siemens" || o.name == "device.off_siemens")
      values["device.write_error"] = std::string("none");
    if (o.name == "device.off_siemens") values[o.name] = 1e-6;
    if (o.name == "device.stuck_on_share" || o.name == "device.stuck_off_share") values[o.name] = 0.2;
    if (o.name == "device.read_noise_siemens" || o.name == "device.read_noise_relative")
      values[o.name] = 1e-2;
    if (o.name == "device.read_noise_siemens") values[o.name] = 1e-7;
    if (o.name == "device.temperature_coefficient_per_kelvin") values["device.temperature_kelvin"] = 330.0;
    if (o.name == "device.drift_model") {
      values["device.drift_exponent"] = 0.05;
      values["device.drift_time_s"] = 1e4;
    }
    if (o.name == "array.wire_ohm") values[o.name] = 5.0;
    if (o.name == "circuit.offset_volt") values[o.name] = 1e-3;
    if (o.name == "circuit.output_resistance_ohm") values[o.name] = 50.0;
    if (o.name == "circuit.row_capacitance_farad") values[o.name] = 1e-13;
    if (o.name == "converter.dac_error_lsb") values[o.name] = 0.3;
    if (o.name == "solver.stop_bits") values[o.name] = std::int64_t{2};
    if (o.name == "solver.accumulator_bits") values[o.name] = std::int64_t{12};
    const result<options> valid = accelerator_options("paper", values);
    if (!valid) {
      silent.insert(o.name);
      continue;
    }
    const analog_solver solver = analog_solver::make(*valid, 4, true).value();
    if (solver.needs_calibration()) continue;
    const detected expected = one_by_one(b, values, false);
    expect_equal(in_packs(b, values, false, {0}), expected, o.name);
    if (expected.estimate == plain.estimate && expected.state == plain.state) silent.insert(o.name);
  }
  EXPECT_EQ(silent,
            (std::set<std::string>{"circuit.clamp_fill",  // needs circuit.saturation
                                   "circuit.clamp_volt",  // needs an offset or noise
                                   "circuit.gain_bandwidth_hz",
                                   "circuit.inverter_ohm",
                                   "circuit.slew_volt_per_s",  // of motion, which netlists have; inverters
                                   "converter.error_share",
                                   "converter.read_error_siemens",
                                   "converter.training_cycles",
                                   "converter.training_problems",  // need converter.device
                                   "device.drift_activation_ev",
                                   "device.drift_exponent",
                                   "device.drift_exponent_sigma",
                                   "device.drift_reference_s",
                                   "device.drift_time_s",  // need device.drift_model
                                   "device.endurance_writes",
                                   "device.writes_so_far",       // of the cost sheet
                                   "device.temperature_kelvin",  // needs its coefficient
                                   "device.write_error_relative",
                                   "device.write_error_siemens",  // need device.write_error
                                   "solver.active_rows",
                                   "solver.dx_scale",
                                   "solver.input_bits",
                                   "solver.mvm_adc_bits",
                                   "solver.mvm_read_noise_siemens"}));  // need solver.mvm
}

// From channels: with or without keeping them, and however many come together, the Gram form is the same.
TEST(analog_packs, do_not_depend_on_the_way_from_the_channel) {
  constexpr std::size_t rx = 70, tx = 5, uses = 19;
  std::vector<cf32> h(problems * rx * tx), y(problems * uses * rx);
  random_stream(12, 0, 0, 0).complex_normals(h);
  random_stream(12, 0, 0, 1).complex_normals(y);
  auto made = make_detector("analog-mmse").value();
  ASSERT_EQ(made->reserve({.problems = problems, .rx = rx, .tx = tx, .uses = uses}), error::none);
  const channel_batch channel{row_major(h.data(), problems, rx, tx), noise::white(0.5f)};
  const auto run = [&](std::size_t now, bool fused, std::size_t step) {
    std::vector<cf32> estimate(problems * now * tx);
    output into;
    into.estimate = row_major(estimate.data(), problems, now, tx);
    const received_batch received{strided(y.data(), {problems, now, rx}, {uses * rx, rx, 1})};
    for (call which; which.begin < problems; which.begin += step) {
      which.end = std::min(problems, which.begin + step);
      if (fused) {
        EXPECT_EQ(made->detect(channel, received, {&into, 1}, which), error::none);
      } else {
        EXPECT_EQ(made->prepare(channel, which), error::none);
        EXPECT_EQ(made->apply(received, {&into, 1}, which), error::none);
      }
    }
    return estimate;
  };
  const std::vector<cf32> one = run(1, true, problems), all = run(uses, false, problems);
  EXPECT_EQ(run(1, false, problems), one);
  EXPECT_EQ(run(1, true, 3), one);
  EXPECT_EQ(run(1, false, 1), one);
  EXPECT_EQ(run(uses, false, 1), all);
  EXPECT_EQ(run(uses, false, 5), all);
  for (std::size_t p = 0; p < problems; ++p)
    for (std::size_t k = 0; k < tx; ++k) EXPECT_EQ(all[p * uses * tx + k], one[p * tx + k]) << p << " " << k;
}

}  // namespace
}  // namespace mho
