// Channel recorded: which matrix a set gets, what its SNR refers to, where points end; and that however a run
// is shared out, stopped and gone on with, its result has the same bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/cluster/jobs.hpp"
#include "sim/recorded/h5py.hpp"
#include "sim/simulate.hpp"

#include "channels/channel.hpp"
#include "closed_form.hpp"

namespace mho::test {
namespace {

using json = nlohmann::ordered_json;
using cf32 = std::complex<float>;

class recorded_channel : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = no_h5py(); !why.empty()) GTEST_SKIP() << why;
  }
  std::string scenario_text(const std::string& more_of_link, const std::string& stop,
                            const std::string& file = "h.h5") {
    return "[link]\nrx = 16\ntx = 4\nmodulation = \"16qam\"\nchannel = \"recorded\"\n" + more_of_link +
           "\n[channel]\nfile = \"" + file + "\"\n[stop]\n" + stop +
           "\n[[detector]]\nname = \"zf\"\n[[detector]]\nname = \"analog-mmse\"\ncycles = [1, 3]\n";
  }
  outcome ber(const std::string& text, const std::string& out, const std::string& arguments = "--force") {
    return run_mho("ber " + folder.write("s.toml", text) + " --out " + folder.path(out) + " " + arguments,
                   alone);
  }
  json result(const std::string& out) { return json::parse(slurp(folder.path(out + "/result.json"))); }
  void expect_same(const std::string& out, const std::string& as = "one") {
    for (const char* file : {"/result.json", "/ber.csv"})
      EXPECT_EQ(slurp(folder.path(out + file)), slurp(folder.path(as + file))) << out;
  }

  scratch_folder folder;
};

TEST_F(recorded_channel, set_k_has_matrix_k_and_the_energy_is_the_files) {
  ASSERT_TRUE(
      python(folder, "n = np.arange(37 * 3 * 2).reshape(37, 3, 2)\nnew('h.h5', deep=n * (1 + .5j))\n"));
  const auto made = sim::make_channel(
      "recorded", {{"file", std::string("h.h5")}, {"dataset", std::string("deep")}}, 3, 2, 1, folder.path());
  ASSERT_TRUE(made) << made.message();
  EXPECT_EQ((*made)->sets(), 37u);
  std::vector<cf32> h(5 * 6);
  (*made)->draw({7, 3, 30}, 5, h);  // whatever the seed and the point
  for (std::size_t i = 0; i < h.size(); ++i) EXPECT_EQ(h[i], static_cast<float>(180 + i) * cf32(1, 0.5f));
  // sum n^2 = (N - 1) N (2 N - 1) / 6 for N = 222 entries.
  EXPECT_DOUBLE_EQ((*made)->column_energy(), 221.0 * 222 * 443 / 6 * 1.25 / 37 / 2);
}

TEST_F(recorded_channel, digests_tell_numbers_and_not_how_they_are_packed) {
  ASSERT_TRUE(python(folder, R"(
z = (np.random.rand(20, 3, 2, 2) @ [1, 1j]).astype('c8')
new('a.h5', channel=z); new('b.h5').create_dataset('channel', data=z.astype('c16'), chunks=(7, 3, 1), compression='gzip')
z[11, 1, 1] = z[11, 1, 1].conj(); new('c.h5', channel=z)
new('d.h5', channel=z.reshape(40, 3, 1)); z[0, 0, 0] = np.nan; new('e.h5', channel=z); new('f.h5', channel=0 * z[1:])
)"));
  const auto digest = [&](const std::string& file, std::size_t tx = 2) {
    const auto made = sim::make_channel("recorded", {{"file", file}}, 3, tx, 1, folder.path());
    return made ? (*made)->identity() : made.message();
  };
  EXPECT_EQ(digest("a.h5"), digest("b.h5"));
  EXPECT_NE(digest("a.h5"), digest("c.h5"));
  EXPECT_NE(digest("c.h5"), digest("d.h5", 1));
  EXPECT_EQ(digest("a.h5").size(), 16u);
  EXPECT_THROW(digest("e.h5"), std::runtime_error);
  EXPECT_THROW(digest("f.h5"), std::runtime_error);
}

// Every antenna hears one stream, at another level in every matrix: zero forcing's error rate is the mean of
// AWGN's over the file.
TEST_F(recorded_channel, error_rate_is_the_mean_over_the_file) {
  ASSERT_TRUE(python(folder, R"(
level = np.linspace(0.5, 2, 1000)
new('h.h5', channel=level[:, None, None] * np.eye(4) * (0.6 + 0.8j))
)"));
  sim::scenario s = sim::test::make_scenario(4, 4, "16qam", "zf");
  s.link.channel = "recorded";
  s.link.uses_per_channel = 30;
  s.channel.model = {{"file", std::string("h.h5")}};
  s.channel.folder = folder.path();
  const auto l = sim::link::make(s);
  ASSERT_TRUE(l) << l.message();
  double energy = 0, expected = 0;
  for (int k = 0; k < 1000; ++k) energy += std::pow(0.5 + 1.5 * k / 999, 2) / 1000;
  const double snr_db = 12;
  const sim::snr_point at = l->at(snr_db);
  EXPECT_NEAR(at.n0, energy / std::pow(10, snr_db / 10),
              1e-6 * at.n0);  // E||Hx||^2 = 4 E[level^2], E||n||^2 = 4 N0
  for (int k = 0; k < 1000; ++k)
    expected += sim::ber_awgn(16, std::pow(0.5 + 1.5 * k / 999, 2) / at.n0) / 1000;
  const std::uint64_t chunks = (1000 + l->chunk_sets() - 1) / l->chunk_sets();
  EXPECT_GT(chunks, 1u);
  const sim::tally t = sim::test::simulate(*l, at, chunks);
  EXPECT_EQ(t.bits, 1000u * 30 * 4 * 4);
  EXPECT_EQ(t.units().units, 1000u);
  // The levels are fixed, so the spread between sets exceeds that of the noise: the bound is a safe one.
  EXPECT_NEAR(sim::test::rate(t), expected, sim::test::bound(t));
}

TEST_F(recorded_channel, points_end_with_the_file_and_count_every_matrix) {
  ASSERT_TRUE(make_example(folder.path("h.h5")));
  ASSERT_EQ(
      ber(scenario_text("snr_db = [4, 8]\nuses_per_channel = 3", "min_bits = 1e6\nmax_bits = 1e7"), "one")
          .status,
      0);
  const json r = result("one");
  for (const json& curve : r["curves"]) {
    ASSERT_EQ(curve["points"].size(), 2u);
    for (const json& p : curve["points"]) {
      EXPECT_EQ(p["stop"], "channel_end");
      EXPECT_EQ(p["bits"], 200 * 3 * 16);
      EXPECT_EQ(p["uses"], 200 * 3);
      EXPECT_EQ(p["sets"], 200);
    }
  }
  EXPECT_NE(200 * 3 % r["chunk_uses"].get<int>(), 0) << "the last chunk is a part";
  EXPECT_EQ(r["scenario"]["channel"]["file"], "h.h5");
  EXPECT_EQ(r["draw"], "channel");
}

TEST_F(recorded_channel, a_point_that_errors_end_says_which_matrices_it_saw) {
  ASSERT_TRUE(make_example(folder.path("h.h5")));
  const outcome early = ber(scenario_text("snr_db = [0]", "bit_errors = 150\nmin_bits = 512"), "one");
  ASSERT_EQ(early.status, 0) << early.err;
  const json p = result("one")["curves"][0]["points"][0];
  ASSERT_EQ(p["stop"], "bit_errors");
  EXPECT_NE(early.out.find("At 0.00 dB only the first " + std::to_string(p["uses"].get<int>()) +
                           " matrices of the file were counted."),
            std::string::npos)
      << early.out;
  const outcome whole = ber(scenario_text("snr_db = [0]", "min_bits = 1e6\nmax_bits = 1e6"), "two");
  EXPECT_EQ(whole.out.find("only the first"), std::string::npos) << whole.out;
}

std::vector<std::pair<const char*, const char*>> ends() {
  return {{"snr_db = [4, 8, inf]\nuses_per_channel = 3", "min_bits = 1e6\nmax_bits = 1e7"},
          {"snr_db = [0, 8]", "bit_errors = 150\nmin_bits = 512"},
          {"snr_db = [2, 4]", "relative_interval = 0.2\nmin_bits = 300"},
          {"snr_db = [2, 4]", "max_bits = 1000\nmin_bits = 1000"}};
}

TEST_F(recorded_channel, the_same_bytes_for_threads_shards_and_ranks) {
  ASSERT_TRUE(make_example(folder.path("h.h5"), "--gzip"));
  for (const auto& [link, stop] : ends()) {
    SCOPED_TRACE(stop);
    const std::string text = scenario_text(link, stop);
    ASSERT_EQ(ber(text, "one", "--force --threads 1").status, 0);
    ASSERT_EQ(ber(text, "four", "--force --threads 4").status, 0);
    expect_same("four");
    std::string files;
    for (const std::string i : {"1", "2", "3"}) {
      const outcome o = ber(text, "shards", "--force --threads 2 --shard " + i + "/3");
      ASSERT_EQ(o.status, 0) << o.err;
      files += folder.path("shards/shard-" + i + "-of-3.json ");
    }
    outcome merged = run_mho("merge " + files + "--force --out " + folder.path("merged"), alone);
    for (int round = 0; round < 6 && merged.status == 1; ++round) {
      for (const std::string i : {"1", "2", "3"})
        if (merged.err.find("--shard " + i + "/3") != std::string::npos) {
          ASSERT_EQ(ber(text, "shards", "--resume --shard " + i + "/3").status, 0);
        }
      merged = run_mho("merge " + files + "--force --out " + folder.path("merged"), alone);
    }
    ASSERT_EQ(merged.status, 0) << merged.err;
    expect_same("merged");
    if (!no_ranks().empty()) continue;
    const outcome ranks = run_mho(
        "ber " + folder.path("s.toml") + " --force --threads 2 --out " + folder.path("three"), mpirun(3));
    ASSERT_EQ(ranks.status, 0) << ranks.err;
    expect_same("three");
  }
}

TEST_F(recorded_channel, resumed_runs_end_as_fresh_ones) {
  ASSERT_TRUE(make_example(folder.path("h.h5")));
  const auto all = ends();
  for (const auto& [link, stop] : all)
    for (const auto& [then, later] :
         {std::pair<const char*, const char*>{"bit_errors = 100\nmin_bits = 512",
                                              "bit_errors = 400\nmin_bits = 1024"},
          {"max_bits = 1000\nmin_bits = 1000", "max_bits = 1e6\nmin_bits = 1000"},
          {"max_bits = 1e5", "max_bits = 1e7"},
          {stop, stop}}) {
      SCOPED_TRACE(std::string(link) + then + later);
      ASSERT_EQ(ber(scenario_text(link, then), "two").status, 0);
      const outcome o = ber(scenario_text(link, later), "two", "--resume");
      ASSERT_EQ(o.status, 0) << o.err;
      ASSERT_EQ(ber(scenario_text(link, later), "one").status, 0);
      expect_same("two");
    }
}

// What was counted before stays, and goes on with the file as it was.
TEST_F(recorded_channel, a_file_that_is_truncated_meanwhile_fails_the_run_and_not_what_was_counted) {
  ASSERT_TRUE(make_example(folder.path("h.h5"), "--problems 20000 --uses 1"));
  std::filesystem::copy(folder.path("h.h5"), folder.path("kept.h5"));
  const std::string text =
      scenario_text("snr_db = [0, 1, 2, 3, 4, 5, 6, 7]\nuses_per_channel = 2", "max_bits = 1e7");
  background_mho run("ber " + folder.write("s.toml", text) + " --threads 1 --out " + folder.path("two"),
                     alone);
  const std::string result_path = folder.path("two/result.json");
  ASSERT_TRUE(wait_until(run, [&] {
    return std::filesystem::exists(result_path) && !result("two")["curves"][0]["points"].empty();
  }));
  run.hit(SIGSTOP);
  std::filesystem::resize_file(folder.path("h.h5"), std::filesystem::file_size(folder.path("h.h5")) / 2);
  run.hit(SIGCONT);
  const outcome o = run.wait();
  EXPECT_EQ(o.status, 1);
  EXPECT_EQ(o.err, "mho: " + folder.path("h.h5") + ": was changed or truncated while it was read\n");
  EXPECT_EQ(result("two")["complete"], false);
  std::filesystem::copy(folder.path("kept.h5"), folder.path("h.h5"),
                        std::filesystem::copy_options::overwrite_existing);
  const outcome resumed = ber(text, "two", "--resume");
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  ASSERT_EQ(ber(text, "one").status, 0);
  expect_same("two");
}

TEST_F(recorded_channel, another_file_is_another_run) {
  const std::string text = scenario_text("snr_db = [4]", "max_bits = 1e6");
  ASSERT_TRUE(make_example(folder.path("h.h5")));
  ASSERT_EQ(ber(text, "one").status, 0);
  ASSERT_EQ(ber(text, "shards", "--shard 1/2").status, 0);
  ASSERT_TRUE(make_example(folder.path("h.h5"), "--seed 2"));
  const outcome resumed = ber(text, "one", "--resume"), again = ber(text, "one", "");
  EXPECT_EQ(resumed.status, 2);
  EXPECT_NE(resumed.err.find("channel.digest is "), std::string::npos) << resumed.err;
  EXPECT_EQ(again.status, 2);
  ASSERT_EQ(ber(text, "shards", "--shard 2/2").status, 0);
  const outcome merged =
      run_mho("merge " + folder.path("shards/shard-1-of-2.json ") + folder.path("shards/shard-2-of-2.json") +
                  " --out " + folder.path("merged"),
              alone);
  EXPECT_EQ(merged.status, 2);
  EXPECT_NE(merged.err.find("channel.digest is "), std::string::npos) << merged.err;
}

TEST_F(recorded_channel, bad_scenarios_are_one_line) {
  ASSERT_TRUE(make_example(folder.path("h.h5"), "--problems 3"));
  const std::string path = folder.path("s.toml"), link = "snr_db = [4]";
  std::string wrong = scenario_text(link, "");
  wrong.replace(wrong.find("rx = 16"), 7, "rx = 12");
  std::string fixed = scenario_text(link, "");
  fixed.insert(fixed.find("file ="), "realisations = 2\n");
  std::string none = scenario_text(link, "");
  none.erase(none.find("file ="), std::string("file = \"h.h5\"").size());
  const std::vector<std::pair<std::string, std::string>> cases{
      {scenario_text(link, "", "x.h5"), ":8: channel.file: " + folder.path("x.h5") + ": no such file"},
      {wrong,
       ":8: channel.file: " + folder.path("h.h5") +
           ": /channel: has matrices of rx = 16, tx = 4, extents [3, 16, 4]; link.rx = 12, link.tx = 4 "
           "must be the same"},
      {fixed,
       ":8: channel.realisations: cannot be with link.channel = \"recorded\", whose channels are fixed"},
      {none, ":7: channel.file: missing; must be the path of an HDF5 file"},
      {scenario_text(link + "\ndraw = \"gram\"", ""),
       ":7: link.draw: must not be gram: H^H H of channel recorded, as it is set, has no law that could be "
       "drawn "
       "directly"}};
  for (const auto& [text, message] : cases) {
    const outcome o = ber(text, "one");
    EXPECT_EQ(o.status, 2) << o.err;
    EXPECT_EQ(o.err, "mho: " + path + message + "\n");
  }
  // A dataset that somebody chose is named by its own key, wherever that stands.
  std::string chosen = scenario_text(link, "");
  chosen.insert(chosen.find("[stop]"), "dataset = \"/received\"\n");
  const outcome in_scenario = ber(chosen, "one");
  EXPECT_EQ(in_scenario.status, 2);
  EXPECT_EQ(in_scenario.err.rfind(
                "mho: " + path + ":9: channel.dataset: " + folder.path("h.h5") + ": /received: ", 0),
            0u)
      << in_scenario.err;
  const outcome set = ber(scenario_text(link, ""), "one", "--set channel.dataset=/chanel");
  EXPECT_EQ(set.status, 2);
  EXPECT_EQ(set.err.rfind("mho: --set: channel.dataset: " + folder.path("h.h5") +
                              ": /chanel: no such dataset; the file has /",
                          0),
            0u)
      << set.err;
  EXPECT_EQ(std::count(set.err.begin(), set.err.end(), '\n'), 1) << set.err;
  const outcome both =
      ber(scenario_text(link, ""), "one", "--set channel.dataset=/chanel --set channel.file=x.h5");
  EXPECT_EQ(both.err, "mho: --set: channel.file: " + folder.path("x.h5") + ": no such file\n");
  const outcome picture = run_mho("image " + folder.write("s.toml", scenario_text(link, "")) + " --input " +
                                      MHO_SCENARIOS + "/emblem.png --out " + folder.path("image"),
                                  alone);
  EXPECT_EQ(picture.status, 2);
  EXPECT_EQ(picture.err.rfind("mho: " + path + ":8: channel.file: has 3 matrices, the picture needs ", 0), 0u)
      << picture.err;
}

}  // namespace
}  // namespace mho::test
