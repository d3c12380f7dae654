// Stuck cells: how many, which, and that they are the chip's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <mho/analog.hpp>
#include <set>

#include "analog/array.hpp"
#include "analog/faults.hpp"
#include "analog/identity.hpp"
#include "src/analog/gram.hpp"

namespace mho::analog {
namespace {

using test::bench;
using test::gram_system;

device_parameters stuck(double on, double off) {
  device_parameters device;
  device.off_siemens = 2e-6;
  device.stuck_on_share = on;
  device.stuck_off_share = off;
  return device;
}

// Cells that were at level 3.2 everywhere.
std::vector<double> after(const device_parameters& device, const array_place& where, std::size_t rows,
                          std::size_t columns) {
  std::vector<double> cells(rows * columns, 3.2);
  stick(device, where, rows, columns, cells);
  return cells;
}

TEST(faults, shares_are_binomial_and_conductances_nominal) {
  constexpr std::size_t size = 256;
  constexpr double total = size * size;
  const device_parameters device = stuck(0.02, 0.05);
  const std::vector<double> cells = after(device, {7, 3, array_role::minus}, size, size);
  std::size_t on = 0, off = 0;
  for (const double g : cells) {
    on += g == device.on_steps();
    off += g == device.off_steps();
    if (g != 3.2) {
      EXPECT_TRUE(std::abs(g * device.step_siemens() - 35e-6) < 1e-18 ||
                  std::abs(g * device.step_siemens() - 2e-6) < 1e-18);
    }
  }
  // 4.9 sigma of the binomial counts.
  EXPECT_NEAR(static_cast<double>(on), 0.02 * total, 4.9 * std::sqrt(0.02 * 0.98 * total));
  EXPECT_NEAR(static_cast<double>(off), 0.05 * total, 4.9 * std::sqrt(0.05 * 0.95 * total));
}

TEST(faults, places_are_independent) {
  // Rows of a row-major stream would share draws if places did not keep them apart.
  const device_parameters device = stuck(0.5, 0);
  std::set<std::vector<double>> seen;
  std::size_t places = 0, same = 0;
  const std::vector<double> first = after(device, {1, 1, array_role::plus}, 32, 32);
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    for (std::uint64_t place = 1; place <= 8; ++place)
      for (const array_role role : {array_role::plus, array_role::minus, array_role::bias}) {
        const std::vector<double> cells = after(device, {seed, place, role}, 32, 32);
        seen.insert(cells);
        ++places;
        if (places == 1) continue;
        for (std::size_t i = 0; i < cells.size(); ++i) same += cells[i] == first[i];
      }
  EXPECT_EQ(seen.size(), places);
  // Half of the cells agree by chance.
  const double compared = 1024.0 * static_cast<double>(places - 1);
  EXPECT_NEAR(static_cast<double>(same), compared / 2, 4.9 * std::sqrt(compared / 4));
}

// Every array of the largest solvers: 4096 complex unknowns on arrays of 1 .. 8 rows, with all slices.
TEST(faults, places_of_arrays_do_not_overlap) {
  const std::span<const option> schema = accelerator_schema();
  const auto slices =
      std::find_if(schema.begin(), schema.end(), [](const option& o) { return o.name == "solver.slices"; });
  ASSERT_NE(slices, schema.end());
  EXPECT_EQ(slices->high, static_cast<double>(most_slices));
  EXPECT_EQ(analog_solver::make({}, 4097, true).code(), error::too_large);
  for (std::int64_t rows = 1; rows <= 8; ++rows) {
    const analog_solver solver = analog_solver::make({{"array.size", rows}}, 4096, true).value();
    const unsigned stages = solver.stages();
    ASSERT_LE(stages, most_stages);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> taken;  // from, to
    taken.emplace_back(0, std::uint64_t{2} << stages);           // the heap of LP-INV arrays
    taken.emplace_back(hp_mvm_place, hp_mvm_place + 2 * most_slices);
    for (unsigned stage = 0; stage < stages; ++stage) {
      const std::uint64_t tiles = std::uint64_t{1} << 2 * (stages - stage - 1);  // of a product
      for (std::uint64_t block = std::uint64_t{1} << stage; block < std::uint64_t{2} << stage; ++block)
        for (const std::uint64_t first : {product_place(block), product_place(block) + product_tiles})
          taken.emplace_back(first, first + tiles * most_slices);
    }
    std::sort(taken.begin(), taken.end());
    for (std::size_t i = 1; i < taken.size(); ++i) ASSERT_LE(taken[i - 1].second, taken[i].first) << rows;
    EXPECT_LE(taken.back().second, most_places);
  }
}

TEST(faults, far_places_are_apart) {
  // Half of the cells agree by chance; 4.9 sigma.
  const device_parameters device = stuck(0.5, 0);
  const std::vector<std::uint64_t> places{1,
                                          hp_mvm_place,
                                          hp_mvm_place + 1,
                                          product_place(1),
                                          product_place(1) + product_tiles,
                                          product_place(2),
                                          product_place(8191) + 2 * product_tiles - 1};
  for (const std::uint64_t a : places)
    for (const std::uint64_t b : places) {
      const std::vector<double> of_a = after(device, {1, a}, 32, 32), of_b = after(device, {1, b}, 32, 32);
      double same = 0;
      for (std::size_t i = 0; i < of_a.size(); ++i) same += of_a[i] == of_b[i];
      if (a == b)
        EXPECT_EQ(same, 1024);
      else
        EXPECT_NEAR(same, 512, 4.9 * 16) << a << " " << b;
    }
}

TEST(faults, a_cell_does_not_depend_on_the_matrix_in_the_array_and_more_faults_keep_the_old_ones) {
  const device_parameters device = stuck(0.1, 0.1);
  const std::vector<double> large = after(device, {1, 5}, 16, 16), small = after(device, {1, 5}, 7, 11);
  for (std::size_t i = 0; i < 7; ++i)
    for (std::size_t j = 0; j < 11; ++j) EXPECT_EQ(small[i * 11 + j], large[i * 16 + j]);
  const std::vector<double> more = after(stuck(0.2, 0.3), {1, 5}, 16, 16);
  std::size_t broken = 0;
  for (std::size_t i = 0; i < 256; ++i)
    if (large[i] != 3.2) {
      EXPECT_EQ(more[i], large[i]);
      ++broken;
    }
  EXPECT_GT(broken, 20u);
}

TEST(faults, none_and_all) {
  EXPECT_EQ(after(stuck(0, 0), {}, 8, 8), std::vector<double>(64, 3.2));
  EXPECT_EQ(after(stuck(1, 0), {}, 8, 8), std::vector<double>(64, stuck(1, 0).on_steps()));
  EXPECT_EQ(after(stuck(0, 1), {}, 8, 8), std::vector<double>(64, stuck(0, 1).off_steps()));
}

TEST(faults, are_the_same_cells_in_every_programming_of_a_chip) {
  device_parameters device = stuck(0.15, 0.15);
  const gram_system system(16, 4, 1);
  const Eigen::Matrix<double, 4, 4, Eigen::RowMajor> a = system.gram.real();
  const inv_mapping map = map_inv(a.data(), 4, 4, device);
  // A written cell equals its nominal on or off conductance with probability 0: equality finds the stuck
  // ones.
  const auto broken = [&](std::uint64_t seed, std::uint64_t number, double time_s) {
    device.drift = drift_model::power;
    device.drift_exponent = 0.05;
    device.drift_time_s = time_s;
    random_stream writing(seed, 0, number, 0), ageing(seed, 0, number, ageing_purpose);
    std::vector<double> cells(16);
    program_inv(a.data(), 4, 4, map, {}, device, {writing, ageing, {seed, 1}}, cells.data());
    std::set<std::size_t> which;
    for (std::size_t i = 0; i < 16; ++i)
      if (cells[i] == device.on_steps() || cells[i] == device.off_steps()) which.insert(i);
    return which;
  };
  std::set<std::set<std::size_t>> chips;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    for (std::uint64_t number = 1; number < 10; ++number)
      EXPECT_EQ(broken(seed, number, number < 5 ? 0 : 1e6), broken(seed, 0, 0));
    chips.insert(broken(seed, 0, 0));
  }
  EXPECT_GT(chips.size(), 7u);
}

TEST(faults, reach_the_solver_and_nothing_else_changes) {
  const gram_system system(16, 4, 2);
  const options clean = accelerator_options("paper").value(),
                none = accelerator_options("paper", {{"device.stuck_off_share", 0.0}}).value(),
                some = accelerator_options("paper", {{"device.stuck_off_share", 0.2}}).value();
  bench a(clean, 4), b(none, 4), c(some, 4);
  for (std::uint64_t k = 0; k < 10; ++k) {
    EXPECT_EQ(a.errors(system, 3, {1, 0, k}), b.errors(system, 3, {1, 0, k}));
    EXPECT_NE(a.errors(system, 3, {1, 0, k}), c.errors(system, 3, {1, 0, k}));
  }
}

TEST(faults, yield_is_the_binomial_probability_of_no_fault) {
  device_parameters device = stuck(0.001, 0.002);
  EXPECT_EQ(array_yield({}, 1e6), 1);
  EXPECT_NEAR(array_yield(device, 64), std::pow(0.997, 64), 1e-15);
  constexpr std::size_t chips = 4000;
  std::size_t good = 0;
  const std::vector<double> intact(64, 3.2);
  for (std::uint64_t seed = 1; seed <= chips; ++seed) good += after(device, {seed, 1}, 8, 8) == intact;
  const double p = std::pow(0.997, 64);
  EXPECT_NEAR(static_cast<double>(good), p * chips, 4.9 * std::sqrt(p * (1 - p) * chips));
}

TEST(faults, lifetime_is_what_is_left_of_the_endurance) {
  device_parameters device;
  EXPECT_EQ(lifetime_s(device, 1e4), infinite);
  device.endurance_writes = 1e6;
  EXPECT_DOUBLE_EQ(lifetime_s(device, 2e3), 500);
  EXPECT_EQ(lifetime_s(device, 0), infinite);
  device.writes_so_far = 4e5;
  EXPECT_DOUBLE_EQ(lifetime_s(device, 2e3), 300);
  device.writes_so_far = 1e6;
  EXPECT_EQ(lifetime_s(device, 2e3), 0);
}

}  // namespace
}  // namespace mho::analog
