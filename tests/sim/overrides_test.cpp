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

TEST_F(overrides, strings_may_stand_in_toml_quotes_and_integers_in_scientific_notation) {
  const scenario s = read({"link.modulation=\"64qam\"", "title='a \"b\"'", "detector.0.label=\"A\" = \"B\"",
                           "detector.2.accelerator=\"paper\"", "accelerator.paper.solver.blocks=\"schur\"",
                           "stop.bit_errors=1e3", "link.rx=16.0"});
  EXPECT_EQ(s.link.modulation, "64qam");
  EXPECT_EQ(s.title, "a \"b\"");
  EXPECT_EQ(s.detectors[0].label, "\"A\" = \"B\"") << "no TOML string: verbatim";
  EXPECT_EQ(std::get<std::string>(s.detectors[2].spec.values.at("solver.blocks")), "schur");
  EXPECT_EQ(s.stop.bit_errors, 1000u);
  EXPECT_EQ(s.link.rx, 16u);
  EXPECT_EQ(read({"title=\""}).title, "\"");
  const scenario fast = read({"detector.mmse.target=scalar"});  // a string of the detector's own schema
  EXPECT_EQ(std::get<std::string>(fast.detectors[0].spec.values.at("target")), "scalar");
  EXPECT_EQ(read({"title="}).title, "");
}

TEST_F(overrides, accelerators_may_be_made_on_the_command_line_if_a_detector_uses_them) {
  const scenario s =
      read({"accelerator.mine.base=ideal", "accelerator.mine.array.size=8", "detector.1.accelerator=mine"});
  EXPECT_EQ(s.detectors[1].accelerator, "mine");
  EXPECT_EQ(std::get<std::string>(s.detectors[1].spec.values.at("accelerator")), "ideal");
  EXPECT_EQ(std::get<std::int64_t>(s.detectors[1].spec.values.at("array.size")), 8);
  EXPECT_EQ(
      refusal("accelerator.papr.array.size=8"),
      "--set: accelerator.papr.array.size: no such accelerator, and no detector uses one of that name; the "
      "nearest is paper");
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

TEST_F(overrides, variants_reach_detectors_that_come_to_the_preset_on_the_same_command_line) {
  for (const std::vector<std::string>& sets :
       {std::vector<std::string>{"accelerator.ideal.array.size=8", "detector.1.accelerator=ideal"},
        {"detector.1.accelerator=ideal", "accelerator.ideal.array.size=8"}}) {
    const scenario s = read(sets);
    EXPECT_EQ(s.detectors[1].accelerator, "ideal+");
    EXPECT_EQ(std::get<std::int64_t>(s.detectors[1].spec.values.at("array.size")), 8);
  }
}

TEST_F(overrides, detectors_are_named_by_the_id_of_their_curves) {
  EXPECT_EQ(read({"detector.analog-mmse-ideal.cycles=[2]"}).detectors[2].cycles[0], 2);
  EXPECT_EQ(read({"detector.analog-mmse.cycles=[2]"}).detectors[2].cycles[0], 2);
  // As the file has it, as an override made it, as the variant makes it.
  const scenario s = read({"detector.analog-mmse-ideal.accelerator=paper",
                           "detector.analog-mmse-ideal.cycles=[2]", "detector.analog-mmse-paper.seed=5",
                           "detector.analog-mmse-paper+.label=x", "accelerator.paper.array.size=8"});
  EXPECT_EQ(s.detectors[2].id, "analog-mmse-paper+");
  EXPECT_EQ(s.detectors[2].cycles[0], 2);
  EXPECT_EQ(std::get<std::int64_t>(s.detectors[2].spec.values.at("seed")), 5);
  EXPECT_EQ(s.detectors[2].label, "x");
  // Ids with dots; an id before a detector's name.
  EXPECT_EQ(read({"detector.0.id=a.b", "detector.a.b.label=x"}).detectors[0].label, "x");
  EXPECT_EQ(read({"detector.1.id=mmse", "detector.0.id=other", "detector.1.label=x"}).detectors[1].label,
            "x");
}

TEST_F(overrides, another_kind_has_not_the_label_of_the_one_that_it_replaces) {
  EXPECT_EQ(read({"detector.0.label=mine"}).detectors[0].label, "mine");
  const test::scratch_folder folder;
  const std::string file = folder.write(
      "s.toml",
      "[link]\nrx = 8\ntx = 4\nsnr_db = [4]\n[[detector]]\nname = \"mmse\"\nlabel = \"MMSE, FP32\"\n");
  EXPECT_EQ(read_scenario(file, {"detector.0.name=mrc"}, 1).detectors[0].label, "mrc");
  for (const std::vector<std::string>& sets :
       {std::vector<std::string>{"detector.0.name=mrc", "detector.0.label=x"},
        {"detector.0.label=x", "detector.0.name=mrc"}})
    EXPECT_EQ(read_scenario(file, sets, 1).detectors[0].label, "x");
}

TEST_F(overrides, ambiguous_names_are_refused) {
  test::scratch_folder folder;
  const std::string file =
      folder.write("two.toml",
                   "[link]\nrx = 8\ntx = 4\nsnr_db = [4]\n[[detector]]\nname = \"analog-zf\"\n"
                   "[[detector]]\nname = \"analog-zf\"\naccelerator = \"ideal\"\nid = \"0\"\n");
  for (const char* name : {"analog-zf", "0"}) try {
      read_scenario(file, {"detector." + std::string(name) + ".label=x"}, 1);
      ADD_FAILURE() << name;
    } catch (const input_error& e) {
      EXPECT_EQ(e.what(), "--set: detector." + std::string(name) + ".label: " + name +
                              " is ambiguous; name one of 0 (analog-zf-paper), 1 (0) by its number or id");
    }
  EXPECT_EQ(read_scenario(file, {"detector.analog-zf-paper.label=x"}, 1).detectors[0].label, "x");
}

TEST_F(overrides, keys_that_exclude_one_another_replace_one_another) {
  const scenario s = read({"link.es_n0_db=[3]", "stop.bit_errors=5", "stop.relative_interval=0.2"});
  EXPECT_EQ(s.link.snr_is, snr_kind::es_n0_db);
  EXPECT_EQ(s.link.snr, std::vector<double>{3});
  EXPECT_FALSE(s.stop.bit_errors);
  EXPECT_EQ(s.stop.relative_interval, 0.2);
  EXPECT_EQ(read({"link.eb_n0_db=[3]", "link.snr_db=[5]"}).link.snr_is, snr_kind::snr_db);
}

TEST_F(overrides, an_accelerator_that_is_no_table_is_refused) {
  for (const std::vector<std::string>& sets :
       {std::vector<std::string>{"accelerator=3", "accelerator.paper.array.size=8"},
        {"accelerator=3", "accelerator.mine.array.size=8"}})
    try {
      read(sets);
      ADD_FAILURE();
    } catch (const input_error& e) {
      EXPECT_STREQ(e.what(), "--set: accelerator: must be a table");
    }
  test::scratch_folder folder;
  const std::string file = folder.write("three.toml", std::string("accelerator = 3\n") + text);
  try {
    read_scenario(file, {"accelerator.paper.array.size=8"}, 1);
    ADD_FAILURE();
  } catch (const input_error& e) {
    EXPECT_EQ(e.what(), file + ":1: accelerator: must be a table");
  }
}

TEST_F(overrides, refusals_name_the_key_and_what_is_allowed) {
  EXPECT_EQ(refusal("link.rx"), "--set: link.rx: must be KEY=VALUE");
  EXPECT_EQ(refusal("link.rx=many"), "--set: link.rx: not a TOML value: many");
  EXPECT_EQ(refusal("link.rx=4.5").rfind("--set: link.rx: must be", 0), 0u);
  EXPECT_EQ(refusal("lnk.rx=4"), "--set: lnk.rx: unknown key; the nearest known one is link.rx");
  EXPECT_EQ(refusal("stopp=4"), "--set: stopp: unknown key; the nearest known one is stop");
  EXPECT_EQ(refusal("link.a.b=4").rfind("--set: link.a.b: unknown key", 0), 0u);
  EXPECT_EQ(refusal("link.modulation=16-QAM").rfind("; the nearest is 16qam"),
            refusal("link.modulation=16-QAM").size() - 22);
  EXPECT_EQ(refusal("detector.mine.cycles=[0]"),
            "--set: detector.1.cycles: must be a list of integers from 1 to 64");
  EXPECT_EQ(
      refusal("detector.mine.accelerator=papr"),
      "--set: detector.1.accelerator: must be one of paper, projected, pcm, ideal; the nearest is paper");
  EXPECT_NE(refusal("link.antennas=4").find("unknown key"), std::string::npos);
  EXPECT_EQ(refusal("detector.7.id=x"),
            "--set: detector.7.id: no such detector; there are 0 (mmse), 1 (mine), 2 (analog-mmse-ideal)");
  EXPECT_EQ(refusal("accelerator.paper.array.sise=8"),
            "--set: accelerator.paper.array.sise: unknown key; the nearest known one is "
            "accelerator.paper.array.size");
  EXPECT_EQ(refusal("link.rx=8\nlink.tx=2").find("accepted"), std::string::npos);
}

TEST_F(overrides, keys_without_their_table_are_found) {
  EXPECT_EQ(refusal("rx=4"), "--set: rx: unknown key; the nearest known one is link.rx");
  EXPECT_EQ(refusal("wire_ohm=.5"),
            "--set: wire_ohm: unknown key; the nearest known one is accelerator.NAME.array.wire_ohm");
  EXPECT_EQ(refusal("array.wire_ohms=.5"),
            "--set: array.wire_ohms: unknown key; the nearest known one is accelerator.NAME.array.wire_ohm");
  EXPECT_EQ(refusal("accelerator.ideal.wire_ohm=1"),
            "--set: accelerator.ideal.wire_ohm: unknown key; the nearest known one is "
            "accelerator.ideal.array.wire_ohm");
  EXPECT_EQ(refusal("detector.mine.array.size=1"),
            "--set: detector.mine.array.size: unknown key; the nearest known one is "
            "accelerator.NAME.array.size");
  EXPECT_EQ(refusal("seed=3"),
            "--set: seed: unknown key; the nearest known ones are channel.seed, detector.N.seed");
  EXPECT_EQ(refusal("detector.id=x"),
            "--set: detector.id: must be detector.N.KEY or detector.ID.KEY, N the entry's number from 0 on");
  EXPECT_EQ(
      refusal("detector.0.cycles=[1]"),
      "--set: detector.0.cycles: is an option of analog-zf, analog-mmse, analog-ginv; mmse has name, id, "
      "label, reference, target, lanes");
}

TEST_F(overrides, numbers_without_a_zero_are_told_what_toml_wants) {
  EXPECT_EQ(refusal("stop.relative_interval=.5"),
            "--set: stop.relative_interval: not a TOML value: .5; TOML wants 0.5, not .5");
  EXPECT_EQ(refusal("link.snr_db=[1., -.5e1]"),
            "--set: link.snr_db: not a TOML value: [1., -.5e1]; TOML wants [1.0, -0.5e1], not [1., -.5e1]");
  EXPECT_EQ(refusal("link.rx=a.b"), "--set: link.rx: not a TOML value: a.b");
  EXPECT_EQ(refusal("link.rx="), "--set: link.rx: not a TOML value: nothing");
}

// Each with a value of a wrong type: refused for that, so it is known.
TEST_F(overrides, every_key_is_known) {
  std::size_t seen = 0;
  for (std::string key : scenario_keys()) {
    for (const auto& [general, here] :
         {std::pair{"detector.N.", "detector.1."}, {"accelerator.NAME.", "accelerator.paper."}})
      if (key.rfind(general, 0) == 0) key = here + key.substr(std::string(general).size());
    if (key == "detector.1.target" || key == "detector.1.lanes") continue;  // of another kind
    EXPECT_EQ(refusal(key + "=1979-05-27").find("unknown key"), std::string::npos) << key;
    ++seen;
  }
  EXPECT_GT(seen, 100u);
}

TEST_F(overrides, every_key_that_wants_text_takes_it_without_quotes) {
  std::size_t seen = 0;
  for (std::string key : scenario_keys()) {
    for (const auto& [general, here] :
         {std::pair{"detector.N.", "detector.1."}, {"accelerator.NAME.", "accelerator.paper."}})
      if (key.rfind(general, 0) == 0) key = here + key.substr(std::string(general).size());
    const std::string of_number = refusal(key + "=1979-05-27"),
                      of_word = refusal(key + "=certainly-not-this");
    if (of_number.find("must be a string") == std::string::npos &&
        of_number.find("must be one of") == std::string::npos && of_word.find("TOML") != std::string::npos)
      continue;
    EXPECT_EQ(of_word.find("TOML"), std::string::npos) << key << ": " << of_word;
    ++seen;
  }
  EXPECT_GT(seen, 20u);
}

}  // namespace
}  // namespace mho::sim
