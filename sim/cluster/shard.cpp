#include "shard.hpp"

#include <fmt/format.h>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "files.hpp"
#include "for_chunks.hpp"
#include "input_error.hpp"
#include "interrupt.hpp"
#include "plugin.hpp"
#include "refusal.hpp"
#include "result_folder.hpp"
#include "scenario_reader.hpp"
#include "shard_rule.hpp"
#include "thread_source.hpp"

namespace mho::sim {
namespace {

constexpr double standard_deviations = 3;

// What an earlier run of the shard left.
struct earlier_shard {
  std::vector<stored_point> points;
  double deviations = standard_deviations;
};

// What a shard has of a point, chunk by chunk.
class shard_point {
 public:
  shard_point(const sweep& s, const shard_rule& rule, const stored_point& earlier)
      : rule_(rule), total_(cleared_totals(s)), enough_(rule.enough(0, total_)) {
    for (const words& stored : earlier.chunks) {
      std::span<const std::uint64_t> left(stored);
      add(take_chunk(left, s));
    }
  }
  void add(const chunk_counts& chunk) {
    for (std::size_t c = 0; c < total_.size(); ++c) total_[c] += chunk[c];
    enough_ = rule_.enough(++chunks_, total_) || enough_;
  }
  bool has_enough() const { return enough_; }
  std::uint64_t chunks() const { return chunks_; }
  const std::vector<tally>& total() const { return total_; }

 private:
  const shard_rule& rule_;
  std::vector<tally> total_;
  std::uint64_t chunks_ = 0;
  bool enough_;
};

// Whether a shard would add nothing.
bool has_enough(const sweep& s, const shard_rule& rule, const std::vector<stored_point>& points) {
  for (const stored_point& stored : points) {
    const shard_point p(s, rule, stored);
    if (!p.has_enough()) return false;
    if (rule.ends_sweep(p.total())) break;
  }
  return true;
}

earlier_shard read_earlier(const std::string& path, const std::optional<json>& file, const sweep& s,
                           const shard_place& place, const json& scenario_now) {
  if (!file) return {std::vector<stored_point>(s.points.size()), standard_deviations};
  try {
    earlier_shard e{stored_points(*file, s), real_of(file->at("deviations"))};
    // It has what its own rule wanted, and is wanted to go on: the other shards had less luck. As many more
    // as make a difference, if any does: points at their maximum stay there.
    if (file->at("complete").get<bool>() && file->at("scenario") == scenario_now)
      for (int tries = 0; tries < 100; ++tries) {
        e.deviations += standard_deviations;
        if (!has_enough(s, shard_rule(s, place, e.deviations), e.points)) break;
      }
    return e;
  } catch (const std::exception&) {
    throw input_error("--out: " + path + " is no shard of this program; --force overwrites it");
  }
}

class shard_run {
 public:
  shard_run(const sweep& s, const shard_place& place, earlier_shard earlier, thread_source& source,
            shard_text& text)
      : sweep_(s),
        rule_(s, place, earlier.deviations),
        earlier_(std::move(earlier.points)),
        source_(source),
        text_(text) {}

  // False if asked to stop. on_round after every round.
  bool run(unsigned threads, const std::function<void(const progress&)>& on_round) {
    progress state;
    state.points = sweep_.points.size();
    state.seconds_left = std::nan("");
    for (std::size_t p = 0; p < sweep_.points.size(); ++p) {
      state.point = p + 1;
      state.snr_db = sweep_.points[p].snr_db;
      shard_point now(sweep_, rule_, earlier_[p]);
      const auto start = std::chrono::steady_clock::now();
      for (const std::uint64_t before = now.chunks(); !now.has_enough();) {
        // The whole file is written after every round: rounds grow with it.
        const std::uint64_t round =
            std::min(std::max(round_size(sweep_, now.chunks(), threads), now.chunks() / 16),
                     rule_.most() - now.chunks());
        const std::vector<chunk_counts> chunks = source_.run(p, now.chunks(), round);
        if (chunks.empty()) return false;
        for (const chunk_counts& chunk : chunks) {
          text_.add(p, chunk);
          now.add(chunk);
        }
        state.bits = now.total()[0].bits;
        state.fewest_errors = now.total()[0].bit_errors;
        for (const tally& t : now.total()) state.fewest_errors = std::min(state.fewest_errors, t.bit_errors);
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        state.bits_per_second =
            static_cast<double>((now.chunks() - before) * sweep_.chunk_bits) / seconds.count();
        on_round(state);
      }
      if (rule_.ends_sweep(now.total())) break;
    }
    text_.complete();
    return true;
  }

 private:
  const sweep& sweep_;
  shard_rule rule_;
  std::vector<stored_point> earlier_;
  thread_source& source_;
  shard_text& text_;
};

}  // namespace

int run_shard(const run_arguments& a) {
  const shard_place place = parse_shard(a.shard);
  load_plugins(a.plugins);
  const scenario s = read_scenario(a.scenario, a.sets, a.seed);
  const unsigned threads = a.threads > 0 ? a.threads : available_threads();
  const result<link> made = link::make(s, {threads, (s.stop.max_bits - 1) / place.of + 1});
  if (!made) throw refusal(s, made.message());
  const sweep points = make_sweep(*made);
  const std::string folder = a.out.empty() ? "results/" + s.name : a.out, name = place.name() + ".json",
                    path = folder + "/" + name;
  json head = shard_head(to_json(made->settings(), points.empty), points, place, standard_deviations);
  const std::optional<json> file = open_folder(folder, head, a.resume, a.force, name);
  earlier_shard earlier = read_earlier(path, file, points, place, head.at("scenario"));
  head["deviations"] = earlier.deviations;

  run_facts facts{a.command_line, threads, 1, {}};
  const std::atomic<bool>& stop = interrupt_flag();
  thread_source source(*made, points, facts.threads, &stop, place.index, place.of);
  shard_text text(std::move(head), points, earlier.points);
  write_file(path, text.whole());
  progress_line line(a.progress);
  shard_run run(points, place, std::move(earlier), source, text);
  const bool done = run.run(facts.threads, [&](const progress& state) {
    line.show(state);
    write_file(path, text.whole());
  });
  line.end();
  const std::string whole = text.whole();
  write_file(path, whole);
  write_run(folder, facts, "run-" + place.name() + ".json");
  if (a.as_json)
    std::fputs(whole.c_str(), stdout);
  else if (done)
    fmt::print("{} is in {}: mho merge makes one result of all {}\n", place.in_words(), path, place.of);
  if (done) return 0;
  std::fflush(stdout);
  fmt::print(stderr, "mho: interrupted: {} holds what was counted, --resume goes on\n", path);
  return interrupted_status;
}

}  // namespace mho::sim
