// Random numbers: the published answers of Philox, the layout of its counter, and the distributions.
#include <mho/random.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <vector>

#include <gtest/gtest.h>

namespace {

using block = std::array<std::uint32_t, 4>;

// Philox4x32-10 as in Salmon et al. (SC 2011), section 3.3 and table 2.
block philox(block counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0],
                        c = std::uint64_t{0xCD9E8D57} * counter[2];
    const auto high = [](std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); };
    counter = {high(c) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(c), high(a) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(a)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}

TEST(random, gives_the_published_answers) {
  // The known-answer vectors that Random123 is published with.
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
            (block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
  mho::random_stream zero(0, 0, 0, 0);
  for (const std::uint32_t word : {0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u})
    EXPECT_EQ(zero.word(), word);
}

TEST(random, counts_blocks_numbers_purposes_and_streams_apart) {
  const std::uint64_t seed = 0x1234567'89abcdefull & ((1ull << 53) - 1), number = 0xfedc'ba987654ull;
  mho::random_stream random(seed, 0xdeadbeef, number, 0x1357);
  const std::array<std::uint32_t, 2> key = {static_cast<std::uint32_t>(seed),
                                            static_cast<std::uint32_t>(seed >> 32)};
  for (std::uint32_t i = 0; i < 3; ++i)
    for (const std::uint32_t word : philox({i, 0xba987654u, 0x1357fedcu, 0xdeadbeefu}, key))
      EXPECT_EQ(random.word(), word);
  mho::random_stream part(seed, 0xdeadbeef, number, 0x1357, 0x2468);
  for (std::uint32_t i = 0; i < 3; ++i)
    for (const std::uint32_t word : philox({0x24680000u + i, 0xba987654u, 0x1357fedcu, 0xdeadbeefu}, key))
      EXPECT_EQ(part.word(), word);
}

TEST(random, consumes_what_it_says) {
  const auto next_is_word = [](mho::random_stream used, unsigned words) {
    mho::random_stream fresh(5, 1, 2, 3);
    for (unsigned i = 0; i < words; ++i) fresh.word();
    EXPECT_EQ(used.word(), fresh.word()) << words;
  };
  for (const unsigned n : {0u, 1u, 2u, 7u, 8u, 128u, 129u, 1000u, 20'000u}) {
    mho::random_stream normals(5, 1, 2, 3), complex_normals(5, 1, 2, 3), bits(5, 1, 2, 3);
    std::vector<float> reals(n);
    normals.normals(reals);
    next_is_word(normals, (n + 1) / 2 * 2);
    std::vector<std::complex<float>> pairs(n);
    complex_normals.complex_normals(pairs);
    next_is_word(complex_normals, 2 * n);
    std::vector<std::uint8_t> flips(n);
    bits.bits(flips);
    next_is_word(bits, (n + 31) / 32);
  }
}

TEST(random, many_words_are_the_single_ones) {
  mho::random_stream single(5, 1, 2, 3), many(5, 1, 2, 3);
  for (const std::size_t n : {1u, 2u, 1u, 7u, 0u, 64u, 3u, 130u, 1000u}) {
    std::vector<std::uint32_t> words(n);
    many.words(words);
    for (const std::uint32_t word : words) ASSERT_EQ(word, single.word()) << n;
  }
}

TEST(random, normals_are_the_same_however_they_are_asked_for) {
  std::vector<float> whole(2000);
  mho::random_stream(5, 1, 2, 3).normals(whole);
  mho::random_stream pieces(5, 1, 2, 3), single(5, 1, 2, 3), complex(5, 1, 2, 3), odd(5, 1, 2, 3);
  std::size_t done = 0;
  for (const std::size_t n : {2u, 4u, 6u, 0u, 34u, 128u, 254u, 1000u}) {
    std::vector<float> piece(n);
    pieces.normals(piece);
    for (const float value : piece) ASSERT_EQ(value, whole[done++]) << n;
  }
  for (std::size_t i = 0; i < 40; i += 2) EXPECT_EQ(single.normal(), whole[i]);
  std::vector<std::complex<float>> pairs(1000);
  complex.complex_normals(pairs, 2);  // each part has variance 1
  for (std::size_t i = 0; i < pairs.size(); ++i)
    ASSERT_EQ(pairs[i], std::complex<float>(whole[2 * i], whole[2 * i + 1]));
  odd.word();  // the rest of its half block is dropped
  std::vector<float> rest(100);
  odd.normals(rest);
  for (std::size_t i = 0; i < rest.size(); ++i) ASSERT_EQ(rest[i], whole[i + 2]);
}

TEST(random, bits_are_the_words_from_below) {
  mho::random_stream words(5, 0, 0, 0), random(5, 0, 0, 0);
  std::vector<std::uint8_t> bits(20'070);
  random.bits(bits);
  for (std::size_t i = 0; i < bits.size(); i += 32) {
    const std::uint32_t word = words.word();
    for (std::size_t j = i; j < std::min(bits.size(), i + 32); ++j) EXPECT_EQ(bits[j], (word >> (j - i)) & 1);
  }
}

// Box and Muller's formula in double precision. Radius squared, -2 ln u: rounding u to float is 2 * 2^-24
// absolute, the float logarithm a few 2^-24 of its value: 8 * 2^-24 (1 + r^2) in all. Sine and cosine: 4 *
// 2^-24.
TEST(random, normals_are_box_muller_pairs) {
  mho::random_stream words(6, 0, 0, 0), random(6, 0, 0, 0);
  std::vector<float> normals(200'000);
  random.normals(normals);
  constexpr double pi = 3.14159265358979323846;
  for (std::size_t i = 0; i < normals.size(); i += 2) {
    const double square = -2 * std::log(words.uniform());
    const double radius = std::sqrt(square);
    const double angle = 2 * pi * words.word() * 0x1p-32;
    const double tolerance =
        std::min(std::sqrt(8 * 0x1p-24), 8 * 0x1p-24 * (1 + square) / (2 * radius)) + 4 * 0x1p-24 * radius;
    ASSERT_NEAR(normals[i], radius * std::cos(angle), tolerance) << i;
    ASSERT_NEAR(normals[i + 1], radius * std::sin(angle), tolerance) << i;
  }
}

constexpr double five_sigma = 5;  // two-sided normal probability 5.7e-7

// Moments of N(0, 1): the mean of x^k has variance (E x^2k - (E x^k)^2) / n; E x^2, x^4, x^6, x^8 = 1, 3, 15,
// 105.
TEST(random, normals_have_the_moments_of_a_normal) {
  constexpr std::size_t n = 1'000'000;
  std::vector<float> x(n);
  mho::random_stream(7, 0, 0, 0).normals(x);
  std::array<double, 5> mean{};
  double neighbours = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double power = 1;
    for (double& m : mean) {
      m += power / n;
      power *= x[i];
    }
    if (i > 0) neighbours += static_cast<double>(x[i]) * x[i - 1] / n;
  }
  const double unit = five_sigma / std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(mean[1], 0, unit);
  EXPECT_NEAR(mean[2], 1, unit * std::sqrt(2.0));
  EXPECT_NEAR(mean[3], 0, unit * std::sqrt(15.0));
  EXPECT_NEAR(mean[4], 3, unit * std::sqrt(105.0 - 9));
  EXPECT_NEAR(neighbours, 0, unit);
}

// Kolmogorov's distance D: P(sqrt(n) D > t) < 2 exp(-2 t^2) (Massart 1990); t = 2.7 gives 9.3e-7.
TEST(random, normals_and_uniforms_follow_their_distribution_functions) {
  constexpr std::size_t n = 200'000;
  const auto distance = [](std::vector<double> p) {
    std::sort(p.begin(), p.end());
    double worst = 0;
    for (std::size_t i = 0; i < p.size(); ++i)
      worst = std::max({worst, std::abs(p[i] - static_cast<double>(i) / n),
                        std::abs(p[i] - static_cast<double>(i + 1) / n)});
    return worst * std::sqrt(static_cast<double>(n));
  };
  std::vector<float> x(n);
  mho::random_stream random(8, 0, 0, 0);
  random.normals(x);
  std::vector<double> p(n);
  std::transform(x.begin(), x.end(), p.begin(), [](float v) { return 0.5 * std::erfc(-v / std::sqrt(2.0)); });
  EXPECT_LT(distance(p), 2.7);
  for (double& u : p) {
    u = random.uniform();
    ASSERT_TRUE(u > 0 && u < 1);
  }
  EXPECT_LT(distance(p), 2.7);
  for (double& u : p) u = 0.5 * std::erfc(-random.normal() / std::sqrt(2.0));
  EXPECT_LT(distance(p), 2.7);
}

// Circular symmetry: E|z|^2 = variance, E z^2 = 0; the parts of z^2 and |z|^2 have variance E|z|^4 / 2 and 1.
TEST(random, complex_normals_are_circular) {
  constexpr std::size_t n = 500'000;
  constexpr double variance = 3;
  std::vector<std::complex<float>> z(n);
  mho::random_stream(9, 0, 0, 0).complex_normals(z, variance);
  double energy = 0;
  std::complex<double> square = 0;
  for (const auto value : z) {
    const std::complex<double> v(value);
    energy += std::norm(v) / n;
    square += v * v / static_cast<double>(n);
  }
  const double unit = five_sigma * variance / std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(energy, variance, unit);
  EXPECT_NEAR(square.real(), 0, unit);
  EXPECT_NEAR(square.imag(), 0, unit);
}

// Sequences that differ in one coordinate: products of their normals average to zero, bits agree half of the
// time.
TEST(random, neighbouring_sequences_are_uncorrelated) {
  constexpr std::size_t n = 100'000;
  const auto draw = [](mho::random_stream random) {
    std::vector<float> x(n);
    random.normals(x);
    return x;
  };
  const std::vector<float> base = draw({10, 1, 1, 1});
  for (const auto& other :
       {draw({11, 1, 1, 1}), draw({10, 2, 1, 1}), draw({10, 1, 2, 1}), draw({10, 1, 1, 2})}) {
    double product = 0;
    for (std::size_t i = 0; i < n; ++i) product += static_cast<double>(base[i]) * other[i];
    EXPECT_LT(std::abs(product), five_sigma * std::sqrt(static_cast<double>(n)));
  }
  std::vector<std::uint8_t> first(n), second(n);
  mho::random_stream(10, 1, 1, 1).bits(first);
  mho::random_stream(10, 1, 2, 1).bits(second);
  double agree = 0, ones = 0;
  for (std::size_t i = 0; i < n; ++i) {
    agree += first[i] == second[i] ? 1 : 0;
    ones += first[i];
  }
  EXPECT_NEAR(agree, n / 2.0, five_sigma / 2 * std::sqrt(static_cast<double>(n)));
  EXPECT_NEAR(ones, n / 2.0, five_sigma / 2 * std::sqrt(static_cast<double>(n)));
}

}  // namespace
