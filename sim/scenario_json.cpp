#include <cmath>
#include <mho/analog.hpp>
#include <variant>

#include "estimation.hpp"
#include "plugin.hpp"
#include "references.hpp"
#include "result_file.hpp"

namespace mho::sim {
namespace {

json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

json to_json(const option_value& value) {
  return std::visit(
      [](const auto& v) -> json {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, double>)
          return number(v);
        else
          return v;
      },
      value);
}

json detector_json(const detector_settings& d, const std::string& reference) {
  json j{{"id", d.id}, {"label", d.label}, {"name", d.spec.name}};
  j["reference"] = reference.empty() ? json(nullptr) : json(reference);
  // Another build of a plugin may be another detector: --resume, ranks and shards are not mixed of two.
  if (const auto plugin = plugin_of(d.spec.name))
    j["plugin"] = {{"file", plugin->file}, {"digest", plugin->digest}};
  if (d.accelerator.empty()) {
    if (const auto kind = find_detector(d.spec.name))
      for (const option& o : kind->schema) {
        const auto given = d.spec.values.find(o.name);
        j[o.name] = to_json(given != d.spec.values.end() ? given->second : o.standard);
      }
    return j;
  }
  j["accelerator"] = d.accelerator;
  j["cycles"] = d.cycles;
  // Every parameter as it is used, and what differs from the preset.
  options overridden = d.spec.values;
  const std::string base = std::get<std::string>(
      overridden.count("accelerator") != 0 ? overridden["accelerator"] : option_value("paper"));
  j["seed"] = to_json(overridden.at("seed"));
  for (const char* own : {"accelerator", "cycles", "seed"}) overridden.erase(own);
  j["base"] = base;
  json parameters = json::object(), differs = json::array();
  const options preset = accelerator_options(base).value(),
                used = accelerator_options(base, overridden).value();
  for (const auto& [name, value] : used) {
    parameters[name] = to_json(value);
    if (preset.at(name) != value) differs.push_back(name);
  }
  j["parameters"] = parameters;
  j["differs"] = differs;
  return j;
}

}  // namespace

json to_json(const scenario& s) {
  json j;
  j["title"] = s.title;
  json& link = j["link"];
  link["rx"] = s.link.rx;
  link["tx"] = s.link.tx;
  link["modulation"] = s.link.modulation;
  link["mapping"] = s.link.labels == mapping::paper ? "paper" : "3gpp";
  link["modem"] = s.link.modem;
  link["channel"] = s.link.channel;
  json snr = json::array();
  for (const double value : s.link.snr) snr.push_back(number(value));
  link[s.link.snr_is == snr_kind::snr_db     ? "snr_db"
       : s.link.snr_is == snr_kind::es_n0_db ? "es_n0_db"
                                             : "eb_n0_db"] = snr;
  link["snr_normalisation"] = s.link.snr_normalisation;
  link["uses_per_channel"] = s.link.uses_per_channel;
  link["draw"] = s.link.draw;
  link["estimator"] = s.link.estimator;
  json& channel = j["channel"];
  channel["realisations"] = s.channel.realisations > 0 ? json(s.channel.realisations) : json(nullptr);
  for (const auto& [name, value] : s.channel.model) channel[name] = to_json(value);
  if (!s.channel.digest.empty()) channel["digest"] = s.channel.digest;
  channel["seed"] = s.channel.seed ? json(*s.channel.seed) : json(nullptr);
  json& estimation = j["estimation"];
  for (const option& o : channel_estimator::schema()) {
    const auto given = s.estimation.find(o.name);
    estimation[o.name] = to_json(given != s.estimation.end() ? given->second : o.standard);
  }
  json& stop = j["stop"];
  stop["bit_errors"] = s.stop.bit_errors ? json(*s.stop.bit_errors) : json(nullptr);
  stop["relative_interval"] = s.stop.relative_interval ? json(*s.stop.relative_interval) : json(nullptr);
  stop["min_bits"] = s.stop.min_bits;
  stop["max_bits"] = s.stop.max_bits;
  stop["target_ber"] = s.stop.target_ber ? json(*s.stop.target_ber) : json(nullptr);
  if (s.image) {
    j["image"] = {{"file", s.image->file}, {"order", s.image->order}};
    if (!s.image->checksum.empty()) j["image"]["checksum"] = s.image->checksum;
  }
  j["detector"] = json::array();
  for (std::size_t d = 0; d < s.detectors.size(); ++d)
    j["detector"].push_back(detector_json(s.detectors[d], reference_of(s, d)));
  return j;
}

}  // namespace mho::sim
