// Measured levels from a CSV file: device.table_file in scenarios, in --set and in mho solve.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <mho/analog.hpp>
#include <nlohmann/json.hpp>

#include "input_error.hpp"
#include "level_table.hpp"
#include "result_file.hpp"
#include "scenario_reader.hpp"

#include "program.hpp"

namespace mho::sim {
namespace {

using numbers = std::vector<double>;

const std::string head =
    "[link]\nrx = 8\ntx = 4\nmodulation = \"16qam\"\nsnr_db = [10]\n"
    "[[detector]]\nname = \"analog-zf\"\naccelerator = \"mine\"\n";                             // 8 lines
const std::string mine = "[accelerator.mine]\ndevice.levels = 3\ndevice.on_siemens = 20e-6\n";  // to line 11
const std::string two_columns = "0.4e-6,0.05e-6\n9.8e-6,0.6e-6\n20.1e-6,0.7e-6\n";
const std::string four_columns =
    "# a chip of our own\nmean_siemens, sigma_siemens, low_siemens, high_siemens\n\n"
    "0.4e-6, 0.05e-6, 0.2e-6, 0.6e-6\n9.8e-6, 0.6e-6, 8e-6, 11e-6\r\n20.1e-6,0.7e-6,18e-6,22e-6\n";
const numbers mean{0.4e-6, 9.8e-6, 20.1e-6}, sigma{0.05e-6, 0.6e-6, 0.7e-6}, low{0.2e-6, 8e-6, 18e-6},
    high{0.6e-6, 11e-6, 22e-6};

numbers list(const options& values, const std::string& name) {
  const auto found = values.find("device.table_" + name + "_siemens");
  return found == values.end() ? numbers{} : std::get<numbers>(found->second);
}

std::string refusal(const std::string& file, const std::vector<std::string>& sets = {}) {
  try {
    read_scenario(file, sets, 1);
  } catch (const input_error& e) {
    return e.what();
  }
  return "accepted";
}

TEST(level_table, a_csv_file_beside_the_scenario_fills_the_lists) {
  const test::scratch_folder folder;
  std::filesystem::create_directory(folder.path("data"));
  folder.write("data/two.csv", two_columns);
  folder.write("data/four.csv", four_columns);
  const std::string two = folder.write("two.toml", head + mine + "device.table_file = \"data/two.csv\"\n");
  const options open = read_scenario(two, {}, 1).detectors[0].spec.values;
  EXPECT_EQ(list(open, "mean"), mean);
  EXPECT_EQ(list(open, "sigma"), sigma);
  EXPECT_EQ(list(open, "low"), numbers{});
  EXPECT_EQ(list(open, "high"), numbers{});
  // The key may stand before the count of levels, too.
  const std::string four = folder.write(
      "four.toml",
      head + "[accelerator.mine.device]\ntable_file = \"data/four.csv\"\nlevels = 3\non_siemens = 20e-6\n");
  const scenario s = read_scenario(four, {}, 1);
  const options cut = s.detectors[0].spec.values;
  EXPECT_EQ(list(cut, "mean"), mean);
  EXPECT_EQ(list(cut, "sigma"), sigma);
  EXPECT_EQ(list(cut, "low"), low);
  EXPECT_EQ(list(cut, "high"), high);
  EXPECT_EQ(cut.count("device.table_file"), 0u);
  // The data stand in the result file, and among what differs from the preset.
  const json detector = to_json(s)["detector"][0];
  EXPECT_EQ(detector["parameters"]["device.table_mean_siemens"].get<numbers>(), mean);
  EXPECT_EQ(detector["parameters"]["device.table_high_siemens"].get<numbers>(), high);
  EXPECT_FALSE(detector["parameters"].contains("device.table_file"));
  std::set<std::string> differs;
  for (const json& key : detector["differs"]) differs.insert(key.get<std::string>());
  EXPECT_EQ(differs, (std::set<std::string>{"device.levels", "device.on_siemens", "device.table_mean_siemens",
                                            "device.table_sigma_siemens", "device.table_low_siemens",
                                            "device.table_high_siemens"}));
}

TEST(level_table, lists_stand_in_scenarios_and_on_the_command_line) {
  const test::scratch_folder folder;
  const std::string file = folder.write("s.toml", head + mine +
                                                      "device.table_mean_siemens = [0, 1e-5, 2e-5]\n"
                                                      "device.table_sigma_siemens = [1e-8, 1e-7, 1e-7]\n");
  EXPECT_EQ(list(read_scenario(file, {}, 1).detectors[0].spec.values, "mean"), (numbers{0, 1e-5, 2e-5}));
  const options set =
      read_scenario(file, {"accelerator.mine.device.table_mean_siemens=[1e-6, 1e-5, 2.1e-5]"}, 1)
          .detectors[0]
          .spec.values;
  EXPECT_EQ(list(set, "mean"), (numbers{1e-6, 1e-5, 2.1e-5}));
  EXPECT_EQ(refusal(file, {"accelerator.mine.device.table_mean_siemens=[1e-6, 1e-5, -1]"}),
            "--set: accelerator.mine.device.table_mean_siemens: must be a list of numbers from 0 to 1");
  EXPECT_EQ(refusal(file, {"accelerator.mine.device.table_mean_siemens=0.5"}),
            "--set: accelerator.mine.device.table_mean_siemens: must be a list of numbers from 0 to 1; "
            "in brackets, also one: [1]");
  EXPECT_EQ(refusal(file, {"accelerator.mine.device.table_mean_siemens=[1e-6]"}),
            file +
                ":13: accelerator.mine.device.table_sigma_siemens: has 3 entries, "
                "device.table_mean_siemens has 1");
}

TEST(level_table, the_command_line_names_files_from_the_working_directory) {
  const test::scratch_folder folder, elsewhere;
  const std::string csv = elsewhere.write("four.csv", four_columns);
  const std::string relative = std::filesystem::relative(csv).string();
  const std::string file = folder.write("s.toml", head + mine);
  EXPECT_EQ(refusal(file), file +
                               ":10: accelerator.mine.device.levels: the paper's table has 8 levels; give "
                               "device.table_mean_siemens and its companions for 3, or another "
                               "device.write_error");
  for (const std::string& path : {csv, relative}) {
    const scenario s = read_scenario(file, {"accelerator.mine.device.table_file=" + path}, 1);
    EXPECT_EQ(list(s.detectors[0].spec.values, "high"), high);
  }
  EXPECT_EQ(
      refusal(file,
              {"accelerator.mine.device.table_file=" + csv, "accelerator.mine.device.write_error=normal"}),
      "--set: accelerator.mine.device.table_file: is used with device.write_error = table alone, which is "
      "normal");
  // A preset's variant, and a table that the file names already.
  const std::string preset =
      folder.write("p.toml", "[link]\nrx = 8\ntx = 4\nsnr_db = [10]\n[[detector]]\nname = \"analog-zf\"\n");
  const scenario s =
      read_scenario(preset,
                    {"accelerator.paper.device.table_file=" + csv, "accelerator.paper.device.levels=3",
                     "accelerator.paper.device.on_siemens=2e-5"},
                    1);
  EXPECT_EQ(s.detectors[0].accelerator, "paper+");
  EXPECT_EQ(list(s.detectors[0].spec.values, "sigma"), sigma);
  EXPECT_EQ(refusal(preset, {"accelerator.paper.device.table_file=" + folder.path("none.csv")}),
            "--set: accelerator.paper+.device.table_file: no such file: " + folder.path("none.csv"));
}

TEST(level_table, bad_files_are_named_with_their_line) {
  const test::scratch_folder folder;
  const std::string scenario_file = folder.write("s.toml", head + mine + "device.table_file = \"t.csv\"\n");
  const std::string csv = folder.path("t.csv");
  EXPECT_EQ(refusal(scenario_file),
            scenario_file + ":12: accelerator.mine.device.table_file: no such file: " + csv);
  const std::vector<std::pair<std::string, std::string>> cases{
      {"1e-6\n",
       ":1: has 1 columns, must be mean_siemens, sigma_siemens or mean_siemens, sigma_siemens, "
       "low_siemens, high_siemens"},
      {"1e-6,1e-7,0\n",
       ":1: has 3 columns, must be mean_siemens, sigma_siemens or mean_siemens, "
       "sigma_siemens, low_siemens, high_siemens"},
      {"sigma_siemens,mean_siemens\n",
       ":1: the columns must be mean_siemens, sigma_siemens or mean_siemens, "
       "sigma_siemens, low_siemens, high_siemens"},
      {"0,1e-7\n1e-5,1e-7,0,1\n", ":2: has 4 columns, the lines before have 2"},
      {"0,1e-7\n1e-5,\n", ":2: sigma_siemens: must be a number from 0 to 1, such as 4.93e-6"},
      {"0,1e-7\n\n# x\n10.2,0.5\n", ":4: mean_siemens: must be a number from 0 to 1, such as 4.93e-6"},
      {"0,1e-7\n-1e-6,1e-7\n", ":2: mean_siemens: must be a number from 0 to 1, such as 4.93e-6"},
      {"0,nan\n", ":1: sigma_siemens: must be a number from 0 to 1, such as 4.93e-6"},
      {"0,1e-7\nmean_siemens,sigma_siemens\n",
       ":2: mean_siemens: must be a number from 0 to 1, such as 4.93e-6"},
      {"2e-6,1e-7,0,1e-6\n", ":1: mean_siemens: must lie between low_siemens and high_siemens"},
      {"1e-6,5e-6,0,2e-6\n", ":1: sigma_siemens: must be at most high_siemens - low_siemens"},
      {two_columns + "3e-5,0\n", ":4: has more rows than device.levels = 3"},
      {"0,0\n1e-5,0\n", ":2: ends after 2 rows, device.levels is 3"},
      {"", ":1: ends after 0 rows, device.levels is 3"},
  };
  for (const auto& [text, expected] : cases) {
    folder.write("t.csv", text);
    EXPECT_EQ(refusal(scenario_file), csv + expected) << text;
  }
  folder.write("t.csv", "0,0\n2e-5,0\n2e-5,0\n");
  EXPECT_EQ(refusal(scenario_file),
            scenario_file +
                ":9: accelerator.mine.device.table_mean_siemens: level 1 is more than half a step "
                "from its nominal conductance; device.off_siemens and device.on_siemens are the "
                "nominal ends of the table");
  EXPECT_EQ(refusal(folder.write("b.toml", head + mine +
                                               "device.table_file = \"t.csv\"\n"
                                               "device.table_sigma_siemens = [0, 0, 0]\n")),
            folder.path("b.toml") +
                ":12: accelerator.mine.device.table_file: only one of it and device.table_sigma_siemens");
  EXPECT_EQ(refusal(folder.write("c.toml", head + mine + "device.table_file = 3\n")),
            folder.path("c.toml") +
                ":12: accelerator.mine.device.table_file: must be a string: the path of a CSV file");
  EXPECT_EQ(refusal(folder.write("d.toml", head + mine + "device.table_fil = \"t.csv\"\n")),
            folder.path("d.toml") +
                ":12: accelerator.mine.device.table_fil: unknown key; the nearest known "
                "one is device.table_file");
}

TEST(level_table, mho_solve_and_mho_list_know_it) {
  const test::scratch_folder folder;
  const std::string csv = folder.write("t.csv", "0,0\n1e-5,0\n2e-5,0\n"), b = folder.write("b.csv", "1\n2\n"),
                    a = folder.write("a.csv", "2,1\n1,3\n");
  // Levels 0, 1 and 2 without any error: 1 + 2 I - 1 .. is held exactly, and one cycle solves the system.
  const std::string solve =
      "solve --json --matrix " + a + " --rhs " + b +
      " --set device.levels=3 --set device.on_siemens=2e-5 --set converter.dac_bits=0 "
      "--set converter.adc_bits=0 --set circuit.open_loop_gain=inf --set device.table_file=";
  const test::outcome exact = test::run_mho(solve + csv);
  ASSERT_EQ(exact.status, 0) << exact.err;
  EXPECT_LT(json::parse(exact.out)["cycles"][0]["relative_error"].get<double>(), 1e-6);
  const test::outcome bad = test::run_mho(solve + folder.write("bad.csv", "0,0\n1e-5\n"));
  EXPECT_EQ(bad.status, 2);
  EXPECT_EQ(bad.err, "mho: " + folder.path("bad.csv") + ":2: has 1 columns, the lines before have 2\n");
  const test::outcome conflict =
      test::run_mho("solve --matrix " + a + " --rhs " + b + " --set device.levels=4");
  EXPECT_EQ(conflict.status, 2);
  EXPECT_EQ(conflict.err.rfind("mho: --accelerator: device.levels: the paper's table has 8 levels", 0), 0u)
      << conflict.err;
  const json accelerators = json::parse(test::run_mho("list accelerators --json").out)["accelerators"];
  std::vector<std::string> names;
  for (const json& one : accelerators) {
    names.push_back(one["name"]);
    EXPECT_EQ(one["parameters"]["device.table_mean_siemens"], json::array());
  }
  EXPECT_EQ(names, (std::vector<std::string>{"paper", "projected", "pcm", "ideal"}));
}

}  // namespace
}  // namespace mho::sim
