#include "accelerator_arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <mho/mho.hpp>

#include "input_error.hpp"
#include "key_names.hpp"
#include "level_table.hpp"
#include "overrides.hpp"

namespace mho::sim {

options parameter_overrides(const std::string& accelerator, const std::vector<std::string>& sets,
                            accelerator_variant chosen) {
  options& given = chosen.values;
  std::string table_file;
  const std::string prefix = "accelerator." + accelerator.substr(accelerator.rfind(':') + 1) + ".";
  for (const std::string& set : sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos) throw input_error("--set: " + set + ": must be KEY=VALUE");
    std::string key = set.substr(0, equals);
    const std::string text = set.substr(equals + 1);
    if (key.rfind(prefix, 0) == 0) key.erase(0, prefix.size());
    if (key == table_file_key) {
      table_file = string_value(text);
      continue;
    }
    const auto schema = accelerator_schema();
    const auto entry =
        std::find_if(schema.begin(), schema.end(), [&](const option& o) { return o.name == key; });
    if (entry == schema.end()) {
      std::vector<std::string> known = accelerator_keys();
      known.erase(known.begin());  // base: that is --accelerator
      throw input_error("--set: " + key + ": unknown key; " + nearest_keys(key, known));
    }
    const bool is_string = std::holds_alternative<std::string>(entry->standard);
    toml::table parsed;
    try {
      parsed = is_string ? toml::table{{"v", string_value(text)}} : toml::parse("v = " + text + "\n");
    } catch (const toml::parse_error&) {
      throw input_error("--set: " + key + ": must be " + allowed(*entry) + zero_hint(text));
    }
    const toml::node* node = parsed.get("v");
    const auto value = to_option(*node, entry->standard);
    if (!value || !complete({&*entry, 1}, {{key, *value}}))
      throw input_error("--set: " + key + ": " + must_be(*entry, *node));
    given[key] = *value;
  }
  if (!table_file.empty()) {
    for (const char* list : {"low", "high"})  // which the file need not have
      given["device.table_" + std::string(list) + "_siemens"] = std::vector<double>{};
    for (const auto& [key, value] : read_level_table(table_file, levels_of(chosen))) given[key] = value;
  }
  return given;
}

options accelerator_parameters(const std::string& accelerator, const std::vector<std::string>& sets) {
  if (accelerator.size() > 5 && accelerator.rfind(".toml") == accelerator.size() - 5)
    throw input_error("--accelerator: must be " + accelerator + ":NAME, for its table [accelerator.NAME]");
  const accelerator_variant chosen = find_accelerator(accelerator);
  const std::vector<std::string> presets = preset_names();
  if (std::find(presets.begin(), presets.end(), chosen.base) == presets.end())
    throw input_error("--accelerator: unknown accelerator " + chosen.base + "; must be one of " +
                      fmt::format("{}", fmt::join(presets, ", ")) + ", or FILE.toml:NAME; the nearest is " +
                      nearest_choice(chosen.base, presets));
  result<options> parameters =
      accelerator_options(chosen.base, parameter_overrides(accelerator, sets, chosen));
  if (!parameters) throw input_error("--accelerator: " + parameters.message());
  const std::string file = std::string(table_file_key) + "=";
  if (std::any_of(sets.begin(), sets.end(), [&](const std::string& s) { return s.find(file) != s.npos; }))
    if (const std::string why = table_file_problem(parameters); !why.empty())
      throw input_error("--set: " + std::string(table_file_key) + ": " + why);
  return std::move(*parameters);
}

}  // namespace mho::sim
