// Integer LLRs against the definition in double precision, from the rounding up to whole detectors.
#include "integer_llr.hpp"

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <mho/mho.hpp>

#include "src/linear_batch.hpp"

namespace mho {
namespace {

struct rounded {
  double value;
  bool clipped;
};

// The float quotient is what is rounded; std::nearbyint in the default mode takes ties to even.
rounded by_definition(float llr, float scale, double limit) {
  const float quotient = llr / scale;
  if (std::isnan(quotient)) return {0, false};
  const double nearest = std::nearbyint(static_cast<double>(quotient));
  return {std::clamp(nearest, -limit, limit), std::abs(nearest) > limit};
}

template <class T>
void expect_definition(const std::vector<float>& llr, float scale) {
  std::vector<T> out(llr.size());
  const std::size_t clipped = quantise(llr.data(), llr.size(), scale, out.data());
  std::size_t expected = 0;
  for (std::size_t i = 0; i < llr.size(); ++i) {
    const rounded r = by_definition(llr[i], scale, std::numeric_limits<T>::max());
    ASSERT_EQ(static_cast<double>(out[i]), r.value) << llr[i] << " / " << scale;
    expected += r.clipped;
  }
  EXPECT_EQ(clipped, expected) << scale;
}

TEST(integer_llr, is_the_rounded_quotient) {
  ASSERT_EQ(std::fegetround(), FE_TONEAREST);
  constexpr float infinity = std::numeric_limits<float>::infinity(), most = std::numeric_limits<float>::max();
  std::vector<float> llr = {0.0f, -0.0f, infinity, -infinity, most, -most, 1e-45f, -1e-45f, NAN};
  // Every half and whole step up to beyond the largest integer, and the floats on both sides.
  for (float half = -2 * 32769.0f; half <= 2 * 32769.0f; ++half)
    for (const float to : {half / 2, std::nextafter(half / 2, infinity), std::nextafter(half / 2, -infinity)})
      if (std::abs(half) < 600 || std::abs(half) > 65500 || static_cast<int>(half) % 97 == 0)
        llr.push_back(to);
  for (const float scale : {1.0f, 0.25f, 0x1p-8f, 0.1f, 3.0f, 1e-30f, 1e30f, 1e-45f}) {
    std::vector<float> scaled = llr;
    for (float& v : scaled) v *= scale;
    expect_definition<std::int8_t>(scaled, scale);
    expect_definition<std::int16_t>(scaled, scale);
    expect_definition<std::int8_t>(llr, scale);
    expect_definition<std::int16_t>(llr, scale);
  }
}

// Room for a batch's outputs, integers and floats.
template <class T>
struct llr_outputs {
  llr_outputs(const linear_batch& b, std::size_t bits)
      : problems(b.problems), uses(b.uses), width(bits), integers(b.problems * b.uses * bits, T(99)) {}
  view rows(float scale) {
    view v = row_major(integers.data(), problems, uses, width);
    v.scale = scale;
    return v;
  }
  std::size_t problems, uses, width;
  std::vector<T> integers;
};

struct link {
  explicit link(std::size_t points)
      : qam(constellation::make(points).value()), small(constellation::make(4).value()) {}
  constellation qam, small;
};

// Every problem whole, in thirds on three slots, and gathered from planes, with a failed problem inside.
template <class T>
void expect_detector(const std::string& kind, demapper rule, bool mixed, float scale) {
  constexpr std::size_t problems = 48, rx = 8, tx = 4, uses = 3;
  linear_batch b(problems, rx, tx, 11, 0.05f, uses);
  for (std::size_t i = 0; i < rx * tx; ++i) b.h[7 * rx * tx + i] = 0;  // singular, out of range
  b.y[9 * uses * rx] = NAN;
  const link l(64);
  const constellation* one[] = {&l.qam};
  const constellation* several[] = {&l.qam, &l.small, &l.small, &l.qam};
  const std::size_t width = mixed ? 16 : 24;
  auto d = make_detector(kind).value();
  ASSERT_EQ(d->reserve({.problems = problems, .rx = rx, .tx = tx, .uses = uses, .slots = 3, .bits = 6}),
            error::none);
  received_batch received;
  received.vectors = row_major(b.y.data(), problems, uses, rx);
  received.symbols = mixed ? std::span<const constellation* const>(several) : one;
  received.rule = rule;
  const channel_batch channel{row_major(b.h.data(), problems, rx, tx), noise::white(0.05f)};

  std::vector<float> llr(problems * uses * width);
  std::vector<status> state(problems * uses);
  output floats;
  floats.llr = row_major(llr.data(), problems, uses, width);
  floats.state = state;
  ASSERT_EQ(d->detect(channel, received, {&floats, 1}), error::none);
  std::vector<T> expected;
  std::size_t clipped = 0;
  for (std::size_t i = 0; i < llr.size(); ++i) {
    const rounded r = by_definition(llr[i], scale, std::numeric_limits<T>::max());
    expected.push_back(static_cast<T>(r.value));
    clipped += r.clipped;
    if (is_failed(state[i / width])) {
      EXPECT_EQ(llr[i], 0.0f);
      EXPECT_EQ(expected.back(), 0);
    }
  }
  ASSERT_TRUE(is_failed(state[7 * uses]) && is_failed(state[9 * uses]) && !is_failed(state[9 * uses + 1]));
  ASSERT_GT(clipped, 0u) << "the scale is to clip some";
  ASSERT_LT(clipped, llr.size() / 2);

  llr_outputs<T> whole(b, width), parts(b, width);
  std::uint64_t counted = 5;  // raised, not set
  output into;
  into.llr = whole.rows(scale);
  into.saturated = &counted;
  ASSERT_EQ(d->detect(channel, received, {&into, 1}), error::none);
  EXPECT_EQ(whole.integers, expected) << kind;
  EXPECT_EQ(counted, 5 + clipped) << kind;

  counted = 0;
  into.llr = parts.rows(scale);
  for (unsigned slot = 0; slot < 3; ++slot) {
    call which;
    which.slot = slot;
    which.begin = slot * 17;
    which.end = slot == 2 ? SIZE_MAX : (slot + 1) * 17;
    ASSERT_EQ(d->prepare(channel, which), error::none);
    ASSERT_EQ(d->apply(received, {&into, 1}, which), error::none);
  }
  EXPECT_EQ(parts.integers, expected) << kind;
  EXPECT_EQ(counted, clipped);

  std::vector<T> memory(expected.size());
  into.llr = problem_fastest(memory.data(), problems, uses, width);
  into.llr.scale = scale;
  into.saturated = nullptr;
  ASSERT_EQ(d->detect(channel, received, {&into, 1}), error::none);
  for (std::size_t i = 0; i < expected.size(); ++i)
    ASSERT_EQ(into.llr.template at<T>(i / width / uses, i / width % uses, i % width), expected[i]) << i;
}

TEST(integer_llr, of_detectors_are_their_rounded_floats) {
  for (const char* kind : {"mrc", "zf", "mmse", "mmse-double"})
    for (const demapper rule : {demapper::max_log, demapper::exact})
      for (const bool mixed : {false, true}) {
        expect_detector<std::int8_t>(kind, rule, mixed, kind == std::string("mrc") ? 0.05f : 0.25f);
        expect_detector<std::int16_t>(kind, rule, mixed, kind == std::string("mrc") ? 0x1p-12f : 0x1p-10f);
      }
}

TEST(integer_llr, refuses_scales_and_types_that_make_no_sense) {
  const linear_batch b(2, 2, 1, 1, 0.1f);
  const constellation qpsk = constellation::make(4).value();
  const constellation* symbols[] = {&qpsk};
  auto d = make_detector("zf").value();
  ASSERT_EQ(d->reserve({.problems = 2, .rx = 2, .tx = 1, .bits = 2}), error::none);
  ASSERT_EQ(d->prepare({row_major(b.h.data(), 2, 2, 1), noise::white(0.1f)}), error::none);
  std::vector<std::int8_t> llr(4, 77);
  received_batch received;
  received.vectors = row_major(b.y.data(), 2, 1, 2);
  received.symbols = symbols;
  output into;
  into.llr = row_major(llr.data(), 2, 1, 2);
  for (const float scale : {0.0f, -1.0f, static_cast<float>(NAN), std::numeric_limits<float>::infinity()}) {
    into.llr.scale = scale;
    EXPECT_EQ(d->apply(received, {&into, 1}), error::bad_value) << scale;
  }
  std::vector<std::uint8_t> unsigned_llr(4, 77);
  into.llr = row_major(unsigned_llr.data(), 2, 1, 2);
  EXPECT_EQ(d->apply(received, {&into, 1}), error::unsupported);
  EXPECT_EQ(llr, std::vector<std::int8_t>(4, 77));
  EXPECT_EQ(unsigned_llr, std::vector<std::uint8_t>(4, 77));
  // Two integers may not lie over the received vectors either.
  into.llr =
      strided(reinterpret_cast<std::int16_t*>(const_cast<cf32*>(b.y.data())) + 14, {2, 1, 2}, {2, 2, 1});
  EXPECT_EQ(d->apply(received, {&into, 1}), error::overlap);
}

// A kind with LLRs of its own: it always writes floats.
class own_llrs final : public detector {
 public:
  own_llrs() : detector(abilities(), 2) {}
  static capabilities abilities() {
    capabilities can;
    can.native = native_estimate | native_variance | native_llr;
    return can;
  }

 private:
  error do_reserve(const shape&) override { return error::none; }
  error do_prepare(const channel_batch&, const call&, std::span<status>) noexcept override {
    return error::none;
  }
  error do_apply(const received_batch& in, std::span<const output> into,
                 const call& which) const noexcept override {
    for (std::size_t step = 0; step < into.size(); ++step) {
      const output& o = into[step];
      if (o.llr.type != element::f32) return error::bad_value;
      for (std::size_t p = 0; p < o.estimate.extent[0]; ++p)
        for (std::size_t u = 0; u < o.estimate.extent[1]; ++u) {
          o.estimate.at<cf32>(p, u) = in.vectors.at<cf32>(p, u);
          o.variance.at<float>(p, u) = 1;
          o.llr.at<float>(p, u, 0) = 2.0f * static_cast<float>(which.begin + p) + static_cast<float>(step);
          o.llr.at<float>(p, u, 1) = u == 1 ? NAN : -1000.0f;
        }
    }
    return error::none;
  }
};

TEST(integer_llr, of_kinds_with_llrs_of_their_own) {
  constexpr std::size_t problems = 90, uses = 2;
  const constellation qpsk = constellation::make(4).value();
  const constellation* symbols[] = {&qpsk};
  own_llrs d;
  ASSERT_EQ(d.reserve({.problems = problems, .rx = 1, .tx = 1, .uses = uses, .bits = 2}), error::none);
  std::vector<cf32> h(problems, 1), y(problems * uses, cf32(1));
  y[8] = {NAN, 0};
  std::vector<std::int8_t> first(problems * uses * 2, 55);
  std::vector<float> second(first.size(), 55);
  std::uint64_t clipped = 0;
  output into[2];
  into[0].llr = row_major(first.data(), problems, uses, 2);
  into[0].saturated = &clipped;
  into[1].llr = row_major(second.data(), problems, uses, 2);
  received_batch received;
  received.vectors = row_major(y.data(), problems, uses, 1);
  received.symbols = symbols;
  ASSERT_EQ(d.prepare({row_major(h.data(), problems, 1, 1), noise::white(1)}), error::none);
  ASSERT_EQ(d.apply(received, into), error::none);
  std::size_t expected = 0;
  for (std::size_t use = 0; use < problems * uses; ++use) {
    const bool failed = use == 8;
    const auto value = static_cast<float>(2 * (use / uses));
    const std::size_t at = 2 * use;
    EXPECT_EQ(first[at], failed ? 0 : static_cast<int>(std::min(127.0f, value)));
    EXPECT_EQ(first[at + 1], failed || use % uses == 1 ? 0 : -127);
    EXPECT_EQ(second[at], failed ? 0 : value + 1);
    expected += !failed && value > 127;
    expected += !failed && use % uses == 0;
  }
  EXPECT_EQ(clipped, expected);
}

}  // namespace
}  // namespace mho
