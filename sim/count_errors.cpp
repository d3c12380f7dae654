#include "count_errors.hpp"

#include <algorithm>

namespace mho::sim {

void count_errors(const link& l, std::uint64_t index, std::size_t uses, const decisions& d,
                  std::span<tally> counts) {
  const scenario& s = l.settings();
  const std::size_t tx = s.link.tx, bits = l.bits_a_use(), m = l.symbols().bits();
  const std::size_t per_set = s.link.uses_per_channel, realisations = s.channel.realisations;
  // The unit is the group of sets whose channels depend on one another: mostly one set of uses that share a
  // channel, and with it one programming of the analogue arrays. A fixed group is its stratum.
  const std::size_t group_uses = l.group_sets() * per_set;
  const std::size_t units = (uses + group_uses - 1) / group_uses;
  std::vector<std::uint64_t> errors(counts.size() * units);  // [curve][unit]
  for (std::size_t c = 0; c < counts.size(); ++c) {
    tally& t = counts[c];
    t.clear(tx, std::clamp<std::size_t>(realisations, 1, l.chunk_groups()), l.is_conditional());
    t.first_stratum = realisations > 0 ? index * l.chunk_groups() % realisations : 0;
    t.uses = uses;
    t.bits = uses * bits;
    t.symbols = uses * tx;
    std::uint64_t unit_errors = 0;
    for (std::size_t first = 0; first < uses; first += per_set) {
      bool failed = false, not_converged = false, saturated = false;
      for (std::size_t u = first; u < std::min(uses, first + per_set); ++u) {
        failed = failed || is_failed(d.state[c][u]);
        not_converged = not_converged || d.state[c][u] == status::not_converged;
        saturated = saturated || d.state[c][u] == status::saturated;
        if (std::equal(&d.sent[u * bits], &d.sent[u * bits] + bits, &d.decided[c][u * bits])) continue;
        std::uint64_t use_errors = 0;
        for (std::size_t k = 0; k < tx; ++k) {
          std::uint64_t symbol = 0;
          for (std::size_t b = u * bits + k * m; b < u * bits + (k + 1) * m; ++b)
            symbol += d.sent[b] != d.decided[c][b];
          t.stream_bit_errors[k] += symbol;
          t.symbol_errors += symbol != 0;
          use_errors += symbol;
        }
        ++t.use_errors;
        unit_errors += use_errors;
      }
      t.failed += failed;
      t.not_converged += not_converged;
      t.saturated += saturated;
      const std::size_t next = first + per_set;
      if (next < uses && next % group_uses != 0) continue;
      t.bit_errors += unit_errors;
      errors[c * units + first / group_uses] = unit_errors;
      stratum& st = t.strata[first / group_uses % t.strata.size()];
      ++st.units;
      st.errored += unit_errors != 0;
      st.errors += unit_errors;
      st.squares += unit_errors * unit_errors;
      unit_errors = 0;
    }
  }
  for (std::size_t c = 0; c < counts.size(); ++c)
    if (const std::size_t reference = l.references()[c]; reference != no_reference)
      for (std::size_t u = 0; u < units; ++u)
        counts[c].strata[u % counts[c].strata.size()].products +=
            errors[c * units + u] * errors[reference * units + u];
  if (!l.is_conditional()) return;
  std::vector<double> expected(counts.size() * units);
  for (std::size_t c = 0; c < counts.size(); ++c)
    for (std::size_t u = 0; u < uses; ++u) expected[c * units + u / group_uses] += (*d.expected)[c][u];
  for (std::size_t c = 0; c < counts.size(); ++c) {
    expectation& sums = counts[c].expected;
    const std::size_t reference = l.references()[c];
    for (std::size_t u = 0; u < units; ++u) {
      const double own = expected[c * units + u];
      sums.errors += own;
      sums.squares += own * own;
      if (reference != no_reference) sums.products += own * expected[reference * units + u];
    }
  }
}

}  // namespace mho::sim
