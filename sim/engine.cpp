#include "engine.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "stopping.hpp"
#include "thread_source.hpp"

namespace mho::sim {
namespace {

using clock = std::chrono::steady_clock;

double seconds_since(clock::time_point start) {
  return std::chrono::duration<double>(clock::now() - start).count();
}

// The bounds of points without errors: what an errored set brings is taken from the curve's nearest lower SNR
// with enough of them, for it falls with the SNR; without such a point it is the most it can be.
void bound_points_without_errors(curve& c) {
  constexpr std::uint64_t enough = 10;
  for (point& p : c.points) {
    if (p.ber > 0 || p.bits == 0) continue;
    const point* reference = nullptr;
    for (const point& other : c.points)
      if (other.snr_db < p.snr_db && other.set_errors >= enough &&
          (reference == nullptr || other.snr_db > reference->snr_db))
        reference = &other;
    p.ber_high = bound_without_errors(
        p.bits, reference != nullptr
                    ? static_cast<double>(reference->bit_errors) / static_cast<double>(reference->set_errors)
                    : most_errors_an_errored_unit(static_cast<double>(p.bits) / static_cast<double>(p.sets)));
  }
}

// reference: of the same units; nullptr if there is none.
point make_point(const snr_point& at, const tally& t, const tally* reference, std::string why) {
  point p;
  p.snr_db = at.snr_db;
  p.es_n0_db = at.es_n0_db;
  p.eb_n0_db = at.eb_n0_db;
  p.matched_filter_db = at.matched_filter_db;
  p.n0 = at.n0;
  p.bits = t.bits;
  p.bit_errors = t.bit_errors;
  p.ber = bit_error_rate(t);
  if (t.is_conditional) p.expected = t.expected;
  const interval i = bit_error_interval(t);
  p.ber_low = i.low;
  p.ber_high = i.high;
  p.sets = t.units().units;
  p.set_errors = t.units().errored;
  p.set_error_squares = t.units().squares;
  p.set_error_products = t.units().products;
  p.ber_variance = bit_error_variance(t);
  if (reference != nullptr) p.ber_covariance = bit_error_covariance(t, *reference);
  p.symbols = t.symbols;
  p.symbol_errors = t.symbol_errors;
  p.uses = t.uses;
  p.use_errors = t.use_errors;
  p.stream_bit_errors = t.stream_bit_errors;
  p.failed_problems = t.failed;
  p.not_converged = t.not_converged;
  p.saturated = t.saturated;
  p.stop = std::move(why);
  return p;
}

// The counts of a point, which has one stratum.
tally make_tally(const point& p) {
  tally t;
  t.bits = p.bits;
  t.bit_errors = p.bit_errors;
  t.symbols = p.symbols;
  t.symbol_errors = p.symbol_errors;
  t.uses = p.uses;
  t.use_errors = p.use_errors;
  t.failed = p.failed_problems;
  t.not_converged = p.not_converged;
  t.saturated = p.saturated;
  t.stream_bit_errors = p.stream_bit_errors;
  t.is_conditional = p.expected.has_value();
  t.expected = p.expected.value_or(expectation{});
  t.strata = {{p.sets, p.set_errors, p.bit_errors, p.set_error_squares, p.set_error_products}};
  return t;
}

// The chunks that an unfinished point counted, if it can be gone on with; 0 if not.
std::uint64_t chunks_of(const std::vector<point>& unfinished, const sweep& s) {
  if (unfinished.empty() || s.chunk_bits == 0 || s.realisations > 0) return 0;
  const std::uint64_t chunks = unfinished[0].bits / s.chunk_bits;
  const bool whole = std::all_of(unfinished.begin(), unfinished.end(), [&](const point& p) {
    return p.bits == chunks * s.chunk_bits && p.uses == chunks * s.empty.chunk_uses &&
           p.sets == chunks * s.chunk_groups && p.stream_bit_errors.size() == s.streams;
  });
  return whole && chunks < s.rule().max_chunks() ? chunks : 0;
}

struct point_outcome {
  std::vector<tally> counts;  // a curve
  std::string why;
};

// The bits that a point seems to need for its rule.
double bits_wanted(const std::vector<tally>& total, const stop_settings& stop, double fewest_errors,
                   double most) {
  const auto bits = static_cast<double>(total[0].bits), least = static_cast<double>(stop.min_bits);
  double wanted = most;
  if (stop.bit_errors && fewest_errors > 0)
    wanted = bits * static_cast<double>(*stop.bit_errors) / fewest_errors;
  if (stop.relative_interval) {  // the width falls with the root of the bits
    double widest = 0;
    for (const tally& t : total) {
      const interval i = bit_error_interval(t);
      widest = std::max(widest, (i.high - i.low) / 2 / bit_error_rate(t));
    }
    wanted = bits * std::pow(widest / *stop.relative_interval, 2);
  }
  return std::min(most, std::max(least, wanted));
}

void estimate_time(progress& state, const std::vector<tally>& total, const sweep& s,
                   std::uint64_t bits_before, clock::time_point start) {
  state.bits = total[0].bits;
  const auto slowest = std::min_element(
      total.begin(), total.end(), [](const tally& a, const tally& b) { return a.bit_errors < b.bit_errors; });
  state.fewest_errors = slowest->bit_errors;
  state.slowest = s.empty.curves[static_cast<std::size_t>(slowest - total.begin())].id;
  state.bits_per_second = static_cast<double>(state.bits - bits_before) / seconds_since(start);
  const double wanted = bits_wanted(total, s.stop, static_cast<double>(state.fewest_errors),
                                    static_cast<double>(state.max_bits));
  state.seconds_left = std::max(0.0, wanted - static_cast<double>(state.bits)) / state.bits_per_second;
}

// Adds up the chunks of a point in their order and asks the rule after each, whoever ran them: chunks behind
// the one that ends it are dropped. Goes on with `unfinished` if it can. on_round(counts) after every round
// but the last.
point_outcome run_point(const sweep& s, std::size_t index, chunk_source& source,
                        const std::vector<point>& unfinished, const run_options& options, progress state,
                        const std::function<void(const std::vector<tally>&)>& on_round) {
  const stopping_rule rule = s.rule();
  std::vector<tally> total = cleared_totals(s);
  std::vector<expectation> before(total.size());  // sums of doubles, which subtraction does not give back
  const clock::time_point start = clock::now();
  state.max_bits = rule.max_chunks() * s.chunk_bits;
  std::uint64_t done = chunks_of(unfinished, s);
  if (done > 0) std::transform(unfinished.begin(), unfinished.end(), total.begin(), make_tally);
  const std::uint64_t bits_before = total[0].bits;
  state.bits = bits_before;
  state.seconds_left = std::numeric_limits<double>::quiet_NaN();
  if (options.on_progress) options.on_progress(state);
  for (;;) {
    const std::vector<chunk_counts> chunks = source.next(index, done, rule.max_chunks() - done);
    if (chunks.empty()) return {std::move(total), "interrupted"};
    for (const chunk_counts& chunk : chunks) {
      std::transform(total.begin(), total.end(), before.begin(), [](const tally& t) { return t.expected; });
      for (std::size_t c = 0; c < total.size(); ++c) total[c] += chunk[c];
      std::string why = rule.verdict(++done, total);
      if (why.empty()) continue;
      for (std::size_t c = 0; rule.drops_last(done, why) && c < total.size(); ++c) {
        total[c] -= chunk[c];
        total[c].expected = before[c];
      }
      return {std::move(total), std::move(why)};
    }
    estimate_time(state, total, s, bits_before, start);
    if (options.on_progress) options.on_progress(state);
    on_round(total);
  }
}

// The points of an earlier result at this SNR, one a curve; empty if there are none.
std::vector<point> kept_points(const ber_result* earlier, const snr_point& at, std::size_t curves) {
  std::vector<point> kept;
  if (earlier == nullptr || earlier->curves.size() != curves) return kept;
  for (const curve& c : earlier->curves)
    for (const point& p : c.points)
      if ((p.snr_db == at.snr_db || (p.n0 == 0 && at.n0 == 0))) kept.push_back(p);
  if (kept.size() != curves) kept.clear();
  return kept;
}

bool is_finished(const std::vector<point>& kept) { return !kept.empty() && kept[0].stop != "interrupted"; }

}  // namespace

ber_result empty_result(const link& l) {
  ber_result r;
  r.draw = l.draws_gram() ? "gram" : "channel";
  r.chunk_uses = l.chunk_uses();
  for (const detector_settings& d : l.settings().detectors) {
    const std::vector<std::string> ids = curve_ids(d);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      curve c{ids[i], d.spec.name, d.label, d.accelerator, 0, "", {}};
      if (!d.cycles.empty()) {
        c.cycles = d.cycles[i];
        c.label += ", cycle " + std::to_string(d.cycles[i]);
      }
      r.curves.push_back(std::move(c));
    }
  }
  for (std::size_t c = 0; c < r.curves.size(); ++c)
    if (l.references()[c] != no_reference) r.curves[c].reference = r.curves[l.references()[c]].id;
  return r;
}

ber_result run_ber(const link& l, const run_options& options) {
  const sweep s = make_sweep(l);
  thread_source source(l, s, options.threads, options.stop);
  return run_ber(s, source, options);
}

ber_result run_ber(const sweep& s, chunk_source& source, const run_options& options) {
  ber_result r = s.empty;
  const std::vector<snr_point>& at = s.points;
  progress state;
  state.points = at.size();
  std::vector<std::vector<point>> kept;
  for (const snr_point& p : at) kept.push_back(kept_points(options.resume, p, r.curves.size()));
  const auto point_of = [&](std::size_t c, std::size_t i, const std::vector<tally>& counts, std::string why) {
    const std::size_t reference = s.references[c];
    return make_point(at[i], counts[c], reference == no_reference ? nullptr : &counts[reference],
                      std::move(why));
  };
  // What there is: the finished points, the unfinished one, and those of the earlier result still to come.
  const auto so_far = [&](const std::vector<tally>& unfinished) {
    ber_result shown = r;
    const std::size_t finished = r.curves[0].points.size();
    for (std::size_t c = 0; c < shown.curves.size(); ++c) {
      curve& line = shown.curves[c];
      const bool started = !unfinished.empty() && unfinished[c].bits > 0;
      if (started) line.points.push_back(point_of(c, finished, unfinished, "interrupted"));
      for (std::size_t k = finished + (started ? 1 : 0); k < kept.size(); ++k)
        if (!kept[k].empty()) line.points.push_back(kept[k][c]);
      bound_points_without_errors(line);
    }
    return shown;
  };
  const auto report = [&](const std::vector<tally>& unfinished) {
    if (options.on_round) options.on_round(so_far(unfinished));
  };
  report({});
  for (std::size_t i = 0; i < at.size(); ++i) {
    state.point = i + 1;
    state.snr_db = at[i].snr_db;
    const clock::time_point start = clock::now();
    point_outcome outcome;
    const bool finished = is_finished(kept[i]);
    if (!finished) outcome = run_point(s, i, source, kept[i], options, state, report);
    if (options.point_seconds != nullptr) options.point_seconds->push_back(seconds_since(start));
    if (outcome.why == "interrupted") return so_far(outcome.counts);
    bool below_target = s.stop.target_ber.has_value();
    for (std::size_t c = 0; c < r.curves.size(); ++c) {
      std::vector<point>& points = r.curves[c].points;
      points.push_back(finished ? kept[i][c] : point_of(c, i, outcome.counts, outcome.why));
      below_target = below_target && points.back().ber < *s.stop.target_ber;
    }
    if (below_target) {
      for (curve& line : r.curves) line.points.back().stop = "target_ber";
      break;
    }
    if (i + 1 < at.size()) report({});
  }
  for (curve& line : r.curves) bound_points_without_errors(line);
  r.complete = true;
  return r;
}

}  // namespace mho::sim
