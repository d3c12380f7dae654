#include "summary.hpp"

#include <fmt/format.h>

namespace mho::sim {

std::string link_summary(const scenario& s) {
  const link_settings& l = s.link;
  const std::size_t uses = l.uses_per_channel, fixed = s.channel.realisations;
  const std::string head = fmt::format("{}x{}, {}{}{}, ", l.rx, l.tx, l.modulation,
                                       l.labels == mapping::paper ? " (mapping paper)" : "",
                                       l.modem == "native" ? "" : ", modem " + l.modem);
  std::string channel = l.channel;
  if (channel == "kronecker")
    channel += fmt::format(" (rx {}, tx {})", std::get<double>(s.channel.model.at("rx_correlation")),
                           std::get<double>(s.channel.model.at("tx_correlation")));
  if (l.channel == "awgn") return head + "awgn channel";
  if (fixed == 1) return head + "one fixed " + channel + " channel";
  if (fixed > 1) return head + fmt::format("{} fixed {} channels", fixed, channel);
  return head + fmt::format("a fresh {} channel for every {}", channel,
                            uses == 1 ? "use" : fmt::format("{} uses", uses));
}

std::string snr_summary(const scenario& s) {
  const std::string definition = "SNR = 10 log10(E||Hx||^2 / E||n||^2)";
  return s.link.snr_normalisation == "realisation" ? definition + " of each channel by itself" : definition;
}

}  // namespace mho::sim
