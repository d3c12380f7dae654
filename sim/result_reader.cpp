#include "result_reader.hpp"

#include <filesystem>

#include "channels/channel.hpp"
#include "files.hpp"
#include "input_error.hpp"

namespace mho::sim {
namespace {

std::size_t size_from(const json& j) { return static_cast<std::size_t>(count_of(j)); }

link_settings link_from(const json& j) {
  link_settings l;
  l.rx = size_from(j.at("rx"));
  l.tx = size_from(j.at("tx"));
  l.modulation = j.at("modulation").get<std::string>();
  l.labels = j.at("mapping").get<std::string>() == "paper" ? mapping::paper : mapping::three_gpp;
  l.modem = j.at("modem").get<std::string>();
  l.channel = j.at("channel").get<std::string>();
  l.snr_is = j.contains("es_n0_db")   ? snr_kind::es_n0_db
             : j.contains("eb_n0_db") ? snr_kind::eb_n0_db
                                      : snr_kind::snr_db;
  l.snr_normalisation = j.at("snr_normalisation").get<std::string>();
  l.uses_per_channel = size_from(j.at("uses_per_channel"));
  l.draw = j.at("draw").get<std::string>();
  return l;
}

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

channel_settings channel_from(const json& j, const std::string& kind) {
  channel_settings c;
  if (!j.at("realisations").is_null()) c.realisations = size_from(j.at("realisations"));
  if (const channel_kind* known = find_channel(kind))
    for (const option& o : known->schema)
      c.model[o.name] = j.contains(o.name) ? value_from(j.at(o.name), o.standard) : o.standard;
  return c;
}

}  // namespace

json parse_result(const std::string& text) {
  constexpr int deepest = 16;
  return json::parse(
      text, [](int depth, json::parse_event_t, json&) { return depth <= deepest; }, false);
}

stop_settings stop_from(const json& j) {
  stop_settings s;
  if (!j.at("bit_errors").is_null()) s.bit_errors = count_of(j.at("bit_errors"));
  if (!j.at("relative_interval").is_null()) s.relative_interval = real_of(j.at("relative_interval"));
  s.min_bits = count_of(j.at("min_bits"));
  s.max_bits = count_of(j.at("max_bits"));
  if (!j.at("target_ber").is_null()) s.target_ber = real_of(j.at("target_ber"));
  return s;
}

stored_result read_result(const std::string& file) {
  if (!std::filesystem::is_regular_file(file)) throw input_error(file + ": no such file");
  const json j = parse_result(read_file(file));
  try {
    if (const auto kind = j.at("kind").get<std::string>(); kind != "ber")
      throw input_error(file + ": kind is " + kind + ", must be ber");
    if (j.at("format") != 1) throw input_error(file + ": format is " + j.at("format").dump() + ", must be 1");
    stored_result r;
    r.file = file;
    const json& s = j.at("scenario");
    r.settings.title = s.at("title").get<std::string>();
    r.settings.link = link_from(s.at("link"));
    r.settings.channel = channel_from(s.at("channel"), r.settings.link.channel);
    r.settings.stop = stop_from(s.at("stop"));
    r.snr = j.at("snr_definition").get<std::string>();
    // Fixed channels do not change what is divided by what.
    if (const std::size_t note = r.snr.find(", E over"); note != std::string::npos) r.snr.erase(note);
    r.result = from_json(j);
    return r;
  } catch (const json::exception&) {
    throw input_error(file + ": no result.json of this program");
  }
}

}  // namespace mho::sim
