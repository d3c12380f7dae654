// Ranks that come to harm, and ranks that do not belong together.
#include "sim/cluster/jobs.hpp"

namespace mho::test {
namespace {

using json = nlohmann::ordered_json;

constexpr const char* link_text =
    "[link]\nrx = 8\ntx = 4\nmodulation = \"16qam\"\nsnr_db = [0, 4]\n[[detector]]\nname = \"zf\"\n";

class ranks_of_a_job : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = no_ranks(); !why.empty()) GTEST_SKIP() << why;
    folder.write("short.toml", std::string(link_text) + "[stop]\nmin_bits = 10_000\nmax_bits = 10_000\n");
    // Hours: none of these runs ends by itself.
    folder.write("long.toml",
                 std::string(link_text) + "[stop]\nmin_bits = 100_000_000_000\nmax_bits = 100_000_000_000\n");
  }
  std::string ber(const std::string& arguments) {
    return "ber " + arguments + " --out " + folder.path("out");
  }
  json result() { return json::parse(slurp(folder.path("out/result.json")), nullptr, false); }
  // Runs the long scenario on three ranks, does something after its first rounds, and gives the job's end.
  outcome run_and(const std::function<void(background_mho&)>& then) {
    background_mho run(ber(folder.path("long.toml") + " --threads 1 --rank-deadline 3"), mpirun(3));
    const bool counts = wait_until(run, [&] {
      const json r = result();
      return !r.is_discarded() && !r["curves"][0]["points"].empty();
    });
    if (counts) then(run);
    outcome ended = run.wait();
    EXPECT_TRUE(counts) << ended.err;
    return ended;
  }
  void expect_resumable() {
    const json r = result();
    ASSERT_FALSE(r.is_discarded());
    EXPECT_FALSE(r["complete"]);
    EXPECT_EQ(r["curves"][0]["points"].back()["stop"], "interrupted");
    EXPECT_GT(r["curves"][0]["points"].back()["bits"], 0);
  }

  scratch_folder folder;
};

TEST_F(ranks_of_a_job, a_silent_rank_ends_the_job_and_is_named) {
  // A stopped process is as silent as one behind a link that was cut.
  for (const unsigned silent : {2u, 0u}) {
    const outcome ended = run_and([&](background_mho& run) { kill(run.rank(silent), SIGSTOP); });
    EXPECT_EQ(ended.status, 1);
    EXPECT_NE(ended.err.find("mho: rank " + std::to_string(silent) + " (on "), std::string::npos)
        << ended.err;
    EXPECT_NE(ended.err.find("was silent for 3 s"), std::string::npos) << ended.err;
    expect_resumable();
    std::filesystem::remove_all(folder.path("out"));
  }
}

TEST_F(ranks_of_a_job, a_pause_is_no_silence) {
  const outcome ended = run_and([](background_mho& run) {
    const pid_t rank = run.rank(1), first = run.rank(0);
    kill(rank, SIGSTOP);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    kill(rank, SIGCONT);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    kill(first, SIGTERM);
  });
  EXPECT_EQ(ended.status, 130) << ended.err;
}

TEST_F(ranks_of_a_job, a_signal_at_any_rank_interrupts_the_job) {
  for (const unsigned asked : {1u, 0u}) {
    const outcome ended = run_and([&](background_mho& run) { kill(run.rank(asked), SIGTERM); });
    EXPECT_EQ(ended.status, 130) << ended.err;
    EXPECT_NE(ended.err.find("--resume goes on"), std::string::npos) << ended.err;
    expect_resumable();
    std::filesystem::remove_all(folder.path("out"));
  }
}

TEST_F(ranks_of_a_job, bad_input_is_told_once) {
  const outcome o = run_mho(ber(folder.path("nothing.toml")), mpirun(3));
  EXPECT_EQ(o.status, 2);
  std::size_t lines = 0;
  for (std::size_t at = o.err.find("mho: "); at != std::string::npos; at = o.err.find("mho: ", at + 1))
    ++lines;
  EXPECT_EQ(lines, 1u) << o.err;
  EXPECT_EQ(run_mho("image " + folder.path("short.toml"), mpirun(2)).status, 2);
  EXPECT_EQ(run_mho(ber(folder.path("short.toml") + " --shard 1/2"), mpirun(2)).status, 2);
}

TEST_F(ranks_of_a_job, what_differs_is_not_mixed) {
  const std::string file = folder.path("short.toml");
  const auto beside = [&](const std::string& environment, const std::string& arguments) {
    return run_mho(ber(file) + " : -n 1 env PATH= " + environment + " " + MHO_PROGRAM + " " + ber(arguments),
                   mpirun(1));
  };
  for (const auto& [environment, arguments, what] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"", file + " --set link.rx=16", "scenario.link.rx is 16 there, 8 here"},
           {"", file + " --seed 2", "seed is 2 there, 1 here"},
           {"", folder.path("nothing.toml"), "nothing.toml: no such file"},
           {"MHO_TARGET=scalar", file, "arithmetic is scalar there"}}) {
    const outcome o = beside(environment, arguments);
    EXPECT_EQ(o.status, 2) << o.err;
    EXPECT_NE(o.err.find("mho: rank 1 (on "), std::string::npos) << o.err;
    EXPECT_NE(o.err.find(what), std::string::npos) << o.err;
  }
}

}  // namespace
}  // namespace mho::test
