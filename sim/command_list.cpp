#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <mho/mho.hpp>

#include "channels/channel.hpp"
#include "commands.hpp"
#include "input_error.hpp"
#include "lists.hpp"
#include "plugin.hpp"

namespace mho::sim {
namespace {

json value_json(const option_value& value) {
  return std::visit(
      [](const auto& v) -> json {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, double>)
          return std::isfinite(v) ? json(v) : json(nullptr);
        else
          return v;
      },
      value);
}

json option_json(const option& o) {
  const auto bound = [](double v) { return std::isfinite(v) ? json(v) : json(nullptr); };
  return {{"name", o.name},       {"type", type_name(o.standard)},
          {"unit", o.unit},       {"default", o.inherits ? json(nullptr) : value_json(o.standard)},
          {"low", bound(o.low)},  {"high", bound(o.high)},
          {"choices", o.choices}, {"allowed", allowed(o)},
          {"doc", o.doc}};
}

json detectors_json() {
  json list = json::array();
  for (const detector_kind& kind : detector_kinds()) {
    json schema = json::array();
    for (const option& o : kind.schema) schema.push_back(option_json(o));
    list.push_back({{"name", kind.name},
                    {"doc", kind.summary},
                    {"linear", kind.can.linear},
                    {"more_tx_than_rx", kind.can.more_tx_than_rx},
                    {"randomised", kind.can.randomised},
                    {"options", schema}});
  }
  return list;
}

json accelerators_json() {
  json list = json::array();
  for (const accelerator_preset& preset : accelerator_presets()) {
    json values = json::object();
    for (const option& o : accelerator_schema()) values[o.name] = value_json(preset.values.at(o.name));
    list.push_back({{"name", preset.name}, {"doc", preset.doc}, {"parameters", values}});
  }
  return list;
}

// Every parameter that a preset sets, or a variant of one.
json accelerator_options_json() {
  json list = json::array();
  for (const option& o : accelerator_schema()) list.push_back(option_json(o));
  return list;
}

json channels_json() {
  json list = json::array();
  for (const channel_kind& kind : channel_kinds()) {
    json entries = json::array();
    for (const option& o : kind.schema) entries.push_back(option_json(o));
    list.push_back({{"name", kind.name}, {"doc", kind.doc}, {"options", std::move(entries)}});
  }
  return list;
}

json modulations_json() {
  json list = json::array();
  for (const char* name : {"qpsk", "16qam", "64qam", "256qam", "1024qam", "4096qam"}) {
    const constellation c = constellation::parse(name).value();
    list.push_back({{"name", name}, {"doc", fmt::format("{} points, {} bits a symbol", c.size(), c.bits())}});
  }
  return list;
}

json targets_json() {
  json list = json::array();
  for (const target_info& t : targets()) {
    std::string doc = fmt::format("{} FP32 {} a vector{}", t.lanes, t.lanes == 1 ? "number" : "numbers",
                                  t.fused ? ", fused multiply-add" : "");
    doc += t.standard ? "; in use" : t.usable ? "; this machine has it" : "; not on this machine";
    list.push_back({{"name", t.name},
                    {"doc", doc},
                    {"lanes", t.lanes},
                    {"fused", t.fused},
                    {"usable", t.usable},
                    {"in_use", t.standard}});
  }
  return list;
}

// What the environment variable MHO_TARGET does, and did.
std::string target_note() {
  const std::vector<std::string> choices = target_choices();
  std::string note =
      "  The environment variable MHO_TARGET names the one to use; a detector's option target (" +
      fmt::format("{}", fmt::join(choices, ", ")) + ") overrides it.\n";
  const char* wanted = std::getenv("MHO_TARGET");
  if (wanted == nullptr) return note;
  const std::vector<target_info> all = targets();
  const bool heard = std::any_of(all.begin(), all.end(),
                                 [&](const target_info& t) { return t.standard && t.name == wanted; });
  return note + fmt::format("  MHO_TARGET={} {}.\n", wanted,
                            heard ? "is in use" : "was ignored: no such target, or not on this machine");
}

// A number that JSON cannot write is infinite.
std::string shown(const json& value) {
  return value.is_null() ? "inf" : value.is_string() ? value.get<std::string>() : value.dump();
}

// The first preset in full, of the others what differs.
void print_parameters(const json& entry, const json& first) {
  for (const option& o : accelerator_schema()) {
    const json& value = entry["parameters"][o.name];
    if (entry != first && value == first["parameters"][o.name]) continue;
    fmt::print("      {:<42} {:<10} {:<4} {}\n", o.name, shown(value), o.unit, o.doc);
  }
  if (entry != first) fmt::print("      all else as in {}\n", first["name"].get<std::string>());
}

// What an accelerator's detector takes besides its own options: they would fill the page three times.
void print_inherited(const json& kind) {
  std::size_t count = 0;
  if (kind.contains("options"))
    for (const json& o : kind["options"]) count += o["default"].is_null() ? 1 : 0;
  if (count > 0)
    fmt::print(
        "      and the {} parameters of mho list accelerators (array.size, ..): in a scenario's "
        "[accelerator.NAME], by --set accelerator.NAME.KEY=VALUE, or as options in C++\n",
        count);
}

void print_section(const std::string& what, const json& list) {
  fmt::print("{}\n", what);
  for (const json& entry : list) {
    fmt::print("  {:<14} {}\n", entry["name"].get<std::string>(), entry["doc"].get<std::string>());
    if (entry.contains("parameters")) print_parameters(entry, list[0]);
    if (entry.contains("options"))
      for (const json& o : entry["options"])
        if (!o["default"].is_null())
          fmt::print("      {:<28} {:<10} {:<4} {}\n", o["name"].get<std::string>(), shown(o["default"]),
                     o["unit"].get<std::string>(), o["doc"].get<std::string>());
    print_inherited(entry);
  }
}

}  // namespace

json lists(const std::string& what) {
  const std::vector<std::pair<std::string, json (*)()>> sections{{"detectors", detectors_json},
                                                                 {"accelerators", accelerators_json},
                                                                 {"channels", channels_json},
                                                                 {"modulations", modulations_json},
                                                                 {"targets", targets_json}};
  json all;
  for (const auto& [name, make] : sections)
    if (what.empty() || what == name) all[name] = make();
  if (all.contains("accelerators")) all["accelerator_options"] = accelerator_options_json();
  return all;
}

int command_list(const list_arguments& a) {
  load_plugins(a.plugins);
  json all = lists(a.what);
  if (a.as_json) {
    std::fputs(text_of(all).c_str(), stdout);
  } else {
    all.erase("accelerator_options");
    for (const auto& [name, list] : all.items()) {
      print_section(name, list);
      if (name == "targets") fmt::print("{}", target_note());
    }
  }
  return 0;
}

}  // namespace mho::sim
