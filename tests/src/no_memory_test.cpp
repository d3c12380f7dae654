// Where calls allocate, memory may run out.
#include <gtest/gtest.h>

#include <algorithm>
#include <mho/mho.hpp>

#include "src/allocation_count.hpp"

namespace mho {
namespace {

using test::allocations;
using test::fails_from;

// Analogue circuits that allocate. Every allocation fails once, with all after it.
TEST(no_memory, is_an_error_of_analogue_calls_and_leaves_a_detector_that_works) {
  constexpr std::size_t problems = 2, rx = 8, tx = 2;
  std::vector<std::complex<float>> h(problems * rx * tx), y(problems * rx), x(problems * tx);
  random_stream random(1, 0, 0, 0);
  random.complex_normals(h);
  random.complex_normals(y);
  const channel_batch channel{row_major(h.data(), problems, rx, tx), noise::white(0.1f)};
  const received_batch received{row_major(y.data(), problems, 1, rx)};
  output o;
  o.estimate = row_major(x.data(), problems, 1, tx);
  for (const char* kind : {"analog-zf", "analog-mmse"}) {
    const detector_spec wired{kind, {{"array.wire_ohm", 1.0}, {"device.read_noise_relative", 0.01}}};
    auto d = make_detector(wired).value();
    ASSERT_EQ(d->reserve({.problems = problems, .rx = rx, .tx = tx}), error::none);
    const auto prepare = [&] { return d->prepare(channel); };
    const auto apply = [&] { return d->apply(received, {&o, 1}); };
    const auto detect = [&] { return d->detect(channel, received, {&o, 1}); };
    // Fails at some allocations of a call, the first and the last among them.
    const auto starve = [&](const auto& body, const auto& after) {
      const std::size_t before = allocations;
      ASSERT_EQ(body(), error::none) << kind;
      const std::size_t needed = allocations - before;
      ASSERT_GT(needed, 0u) << kind << ": a circuit that does not allocate";
      for (std::size_t i = 0; i < needed;
           i = i + 1 == needed ? needed : std::min(needed - 1, 1 + i + i / 4)) {
        fails_from = allocations + i;
        const error e = body();
        fails_from = SIZE_MAX;
        EXPECT_EQ(e, error::no_memory) << kind << ", allocation " << i << " of " << needed;
        after();
      }
    };
    ASSERT_EQ(detect(), error::none);
    const auto expected = x;
    starve(prepare, [&] { EXPECT_EQ(apply(), error::not_prepared); });
    ASSERT_EQ(prepare(), error::none);
    starve(apply, [&] {
      EXPECT_EQ(apply(), error::none);
      EXPECT_EQ(x, expected);
    });
    starve(detect, [] {});
    ASSERT_EQ(detect(), error::none);
    EXPECT_EQ(x, expected);
  }
}

}  // namespace
}  // namespace mho
