// LLRs and bits that the shell derives: every layout, constellations that differ by stream, failed uses.
#include "derive.hpp"

#include <array>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <mho/mho.hpp>

namespace mho {
namespace {

using cf32 = std::complex<float>;
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr std::uint8_t all_native = native_estimate | native_variance | native_failures;

const constellation& qam(std::size_t points) {
  static const constellation c4 = constellation::make(4).value(), c16 = constellation::make(16).value(),
                             c64 = constellation::make(64, mapping::paper).value(),
                             c4096 = constellation::make(4096).value();
  return points == 4 ? c4 : points == 16 ? c16 : points == 64 ? c64 : c4096;
}

// One batch in a layout of the caller's: row-major, the same with each problem's uses in reverse, problem
// fastest, or backwards and with gaps.
struct batch {
  enum layout { rows, reversed_uses, planes, backwards };
  static constexpr std::array<layout, 4> layouts = {rows, reversed_uses, planes, backwards};

  batch(std::size_t p, std::size_t u, std::vector<const constellation*> per_stream, std::size_t streams,
        layout l)
      : batch(p, u, std::move(per_stream), streams, {l, l, l}) {}
  // Of the estimate, the variance and the results.
  batch(std::size_t p, std::size_t u, std::vector<const constellation*> per_stream, std::size_t streams,
        std::array<layout, 3> l)
      : problems(p), uses(u), tx(streams), symbols(std::move(per_stream)), state(p * u, status::ok) {
    for (std::size_t k = 0; k < tx; ++k) width += of(k).bits();
    into.estimate = lay_out(x, tx, l[0]);
    into.variance = lay_out(variance, tx, l[1]);
    into.llr = lay_out(llr, width, l[2]);
    into.bits = lay_out(bits, width, l[2]);
    into.state = state;
    random_stream random(5, 0, 0, 0);
    std::vector<cf32> drawn(p * u * tx);
    random.complex_normals(drawn, 1.5f);
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      into.estimate.at<cf32>(i / tx / uses, i / tx % uses, i % tx) = drawn[i];
      into.variance.at<float>(i / tx / uses, i / tx % uses, i % tx) =
          0.01f + std::norm(drawn[drawn.size() - 1 - i]);
    }
  }
  template <class T>
  view lay_out(std::vector<T>& memory, std::size_t n, layout l) {
    constexpr T untouched = T(7);
    const auto index = [](std::size_t i) { return static_cast<std::ptrdiff_t>(i); };
    memory.assign(problems * uses * n * (l == backwards ? 3 : 1), untouched);
    if (l == rows) return row_major(memory.data(), problems, uses, n);
    if (l == reversed_uses)
      return strided(memory.data() + (uses - 1) * n, {problems, uses, n}, {index(uses * n), -index(n), 1});
    if (l == planes) return problem_fastest(memory.data(), problems, uses, n);
    return strided(memory.data() + 3 * (problems * uses * n - 1), {problems, uses, n},
                   {-3 * index(uses * n), -3 * index(n), -3});
  }
  const constellation& of(std::size_t k) const { return *symbols[symbols.size() == 1 ? 0 : k]; }
  void run(std::uint8_t native = all_native, demapper rule = demapper::max_log) {
    received_batch received;
    received.symbols = symbols;
    received.rule = rule;
    derive(into, received, native);
  }
  // Every symbol by itself, in float for max_log: what the kernels say of a batch of one.
  void expect_symbol_by_symbol(demapper rule = demapper::max_log) const {
    for (std::size_t p = 0; p < problems; ++p)
      for (std::size_t u = 0; u < uses; ++u)
        for (std::size_t k = 0, at = 0; k < tx; at += of(k).bits(), ++k) {
          const cf32 v = into.estimate.at<cf32>(p, u, k);
          const float n = into.variance.at<float>(p, u, k);
          std::vector<float> expected(of(k).bits());
          of(k).llr({&v, 1}, {&n, 1}, rule, expected);
          for (unsigned b = 0; b < of(k).bits(); ++b) {
            ASSERT_EQ(into.llr.at<float>(p, u, at + b), expected[b]) << p << " " << u << " " << k << " " << b;
            ASSERT_EQ(into.bits.at<std::uint8_t>(p, u, at + b),
                      (of(k).nearest(v) >> (of(k).bits() - 1 - b)) & 1)
                << p << " " << u << " " << k << " " << b;
          }
        }
  }

  std::size_t problems, uses, tx, width = 0;
  std::vector<const constellation*> symbols;
  std::vector<status> state;
  std::vector<cf32> x;
  std::vector<float> variance, llr;
  std::vector<std::uint8_t> bits;
  output into;
};

TEST(derive, every_layout_and_stream_says_what_its_symbol_says) {
  const std::vector<const constellation*> mixed = {&qam(16), &qam(16),   &qam(64),
                                                   &qam(4),  &qam(4096), &qam(4096)};
  for (const batch::layout l : batch::layouts)
    for (const demapper rule : {demapper::max_log, demapper::exact}) {
      for (const auto& [problems, uses] :
           {std::pair<std::size_t, std::size_t>{1, 1}, {2, 3}, {37, 1}, {1, 33}, {9, 5}}) {
        batch one(problems, uses, {&qam(64)}, 5, l), several(problems, uses, mixed, mixed.size(), l);
        one.run(all_native, rule);
        one.expect_symbol_by_symbol(rule);
        several.run(all_native, rule);
        several.expect_symbol_by_symbol(rule);
      }
      // More streams than are gathered at a time.
      batch wide(3, 2, {&qam(16)}, 300, l);
      wide.run(all_native, rule);
      wide.expect_symbol_by_symbol(rule);
    }
}

TEST(derive, inputs_and_outputs_may_differ_in_layout) {
  for (const batch::layout x : batch::layouts)
    for (const batch::layout variance : batch::layouts)
      for (const batch::layout results : batch::layouts) {
        batch b(20, 3, {&qam(64)}, 4, {x, variance, results});
        b.run();
        b.expect_symbol_by_symbol();
      }
}

TEST(derive, writes_nothing_between_the_elements) {
  batch gaps(4, 3, {&qam(16), &qam(64)}, 2, batch::backwards);
  gaps.run();
  for (std::size_t i = 0; i < gaps.llr.size(); ++i)
    if (i % 3 != 0) {
      EXPECT_EQ(gaps.llr[i], 7.0f);
      EXPECT_EQ(gaps.bits[i], 7);
    }
}

TEST(derive, failed_uses_know_nothing_and_decide_on_zero) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const batch::layout l : batch::layouts)
    // What is native was written by the kind: here 7s.
    for (const int native : {0, int{native_llr}, int{native_bits}, native_llr | native_bits}) {
      batch b(7, 3, {&qam(16), &qam(4), &qam(64)}, 3, l);
      b.state[4] = status::singular;
      b.state[20] = status::unstable;
      b.state[2] = status::saturated;
      b.into.estimate.at<cf32>(0, 0, 1) = {0, nan};
      b.into.variance.at<float>(5, 1, 2) = infinity;
      b.run(static_cast<std::uint8_t>(native));
      EXPECT_EQ(b.state[0], status::not_finite);
      EXPECT_EQ(b.state[16], status::out_of_range);
      EXPECT_EQ(b.state[4], status::singular);
      for (std::size_t use = 0; use < 21; ++use) {
        const std::size_t p = use / 3, u = use % 3;
        const bool failed = use == 0 || use == 4 || use == 16 || use == 20;
        EXPECT_EQ(is_failed(b.state[use]), failed);
        for (std::size_t k = 0, at = 0; k < 3; at += b.of(k).bits(), ++k) {
          const cf32 x = b.into.estimate.at<cf32>(p, u, k);
          if (failed) {
            EXPECT_EQ(x, cf32(0));
            EXPECT_EQ(b.into.variance.at<float>(p, u, k), infinity);
          }
          for (unsigned j = 0; j < b.of(k).bits(); ++j) {
            const float llr = b.into.llr.at<float>(p, u, at + j);
            const unsigned bit = b.into.bits.at<std::uint8_t>(p, u, at + j);
            if (failed)
              EXPECT_EQ(llr, 0.0f);
            else if ((native & native_llr) != 0)
              EXPECT_EQ(llr, 7.0f);
            else
              EXPECT_NE(llr, 7.0f);
            if (!failed && (native & native_bits) != 0)
              EXPECT_EQ(bit, 7u);
            else
              EXPECT_EQ(bit, (b.of(k).nearest(x) >> (b.of(k).bits() - 1 - j)) & 1);
          }
        }
      }
    }
}

}  // namespace
}  // namespace mho
