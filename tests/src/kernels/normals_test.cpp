// The random number kernels of every target: Philox's words, the same bits of normals everywhere, and Box and
// Muller's formula.
#include "kernels/normals.hpp"

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <vector>

#include "kernels/targets.hpp"

namespace mho {
namespace {

const philox_position start{{0x9abcdef1, 0x12345}, {0, 0xba987654, 0x1357fedc, 0xdeadbeef}};

philox_position later(philox_position from, std::uint32_t blocks) {
  from.counter[0] += blocks;
  return from;
}

template <class F>
void on_every_target(F&& check) {
  unsigned seen = 0;
  for (const target_info& t : targets()) {
    if (!t.usable) continue;
    SCOPED_TRACE(t.name);
    const normal_kernels* kernels = find_normal_kernels(target_bit(t.name));
    ASSERT_NE(kernels, nullptr);
    check(*kernels);
    ++seen;
  }
  EXPECT_GE(seen, 1u);
}

// At every count around the sizes of groups, and over the end of the block field.
TEST(normal_kernels, words_are_those_of_random123) {
  constexpr std::uint32_t canary = 0x5a5a5a5a;
  on_every_target([&](const normal_kernels& kernels) {
    for (const std::uint32_t first : {0u, 7u, 0x7fffffffu, 0xffffffd0u})
      for (std::size_t blocks = 0; blocks < 140; ++blocks) {
        std::vector<std::uint32_t> out(4 * blocks + 1, canary);
        const philox_position from = later(start, first);
        kernels.words(from, blocks, out.data());
        ASSERT_EQ(out.back(), canary);
        for (std::size_t b = 0; b < blocks; ++b) {
          const r123::Philox4x32::ctr_type counter = {{from.counter[0] + static_cast<std::uint32_t>(b),
                                                       from.counter[1], from.counter[2], from.counter[3]}};
          const auto expected = r123::Philox4x32()(counter, {{from.key[0], from.key[1]}});
          for (unsigned i = 0; i < 4; ++i) ASSERT_EQ(out[4 * b + i], expected[i]) << first << ' ' << b;
        }
      }
  });
}

// A normal depends on its block alone: not on the target, the first block, the count, the address.
TEST(normal_kernels, targets_and_splits_give_the_same_bits) {
  for (const float scale : {1.0f, 0.3f}) {
    // By the words of Random123's own tests above, pair by pair.
    constexpr std::size_t whole = 4096;
    std::vector<std::uint32_t> words(whole);
    find_normal_kernels(target_bit("scalar"))->words(start, whole / 4, words.data());
    std::vector<float> expected(whole);
    for (std::size_t i = 0; i < whole; i += 2) {
      float pair[2];
      box_muller(words[i], words[i + 1], scale, pair);
      expected[i] = pair[0];
      expected[i + 1] = pair[1];
    }
    on_every_target([&](const normal_kernels& kernels) {
      constexpr float canary = -1e30f;
      const auto check = [&](std::size_t block, std::size_t count, std::size_t offset) {
        std::vector<float> out(offset + count + 1, canary);
        kernels.normals(later(start, static_cast<std::uint32_t>(block)), count, scale, out.data() + offset);
        ASSERT_EQ(out.back(), canary);
        ASSERT_EQ(std::memcmp(out.data() + offset, expected.data() + 4 * block, count * sizeof(float)), 0)
            << block << ' ' << count;
      };
      check(0, whole, 0);
      for (std::size_t count = 0; count < 300; ++count) check(count % 97, count, count % 17);
    });
  }
}

// Box and Muller's formula in double precision, u = (w + 1/2) 2^-32, L = -ln u. With e = 2^-24, in L:
// rounding of w + 1/2 is 1.5 e; the polynomial 0.44 e of ln m, |ln m| < 0.41, its coefficients and operations
// less than e in all; the multiple P of ln 2, P < L + 0.41, is rounded twice and the sum once: e (3.4 + 3 L).
// In cos psi
// -+ sin psi: angle 0.8 e + 0.6 e; sine 0.04 e + coefficients 0.9 e + operations 1.8 e; cosine 0.47 e +
// coefficients 0.33 e + operations 1.9 e; their sum 1.42 e: 8.3 e. The root and the last product are 1.42 e
// each.
void expect_box_muller(std::uint32_t w, std::uint32_t v) {
  constexpr double e = 0x1p-24, pi = 3.14159265358979323846;
  float pair[2];
  box_muller(w, v, 1, pair);
  const double log = -std::log((w + 0.5) * 0x1p-32);
  const double error = e * (3.4 + 3 * log);
  const double radius = std::sqrt(2 * log), widest = std::sqrt(2 * (log + error));
  const double narrowest = std::sqrt(2 * std::max(0.0, log - error));
  const double tolerance = std::max(widest - radius, radius - narrowest) + (8.3 + 2 * 1.42) * e * widest;
  const double angle = 2 * pi * v * 0x1p-32;
  ASSERT_NEAR(pair[0], radius * std::cos(angle), tolerance) << w << ' ' << v;
  ASSERT_NEAR(pair[1], radius * std::sin(angle), tolerance) << w << ' ' << v;
}

TEST(normal_kernels, normals_are_box_muller_pairs) {
  std::vector<std::uint32_t> special;
  for (unsigned bit = 0; bit < 32; ++bit)
    for (const std::uint32_t near : {1u << bit, 3u << bit, 0u - (1u << bit), 0xaaaaaaabu >> bit})
      for (std::uint32_t step = 0; step < 5; ++step) special.push_back(near + step - 2);
  for (const std::uint32_t w : special)
    for (const std::uint32_t v : special) expect_box_muller(w, v);
  std::vector<std::uint32_t> words(1 << 20);
  find_normal_kernels(target_bit("auto"))->words(start, words.size() / 4, words.data());
  for (std::size_t i = 0; i < words.size(); i += 2) expect_box_muller(words[i], words[i + 1]);
}

}  // namespace
}  // namespace mho
