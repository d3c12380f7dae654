// mho cost from outside: the paper's curves and ratios, the whole count, the baselines, what it refuses.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace mho::test {
namespace {

using nlohmann::json;

json cost(const std::string& arguments) {
  const outcome o = run_mho("cost --json --no-measure " + arguments);
  EXPECT_EQ(o.status, 0) << o.err;
  return json::parse(o.out, nullptr, false);
}

json paper() { return json::parse(slurp(MHO_TEST_DATA "/paper_cost.json")); }

void expect_within(const json& value, const json& expected, double share, const std::string& what) {
  ASSERT_TRUE(value.is_number()) << what;
  EXPECT_NEAR(value.get<double>(), expected.get<double>(), share * expected.get<double>()) << what;
}

const json& baseline(const json& c, const std::string& name) {
  for (const json& b : c["baselines"])
    if (b["name"] == name) return b;
  ADD_FAILURE() << "no baseline " << name;
  return c["baselines"][0];
}

double sum(const json& breakdown, const char* key) {
  double total = 0;
  for (const json& part : breakdown) total += part[key].is_number() ? part[key].get<double>() : 0;
  return total;
}

TEST(cost, throughput_and_efficiency_are_the_papers_curves) {
  // Read off Fig. 5c and 5d to about half a percent; energies carry one more such reading.
  constexpr double throughput = 0.005, efficiency = 0.01;
  const json published = paper();
  for (const auto& [accelerator, column] : {std::pair{"paper", "measured"}, {"projected", "projected"}}) {
    const json c = cost(std::string("--accelerator ") + accelerator);
    const json& curve = published[column];
    ASSERT_EQ(c["rows"].size(), published["unknowns"].size());
    EXPECT_EQ(c["count"], "paper");
    for (std::size_t i = 0; i < c["rows"].size(); ++i) {
      const json& row = c["rows"][i];
      const std::string what = std::string(accelerator) + " " + row["n"].dump();
      EXPECT_EQ(row["n"], published["unknowns"][i]);
      expect_within(row["ops_per_s"], curve["ops_per_s"][i], throughput, what);
      expect_within(row["ops_per_j"], curve["ops_per_j"][i], efficiency, what);
      for (std::size_t k = 0; k < published["single_unknowns"].size(); ++k) {
        if (row["n"] != published["single_unknowns"][k]) continue;
        expect_within(row["single_array"]["ops_per_s"], curve["single_ops_per_s"][k], throughput, what);
        expect_within(row["single_array"]["ops_per_j"], curve["single_ops_per_j"][k], efficiency, what);
      }
    }
  }
}

TEST(cost, ratios_to_the_baselines_are_recomputed) {
  const json measured = cost("--sizes 128"), published = paper()["baselines"];
  // Measured energies of BlockAMC at N = 128 against the printed baselines: 5.0, 3.7 and 2.4 times.
  for (const auto& [name, key, energy] : {std::tuple{"NVIDIA H100, one core", "h100_core", 5.0},
                                          {"AMD Vega 20, one core", "vega20_core", 3.7},
                                          {"ASIC (Prabhu, ISSCC 2017)", "asic", 2.4}}) {
    const json& b = baseline(measured, name);
    EXPECT_EQ(b["ops_per_s"], published[key]["ops_per_s"]);
    EXPECT_EQ(b["ops_per_j"], published[key]["ops_per_j"]);
    EXPECT_NEAR(b["sizes"][0]["ratios"][0]["energy"].get<double>(), energy, 0.05) << name;
  }
  // "1,000x": a single array of 128 rows, projected times, one of 16,896 cores; 0.06x of all of them; "100x"
  // in energy is 120x.
  const json& claim = measured["claim"];
  EXPECT_NEAR(claim["throughput_ratio"].get<double>(), 1068, 0.005 * 1068);
  EXPECT_NEAR(claim["energy_ratio"].get<double>(), 120, 0.01 * 120);
  EXPECT_NEAR(claim["throughput_ratio_whole"].get<double>(), 0.06, 0.005);
  // The same out of the rows, and against the data sheet's peak.
  const json projected = cost("--sizes 128 --accelerator projected");
  const auto single = [&](const char* name) {
    return baseline(projected, name)["sizes"][0]["ratios"][0]["single_array_time"].get<double>();
  };
  EXPECT_NEAR(single("NVIDIA H100, one core"), claim["throughput_ratio"].get<double>(), 1e-9 * 1068);
  EXPECT_NEAR(single("NVIDIA H100, whole, FP64 peak"), 0.06, 0.005);
}

TEST(cost, rows_and_baselines_have_what_is_documented) {
  const json c = cost("--sizes 32,128");
  for (const json& row : c["rows"]) {
    for (const char* key :
         {"n", "stages", "operations", "time_s", "energy_j", "area_m2", "ops_per_s", "ops_per_j"})
      EXPECT_TRUE(row[key].is_number()) << key;
    ASSERT_EQ(row["breakdown"].size(), 6u);
    for (const char* part : {"arrays", "opamps", "converters", "digital", "programming", "gram"})
      for (const char* key : {"time_s", "energy_j"})
        EXPECT_TRUE(row["breakdown"][part][key].is_number()) << part;
    for (const char* key : {"time_s", "energy_j", "area_m2"})
      EXPECT_NEAR(sum(row["breakdown"], key), row[key].get<double>(), 1e-14 * row[key].get<double>()) << key;
    for (const char* part : {"digital", "programming", "gram"}) {
      EXPECT_EQ(row["breakdown"][part]["time_s"], 0);
      EXPECT_EQ(row["breakdown"][part]["energy_j"], 0);
    }
  }
  EXPECT_TRUE(c["rows"][0]["single_array"].is_null());
  EXPECT_GE(c["baselines"].size(), 7u);
  for (const json& b : c["baselines"]) {
    for (const char* key : {"name", "source", "reading"}) EXPECT_TRUE(b[key].is_string()) << b.dump();
    for (const char* key : {"power_basis", "ops_per_s", "ops_per_j"})
      EXPECT_TRUE(b.contains(key)) << b.dump();
    ASSERT_EQ(b["sizes"].size(), 2u);
    EXPECT_EQ(b["sizes"][1]["n"], 128);
    EXPECT_EQ(b["sizes"][1]["ratios"][0]["accelerator"], "paper");
  }
  EXPECT_TRUE(baseline(c, "mho zf on this CPU, Gram matrix given")["ops_per_s"].is_null()) << "--no-measure";
}

TEST(cost, whole_count_adds_what_the_paper_leaves_out) {
  const auto row_of = [](int uses) {
    return cost("--rx 64 --tx 16 --uses-per-channel " + std::to_string(uses))["rows"][0];
  };
  const json one = row_of(1), many = row_of(100), bare = cost("--sizes 32")["rows"][0];
  EXPECT_EQ(one["n"], 32);
  EXPECT_EQ(one["rx"], 64);
  EXPECT_EQ(one["tx"], 16);
  EXPECT_EQ(one["operations"], bare["operations"]);
  for (const char* part : {"arrays", "opamps", "converters"})
    EXPECT_EQ(one["breakdown"][part]["energy_j"], bare["breakdown"][part]["energy_j"]);
  for (const json& row : {one, many})
    for (const char* key : {"time_s", "energy_j"})
      EXPECT_NEAR(sum(row["breakdown"], key), row[key].get<double>(), 1e-14 * row[key].get<double>());
  const auto programming = [](const json& row) {
    return row["breakdown"]["programming"]["time_s"].get<double>();
  };
  // 32 x 32 cells of LP-INV and 2 x 8 slices of R and S, 16 x 16 each; 32 cells at a time, 10 pulses of 200
  // ns.
  EXPECT_EQ(one["cells"], 1024 + 16 * 512);
  EXPECT_NEAR(programming(one), 9216 / 32 * 2e-6, 1e-14);
  EXPECT_NEAR(programming(many) * 100, programming(one), 1e-14);
  // Gram matrix 4 rx tx^2 once a channel, matched filter 8 rx tx every time, at 2.3 pJ.
  EXPECT_NEAR(many["breakdown"]["gram"]["energy_j"].get<double>(),
              (4.0 * 64 * 256 / 100 + 8 * 64 * 16) * 2.3e-12, 1e-20);
  EXPECT_NEAR(one["channel_share"].get<double>(), one["time_s"].get<double>() / 1e-3, 1e-12);
  EXPECT_NEAR(one["lifetime_s"].get<double>(), 1e5, 1e-7);

  // Baselines do the same work: everything once a channel but matched filter and triangular solutions.
  const json c = cost("--rx 64 --tx 16 --uses-per-channel 100");
  const double work = (4.0 * 64 * 256 + 8.0 / 3 * 4096) / 100 + 8 * 64 * 16 + 8 * 256;
  const json& asic = baseline(c, "ASIC (Prabhu, ISSCC 2017)")["sizes"][0];
  EXPECT_NEAR(asic["time_s"].get<double>(), work / 1.86e9, 1e-12 * work / 1.86e9);
  EXPECT_NEAR(asic["ratios"][0]["energy"].get<double>(), work / 1.03e11 / many["energy_j"].get<double>(),
              1e-9);
  // Sizes keep the link's proportion.
  const json wide = cost("--rx 64 --tx 16 --sizes 8,64")["rows"];
  EXPECT_EQ(wide[0]["rx"], 16);
  EXPECT_EQ(wide[1]["rx"], 128);
}

TEST(cost, kernels_are_timed_here) {
  const auto measured = [](const std::string& arguments) {
    return json::parse(run_mho("cost --json --cpu-watts 4 " + arguments).out);
  };
  const json given = baseline(measured("--sizes 8"), "mho zf on this CPU, Gram matrix given");
  const json shared = measured("--rx 16 --tx 4 --uses-per-channel 64");
  const json fresh = baseline(shared, "mho zf on this CPU, a channel a vector"),
             prepared = baseline(shared, "mho zf on this CPU, a channel prepared once");
  for (const json& b : {given, fresh, prepared}) {
    // A 4x4 complex solution: more than 0.1 ns and less than 0.1 ms on anything that runs this, sanitized
    // too.
    const double seconds = b["sizes"][0]["time_s"];
    EXPECT_GT(seconds, 1e-10);
    EXPECT_LT(seconds, 1e-4);
    EXPECT_NEAR(b["sizes"][0]["energy_j"].get<double>(), 4 * seconds, 1e-12 * seconds);
    EXPECT_NE(b["power_basis"].get<std::string>().find("--cpu-watts"), std::string::npos);
  }
  // The printed rate belongs to the printed time: N^3/3 + 5/2 N^2 + N/6 at N = 8 is 332.
  EXPECT_NEAR(given["ops_per_s"].get<double>() * given["sizes"][0]["time_s"].get<double>(), 332, 1e-9);
}

TEST(cost, a_gpu_is_read_from_a_benchmark) {
  const scratch_folder folder;
  const auto row = [](const std::string& name, double rate) {
    return json{{"name", name + "/real_time"}, {"problems_per_s", rate}};
  };
  json rows = json::array();
  rows.push_back(row("mmse/fresh/64x16/chain-cuda/batch:16", 1e6));
  rows.push_back(row("mmse/fresh/64x16/chain-cuda/batch:4096", 1e7));
  rows.push_back(row("mmse/fresh/64x16/mho/batch:16", 1e9));
  rows.push_back(row("mmse/block168/64x16/chain-cuda/batch:16", 1e9));
  rows.push_back(row("zf/cholesky/64x16/chain-cuda/batch:16", 2e7));
  rows.push_back(row("machine/bandwidth", 1));
  const std::string file = folder.write("bench.json", json{{"benchmarks", rows}}.dump());
  const auto gpu = [&](const std::string& more) {
    const json c = cost("--bench " + file + " --gpu-watts 700 " + more);
    return baseline(c, "GPU, batched Gram, Cholesky and solutions")["sizes"][0];
  };
  EXPECT_NEAR(gpu("--sizes 32")["time_s"].get<double>(), 50e-9, 1e-20);
  EXPECT_NEAR(gpu("--rx 64 --tx 16")["time_s"].get<double>(), 100e-9, 1e-20);
  EXPECT_NEAR(gpu("--rx 64 --tx 16")["energy_j"].get<double>(), 70e-6, 1e-17);
  EXPECT_NEAR(gpu("--rx 64 --tx 16 --uses-per-channel 10")["time_s"].get<double>(), 11e-9, 1e-20);
  EXPECT_TRUE(gpu("--rx 128 --tx 16")["time_s"].is_null());
  for (const char* text : {"{", "{}", "[1]"}) {
    const outcome o = run_mho("cost --no-measure --bench " + folder.write("bad.json", text));
    EXPECT_EQ(o.status, 2);
    EXPECT_EQ(o.err.rfind("mho: --bench: " + folder.path("bad.json") + ": ", 0), 0u) << o.err;
  }
}

TEST(cost, parameters_can_be_set) {
  EXPECT_NEAR(cost("--sizes 8 --set cost.inv_s=1e-6 --set cost.mvm_s=2e-6 --set cost.conversion_s=0 --set "
                   "cost.cycles=3")["rows"][0]["time_s"]
                  .get<double>(),
              9e-6, 1e-18);
  EXPECT_EQ(cost("--sizes 16 --set cost.array_size=4")["rows"][0]["stages"], 2);
  const json free = cost("--accelerator ideal")["rows"][0];
  EXPECT_EQ(free["time_s"], 0);
  EXPECT_TRUE(free["ops_per_s"].is_null());
}

TEST(cost, a_scenario_gives_link_and_accelerators) {
  const scratch_folder folder;
  const std::string file = std::string(MHO_SCENARIOS) + "/cost-comparison.toml", out = folder.path("out");
  const json c = cost(file + " --out " + out);
  EXPECT_EQ(c["count"], "whole");
  EXPECT_EQ(c["link"]["rx"], 64);
  EXPECT_EQ(c["link"]["tx"], 16);
  ASSERT_EQ(c["rows"].size(), 12u);
  EXPECT_EQ(c["rows"][0]["accelerator"], "paper");
  EXPECT_EQ(c["rows"][6]["accelerator"], "projected");
  EXPECT_EQ(c["rows"][6]["cycles"], 8);
  EXPECT_EQ(c["baselines"][0]["sizes"][3]["ratios"].size(), 2u);
  EXPECT_EQ(json::parse(slurp(out + "/cost.json")), c);
  EXPECT_NE(slurp(out + "/cost.gnuplot").find("set output 'cost.svg'"), std::string::npos);
  // --set takes the scenario's keys.
  const json set = cost(file +
                        " --set link.tx=8 --set 'cost.sizes=[16]' --set accelerator.paper.cost.mvm_s=1e-6 "
                        "--out " +
                        out);
  ASSERT_EQ(set["rows"].size(), 2u);
  EXPECT_EQ(set["rows"][0]["accelerator"], "paper+");
  EXPECT_EQ(set["rows"][0]["rx"], 64);
}

TEST(cost, text_names_every_baseline) {
  for (const char* arguments : {"--sizes 64", "--rx 16 --tx 4", "--accelerator ideal --sizes 4"}) {
    const outcome o = run_mho(std::string("cost --no-measure ") + arguments);
    EXPECT_EQ(o.status, 0) << o.err;
    const json c = cost(arguments);
    for (const json& b : c["baselines"])
      EXPECT_NE(o.out.find(b["name"].get<std::string>()), std::string::npos) << b["name"];
  }
}

TEST(cost, bad_input_is_one_line) {
  const scratch_folder folder;
  const std::string digital =
      folder.write("digital.toml", "[link]\nrx = 4\ntx = 2\nsnr_db = [0]\n[[detector]]\nname = \"zf\"\n");
  const std::pair<const char*, std::string> cases[] = {
      {"--sizes 4,x", "--sizes: must be integers from 1 to 4096, separated by commas"},
      {"--sizes 4,", "--sizes: must be integers from 1 to 4096, separated by commas"},
      {"--sizes 0", "--sizes: must be integers from 1 to 4096, separated by commas"},
      {"--sizes 5000", "--sizes: must be integers from 1 to 4096, separated by commas"},
      {"--rx 8", "--tx: missing; --rx and --tx make a link"},
      {"--tx 8", "--rx: missing; --rx and --tx make a link"},
      {"--uses-per-channel 8", "--rx: missing; --rx and --tx make a link"},
      {"--rx 4 --tx 8", "--tx: must be at most rx = 4"},
      {"--rx 8 --tx 4 --sizes 7", "--sizes: 7: must be even: two real unknowns a stream"},
      {"--rx 512 --tx 8 --sizes 512", "--sizes: 512: needs more than 4096 antennas at 512 for 8 streams"},
      {"--accelerator papr",
       "--accelerator: unknown accelerator papr; must be one of paper, projected, pcm, ideal, or "
       "FILE.toml:NAME; "
       "the nearest is paper"},
      {"--set cost.inv=1", "--set: cost.inv: unknown key; the nearest known one is cost.inv_s"},
      {"--set cost.inv_s=-1", "--set: cost.inv_s: must be a number from 0 to 1"},
      {"DIGITAL", digital + ": detector: mho cost needs an analogue one, or --accelerator"},
  };
  for (const auto& [arguments, message] : cases) {
    const std::string given = std::string(arguments) == "DIGITAL" ? digital : arguments;
    const outcome o = run_mho("cost --no-measure " + given);
    EXPECT_EQ(o.status, 2) << arguments;
    EXPECT_EQ(o.err, "mho: " + message + "\n") << arguments;
    EXPECT_EQ(o.out, "") << arguments;
  }
  for (const char* arguments : {"--rx -1 --tx 4", "--cpu-watts 0", "--colour", "none.toml", "--sizes"})
    EXPECT_EQ(run_mho(std::string("cost ") + arguments).status, 2) << arguments;
}

TEST(cost, solve_tells_time_and_energy) {
  const scratch_folder folder;
  const std::string a = folder.write("A.csv", "2,0\n0,1\n"), b = folder.write("b.csv", "1\n1\n");
  const auto solve = [&](const std::string& more) {
    return json::parse(run_mho("solve --json --matrix " + a + " --rhs " + b + " " + more).out);
  };
  // One array of two rows, 5 cycles: 5 (120 + 60 + 2 x 6.67) ns; 5/8 of 2.898 N + 0.00960 N^2 nJ.
  const json one = solve("--cycles 5");
  EXPECT_NEAR(one["time_s"].get<double>(), 5 * 193.34e-9, 1e-20);
  EXPECT_NEAR(one["energy_j"].get<double>(), 5.0 / 8 * (2.898e-9 * 2 + 0.0096e-9 * 4), 1e-21);
  EXPECT_EQ(one["programming"]["cells"], 4 + 2 * 8 * 4);
  // On arrays of one row, one stage: 3 INV and 6 MVM.
  EXPECT_NEAR(solve("--cycles 5 --set array.size=1")["time_s"].get<double>(),
              5 * (3 * 126.67e-9 + 6 * 66.67e-9), 1e-19);
  EXPECT_EQ(solve("--accelerator ideal")["energy_j"], 0);
}

}  // namespace
}  // namespace mho::test
