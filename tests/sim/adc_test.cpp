// mho adc from outside, and trained converters in mho solve and mho ber.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace mho::test {
namespace {

using nlohmann::json;

// 0, 1, .. 15 and their quarters around: 64 samples in 16 tight groups.
std::string groups() {
  std::string text = "# a comment\n";
  for (int group = 0; group < 16; ++group) {
    for (int i = 0; i < 4; ++i)
      text += (i == 0 ? "" : ",") + std::to_string(group * group + 0.01 * (i - 1.5));
    text += "\n";
  }
  return text;
}

TEST(program_adc, finds_the_groups_of_a_signal) {
  const scratch_folder folder;
  const std::string file = folder.write("x.csv", groups());
  const outcome o = run_mho("adc --samples " + file + " --bits 4 --json");
  ASSERT_EQ(o.status, 0) << o.err;
  const json r = json::parse(o.out);
  EXPECT_EQ(r["bits"], 4);
  EXPECT_EQ(r["kind"], "lloyd-max");
  ASSERT_EQ(r["levels"].size(), 16u);
  ASSERT_EQ(r["boundaries"].size(), 15u);
  for (std::size_t k = 0; k < 15; ++k)
    EXPECT_NEAR(r["boundaries"][k].get<double>(),
                (r["levels"][k].get<double>() + r["levels"][k + 1].get<double>()) / 2, 1e-9);
  // What it says of itself is what the samples say.
  std::istringstream lines(groups());
  double sum = 0, first = 0, second = 0, n = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    for (std::string field; line[0] != '#' && std::getline(fields, field, ',');) {
      const double x = std::stod(field);
      double nearest = 1e9;
      for (const json& level : r["levels"]) nearest = std::min(nearest, std::abs(x - level.get<double>()));
      sum += nearest * nearest;
      first += x;
      second += x * x;
      ++n;
    }
  }
  EXPECT_NEAR(r["mse"].get<double>(), sum / n, 1e-9 * second / n);
  EXPECT_NEAR(r["snr_db"].get<double>(),
              10 * std::log10((second / n - first / n * first / n) / r["mse"].get<double>()), 1e-6);
  const json uniform = json::parse(run_mho("adc --samples " + file + " --bits 4 --kind uniform --json").out);
  EXPECT_GT(uniform["mse"], r["mse"]);
  const double step = uniform["levels"][1].get<double>() - uniform["levels"][0].get<double>();
  for (std::size_t k = 0; k < 15; ++k)
    EXPECT_NEAR(uniform["levels"][k + 1].get<double>() - uniform["levels"][k].get<double>(), step, 1e-9);
}

TEST(program_adc, mid_tread_reaches_to_the_largest_magnitude) {
  const scratch_folder folder;
  const outcome o =
      run_mho("adc --json --samples " + folder.write("x.csv", "-3\n1\n2\n") + " --bits 3 --kind mid-tread");
  ASSERT_EQ(o.status, 0) << o.err;
  const auto levels = json::parse(o.out)["levels"].get<std::vector<double>>();
  ASSERT_EQ(levels.size(), 7u);
  for (std::size_t k = 0; k < 7; ++k) EXPECT_NEAR(levels[k], static_cast<double>(k) - 3, 1e-12);
}

TEST(program_adc, says_what_variation_costs_and_which_combination_wins) {
  const scratch_folder folder;
  const std::string file = folder.write("x.csv", groups());
  for (const char* device : {"thresholds", "windows"}) {
    const std::string arguments = "adc --samples " + file + " --bits 4 --set converter.device=" + device +
                                  " --set converter.error_share=0.03 --set converter.combine=average";
    const outcome o = run_mho(arguments + " --json");
    ASSERT_EQ(o.status, 0) << o.err;
    const json v = json::parse(o.out)["variation"];
    const json& mse = v["mse"];
    EXPECT_EQ(v["chosen"], "average");
    const std::string best = v["best"];
    for (const char* other : {"super_resolution", "average", "majority"})
      EXPECT_LE(mse[best].get<double>(), mse[other].get<double>() * (1 + 1e-9));
    EXPECT_GT(mse["single"], mse["designed"]);
    EXPECT_EQ(v["gap_share"] > 0.0, std::string(device) == "windows");
    const outcome table = run_mho(arguments);
    EXPECT_EQ(table.status, 0);
    for (const char* part : {"INL", "DNL", "fJ a conversion", "super_resolution", "majority", "best of the"})
      EXPECT_NE(table.out.find(part), std::string::npos) << part;
    EXPECT_EQ(table.out.find("windows: no match") != std::string::npos, std::string(device) == "windows");
  }
}

TEST(program_adc, bad_input_is_one_line_and_status_2) {
  const scratch_folder folder;
  const std::string good = folder.write("x.csv", "1\n2\n");
  const auto message = [&](const std::string& arguments) {
    const outcome o = run_mho("adc " + arguments);
    EXPECT_EQ(o.status, 2) << arguments;
    EXPECT_EQ(o.out, "") << arguments;
    EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
    return o.err;
  };
  EXPECT_EQ(message("--samples " + good + " --bits 13"), "mho: --bits: must be an integer from 1 to 12\n");
  EXPECT_EQ(message("--samples " + folder.path("none.csv") + " --bits 4"),
            "mho: " + folder.path("none.csv") + ": no such file\n");
  const std::string words = folder.write("w.csv", "1\nword\n"), complex = folder.write("c.csv", "1+2i\n");
  EXPECT_EQ(message("--samples " + words + " --bits 4"),
            "mho: " + words + ":2: entry 1 is no finite number such as 1.5 or 1.5-0.2i\n");
  EXPECT_EQ(message("--samples " + complex + " --bits 4"), "mho: " + complex + ": must be real\n");
  EXPECT_NE(message("--samples " + good + " --bits 4 --set array.size=8").find("converter.device"),
            std::string::npos);
  EXPECT_NE(message("--samples " + good + " --bits 4 --set converter.devise=windows")
                .find("the nearest known one is converter.device"),
            std::string::npos);
  EXPECT_EQ(message("--samples " + good + " --bits 4 --kind lloyd"),
            "mho: --kind: must be one of uniform, lloyd-max, mid-tread; the nearest is lloyd-max\n");
  EXPECT_EQ(message("--samples " + good + " --bits 4 --set device=windows"),
            "mho: --set: device: unknown key; the nearest known one is converter.device\n");
  message("--bits 4");
}

TEST(program_adc, solve_trains_its_converters_on_the_matrix) {
  const std::string arguments = std::string("solve --matrix ") + MHO_SCENARIOS + "/solve-16x16/A.csv --rhs " +
                                MHO_SCENARIOS + "/solve-16x16/b.csv --cycles 8";
  const outcome plain = run_mho(arguments);
  EXPECT_EQ(plain.out.find("converter trained"), std::string::npos);
  const outcome trained = run_mho(arguments + " --set converter.adc_kind=lloyd-max");
  ASSERT_EQ(trained.status, 0) << trained.err;
  EXPECT_NE(trained.out.find("4-bit converter trained on"), std::string::npos);
  const outcome again = run_mho(arguments + " --set converter.adc_kind=lloyd-max");
  EXPECT_EQ(trained.out, again.out);
  const outcome many = run_mho(arguments + " --set converter.adc_kind=lloyd-max --set converter.adc_bits=13");
  EXPECT_EQ(many.status, 2);
  EXPECT_NE(many.err.find("converter.adc_bits: must be an integer from 0 to 12"), std::string::npos);
}

TEST(program_adc, trained_converters_give_the_same_bytes_for_any_number_of_threads) {
  const scratch_folder folder;
  const std::string file =
      folder.write("s.toml",
                   "[link]\nrx = 16\ntx = 4\nmodulation = \"256qam\"\nsnr_db = [15]\n[stop]\nmin_bits = "
                   "50_000\nmax_bits = "
                   "50_000\n[[detector]]\nname = \"analog-zf\"\naccelerator = "
                   "\"q\"\n[accelerator.q]\nconverter.adc_kind = "
                   "\"lloyd-max\"\nconverter.device = \"windows\"\nconverter.combine = \"majority\"\n"
                   "converter.read_error_siemens = 0.35e-6\nconverter.adc_bits = 3\n");
  ASSERT_EQ(run_mho("ber " + file + " --threads 1 --out " + folder.path("one")).status, 0);
  ASSERT_EQ(run_mho("ber " + file + " --threads 3 --out " + folder.path("three")).status, 0);
  EXPECT_EQ(slurp(folder.path("one/result.json")), slurp(folder.path("three/result.json")));
}

}  // namespace
}  // namespace mho::test
