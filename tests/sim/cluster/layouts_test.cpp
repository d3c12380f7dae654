// However the chunks of a run are shared out, the result has the same bytes.
#include "sim/cluster/jobs.hpp"

namespace mho::test {
namespace {

using json = nlohmann::ordered_json;

std::string scenario_text(const std::string& stop, const std::string& channel = "") {
  return "[link]\nrx = 8\ntx = 4\nmodulation = \"16qam\"\nsnr_db = [4, 8, inf]\n" + channel + "[stop]\n" +
         stop + "\n[[detector]]\nname = \"zf\"\n[[detector]]\nname = \"analog-mmse\"\ncycles = [1, 3]\n";
}

// Every way to end a point, and a sweep; fixed channels, whose counts are kept apart.
const std::vector<std::string>& scenarios() {
  static const std::vector<std::string> texts{
      scenario_text("bit_errors = 2000\nmin_bits = 20_000\nmax_bits = 200_000"),
      scenario_text("relative_interval = 0.1\nmin_bits = 20_000\nmax_bits = 200_000"),
      scenario_text("bit_errors = 1000\nmin_bits = 20_000\nmax_bits = 100_000\ntarget_ber = 0.15"),
      scenario_text("bit_errors = 2000\nmin_bits = 20_000\nmax_bits = 200_000",
                    "[channel]\nrealisations = 3\n"),
      // Points of many rounds, which errors end: chunks that were begun beyond are nobody's.
      "[link]\nrx = 8\ntx = 4\nmodulation = \"16qam\"\nsnr_db = [2, 4, 6, 9]\n[stop]\nbit_errors = 200_000\n"
      "max_bits = 8_000_000\n[[detector]]\nname = \"zf\"\n",
      "[link]\nrx = 8\ntx = 4\nmodulation = \"16qam\"\nestimator = \"conditional\"\nsnr_db = [4, 14, inf]\n"
      "[stop]\nrelative_interval = 0.05\nmin_bits = 20_000\nmax_bits = 200_000\n"
      "[[detector]]\nname = \"zf\"\n[[detector]]\nname = \"mmse\"\n"};
  return texts;
}

class layouts : public testing::Test {
 protected:
  void expect_ok(const outcome& o) { ASSERT_EQ(o.status, 0) << o.err; }
  std::string ber(const std::string& arguments, const std::string& out) {
    return "ber " + folder.path("s.toml") + " --force --out " + folder.path(out) + " " + arguments;
  }
  void expect_same(const std::string& out) {
    for (const char* file : {"/result.json", "/ber.csv"})
      EXPECT_EQ(slurp(folder.path(out + file)), slurp(folder.path("one" + std::string(file)))) << out;
  }
  void run_alone(const std::string& text) {
    folder.write("s.toml", text);
    expect_ok(run_mho(ber("--threads 1", "one"), alone));
  }

  scratch_folder folder;
};

TEST_F(layouts, threads) {
  for (const std::string& text : scenarios()) {
    SCOPED_TRACE(text);
    run_alone(text);
    expect_ok(run_mho(ber("--threads 4", "four"), alone));
    expect_same("four");
  }
}

TEST_F(layouts, shards) {
  for (const std::string& text : scenarios()) {
    SCOPED_TRACE(text);
    run_alone(text);
    std::string files;
    for (const std::string i : {"3", "1", "2"}) {
      expect_ok(run_mho(ber("--threads 2 --shard " + i + "/3", "shards"), alone));
      files += folder.path("shards/shard-" + i + "-of-3.json ");
    }
    outcome merged = run_mho("merge " + files + "--force --json --out " + folder.path("merged"), alone);
    // A shard's own share may have been lucky: it is resumed as it is told to.
    for (int round = 0; round < 5 && merged.status == 1; ++round) {
      for (const std::string i : {"1", "2", "3"})
        if (merged.err.find("--shard " + i + "/3") != std::string::npos)
          expect_ok(run_mho("ber " + folder.path("s.toml") + " --resume --out " + folder.path("shards") +
                                " --shard " + i + "/3",
                            alone));
      merged = run_mho("merge " + files + "--force --json --out " + folder.path("merged"), alone);
    }
    expect_ok(merged);
    EXPECT_EQ(merged.out, slurp(folder.path("merged/result.json")));
    expect_same("merged");
  }
}

TEST_F(layouts, ranks) {
  if (const std::string why = no_ranks(); !why.empty()) GTEST_SKIP() << why;
  for (const std::string& text : scenarios()) {
    SCOPED_TRACE(text);
    run_alone(text);
    const outcome three = run_mho(ber("--threads 2 --json", "three"), mpirun(3));
    expect_ok(three);
    EXPECT_EQ(three.out, slurp(folder.path("three/result.json"))) << "standard output is rank 0's alone";
    expect_same("three");
  }
  expect_ok(run_mho(ber("--threads 2", "single"), mpirun(1)));
  expect_same("single");
  const json run = json::parse(slurp(folder.path("three/run.json")));
  EXPECT_EQ(run["ranks"], 3);
  EXPECT_EQ(run["threads"], 2);
}

}  // namespace
}  // namespace mho::test
