// --set: values read by the key's own type, entries by number and by id, variants of presets.
#include <gtest/gtest.h>

#include "input_error.hpp"
#include "scenario_reader.hpp"

#include "program.hpp"

namespace mho::sim {
namespace {

const char* const text =
    "[link]\nrx = 8\ntx = 4\nmodulation = \"16qam\"\nsnr_db = [4, 8]\n"
    "[[detector]]\nname = \"mmse\"\n"
    "[[detector]]\nname = \"analog-zf\"\nid = \"mine\"\ncycles = [1, 3]\n"
    "[[detector]]\nname = \"analog-mmse\"\naccelerator = \"ideal\"\n";

class overrides : public testing::Test {
 protected:
  scenario read(const std::vector<std::string>& sets) { return read_scenario(file_, sets, 1); }
  std::string refusal(const std::string& set) {
    try {
      read({set});
    } catch (const input_error& e) {
      return e.what();
    }
    return "accepted";
  }

 private:
  test::scratch_folder folder_;
  std::string file_ = folder_.write("s.toml", text);
};

TEST_F(overrides, values_take_the_type_of_their_key) {
  const scenario s =
      read({"link.rx=64", "link.modulation=64qam", "link.snr_db={ from = 1, to = 2, step = 0.5 }", "title=12",
            "stop.bit_errors=1_000", "channel.realisations=3"});
  EXPECT_EQ(s.link.rx, 64u);
  EXPECT_EQ(s.link.modulation, "64qam");
  EXPECT_EQ(s.link.snr, (std::vector<double>{1, 1.5, 2}));
  EXPECT_EQ(s.title, "12");
  EXPECT_EQ(s.stop.bit_errors, 1000u);
  EXPECT_EQ(s.channel.realisations, 3u);
  EXPECT_EQ(read({"link.rx=64", "link.rx=32"}).link.rx, 32u) << "the last one counts";
}

TEST_F(overrides, detectors_are_named_by_number_and_by_id) {
  const scenario s = read({"detector.1.cycles=[2]", "detector.mine.label=A = B", "detector.0.id=first"});
  EXPECT_EQ(s.detectors[1].cycles, std::vector<std::int64_t>{2});
  EXPECT_EQ(s.detectors[1].label, "A = B");
  EXPECT_EQ(s.detectors[0].id, "first");
}

TEST_F(overrides, presets_become_variants_of_those_who_use_them) {
  const scenario s = read({"accelerator.paper.array.size=8", "accelerator.paper.device.write_error=none"});
  EXPECT_EQ(s.detectors[1].accelerator, "paper+");
  EXPECT_EQ(s.detectors[2].accelerator, "ideal");
  const options& given = s.detectors[1].spec.values;
  EXPECT_EQ(std::get<std::int64_t>(given.at("array.size")), 8);
  EXPECT_EQ(std::get<std::string>(given.at("device.write_error")), "none");
  EXPECT_EQ(std::get<std::string>(given.at("accelerator")), "paper");
}

TEST_F(overrides, refusals_name_the_key_and_what_is_allowed) {
  EXPECT_EQ(refusal("link.rx"), "--set: link.rx: must be KEY=VALUE");
  EXPECT_EQ(refusal("link.rx=many"), "--set: link.rx: not a TOML value: many");
  EXPECT_EQ(refusal("link.rx=4.5").rfind("--set: link.rx: must be", 0), 0u);
  EXPECT_NE(refusal("link.antennas=4").find("unknown key"), std::string::npos);
  EXPECT_EQ(refusal("detector.7.id=x"),
            "--set: detector.7.id: no such detector; there are 0 (mmse), 1 (mine), 2 (analog-mmse)");
  EXPECT_NE(refusal("accelerator.paper.array.sise=8").find("nearest known one is array.size"),
            std::string::npos);
  EXPECT_EQ(refusal("link.rx=8\nlink.tx=2").find("accepted"), std::string::npos);
}

}  // namespace
}  // namespace mho::sim
