#include "cost_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <mho/mho.hpp>

#include "arithmetic.hpp"
#include "baselines.hpp"
#include "input_error.hpp"
#include "kernel_time.hpp"

namespace mho::sim {
namespace {

// Times and energies of an ideal accelerator are zero; a rate over nothing is none.
json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

json item_json(const cost_item& item) {
  return {{"time_s", item.time_s}, {"energy_j", item.energy_j}, {"area_m2", item.area_m2}};
}

json part_json(const cost_item& item, bool area) {
  json j = item_json(item);
  if (!area) j["area_m2"] = nullptr;  // not modelled
  return j;
}

// Antennas at N real unknowns.
std::size_t antennas(const cost_link& link, std::size_t n) {
  return static_cast<std::size_t>(
      std::llround(static_cast<double>(n) / 2 * static_cast<double>(link.rx) / static_cast<double>(link.tx)));
}

cost_sheet count(const cost_subject& subject, const cost_request& request) {
  const result<cost_sheet> sheet = accelerator_cost(subject.parameters, request);
  if (!sheet) throw input_error("cost: " + sheet.message());
  return *sheet;
}

json row_json(const cost_subject& subject, const cost_settings& s, std::size_t n) {
  cost_request request{.real_unknowns = n, .cycles = subject.cycles};
  if (s.link) {
    request.complex_valued = request.digital = request.programming = request.variance = true;
    request.rx = antennas(*s.link, n);
    request.uses_per_channel = s.link->uses;
  }
  const cost_sheet sheet = count(subject, request);
  const cost_breakdown& p = sheet.parts;
  json row{{"accelerator", subject.name},
           {"n", n},
           {"stages", sheet.stages},
           {"array_rows", sheet.rows},
           {"cycles", sheet.cycles},
           {"operations", sheet.operations},
           {"time_s", sheet.total.time_s},
           {"energy_j", sheet.total.energy_j},
           {"area_m2", sheet.total.area_m2},
           {"ops_per_s", number(sheet.operations / sheet.total.time_s)},
           {"ops_per_j", number(sheet.operations / sheet.total.energy_j)},
           {"breakdown",
            {{"arrays", item_json(p.arrays)},
             {"opamps", item_json(p.opamps)},
             {"converters", item_json(p.converters)},
             {"digital", part_json(p.digital, false)},
             {"programming", part_json(p.programming, false)},
             {"gram", part_json(p.gram, false)}}},
           {"inv", sheet.analogue.inv},
           {"mvm", sheet.analogue.mvm}};
  if (s.link) {
    row["rx"] = request.rx;
    row["tx"] = n / 2;
    row["passes"] = sheet.passes;
    row["cells"] = sheet.cells;
    row["programming_time_s"] = sheet.programming.time_s;
    row["programming_energy_j"] = sheet.programming.energy_j;
    row["coherence_s"] = number(sheet.coherence_s);
    row["channel_share"] = sheet.channel_share;
    row["lifetime_s"] = number(sheet.lifetime_s);
    return row;
  }
  row["single_array"] = nullptr;
  if (sheet.stages > 0) {
    request.single_array = true;
    const cost_sheet one = count(subject, request);
    row["single_array"] = {{"time_s", one.total.time_s},
                           {"energy_j", one.total.energy_j},
                           {"ops_per_s", number(one.operations / one.total.time_s)},
                           {"ops_per_j", number(one.operations / one.total.energy_j)}};
  }
  return row;
}

json ratio(double baseline, const json& row, const char* key) {
  return row.is_null() || !row[key].is_number() ? json(nullptr) : number(baseline / row[key].get<double>());
}

// A baseline at one size, and how many times more it takes than each accelerator.
json size_json(std::size_t n, double time_s, double energy_j, const json& rows) {
  json at{{"n", n}, {"time_s", number(time_s)}, {"energy_j", number(energy_j)}, {"ratios", json::array()}};
  for (const json& row : rows) {
    if (row["n"] != n) continue;
    json r{{"accelerator", row["accelerator"]},
           {"time", ratio(time_s, row, "time_s")},
           {"energy", ratio(energy_j, row, "energy_j")}};
    if (row.contains("single_array")) {
      r["single_array_time"] = ratio(time_s, row["single_array"], "time_s");
      r["single_array_energy"] = ratio(energy_j, row["single_array"], "energy_j");
    }
    at["ratios"].push_back(r);
  }
  return at;
}

// The work of one solution in operations of a digital processor.
double work(const cost_settings& s, std::size_t n) {
  return s.link ? detection_operations(antennas(*s.link, n), n / 2, s.link->uses)
                : solution_operations(static_cast<double>(n));
}

json published_json(const cost_settings& s, const json& rows) {
  json list = json::array();
  for (const processor& p : published_processors()) {
    json j{{"name", p.name},
           {"source", p.source},
           {"power_basis", p.power_basis},
           {"reading", p.reading},
           {"ops_per_s", p.operations_per_s},
           {"ops_per_j", p.operations_per_j},
           {"sizes", json::array()}};
    for (const std::size_t n : s.sizes)
      j["sizes"].push_back(
          size_json(n, work(s, n) / p.operations_per_s, work(s, n) / p.operations_per_j, rows));
    list.push_back(j);
  }
  return list;
}

// A baseline whose seconds a vector were measured, at the sizes where they were.
json measured_json(const cost_settings& s, json head, const std::optional<double>& watt, const char* option,
                   const std::function<std::optional<double>(std::size_t n)>& seconds_at, const json& rows) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  head["power_basis"] = watt ? json(json(*watt).dump() + " W, from " + option) : json(nullptr);
  head["ops_per_s"] = head["ops_per_j"] = nullptr;
  head["sizes"] = json::array();
  for (const std::size_t n : s.sizes) {
    const double seconds = seconds_at(n).value_or(none), energy = watt ? seconds * *watt : none;
    head["sizes"].push_back(size_json(n, seconds, energy, rows));
    if (!std::isfinite(seconds)) continue;
    head["ops_per_s"] = work(s, n) / seconds;  // at the last size that was timed
    if (watt) head["ops_per_j"] = work(s, n) / energy;
  }
  return head;
}

json kernels_json(const cost_settings& s, kernel_work what, const char* name, const char* reading,
                  const json& rows) {
  const auto seconds_at = [&](std::size_t n) -> std::optional<double> {
    if (n % 2 != 0 || !s.measure_s) return std::nullopt;
    return kernel_seconds(what, s.link ? antennas(*s.link, n) : n / 2, n / 2, s.link ? s.link->uses : 1,
                          *s.measure_s);
  };
  const json head{{"name", name},
                  {"source", "measured now on this machine: one core, target " + target_in_use().name +
                                 ", a batch that fits the cache"},
                  {"reading", reading}};
  return measured_json(s, head, s.cpu_watt, "--cpu-watts", seconds_at, rows);
}

// Named, so that nobody misses it: the GPU as it is, not as its data sheet has it.
json gpu_json(const cost_settings& s, const json& rows) {
  const auto seconds_at = [&](std::size_t n) -> std::optional<double> {
    if (n % 2 != 0) return std::nullopt;
    if (!s.link) return bench_seconds(s.bench, "chain-cuda", "cholesky", 0, n / 2);
    const std::size_t rx = antennas(*s.link, n), uses = s.link->uses;
    const auto fresh = bench_seconds(s.bench, "chain-cuda", "fresh", rx, n / 2);
    if (!fresh || uses == 1) return fresh;
    // The whole chain once a channel, then weights that are applied.
    const auto applied = bench_seconds(s.bench, "chain-cuda", "block168", rx, n / 2);
    if (!applied) return std::nullopt;
    return *fresh / static_cast<double>(uses) + *applied;
  };
  const json head{
      {"name", "GPU, batched Gram, Cholesky and solutions"},
      {"source", s.bench.empty() ? "not measured here: chain-cuda of mho-bench on a machine with an "
                                   "NVIDIA GPU, then --bench"
                                 : "measured: chain-cuda of mho-bench, fastest batch, from --bench"},
      {"reading", "what a GPU makes of batches of small systems: the fair GPU baseline"}};
  return measured_json(s, head, s.gpu_watt, "--gpu-watts", seconds_at, rows);
}

// The paper's headline from the same formulas: a single array of 128 rows with projected times.
json claim_json() {
  const options projected = accelerator_options("projected").value();
  const cost_sheet one = accelerator_cost(projected, {.real_unknowns = 128, .single_array = true}).value();
  const double rate = one.operations / one.total.time_s, yield = one.operations / one.total.energy_j;
  const processor& core = published_processors()[0];
  return {{"n", 128},
          {"accelerator", "projected"},
          {"single_array", true},
          {"ops_per_s", rate},
          {"ops_per_j", yield},
          {"baseline", core.name},
          {"throughput_ratio", rate / core.operations_per_s},
          {"energy_ratio", yield / core.operations_per_j},
          {"cores", h100_cores},
          {"throughput_ratio_whole", rate / (core.operations_per_s * h100_cores)}};
}

}  // namespace

json compare_costs(const cost_settings& s) {
  json out{{"title", s.title}, {"count", s.link ? "whole" : "paper"}, {"link", nullptr}};
  if (s.link) out["link"] = {{"rx", s.link->rx}, {"tx", s.link->tx}, {"uses_per_channel", s.link->uses}};
  out["rows"] = json::array();
  for (const cost_subject& subject : s.subjects)
    for (const std::size_t n : s.sizes) out["rows"].push_back(row_json(subject, s, n));
  const json& rows = out["rows"];
  json baselines = published_json(s, rows);
  if (s.link) {
    baselines.push_back(kernels_json(s, kernel_work::fresh, "mho zf on this CPU, a channel a vector",
                                     "the same work with nothing shared: fair to a channel that changes with "
                                     "every vector",
                                     rows));
    if (s.link->uses > 1)
      baselines.push_back(kernels_json(s, kernel_work::prepared,
                                       "mho zf on this CPU, a channel prepared once",
                                       "the same work, shared by the same uses: the fair one", rows));
  } else {
    baselines.push_back(kernels_json(s, kernel_work::cholesky, "mho zf on this CPU, Gram matrix given",
                                     "the same work measured, with the variances besides: fair", rows));
  }
  baselines.push_back(gpu_json(s, rows));
  out["baselines"] = std::move(baselines);
  if (!s.link) out["claim"] = claim_json();
  return out;
}

}  // namespace mho::sim
