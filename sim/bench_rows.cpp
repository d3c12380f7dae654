#include "bench_rows.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "files.hpp"
#include "input_error.hpp"
#include "result_file.hpp"

namespace mho::sim {
namespace {

// "128x8" as two numbers.
bool read_size(const std::string& text, bench_row& row) {
  const std::size_t at = text.find('x');
  if (at == std::string::npos) return false;
  const char *begin = text.data(), *middle = begin + at, *end = begin + text.size();
  const auto rx = std::from_chars(begin, middle, row.rx), tx = std::from_chars(middle + 1, end, row.tx);
  return rx.ec == std::errc() && rx.ptr == middle && tx.ec == std::errc() && tx.ptr == end;
}

}  // namespace

std::vector<bench_row> read_bench(const std::string& path) {
  json file;
  try {
    file = json::parse(read_file(path));
  } catch (const std::exception&) {
    throw input_error("--bench: " + path + ": no JSON of mho-bench --benchmark_out can be read there");
  }
  std::vector<bench_row> rows;
  if (!file.is_object() || !file.contains("benchmarks") || !file["benchmarks"].is_array())
    throw input_error("--bench: " + path + ": has no benchmarks; write it by mho-bench --benchmark_out");
  for (const json& entry : file["benchmarks"]) {
    if (!entry.is_object() || !entry.contains("name") || !entry["name"].is_string()) continue;
    if (!entry.contains("problems_per_s") || !entry["problems_per_s"].is_number()) continue;
    std::istringstream name(entry["name"].get<std::string>());
    std::vector<std::string> parts;
    for (std::string part; std::getline(name, part, '/');) parts.push_back(part);
    bench_row row;
    if (parts.size() < 5 || !read_size(parts[2], row)) continue;
    row.detector = parts[0];
    row.mode = parts[1];
    row.implementation = parts[3];
    row.problems_per_s = entry["problems_per_s"];
    if (row.problems_per_s > 0 && std::isfinite(1 / row.problems_per_s)) rows.push_back(row);
  }
  return rows;
}

std::optional<double> bench_seconds(const std::vector<bench_row>& rows, const std::string& implementation,
                                    const std::string& mode, std::size_t rx, std::size_t tx) {
  double best = 0;
  for (const bench_row& row : rows)
    if (row.implementation == implementation && row.mode == mode && row.tx == tx &&
        (rx == 0 || row.rx == rx) && (row.detector == "zf" || row.detector == "mmse"))
      best = std::max(best, row.problems_per_s);
  if (best > 0) return 1 / best;
  return std::nullopt;
}

}  // namespace mho::sim
