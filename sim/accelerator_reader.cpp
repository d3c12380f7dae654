#include "accelerator_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <mho/mho.hpp>

#include "input_error.hpp"
#include "key_names.hpp"
#include "level_table.hpp"

namespace mho::sim {
namespace {

// Dotted parameters of an [accelerator.NAME] table, nested as TOML nests them. table_file: the node of that
// key, if it is there.
void flatten(const toml::table& table, const std::string& prefix, const std::string& path,
             const toml_source& source, options& values, const toml::node*& table_file) {
  const auto schema = accelerator_schema();
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (prefix.empty() && name == "base") continue;
    if (const toml::table* inner = node.as_table()) {
      flatten(*inner, name + ".", path, source, values, table_file);
      continue;
    }
    if (name == table_file_key) {
      table_file = &node;
      continue;
    }
    const auto entry =
        std::find_if(schema.begin(), schema.end(), [&](const option& o) { return o.name == name; });
    const std::string full = path + "." + name;
    if (entry == schema.end())
      source.fail(full, &node, "unknown key; " + nearest_keys(name, accelerator_keys()));
    const auto value = to_option(node, entry->standard);
    if (!value || !complete(schema, {{name, *value}})) source.fail(full, &node, must_be(*entry, node));
    values[name] = *value;
  }
}

// The levels of a CSV file that the table names, relative to its own folder, or to the working directory if
// --set wrote the key.
void add_level_table(const toml::node& file, const std::string& path, const toml_source& source,
                     accelerator_variant& v) {
  const std::string full = path + "." + table_file_key;
  const auto text = file.value_exact<std::string>();
  if (!text) source.fail(full, &file, "must be a string: the path of a CSV file");
  for (const char* list : {"device.table_mean_siemens", "device.table_sigma_siemens",
                           "device.table_low_siemens", "device.table_high_siemens"})
    if (v.values.count(list) != 0) source.fail(full, &file, std::string("only one of it and ") + list);
  const std::filesystem::path folder =
      source.overridden.count(full) != 0 ? "" : std::filesystem::path(source.file).parent_path();
  const std::string csv = (folder / *text).string();
  if (!std::filesystem::is_regular_file(csv)) source.fail(full, &file, "no such file: " + csv);
  v.values.merge(read_level_table(csv, levels_of(v)));
  if (const std::string why = table_file_problem(accelerator_options(v.base, v.values)); !why.empty())
    source.fail(full, &file, why);
}

// What is wrong between the keys of a variant, at the key that the library names.
void check_variant(const toml::table& table, const std::string& path, const toml_source& source,
                   const accelerator_variant& v) {
  const result<options> made = accelerator_options(v.base, v.values);
  if (made) return;
  const std::size_t colon = made.message().find(": ");
  const std::string key = made.message().substr(0, colon);
  const toml::node* at = table.at_path(key).node();
  source.fail(path + "." + key, at != nullptr ? at : &table, made.message().substr(colon + 2));
}

}  // namespace

std::size_t levels_of(const accelerator_variant& v) {
  const std::string key = "device.levels";
  option_value levels = std::int64_t{0};
  for (const accelerator_preset& p : accelerator_presets())
    if (p.name == v.base) levels = p.values.at(key);
  if (const auto given = v.values.find(key); given != v.values.end()) levels = given->second;
  return static_cast<std::size_t>(std::get<std::int64_t>(levels));
}

std::vector<std::string> accelerator_keys() {
  std::vector<std::string> keys{"base", table_file_key};
  for (const option& o : accelerator_schema()) keys.push_back(o.name);
  return keys;
}

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
    const toml::node* table_file = nullptr;
    flatten(*node.as_table(), "", path, source, v.values, table_file);
    if (table_file != nullptr) add_level_table(*table_file, path, source, v);
    check_variant(*node.as_table(), path, source, v);
    variants.emplace(name, std::move(v));
  }
  return variants;
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
