// What the shell promises to callers and to kinds: outputs, ranges and slots, layouts, statuses.
#include <limits>
#include <thread>

#include "src/divider.hpp"

namespace mho {
namespace {

using test::cf32;
using test::setup;

TEST(detector_interface, outputs_steps_and_identity) {
  setup s;
  ASSERT_EQ(s.d.steps(), 2u);
  call which;
  which.first = 1000;
  which.stream = 7;
  ASSERT_EQ(s.d.detect(s.channel(), s.received(), s.into, which), error::none);
  for (std::size_t p = 0; p < setup::problems; ++p)
    for (std::size_t u = 0; u < setup::uses; ++u)
      for (std::size_t k = 0; k < setup::tx; ++k) {
        const std::size_t at = (p * setup::uses + u) * setup::tx + k;
        const auto d = static_cast<float>(p + k + 1);
        EXPECT_EQ(s.estimate[at], s.y[(p * setup::uses + u) * setup::rx + k] / d);
        EXPECT_EQ(s.second[at], s.estimate[at] + cf32(static_cast<float>(1000 + p), 7));
        EXPECT_FLOAT_EQ(s.variance[at], 0.5f / (d * d));
      }
}

TEST(detector_interface, ranges_and_slots_at_once_give_what_one_call_gives) {
  setup whole, parts;
  ASSERT_EQ(whole.d.detect(whole.channel(), whole.received(), whole.into), error::none);
  {
    std::vector<std::jthread> pool;
    for (unsigned slot = 0; slot < 3; ++slot)
      pool.emplace_back([&parts, slot] {
        call which;
        which.slot = slot;
        which.begin = slot * 17;
        which.end = slot == 2 ? SIZE_MAX : (slot + 1) * 17;
        EXPECT_EQ(parts.d.detect(parts.channel(), parts.received(), parts.into, which), error::none);
      });
  }
  EXPECT_EQ(whole.estimate, parts.estimate);
  EXPECT_EQ(whole.second, parts.second);
  EXPECT_EQ(whole.variance, parts.variance);
}

TEST(detector_interface, layouts_of_views_are_the_same_numbers) {
  setup rows, columns;
  std::vector<cf32> column_h(columns.h.size()), planes_y(columns.y.size());
  constexpr std::size_t n = setup::problems, rx = setup::rx, tx = setup::tx, uses = setup::uses;
  const view ch = column_major(column_h.data(), n, rx, tx),
             py = problem_fastest(planes_y.data(), n, uses, rx);
  for (std::size_t p = 0; p < n; ++p) {
    for (std::size_t i = 0; i < rx; ++i)
      for (std::size_t k = 0; k < tx; ++k) ch.at<cf32>(p, i, k) = rows.h[(p * rx + i) * tx + k];
    for (std::size_t u = 0; u < uses; ++u)
      for (std::size_t i = 0; i < rx; ++i) py.at<cf32>(p, u, i) = rows.y[(p * uses + u) * rx + i];
  }
  ASSERT_EQ(rows.d.detect(rows.channel(), rows.received(), rows.into), error::none);
  ASSERT_EQ(columns.d.detect({ch, noise::white(0.5f)}, {py}, columns.into), error::none);
  EXPECT_EQ(rows.estimate, columns.estimate);
  // One channel for all problems: stride 0.
  setup shared;
  ASSERT_EQ(shared.d.detect({strided(rows.h.data(), {n, rx, tx}, {0, tx, 1}), noise::white(0.5f)},
                            shared.received(), shared.into),
            error::none);
  EXPECT_EQ(shared.estimate[5 * uses * tx], rows.y[5 * uses * rx] / rows.h[0]);
}

TEST(detector_interface, statuses_are_in_band) {
  setup s;
  const constellation qpsk = constellation::parse("qpsk").value();
  const constellation* symbols[] = {&qpsk};
  s.h[(4 * setup::rx + 1) * setup::tx + 1] = 0;  // problem 4: singular
  s.h[(5 * setup::rx) * setup::tx] = 99;         // problem 5: degraded in step 1
  s.y[(6 * setup::uses + 1) * setup::rx] = std::numeric_limits<float>::infinity();  // problem 6: one use
  std::vector<float> levels(setup::problems, 0.5f);
  levels[7] = std::numeric_limits<float>::quiet_NaN();
  levels[8] = -1;
  channel_batch c = s.channel();
  c.noise = {noise::per_problem, 0, row_major(levels.data(), setup::problems), 1};
  std::vector<status> second_state(s.state.size());
  s.into[1].state = second_state;
  std::vector<float> llr(setup::problems * setup::uses * 4, 5.0f);
  std::vector<std::uint8_t> bits(llr.size(), 7);
  s.into[0].llr = row_major(llr.data(), setup::problems, setup::uses, 4);
  s.into[0].bits = row_major(bits.data(), setup::problems, setup::uses, 4);
  received_batch r = s.received();
  r.symbols = symbols;
  ASSERT_EQ(s.d.detect(c, r, s.into), error::none);
  EXPECT_EQ(s.state[8], status::singular);
  EXPECT_EQ(s.d.prepared(4), status::singular);
  EXPECT_EQ(s.state[10], status::ok);
  EXPECT_EQ(second_state[10], status::not_converged);
  EXPECT_EQ(s.state[12], status::ok);
  EXPECT_EQ(s.state[13], status::not_finite);
  EXPECT_EQ(s.state[14], status::not_finite);
  EXPECT_EQ(s.state[16], status::out_of_range);
  std::array<std::uint8_t, 2> zero;
  const cf32 origin = 0;
  qpsk.slice({&origin, 1}, zero);
  for (const std::size_t use : {8u, 9u, 13u, 14u, 16u}) {
    for (std::size_t k = 0; k < setup::tx; ++k) {
      EXPECT_EQ(s.estimate[use * setup::tx + k], cf32(0));
      EXPECT_EQ(s.variance[use * setup::tx + k], std::numeric_limits<float>::infinity());
    }
    for (std::size_t b = 0; b < 4; ++b) {
      EXPECT_EQ(llr[use * 4 + b], 0);
      EXPECT_EQ(bits[use * 4 + b], zero[b % 2]);
    }
  }
  setup clean;
  ASSERT_EQ(clean.d.detect(clean.channel(), clean.received(), clean.into), error::none);
  for (const std::size_t use : {6u, 7u, 12u, 18u})
    for (std::size_t k = 0; k < setup::tx; ++k)
      EXPECT_EQ(s.estimate[use * setup::tx + k], clean.estimate[use * setup::tx + k]);
}

}  // namespace
}  // namespace mho
