// What a cycle yields does not depend on which cycles are asked for beside it.
#include <gtest/gtest.h>

#include <mho/mho.hpp>

namespace mho {
namespace {

using cf32 = std::complex<float>;

constexpr std::size_t problems = 200, tx = 4;

struct outputs {
  std::vector<std::vector<cf32>> estimate;
  std::vector<std::vector<status>> state;
};

outputs detect(const std::string& name, std::size_t rx, options values, std::vector<std::int64_t> cycles) {
  values["cycles"] = cycles;
  auto made = make_detector({name, values}).value();
  EXPECT_EQ(made->reserve({.problems = problems, .rx = rx, .tx = tx}), error::none);
  std::vector<cf32> h(problems * rx * tx), y(problems * rx);
  random_stream(3, 0, 0, 0).complex_normals(h);
  random_stream(3, 0, 0, 1).complex_normals(y);
  outputs out;
  out.estimate.assign(cycles.size(), std::vector<cf32>(problems * tx));
  out.state.assign(cycles.size(), std::vector<status>(problems));
  std::vector<output> into(cycles.size());
  for (std::size_t c = 0; c < cycles.size(); ++c) {
    into[c].estimate = row_major(out.estimate[c].data(), problems, 1, tx);
    into[c].state = out.state[c];
  }
  EXPECT_EQ(made->detect({row_major(h.data(), problems, rx, tx), noise::white(0.1f)},
                         {row_major(y.data(), problems, 1, rx)}, into),
            error::none);
  return out;
}

struct setting {
  const char *what, *name;
  std::size_t rx;
  options values;
  std::int64_t last;
};

TEST(analog_cycles, do_not_depend_on_later_ones) {
  const std::vector<setting> settings{
      {"packs", "analog-zf", 4, {{"device.write_error", "normal"}, {"device.write_error_siemens", 2e-5}}, 64},
      {"wires and noisy reads",
       "analog-zf",
       4,
       {{"array.wire_ohm", 1.73}, {"device.read_noise_relative", 0.4}},
       10},
      {"trained converters",
       "analog-mmse",
       4,
       {{"converter.adc_kind", "lloyd-max"},
        {"converter.adc_bits", std::int64_t{3}},
        {"solver.extra_error", 5.0}},
       64},
      {"pseudo-inverse", "analog-ginv", 4, {{"solver.extra_error", 5.0}}, 64}};
  for (const setting& s : settings) {
    SCOPED_TRACE(s.what);
    const outputs alone = detect(s.name, s.rx, s.values, {1}), two = detect(s.name, s.rx, s.values, {1, 2}),
                  all = detect(s.name, s.rx, s.values, {1, 2, s.last});
    EXPECT_EQ(alone.estimate[0], two.estimate[0]);
    EXPECT_EQ(alone.state[0], two.state[0]);
    for (std::size_t c = 0; c < 2; ++c) {
      EXPECT_EQ(two.estimate[c], all.estimate[c]);
      EXPECT_EQ(two.state[c], all.state[c]);
    }
    // A noisy read may find an array without rest at any cycle.
    if (s.values.count("device.read_noise_relative") == 0) continue;
    std::size_t late = 0;
    for (std::size_t p = 0; p < problems; ++p)
      late += all.state[2][p] == status::unstable && !is_failed(all.state[0][p]);
    EXPECT_GT(late, 0u) << "nothing was tested";
  }
}

}  // namespace
}  // namespace mho
