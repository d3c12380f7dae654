#include <fmt/format.h>
#include <algorithm>

#include "ber_output.hpp"
#include "commands.hpp"
#include "difference.hpp"
#include "engine.hpp"
#include "files.hpp"
#include "input_error.hpp"
#include "interrupt.hpp"
#include "result_folder.hpp"
#include "scenario_from_json.hpp"
#include "shard_file.hpp"
#include "stopping.hpp"

namespace mho::sim {
namespace {

struct shard {
  std::string path;
  shard_place place;
  bool complete = false;
  std::vector<stored_point> points;
};

// All shards of one run, in order, and what they have in common.
struct shard_set {
  json head;
  sweep points;
  std::vector<shard> shards;
};

// Chunks as the shards have them.
class stored_source : public chunk_source {
 public:
  explicit stored_source(const shard_set& set) : set_(set) {}

  std::vector<chunk_counts> next(std::size_t point, std::uint64_t first, std::uint64_t most) override {
    constexpr std::uint64_t held = 4096;
    const std::uint64_t n = set_.shards.size();
    std::vector<chunk_counts> chunks;
    for (std::uint64_t c = first; c < first + std::min(most, held); ++c) {
      const std::vector<words>& stored = set_.shards[c % n].points[point].chunks;
      if (c / n >= stored.size()) break;
      std::span<const std::uint64_t> left(stored[c / n]);
      chunks.push_back(take_chunk(left, set_.points));
    }
    if (chunks.empty()) short_of = {point, first};
    return chunks;
  }

  // The first chunk that was asked for and is not there.
  struct {
    std::size_t point = 0;
    std::uint64_t chunk = 0;
  } short_of;

 private:
  const shard_set& set_;
};

// The head without what is a shard's own.
json common_head(json file) {
  for (const char* own : {"shard", "complete", "deviations", "points"}) file.erase(own);
  return file;
}

shard_set read_shards(const std::vector<std::string>& paths) {
  shard_set set;
  for (const std::string& path : paths) {
    json file;
    try {
      file = parse_result(read_file(path));
    } catch (const std::runtime_error& e) {
      throw input_error(e.what());
    }
    try {
      if (file.at("kind") != "shard" || file.at("format") != 1) throw std::runtime_error("of another kind");
      if (const std::string written_by = file.at("mho").get<std::string>(); written_by != MHO_VERSION)
        throw input_error(path + ": mho is " + written_by + " there, " + MHO_VERSION +
                          " here: versions are not mixed");
      const json head = common_head(file);
      if (set.shards.empty()) {
        set.head = head;
        set.points = sweep_of(file);
      } else if (const std::string found = difference("", head, set.head); !found.empty()) {
        throw input_error(path + " is of another run than " + paths[0] + " (here): " + found);
      }
      if (list_of(file.at("points")).size() != set.points.points.size())
        throw std::runtime_error("not all points");
      set.shards.push_back(
          {path, place_of(file), file.at("complete").get<bool>(), stored_points(file, set.points)});
    } catch (const input_error&) {
      throw;
    } catch (const std::exception&) {
      throw input_error(path + " is no shard of this program");
    }
  }
  std::sort(set.shards.begin(), set.shards.end(),
            [](const shard& a, const shard& b) { return a.place.index < b.place.index; });
  for (std::size_t i = 1; i < set.shards.size(); ++i)
    if (set.shards[i].place.index == set.shards[i - 1].place.index)
      throw input_error(set.shards[i - 1].path + " and " + set.shards[i].path + " are both " +
                        set.shards[i].place.in_words());
  return set;
}

std::string list_in_words(const std::vector<std::string>& list) {
  return fmt::format("{}", fmt::join(list, ", "));
}

void expect_all(const shard_set& set) {
  const std::uint64_t of = set.shards[0].place.of;
  std::vector<std::string> missing;
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < of; ++i) {
    if (at < set.shards.size() && set.shards[at].place.index == i)
      ++at;
    else if (missing.size() < 20)
      missing.push_back(fmt::format("--shard {}/{}", i + 1, of));
  }
  if (missing.empty()) return;
  throw std::runtime_error(fmt::format("{} of {} shards are missing: run mho ber with {}{}",
                                       of - set.shards.size(), of, list_in_words(missing),
                                       of - set.shards.size() > missing.size() ? " and so on" : ""));
}

// Chunks that the point may take, judged by what the first `chunks` of them counted.
std::uint64_t likely_chunks(const sweep& s, const ber_result& r, std::size_t point, std::uint64_t chunks) {
  const stopping_rule rule = s.rule();
  std::uint64_t likely = rule.max_chunks();
  if (s.stop.relative_interval) likely = std::min(likely, rule.look_from(chunks + 1));
  if (s.stop.bit_errors && chunks > 0) {
    std::uint64_t fewest = r.curves[0].points[point].bit_errors;
    for (const curve& c : r.curves) fewest = std::min(fewest, c.points[point].bit_errors);
    const double wanted = fewest > 0 ? static_cast<double>(chunks) * static_cast<double>(*s.stop.bit_errors) /
                                           static_cast<double>(fewest)
                                     : static_cast<double>(rule.max_chunks());
    if (wanted < static_cast<double>(likely)) likely = static_cast<std::uint64_t>(wanted) + 1;
  }
  return std::min(std::max({likely, chunks + 1, rule.min_chunks()}), rule.max_chunks());
}

[[noreturn]] void refuse_short(const shard_set& set, const ber_result& r, std::size_t point,
                               std::uint64_t chunk) {
  const std::uint64_t likely = likely_chunks(set.points, r, point, chunk);
  std::vector<std::string> behind, resumed;
  for (const shard& s : set.shards) {
    const std::uint64_t has = s.points[point].chunks.size(), needs = s.place.share(likely);
    if (has >= needs && s.complete) continue;
    resumed.push_back(fmt::format("--shard {}/{}", s.place.index + 1, s.place.of));
    behind.push_back(fmt::format("{} has {} chunks of about {}{}", s.place.in_words(), has, needs,
                                 s.complete ? "" : " and was interrupted"));
  }
  throw std::runtime_error(fmt::format("at SNR {:g} dB {}: run mho ber with --resume and {}",
                                       set.points.points[point].snr_db, list_in_words(behind),
                                       list_in_words(resumed)));
}

}  // namespace

int command_merge(const merge_arguments& a) {
  const shard_set set = read_shards(a.shards);
  expect_all(set);
  json head = set.head;
  for (const char* own :
       {"shards", "chunk_bits", "chunk_groups", "chunk_sets", "channel_sets", "chunk_uses", "curves"})
    head.erase(own);
  head["kind"] = "ber";
  open_folder(a.out, to_json(head, set.points.empty), false, a.force);
  stored_source source(set);
  const ber_result r = run_ber(set.points, source, {});
  if (!r.complete) refuse_short(set, r, source.short_of.point, source.short_of.chunk);
  const json whole = to_json(head, r);
  write_file(a.out + "/result.json", text_of(whole));
  write_run(a.out, {a.command_line, 1, 1, {}});
  show_and_plot(a.out, scenario_from(set.head), r, whole, a.as_json);
  return 0;
}

}  // namespace mho::sim
