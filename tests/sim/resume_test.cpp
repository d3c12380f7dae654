// --resume from outside: whatever was there, the end is a fresh run's, byte by byte; what cannot be mixed is
// refused.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <mho/targets.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "program.hpp"

namespace mho::test {
namespace {

using json = nlohmann::ordered_json;

constexpr const char* no_plots = "PATH=";

std::string scenario_text(const std::string& snr, const std::string& stop) {
  return "[link]\nrx = 8\ntx = 4\nmodulation = \"16qam\"\nsnr_db = " + snr + "\n[stop]\n" + stop +
         "\n[[detector]]\nname = \"zf\"\n[[detector]]\nname = \"analog-mmse\"\ncycles = [1, 3]\n";
}

class resume : public testing::Test {
 protected:
  outcome ber(const std::string& text, const std::string& out, const std::string& arguments = "",
              const std::string& environment = no_plots) {
    return run_mho("ber " + folder.write("s.toml", text) + " --out " + folder.path(out) + " " + arguments,
                   environment);
  }
  json result(const std::string& out) { return json::parse(slurp(folder.path(out + "/result.json"))); }
  void expect_fresh(const std::string& text, const std::string& out) {
    const outcome resumed = ber(text, out, "--resume"), fresh = ber(text, "fresh", "--force");
    ASSERT_EQ(resumed.status, 0) << resumed.err;
    ASSERT_EQ(fresh.status, 0) << fresh.err;
    EXPECT_EQ(slurp(folder.path(out + "/result.json")), slurp(folder.path("fresh/result.json")))
        << text << result(out).dump(1);
    EXPECT_EQ(slurp(folder.path(out + "/ber.csv")), slurp(folder.path("fresh/ber.csv")));
  }

  scratch_folder folder;
};

struct extension {
  const char *what, *snr, *stop, *then_snr, *then_stop;
};

TEST_F(resume, extended_scenarios_end_as_fresh_runs) {
  const char* const errors = "bit_errors = 300\nmin_bits = 20_000\nmax_bits = 200_000";
  const char* const target = "bit_errors = 300\nmin_bits = 20_000\nmax_bits = 200_000\ntarget_ber = 0.03";
  const std::vector<extension> cases{
      {"added SNR values", "[4, 10]", errors, "[0, 4, 7, 10, 40, inf]", errors},
      {"another order", "[4, 10]", errors, "[10, 40, 4]", errors},
      {"no noise", "[4, inf]", errors, "[inf, 8, 4]", errors},
      {"more errors", "[4, 10, 40]", errors, "[4, 10, 40]",
       "bit_errors = 2000\nmin_bits = 20_000\nmax_bits = 200_000"},
      {"a few errors more", "[4, 10, 40]", errors, "[4, 10, 40]",
       "bit_errors = 310\nmin_bits = 20_000\nmax_bits = 200_000"},
      {"no error count", "[4, 10, 40]", errors, "[4, 10, 40]", "min_bits = 20_000\nmax_bits = 200_000"},
      {"more bits", "[4, 10, 15, 40]", errors, "[4, 10, 15, 40]",
       "bit_errors = 300\nmin_bits = 20_000\nmax_bits = 400_000"},
      {"a larger minimum", "[4, 10, 15, 40]", errors, "[4, 10, 15, 40]",
       "bit_errors = 300\nmin_bits = 60_000\nmax_bits = 200_000"},
      {"a narrower interval", "[4, 10, 15, 40]",
       "relative_interval = 0.2\nmin_bits = 20_000\nmax_bits = 200_000", "[4, 10, 15, 40]",
       "relative_interval = 0.1\nmin_bits = 20_000\nmax_bits = 400_000"},
      {"a lower target", "[0, 4, 8, 12, 16]", target, "[0, 4, 8, 12, 16]",
       "bit_errors = 300\nmin_bits = 20_000\nmax_bits = 200_000\ntarget_ber = 0.001"},
      {"a target that is met where it was", "[0, 4, 8, 12, 16]", target, "[0, 4, 8, 12, 16]",
       "bit_errors = 300\nmin_bits = 20_000\nmax_bits = 200_000\ntarget_ber = 0.0299"},
      {"no target", "[0, 4, 8, 12, 16]", target, "[0, 4, 8, 12, 16]", errors},
      {"SNR values before the target", "[0, 16]", target, "[0, 8, 14, 15, 16, 17]", target},
      {"SNR values beyond the target", "[0, 12, 16]", target, "[0, 12, 16, 20]", target}};
  for (const extension& e : cases) {
    SCOPED_TRACE(e.what);
    ASSERT_EQ(ber(scenario_text(e.snr, e.stop), "out", "--force").status, 0);
    expect_fresh(scenario_text(e.then_snr, e.then_stop), "out");
  }
}

TEST_F(resume, what_would_end_alike_is_kept_and_no_more) {
  // A mark in every point shows which were kept.
  const auto kept = [&](const std::string& then) {
    json r = result("out");
    for (json& curve : r["curves"])
      for (json& point : curve["points"]) point["saturated"] = 77;
    folder.write("out/result.json", r.dump());
    EXPECT_EQ(ber(then, "out", "--resume").status, 0);
    std::vector<double> snr;
    const json points = result("out")["curves"][2]["points"];
    for (const json& point : points)
      if (point["saturated"] == 77) snr.push_back(point["snr_db"]);
    return snr;
  };
  const std::string first =
      scenario_text("[4, 40]", "bit_errors = 300\nmin_bits = 20_000\nmax_bits = 200_000");
  const auto again = [&] { ASSERT_EQ(ber(first, "out", "--force").status, 0); };
  again();
  const json r = result("out")["curves"][0]["points"];
  ASSERT_EQ(r[0]["stop"], "bit_errors");
  ASSERT_EQ(r[1]["stop"], "max_bits");
  EXPECT_EQ(kept(scenario_text("[0, 4, 40]", "bit_errors = 300\nmin_bits = 20_000\nmax_bits = 200_000")),
            (std::vector<double>{4, 40}));
  again();
  EXPECT_EQ(kept(scenario_text("[4, 40]", "bit_errors = 9000\nmin_bits = 20_000\nmax_bits = 200_000")),
            std::vector<double>{40});
  again();
  EXPECT_EQ(kept(scenario_text("[4, 40]", "bit_errors = 300\nmin_bits = 20_000\nmax_bits = 400_000")),
            std::vector<double>{4});
}

TEST_F(resume, killed_at_any_moment_it_goes_on_to_the_same_bytes) {
  const std::string stop = "min_bits = 600_000\nmax_bits = 600_000", text = scenario_text("[0, 4, 8]", stop),
                    file = folder.write("s.toml", text), out = folder.path("out");
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::string quiet = folder.path("quiet");
    if (freopen(quiet.c_str(), "w", stdout) == nullptr || freopen(quiet.c_str(), "w", stderr) == nullptr)
      _exit(99);
    execl(MHO_PROGRAM, MHO_PROGRAM, "ber", file.c_str(), "--out", out.c_str(), "--threads", "1", nullptr);
    _exit(98);
  }
  for (int waited = 0; waited < 30000; ++waited) {
    const json r = json::parse(slurp(out + "/result.json"), nullptr, false);
    if (!r.is_discarded() && r["curves"][0]["points"].size() > 1) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  kill(child, SIGKILL);
  int state = 0;
  waitpid(child, &state, 0);
  ASSERT_TRUE(WIFSIGNALED(state));
  const json points = result("out")["curves"][0]["points"];
  EXPECT_FALSE(result("out")["complete"]);
  ASSERT_GE(points.size(), 2u);
  EXPECT_EQ(points[0]["stop"], "max_bits");
  EXPECT_EQ(points.back()["stop"], "interrupted");
  EXPECT_GT(points.back()["bits"], 0);
  expect_fresh(scenario_text("[0, 2, 4, 8, 12]", stop), "out");
}

TEST_F(resume, refusals_name_the_key_and_both_values) {
  const std::string text =
      scenario_text("[4, 8]", "bit_errors = 300\nmin_bits = 20_000\nmax_bits = 200_000\ntarget_ber = 1e-6");
  ASSERT_EQ(ber(text, "out").status, 0);
  const std::string before = slurp(folder.path("out/result.json")),
                    head = "mho: --out: " + folder.path("out") + " holds ",
                    tail = "; --force overwrites it\n";
  const auto expect_refused = [&](const std::string& arguments, const std::string& what,
                                  const std::string& environment = no_plots) {
    const outcome o = ber(text, "out", "--resume " + arguments, environment);
    EXPECT_EQ(o.status, 2) << arguments;
    EXPECT_EQ(o.err, head + "a result that --resume cannot go on with: " + what + tail);
  };
  for (const auto& [set, what] : std::vector<std::pair<std::string, std::string>>{
           {"link.rx=16", "link.rx is 8 there, 16 here"},
           {"link.modulation=64qam", "link.modulation is 16qam there, 64qam here"},
           {"title=other", "title is s there, other here"},
           {"channel.realisations=3", "channel.realisations is none there, 3 here"},
           {"detector.0.target=\"scalar\"", "detector.0.target is auto there, scalar here"},
           {"detector.1.cycles=[1,2]", "detector.1.cycles is [1,3] there, [1,2] here"},
           {"accelerator.paper.array.size=4",
            "detector.1.id is analog-mmse-paper there, analog-mmse-paper+ here"},
           {"link.snr_db=[4]", "link.snr_db has 8.0 there, not here"},
           {"link.es_n0_db=[4,8]", "link has snr_db there, es_n0_db here"},
           {"stop.bit_errors=200", "stop.bit_errors is 300 there, 200 here, which ends earlier"},
           {"stop.relative_interval=0.1",
            "stop.relative_interval is none there, 0.1 here, which ends earlier"},
           {"stop.target_ber=1e-5", "stop.target_ber is 1e-06 there, 1e-05 here, which ends earlier"},
           {"stop.min_bits=10_000", "stop.min_bits is 20000 there, 10000 here, which ends earlier"},
           {"stop.max_bits=100_000", "stop.max_bits is 200000 there, 100000 here, which ends earlier"}})
    expect_refused("--set '" + set + "'", what);
  expect_refused("--seed 2", "seed is 1 there, 2 here");
  // What follows from the program and the machine.
  const std::string arithmetic = json::parse(before)["arithmetic"];
  if (arithmetic != "scalar")
    expect_refused("", "arithmetic is " + arithmetic + " there, scalar here", "PATH= MHO_TARGET=scalar");
  for (const auto& [key, value, shown] :
       std::vector<std::tuple<std::string, json, std::string>>{{"mho", "0.0.1", "0.0.1"},
                                                               {"draw", "channel", "channel"},
                                                               {"chunk_uses", 16, "16"},
                                                               {"format", 0, "0"},
                                                               {"kind", "image", "image"}}) {
    json r = json::parse(before);
    const std::string ours = r[key].is_string() ? r[key].get<std::string>() : r[key].dump();
    r[key] = value;
    folder.write("out/result.json", r.dump(1));
    expect_refused("", key + " is " + shown + " there, " + ours + " here");
  }
  // Without --resume another run's result is protected, and what differs is named too.
  folder.write("out/result.json", before);
  EXPECT_EQ(ber(text, "out", "--set link.rx=16").err,
            head +
                "the result of another run: link.rx is 8 there, 16 here; --resume goes on if only SNR "
                "values are added or [stop] is stricter, --force overwrites it\n");
  EXPECT_EQ(slurp(folder.path("out/result.json")), before) << "a refused run wrote";
}

TEST_F(resume, damaged_results_are_bad_input) {
  const std::string text = scenario_text("[4]", "min_bits = 10_000\nmax_bits = 10_000");
  ASSERT_EQ(ber(text, "out").status, 0);
  const std::string whole = slurp(folder.path("out/result.json"));
  json no_list = json::parse(whole), no_count = no_list;
  no_list["curves"] = 3;
  no_count["curves"][1]["points"][0]["bits"] = "many";
  const std::string damaged = "mho: --out: " + folder.path("out") +
                              " holds a result.json that is no result of this program: --resume cannot go on "
                              "with it, --force overwrites it\n";
  for (const std::string& content :
       {std::string(), std::string("[1, 2]"), std::string("{\"complete\": \"yes\"}"),
        whole.substr(0, whole.size() - 10), no_list.dump(), no_count.dump()}) {
    folder.write("out/result.json", content);
    const outcome o = ber(text, "out", "--resume");
    EXPECT_EQ(o.status, 2) << content;
    EXPECT_EQ(o.err, damaged) << content;
    EXPECT_EQ(slurp(folder.path("out/result.json")), content);
  }
  for (const std::string content : {"", "[1, 2]", "{\"complete\": \"yes\"}"}) {
    folder.write("out/result.json", content);
    EXPECT_EQ(ber(text, "out").err, damaged) << content;
  }
  EXPECT_EQ(ber(text, "out", "--force").status, 0);
  EXPECT_EQ(slurp(folder.path("out/result.json")), whole);
}

TEST_F(resume, targets_that_round_alike_give_the_same_bytes) {
  const std::string text = scenario_text("[4, 8]", "min_bits = 20_000\nmax_bits = 20_000");
  std::string fused;
  for (const target_info& target : targets()) {
    if (!target.usable) continue;
    ASSERT_EQ(ber(text, target.name, "", "PATH= MHO_TARGET=" + target.name).status, 0);
    const std::string bytes = slurp(folder.path(target.name + "/result.json"));
    EXPECT_EQ(json::parse(slurp(folder.path(target.name + "/run.json")))["target"], target.name);
    const bool fuses = target.name.rfind("avx", 0) == 0;
    EXPECT_EQ(json::parse(bytes)["arithmetic"], fuses ? "fused" : target.name);
    if (!fuses) continue;
    if (fused.empty()) fused = bytes;
    EXPECT_EQ(bytes, fused) << target.name;
  }
}

}  // namespace
}  // namespace mho::test
