#include "engine.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "for_chunks.hpp"
#include "stopping.hpp"

namespace mho::sim {
namespace {

using clock = std::chrono::steady_clock;

double seconds_since(clock::time_point start) {
  return std::chrono::duration<double>(clock::now() - start).count();
}

// Workers are made when their thread first has something to do.
class crew {
 public:
  crew(const link& l, unsigned threads) : link_(l), workers_(threads) {}
  link_worker& at(unsigned worker) {
    if (!workers_[worker]) workers_[worker] = std::make_unique<link_worker>(link_);
    return *workers_[worker];
  }

 private:
  const link& link_;
  std::vector<std::unique_ptr<link_worker>> workers_;
};

double errors_an_errored_use(const curve& c) {
  for (auto p = c.points.rbegin(); p != c.points.rend(); ++p)
    if (p->use_errors > 0) return static_cast<double>(p->bit_errors) / static_cast<double>(p->use_errors);
  return 1;
}

point make_point(const snr_point& at, const tally& t, const curve& c, std::string why) {
  point p;
  p.snr_db = at.snr_db;
  p.es_n0_db = at.es_n0_db;
  p.eb_n0_db = at.eb_n0_db;
  p.matched_filter_db = at.matched_filter_db;
  p.n0 = at.n0;
  p.bits = t.bits;
  p.bit_errors = t.bit_errors;
  p.ber = t.bits > 0 ? static_cast<double>(t.bit_errors) / static_cast<double>(t.bits) : 0;
  const interval i = bit_error_interval(t, errors_an_errored_use(c));
  p.ber_low = i.low;
  p.ber_high = i.high;
  p.symbols = t.symbols;
  p.symbol_errors = t.symbol_errors;
  p.uses = t.uses;
  p.use_errors = t.use_errors;
  p.stream_bit_errors = t.stream_bit_errors;
  p.failed_problems = t.failed;
  p.not_converged = t.not_converged;
  p.stop = std::move(why);
  return p;
}

struct point_outcome {
  std::vector<tally> counts;  // a curve
  std::string why;
};

point_outcome run_point(const link& l, const snr_point& at, const run_options& options, crew& workers,
                        progress state) {
  const stopping_rule rule(l.settings().stop, l.chunk_uses() * l.bits_a_use());
  const std::size_t curves = l.curves();
  std::vector<tally> total(curves), before_last;
  for (tally& t : total)
    t.clear(l.settings().link.tx, std::max<std::size_t>(1, l.settings().channel.realisations));
  before_last = total;
  const clock::time_point start = clock::now();
  state.max_bits = rule.max_chunks() * l.chunk_uses() * l.bits_a_use();
  for (std::uint64_t done = 0;;) {
    // Surplus chunks are dropped, so the size of a round is free: it grows with what has been done, so that
    // few rounds suffice and little is wasted.
    const std::uint64_t wanted =
        std::clamp<std::uint64_t>(done / 4, 2 * options.threads, 64 * options.threads);
    const std::uint64_t round = std::min(wanted, rule.max_chunks() - done);
    std::vector<std::vector<tally>> chunks(round, std::vector<tally>(curves));
    for_chunks(round, options.threads,
               [&](std::size_t i, unsigned worker) { workers.at(worker).run(at, done + i, chunks[i]); });
    for (const std::vector<tally>& chunk : chunks) {
      before_last = total;
      for (std::size_t c = 0; c < curves; ++c) total[c] += chunk[c];
      std::string why = rule.verdict(++done, total);
      if (!why.empty()) return {rule.drops_last(done, why) ? before_last : total, std::move(why)};
    }
    state.bits = total[0].bits;
    state.fewest_errors = std::min_element(total.begin(), total.end(), [](const tally& a, const tally& b) {
                            return a.bit_errors < b.bit_errors;
                          })->bit_errors;
    state.bits_per_second = static_cast<double>(state.bits) / seconds_since(start);
    const double bits_left = static_cast<double>(state.max_bits - state.bits);
    double fraction_left = 1;
    if (const auto& errors = l.settings().stop.bit_errors; errors && state.fewest_errors > 0)
      fraction_left = std::min(1.0, static_cast<double>(*errors) / static_cast<double>(state.fewest_errors) *
                                        static_cast<double>(state.bits) / bits_left);
    state.seconds_left = bits_left * fraction_left / state.bits_per_second;
    if (options.on_progress) options.on_progress(state);
    if (options.stop != nullptr && options.stop->load()) return {total, "interrupted"};
  }
}

// The finished points of an earlier result at this SNR, one a curve; empty if there are none.
std::vector<point> kept_points(const ber_result* earlier, const snr_point& at, std::size_t curves) {
  std::vector<point> kept;
  if (earlier == nullptr || earlier->curves.size() != curves) return kept;
  for (const curve& c : earlier->curves)
    for (const point& p : c.points)
      if ((p.snr_db == at.snr_db || (p.n0 == 0 && at.n0 == 0)) && p.stop != "interrupted") kept.push_back(p);
  if (kept.size() != curves) kept.clear();
  return kept;
}

}  // namespace

ber_result empty_result(const link& l) {
  ber_result r;
  r.chunk_uses = l.chunk_uses();
  for (const detector_settings& d : l.settings().detectors) {
    if (d.cycles.empty()) {
      r.curves.push_back({d.id, d.spec.name, d.label, d.accelerator, 0, {}});
      continue;
    }
    for (const std::int64_t cycle : d.cycles)
      r.curves.push_back({d.id + "-c" + std::to_string(cycle),
                          d.spec.name,
                          d.label + ", cycle " + std::to_string(cycle),
                          d.accelerator,
                          cycle,
                          {}});
  }
  return r;
}

ber_result run_ber(const link& l, const run_options& options) {
  const scenario& s = l.settings();
  ber_result r = empty_result(l);
  crew workers(l, options.threads);
  progress state;
  state.points = s.link.snr.size();
  for (const double snr : s.link.snr) {
    const snr_point at = l.at(snr);
    state.point++;
    state.snr_db = at.snr_db;
    const clock::time_point start = clock::now();
    bool interrupted = false, below_target = s.stop.target_ber.has_value();
    const std::vector<point> kept = kept_points(options.resume, at, l.curves());
    point_outcome outcome;
    if (kept.empty()) outcome = run_point(l, at, options, workers, state);
    for (std::size_t c = 0; c < r.curves.size(); ++c) {
      curve& line = r.curves[c];
      line.points.push_back(kept.empty() ? make_point(at, outcome.counts[c], line, outcome.why) : kept[c]);
      interrupted = interrupted || line.points.back().stop == "interrupted";
      below_target = below_target && line.points.back().ber < *s.stop.target_ber;
    }
    if (options.point_seconds != nullptr) options.point_seconds->push_back(seconds_since(start));
    if (interrupted) return r;
    if (below_target) {
      for (curve& line : r.curves) line.points.back().stop = "target_ber";
      break;
    }
    if (options.on_point && state.point < state.points) options.on_point(r);
    if (options.stop != nullptr && options.stop->load() && state.point < state.points) return r;
  }
  r.complete = true;
  return r;
}

recovered_bits run_payload(const link& l, const snr_point& point, std::span<const std::uint8_t> payload,
                           const run_options& options) {
  const std::size_t bits = l.bits_a_use(), uses = (payload.size() + bits - 1) / bits;
  const std::size_t chunk = l.chunk_uses(), chunks = (uses + chunk - 1) / chunk;
  std::vector<std::uint8_t> padded(payload.begin(), payload.end());
  padded.resize(uses * bits, 0);
  recovered_bits r;
  r.point = point;
  r.bits.assign(l.curves(), std::vector<std::uint8_t>(padded.size()));
  std::vector<std::vector<tally>> counts(chunks, std::vector<tally>(l.curves()));
  crew workers(l, options.threads);
  for_chunks(chunks, options.threads, [&](std::size_t i, unsigned worker) {
    const std::size_t first = i * chunk * bits, size = std::min(chunk * bits, padded.size() - first);
    std::vector<std::span<std::uint8_t>> into;
    for (auto& curve_bits : r.bits) into.push_back(std::span(curve_bits).subspan(first, size));
    workers.at(worker).run(point, i, std::span(padded).subspan(first, size), into, counts[i]);
  });
  r.counts = counts.front();
  for (std::size_t i = 1; i < chunks; ++i)
    for (std::size_t c = 0; c < l.curves(); ++c) r.counts[c] += counts[i][c];
  for (auto& curve_bits : r.bits) curve_bits.resize(payload.size());
  return r;
}

}  // namespace mho::sim
