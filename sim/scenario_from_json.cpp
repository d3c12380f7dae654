#include "scenario_from_json.hpp"

#include <limits>

#include "channels/channel.hpp"
#include "estimation.hpp"

namespace mho::sim {
namespace {

// As the type of `like`.
option_value value_from(const json& j, const option_value& like) {
  return std::visit(
      [&](const auto& v) -> option_value {
        using type = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<type, double>)
          return j.is_null() ? std::numeric_limits<double>::infinity() : real_of(j);
        else
          return j.get<type>();
      },
      like);
}

options options_from(const json& table, std::span<const option> schema) {
  options values;
  for (const option& o : schema)
    values[o.name] = table.contains(o.name) ? value_from(table.at(o.name), o.standard) : o.standard;
  return values;
}

}  // namespace

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
  s.link.estimator = link.at("estimator").get<std::string>();
  const json& channel = j.at("channel");
  if (!channel.at("realisations").is_null()) s.channel.realisations = count_of(channel.at("realisations"));
  if (!channel.at("seed").is_null()) s.channel.seed = count_of(channel.at("seed"));
  if (const channel_kind* kind = find_channel(s.link.channel))
    s.channel.model = options_from(channel, kind->schema);
  if (j.contains("estimation")) s.estimation = options_from(j.at("estimation"), channel_estimator::schema());
  s.stop = stop_from(j.at("stop"));
  s.seed = count_of(file.at("seed"));
  return s;
}

}  // namespace mho::sim
