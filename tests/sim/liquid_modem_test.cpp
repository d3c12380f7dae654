// liquid-dsp and mho::constellation: two independent modems that must agree.
#include <liquid_modem.hpp>

#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include <mho/constellation.hpp>
#include <mho/random.hpp>

namespace {

using mho::constellation;
using mho::mapping;
using mho::sim::liquid_modem;

constexpr std::array<std::size_t, 4> sizes = {4, 16, 64, 256};
constexpr std::array<mapping, 2> mappings = {mapping::three_gpp, mapping::paper};

TEST(liquid_modem, says_what_it_has_not) {
  EXPECT_EQ(liquid_modem::make(8).code(), mho::error::bad_value);
  EXPECT_EQ(liquid_modem::make(1024).code(), mho::error::unsupported);
  EXPECT_EQ(liquid_modem::make(4096).code(), mho::error::unsupported);
  EXPECT_EQ(liquid_modem::make(16).ok(), mho::sim::has_liquid());
  if (!mho::sim::has_liquid()) {
    EXPECT_EQ(liquid_modem::make(16).code(), mho::error::unsupported);
    EXPECT_NE(liquid_modem::make(16).message().find("without liquid-dsp"), std::string::npos);
  }
}

TEST(liquid_modem, has_the_same_points) {
  if (!mho::sim::has_liquid()) GTEST_SKIP() << "built without liquid-dsp";
  for (const mapping map : mappings)
    for (const std::size_t points : sizes) {
      const constellation ours = constellation::make(points, map).value();
      liquid_modem theirs = liquid_modem::make(points, map).value();
      ASSERT_EQ(theirs.bits(), ours.bits());
      std::vector<std::uint8_t> bits;
      for (std::size_t label = 0; label < points; ++label)
        for (unsigned j = ours.bits(); j-- > 0;) bits.push_back(static_cast<std::uint8_t>((label >> j) & 1));
      std::vector<std::complex<float>> symbols(points);
      theirs.map(bits, symbols);
      for (std::size_t label = 0; label < points; ++label)
        EXPECT_LT(std::abs(symbols[label] - ours.points()[label]), 1e-6f) << points << " " << label;
      std::vector<std::uint8_t> back(bits.size());
      theirs.slice(symbols, back);
      EXPECT_EQ(back, bits);
    }
}

// Whether a coordinate lies within 1e-5 of a decision boundary: an even multiple of half the distance of
// levels.
bool is_close_call(std::size_t points, float coordinate) {
  const double distance = 2 * std::sqrt(1.5 / static_cast<double>(points - 1));
  const double nearest = std::round(coordinate / distance) * distance;
  return std::abs(coordinate - nearest) < 1e-5;
}

TEST(liquid_modem, makes_the_same_decisions) {
  if (!mho::sim::has_liquid()) GTEST_SKIP() << "built without liquid-dsp";
  constexpr std::size_t count = 50'000;
  for (const mapping map : mappings)
    for (const std::size_t points : sizes) {
      const constellation ours = constellation::make(points, map).value();
      liquid_modem theirs = liquid_modem::make(points, map).value();
      mho::random_stream random(20, 0, points, 0);
      std::vector<std::uint8_t> sent(count * ours.bits()), first(sent.size()), second(sent.size());
      random.bits(sent);
      std::vector<std::complex<float>> symbols(count), noise(count);
      theirs.map(sent, symbols);
      random.complex_normals(noise, 0.1f);
      for (std::size_t i = 0; i < count; ++i) symbols[i] += noise[i];
      ours.slice(symbols, first);
      theirs.slice(symbols, second);
      std::size_t compared = 0;
      for (std::size_t i = 0; i < count; ++i) {
        if (is_close_call(points, symbols[i].real()) || is_close_call(points, symbols[i].imag())) continue;
        ++compared;
        for (unsigned j = 0; j < ours.bits(); ++j)
          ASSERT_EQ(first[i * ours.bits() + j], second[i * ours.bits() + j])
              << points << symbols[i] << " bit " << j;
      }
      // 256 points: boundaries every 0.153, 2e-5 wide on either axis: 0.03 % are close calls.
      EXPECT_GT(compared, count * 99 / 100);
    }
}

}  // namespace
