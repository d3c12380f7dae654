#include "accelerator_reader.hpp"

#include <algorithm>
#include <mho/mho.hpp>

#include "input_error.hpp"
#include "overrides.hpp"

namespace mho::sim {
namespace {

// Dotted parameters of an [accelerator.NAME] table, nested as TOML nests them.
void flatten(const toml::table& table, const std::string& prefix, const std::string& path,
             const toml_source& source, options& values) {
  const auto schema = accelerator_schema();
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (prefix.empty() && name == "base") continue;
    if (const toml::table* inner = node.as_table()) {
      flatten(*inner, name + ".", path, source, values);
      continue;
    }
    const auto entry =
        std::find_if(schema.begin(), schema.end(), [&](const option& o) { return o.name == name; });
    const std::string full = path + "." + name;
    if (entry == schema.end()) {
      std::vector<std::string> known{"base"};
      for (const option& o : schema) known.push_back(o.name);
      source.fail(full, &node, "unknown key; the nearest known one is " + nearest_choice(name, known));
    }
    const auto value = to_option(node, entry->standard);
    if (!value || !complete(schema, {{name, *value}})) source.fail(full, &node, must_be(*entry, node));
    values[name] = *value;
  }
}

}  // namespace

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const accelerator_preset& p : accelerator_presets()) names.push_back(p.name);
  return names;
}

std::map<std::string, accelerator_variant> read_accelerators(const toml::table* all,
                                                             const toml_source& source) {
  const std::vector<std::string> presets = preset_names();
  std::map<std::string, accelerator_variant> variants;
  if (all == nullptr) return variants;
  for (const auto& [key, node] : *all) {
    const std::string name(key.str()), path = "accelerator." + name;
    if (!node.is_table()) source.fail(path, &node, "must be a table");
    if (std::find(presets.begin(), presets.end(), name) != presets.end())
      source.fail(path, &node, "presets are read-only; choose another name and give base = \"" + name + "\"");
    table_reader one(source, *node.as_table(), path);
    accelerator_variant v;
    option base{"base", std::string("paper"), "", ""};
    base.choices = presets;
    v.base = std::get<std::string>(one.get_or(base));
    flatten(*node.as_table(), "", path, source, v.values);
    variants.emplace(name, std::move(v));
  }
  return variants;
}

options parameter_overrides(const std::string& accelerator, const std::vector<std::string>& sets,
                            options given) {
  const std::string prefix = "accelerator." + accelerator.substr(accelerator.rfind(':') + 1) + ".";
  for (const std::string& set : sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos) throw input_error("--set: " + set + ": must be KEY=VALUE");
    std::string key = set.substr(0, equals);
    const std::string text = set.substr(equals + 1);
    if (key.rfind(prefix, 0) == 0) key.erase(0, prefix.size());
    const auto schema = accelerator_schema();
    const auto entry =
        std::find_if(schema.begin(), schema.end(), [&](const option& o) { return o.name == key; });
    if (entry == schema.end()) {
      std::vector<std::string> known;
      for (const option& o : schema) known.push_back(o.name);
      throw input_error("--set: " + key + ": unknown key; the nearest known one is " +
                        nearest_choice(key, known));
    }
    const bool is_string = std::holds_alternative<std::string>(entry->standard);
    toml::table parsed;
    try {
      parsed = is_string ? toml::table{{"v", string_value(text)}} : toml::parse("v = " + text + "\n");
    } catch (const toml::parse_error&) {
      throw input_error("--set: " + key + ": must be " + allowed(*entry));
    }
    const toml::node* node = parsed.get("v");
    const auto value = to_option(*node, entry->standard);
    if (!value || !complete({&*entry, 1}, {{key, *value}}))
      throw input_error("--set: " + key + ": " + must_be(*entry, *node));
    given[key] = *value;
  }
  return given;
}

accelerator_variant find_accelerator(const std::string& name) {
  const std::size_t colon = name.rfind(".toml:");
  if (colon == std::string::npos) return {name, {}};
  const std::string path = name.substr(0, colon + 5), wanted = name.substr(colon + 6);
  const toml::table document = parse_toml(path);
  const toml_source source{path, {}, nullptr};
  const toml::node* all = document.get("accelerator");
  if (all != nullptr && !all->is_table()) source.fail("accelerator", all, "must be a table");
  const auto variants = read_accelerators(all != nullptr ? all->as_table() : nullptr, source);
  if (const auto found = variants.find(wanted); found != variants.end()) return found->second;
  std::string known;
  std::vector<std::string> names;
  for (const auto& [key, variant] : variants) {
    known += (known.empty() ? "" : ", ") + key;
    names.push_back(key);
  }
  std::string what = "the file has none";
  if (!names.empty()) what = "there are " + known;
  if (names.size() > 1) what += "; the nearest is " + nearest_choice(wanted, names);
  throw input_error(path + ": accelerator." + wanted + ": no such table; " + what);
}

}  // namespace mho::sim
