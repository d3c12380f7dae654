#include "result_folder.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "arithmetic.hpp"
#include "difference.hpp"
#include "files.hpp"
#include "input_error.hpp"
#include "result_reader.hpp"
#include "scenario_from_json.hpp"
#include "stopping.hpp"

namespace mho::sim {
namespace {

const char* snr_key(const json& link) {
  for (const char* key : {"snr_db", "es_n0_db", "eb_n0_db"})
    if (link.contains(key)) return key;
  static_cast<void>(link.at("snr_db"));  // damaged: throws
  return "";
}

// Why a run of `now` does not hold all that one of `before` holds: SNR values may be added, [stop] may become
// stricter, all else is the same. "" if it does.
std::string obstacle_in_scenario(json before, json now) {
  const std::string key = snr_key(now.at("link"));
  const json& values = now.at("link").at(key);
  if (const std::string there = snr_key(before.at("link")); there != key)
    return "link has " + there + " there, " + key + " here";
  for (const json& value : list_of(before.at("link").at(key)))
    if (std::find(values.begin(), values.end(), value) == values.end())
      return "link." + key + " has " + (value.is_null() ? "inf" : in_words(value)) + " there, not here";
  const json &stop_there = before.at("stop"), &stop_here = now.at("stop");
  if (const std::string less = less_strict(stop_from(stop_here), stop_from(stop_there)); !less.empty())
    return "stop." + less + " is " + in_words(stop_there.at(less)) + " there, " +
           in_words(stop_here.at(less)) + " here, which ends earlier";
  for (json* j : {&before, &now}) {
    j->at("link").erase(key);
    j->erase("stop");
  }
  return difference("", before, now);
}

// The first of the keys at the head of `fresh` that the file has otherwise.
std::string difference_at_head(const json& file, const json& fresh, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (fresh.contains(key))
      if (std::string found = difference(key, file.at(key), fresh.at(key)); !found.empty()) return found;
  return "";
}

[[noreturn]] void refuse(const std::string& folder, const std::string& what) {
  throw input_error("--out: " + folder + " holds " + what);
}

[[noreturn]] void refuse_damaged(const std::string& folder, const std::string& name = "result.json") {
  refuse(folder, "a " + name +
                     " that is no result of this program: --resume cannot go on with it, --force overwrites "
                     "it");
}

bool is_reason(const std::string& stop) {
  for (const char* reason :
       {"bit_errors", "relative_interval", "max_bits", "channel_end", "target_ber", "interrupted"})
    if (stop == reason) return true;
  return false;
}

// Whether the curves are those of `expected`, all with the same points.
bool fits(const ber_result& r, const ber_result& expected) {
  const auto same_points = [](const curve& a, const curve& b) {
    return std::equal(a.points.begin(), a.points.end(), b.points.begin(), b.points.end(),
                      [](const point& x, const point& y) {
                        return x.snr_db == y.snr_db && x.bits == y.bits && x.stop == y.stop &&
                               is_reason(x.stop);
                      });
  };
  return std::equal(
      r.curves.begin(), r.curves.end(), expected.curves.begin(), expected.curves.end(),
      [&](const curve& a, const curve& b) { return a.id == b.id && same_points(a, r.curves[0]); });
}

}  // namespace

std::optional<json> open_folder(const std::string& folder, const json& fresh, bool resume, bool force,
                                const std::string& name) {
  const std::string path = folder + "/" + name;
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw input_error("--out: cannot make the folder " + folder + ": " + failed.message());
  if (force || !std::filesystem::exists(path)) return std::nullopt;
  json file = parse_result(read_file(path));
  try {
    const bool complete = file.at("complete").get<bool>();
    const json &before = file.at("scenario"), &now = fresh.at("scenario");
    if (!before.is_object()) refuse_damaged(folder, name);
    std::string differs = difference_at_head(file, fresh, {"format", "kind", "seed", "shard", "shards"});
    if (resume) {
      if (differs.empty()) differs = difference_at_head(file, fresh, {"mho", "arithmetic"});
      if (differs.empty()) differs = obstacle_in_scenario(before, now);
      if (differs.empty()) differs = difference_at_head(file, fresh, {"draw", "chunk_uses"});
      if (!differs.empty())
        refuse(folder, "a result that --resume cannot go on with: " + differs + "; --force overwrites it");
      return file;
    }
    if (differs.empty()) differs = difference("", before, now);
    if (!differs.empty())
      refuse(folder, "the result of another run: " + differs +
                         "; --resume goes on if only SNR values are added or [stop] is stricter, --force "
                         "overwrites it");
    if (!complete) refuse(folder, "an incomplete result; --resume finishes it, --force starts over");
    return std::nullopt;
  } catch (const json::exception&) {
    refuse_damaged(folder, name);
  }
}

ber_result points_to_keep(const std::string& folder, const json& earlier, const scenario& s,
                          const ber_result& expected, std::uint64_t chunk_bits) {
  try {
    const stop_settings before = stop_from(earlier.at("scenario").at("stop"));
    ber_result kept = from_json(earlier);
    if (!fits(kept, expected)) refuse_damaged(folder);
    for (std::size_t p = kept.curves[0].points.size(); p-- > 0;) {
      point_end end{kept.curves[0].points[p].stop, kept.curves[0].points[p].bits,
                    kept.curves[0].points[p].bit_errors, 0};
      for (const curve& c : kept.curves) {
        const point& one = c.points[p];
        end.fewest_errors = std::min(end.fewest_errors, one.bit_errors);
        end.highest_ber = std::max(end.highest_ber, one.ber);
      }
      if (end.why == "interrupted" ? goes_on_alike(before, s.stop, chunk_bits)
                                   : ends_alike(before, s.stop, chunk_bits, end))
        continue;
      for (curve& c : kept.curves) c.points.erase(c.points.begin() + static_cast<std::ptrdiff_t>(p));
    }
    return kept;
  } catch (const json::exception&) {
    refuse_damaged(folder);
  }
}

void write_run(const std::string& folder, const run_facts& run, const std::string& name) {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  json j;
  j["command_line"] = run.command_line;
  j["host"] = host;
  j["target"] = target_in_use().name;
  j["threads"] = run.threads;
  j["ranks"] = run.ranks;
  j["seconds"] = run.seconds;
  write_file(folder + "/" + name, text_of(j));
}

}  // namespace mho::sim
