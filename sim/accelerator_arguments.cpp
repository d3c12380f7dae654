#include "accelerator_arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <mho/mho.hpp>
#include <optional>

#include "input_error.hpp"
#include "key_names.hpp"
#include "level_table.hpp"
#include "overrides.hpp"

namespace mho::sim {

options parameter_overrides(const std::string& accelerator, const std::vector<std::string>& sets,
                            accelerator_variant chosen) {
  options& given = chosen.values;
  std::optional<std::string> table_file;
  const std::string prefix = "accelerator." + accelerator.substr(accelerator.rfind(':') + 1) + ".";
  for (const std::string& set : sets) {
    assignment one = split_set(set);
    std::string& key = one.key;
    if (key.rfind(prefix, 0) == 0) key.erase(0, prefix.size());
    if (key == table_file_key) {
      table_file = string_value(one.text);
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
    given[key] = option_of(*entry, one);
  }
  if (table_file) {
    for (const char* list : {"low", "high"})  // which the file need not have
      given["device.table_" + std::string(list) + "_siemens"] = std::vector<double>{};
    for (const auto& [key, value] : read_level_table(*table_file, levels_of(chosen))) given[key] = value;
    if (const std::string why = table_file_problem(accelerator_options(chosen.base, given)); !why.empty())
      throw input_error("--set: " + std::string(table_file_key) + ": " + why);
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
  return std::move(*parameters);
}

}  // namespace mho::sim
