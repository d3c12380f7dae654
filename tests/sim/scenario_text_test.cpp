// Scenarios that are no files: the same as from one, with errors that tell what there is to tell.
#include <gtest/gtest.h>

#include "input_error.hpp"
#include "program.hpp"
#include "result_file.hpp"
#include "scenario_reader.hpp"

namespace mho::sim {
namespace {

const std::string text =
    "[link]\nrx = 8\ntx = 4\nsnr_db = [0, 4]\n[[detector]]\nname = \"zf\"\n"
    "[[detector]]\nname = \"analog-zf\"\naccelerator = \"mine\"\n[accelerator.mine]\nbase = \"pcm\"\n";

std::string error_of(const scenario_text& given, const std::vector<std::string>& sets = {}) {
  try {
    read_scenario(given, sets, 1);
  } catch (const input_error& e) {
    return e.what();
  }
  return "";
}

std::string with_rx(const std::string& value) {
  std::string changed = text;
  return changed.replace(changed.find("rx = 8"), 6, "rx = " + value);
}

TEST(scenario_text, is_read_as_a_file_is) {
  const test::scratch_folder folder;
  const std::vector<std::string> sets{"link.rx=16", "detector.zf.label=a \"label\""};
  const scenario of_file = read_scenario(folder.write("s.toml", text), sets, 3);
  const scenario of_text = read_scenario(scenario_text{text, "s.toml", true, {}}, sets, 3);
  EXPECT_EQ(to_json(of_text), to_json(of_file));
  EXPECT_EQ(of_text.name, "s");
  EXPECT_EQ(of_text.seed, 3u);
  EXPECT_EQ(of_text.link.rx, 16u);
}

TEST(scenario_text, errors_name_it_and_its_line_if_it_has_lines) {
  const std::string what = "link.rx: must be an integer from 1 to 4096";
  EXPECT_EQ(error_of({with_rx("0"), "mine", true, {}}), "mine:2: " + what);
  EXPECT_EQ(error_of({with_rx("0"), "mine", false, {}}), "mine: " + what);
  EXPECT_EQ(error_of({text, "mine", false, {}}, {"link.rx=0"}), "--set: " + what);
  EXPECT_EQ(error_of({with_rx(""), "mine", true, {}}).rfind("mine:2: ", 0), 0u);
}

TEST(scenario_text, kinds_without_an_entry_get_one_at_the_end) {
  const scenario s =
      read_scenario(scenario_text{text, "s", true, {"mmse", "zf"}}, {"detector.mmse.label=me"}, 1);
  ASSERT_EQ(s.detectors.size(), 3u);
  EXPECT_EQ(s.detectors[0].spec.name, "zf");
  EXPECT_EQ(s.detectors[2].spec.name, "mmse");
  EXPECT_EQ(s.detectors[2].label, "me");
  const scenario alone =
      read_scenario(scenario_text{"link = { rx = 2, tx = 2, snr_db = [0] }", "s", true, {"mmse"}}, {}, 1);
  ASSERT_EQ(alone.detectors.size(), 1u);
  EXPECT_EQ(error_of({"detector = 3\nlink = { rx = 2, tx = 2, snr_db = [0] }", "s", true, {"mmse"}}),
            "s:1: detector: must be an array of tables, [[detector]]");
}

}  // namespace
}  // namespace mho::sim
