#include "shard_file.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "input_error.hpp"
#include "scenario_from_json.hpp"

namespace mho::sim {
namespace {

constexpr std::uint64_t most_shards = 65536;

json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

double decibels(const json& j) { return j.is_null() ? std::numeric_limits<double>::infinity() : real_of(j); }

}  // namespace

std::string shard_place::name() const {
  return "shard-" + std::to_string(index + 1) + "-of-" + std::to_string(of);
}

std::string shard_place::in_words() const {
  return "shard " + std::to_string(index + 1) + " of " + std::to_string(of);
}

shard_place parse_shard(const std::string& text) {
  std::uint64_t i = 0, n = 0;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, i);
  const bool slash = first.ec == std::errc() && first.ptr != end && *first.ptr == '/';
  if (slash) {
    const auto second = std::from_chars(first.ptr + 1, end, n);
    if (second.ec == std::errc() && second.ptr == end && i >= 1 && i <= n && n <= most_shards)
      return {i - 1, n};
  }
  throw input_error("--shard: must be i/N with 1 <= i <= N <= " + std::to_string(most_shards) + ", not " +
                    text);
}

json shard_head(const json& result_as_it_starts, const sweep& s, const shard_place& place,
                double deviations) {
  json head = result_as_it_starts;
  head["kind"] = "shard";
  head["shard"] = place.index + 1;
  head["shards"] = place.of;
  head["chunk_bits"] = s.chunk_bits;
  head["chunk_groups"] = s.chunk_groups;
  if (s.channel_sets) {
    head["chunk_sets"] = s.chunk_sets;
    head["channel_sets"] = *s.channel_sets;
  }
  head["deviations"] = deviations;
  return head;
}

std::vector<stored_point> stored_points(const json& file, const sweep& s) {
  std::vector<stored_point> points(s.points.size());
  for (const json& p : list_of(file.at("points"))) {
    const double snr = decibels(p.at("snr_db"));
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (s.points[i].snr_db != snr) continue;
      points[i].chunks.clear();
      for (const json& chunk : list_of(p.at("chunks"))) {
        words& w = points[i].chunks.emplace_back();
        for (const json& value : list_of(chunk)) w.push_back(count_of(value));
        std::span<const std::uint64_t> left(w);
        take_chunk(left, s);
        if (!left.empty()) throw std::runtime_error("these are not the counts of a chunk");
      }
    }
  }
  return points;
}

sweep sweep_of(const json& file) {
  const scenario about = scenario_from(file);
  sweep s;
  s.empty = from_json(file);
  s.empty.complete = false;
  s.stop = about.stop;
  s.streams = about.link.tx;
  s.is_conditional = about.link.estimator == "conditional";
  s.realisations = about.channel.realisations;
  s.chunk_bits = count_of(file.at("chunk_bits"));
  s.chunk_groups = count_of(file.at("chunk_groups"));
  if (file.contains("channel_sets")) {
    s.channel_sets = count_of(file.at("channel_sets"));
    s.chunk_sets = count_of(file.at("chunk_sets"));
    if (s.chunk_sets == 0) throw std::runtime_error("it has no chunks");
  }
  for (const curve& c : s.empty.curves) {
    const auto found = std::find_if(s.empty.curves.begin(), s.empty.curves.end(),
                                    [&](const curve& other) { return other.id == c.reference; });
    s.references.push_back(found == s.empty.curves.end()
                               ? no_reference
                               : static_cast<std::size_t>(found - s.empty.curves.begin()));
  }
  if (s.empty.curves.empty() || s.chunk_bits == 0 || s.chunk_groups == 0)
    throw std::runtime_error("it has no curves or no chunks");
  for (const json& p : list_of(file.at("points")))
    s.points.push_back({real_of(p.at("n0")), decibels(p.at("snr_db")), decibels(p.at("es_n0_db")),
                        decibels(p.at("eb_n0_db")), decibels(p.at("matched_filter_db"))});
  if (s.points.size() != about.link.snr.size()) throw std::runtime_error("it has not all points");
  return s;
}

shard_place place_of(const json& file) {
  const shard_place place{count_of(file.at("shard")) - 1, count_of(file.at("shards"))};
  if (place.index >= place.of || place.of > most_shards) throw std::runtime_error("there is no such shard");
  return place;
}

shard_text::shard_text(json head, const sweep& s, const std::vector<stored_point>& points)
    : head_(std::move(head)), chunks_(s.points.size()) {
  for (std::size_t i = 0; i < s.points.size(); ++i) {
    const snr_point& p = s.points[i];
    const json about{{"snr_db", number(p.snr_db)},
                     {"es_n0_db", number(p.es_n0_db)},
                     {"eb_n0_db", number(p.eb_n0_db)},
                     {"matched_filter_db", number(p.matched_filter_db)},
                     {"n0", p.n0}};
    points_.push_back(about.dump());
    points_.back().pop_back();  // open for the chunks
    for (const words& chunk : points[i].chunks) add(i, chunk);
  }
}

void shard_text::add(std::size_t point, const chunk_counts& chunk) {
  words w;
  append(w, chunk);
  add(point, w);
}

void shard_text::add(std::size_t point, const words& chunk) {
  std::string& text = chunks_[point];
  text += text.empty() ? "\n[" : ",\n[";
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    if (i > 0) text += ',';
    text += std::to_string(chunk[i]);
  }
  text += ']';
}

std::string shard_text::whole() const {
  std::string text = text_of(head_);
  text.resize(text.size() - 3);  // open for the points
  text += ",\n \"points\": [";
  for (std::size_t i = 0; i < points_.size(); ++i) {
    text += i == 0 ? "\n" : ",\n";
    text += points_[i];
    text += ",\"chunks\":[";
    text += chunks_[i];
    text += "]}";
  }
  return text + "\n]}\n";
}

}  // namespace mho::sim
