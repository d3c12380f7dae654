#include "summary.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "channels/channel.hpp"
#include "decibel.hpp"
#include "estimation.hpp"

#include <cmath>

namespace mho::sim {

namespace {

std::string in_words(const option_value& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        using type = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<type, std::vector<double>> ||
                      std::is_same_v<type, std::vector<std::int64_t>>)
          return fmt::format("{}", fmt::join(v, ", "));
        else
          return fmt::format("{}", v);
      },
      value);
}

// What of the options is not the default: "kronecker (rx_correlation 0.7)".
std::string with_options(const std::string& name, std::span<const option> schema, const options& values) {
  std::string list;
  for (const option& o : schema)
    if (const auto given = values.find(o.name); given != values.end() && given->second != o.standard)
      list += (list.empty() ? "" : ", ") + o.name + " " + in_words(given->second);
  return list.empty() ? name : name + " (" + list + ")";
}

std::string channel_summary(const scenario& s) {
  const std::size_t uses = s.link.uses_per_channel, fixed = s.channel.realisations;
  const channel_kind& kind = *find_channel(s.link.channel);
  const std::string channel = with_options(kind.name, kind.schema, s.channel.model),
                    what = kind.group.empty() ? "channel" : kind.group;
  if (kind.name == "awgn") return "awgn channel";
  if (kind.name == "recorded")
    return uses == 1 ? channel + " channels in turn"
                     : fmt::format("{} channels in turn, {} uses each", channel, uses);
  if (fixed == 1) return "one fixed " + channel + " " + what;
  if (fixed > 1) return fmt::format("{} fixed {} {}s", fixed, channel, what);
  if (!kind.group.empty()) return "fresh " + channel + " " + what + "s";
  return fmt::format("a fresh {} channel for every {}", channel,
                     uses == 1 ? "use" : fmt::format("{} uses", uses));
}

}  // namespace

std::string link_summary(const scenario& s) {
  const link_settings& l = s.link;
  std::string text = fmt::format("{}x{}, {}{}{}, ", l.rx, l.tx, l.modulation,
                                 l.labels == mapping::paper ? " (mapping paper)" : "",
                                 l.modem == "native" ? "" : ", modem " + l.modem) +
                     channel_summary(s);
  if (const auto method = s.estimation.find("method");
      method != s.estimation.end() && in_words(method->second) != "perfect") {
    options others = s.estimation;
    others.erase("method");
    text += ", estimated by " + with_options(in_words(method->second), channel_estimator::schema(), others);
  }
  if (s.link.estimator == "conditional") text += "; errors expected over the noise, not counted";
  return text;
}

std::string snr_summary(const scenario& s) {
  const std::string definition = "SNR = 10 log10(E||Hx||^2 / E||n||^2)";
  return s.link.snr_normalisation == "realisation" ? definition + " of each channel by itself" : definition;
}

std::string snr_conventions(const snr_point& at) {
  const auto offset = [&](const char* name, double db) {
    const double by = std::round((at.snr_db - db) * 100) / 100;
    return fmt::format("{} {} {:.2f} dB", name, by < 0 ? "-" : "+", std::abs(by));
  };
  return fmt::format("SNR = {} = {} = {}; N0 = {:.4g} / 10^(SNR/10)", offset("Es/N0", at.es_n0_db),
                     offset("Eb/N0", at.eb_n0_db), offset("matched filter", at.matched_filter_db),
                     at.n0 * power_of(at.snr_db));
}

std::string snr_conventions(const ber_result& r) {
  for (const curve& c : r.curves)
    for (const point& p : c.points)
      if (std::isfinite(p.snr_db))
        return snr_conventions(snr_point{p.n0, p.snr_db, p.es_n0_db, p.eb_n0_db, p.matched_filter_db});
  return "";
}

}  // namespace mho::sim
