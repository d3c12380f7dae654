#include "detect_options.hpp"

#include <algorithm>
#include <mho/mho.hpp>

#include "accelerator_arguments.hpp"
#include "input_error.hpp"
#include "key_names.hpp"
#include "overrides.hpp"
#include "toml_reader.hpp"

namespace mho::sim {
namespace {

std::vector<option> demapping_schema() {
  return {text("modulation", "", {"qpsk", "16qam", "64qam", "256qam", "1024qam", "4096qam"}),
          text("mapping", "3gpp", {"3gpp", "paper"}), text("demapper", "max_log", {"max_log", "exact"})};
}

std::string without(const std::string& prefix, const std::string& key) {
  return key.rfind(prefix, 0) == 0 ? key.substr(prefix.size()) : key;
}

}  // namespace

detect_settings read_detect_settings(const detect_arguments& a) {
  const result<detector_kind> kind = find_detector(a.detector);
  if (!kind) throw input_error("--detector: " + kind.message());
  std::vector<option> own = demapping_schema();
  const auto of_demapping = static_cast<std::ptrdiff_t>(own.size());
  bool has_accelerator = false, has_seed = false;
  for (const option& o : kind->schema) {
    has_accelerator = has_accelerator || o.name == "accelerator";
    has_seed = has_seed || o.name == "seed";
    if (!o.inherits && o.name != "accelerator" && o.name != "seed") own.push_back(o);
  }
  if (!a.accelerator.empty() && !has_accelerator)
    throw input_error("--accelerator: detector " + a.detector + " has none");
  detect_settings s;
  s.accelerator = !has_accelerator ? "" : a.accelerator.empty() ? "paper" : a.accelerator;

  const std::string prefix = "accelerator." + s.accelerator.substr(s.accelerator.rfind(':') + 1) + ".";
  std::vector<std::string> known, of_accelerator;
  for (const option& o : own) known.push_back(o.name);
  if (has_accelerator)
    for (const std::string& key : accelerator_keys())
      if (key != "base") known.push_back(key);
  options given, demapping;
  for (const std::string& set : a.sets) {
    const assignment one = split_set(set);
    const auto entry =
        std::find_if(own.begin(), own.end(), [&](const option& o) { return o.name == one.key; });
    if (entry != own.end())
      (entry - own.begin() < of_demapping ? demapping : given)[one.key] = option_of(*entry, one);
    else if (has_accelerator &&
             std::find(known.begin(), known.end(), without(prefix, one.key)) != known.end())
      of_accelerator.push_back(set);
    else if (one.key == "seed" || one.key == "accelerator")
      throw input_error("--set: " + one.key + ": is --" + one.key + " here");
    else
      throw input_error("--set: " + one.key + ": unknown key; " + nearest_keys(one.key, known));
  }
  if (has_accelerator) {
    given.merge(accelerator_parameters(s.accelerator, of_accelerator));
    given["accelerator"] = find_accelerator(s.accelerator).base;
  }
  if (has_seed) given["seed"] = static_cast<std::int64_t>(a.seed);
  s.spec = detector_spec(a.detector, std::move(given));

  const auto name = [&](const char* key, const std::string& standard) {
    const auto found = demapping.find(key);
    return found != demapping.end() ? string_of(found->second) : standard;
  };
  s.modulation = name("modulation", "");
  s.mapping = name("mapping", s.mapping);
  s.demapper = name("demapper", s.demapper);
  if (s.modulation.empty() && !demapping.empty())
    throw input_error("--set: " + demapping.begin()->first + ": needs --set modulation=16qam, say");
  if (s.demapper == "exact") s.rule = mho::demapper::exact;
  if (!s.modulation.empty())
    s.symbols = constellation::parse(s.modulation,
                                     s.mapping == "paper" ? mho::mapping::paper : mho::mapping::three_gpp)
                    .value();
  return s;
}

}  // namespace mho::sim
