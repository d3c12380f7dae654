#include "theory.hpp"

#include <map>
#include <mho/constellation.hpp>
#include <string_view>

#include "channels/channel.hpp"
#include "channels/user_gains.hpp"
#include "closed_form.hpp"
#include "estimation.hpp"

namespace mho::sim {
namespace {

// Which of the linear detectors; "" if it is none.
std::string linear_kind(std::string name) {
  constexpr std::string_view reference = "-double";
  if (name.ends_with(reference)) name.resize(name.size() - reference.size());
  return name == "zf" || name == "mmse" || name == "mrc" ? name : "";
}

bool knows_channel(const options& estimation) {
  const result<options> all = complete(channel_estimator::schema(), estimation);
  return all && std::get<std::string>(all->at("method")) == "perfect";
}

// [R^-1]_kk of the exponential model R_ij = r^|i-j|, whose inverse is tridiagonal.
double inverse_diagonal(double r, std::size_t k, std::size_t tx) {
  if (tx == 1) return 1;
  return (k == 0 || k == tx - 1 ? 1 : 1 + r * r) / (1 - r * r);
}

// Whether the antennas fade independently.
bool has_independent_antennas(const std::string& channel, const options& model) {
  if (channel == "rayleigh") return true;
  return channel == "kronecker" && number(model, "rx_correlation") == 0 &&
         std::get<std::string>(model.at("rx_model")) == "exponential";
}

std::vector<stream_gain> list_of(const std::map<double, std::size_t>& streams_of) {
  std::vector<stream_gain> list;
  for (const auto& [gain, streams] : streams_of) list.push_back({gain, streams});
  return list;
}

}  // namespace

double theory::ber(double n0) const {
  double sum = 0, streams = 0;
  for (const stream_gain& g : gains) {
    const double es_n0 = g.gain / n0, count = static_cast<double>(g.streams);
    sum += count * (branches > 0 ? ber_rayleigh(points, branches, es_n0) : ber_awgn(points, es_n0));
    streams += count;
  }
  return sum / streams;
}

std::optional<theory> closed_form_of(const scenario& s, const curve& c) {
  const link_settings& l = s.link;
  const std::string detector = linear_kind(c.detector);
  const result<constellation> symbols = constellation::parse(l.modulation, l.labels);
  const channel_kind* const channel = find_channel(l.channel);
  if (detector.empty() || !symbols || channel == nullptr || l.tx == 0 || l.rx < l.tx ||
      !knows_channel(s.estimation))
    return std::nullopt;
  theory t;
  t.points = symbols->size();
  if (l.channel == "awgn") return t;
  // Of what a file's matrices are only the file tells.
  const result<options> model = complete(channel->schema, s.channel.model);
  if (l.channel == "recorded" || !model || user_gains::check(*model, {l.rx, l.tx})) return std::nullopt;
  const user_gains gains(*model, l.tx);
  if (l.snr_normalisation == "realisation") {
    if (l.tx > 1) return std::nullopt;
    t.gains = {{static_cast<double>(l.rx) * gains.power(0), 1}};
    return t;
  }
  if (s.channel.realisations > 0 || gains.is_random() || (detector != "zf" && l.tx > 1) ||
      !has_independent_antennas(l.channel, *model))
    return std::nullopt;
  t.branches = l.rx - l.tx + 1;
  const double correlation = l.channel == "kronecker" ? number(*model, "tx_correlation") : 0;
  std::map<double, std::size_t> streams_of;
  for (std::size_t k = 0; k < l.tx; ++k)
    ++streams_of[gains.power(k) / inverse_diagonal(correlation, k, l.tx)];
  t.gains = list_of(streams_of);
  if (t.gains.size() == 1) t.gains[0].streams = 1;
  return t;
}

}  // namespace mho::sim
