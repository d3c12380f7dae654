// Draws that belong to places and uses: op-amp offsets by the array, reads of any length by the vector.
#include <gtest/gtest.h>

#include <map>
#include <mho/mho.hpp>
#include <mho/netlist.hpp>
#include <set>
#include <vector>

#include "analog/faults.hpp"
#include "analog/leaf.hpp"
#include "analog/use_stream.hpp"

namespace mho::analog {
namespace {

TEST(offsets, belong_to_the_place_role_and_row) {
  std::set<double> seen;
  std::size_t drawn = 0;
  for (const std::uint64_t place : {1u, 2u, 3u, 4u, 5u, 4095u})
    for (const array_role role : {array_role::plus, array_role::minus, array_role::bias}) {
      std::vector<double> all(8), fewer(3);
      draw_offsets(1e-3, {7, place, role}, all.size(), all.data());
      draw_offsets(1e-3, {7, place, role}, fewer.size(), fewer.data());
      for (std::size_t i = 0; i < fewer.size(); ++i) EXPECT_EQ(fewer[i], all[i]);
      for (const double v : all) {
        EXPECT_LE(std::abs(v), 1e-3);
        seen.insert(v);
      }
      drawn += all.size();
    }
  EXPECT_EQ(seen.size(), drawn);  // 144 draws of 2^32: two alike with probability 2e-6
}

// The offsets that array number `array` (of the order of programming) of a 16 x 16 system has.
std::vector<double> offsets(const std::vector<double>& a, std::size_t array) {
  options o = accelerator_presets()[0].values;
  o["circuit.offset_volt"] = 1e-3;
  const analog_solver solver = analog_solver::make(o, 16, false).value();
  const std::vector<double> b(4, 1.0);
  const auto circuit = solver.circuit(a.data(), b, {3, 0, 0}, array);
  EXPECT_TRUE(circuit.ok()) << circuit.message();
  return circuit ? circuit->instance.offset_volt : std::vector<double>();
}

TEST(offsets, of_later_arrays_do_not_depend_on_equal_blocks) {
  // Four arrays, places 4 to 7. Equal blocks in the first half make it program one array fewer.
  std::vector<double> distinct(256, 0.0);
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t j = 0; j < 16; ++j) distinct[i * 16 + j] = 0.01 * static_cast<double>((i + j) % 5);
    distinct[i * 17] = 2 + 0.05 * static_cast<double>(i);
  }
  std::vector<double> alike = distinct;
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) alike[(4 + i) * 16 + 4 + j] = alike[i * 16 + j];
  EXPECT_EQ(offsets(distinct, 1), offsets(alike, 1));
  EXPECT_EQ(offsets(distinct, 3), offsets(alike, 2));
  EXPECT_EQ(offsets(distinct, 4), offsets(alike, 3));
  EXPECT_NE(offsets(distinct, 2), offsets(alike, 2));
}

TEST(use_stream, never_shares_draws) {
  // Blocks are 128 bits: two alike among all of them would be the same counter and key. Over the first end
  // of a segment, of uses, cycles' purposes and problems that lie beside each other.
  std::map<std::pair<std::uint64_t, std::uint64_t>, int> seen;
  std::size_t blocks = 0;
  for (const purpose of : {array_reading_purpose, conversion_purpose, reading_purpose})
    for (const std::uint64_t number : {0u, 1u})
      for (const unsigned use : {0u, 1u, 2u, 0xffffu})
        for (const std::uint64_t segment : {0u, 1u, 2u, 0x3fffu, 0x4000u, 0x4001u, 0x1ffffffu}) {
          random_stream stream = use_segment({5, 9, number, static_cast<std::uint16_t>(use)}, of, segment);
          std::uint32_t words[4];
          stream.words(words);
          seen[{std::uint64_t{words[0]} << 32 | words[1], std::uint64_t{words[2]} << 32 | words[3]}] = 1;
          ++blocks;
        }
  EXPECT_EQ(seen.size(), blocks);
}

TEST(use_stream, goes_on_in_segments_of_its_own) {
  const analog_identity who{1, 2, 3, 4}, next{1, 2, 3, 5};
  use_stream reading(who, array_reading_purpose);
  random_stream first = use_segment(who, array_reading_purpose, 0);
  for (std::size_t i = 0; i < use_stream::segment_normals; ++i) ASSERT_EQ(reading.normal(), first.normal());
  // A part of random_stream would be the next use's from here on.
  random_stream second = use_segment(who, array_reading_purpose, 1),
                other = use_segment(next, array_reading_purpose, 0);
  const float now = reading.normal();
  EXPECT_EQ(now, second.normal());
  EXPECT_NE(now, other.normal());
  EXPECT_EQ(first.normal(), use_segment(next, array_reading_purpose, 0).normal()) << "what was";
}

TEST(use_stream, a_draw_that_does_not_fit_begins_a_segment) {
  const analog_identity who{1, 2, 3, 4};
  use_stream reading(who, conversion_purpose);
  reading.with(use_stream::segment_normals - 1);
  random_stream second = use_segment(who, conversion_purpose, 1);
  EXPECT_EQ(reading.with(2).word(), second.word());
}

}  // namespace
}  // namespace mho::analog
