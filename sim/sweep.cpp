#include "sweep.hpp"

#include "engine.hpp"

namespace mho::sim {

sweep make_sweep(const link& l) {
  sweep s;
  s.empty = empty_result(l);
  for (const double snr : l.settings().link.snr) s.points.push_back(l.at(snr));
  s.stop = l.settings().stop;
  s.references = l.references();
  s.streams = l.settings().link.tx;
  s.is_conditional = l.is_conditional();
  s.realisations = l.settings().channel.realisations;
  s.chunk_groups = l.chunk_groups();
  s.chunk_bits = l.chunk_uses() * l.bits_a_use();
  s.channel_sets = l.channel_sets();
  s.chunk_sets = l.chunk_sets();
  return s;
}

stopping_rule sweep::rule() const {
  if (!channel_sets) return {stop, chunk_bits};
  return {stop, chunk_bits, (*channel_sets + chunk_sets - 1) / chunk_sets};
}

std::vector<tally> cleared_totals(const sweep& s) {
  std::vector<tally> totals(s.empty.curves.size());
  for (tally& t : totals) t.clear(s.streams, s.strata(), s.is_conditional);
  return totals;
}

std::uint64_t round_size(const sweep& s, std::uint64_t done, std::uint64_t workers) {
  // Strata (40 bytes each) that the chunks of a round may hold, unless there are too many workers.
  constexpr std::uint64_t round_strata = std::uint64_t{1} << 20;
  const std::uint64_t fewest = 2 * workers,
                      most = std::clamp<std::uint64_t>(
                          round_strata / (s.empty.curves.size() * s.chunk_strata()), fewest, 64 * workers);
  return std::clamp<std::uint64_t>(done / 4, fewest, most);
}

}  // namespace mho::sim
