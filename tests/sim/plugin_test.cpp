// --plugin: the example's detector against kinds of the library that it must agree with, and what is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cluster/jobs.hpp"
#include "program.hpp"

namespace mho::test {
namespace {

using nlohmann::json;

const std::string plugin = std::string(" --plugin ") + MHO_EXAMPLE_PLUGIN;

std::string scenario(const std::string& link = "", const std::string& snr = "[0, 4]") {
  return "[link]\nrx = 32\ntx = 4\nmodulation = \"16qam\"\nsnr_db = " + snr + "\n" + link +
         "[stop]\nmin_bits = 400_000\nmax_bits = 400_000\n"
         "[[detector]]\nname = \"mrc\"\n[[detector]]\nname = \"mmse\"\n"
         "[[detector]]\nname = \"neumann\"\nid = \"one\"\nterms = 1\n"
         "[[detector]]\nname = \"neumann\"\nid = \"two\"\nterms = 2\n"
         "[[detector]]\nname = \"neumann\"\nid = \"many\"\nterms = 40\n";
}

const json& points(const json& result, const std::string& id) {
  for (const json& c : result["curves"])
    if (c["id"] == id) return c["points"];
  throw std::runtime_error("no curve " + id);
}

// A decision flips where rounding moves an estimate over an edge: estimates err by some 1e-6 of the levels'
// distance, and an edge is that near for a share of decisions of that order. 400 000 bits: a few at most.
constexpr double flips = 10;

TEST(plugin, its_detector_is_what_its_series_says_in_both_draws) {
  const scratch_folder folder;
  for (const std::string draw : {"draw = \"gram\"\n", "draw = \"channel\"\n"}) {
    const outcome o = run_mho("ber " + folder.write("s.toml", scenario(draw)) + plugin +
                                  " --json --force --out " + folder.path("out"),
                              alone);
    ASSERT_EQ(o.status, 0) << o.err;
    const json r = json::parse(o.out);
    for (std::size_t p = 0; p < 2; ++p) {
      const auto errors = [&](const char* id) { return points(r, id)[p]["bit_errors"].get<double>(); };
      EXPECT_NEAR(errors("one"), errors("mrc"), flips);
      EXPECT_NEAR(errors("many"), errors("mmse"), flips);
      EXPECT_LT(errors("mmse"), errors("two"));
      EXPECT_LT(errors("two"), errors("mrc"));
    }
  }
}

TEST(plugin, its_weights_serve_the_conditional_estimator) {
  const scratch_folder folder;
  const outcome o = run_mho("ber " + folder.write("s.toml", scenario("estimator = \"conditional\"\n")) +
                                plugin + " --json --out " + folder.path("out"),
                            alone);
  ASSERT_EQ(o.status, 0) << o.err;
  const json r = json::parse(o.out);
  for (std::size_t p = 0; p < 2; ++p) {
    const auto rate = [&](const char* id) { return points(r, id)[p]["ber"].get<double>(); };
    EXPECT_NEAR(rate("one") / rate("mrc"), 1, 1e-3);
    EXPECT_NEAR(rate("many") / rate("mmse"), 1, 1e-3);
  }
}

TEST(plugin, the_result_names_it_and_is_the_same_on_ranks_shards_and_after_a_resumption) {
  const scratch_folder folder;
  const std::string file = folder.write("s.toml", scenario());
  const auto ber = [&](const std::string& more, const std::string& out) {
    return "ber " + file + plugin + " " + more + " --out " + folder.path(out);
  };
  ASSERT_EQ(run_mho(ber("--threads 1", "whole"), alone).status, 0);
  const std::string whole = slurp(folder.path("whole/result.json"));
  const json detectors = json::parse(whole)["scenario"]["detector"];
  EXPECT_FALSE(detectors[0].contains("plugin"));
  EXPECT_EQ(detectors[2]["plugin"]["file"], "example_plugin.so");
  EXPECT_EQ(detectors[2]["plugin"]["digest"].get<std::string>().size(), 16u);
  EXPECT_EQ(detectors[2]["terms"], 1);

  ASSERT_EQ(run_mho(ber("--set link.snr_db=[0]", "resumed"), alone).status, 0);
  ASSERT_EQ(run_mho(ber("--resume", "resumed"), alone).status, 0);
  EXPECT_EQ(slurp(folder.path("resumed/result.json")), whole);

  ASSERT_EQ(run_mho(ber("--shard 1/2", "shards"), alone).status, 0);
  ASSERT_EQ(run_mho(ber("--shard 2/2", "shards"), alone).status, 0);
  const std::string shards = folder.path("shards/shard-");
  const outcome merged = run_mho(
      "merge " + shards + "1-of-2.json " + shards + "2-of-2.json --out " + folder.path("merged"), alone);
  ASSERT_EQ(merged.status, 0) << merged.err;
  EXPECT_EQ(slurp(folder.path("merged/result.json")), whole);

  // Another build of it, here one with a byte more, is another detector.
  const std::string other = folder.write("example_plugin.so", slurp(MHO_EXAMPLE_PLUGIN) + "x");
  const outcome mixed =
      run_mho("ber " + file + " --plugin " + other + " --resume --out " + folder.path("whole"), alone);
  EXPECT_EQ(mixed.status, 2);
  EXPECT_NE(mixed.err.find("plugin.digest"), std::string::npos) << mixed.err;

  if (const std::string why = no_ranks(); !why.empty()) GTEST_SKIP() << why;
  const outcome ranks = run_mho(ber("--threads 1", "ranks"), mpirun(2));
  ASSERT_EQ(ranks.status, 0) << ranks.err;
  EXPECT_EQ(slurp(folder.path("ranks/result.json")), whole);
}

TEST(plugin, image_and_list_take_it) {
  const outcome list = run_mho("list detectors --json" + plugin);
  ASSERT_EQ(list.status, 0) << list.err;
  const json last = json::parse(list.out)["detectors"].back();
  EXPECT_EQ(last["name"], "neumann");
  EXPECT_EQ(last["options"][0]["name"], "terms");
  EXPECT_EQ(last["options"][0]["default"], 3);

  const scratch_folder folder;
  const std::string file = folder.write(
      "s.toml",
      "[link]\nrx = 32\ntx = 4\nmodulation = \"16qam\"\nsnr_db = [inf]\n[[detector]]\nname = \"neumann\"\n");
  const outcome image = run_mho("image " + file + plugin + " --json --set detector.0.terms=20 --input " +
                                MHO_SCENARIOS + "/emblem.png --out " + folder.path("out"));
  ASSERT_EQ(image.status, 0) << image.err;
  EXPECT_EQ(json::parse(image.out)["pictures"][0]["bit_errors"], 0);
}

TEST(plugin, detection_of_recorded_data_takes_it) {
  const scratch_folder folder;
  const std::string detect =
      "detect " + folder.path("none.h5") + " --detector neumann --out " + folder.path("x.h5");
  const outcome without = run_mho(detect), with = run_mho(detect + plugin);
  EXPECT_EQ(without.err.rfind("mho: --detector: unknown detector neumann", 0), 0u) << without.err;
  EXPECT_EQ(with.err, "mho: " + folder.path("none.h5") + ": no such file\n");
}

TEST(plugin, without_it_the_name_is_unknown_and_its_options_are_checked_with_it) {
  const scratch_folder folder;
  const std::string file = folder.write("s.toml", scenario());
  const outcome without = run_mho("ber " + file + " --out " + folder.path("out"));
  EXPECT_EQ(without.status, 2);
  EXPECT_NE(without.err.find("unknown detector neumann"), std::string::npos) << without.err;
  const outcome wrong =
      run_mho("ber " + file + plugin + " --set detector.one.terms=0 --out " + folder.path("out"));
  EXPECT_EQ(wrong.status, 2);
  EXPECT_EQ(wrong.err, "mho: --set: detector.2.terms: must be an integer from 1 to 64\n");
}

TEST(plugin, what_is_none_is_refused_in_one_line_that_names_it) {
  const scratch_folder folder;
  const std::string refused = std::string(MHO_REFUSED_PLUGINS) + "/plugin_";
  const std::string text = folder.write("text.so", "no shared object\n");
  const struct {
    std::string file, what;
  } cases[] = {
      {folder.path("missing.so"), "no such file"},
      {folder.path(), "no shared object: it is no regular file"},
      {text, "no shared object that can be loaded: "},
      {refused + "no_entry.so", "no plugin: it has no function mho_plugin"},
      {refused + "other_interface.so", "was built for plugin interface 99, this program has 1: "},
      {refused + "other_abi.so",
       "was built under another C++ ABI (Itanium C++ ABI, libc++) than this program ("},
      {refused + "other_layout.so", "was built with headers of another mho"},
      {refused + "throws.so", "threw: no licence"},
      {refused + "none.so", "has no kind of detector"},
      {refused + "taken.so", "its detector zf has a name that is taken"},
      {MHO_EXAMPLE_PLUGIN + plugin, ""},
  };
  for (const auto& [file, what] : cases) {
    const outcome o = run_mho("list detectors --plugin " + file);
    EXPECT_EQ(o.status, 2) << file;
    EXPECT_EQ(o.out, "") << file;
    EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
    const std::string start = "mho: --plugin: " + file.substr(0, file.find(' ')) + ": " + what;
    EXPECT_EQ(o.err.substr(0, start.size()), start);
  }
  // Nothing of a refused plugin stays: "mine" of taken.so was before "zf".
  const std::string file =
      folder.write("s.toml", "[link]\nrx = 4\ntx = 2\nsnr_db = [0]\n[[detector]]\nname = \"mine\"\n");
  const auto run = [&](const std::string& kind) {
    return run_mho("ber " + file + " --plugin " + refused + kind + ".so --out " + folder.path("out"));
  };
  const outcome thrown = run("make_throws"), steps = run("two_steps");
  EXPECT_EQ(thrown.status, 2);
  EXPECT_EQ(thrown.err, "mho: " + file + ":5: detector.0: --plugin: " + refused +
                            "make_throws.so: mine threw: no licence\n");
  EXPECT_EQ(steps.status, 2);
  EXPECT_NE(steps.err.find("detector.0.name: mine yields 2 outputs a vector"), std::string::npos)
      << steps.err;
}

TEST(plugin, ranks_say_once_what_is_wrong) {
  if (const std::string why = no_ranks(); !why.empty()) GTEST_SKIP() << why;
  const scratch_folder folder;
  const outcome o =
      run_mho("ber " + folder.write("s.toml", scenario()) + " --plugin " + folder.path("none.so"), mpirun(2));
  EXPECT_EQ(o.status, 2);
  const std::string line = "mho: --plugin: " + folder.path("none.so") + ": no such file";
  const std::size_t at = o.err.find(line);
  ASSERT_NE(at, std::string::npos) << o.err;
  EXPECT_EQ(o.err.find(line, at + 1), std::string::npos) << o.err;
}

}  // namespace
}  // namespace mho::test
