// Cells that one programming writes, counted by hand; `mho cost` and the solver give the same number.
#include <gtest/gtest.h>

#include <mho/analog.hpp>
#include <mho/cost.hpp>
#include <string>

namespace mho {
namespace {

struct counted {
  std::size_t n;
  bool complex_valued;
  options more;
  std::uint64_t inv, mvm, block_mvm;
};

TEST(cells, are_those_counted_by_hand) {
  const auto text = [](const char* value) { return option_value(std::string(value)); };
  const std::vector<counted> all = {
      // 16x4: one 4x4 array of R; R and S of 16 entries, 8 slices, a pair each: 528 cells.
      {4, true, {}, 16, 512, 0},
      {4, true, {{"solver.blocks", text("schur")}}, 32, 512, 0},
      {8, false, {}, 32, 1024, 0},
      // The bias column adds four cells an array, a pair doubles it.
      {4, true, {{"array.bias", text("programmed")}}, 20, 512, 0},
      {4, true, {{"array.mapping", text("pair")}}, 32, 512, 0},
      // S of 4x4 for M2 = -S and M3 = S; a real matrix has both.
      {4, true, {{"solver.block_mvm", text("arrays")}}, 16, 512, 256},
      {8, false, {{"solver.block_mvm", text("arrays")}}, 32, 1024, 512},
      // One array holds the expanded system, HP-MVM still R and S alone.
      {4, true, {{"array.size", std::int64_t{32}}}, 64, 512, 0},
      // 6 real unknowns in two arrays of 4; HP-MVM has 36 entries.
      {6, false, {}, 32, 576, 0}};
  for (const counted& c : all) {
    const options o = accelerator_options("paper", c.more).value();
    const cell_count cells = analog_solver::make(o, c.n, c.complex_valued).value().programmed_cells();
    EXPECT_EQ(cells.inv, c.inv);
    EXPECT_EQ(cells.mvm, c.mvm);
    EXPECT_EQ(cells.block_mvm, c.block_mvm);
    cost_request request;
    request.real_unknowns = c.complex_valued ? 2 * c.n : c.n;
    request.array_size = static_cast<std::size_t>(std::get<std::int64_t>(o.at("array.size")));
    request.complex_valued = c.complex_valued;
    EXPECT_EQ(accelerator_cost(o, request).value().cells, static_cast<double>(c.inv + c.mvm + c.block_mvm));
  }
}

}  // namespace
}  // namespace mho
