#include "scenario_from_json.hpp"

#include <limits>

namespace mho::sim {

stop_settings stop_from(const json& j) {
  stop_settings s;
  if (!j.at("bit_errors").is_null()) s.bit_errors = count_of(j.at("bit_errors"));
  if (!j.at("relative_interval").is_null()) s.relative_interval = real_of(j.at("relative_interval"));
  s.min_bits = count_of(j.at("min_bits"));
  s.max_bits = count_of(j.at("max_bits"));
  if (!j.at("target_ber").is_null()) s.target_ber = real_of(j.at("target_ber"));
  return s;
}

scenario scenario_from(const json& file) {
  const json &j = file.at("scenario"), &link = j.at("link");
  scenario s;
  s.title = j.at("title").get<std::string>();
  s.link.rx = count_of(link.at("rx"));
  s.link.tx = count_of(link.at("tx"));
  s.link.modulation = link.at("modulation").get<std::string>();
  s.link.labels = link.at("mapping") == "paper" ? mapping::paper : mapping::three_gpp;
  s.link.modem = link.at("modem").get<std::string>();
  s.link.channel = link.at("channel").get<std::string>();
  for (const auto& [key, is] :
       {std::pair{"snr_db", snr_kind::snr_db}, std::pair{"es_n0_db", snr_kind::es_n0_db},
        std::pair{"eb_n0_db", snr_kind::eb_n0_db}}) {
    if (!link.contains(key)) continue;
    s.link.snr_is = is;
    for (const json& value : list_of(link.at(key)))
      s.link.snr.push_back(value.is_null() ? std::numeric_limits<double>::infinity() : real_of(value));
  }
  s.link.snr_normalisation = link.at("snr_normalisation").get<std::string>();
  s.link.uses_per_channel = count_of(link.at("uses_per_channel"));
  s.link.draw = link.at("draw").get<std::string>();
  for (const auto& [key, value] : j.at("channel").items()) {
    if (key == "realisations")
      s.channel.realisations = value.is_null() ? 0 : count_of(value);
    else if (key == "seed" && !value.is_null())
      s.channel.seed = count_of(value);
    else if (value.is_number_float())
      s.channel.model[key] = value.get<double>();
    else if (value.is_number())
      s.channel.model[key] = value.get<std::int64_t>();
    else if (value.is_boolean())
      s.channel.model[key] = value.get<bool>();
    else if (value.is_string())
      s.channel.model[key] = value.get<std::string>();
  }
  s.stop = stop_from(j.at("stop"));
  s.seed = count_of(file.at("seed"));
  return s;
}

}  // namespace mho::sim
