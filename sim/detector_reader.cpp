#include "detector_reader.hpp"

#include <algorithm>
#include <functional>
#include <mho/mho.hpp>

#include "key_names.hpp"

namespace mho::sim {
namespace {

// Why a kind does not have a key, for those who know it from elsewhere.
std::string foreign_option(const std::string& key, const detector_kind& kind) {
  std::vector<std::string> own{"name", "id", "label", "reference"}, others;
  bool of_accelerator = false;
  for (const option& o : kind.schema) {
    if (!o.inherits) own.push_back(o.name);
    of_accelerator = of_accelerator || (o.inherits && (o.name == key || o.name.rfind(key + ".", 0) == 0));
  }
  if (of_accelerator)
    return "is a parameter of the accelerator; it stands in a table [accelerator.NAME], and accelerator = "
           "\"NAME\" here";
  for (const detector_kind& other : detector_kinds())
    if (std::any_of(other.schema.begin(), other.schema.end(),
                    [&](const option& o) { return o.name == key && !o.inherits; }))
      others.push_back(other.name);
  if (others.empty()) return "unknown key; " + nearest_keys(key, own);
  const auto join = [](const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    return list;
  };
  return "is an option of " + join(others) + "; " + kind.name + " has " + join(own);
}

// Without a name no kind tells which keys are known: those of any.
[[noreturn]] void fail_without_name(const table_reader& t) {
  std::vector<std::string> known{"name", "id", "label", "reference"};
  for (const detector_kind& kind : detector_kinds())
    for (const option& o : kind.schema)
      if (!o.inherits) known.push_back(o.name);
  if (const auto key = t.unknown(known)) t.fail(*key, "unknown key; " + nearest_keys(*key, known));
  t.fail("name", "missing; see mho list detectors");
}

}  // namespace

detector_settings read_detector(table_reader& t, const std::map<std::string, accelerator_variant>& variants,
                                std::uint64_t seed, bool& takes_more_tx) {
  detector_settings d;
  if (!t.has("name")) fail_without_name(t);
  const std::string name = string_of(t.get_or(text("name", "")));
  const result<detector_kind> kind = find_detector(name);
  if (!kind) t.fail("name", kind.message());
  takes_more_tx = kind->can.more_tx_than_rx;
  d.id = string_of(t.get_or(text("id", "")));
  d.label = string_of(t.get_or(text("label", "")));
  d.reference = string_of(t.get_or(text("reference", "")));
  options given;
  std::vector<std::string> inherited;
  option_value standard_cycles;
  for (const option& o : kind->schema) {
    if (o.name == "cycles") standard_cycles = o.standard;
    if (o.inherits) {
      inherited.push_back(o.name);
      continue;
    }
    option entry = o;
    if (o.name == "accelerator")
      for (const auto& [variant, values] : variants) entry.choices.push_back(variant);
    if (const auto value = t.get(entry)) given[o.name] = *value;
  }
  if (!inherited.empty()) {  // an accelerator's detector
    const auto chosen = given.find("accelerator");
    d.accelerator = chosen != given.end() ? string_of(chosen->second) : "paper";
    if (const auto variant = variants.find(d.accelerator); variant != variants.end()) {
      given["accelerator"] = variant->second.base;
      for (const auto& [key, value] : variant->second.values) given[key] = value;
    }
    if (given.find("seed") == given.end()) given["seed"] = static_cast<std::int64_t>(seed);
    if (given.find("cycles") == given.end()) given["cycles"] = standard_cycles;
    d.cycles = std::get<std::vector<std::int64_t>>(given["cycles"]);
    if (std::adjacent_find(d.cycles.begin(), d.cycles.end(), std::greater_equal<>()) != d.cycles.end())
      t.fail("cycles", "must be ascending");
  }
  if (const auto key = t.unknown()) t.fail(*key, foreign_option(*key, *kind));
  t.finish();
  d.spec = detector_spec(name, std::move(given));
  if (d.id.empty()) d.id = d.accelerator.empty() ? name : name + "-" + d.accelerator;
  if (d.id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+") !=
      std::string::npos)
    t.fail("id", "must be of letters, digits and - _ . +");
  if (d.label.empty()) d.label = d.accelerator.empty() ? name : name + " (" + d.accelerator + ")";
  return d;
}

std::vector<std::string> curve_ids(const detector_settings& d) {
  if (d.cycles.empty()) return {d.id};
  std::vector<std::string> ids;
  for (const std::int64_t cycle : d.cycles) ids.push_back(d.id + "-c" + std::to_string(cycle));
  return ids;
}

}  // namespace mho::sim
