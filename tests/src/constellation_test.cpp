// Square Gray QAM: the points against the formulas of the standard and of the paper, decisions against a
// search.
#include <mho/constellation.hpp>

#include <array>
#include <bit>
#include <cfloat>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <mho/random.hpp>

namespace {

using mho::constellation;
using mho::mapping;

constexpr std::array<std::size_t, 6> sizes = {4, 16, 64, 256, 1024, 4096};
constexpr std::array<mapping, 2> mappings = {mapping::three_gpp, mapping::paper};

// Bit i of the standard's b(0), b(1), .. for a label.
int b(std::uint32_t label, unsigned width, unsigned i) {
  return static_cast<int>((label >> (width - 1 - i)) & 1);
}

// 3GPP TS 38.211 V17, 5.1.3 (QPSK), 5.1.4 (16), 5.1.5 (64), 5.1.6 (256), 5.1.7 (1024), each as printed there;
// o = 0 for the real part, 1 for the imaginary part. 4096 has no formula in the standard: one step more.
double part(std::size_t points, std::uint32_t label, unsigned o) {
  const unsigned width = static_cast<unsigned>(std::countr_zero(points));
  const auto s = [&](unsigned i) { return 1.0 - 2 * b(label, width, i + o); };
  switch (points) {
    case 4:
      return s(0) / std::sqrt(2.0);
    case 16:
      return s(0) * (2 - s(2)) / std::sqrt(10.0);
    case 64:
      return s(0) * (4 - s(2) * (2 - s(4))) / std::sqrt(42.0);
    case 256:
      return s(0) * (8 - s(2) * (4 - s(4) * (2 - s(6)))) / std::sqrt(170.0);
    case 1024:
      return s(0) * (16 - s(2) * (8 - s(4) * (4 - s(6) * (2 - s(8))))) / std::sqrt(682.0);
    default:
      return s(0) * (32 - s(2) * (16 - s(4) * (8 - s(6) * (4 - s(8) * (2 - s(10)))))) / std::sqrt(2730.0);
  }
}

TEST(constellation, three_gpp_points_follow_the_standard) {
  for (const std::size_t points : sizes) {
    const constellation c = constellation::make(points).value();
    ASSERT_EQ(c.size(), points);
    EXPECT_EQ(std::size_t{1} << c.bits(), points);
    EXPECT_EQ(c.labels(), mapping::three_gpp);
    for (std::uint32_t label = 0; label < points; ++label) {
      // One rounding to float of a value below 2.
      EXPECT_NEAR(c.points()[label].real(), part(points, label, 0), 0x1p-24) << points << " " << label;
      EXPECT_NEAR(c.points()[label].imag(), part(points, label, 1), 0x1p-24) << points << " " << label;
    }
  }
}

// Zuo et al. (2025): levels -(r-1), .., r-1; the Gray code undone by the running exclusive or of its bits.
TEST(constellation, paper_points_are_reflected_gray_halves) {
  for (const std::size_t points : sizes) {
    const constellation c = constellation::make(points, mapping::paper).value();
    const unsigned half = c.bits() / 2;
    const double scale = std::sqrt(2.0 * (static_cast<double>(points) - 1) / 3);
    for (std::uint32_t label = 0; label < points; ++label) {
      const auto level = [&](unsigned first) {
        int index = 0, running = 0;
        for (unsigned i = 0; i < half; ++i) {
          running ^= b(label, c.bits(), first + i);
          index = 2 * index + running;
        }
        return (2 * index + 1 - (1 << half)) / scale;
      };
      EXPECT_NEAR(c.points()[label].real(), level(0), 0x1p-24);
      EXPECT_NEAR(c.points()[label].imag(), level(half), 0x1p-24);
    }
  }
  // The 256 points of the paper's figure: 0000 0000 at the most negative corner, -15 -15j.
  const constellation c = constellation::make(256, mapping::paper).value();
  EXPECT_FLOAT_EQ(c.points()[0].real(), static_cast<float>(-15 / std::sqrt(170.0)));
  EXPECT_FLOAT_EQ(c.points()[0].imag(), static_cast<float>(-15 / std::sqrt(170.0)));
}

TEST(constellation, has_unit_average_energy) {
  for (const mapping map : mappings)
    for (const std::size_t points : sizes) {
      const constellation c = constellation::make(points, map).value();
      double energy = 0;
      for (const auto p : c.points()) energy += std::norm(std::complex<double>(p));
      // Each coordinate was rounded to float: relative 2^-24, its square 2^-23.
      EXPECT_NEAR(energy / static_cast<double>(points), 1.0, 0x1p-23);
    }
}

TEST(constellation, is_made_by_size_or_name_only) {
  constexpr std::array<const char*, 6> names = {"qpsk", "16qam", "64qam", "256qam", "1024qam", "4096qam"};
  for (std::size_t i = 0; i < sizes.size(); ++i)
    EXPECT_EQ(constellation::parse(names[i]).value().size(), sizes[i]);
  for (const std::size_t points : std::vector<std::size_t>{0, 1, 2, 8, 32, 128, 100, 2048, 16384})
    EXPECT_EQ(constellation::make(points).code(), mho::error::bad_value) << points;
  EXPECT_EQ(constellation::parse("16psk").code(), mho::error::unknown_name);
  EXPECT_EQ(constellation::parse("").code(), mho::error::unknown_name);
  EXPECT_NE(constellation::parse("246qam").message().find("256qam"), std::string::npos);
}

TEST(constellation, slice_undoes_map_for_every_label) {
  for (const mapping map : mappings)
    for (const std::size_t points : sizes) {
      const constellation c = constellation::make(points, map).value();
      std::vector<std::uint8_t> bits;
      for (std::uint32_t label = 0; label < points; ++label)
        for (unsigned i = 0; i < c.bits(); ++i)
          bits.push_back(static_cast<std::uint8_t>(b(label, c.bits(), i)));
      std::vector<std::complex<float>> symbols(points);
      c.map(bits, symbols);
      for (std::uint32_t label = 0; label < points; ++label) {
        EXPECT_EQ(symbols[label], c.points()[label]);
        EXPECT_EQ(c.nearest(symbols[label]), label);
      }
      std::vector<std::uint8_t> back(bits.size(), 9);
      c.slice(symbols, back);
      EXPECT_EQ(back, bits);
    }
}

// Random symbols are nowhere near a tie at double precision; ties have a test of their own.
std::uint32_t search(const constellation& c, std::complex<double> x) {
  std::uint32_t best = 0;
  for (std::uint32_t label = 1; label < c.size(); ++label)
    if (std::norm(x - std::complex<double>(c.points()[label])) <
        std::norm(x - std::complex<double>(c.points()[best])))
      best = label;
  return best;
}

TEST(constellation, decisions_are_the_nearest_point) {
  for (const mapping map : mappings)
    for (const std::size_t points : sizes) {
      const constellation c = constellation::make(points, map).value();
      mho::random_stream random(1, 0, points, 0);
      std::vector<std::complex<float>> x(64);
      random.complex_normals(x, 2);
      for (const auto symbol : x) EXPECT_EQ(c.nearest(symbol), search(c, symbol)) << points << symbol;
    }
}

// At, just below and just above every decision boundary of an axis; the origin is one of them.
TEST(constellation, ties_fall_to_the_more_positive_level) {
  for (const std::size_t points : sizes) {
    const constellation c = constellation::make(points, mapping::paper).value();
    const auto levels = static_cast<std::uint32_t>(std::size_t{1} << (c.bits() / 2));
    const auto gray = [](std::uint32_t i) { return i ^ (i >> 1); };
    for (std::uint32_t i = 1; i < levels; ++i) {
      const double below = c.points()[gray(i - 1)].imag(), above = c.points()[gray(i)].imag();
      const double middle = (below + above) / 2;  // exact in double
      float at = static_cast<float>(middle);
      for (int step = -3; step <= 3; ++step) {
        float x = at;
        for (int n = 0; n < std::abs(step); ++n) x = std::nextafter(x, step < 0 ? -9.0f : 9.0f);
        const std::uint32_t expected = gray(x >= middle ? i : i - 1);
        EXPECT_EQ(c.nearest({-9.0f, x}), expected) << points << " " << i << " " << step;
        EXPECT_EQ(c.nearest({x, -9.0f}), expected * levels) << points << " " << i << " " << step;
      }
    }
  }
}

TEST(constellation, decides_on_anything) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  for (const std::size_t points : sizes) {
    const constellation c = constellation::make(points, mapping::paper).value();
    const auto levels = static_cast<std::uint32_t>(std::size_t{1} << (c.bits() / 2));
    const std::uint32_t top = levels / 2;  // reflected Gray of the last level: 10..0
    for (const float huge : {3.0f, 1e9f, 1e19f, 3e38f, FLT_MAX, infinity}) {
      EXPECT_EQ(c.nearest({huge, -huge}), top * levels);
      EXPECT_EQ(c.nearest({-huge, huge}), top);
    }
    EXPECT_LT(c.nearest({nan, nan}), points);
    EXPECT_LT(c.nearest({nan, infinity}), points);
    EXPECT_EQ(c.nearest({nan, 9.0f}) % levels, top);
    EXPECT_EQ(c.nearest({0.0f, 0.0f}), c.nearest({FLT_TRUE_MIN, FLT_TRUE_MIN}));
    EXPECT_NE(c.nearest({0.0f, 0.0f}), c.nearest({-FLT_TRUE_MIN, 0.0f}));
    EXPECT_EQ(c.nearest({-0.0f, -0.0f}), c.nearest({0.0f, 0.0f}));
  }
}

}  // namespace
