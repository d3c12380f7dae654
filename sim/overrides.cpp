#include "overrides.hpp"

#include <algorithm>
#include <mho/mho.hpp>
#include <sstream>

#include "input_error.hpp"

namespace mho::sim {
namespace {

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> parts;
  std::stringstream in(path);
  for (std::string part; std::getline(in, part, '.');) parts.push_back(part);
  return parts;
}

// Keys whose values are strings, wherever they stand; the accelerators' come from their schema.
bool is_string_key(const std::string& path) {
  static const std::set<std::string> names{
      "title", "modulation",        "mapping", "modem", "channel", "draw",        "order",
      "file",  "snr_normalisation", "name",    "id",    "label",   "accelerator", "base"};
  const std::vector<std::string> parts = split(path);
  if (names.count(parts.back()) != 0) return true;
  for (const option& o : accelerator_schema())
    if (std::holds_alternative<std::string>(o.standard) && path.size() > o.name.size() &&
        path.compare(path.size() - o.name.size(), o.name.size(), o.name) == 0)
      return true;
  return false;
}

[[noreturn]] void refuse(const std::string& key, const std::string& what) {
  throw input_error("--set: " + key + ": " + what);
}

toml::table* detector_entry(toml::table& document, const std::string& which, const std::string& key) {
  toml::array* list = document["detector"].as_array();
  if (list == nullptr) refuse(key, "the scenario has no [[detector]]");
  const bool index =
      !which.empty() && which.find_first_not_of("0123456789") == std::string::npos && which.size() < 6;
  std::string known;
  for (std::size_t i = 0; i < list->size(); ++i) {
    toml::table* entry = (*list)[i].as_table();
    if (entry == nullptr) continue;
    const std::string id = entry->contains("id") ? (*entry)["id"].value_or(std::string())
                                                 : (*entry)["name"].value_or(std::string());
    if (index ? std::stoul(which) == i : id == which) return entry;
    known += (known.empty() ? "" : ", ") + std::to_string(i) + " (" + id + ")";
  }
  refuse(key, "no such detector; there are " + known);
}

// Keys under accelerator.NAME: a preset is read-only, so its variant NAME+ is written instead.
std::string make_variant(toml::table& document, const std::string& name) {
  if (toml::table* all = document["accelerator"].as_table(); all != nullptr && all->contains(name))
    return name;
  const auto presets = accelerator_presets();
  if (std::none_of(presets.begin(), presets.end(), [&](const auto& p) { return p.name == name; }))
    return name;
  std::string variant = name + "+";
  if (!document.contains("accelerator")) document.insert("accelerator", toml::table{});
  toml::table& all = *document["accelerator"].as_table();
  if (!all.contains(variant)) all.insert(variant, toml::table{{"base", name}});
  if (toml::array* list = document["detector"].as_array())
    for (toml::node& node : *list)
      if (toml::table* entry = node.as_table();
          entry != nullptr && (*entry)["accelerator"].value_or(std::string("paper")) == name)
        if (const auto kind = find_detector((*entry)["name"].value_or(std::string()));
            kind && kind->can.randomised)
          entry->insert_or_assign("accelerator", variant);
  return variant;
}

void insert_value(toml::table& table, const std::string& key, const std::string& leaf,
                  const std::string& text, bool verbatim) {
  if (verbatim) {
    table.insert_or_assign(leaf, text);
    return;
  }
  try {
    toml::table parsed = toml::parse("v = " + text + "\n");
    if (parsed.size() != 1) refuse(key, "must be one TOML value");
    parsed["v"].visit([&](auto& node) { table.insert_or_assign(leaf, node); });
  } catch (const toml::parse_error&) {
    refuse(key, "not a TOML value: " + text);
  }
}

}  // namespace

void apply_overrides(toml::table& document, const std::vector<std::string>& sets, toml_source& source) {
  for (const std::string& set : sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos || equals == 0) refuse(set, "must be KEY=VALUE");
    const std::string key = set.substr(0, equals), text = set.substr(equals + 1);
    std::vector<std::string> parts = split(key);
    if (parts.empty() || std::any_of(parts.begin(), parts.end(), [](const auto& p) { return p.empty(); }))
      refuse(key, "must be a dotted path");
    toml::table* table = &document;
    std::size_t at = 0;
    if (parts.size() > 2 && parts[0] == "detector") {
      table = detector_entry(document, parts[1], key);
      at = 2;
    } else if (parts.size() > 2 && parts[0] == "accelerator") {
      parts[1] = make_variant(document, parts[1]);
    }
    for (; at + 1 < parts.size(); ++at) {
      if (!table->contains(parts[at])) table->insert(parts[at], toml::table{});
      table = (*table)[parts[at]].as_table();
      if (table == nullptr) refuse(key, parts[at] + " is not a table");
    }
    insert_value(*table, key, parts.back(), text, is_string_key(key));
    std::string written = parts[0];
    for (std::size_t i = 1; i < parts.size(); ++i) written += "." + parts[i];
    source.overridden.insert(written);
  }
}

}  // namespace mho::sim
