// The tapped delay lines against the report's tables, row by row.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "channels/delay_profiles.hpp"

#include "../program.hpp"

namespace mho::sim {
namespace {

using nlohmann::json;

TEST(delay_profiles, every_row_is_that_of_the_report) {
  const json tables = json::parse(test::slurp(MHO_TEST_DATA "/tdl.json"))["tables"];
  ASSERT_EQ(delay_profiles().size(), tables.size());
  for (const delay_profile& p : delay_profiles()) {
    ASSERT_TRUE(tables.contains(p.name)) << p.name;
    json rows = json::array();
    if (p.line_of_sight_db) rows.push_back({0.0, *p.line_of_sight_db, "LOS path"});
    for (const delay_tap& tap : p.taps) rows.push_back({tap.delay, tap.power_db, "Rayleigh"});
    ASSERT_EQ(rows.size(), tables[p.name].size()) << p.name;
    for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], tables[p.name][i]) << p.name << " " << i;
  }
}

}  // namespace
}  // namespace mho::sim
