// mho::parallel gives the bits of the single call, for any number of threads and slots.
#include <gtest/gtest.h>

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

TEST(parallel, reports_errors) {
  auto d = make_detector("zf").value();
  std::vector<std::complex<float>> h(10 * 4);
  ASSERT_EQ(d->reserve({.problems = 5, .rx = 2, .tx = 2, .slots = 2}), error::none);
  EXPECT_EQ(parallel::prepare(*d, {row_major(h.data(), 10, 2, 2), noise::white(1)}), error::too_large);
}

}  // namespace
}  // namespace mho
