#include "result_folder.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "files.hpp"
#include "input_error.hpp"
#include "stopping.hpp"

namespace mho::sim {
namespace {

// Whether two documents say the same, whatever the order of their keys.
bool same(const json& a, const json& b) {
  return nlohmann::json::parse(a.dump()) == nlohmann::json::parse(b.dump());
}

const char* snr_key(const json& link) {
  for (const char* key : {"snr_db", "es_n0_db", "eb_n0_db"})
    if (link.contains(key)) return key;
  return "";
}

stop_settings stop_from(const json& j) {
  stop_settings s;
  if (!j.at("bit_errors").is_null()) s.bit_errors = j.at("bit_errors");
  if (!j.at("relative_interval").is_null()) s.relative_interval = j.at("relative_interval");
  s.min_bits = j.at("min_bits");
  s.max_bits = j.at("max_bits");
  if (!j.at("target_ber").is_null()) s.target_ber = j.at("target_ber");
  return s;
}

// Whether a run of `now` holds all that one of `before` holds: the same scenario but for added SNR values and
// a stricter [stop].
bool extends(json before, json now) {
  const std::string key = snr_key(now.at("link"));
  const json old_values = before.at("link").value(key, json::array()), values = now.at("link").at(key);
  if (!std::all_of(old_values.begin(), old_values.end(), [&](const json& value) {
        return std::find(values.begin(), values.end(), value) != values.end();
      }))
    return false;
  if (!at_least_as_strict(stop_from(now.at("stop")), stop_from(before.at("stop")))) return false;
  for (json* j : {&before, &now}) {
    j->at("link").erase(key);
    j->erase("stop");
  }
  return same(before, now);
}

// What of `fresh` the file has otherwise though a resumed run must not mix it; "" if nothing.
std::string mixture(const json& file, const json& fresh) {
  for (const char* key : {"mho", "arithmetic", "draw", "chunk_uses"})
    if (fresh.contains(key) && file.at(key) != fresh.at(key))
      return std::string(key) + " " + file.at(key).dump() + ", this run has " + fresh.at(key).dump();
  return "";
}

[[noreturn]] void refuse(const std::string& folder, const std::string& what) {
  throw input_error("--out: " + folder + " holds " + what);
}

[[noreturn]] void refuse_damaged(const std::string& folder) {
  refuse(folder,
         "a result.json that is no result of this program: --resume cannot go on with it, --force "
         "overwrites it");
}

}  // namespace

std::optional<json> open_folder(const std::string& folder, const json& fresh, bool resume, bool force) {
  const std::string path = folder + "/result.json";
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw input_error("--out: cannot make the folder " + folder + ": " + failed.message());
  if (force || !std::filesystem::exists(path)) return std::nullopt;
  json file = json::parse(read_file(path), nullptr, false);
  try {
    const bool complete = file.at("complete");
    const json &before = file.at("scenario"), &now = fresh.at("scenario");
    const bool ours = file.at("format") == fresh.at("format") && file.at("kind") == fresh.at("kind") &&
                      file.at("seed") == fresh.at("seed") &&
                      (resume ? extends(before, now) : same(before, now));
    if (!ours)
      refuse(folder,
             "the result of another scenario or seed; --resume goes on with the same one, added SNR "
             "values and a stricter [stop] allowed; --force overwrites it");
    if (!resume && !complete)
      refuse(folder, "an incomplete result; --resume finishes it, --force starts over");
    if (const std::string what = mixture(file, fresh); resume && !what.empty())
      refuse(folder, "a result of " + what + ": --resume cannot mix them, --force starts over");
  } catch (const json::exception&) {
    refuse_damaged(folder);
  }
  if (!resume) return std::nullopt;
  return file;
}

ber_result points_to_keep(const std::string& folder, const json& earlier, const scenario& s,
                          std::uint64_t chunk_bits) {
  try {
    const stop_settings before = stop_from(earlier.at("scenario").at("stop"));
    ber_result kept = from_json(earlier);
    if (kept.curves.empty()) refuse_damaged(folder);
    for (std::size_t p = kept.curves[0].points.size(); p-- > 0;) {
      point_end end{kept.curves[0].points[p].stop, kept.curves[0].points[p].bits,
                    kept.curves[0].points[p].bit_errors, 0};
      for (const curve& c : kept.curves) {
        const point& one = c.points.at(p);
        end.fewest_errors = std::min(end.fewest_errors, one.bit_errors);
        end.highest_ber = std::max(end.highest_ber, one.ber);
      }
      if (ends_alike(before, s.stop, chunk_bits, end)) continue;
      for (curve& c : kept.curves) c.points.erase(c.points.begin() + static_cast<std::ptrdiff_t>(p));
    }
    return kept;
  } catch (const json::exception&) {
    refuse_damaged(folder);
  } catch (const std::out_of_range&) {
    refuse_damaged(folder);
  }
}

void write_run(const std::string& folder, const std::string& command_line, unsigned threads,
               const std::vector<double>& seconds) {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  json run;
  run["command_line"] = command_line;
  run["host"] = host;
  run["target"] = "scalar";
  run["threads"] = threads;
  run["ranks"] = 1;
  run["seconds"] = seconds;
  write_file(folder + "/run.json", text_of(run));
}

}  // namespace mho::sim
