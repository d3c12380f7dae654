// What a link refuses after the scenario was read has the place of its key, as what the reader refuses.
#include <gtest/gtest.h>

#include "program.hpp"
#include "refusal.hpp"
#include "scenario_reader.hpp"

namespace mho::test {
namespace {

const std::string text =
    "[link]\nrx = 8\ntx = 4\nsnr_db = [10]\nchannel = \"rician\"\n[estimation]\nmethod = \"lmmse\"\n"
    "[channel]\npath_loss_spread_db = 3\n[[detector]]\nname = \"zf\"\n[[detector]]\nname = \"analog-ginv\"\n";
const std::string lmmse =
    "estimation.method: lmmse needs a channel whose mean and covariance are known in closed form\n";

class refusal : public testing::Test {
 protected:
  std::string error_of(const std::string& arguments) {
    const outcome o = run_mho("ber " + file + " --out " + folder.path("out") + arguments);
    EXPECT_EQ(o.status, 2) << o.err;
    return o.err;
  }

  scratch_folder folder;
  std::string file = folder.write("s.toml", text);
};

TEST_F(refusal, names_the_line) {
  EXPECT_EQ(error_of(""), "mho: " + file + ":7: " + lmmse);
  EXPECT_EQ(error_of(" --shard 1/2"), "mho: " + file + ":7: " + lmmse);
  const outcome picture =
      run_mho("image " + file + " --input " MHO_SCENARIOS "/emblem.png --out " + folder.path("out"));
  EXPECT_EQ(picture.err, "mho: " + file + ":7: " + lmmse);
}

TEST_F(refusal, names_the_option) {
  EXPECT_EQ(error_of(" --set estimation.method=lmmse"), "mho: --set: " + lmmse);
  EXPECT_EQ(error_of(" --set estimation.method=perfect --set link.draw=gram"),
            "mho: --set: link.draw: must not be gram: detector analog-ginv looks at H itself\n");
  EXPECT_EQ(error_of(" --set estimation.method=perfect --set link.estimator=conditional"),
            "mho: --set: link.estimator: must not be conditional: detector analog-ginv is not linear\n");
}

TEST_F(refusal, of_a_key_that_nobody_wrote_has_the_place_of_its_table) {
  const sim::scenario s = sim::read_scenario(file, {"channel.seed=3"}, 1);
  const auto told = [&](const std::string& what) { return std::string(sim::refusal(s, what).what()); };
  EXPECT_EQ(told("link.rx: x: y"), file + ":2: link.rx: x: y");
  EXPECT_EQ(told("link.draw: x"), file + ":1: link.draw: x");
  EXPECT_EQ(told("detector.1.name: x"), file + ":13: detector.1.name: x");
  EXPECT_EQ(told("detector.1.id: x"), file + ":12: detector.1.id: x");
  EXPECT_EQ(told("channel.seed: x"), "--set: channel.seed: x");
  EXPECT_EQ(told("stop.max_bits: x"), file + ": stop.max_bits: x");
  EXPECT_STREQ(sim::refusal(sim::scenario{}, "stop.max_bits: x").what(), "stop.max_bits: x");
}

}  // namespace
}  // namespace mho::test
