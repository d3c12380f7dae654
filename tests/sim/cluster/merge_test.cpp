// mho merge: shards that are missing, short, or of another run.
#include "sim/cluster/jobs.hpp"

namespace mho::test {
namespace {

using json = nlohmann::ordered_json;

class merge : public testing::Test {
 protected:
  void SetUp() override {
    folder.write("s.toml",
                 "[link]\nrx = 8\ntx = 4\nmodulation = \"16qam\"\nsnr_db = [4, 8]\n[stop]\nmin_bits = "
                 "150_000\nmax_bits = 150_000\n[[detector]]\nname = \"zf\"\n");
    ASSERT_EQ(run_mho("ber " + folder.path("s.toml") + " --out " + folder.path("fresh"), alone).status, 0);
    for (const char* i : {"1", "2", "3"}) ASSERT_EQ(run_shard(i).status, 0);
  }
  outcome run_shard(const std::string& i, const std::string& arguments = "") {
    return run_mho("ber " + folder.path("s.toml") + " --out " + folder.path("shards") + " --shard " + i +
                       "/3 " + arguments,
                   alone);
  }
  std::string path(const std::string& i) { return folder.path("shards/shard-" + i + "-of-3.json"); }
  outcome merged(const std::vector<std::string>& shards) {
    std::string files;
    for (const std::string& i : shards) files += path(i) + " ";
    return run_mho("merge " + files + "--out " + folder.path("merged"), alone);
  }
  void change(const std::string& i, const std::function<void(json&)>& how) {
    json j = json::parse(slurp(path(i)));
    how(j);
    folder.write("shards/shard-" + i + "-of-3.json", j.dump());
  }
  void expect_fresh() {
    const outcome o = merged({"1", "2", "3"});
    ASSERT_EQ(o.status, 0) << o.err;
    EXPECT_EQ(slurp(folder.path("merged/result.json")), slurp(folder.path("fresh/result.json")));
  }

  scratch_folder folder;
};

TEST_F(merge, names_the_shards_that_are_missing) {
  const outcome o = merged({"3", "1"});
  EXPECT_EQ(o.status, 1);
  EXPECT_EQ(o.err, "mho: 1 of 3 shards are missing: run mho ber with --shard 2/3\n");
  EXPECT_FALSE(std::filesystem::exists(folder.path("merged/result.json")));
}

TEST_F(merge, conditional_shards_end_where_the_run_does) {
  // No error is seen at 24 dB: the shards judge by what is expected, as the run does, and take few chunks
  // more.
  const std::string text =
      "[link]\nrx = 64\ntx = 16\nmodulation = \"64qam\"\nestimator = \"conditional\"\nsnr_db = [24]\n[stop]\n"
      "relative_interval = 0.1\nmin_bits = 20_000\nmax_bits = 100_000_000\n[[detector]]\nname = \"zf\"\n";
  folder.write("s.toml", text);
  std::string files;
  ASSERT_EQ(run_mho("ber " + folder.path("s.toml") + " --out " + folder.path("whole"), alone).status, 0);
  const std::uint64_t bits =
      json::parse(slurp(folder.path("whole/result.json")))["curves"][0]["points"][0]["bits"];
  for (const std::string i : {"1", "2"}) {
    ASSERT_EQ(
        run_mho("ber " + folder.path("s.toml") + " --out " + folder.path("two") + " --shard " + i + "/2",
                alone)
            .status,
        0);
    files += folder.path("two/shard-" + i + "-of-2.json ");
    const json j = json::parse(slurp(folder.path("two/shard-" + i + "-of-2.json")));
    EXPECT_LT(j["points"][0]["chunks"].size() * j["chunk_bits"].get<std::uint64_t>(), 8 * bits);
  }
  const outcome o = run_mho("merge " + files + "--out " + folder.path("both"), alone);
  ASSERT_EQ(o.status, 0) << o.err;
  EXPECT_EQ(slurp(folder.path("both/result.json")), slurp(folder.path("whole/result.json")));
}

TEST_F(merge, says_how_far_a_short_shard_is_to_go_on) {
  // 150 000 bits are 19 chunks of 8192: seven, six and six.
  change("1", [](json& j) {
    json& chunks = j["points"][1]["chunks"];
    ASSERT_EQ(chunks.size(), 7u);
    chunks.erase(chunks.begin() + 2, chunks.end());
  });
  change("3", [](json& j) {
    j["complete"] = false;
    j["points"][1]["chunks"] = json::array();
  });
  const outcome o = merged({"1", "2", "3"});
  EXPECT_EQ(o.status, 1);
  EXPECT_EQ(
      o.err,
      "mho: at SNR 8 dB shard 1 of 3 has 2 chunks of about 7, shard 3 of 3 has 0 chunks of about 6 and was "
      "interrupted: run mho ber with --resume and --shard 1/3, --shard 3/3\n");
  ASSERT_EQ(run_shard("1", "--resume").status, 0);
  EXPECT_EQ(merged({"1", "2", "3"}).status, 1);
  ASSERT_EQ(run_shard("3", "--resume").status, 0);
  expect_fresh();
}

TEST_F(merge, shards_take_a_stricter_stop_and_more_points) {
  std::string text = slurp(folder.path("s.toml"));
  text.replace(text.find("[4, 8]"), 6, "[8, 6, 4]");
  text.replace(text.find("max_bits = 150_000"), 18, "max_bits = 250_000");
  folder.write("s.toml", text);
  ASSERT_EQ(run_mho("ber " + folder.path("s.toml") + " --force --out " + folder.path("fresh"), alone).status,
            0);
  const std::string before = slurp(path("2"));
  EXPECT_EQ(run_shard("2").status, 2) << "protected without --resume";
  EXPECT_EQ(slurp(path("2")), before);
  for (const char* i : {"1", "2", "3"}) ASSERT_EQ(run_shard(i, "--resume").status, 0);
  expect_fresh();
}

TEST_F(merge, a_complete_shard_that_is_resumed_goes_on) {
  for (const std::string stop : {"--set stop.relative_interval=0.2", "--set stop.bit_errors=300"}) {
    const std::string run = "ber " + folder.path("s.toml") + " --shard 1/3 --set stop.max_bits=1000000000 " +
                            stop + " --out " + folder.path("on");
    ASSERT_EQ(run_mho(run + " --force", alone).status, 0);
    const auto chunks = [&] {
      const json shard = json::parse(slurp(folder.path("on/shard-1-of-3.json")));
      std::size_t sum = 0;
      for (const json& p : shard["points"]) sum += p["chunks"].size();
      return sum;
    };
    for (std::size_t before = chunks(), tries = 0; tries < 3; ++tries) {
      ASSERT_EQ(run_mho(run + " --resume", alone).status, 0);
      EXPECT_GT(chunks(), before) << stop;
      before = chunks();
    }
  }
}

TEST_F(merge, refuses_what_does_not_belong_together) {
  const std::string whole = slurp(path("2")), out = folder.path("merged");
  const auto expect_refused = [&](const std::function<void(json&)>& how, const std::string& what) {
    change("2", how);
    const outcome o = merged({"1", "2", "3"});
    EXPECT_EQ(o.status, 2);
    EXPECT_EQ(o.err, "mho: " + what + "\n");
    folder.write("shards/shard-2-of-3.json", whole);
  };
  const std::string other = path("2") + " is of another run than " + path("1") + " (here): ";
  expect_refused([](json& j) { j["seed"] = 2; }, other + "seed is 2 there, 1 here");
  expect_refused(
      [](json& j) { j["arithmetic"] = "abacus"; },
      other + "arithmetic is abacus there, " + json::parse(whole)["arithmetic"].get<std::string>() + " here");
  expect_refused([](json& j) { j["shards"] = 4; }, other + "shards is 4 there, 3 here");
  expect_refused([](json& j) { j["scenario"]["stop"]["max_bits"] = 1; },
                 other + "scenario.stop.max_bits is 1 there, 150000 here");
  expect_refused([](json& j) { j["mho"] = "0.9.0"; }, path("2") + ": mho is 0.9.0 there, " +
                                                          json::parse(whole)["mho"].get<std::string>() +
                                                          " here: versions are not mixed");
  expect_refused([](json& j) { j["shard"] = 3; }, path("2") + " and " + path("3") + " are both shard 3 of 3");
  const std::string damaged = path("2") + " is no shard of this program";
  expect_refused([](json& j) { j["points"][0]["chunks"][1].erase(5); }, damaged);
  expect_refused([](json& j) { j["points"][0]["chunks"][1].push_back(5); }, damaged);
  expect_refused([](json& j) { j["points"][0]["chunks"][1][0] = 5; }, damaged);
  expect_refused([](json& j) { j["points"][0]["chunks"][1][0] = "many"; }, damaged);
  expect_refused([](json& j) { j["points"].erase(0); }, damaged);
  expect_refused([](json& j) { j["shard"] = 0; }, damaged);
  expect_refused([](json& j) { j["kind"] = "ber"; }, damaged);
  expect_refused([](json& j) { j = json::array(); }, damaged);
  const outcome missing = run_mho("merge " + folder.path("none.json") + " --out " + out, alone);
  EXPECT_EQ(missing.status, 2);
  EXPECT_EQ(missing.err, "mho: cannot read " + folder.path("none.json") + "\n");
}

TEST_F(merge, shards_are_given_as_i_of_n) {
  for (const std::string wrong : {"0/3", "4/3", "1", "1/", "/3", "a/3", "1/3x", "-1/3", "1/70000"}) {
    const outcome o = run_mho("ber " + folder.path("s.toml") + " --shard=" + wrong, alone);
    EXPECT_EQ(o.status, 2) << wrong;
    EXPECT_EQ(o.err, "mho: --shard: must be i/N with 1 <= i <= N <= 65536, not " + wrong + "\n");
  }
}

}  // namespace
}  // namespace mho::test
