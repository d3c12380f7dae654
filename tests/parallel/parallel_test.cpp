// mho::parallel gives the bits of the single call, for any number of threads and slots.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <mho/mho.hpp>
#include <mho/parallel.hpp>

namespace mho {
namespace {

TEST(parallel, equals_the_single_call) {
  constexpr std::size_t problems = 301, rx = 8, tx = 4;
  std::vector<std::complex<float>> h(problems * rx * tx), y(problems * rx);
  std::vector<float> level((problems + 6) / 7);
  random_stream random(1, 0, 0, 0);
  random.complex_normals(h);
  random.complex_normals(y);
  for (float& n0 : level) n0 = 0.1f + static_cast<float>(random.uniform());
  channel_batch channel{row_major(h.data(), problems, rx, tx)};
  channel.noise = {noise::per_problem, 0, row_major(level.data(), level.size()), 7};
  const received_batch received{row_major(y.data(), problems, 1, rx)};
  for (const char* kind : {"zf", "mmse", "analog-zf"}) {
    // A vector at a time and a prepared channel may order their operations differently.
    std::vector<std::vector<std::complex<float>>> fresh, prepared;
    for (const unsigned slots : {1u, 3u, 8u}) {
      auto d = make_detector(kind).value();
      ASSERT_EQ(d->reserve({.problems = problems, .rx = rx, .tx = tx, .slots = slots}), error::none);
      std::vector<std::complex<float>> estimate(problems * tx);
      output o;
      o.estimate = row_major(estimate.data(), problems, 1, tx);
      call who;
      who.stream = 5;
      who.first = 1000;
      ASSERT_EQ(parallel::detect(*d, channel, received, {&o, 1}, who), error::none);
      fresh.push_back(estimate);
      std::fill(estimate.begin(), estimate.end(), 0.0f);
      ASSERT_EQ(parallel::prepare(*d, channel, who, 2), error::none);
      ASSERT_EQ(parallel::apply(*d, received, {&o, 1}, who, 2), error::none);
      prepared.push_back(estimate);
    }
    for (const auto& other : fresh) EXPECT_EQ(other, fresh.front()) << kind;
    for (const auto& other : prepared) EXPECT_EQ(other, prepared.front()) << kind;
  }
}

TEST(parallel, one_noise_for_all_is_one_entry) {
  constexpr std::size_t problems = 70, rx = 6, tx = 3;
  std::vector<std::complex<float>> h(problems * rx * tx), y(problems * rx);
  random_stream random(2, 0, 0, 0);
  random.complex_normals(h);
  random.complex_normals(y);
  const float level = 0.2f, variances[rx] = {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f};
  const received_batch received{row_major(y.data(), problems, 1, rx)};
  for (const bool coloured : {false, true}) {
    channel_batch channel{row_major(h.data(), problems, rx, tx)};
    channel.noise = coloured ? noise{noise::per_antenna, 0, row_major(variances, 1, 1, rx), SIZE_MAX}
                             : noise{noise::per_problem, 0, row_major(&level, 1), SIZE_MAX};
    std::vector<std::vector<float>> results;
    for (const bool threaded : {false, true}) {
      auto d = make_detector("mmse").value();
      ASSERT_EQ(d->reserve({.problems = problems,
                            .rx = rx,
                            .tx = tx,
                            .slots = 4,
                            .coloured_noise = coloured,
                            .problems_per_noise_entry = SIZE_MAX}),
                error::none);
      std::vector<std::complex<float>> estimate(problems * tx);
      std::vector<float> all(problems * tx, -1);
      std::vector<status> state(problems, status::unstable);
      output o;
      o.estimate = row_major(estimate.data(), problems, 1, tx);
      o.variance = row_major(all.data(), problems, 1, tx);
      o.state = state;
      ASSERT_EQ(
          threaded ? parallel::detect(*d, channel, received, {&o, 1}) : d->detect(channel, received, {&o, 1}),
          error::none);
      for (const std::complex<float>& x : estimate) all.insert(all.end(), {x.real(), x.imag()});
      for (const status s : state) EXPECT_EQ(s, status::ok) << coloured << threaded;
      results.push_back(all);
    }
    EXPECT_EQ(results[0], results[1]) << coloured;
  }
}

TEST(parallel, counts_clipped_llrs_once) {
  constexpr std::size_t problems = 301, rx = 8, tx = 4;
  std::vector<std::complex<float>> h(problems * rx * tx), y(problems * rx);
  random_stream random(3, 0, 0, 0);
  random.complex_normals(h);
  random.complex_normals(y);
  const constellation qam = constellation::make(16).value();
  const constellation* symbols[] = {&qam};
  const channel_batch channel{row_major(h.data(), problems, rx, tx), noise::white(0.01f)};
  received_batch received;
  received.vectors = row_major(y.data(), problems, 1, rx);
  received.symbols = symbols;
  std::vector<float> floats(problems * tx * 4);
  std::vector<std::int8_t> llr(floats.size());
  auto d = make_detector("zf").value();
  ASSERT_EQ(d->reserve({.problems = problems, .rx = rx, .tx = tx, .slots = 4, .bits = 4}), error::none);
  output o;
  o.llr = row_major(floats.data(), problems, 1, tx * 4);
  ASSERT_EQ(d->detect(channel, received, {&o, 1}), error::none);
  const auto clipped = static_cast<std::uint64_t>(
      std::count_if(floats.begin(), floats.end(), [](float x) { return std::abs(x / 0.25f) >= 127.5f; }));
  ASSERT_GT(clipped, 0u);
  std::uint64_t counted = 3;
  o.llr = row_major(llr.data(), problems, 1, tx * 4);
  o.llr.scale = 0.25f;
  o.saturated = &counted;
  ASSERT_EQ(parallel::detect(*d, channel, received, {&o, 1}), error::none);
  EXPECT_EQ(counted, 3 + clipped);
  ASSERT_EQ(parallel::prepare(*d, channel), error::none);
  counted = 0;
  ASSERT_EQ(parallel::apply(*d, received, {&o, 1}), error::none);
  EXPECT_NEAR(static_cast<double>(counted), static_cast<double>(clipped), 2) << "may round otherwise";
}

TEST(parallel, reports_errors) {
  auto d = make_detector("zf").value();
  std::vector<std::complex<float>> h(10 * 4);
  ASSERT_EQ(d->reserve({.problems = 5, .rx = 2, .tx = 2, .slots = 2}), error::none);
  EXPECT_EQ(parallel::prepare(*d, {row_major(h.data(), 10, 2, 2), noise::white(1)}), error::too_large);
}

}  // namespace
}  // namespace mho
