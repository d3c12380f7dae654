// Hard decisions and max-log LLRs of every target against the definition in double precision.
#include "kernels/demap.hpp"

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <mho/mho.hpp>

#include "kernels/targets.hpp"

namespace mho {
namespace {

using cf32 = std::complex<float>;

constexpr std::array<std::size_t, 6> sizes = {4, 16, 64, 256, 1024, 4096};
constexpr std::array<mapping, 2> mappings = {mapping::three_gpp, mapping::paper};
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr double unit = 0x1p-24;

struct target {
  std::string name;
  const demap_kernels* kernels;
};

std::vector<target> all_targets() {
  std::vector<target> list;
  for (const target_info& t : targets())
    if (t.usable) list.push_back({t.name, find_demap_kernels(target_bit(t.name))});
  return list;
}

// A constellation, and its axis as its points say.
struct setup {
  setup(std::size_t points, mapping map) : qam(constellation::make(points, map).value()) {
    for (const cf32 p : qam.points()) levels.push_back(p.real());
    std::sort(levels.begin(), levels.end());
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    edges.push_back(-infinity);
    for (std::size_t i = 1; i < levels.size(); ++i) {
      const double middle = (static_cast<double>(levels[i - 1]) + levels[i]) / 2;
      const auto edge = static_cast<float>(middle);
      edges.push_back(edge < middle ? std::nextafter(edge, infinity) : edge);
    }
    const float step = levels[levels.size() / 2];
    axis = {qam.bits() / 2, map, step, static_cast<float>(0.5 / static_cast<double>(step)), edges.data()};
  }
  unsigned bit(std::size_t label, unsigned j) const {
    return static_cast<unsigned>(label >> (qam.bits() - 1 - j)) & 1;
  }
  std::string name() const {
    return std::to_string(qam.size()) + (qam.labels() == mapping::paper ? " paper" : " 38.211");
  }
  std::vector<float> llr(const demap_kernels& k, const std::vector<cf32>& x,
                         const std::vector<float>& variance) const {
    std::vector<float> out(x.size() * qam.bits() + 1, 7.0f);
    k.max_log(axis, x.data(), variance.data(), x.size(), out.data());
    EXPECT_EQ(out.back(), 7.0f) << "written beyond the end";
    out.pop_back();
    return out;
  }
  std::vector<std::uint8_t> slice(const demap_kernels& k, const std::vector<cf32>& x) const {
    std::vector<std::uint8_t> out(x.size() * qam.bits() + 1, 9);
    k.slice(axis, x.data(), x.size(), out.data());
    EXPECT_EQ(out.back(), 9) << "written beyond the end";
    out.pop_back();
    return out;
  }

  constellation qam;
  std::vector<float> levels, edges;
  qam_axis axis;
};

template <class F>
void for_each_setup(F&& f) {
  for (const mapping map : mappings)
    for (const std::size_t points : sizes) f(setup(points, map));
}

// Points with noise, points far outside, and points a few float steps around the edges.
std::vector<cf32> symbols_of(const setup& s, std::size_t count, float variance, std::uint64_t seed) {
  std::vector<cf32> x(count);
  random_stream random(seed, 0, s.qam.size(), 0);
  random.complex_normals(x, variance);
  for (cf32& v : x) v += s.qam.points()[random.word() % s.qam.size()];
  return x;
}

std::uint32_t bits_of(float f) {
  std::uint32_t u;
  std::memcpy(&u, &f, sizeof u);
  return u;
}
void expect_same_bits(const std::vector<float>& a, const std::vector<float>& b, const std::string& what) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    ASSERT_EQ(bits_of(a[i]), bits_of(b[i])) << what << " " << i << ": " << a[i] << " " << b[i];
}

TEST(demap_kernels, every_usable_target_has_them) {
  for (const target& t : all_targets()) EXPECT_NE(t.kernels, nullptr) << t.name;
  EXPECT_EQ(find_demap_kernels(0), nullptr);
}

// The metric |x - s|^2 of a double-precision search over all points has a relative error of 2^-51: no point
// may be nearer than the decision by more.
TEST(demap_kernels, decide_for_the_nearest_point) {
  for_each_setup([](const setup& s) {
    std::vector<cf32> x = symbols_of(s, 200, 2.0f / static_cast<float>(s.qam.size()), 1);
    const std::vector<cf32> far = symbols_of(s, 50, 4.0f, 2);
    x.insert(x.end(), far.begin(), far.end());
    for (std::size_t i = 1; i < s.edges.size(); ++i)
      for (int step = -3; step <= 3; ++step) {
        float near = s.edges[i];
        for (int n = 0; n < std::abs(step); ++n) near = std::nextafter(near, step < 0 ? -infinity : infinity);
        x.push_back({near, s.levels[i]});
        x.push_back({s.levels[0], near});
      }
    for (const float huge : {1e6f, 1e30f, FLT_MAX}) x.push_back({huge, -huge});
    std::vector<double> smallest(x.size(), HUGE_VAL);
    const auto metric = [](cf32 a, cf32 b) {
      return std::norm(std::complex<double>(a) - std::complex<double>(b));
    };
    for (std::size_t i = 0; i < x.size(); ++i)
      for (const cf32 p : s.qam.points()) smallest[i] = std::min(smallest[i], metric(x[i], p));
    for (const target& t : all_targets()) {
      const auto bits = s.slice(*t.kernels, x);
      for (std::size_t i = 0; i < x.size(); ++i) {
        std::uint32_t label = 0;
        for (unsigned j = 0; j < s.qam.bits(); ++j) {
          ASSERT_LE(bits[i * s.qam.bits() + j], 1);
          label = 2 * label + bits[i * s.qam.bits() + j];
        }
        ASSERT_LE(metric(x[i], s.qam.points()[label]), smallest[i] * (1 + 0x1p-50))
            << t.name << " " << s.name() << " " << x[i];
        ASSERT_EQ(label, s.qam.nearest(x[i])) << t.name << " " << s.name() << " " << x[i] << ": a tie";
      }
    }
  });
}

TEST(demap_kernels, decide_something_valid_for_what_is_not_a_number) {
  for_each_setup([](const setup& s) {
    const std::vector<cf32> x = {{nan, 0.1f},           {0.1f, nan},  {nan, nan}, {infinity, -infinity},
                                 {-infinity, infinity}, {0.1f, 0.1f}, {0, 0},     {-0.0f, -0.0f}};
    for (const target& t : all_targets()) {
      const auto bits = s.slice(*t.kernels, x);
      for (std::size_t i = 0; i < x.size(); ++i)
        for (unsigned j = 0; j < s.qam.bits(); ++j)
          EXPECT_EQ(bits[i * s.qam.bits() + j], s.bit(s.qam.nearest(x[i]), j)) << t.name << " " << x[i];
    }
  });
}

// The definition over all points, and how far FP32 may be from it. Let u = 2^-24, A the outermost level, D
// the distance of the two levels that decide and m their middle: L = 2 D (x - m) / variance. The kernel's
// x - m is off by at most
//   3 u A             the nearest level: own * step against the point's own rounding
//   u (|x| + A)       subtracting it
//   2 u A             half of D: step and a product
//   u (|x| + A)       the sum
//   2 u A             the rounding of the points whose middle m is
//   3 u A             x at a cell's edge in the neighbour's cell (2 u A by the scaling, u A by the edge's
//                     levels): D changes by one distance of levels, D at most, over that length
// together u (12 A + 2 |x|), its D by 2 u A (points) + 2 u D, and variance, gain and product add 3 u L.
// (1 + u)-terms of second order and denormal results: one part in a thousand, the smallest float. The
// definition's own metrics, in long double, are good to 2^-60.
struct definition {
  definition(const setup& s, cf32 x, float variance) {
    const double outermost = s.levels.back();
    for (unsigned j = 0; j < s.qam.bits(); ++j) {
      std::array<long double, 2> smallest = {HUGE_VALL, HUGE_VALL};
      std::array<std::size_t, 2> nearest{};
      for (std::size_t i = 0; i < s.qam.size(); ++i) {
        const long double metric =
            std::norm(std::complex<long double>(x) - std::complex<long double>(s.qam.points()[i]));
        const unsigned b = s.bit(i, j);
        if (metric < smallest[b]) smallest[b] = metric, nearest[b] = i;
      }
      llr.push_back(static_cast<double>((smallest[1] - smallest[0]) / variance));
      const std::complex<double> apart =
          std::complex<double>(s.qam.points()[nearest[0]]) - std::complex<double>(s.qam.points()[nearest[1]]);
      const double distance = std::max(std::abs(apart.real()), std::abs(apart.imag()));
      const double size = std::max(std::abs(x.real()), std::abs(x.imag()));
      tolerance.push_back(1.001 * unit *
                              (2 * distance * (12 * outermost + 2 * size) / variance +
                               (2 * outermost / distance + 2 + 3) * std::abs(llr.back())) +
                          static_cast<double>(0x1p-60L * smallest[0] / variance) + FLT_TRUE_MIN);
    }
  }
  std::vector<double> llr, tolerance;
};

TEST(demap_kernels, llrs_are_those_of_the_definition) {
  for_each_setup([](const setup& s) {
    std::vector<cf32> x;
    std::vector<float> variance;
    for (int db = -20; db <= 60; db += 20) {
      const auto level = static_cast<float>(std::pow(10.0, -db / 10.0));
      const std::vector<cf32> more = symbols_of(s, s.qam.size() < 1000 ? 60 : 20, level, 3);
      x.insert(x.end(), more.begin(), more.end());
      variance.insert(variance.end(), more.size(), level);
    }
    // At edges, at levels, far outside, and with variances that take the careful way.
    for (std::size_t i = 1; i < s.edges.size(); i += 1 + s.edges.size() / 8) {
      x.insert(x.end(), {{s.edges[i], s.levels[i]}, {std::nextafter(s.edges[i], -1.0f), 5.0f}});
      variance.insert(variance.end(), {0.01f, 1e-3f});
    }
    for (const float odd : {1e-30f, 1e-37f, 1e30f, FLT_MAX}) {
      x.insert(x.end(), {{0.3f, -1.1f}, {1e4f, 0.2f}});
      variance.insert(variance.end(), {odd, odd});
    }
    x.push_back({1e10f, -3e9f});
    variance.push_back(1e5f);
    std::vector<definition> expected;
    for (std::size_t i = 0; i < x.size(); ++i) expected.emplace_back(s, x[i], variance[i]);
    for (const target& t : all_targets()) {
      const auto llr = s.llr(*t.kernels, x, variance);
      for (std::size_t i = 0; i < x.size(); ++i)
        for (unsigned j = 0; j < s.qam.bits(); ++j)
          ASSERT_NEAR(llr[i * s.qam.bits() + j], std::clamp<double>(expected[i].llr[j], -FLT_MAX, FLT_MAX),
                      expected[i].tolerance[j])
              << t.name << " " << s.name() << " " << x[i] << " variance " << variance[i] << " bit " << j;
    }
  });
}

TEST(demap_kernels, know_nothing_from_what_is_not_finite) {
  for_each_setup([](const setup& s) {
    std::vector<cf32> x;
    std::vector<float> variance;
    for (const float bad : {infinity, nan, -1.0f, -infinity, -FLT_TRUE_MIN}) {
      x.push_back({0.3f, -0.3f});
      variance.push_back(bad);
    }
    for (const float bad : {infinity, -infinity, nan})
      for (const float v : {0.0f, 0.1f, 1e-40f, infinity, nan}) {
        x.insert(x.end(), {{bad, 0.1f}, {0.1f, bad}});
        variance.insert(variance.end(), {v, v});
      }
    for (const target& t : all_targets()) {
      const auto llr = s.llr(*t.kernels, x, variance);
      expect_same_bits(llr, std::vector<float>(llr.size(), 0.0f), t.name + " " + s.name());
    }
  });
}

TEST(demap_kernels, clip_certainty_to_the_largest_float) {
  for_each_setup([](const setup& s) {
    std::vector<cf32> x;
    for (std::size_t label = 0; label < s.qam.size(); label += 7) x.push_back(s.qam.points()[label]);
    const std::size_t points = x.size();
    x.push_back({FLT_MAX, -FLT_MAX});
    x.push_back({0, 0});  // halfway for the first bit of each axis
    for (const float variance : {0.0f, -0.0f, FLT_TRUE_MIN})
      for (const target& t : all_targets()) {
        const auto llr = s.llr(*t.kernels, x, std::vector<float>(x.size(), variance));
        for (std::size_t i = 0; i < x.size(); ++i) {
          const std::size_t label = i < points ? 7 * i : s.qam.nearest(i == points ? cf32{9, -9} : cf32{});
          for (unsigned j = 0; j < s.qam.bits(); ++j) {
            const unsigned first_imag = s.qam.labels() == mapping::paper ? s.qam.bits() / 2 : 1;
            const bool tie = i == points + 1 && (j == 0 || j == first_imag);
            ASSERT_EQ(llr[i * s.qam.bits() + j], tie                    ? 0
                                                 : s.bit(label, j) == 0 ? FLT_MAX
                                                                        : -FLT_MAX)
                << t.name << " " << s.name() << " " << x[i] << " bit " << j;
          }
        }
      }
  });
}

// A third of the symbols takes the careful way, in lanes of every place.
struct mixed_batch {
  explicit mixed_batch(const setup& s, std::size_t count) : x(symbols_of(s, count, 0.5f, 4)) {
    const std::array<float, 8> odd = {0.0f, -0.0f, infinity, nan, -1.0f, 1e-39f, 1e-30f, FLT_MAX};
    for (std::size_t i = 0; i < count; ++i) variance.push_back(i % 3 == 1 ? odd[i / 3 % 8] : 0.01f);
    for (std::size_t i = 5; i < count; i += 11)
      x[i] = {i % 2 == 0 ? nan : 1e35f, i % 4 == 1 ? infinity : 0.0f};
    for (std::size_t i = 7; i < count; i += 13) x[i] = 0;
  }
  std::vector<cf32> x;
  std::vector<float> variance;
};

TEST(demap_kernels, nothing_depends_on_the_batch_or_the_place_in_it) {
  for_each_setup([](const setup& s) {
    const mixed_batch all(s, 70);
    const unsigned width = s.qam.bits();
    for (const target& t : all_targets()) {
      std::vector<float> llr;
      std::vector<std::uint8_t> bits;
      for (std::size_t i = 0; i < all.x.size(); ++i) {
        const auto one = s.llr(*t.kernels, {all.x[i]}, {all.variance[i]});
        const auto decided = s.slice(*t.kernels, {all.x[i]});
        llr.insert(llr.end(), one.begin(), one.end());
        bits.insert(bits.end(), decided.begin(), decided.end());
      }
      for (const std::size_t begin : {std::size_t{0}, std::size_t{1}, std::size_t{6}})
        for (std::size_t end = begin + 1; end <= all.x.size(); ++end) {
          const auto part = [&](const auto& v, std::size_t per) {
            return std::decay_t<decltype(v)>(v.begin() + static_cast<std::ptrdiff_t>(begin * per),
                                             v.begin() + static_cast<std::ptrdiff_t>(end * per));
          };
          const std::vector<cf32> x = part(all.x, 1);
          expect_same_bits(s.llr(*t.kernels, x, part(all.variance, 1)), part(llr, width), t.name);
          ASSERT_EQ(s.slice(*t.kernels, x), part(bits, width)) << t.name << " " << s.name();
        }
    }
  });
}

TEST(demap_kernels, all_targets_agree_to_the_last_bit) {
  for_each_setup([](const setup& s) {
    const mixed_batch batch(s, 500);
    const std::vector<target> list = all_targets();
    const auto llr = s.llr(*list.front().kernels, batch.x, batch.variance);
    const auto bits = s.slice(*list.front().kernels, batch.x);
    for (const target& t : list) {
      expect_same_bits(s.llr(*t.kernels, batch.x, batch.variance), llr, t.name + " " + s.name());
      EXPECT_EQ(s.slice(*t.kernels, batch.x), bits) << t.name << " " << s.name();
    }
    // What the constellation itself offers is one of them.
    std::vector<float> own(llr.size());
    std::vector<std::uint8_t> decided(bits.size());
    s.qam.llr(batch.x, batch.variance, demapper::max_log, own);
    s.qam.slice(batch.x, decided);
    expect_same_bits(own, llr, "constellation");
    EXPECT_EQ(decided, bits);
  });
}

}  // namespace
}  // namespace mho
