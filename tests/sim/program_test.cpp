// The program from outside: results, their protection, JSON, pictures, solve.
#include <gtest/gtest.h>
#include <signal.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "picture.hpp"
#include "program.hpp"

namespace mho::test {
namespace {

using nlohmann::json;

const char* const scenario_text =
    "title = \"test\"\n[link]\nrx = 8\ntx = 4\nmodulation = \"16qam\"\nsnr_db = [4, 8]\n"
    "[stop]\nbit_errors = 300\nmin_bits = 20_000\nmax_bits = 200_000\n"
    "[[detector]]\nname = \"mmse\"\n[[detector]]\nname = \"analog-mmse\"\ncycles = [1, 3]\n";

TEST(program, results_are_the_same_bytes_for_any_number_of_threads) {
  const scratch_folder folder;
  const std::string file = folder.write("s.toml", scenario_text);
  ASSERT_EQ(run_mho("ber " + file + " --threads 1 --out " + folder.path("one")).status, 0);
  ASSERT_EQ(run_mho("ber " + file + " --threads 4 --out " + folder.path("four")).status, 0);
  EXPECT_EQ(slurp(folder.path("one/result.json")), slurp(folder.path("four/result.json")));
  ASSERT_EQ(run_mho("ber " + file + " --seed 2 --out " + folder.path("other")).status, 0);
  EXPECT_NE(slurp(folder.path("one/result.json")), slurp(folder.path("other/result.json")));

  const json r = json::parse(slurp(folder.path("one/result.json")));
  EXPECT_EQ(r["format"], 1);
  EXPECT_EQ(r["kind"], "ber");
  EXPECT_TRUE(r["complete"]);
  ASSERT_EQ(r["curves"].size(), 3u);
  EXPECT_EQ(r["curves"][0]["id"], "mmse");
  EXPECT_TRUE(r["curves"][0]["cycles"].is_null());
  EXPECT_EQ(r["curves"][2]["id"], "analog-mmse-paper-c3");
  EXPECT_EQ(r["curves"][2]["cycles"], 3);
  const json& p = r["curves"][1]["points"][0];
  EXPECT_NEAR(p["n0"].get<double>(), 4 / std::pow(10, 0.4), 1e-12);
  EXPECT_EQ(p["stream_bit_errors"].size(), 4u);
  std::uint64_t sum = 0;
  for (const auto& stream : p["stream_bit_errors"]) sum += stream.get<std::uint64_t>();
  EXPECT_EQ(p["bit_errors"], sum);
  EXPECT_EQ(p["bits"].get<std::uint64_t>(), 16 * p["uses"].get<std::uint64_t>());
  EXPECT_EQ(slurp(folder.path("one/ber.csv")).substr(0, 125),
            "id,label,snr_db,n0,bits,bit_errors,ber,ber_low,ber_high,symbols,symbol_errors,uses,use_errors,"
            "failed_problems,stop\n"
            "mmse,mmse,");
}

TEST(program, json_is_all_there_is_on_standard_output) {
  const scratch_folder folder;
  const std::string file = folder.write("s.toml", scenario_text);
  const outcome o = run_mho("ber " + file + " --json --out " + folder.path("out"));
  EXPECT_EQ(o.status, 0);
  EXPECT_EQ(json::parse(o.out), json::parse(slurp(folder.path("out/result.json"))));
  for (const char* what : {"", "detectors", "accelerators", "channels", "modulations", "targets"})
    EXPECT_FALSE(json::parse(run_mho("list --json " + std::string(what)).out).empty());
}

TEST(program, results_are_protected) {
  const scratch_folder folder;
  const std::string file = folder.write("s.toml", scenario_text), out = " --out " + folder.path("out");
  ASSERT_EQ(run_mho("ber " + file + out).status, 0);
  EXPECT_EQ(run_mho("ber " + file + out).status, 0)
      << "a complete result of the same scenario is overwritten";
  const std::string before = slurp(folder.path("out/result.json"));
  const outcome other = run_mho("ber " + file + " --seed 2" + out);
  EXPECT_EQ(other.status, 2);
  EXPECT_NE(other.err.find("--force"), std::string::npos);
  // An incomplete result: what was computed stays, and --resume ends where a fresh run ends.
  json partial = json::parse(before);
  partial["complete"] = false;
  for (auto& curve : partial["curves"]) curve["points"].erase(1);
  folder.write("out/result.json", partial.dump());
  const outcome again = run_mho("ber " + file + out);
  EXPECT_EQ(again.status, 2);
  EXPECT_NE(again.err.find("--resume"), std::string::npos);
  EXPECT_EQ(run_mho("ber " + file + " --resume" + out).status, 0);
  EXPECT_EQ(slurp(folder.path("out/result.json")), before);
  EXPECT_EQ(run_mho("ber " + file + " --seed 2 --force" + out).status, 0);
}

TEST(program, variants_of_presets_are_named_and_listed) {
  const scratch_folder folder;
  const std::string file = folder.write("s.toml", scenario_text);
  const outcome o =
      run_mho("ber " + file + " --set accelerator.paper.array.size=8 --json --out " + folder.path("out"));
  ASSERT_EQ(o.status, 0) << o.err;
  const json r = json::parse(o.out);
  EXPECT_EQ(r["curves"][1]["accelerator"], "paper+");
  EXPECT_EQ(r["scenario"]["detector"][1]["differs"], json::array({"array.size"}));
  EXPECT_EQ(r["scenario"]["detector"][1]["parameters"]["array.size"], 8);
}

TEST(program, pictures_come_through) {
  const scratch_folder folder;
  sim::picture p{16, 12, 3, 8, {}};
  for (std::size_t i = 0; i < 16 * 12 * 3; ++i) p.samples.push_back(static_cast<std::uint8_t>(i * 7));
  ASSERT_TRUE(sim::write_png(folder.path("in.png"), p));
  const std::string file = folder.write("s.toml",
                                        "[link]\nrx = 16\ntx = 4\nmodulation = \"256qam\"\nsnr_db = [0, "
                                        "inf]\n[image]\nfile = \"in.png\"\n[[detector]]\nname = \"zf\"\n");
  const outcome o = run_mho("image " + file + " --json --out " + folder.path("out"));
  ASSERT_EQ(o.status, 0) << o.err;
  const json pictures = json::parse(o.out)["pictures"];
  ASSERT_EQ(pictures.size(), 2u);
  EXPECT_GT(pictures[0]["bit_errors"], 500);  // 0 dB: a third of 4608 bits
  EXPECT_EQ(pictures[1]["bit_errors"], 0);
  EXPECT_TRUE(pictures[1]["psnr_db"].is_null());
  const auto back = sim::read_png(folder.path("out/" + pictures[1]["file"].get<std::string>()));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->samples, p.samples);
}

TEST(program, emblem_is_broken_at_cycle_1_and_exact_at_cycle_2) {
  const scratch_folder folder;
  const outcome o = run_mho(std::string("image ") + MHO_SCENARIOS + "/image-16x4-256qam.toml --json --out " +
                            folder.path("out"));
  ASSERT_EQ(o.status, 0) << o.err;
  std::size_t seen = 0;
  const json pictures = json::parse(o.out)["pictures"];
  for (const json& p : pictures) {
    if (p["cycles"] == 1) {
      EXPECT_GT(p["bit_errors"], 100);  // one pixel in a hundred is plainly visible
    }
    if (p["cycles"] == 2) {
      EXPECT_EQ(p["bit_errors"], 0);
    }
    seen += p["cycles"] == 2;
  }
  EXPECT_EQ(seen, 2u);  // at 30 dB and without noise
}

TEST(program, solves_the_worked_example) {
  // Zuo et al. 2025, Fig. 2d, in decimals; x* = [.1392 -.0775 .0316 .1460].
  const scratch_folder folder;
  const std::string a = folder.write("A.csv",
                                     "0.498291015625,0.263916015625,0.010009765625,0.006103515625\n"
                                     "0.030517578125,0.349853515625,0.646484375,0.016357421875\n"
                                     "0.154296875,0.264892578125,0.890136718750,0.143554687500\n"
                                     "0.0295,0.16,0.0063,0.225\n");
  const std::string b = folder.write("b.csv", "0.05\n0\n0.05\n0.025\n");
  const outcome o = run_mho("solve --matrix " + a + " --rhs " + b +
                            " --accelerator ideal --set array.mapping=direct --cycles 12 --json");
  ASSERT_EQ(o.status, 0) << o.err;
  const json r = json::parse(o.out);
  ASSERT_EQ(r["cycles"].size(), 12u);
  EXPECT_LT(r["spectral_radius"], 1);
  EXPECT_EQ(r["verdict"], "converges");
  EXPECT_EQ(r["operations"]["inv"], 12);
  EXPECT_LT(r["cycles"][11]["relative_error"], 1e-6);
}

// With arrays in HP-MVM the residual that the refinement carries is not that of x, and the text says so.
TEST(program, solve_tells_whose_residual_it_prints) {
  const std::string arguments = std::string("solve --matrix ") + MHO_SCENARIOS + "/solve-16x16/A.csv --rhs " +
                                MHO_SCENARIOS + "/solve-16x16/b.csv";
  const std::string exact = run_mho(arguments).out,
                    arrays = run_mho(arguments + " --set solver.mvm=arrays").out;
  EXPECT_NE(exact.find("residual: |b - T x| / |b|"), std::string::npos) << exact;
  EXPECT_NE(exact.find("It goes on falling"), std::string::npos) << exact;
  EXPECT_NE(arrays.find("residual: |r| / |b|, r the refinement's own"), std::string::npos) << arrays;
  EXPECT_EQ(arrays.find("It goes on falling"), std::string::npos) << arrays;
  const std::string before = "after cycle 10 |b - T x| / |b| is ";
  const std::size_t at = arrays.find(before);
  ASSERT_NE(at, std::string::npos) << arrays;
  // |A dx| / (|b| cond) <= |dx| / |x| <= cond |A dx| / |b|, and T is A but for 1.5e-7.
  const double residual = std::strtod(arrays.c_str() + at + before.size(), nullptr);
  const double error =
      json::parse(run_mho(arguments + " --set solver.mvm=arrays --json").out)["cycles"][9]["relative_error"];
  const double condition = 2.221;
  EXPECT_LE(residual, 1.001 * error * condition + 1e-6);
  EXPECT_GE(residual, 0.999 * error / condition - 1e-6);
}

}  // namespace
}  // namespace mho::test
