#include "accelerator_arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <mho/mho.hpp>

#include "accelerator_reader.hpp"
#include "input_error.hpp"
#include "overrides.hpp"

namespace mho::sim {
namespace {

options read_sets(const std::string& accelerator, const std::vector<std::string>& sets, options given) {
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

}  // namespace

options accelerator_parameters(const std::string& accelerator, const std::vector<std::string>& sets) {
  const accelerator_variant chosen = find_accelerator(accelerator);
  const std::vector<std::string> presets = preset_names();
  if (std::find(presets.begin(), presets.end(), chosen.base) == presets.end())
    throw input_error("--accelerator: unknown accelerator " + chosen.base + "; must be one of " +
                      fmt::format("{}", fmt::join(presets, ", ")) + ", or FILE.toml:NAME; the nearest is " +
                      nearest_choice(chosen.base, presets));
  result<options> parameters = accelerator_options(chosen.base, read_sets(accelerator, sets, chosen.values));
  if (!parameters) throw input_error("--accelerator: " + parameters.message());
  return std::move(*parameters);
}

}  // namespace mho::sim
