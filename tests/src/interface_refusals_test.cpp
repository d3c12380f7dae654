// What the shell refuses, and that it then writes nothing.
#include "src/divider.hpp"

namespace mho {
namespace {

using test::cf32;
using test::divider;
using test::setup;

TEST(detector_interface, errors_of_a_call_write_nothing) {
  setup s;
  std::fill(s.estimate.begin(), s.estimate.end(), cf32(42));
  const auto untouched = s.estimate;
  EXPECT_EQ(s.d.apply(s.received(), s.into), error::not_prepared);
  ASSERT_EQ(s.d.prepare(s.channel()), error::none);
  call which;
  which.slot = 3;
  EXPECT_EQ(s.d.apply(s.received(), s.into, which), error::bad_range);
  which.slot = 0;
  which.begin = 51;
  EXPECT_EQ(s.d.apply(s.received(), s.into, which), error::bad_range);
  EXPECT_EQ(s.d.apply(s.received(), std::span(s.into).first(1)), error::bad_shape);
  received_batch large = s.received();
  large.vectors.extent[1] = 3;
  EXPECT_EQ(s.d.apply(large, s.into), error::too_large);
  received_batch wrong = s.received();
  wrong.vectors.extent[2] = 2;
  EXPECT_EQ(s.d.apply(wrong, s.into), error::bad_shape);
  std::vector<cf32> more(51 * 6);
  EXPECT_EQ(s.d.prepare({row_major(more.data(), 51, 3, 2), noise::white(1)}), error::too_large);
  auto llr = s.into;
  std::vector<float> ratios(setup::problems * setup::uses * 4);
  llr[0].llr = row_major(ratios.data(), setup::problems, setup::uses, 4);
  EXPECT_EQ(s.d.apply(s.received(), llr), error::bad_shape) << "llr without symbols";
  auto overlapping = s.into;
  overlapping[0].estimate = row_major(s.y.data(), setup::problems, setup::uses, setup::tx);
  EXPECT_EQ(s.d.apply(s.received(), overlapping), error::overlap);
  EXPECT_EQ(s.estimate, untouched);
  EXPECT_EQ(s.d.weights(s.into[0].estimate), error::unsupported);
}

TEST(detector_interface, what_this_version_does_not_take_is_unsupported) {
  setup s;
  ASSERT_EQ(s.d.prepare(s.channel()), error::none);
  received_batch r = s.received();
  r.prior_llr = s.into[0].variance;
  EXPECT_EQ(s.d.apply(r, s.into), error::unsupported);
  r = s.received();
  r.vectors.type = element::ci16;
  EXPECT_EQ(s.d.apply(r, s.into), error::unsupported);
  void* planes[6] = {};
  channel_batch c = s.channel();
  c.matrix.planes = planes;
  EXPECT_EQ(s.d.prepare(c), error::unsupported);
  call which;
  which.queue = &which;
  EXPECT_EQ(s.d.prepare(s.channel(), which), error::unsupported);
  c = s.channel();
  c.is = form::gram;
  EXPECT_EQ(s.d.prepare(c), error::unsupported) << "channel was reserved";
}

TEST(detector_interface, reserve_checks_the_shape) {
  divider d(form::channel);
  EXPECT_EQ(d.reserve({.problems = 0, .rx = 2, .tx = 2}), error::bad_shape);
  EXPECT_EQ(d.reserve({.problems = 1, .rx = 2, .tx = 3}), error::bad_shape) << "tx > rx";
  EXPECT_EQ(d.reserve({.problems = 1, .rx = 20, .tx = 9}), error::too_large);
  EXPECT_EQ(d.reserve({.problems = 1, .rx = 2, .tx = 2, .is = form::gram}), error::unsupported);
  EXPECT_EQ(d.reserve({.problems = SIZE_MAX / 4, .rx = 2, .tx = 2}), error::no_memory);
  EXPECT_EQ(d.slots(), 0u);
}

}  // namespace
}  // namespace mho
