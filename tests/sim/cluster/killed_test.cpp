// SIGKILL and SIGTERM at random moments: what is on disk is whole, and another layout goes on to the same
// bytes. With MHO_TEST_KILLS=50 in the environment there are as many kills; three otherwise.
#include <chrono>
#include <random>

#include "sim/cluster/jobs.hpp"

namespace mho::test {
namespace {

using json = nlohmann::ordered_json;
using clock = std::chrono::steady_clock;

unsigned kills() {
  const char* more = std::getenv("MHO_TEST_KILLS");
  return more != nullptr ? static_cast<unsigned>(std::atoi(more)) : 3;
}

// Of the kth kill.
int signal_of(unsigned k) { return k % 3 == 1 ? SIGTERM : SIGKILL; }

const std::string text =
    "[link]\nrx = 8\ntx = 4\nmodulation = \"16qam\"\nsnr_db = [0, 4, 8]\n[stop]\nbit_errors = "
    "20_000\nmin_bits = "
    "200_000\nmax_bits = 400_000\n[[detector]]\nname = \"zf\"\n[[detector]]\nname = \"analog-mmse\"\ncycles "
    "= [1, "
    "3]\n";

class killed : public testing::Test {
 protected:
  void SetUp() override {
    folder.write("s.toml", text);
    const clock::time_point start = clock::now();
    ASSERT_EQ(run_mho(ber("--threads 2", "fresh"), alone).status, 0);
    duration_ = std::chrono::duration<double>(clock::now() - start).count();
  }
  std::string ber(const std::string& arguments, const std::string& out) {
    return "ber " + folder.path("s.toml") + " --resume --out " + folder.path(out) + " " + arguments;
  }
  // Some time within a run, if it takes as long as the first did.
  void pass_some_time() {
    std::this_thread::sleep_for(
        std::chrono::duration<double>(std::uniform_real_distribution<double>(0, duration_)(random_)));
  }
  void expect_whole(const std::string& file) {
    if (std::filesystem::exists(folder.path(file))) {
      EXPECT_TRUE(json::accept(slurp(folder.path(file))));
    }
  }
  void expect_fresh(const std::string& out) {
    EXPECT_EQ(slurp(folder.path(out + "/result.json")), slurp(folder.path("fresh/result.json")));
  }

  scratch_folder folder;
  std::mt19937 random_{20240607};

 private:
  double duration_ = 0;
};

TEST_F(killed, a_run_goes_on_with_another_number_of_threads) {
  for (unsigned k = 0; k < kills(); ++k) {
    const std::string out = "out" + std::to_string(k);
    for (const char* threads : {"--threads 1", "--threads 3"}) {
      background_mho run(ber(threads, out), alone);
      pass_some_time();
      run.hit(signal_of(k));
      run.wait();
      expect_whole(out + "/result.json");
    }
    const outcome resumed = run_mho(ber("--threads 2", out), alone);
    ASSERT_EQ(resumed.status, 0) << resumed.err;
    expect_fresh(out);
  }
}

TEST_F(killed, shards_go_on) {
  for (unsigned k = 0; k < kills(); ++k) {
    const std::string out = "out" + std::to_string(k);
    std::string files;
    for (const std::string i : {"1", "2"}) {
      {
        background_mho run(ber("--threads 2 --shard " + i + "/2", out), alone);
        pass_some_time();
        run.hit(signal_of(k));
        run.wait();
      }
      expect_whole(out + "/shard-" + i + "-of-2.json");
      const outcome resumed = run_mho(ber("--threads 1 --shard " + i + "/2", out), alone);
      ASSERT_EQ(resumed.status, 0) << resumed.err;
      files += folder.path(out + "/shard-" + i + "-of-2.json ");
    }
    const outcome merged = run_mho("merge " + files + "--out " + folder.path(out), alone);
    ASSERT_EQ(merged.status, 0) << merged.err;
    expect_fresh(out);
  }
}

TEST_F(killed, a_job_ends_with_its_rank_and_goes_on) {
  if (const std::string why = no_ranks(); !why.empty()) GTEST_SKIP() << why;
  for (unsigned k = 0; k < kills(); ++k) {
    const std::string out = "out" + std::to_string(k);
    background_mho run(ber("--threads 1", out), mpirun(3));
    const auto number = static_cast<unsigned>(random_() % 3);
    // From its first file on: mpirun itself hangs where a rank is killed while it joins the job.
    if (wait_until(run, [&] { return std::filesystem::exists(folder.path(out + "/result.json")); })) {
      pass_some_time();
      if (const pid_t rank = run.rank(number); rank > 0) kill(rank, signal_of(k));
    }
    const outcome ended = run.wait();
    if (ended.status != 0 && signal_of(k) == SIGKILL) {
      EXPECT_NE(ended.err.find("signal 9"), std::string::npos) << ended.err;
    } else if (ended.status != 0) {
      EXPECT_EQ(ended.status, 130) << ended.err;
    }
    expect_whole(out + "/result.json");
    const outcome resumed = run_mho(ber("--threads 2", out), k % 2 == 0 ? alone : mpirun(2));
    ASSERT_EQ(resumed.status, 0) << resumed.err;
    expect_fresh(out);
  }
}

}  // namespace
}  // namespace mho::test
