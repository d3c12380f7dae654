// The cost sheet against the closed forms of its header, and the parts that the paper does not count.
#include <gtest/gtest.h>

#include <cmath>
#include <mho/mho.hpp>

#include "analog/cost.hpp"

namespace mho {
namespace {

// The whole is summed part by part: some ten roundings of 2^-53.
constexpr double rounding = 1e-14;

cost_sheet sheet(const std::string& preset, const cost_request& request, const options& replaced = {}) {
  return accelerator_cost(accelerator_options(preset, replaced).value(), request).value();
}

void expect_near_relative(double value, double expected, double tolerance) {
  EXPECT_NEAR(value, expected, tolerance * std::abs(expected));
}

TEST(cost, operations_of_block_amc_are_exact) {
  // Zuo et al. 2025: 3^s INV and 3 4^s - 2 3^s MVM a cycle.
  const std::pair<std::uint64_t, std::uint64_t> expected[] = {{1, 1}, {3, 6}, {9, 30}, {27, 138}};
  for (std::size_t s = 0; s < 4; ++s) {
    const cost_sheet one = sheet("paper", {.real_unknowns = std::size_t{32} << s, .cycles = 1});
    EXPECT_EQ(one.stages, s);
    EXPECT_EQ(one.analogue.inv, expected[s].first);
    EXPECT_EQ(one.analogue.mvm, expected[s].second);
    const auto solver = analog_solver::make(accelerator_options("paper").value(), std::size_t{4} << s, false);
    EXPECT_EQ(solver->operations().inv, one.analogue.inv);
    EXPECT_EQ(solver->operations().mvm, one.analogue.mvm);
  }
  EXPECT_EQ(sheet("paper", {.real_unknowns = 128}).analogue.mvm, 240u);  // 8 cycles
  EXPECT_EQ(sheet("paper", {.real_unknowns = 33}).stages, 1u);
  EXPECT_EQ(sheet("paper", {.real_unknowns = 65}).stages, 2u);
}

TEST(cost, work_is_a_cholesky_factorisation_and_two_triangular_solutions) {
  for (std::size_t n : {1u, 2u, 5u, 16u, 100u}) {
    double count = 0;  // a square root, a division, a multiplication, a subtraction are one operation each
    for (std::size_t j = 0; j < n; ++j) {
      count += 1;  // the pivot's square root
      for (std::size_t i = j + 1; i < n; ++i) {
        count += 1;                               // a division
        count += 2 * static_cast<double>(i - j);  // the rank-one update of row i
      }
    }
    for (std::size_t i = 0; i < n; ++i) count += 2 * (2 * static_cast<double>(i) + 1);
    EXPECT_NEAR(solution_operations(static_cast<double>(n)), count, 1e-9 * count) << n;
  }
}

TEST(cost, time_and_energy_are_the_papers_formulas) {
  struct constants {
    const char* preset;
    double inv_s, mvm_s, inv_j, mvm_j, row_j, cell_j;
  };
  constexpr double c = 6.67e-9;
  for (const constants& k : {constants{"paper", 120e-9, 60e-9, 0.5e-9, 12.3e-9, 2.898e-9, 0.0096e-9},
                             constants{"projected", 20e-9, 10e-9, 0.1e-9, 3.19e-9, 0.772e-9, 0.0016e-9}})
    for (std::size_t n : {1u, 4u, 31u, 32u, 33u, 64u, 100u, 128u, 512u, 4096u}) {
      const double size = static_cast<double>(n), s = std::max(0.0, std::ceil(std::log2(size / 32)));
      const double inv = std::pow(3, s), mvm = 3 * std::pow(4, s) - 2 * std::pow(3, s);
      const double single_j = k.row_j * size + k.cell_j * size * size;
      const cost_sheet block = sheet(k.preset, {.real_unknowns = n});
      expect_near_relative(block.total.time_s, 8 * (inv * (k.inv_s + c) + mvm * (k.mvm_s + c)), rounding);
      expect_near_relative(block.total.energy_j, n < 32 ? single_j : 8 * (inv * k.inv_j + mvm * k.mvm_j),
                           rounding);
      const cost_sheet single = sheet(k.preset, {.real_unknowns = n, .single_array = true});
      EXPECT_EQ(single.stages, 0u);
      expect_near_relative(single.total.time_s, 8 * (k.inv_s + k.mvm_s + 2 * c), rounding);
      expect_near_relative(single.total.energy_j, single_j, rounding);
      // Nothing that the paper does not count.
      for (const cost_item& none : {block.parts.digital, block.parts.programming, block.parts.gram}) {
        EXPECT_EQ(none.time_s, 0);
        EXPECT_EQ(none.energy_j, 0);
      }
    }
}

TEST(cost, parts_sum_to_the_whole_and_split_as_documented) {
  const cost_request all{.real_unknowns = 100,
                         .complex_valued = true,
                         .digital = true,
                         .programming = true,
                         .rx = 200,
                         .variance = true,
                         .uses_per_channel = 7};
  for (const bool serial : {false, true}) {
    const cost_sheet s = sheet("paper", all, {{"cost.bit_serial", serial}});
    const cost_breakdown& p = s.parts;
    const auto sum = [&](double cost_item::*what) {
      return p.arrays.*what + p.opamps.*what + p.converters.*what + p.digital.*what + p.programming.*what +
             p.gram.*what;
    };
    expect_near_relative(s.total.time_s, sum(&cost_item::time_s), rounding);
    expect_near_relative(s.total.energy_j, sum(&cost_item::energy_j), rounding);
    expect_near_relative(s.total.area_m2, sum(&cost_item::area_m2), rounding);
    for (const cost_item& part : {p.opamps, p.converters, p.digital, p.programming, p.gram})
      EXPECT_GT(part.time_s, 0);
    EXPECT_EQ(p.arrays.time_s, 0);
  }
  // A single array: cells 8 N^2 c, converters 0.878 of 8 N r.
  const cost_breakdown one = sheet("paper", {.real_unknowns = 20}).parts;
  expect_near_relative(one.arrays.energy_j, 0.0096e-9 * 400, rounding);
  expect_near_relative(one.converters.energy_j, 0.878 * 2.898e-9 * 20, rounding);
  expect_near_relative(one.opamps.energy_j, 0.122 * 2.898e-9 * 20, rounding);
  expect_near_relative(one.opamps.time_s, 8 * 180e-9, rounding);
  expect_near_relative(one.converters.time_s, 16 * 6.67e-9, rounding);
  // Cells 20^2 of LP-INV and 2 x 8 slices of it; op-amps and converters of one inversion and one product.
  expect_near_relative(one.arrays.area_m2, 17 * 400 * 0.08e-12, rounding);
  expect_near_relative(one.converters.area_m2, 40 * 24.29e-12, rounding);
}

TEST(cost, arrays_of_other_sizes_scale_by_rows_and_cells) {
  // 16 unknowns on 4-row arrays, two stages: 9 INV and 30 MVM a cycle.
  const auto cycle_j = [](double rows) { return 2.898e-9 / 8 * rows + 0.0096e-9 / 8 * rows * rows; };
  const double scale = cycle_j(4) / cycle_j(32);
  const cost_sheet s = sheet("paper", {.real_unknowns = 16, .array_size = 4, .cycles = 3});
  expect_near_relative(s.total.energy_j, 3 * scale * (9 * 0.5e-9 + 30 * 12.3e-9), rounding);
  expect_near_relative(s.total.time_s, 3 * (9 * 126.67e-9 + 30 * 66.67e-9), rounding);
}

TEST(cost, programming_amortises_over_the_uses_of_a_channel) {
  for (const double uses : {1.0, 2.0, 168.0, 65536.0}) {
    const cost_sheet s = sheet("paper", {.real_unknowns = 16,
                                         .complex_valued = true,
                                         .programming = true,
                                         .uses_per_channel = static_cast<std::size_t>(uses)});
    // One 16 x 16 array of LP-INV; 2 x 8 slices of the 2 x 8 x 8 entries of R and S. A row of 32 at a time.
    EXPECT_EQ(s.cells, 256 + 16 * 128);
    expect_near_relative(s.programming.time_s, 2304 / 32 * 10 * 200e-9, rounding);
    expect_near_relative(s.programming.energy_j, 2304 * 10 * 10e-12, rounding);
    expect_near_relative(s.parts.programming.time_s * uses, s.programming.time_s, rounding);
    expect_near_relative(s.parts.programming.energy_j * uses, s.programming.energy_j, rounding);
    // The rest is a solution's own: 8 (186.67 + 6.67) ns.
    expect_near_relative(s.channel_share, (s.programming.time_s + uses * 1546.72e-9) / 1e-3, 1e-12);
  }
}

TEST(cost, cells_of_block_amc) {
  const auto cells = [](std::size_t n, bool complex_valued, const char* blocks) {
    return sheet("paper", {.real_unknowns = n, .array_size = 4, .complex_valued = complex_valued},
                 {{"solver.blocks", std::string(blocks)}})
        .cells;
  };
  EXPECT_EQ(cells(16, false, "reuse"), 4 * 16 + 16 * 256);  // four leaves; 2 x 8 slices of all entries
  EXPECT_EQ(cells(16, true, "reuse"), 2 * 16 + 16 * 128);   // R is M1 and M4
  EXPECT_EQ(cells(16, true, "schur"), 4 * 16 + 16 * 128);
  EXPECT_EQ(cells(10, false, "reuse"), 4 * 16 + 16 * 100);  // leaves padded to 16, HP-MVM holds A
}

TEST(cost, bit_serial_passes_are_the_papers) {
  // 4x4, 3 cycles x 4 slices x 12 bits x 2 signs = 288 passes of 4 rows, read at 4 columns: 1152.
  const cost_sheet s = sheet("paper", {.real_unknowns = 4, .cycles = 3},
                             {{"cost.bit_serial", true}, {"solver.slices", std::int64_t{4}}});
  EXPECT_EQ(s.passes, 288);
  EXPECT_EQ(s.reads, 1152);
  expect_near_relative(s.total.time_s, 3 * 126.67e-9 + 288 * 66.67e-9, rounding);
  // All rows are active: a pass costs what the paper counts for a product.
  const double cycle_j = 2.898e-9 / 8 * 4 + 0.0096e-9 / 8 * 16, mvm_j = cycle_j * 12.3 / 12.8;
  expect_near_relative(s.total.energy_j, 3 * (cycle_j - mvm_j) + 288 * mvm_j, rounding);
  // Slices side by side: a quarter of the time, the same energy.
  const cost_sheet parallel = sheet("paper", {.real_unknowns = 4, .cycles = 3},
                                    {{"cost.bit_serial", true},
                                     {"cost.parallel_slices", std::int64_t{4}},
                                     {"solver.slices", std::int64_t{4}}});
  expect_near_relative(parallel.total.time_s, 3 * 126.67e-9 + 72 * 66.67e-9, rounding);
  expect_near_relative(parallel.total.energy_j, s.total.energy_j, rounding);
  // 32 rows in groups of 4: eight times the passes, an eighth of the cells' energy each.
  EXPECT_EQ(analog::bit_serial_passes(8, 12, 32, 4), 8 * 12 * 2 * 8);
  EXPECT_EQ(analog::bit_serial_passes(8, 12, 10, 4), 8 * 12 * 2 * 3);
  const auto arrays_j = [](bool serial) {
    return sheet("paper", {.real_unknowns = 32}, {{"cost.bit_serial", serial}}).parts.arrays.energy_j;
  };
  const double cells_of_mvm = 8 * 12.3e-9 * 1.2288 / (11.592 + 1.2288);
  expect_near_relative(arrays_j(true) - arrays_j(false), cells_of_mvm * (8 * 12 * 2 - 1), 1e-12);
}

TEST(cost, digital_operations) {
  // One array of N: two conversions each way (3 N each), x += dx and r -= A dx (4 N).
  EXPECT_EQ(analog::vector_operations({5, 5, 0}), 10 * 5);
  // Two halves of 4: 9 operations of 3 x 4; 4 x 8; sums of 2 tiles in 2 rows of tiles: 8; two
  // subtractions: 8.
  EXPECT_EQ(analog::vector_operations({8, 4, 1}), 9 * 12 + 32 + 8 + 8);
  const options rates{{"cost.digital_energy_j", 1e-12}, {"cost.digital_operations_per_s", 1e12}};
  const cost_sheet s =
      sheet("paper", {.real_unknowns = 16, .digital = true, .rx = 128, .uses_per_channel = 4}, rates);
  expect_near_relative(s.parts.digital.time_s, 8 * 160 * 1e-12, rounding);
  expect_near_relative(s.parts.gram.energy_j, (4.0 * 128 * 64 / 4 + 8 * 128 * 8) * 1e-12, rounding);
  const cost_sheet v = sheet("paper", {.real_unknowns = 16, .variance = true, .uses_per_channel = 4}, rates);
  expect_near_relative(v.parts.digital.energy_j, 8.0 / 3 * 512 / 4 * 1e-12, rounding);
}

TEST(cost, cells_wear_out) {
  // 10 pulses a programming, one a millisecond: 1e4 a second; 1e9 last 1e5 s.
  expect_near_relative(sheet("paper", {.real_unknowns = 8}).lifetime_s, 1e5, rounding);
  expect_near_relative(sheet("paper", {.real_unknowns = 8}, {{"cost.coherence_s", 10e-3}}).lifetime_s, 1e6,
                       rounding);
  EXPECT_TRUE(std::isinf(sheet("ideal", {.real_unknowns = 8}).lifetime_s));
}

TEST(cost, ideal_costs_nothing) {
  for (const bool serial : {false, true}) {
    const cost_sheet s = sheet("ideal",
                               {.real_unknowns = 128,
                                .complex_valued = true,
                                .digital = true,
                                .programming = true,
                                .rx = 256,
                                .variance = true},
                               {{"cost.bit_serial", serial}});
    EXPECT_EQ(s.total.time_s, 0);
    EXPECT_EQ(s.total.energy_j, 0);
    EXPECT_EQ(s.total.area_m2, 0);
  }
}

TEST(cost, errors_are_told) {
  const options paper = accelerator_options("paper").value();
  EXPECT_EQ(accelerator_cost(paper, {}).code(), error::too_large);
  EXPECT_EQ(accelerator_cost(paper, {.real_unknowns = 4097}).code(), error::too_large);
  EXPECT_EQ(accelerator_cost(paper, {.real_unknowns = 5, .rx = 8}).code(), error::bad_value);
  EXPECT_EQ(accelerator_cost(paper, {.real_unknowns = 5, .variance = true}).code(), error::bad_value);
  EXPECT_EQ(accelerator_cost(paper, {.real_unknowns = 4, .uses_per_channel = 0}).code(), error::bad_value);
  EXPECT_EQ(accelerator_cost({{"cost.inv_s", -1.0}}, {.real_unknowns = 4}).code(), error::bad_value);
  EXPECT_EQ(accelerator_cost({{"cost.none", 1.0}}, {.real_unknowns = 4}).code(), error::unknown_name);
}

}  // namespace
}  // namespace mho
