// What the shell refuses, and that it then writes nothing.
#include <climits>
#include <utility>

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
  r.vectors.type = element::f32;
  EXPECT_EQ(s.d.apply(r, s.into), error::unsupported);
  channel_batch c = s.channel();
  c.matrix.type = element::i16;
  EXPECT_EQ(s.d.prepare(c), error::unsupported);
  call which;
  which.queue = &which;
  EXPECT_EQ(s.d.prepare(s.channel(), which), error::unsupported);
  c = s.channel();
  c.is = form::gram;
  EXPECT_EQ(s.d.prepare(c), error::unsupported) << "channel was reserved";
}

TEST(detector_interface, planes_are_for_inputs_and_must_all_be_there) {
  setup s;
  std::vector<void*> planes(setup::rx * setup::tx, s.h.data());
  channel_batch c = s.channel();
  c.matrix.planes = planes.data();
  EXPECT_EQ(s.d.prepare(c), error::bad_shape) << "data and planes";
  c.matrix.data = nullptr;
  c.matrix.stride = {1, 0, 0};
  EXPECT_EQ(s.d.prepare(c), error::none);
  for (void*& plane : planes) {
    void* const kept = std::exchange(plane, nullptr);
    EXPECT_EQ(s.d.prepare(c), error::bad_shape);
    plane = kept;
  }
  ASSERT_EQ(s.d.prepare(c), error::none);

  std::vector<std::vector<cf32>> antennas(setup::uses * setup::rx, std::vector<cf32>(setup::problems + 7));
  std::vector<cf32*> vectors;
  for (auto& one : antennas) vectors.push_back(one.data());
  received_batch r = s.received();
  r.vectors = plane_pointers(vectors.data(), setup::problems, setup::uses, setup::rx, 3);
  EXPECT_EQ(s.d.apply(r, s.into), error::none);
  auto into = s.into;
  into[0].estimate.planes = planes.data();
  into[0].estimate.data = nullptr;
  EXPECT_EQ(s.d.apply(r, into), error::unsupported);
  std::fill(vectors.begin(), vectors.end(), nullptr);
  EXPECT_EQ(s.d.apply(r, s.into), error::bad_shape);
}

TEST(detector_interface, outputs_may_lie_between_planes_but_not_over_them) {
  // One allocation: a plane of every antenna, and behind each a gap that takes an output.
  setup s;
  ASSERT_EQ(s.d.prepare(s.channel()), error::none);
  constexpr std::size_t planes = setup::uses * setup::rx, out = setup::problems * setup::uses * setup::tx;
  constexpr std::size_t first = 2, length = first + setup::problems;
  std::vector<cf32> memory(planes * length + out);
  std::vector<cf32*> vectors;
  for (std::size_t p = 0; p < planes; ++p)
    vectors.push_back(memory.data() + p * length + (p >= planes / 2 ? out : 0));
  received_batch r = s.received();
  r.vectors = plane_pointers(vectors.data(), setup::problems, setup::uses, setup::rx, first);
  auto into = s.into;
  cf32* const gap = memory.data() + planes / 2 * length;
  const auto write_to = [&](cf32* at) {
    into[0].estimate = row_major(at, setup::problems, setup::uses, setup::tx);
    return s.d.apply(r, into);
  };
  EXPECT_EQ(write_to(gap), error::none);
  EXPECT_EQ(write_to(gap + first), error::none) << "elements before `first` are not read";
  EXPECT_EQ(write_to(gap + first + 1), error::overlap);
  EXPECT_EQ(write_to(gap - 1), error::overlap);
  r.vectors.stride[0] = -1;  // the same planes from behind
  r.vectors.first = length - 1;
  EXPECT_EQ(write_to(gap + first), error::none);
  EXPECT_EQ(write_to(gap + first + 1), error::overlap);
  EXPECT_EQ(write_to(gap - 1), error::overlap);
}

// As documented at `output`: what lies between the elements of an input counts as the input.
TEST(detector_interface, records_of_inputs_and_outputs_in_turn_are_refused) {
  setup s;
  ASSERT_EQ(s.d.prepare(s.channel()), error::none);
  constexpr std::size_t inputs = setup::uses * setup::rx, outputs = setup::uses * setup::tx;
  constexpr std::size_t record = inputs + outputs;
  std::vector<cf32> records(setup::problems * record, cf32(4));
  const auto untouched = records;
  received_batch r;
  r.vectors = strided(records.data(), {setup::problems, setup::uses, setup::rx}, {record, setup::rx, 1});
  auto into = s.into;
  into[0].estimate =
      strided(records.data() + inputs, {setup::problems, setup::uses, setup::tx}, {record, setup::tx, 1});
  EXPECT_EQ(s.d.apply(r, into), error::overlap);
  EXPECT_EQ(records, untouched);
  into[0].estimate = s.into[0].estimate;
  EXPECT_EQ(s.d.apply(r, into), error::none) << "records of inputs alone";
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

// Each extent at its largest, alone and with others: refused before memory is asked for (the address
// sanitizer ends a program that asks for too much).
TEST(detector_interface, reserve_refuses_what_no_machine_holds) {
  constexpr std::size_t half = SIZE_MAX / 2, root = std::size_t{1} << 32, million = 1000000;
  const shape small{.problems = 3, .rx = 4, .tx = 2, .uses = 2};
  for (const char* kind : {"mrc", "zf", "mmse", "mmse-double", "analog-zf", "analog-mmse", "analog-ginv"}) {
    auto d = make_detector(kind).value();
    std::vector<shape> absurd(12, small);
    absurd[0].problems = SIZE_MAX;
    absurd[1].problems = half + 2;  // times 2 wraps to 2
    absurd[2].rx = SIZE_MAX;
    absurd[3].rx = absurd[3].tx = root;  // their product wraps to 0
    absurd[4].rx = absurd[4].tx = million;
    absurd[5].uses = SIZE_MAX;
    absurd[6].problems = absurd[6].uses = root;
    absurd[7].slots = UINT_MAX;
    absurd[8].problems = absurd[8].rx = million;
    absurd[9].tx = absurd[9].rx = half;
    absurd[10].slots = UINT_MAX;
    absurd[10].uses = million;
    absurd[11].coloured_noise = true;
    absurd[11].rx = 4 * million;
    for (std::size_t i = 0; i < absurd.size(); ++i) {
      ASSERT_EQ(d->reserve(small), error::none);
      const error e = d->reserve(absurd[i]);
      EXPECT_TRUE(e == error::no_memory || e == error::too_large) << kind << " " << i << ": " << to_string(e);
    }
    EXPECT_EQ(d->reserve(small), error::none) << kind;
  }
}

}  // namespace
}  // namespace mho
