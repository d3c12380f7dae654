// What the files of a run hold: run.json, the result of mho image and its picture, the SNR definition.
#include <gtest/gtest.h>

#include <mho/targets.hpp>
#include <nlohmann/json.hpp>

#include "picture.hpp"
#include "program.hpp"

namespace mho::test {
namespace {

using nlohmann::json;

constexpr const char* no_plots = "PATH=";

class run_files : public testing::Test {
 protected:
  std::string write_picture(const std::string& name, unsigned step) const {
    sim::picture p{16, 12, 1, 8, {}};
    for (unsigned i = 0; i < 16 * 12; ++i) p.samples.push_back(static_cast<std::uint8_t>(i * step));
    EXPECT_TRUE(sim::write_png(folder.path(name), p));
    return folder.path(name);
  }
  std::string write_scenario(const std::string& image) const {
    return folder.write(
        "s.toml", "[link]\nrx = 16\ntx = 4\nmodulation = \"256qam\"\nsnr_db = [0, inf]\n" + image +
                      "[[detector]]\nname = \"zf\"\n[[detector]]\nname = \"analog-zf\"\ncycles = [2]\n");
  }
  outcome image(const std::string& arguments) const {
    return run_mho("image " + arguments + " --out " + folder.path("out"), no_plots);
  }
  json read(const std::string& name) const { return json::parse(slurp(folder.path("out/" + name))); }

  scratch_folder folder;
};

TEST_F(run_files, the_picture_that_was_sent_belongs_to_the_scenario) {
  const std::string one = write_picture("one.png", 7), two = write_picture("two.png", 11),
                    file = write_scenario("[image]\nfile = \"one.png\"\n");
  ASSERT_EQ(image(file).status, 0);
  const json first = read("result.json");
  EXPECT_EQ(first["scenario"]["image"]["file"], "one.png");
  EXPECT_EQ(first["scenario"]["image"]["order"], "column");
  EXPECT_EQ(image(file).status, 0) << "the same picture";
  // Another picture is another scenario, whether another file or another content.
  const outcome other = image(file + " --input " + two);
  EXPECT_EQ(other.status, 2);
  EXPECT_NE(other.err.find("image.file is one.png there, two.png here"), std::string::npos) << other.err;
  write_picture("one.png", 11);
  const outcome changed = image(file);
  EXPECT_EQ(changed.status, 2);
  EXPECT_NE(changed.err.find("image.checksum is "), std::string::npos) << changed.err;
  ASSERT_EQ(image(file + " --force --input " + two).status, 0);
  const json second = read("result.json");
  EXPECT_EQ(second["scenario"]["image"]["file"], "two.png");
  EXPECT_NE(second["scenario"]["image"]["checksum"], first["scenario"]["image"]["checksum"]);
  // Where the file lies is not of the scenario; --input needs no [image] table.
  ASSERT_EQ(
      std::system(
          ("mkdir " + folder.path("elsewhere") + " && mv " + two + " " + folder.path("elsewhere")).c_str()),
      0);
  const std::string bytes = slurp(folder.path("out/result.json"));
  ASSERT_EQ(image(write_scenario("") + " --input " + folder.path("elsewhere/two.png")).status, 0);
  EXPECT_EQ(slurp(folder.path("out/result.json")), bytes);
}

TEST_F(run_files, result_and_run_say_what_was_done) {
  write_picture("one.png", 7);
  const std::string file = write_scenario("[image]\nfile = \"one.png\"\norder = \"row\"\n");
  const outcome o = image(file + " --threads 3 --json");
  ASSERT_EQ(o.status, 0) << o.err;
  const json r = read("result.json"), run = read("run.json");
  EXPECT_EQ(json::parse(o.out), r);
  EXPECT_EQ(r["kind"], "image");
  EXPECT_TRUE(r["complete"]);
  ASSERT_EQ(r["pictures"].size(), 4u);  // two SNRs, two curves
  for (std::size_t i = 0; i < 4; ++i) {
    const json& p = r["pictures"][i];
    EXPECT_EQ(p["id"], i % 2 == 0 ? "zf" : "analog-zf-paper-c2");
    EXPECT_EQ(p["detector"], i % 2 == 0 ? "zf" : "analog-zf");
    EXPECT_EQ(p["cycles"], i % 2 == 0 ? json() : json(2));
    EXPECT_EQ(p["snr_db"], i < 2 ? json(0.0) : json());
    const auto back = sim::read_png(folder.path("out/" + p["file"].get<std::string>()));
    ASSERT_TRUE(back);
    const auto original = sim::read_png(folder.path("out/original.png"));
    ASSERT_TRUE(original);
    EXPECT_EQ(p["pixel_errors"], sim::pixel_errors(*original, *back));
    EXPECT_EQ(p["psnr_db"].is_null(), p["bit_errors"] == 0);
  }
  EXPECT_EQ(run["seconds"].size(), 2u);
  EXPECT_EQ(run["threads"], 3);
  EXPECT_EQ(run["ranks"], 1);
  EXPECT_EQ(run["command_line"].get<std::string>(),
            std::string(MHO_PROGRAM) + " image " + file + " --threads 3 --json --out " + folder.path("out"));
}

TEST_F(run_files, run_json_of_ber_holds_what_does_not_follow_from_the_scenario) {
  const std::string file = write_scenario("[stop]\nmin_bits = 10_000\nmax_bits = 10_000\n");
  ASSERT_EQ(run_mho("ber " + file + " --threads 2 --out " + folder.path("out"), no_plots).status, 0);
  const json run = read("run.json");
  std::vector<std::string> keys;
  for (const auto& item : run.items()) keys.push_back(item.key());
  EXPECT_EQ(keys,
            (std::vector<std::string>{"command_line", "host", "ranks", "seconds", "target", "threads"}));
  char host[256] = "";
  ASSERT_EQ(gethostname(host, sizeof host - 1), 0);
  EXPECT_EQ(run["host"], host);
  EXPECT_EQ(run["threads"], 2);
  ASSERT_EQ(run["seconds"].size(), 2u);
  for (const json& seconds : run["seconds"]) EXPECT_GT(seconds, 0);
  bool known = false;
  for (const target_info& t : targets()) known = known || (t.usable && run["target"] == t.name);
  EXPECT_TRUE(known) << run["target"];
  for (const auto& item : run.items()) EXPECT_FALSE(read("result.json").contains(item.key())) << item.key();
}

TEST_F(run_files, the_definition_of_the_snr_is_the_same_for_fixed_channels) {
  const std::string file = write_scenario("[stop]\nmin_bits = 1000\nmax_bits = 1000\n");
  const auto definition = [&](const std::string& set) {
    EXPECT_EQ(run_mho("ber " + file + " --force " + set + " --out " + folder.path("out"), no_plots).status,
              0);
    return read("result.json")["snr_definition"].get<std::string>();
  };
  const std::string ratio = "10 log10(E||Hx||^2/E||n||^2)";
  EXPECT_EQ(definition(""), ratio);
  EXPECT_EQ(definition("--set channel.realisations=2"), ratio);
  EXPECT_EQ(definition("--set channel.realisations=2 --set link.snr_normalisation=realisation"),
            ratio + ", of each channel H itself");
}

}  // namespace
}  // namespace mho::test
