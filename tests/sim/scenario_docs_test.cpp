// docs/scenarios.md, docs/accelerators.md and the readers know the same keys, types, ranges and defaults.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <mho/mho.hpp>
#include <set>
#include <sstream>

#include "input_error.hpp"
#include "result_file.hpp"
#include "scenario_reader.hpp"

#include "channels/channel.hpp"
#include "program.hpp"

namespace mho::sim {
namespace {

using row = std::vector<std::string>;  // cells, the key first, without its backquotes

std::string trimmed(const std::string& cell) {
  const std::size_t from = cell.find_first_not_of(" `"), to = cell.find_last_not_of(" `");
  return from == std::string::npos ? "" : cell.substr(from, to - from + 1);
}

// The rows of the table below a heading.
std::vector<row> table(const std::string& page, const std::string& heading) {
  const std::string text = test::slurp(std::string(MHO_DOCS) + "/" + page);
  const std::size_t from = text.find("## " + heading + "\n");
  EXPECT_NE(from, std::string::npos) << heading;
  std::istringstream lines(text.substr(from, text.find("\n## ", from + 1) - from));
  std::vector<row> rows;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("| `", 0) != 0) continue;
    std::istringstream cells(line.substr(1));
    rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, '|');) rows.back().push_back(trimmed(cell));
  }
  return rows;
}

std::set<std::string> keys(const std::vector<row>& rows) {
  std::set<std::string> names;
  for (const row& r : rows) EXPECT_TRUE(names.insert(r[0]).second) << r[0] << " stands twice";
  return names;
}

// A scenario of every table, with one key written as a boolean, which none is.
std::string scenario_with(const std::string& wrong, const std::string& detector) {
  std::map<std::string, std::map<std::string, std::string>> tables{
      {"", {}},        {"link", {{"rx", "8"}, {"tx", "4"}, {"snr_db", "[1]"}}},
      {"channel", {}}, {"estimation", {}},
      {"stop", {}},    {"image", {{"file", "\"x.png\""}}},
      {"cost", {}},    {"detector", {{"name", "\"" + detector + "\""}}}};
  if (!wrong.empty()) {
    const std::size_t dot = wrong.find('.');
    std::map<std::string, std::string>& link = tables["link"];
    if (wrong.find("_n0_db") != std::string::npos) link.erase("snr_db");
    tables[dot == std::string::npos ? "" : wrong.substr(0, dot)][wrong.substr(dot + 1)] = "true";
  }
  std::string text;
  for (const auto& [name, values] : tables) {
    if (name == "detector") text += "[[detector]]\n";
    if (!name.empty() && name != "detector") text += "[" + name + "]\n";
    for (const auto& [key, value] : values) text += key + " = " + value + "\n";
  }
  return text;
}

const std::vector<std::string> kinds{"zf", "zf-double", "analog-zf"};

TEST(scenario_docs, every_key_that_is_read_is_documented_and_the_reverse) {
  std::set<std::string> known;
  const test::scratch_folder folder;
  for (const std::string& kind : kinds)
    read_scenario(folder.write("s.toml", scenario_with("", kind)), {}, 1, false, &known);
  std::set<std::string> read;
  for (const std::string& path : known) {
    if (std::set<std::string>{"link", "channel", "estimation", "stop", "image", "cost", "detector",
                              "accelerator"}
            .count(path) != 0)
      continue;  // tables
    read.insert(path.rfind("detector.0.", 0) == 0 ? "detector." + path.substr(11) : path);
  }
  EXPECT_EQ(keys(table("scenarios.md", "Keys of a scenario")), read);
}

TEST(scenario_docs, types_and_ranges_are_those_that_the_reader_asks_for) {
  const test::scratch_folder folder;
  for (const row& r : table("scenarios.md", "Keys of a scenario")) {
    ASSERT_EQ(r.size(), 5u) << r[0];
    std::set<std::string> answers;
    for (const std::string& kind : kinds) try {
        read_scenario(folder.write("s.toml", scenario_with(r[0], kind)), {}, 1);
        ADD_FAILURE() << r[0] << " takes a boolean";
      } catch (const input_error& e) {
        const std::string what = e.what();
        if (const std::size_t at = what.find(": must be "); at != std::string::npos)
          answers.insert(what.substr(at + 10));
      }
    EXPECT_EQ(answers, std::set<std::string>{r[1]}) << r[0];
  }
}

TEST(scenario_docs, defaults_are_those_of_a_scenario_that_says_nothing) {
  const test::scratch_folder folder;
  const scenario s = read_scenario(
      folder.write("s.toml", "[link]\nrx = 8\ntx = 4\nsnr_db = [1]\n[[detector]]\nname = \"zf\"\n"), {}, 1);
  const json effective = to_json(s);
  std::size_t seen = 0;
  for (const row& r : table("scenarios.md", "Keys of a scenario")) {
    const std::size_t dot = r[0].find('.');
    const std::string group = r[0].substr(0, dot), key = r[0].substr(dot + 1);
    std::set<std::string> of_channels;
    for (const channel_kind& kind : channel_kinds())
      for (const option& o : kind.schema)
        if (group == "channel" && o.name == key)
          of_channels.insert(std::visit([](const auto& v) { return json(v).dump(); }, o.standard));
    if (of_channels.size() == 1) {
      const json value = json::parse(*of_channels.begin());
      EXPECT_EQ(r[3], value.is_string() ? value.get<std::string>() : value.dump()) << r[0];
      ++seen;
    } else if (group == "detector") {
      for (const std::string& kind : kinds) {
        const auto found = find_detector(kind).value();
        for (const option& o : found.schema)
          if (o.name == key && key != "seed") {
            const std::string standard = std::holds_alternative<std::string>(o.standard)
                                             ? std::get<std::string>(o.standard)
                                             : json(std::get<std::vector<std::int64_t>>(o.standard)).dump(-1);
            EXPECT_EQ(r[3], standard) << r[0];
            ++seen;
          }
      }
    } else if (effective.contains(group) && effective[group].is_object() && r[3] != "required") {
      const json value = effective[group].value(key, json(nullptr));
      EXPECT_EQ(r[3], value.is_null()     ? "none"
                      : value.is_string() ? value.get<std::string>()
                                          : value.dump())
          << r[0];
      ++seen;
    }
  }
  EXPECT_GE(seen, 18u);
}

// The table of accelerators.md as its program writes values: 12 digits, lists in brackets.
std::string shown(const option_value& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        using type = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<type, bool>) {
          return v ? "true" : "false";
        } else if constexpr (std::is_same_v<type, std::string>) {
          return v;
        } else if constexpr (std::is_same_v<type, std::int64_t>) {
          return std::to_string(v);
        } else if constexpr (std::is_same_v<type, double>) {
          std::array<char, 32> digits{};
          std::snprintf(digits.data(), digits.size(), "%.12g", v);
          return digits.data();
        } else {
          std::string list;
          for (const auto& entry : v) list += (list.empty() ? "" : ", ") + shown(option_value(entry));
          return "[" + list + "]";
        }
      },
      value);
}

TEST(scenario_docs, accelerator_keys_are_those_of_the_schema) {
  const std::vector<row> rows = table("accelerators.md", "Keys");
  std::map<std::string, row> documented;
  for (const row& r : rows) documented[r[0]] = r;
  ASSERT_EQ(documented.size(), rows.size());
  EXPECT_EQ(rows.size(), accelerator_schema().size());
  for (const option& o : accelerator_schema()) {
    ASSERT_EQ(documented.count(o.name), 1u) << o.name;
    const row& r = documented[o.name];
    ASSERT_EQ(r.size(), 6u) << o.name;
    EXPECT_EQ(r[1], allowed(o)) << o.name;
    EXPECT_EQ(r[2], o.unit) << o.name;
    EXPECT_EQ(r[5], o.doc) << o.name;
    std::string elsewhere;
    const option_value& paper = accelerator_presets()[0].values.at(o.name);
    EXPECT_EQ(r[3], shown(paper)) << o.name;
    for (const accelerator_preset& p : accelerator_presets())
      if (const option_value& value = p.values.at(o.name); value != paper)
        elsewhere += (elsewhere.empty() ? "" : ", `") + p.name + "` " + shown(value);
    EXPECT_EQ(r[4], elsewhere) << o.name;
  }
}

}  // namespace
}  // namespace mho::sim
