// What a call that returns an error leaves behind: nothing of its own, and all that was there before.
#include <new>
#include <stdexcept>

#include "src/linear_batch.hpp"

namespace mho {
namespace {

using std::size_t;

// A kind whose do_reserve and do_detect fail on demand.
class fragile final : public detector {
 public:
  enum class failure { none, answer, no_memory, too_long, other, no_exception } reserving = failure::none;
  error detecting = error::unsupported;

  fragile() : detector(abilities(), 1) {}
  static capabilities abilities() {
    capabilities can;
    can.native = native_estimate | native_variance | native_failures;
    return can;
  }

 private:
  error do_reserve(const shape&) override {
    if (reserving == failure::answer) return error::bad_value;
    if (reserving == failure::no_memory) throw std::bad_alloc();
    if (reserving == failure::too_long) throw std::length_error("too long");
    if (reserving == failure::other) throw std::runtime_error("rude");
    if (reserving == failure::no_exception) throw 3;
    return error::none;
  }
  error do_prepare(const channel_batch&, const call&, std::span<status>) noexcept override {
    return error::none;
  }
  error do_apply(const received_batch&, std::span<const output>, const call&) const noexcept override {
    return error::none;
  }
  error do_detect(const channel_batch&, const received_batch&, std::span<const output>,
                  const call&) noexcept override {
    return detecting;
  }
};

TEST(errors, of_do_reserve_leave_the_detector_unreserved) {
  const linear_batch b(3, 4, 2, 1, 0.1f);
  const channel_batch channel{row_major(b.h.data(), 3, 4, 2), noise::white(0.1f)};
  const received_batch received{row_major(b.y.data(), 3, 1, 4)};
  std::vector<cf32> x(6);
  output into;
  into.estimate = row_major(x.data(), 3, 1, 2);
  const shape room{.problems = 3, .rx = 4, .tx = 2};
  const std::pair<fragile::failure, error> cases[] = {{fragile::failure::answer, error::bad_value},
                                                      {fragile::failure::no_memory, error::no_memory},
                                                      {fragile::failure::too_long, error::no_memory},
                                                      {fragile::failure::other, error::unsupported},
                                                      {fragile::failure::no_exception, error::unsupported}};
  for (const auto& [how, expected] : cases) {
    fragile d;
    ASSERT_EQ(d.reserve(room), error::none);
    ASSERT_EQ(d.prepare(channel), error::none);
    ASSERT_EQ(d.slots(), 1u);
    d.reserving = how;
    EXPECT_EQ(d.reserve(room), expected);
    EXPECT_EQ(d.slots(), 0u);
    EXPECT_NE(d.prepare(channel), error::none);
    EXPECT_NE(d.apply(received, {&into, 1}), error::none);
    EXPECT_NE(d.detect(channel, received, {&into, 1}), error::none);
    // And it recovers.
    d.reserving = fragile::failure::none;
    EXPECT_EQ(d.reserve(room), error::none);
    EXPECT_EQ(d.apply(received, {&into, 1}), error::not_prepared) << "what was prepared is forgotten";
    EXPECT_EQ(d.prepare(channel), error::none);
    EXPECT_EQ(d.apply(received, {&into, 1}), error::none);
  }
}

TEST(errors, of_do_detect_leave_nothing_prepared) {
  const linear_batch b(3, 4, 2, 1, 0.1f);
  const channel_batch channel{row_major(b.h.data(), 3, 4, 2), noise::white(0.1f)};
  const received_batch received{row_major(b.y.data(), 3, 1, 4)};
  std::vector<cf32> x(6);
  output into;
  into.estimate = row_major(x.data(), 3, 1, 2);
  fragile d;
  d.detecting = error::bad_value;
  ASSERT_EQ(d.reserve({.problems = 3, .rx = 4, .tx = 2}), error::none);
  EXPECT_EQ(d.detect(channel, received, {&into, 1}), error::bad_value);
  EXPECT_EQ(d.apply(received, {&into, 1}), error::not_prepared);
}

TEST(errors, before_reserve_every_call_is_bad_shape_even_on_nothing) {
  std::vector<cf32> memory(64);
  std::vector<cf32> x(8);
  for (const char* kind : {"mrc", "zf", "mmse", "zf-double", "mmse-double", "analog-zf", "analog-ginv"})
    for (const size_t problems : {size_t{0}, size_t{1}})
      for (const size_t rx : {size_t{0}, size_t{2}}) {
        auto d = make_detector(kind).value();
        const channel_batch channel{row_major(memory.data(), problems, rx, rx), noise::white(1)};
        const received_batch received{row_major(memory.data() + 32, problems, rx / 2, rx)};
        std::vector<output> into(d->steps());
        into[0].estimate = row_major(x.data(), problems, rx / 2, rx);
        EXPECT_EQ(d->prepare(channel), error::bad_shape) << kind;
        EXPECT_EQ(d->apply(received, into), error::bad_shape) << kind;
        EXPECT_EQ(d->detect(channel, received, into), error::bad_shape) << kind;
        EXPECT_EQ(d->weights(row_major(x.data(), problems, rx, rx)), error::bad_shape) << kind;
        EXPECT_EQ(d->prepared(0), status::out_of_range) << kind;
        EXPECT_EQ(d->slots(), 0u) << kind;
      }
}

TEST(errors, nothing_lies_over_nothing) {
  std::vector<cf32> memory(16);
  auto d = make_detector("zf").value();
  ASSERT_EQ(d->reserve({.problems = 2, .rx = 2, .tx = 2}), error::none);
  std::vector<float> variance(2);
  output into;
  // y right before the estimate: empty they share no address, and with one problem neither.
  for (const size_t problems : {size_t{0}, size_t{1}}) {
    const channel_batch channel{row_major(memory.data() + 8, problems, 2, 2), noise::white(1)};
    const received_batch received{row_major(memory.data(), problems, 1, 2)};
    into.estimate = row_major(memory.data() + 2, problems, 1, 2);
    EXPECT_EQ(d->detect(channel, received, {&into, 1}), error::none) << problems;
  }
}

using untouched = on_every_arithmetic;

// `detect` with outputs or inputs that it refuses, between a `prepare` and its `apply`.
TEST_P(untouched, prepared_state_after_a_refused_detect) {
  constexpr size_t problems = 5, rx = 6, tx = 3;
  for (const std::string kind : {"mrc", "zf", "mmse"})
    for (const size_t uses : {size_t{1}, size_t{3}}) {
      const linear_batch b(problems, rx, tx, 2, 0.1f, uses), other(problems, rx, tx, 99, 0.1f, uses);
      auto d = make_detector(spec(kind)).value();
      const detected before = run(*d, b, noise::white(0.1f));
      std::vector<cf32> h = other.h, y = other.y, x(problems * uses * tx, cf32(5));
      std::vector<float> v(x.size(), 5), levels(problems, 0.3f);
      std::vector<status> state(problems * uses, status::saturated);
      const channel_batch channel{row_major(h.data(), problems, rx, tx),
                                  {noise::per_problem, 0, row_major(levels.data(), problems), 1}};
      const received_batch received{row_major(y.data(), problems, uses, rx)};
      output good;
      good.estimate = row_major(x.data(), problems, uses, tx);
      good.variance = row_major(v.data(), problems, uses, tx);
      good.state = state;
      struct bad_call {
        std::string what;
        output into;
        error expected;
        channel_batch channel;
        received_batch received;
        call which = {};
      };
      std::vector<bad_call> calls;
      const auto add = [&](const std::string& what, error expected, const auto& spoil) {
        calls.push_back({what, good, expected, channel, received});
        spoil(calls.back());
      };
      add("estimate over y", error::overlap,
          [&](bad_call& c) { c.into.estimate = row_major(y.data(), problems, uses, tx); });
      add("estimate over H", error::overlap,
          [&](bad_call& c) { c.into.estimate = row_major(h.data(), problems, uses, tx); });
      add("estimate over the end of H", error::overlap,
          [&](bad_call& c) { c.into.estimate = row_major(h.data() + h.size() - 1, problems, uses, tx); });
      add("variance over the noise", error::overlap,
          [&](bad_call& c) { c.into.variance = row_major(levels.data(), problems, uses, tx); });
      add("wide estimate", error::bad_shape, [&](bad_call& c) { ++c.into.estimate.extent[2]; });
      add("long estimate", error::bad_shape, [&](bad_call& c) { ++c.into.estimate.extent[0]; });
      add("uses of the variance", error::bad_shape, [&](bad_call& c) { ++c.into.variance.extent[1]; });
      add("type of the variance", error::unsupported,
          [&](bad_call& c) { c.into.variance.type = element::cf32; });
      add("planes", error::unsupported, [&](bad_call& c) {
        static void* plane = nullptr;
        c.into.estimate.planes = &plane;
      });
      add("short state", error::bad_shape, [&](bad_call& c) { c.into.state = c.into.state.first(1); });
      add("bits without symbols", error::bad_shape,
          [&](bad_call& c) { c.into.llr = row_major(v.data(), problems, uses, 2 * tx); });
      add("fewer vectors", error::bad_shape, [&](bad_call& c) { --c.received.vectors.extent[0]; });
      add("antennas of y", error::bad_shape, [&](bad_call& c) { --c.received.vectors.extent[2]; });
      add("antennas of H", error::bad_shape, [&](bad_call& c) { --c.channel.matrix.extent[1]; });
      add("slot", error::bad_range, [&](bad_call& c) { c.which.slot = 1; });
      add("range", error::bad_range, [&](bad_call& c) { c.which.begin = problems + 1; });
      for (const bad_call& c : calls) {
        ASSERT_EQ(d->detect(c.channel, c.received, {&c.into, 1}, c.which), c.expected)
            << kind << " " << c.what;
        ASSERT_EQ(x, std::vector<cf32>(x.size(), cf32(5))) << c.what;
        ASSERT_EQ(v, std::vector<float>(x.size(), 5)) << c.what;
        ASSERT_EQ(state, std::vector<status>(state.size(), status::saturated)) << c.what;
        ASSERT_EQ(h, other.h) << c.what;
        ASSERT_EQ(y, other.y) << c.what;
      }
      ASSERT_EQ(d->detect(channel, received, {}), error::bad_shape);
      detected after{std::vector<cf32>(x.size()), std::vector<float>(x.size()),
                     std::vector<status>(state.size())};
      ASSERT_EQ(d->apply(row_major(b.y.data(), problems, uses, rx),
                         row_major(after.estimate.data(), problems, uses, tx),
                         row_major(after.variance.data(), problems, uses, tx), after.state),
                error::none);
      ASSERT_TRUE(same_bits(after, before)) << kind;
    }
}

MHO_ON_EVERY_ARITHMETIC(untouched);

}  // namespace
}  // namespace mho
