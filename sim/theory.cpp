#include "theory.hpp"

#include <mho/constellation.hpp>

#include "closed_form.hpp"

namespace mho::sim {

double theory::ber(double n0) const {
  return branches > 0 ? ber_rayleigh(points, branches, 1 / n0) : ber_awgn(points, gain / n0);
}

std::optional<theory> closed_form_of(const scenario& s, const curve& c) {
  std::string kind = c.detector;
  if (const std::size_t at = kind.find("-double"); at != std::string::npos) kind.erase(at);
  if (kind != "zf" && kind != "mmse" && kind != "mrc") return std::nullopt;
  const link_settings& l = s.link;
  const result<constellation> symbols = constellation::parse(l.modulation, l.labels);
  if (!symbols || l.rx < l.tx) return std::nullopt;
  theory t;
  t.points = symbols->size();
  if (l.channel == "awgn") return t;
  if (l.channel != "rayleigh" || (kind != "zf" && l.tx > 1)) return std::nullopt;
  if (l.snr_normalisation == "realisation") {
    if (l.tx > 1) return std::nullopt;
    t.gain = static_cast<double>(l.rx);  // every channel is scaled to the mean energy: it does not fade
    return t;
  }
  if (s.channel.realisations > 0) return std::nullopt;
  t.branches = l.rx - l.tx + 1;
  return t;
}

}  // namespace mho::sim
