#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <mho/mho.hpp>

#include <fmt/format.h>

#include "accelerator_arguments.hpp"
#include "commands.hpp"
#include "cost_comparison.hpp"
#include "cost_plot.hpp"
#include "files.hpp"
#include "input_error.hpp"
#include "scenario_reader.hpp"

namespace mho::sim {
namespace {

constexpr std::size_t most_unknowns = 4096, most_antennas = 4096;

std::vector<std::size_t> read_sizes(const std::string& text) {
  std::vector<std::size_t> sizes;
  for (const char *at = text.data(), *end = at + text.size();;) {
    std::size_t n = 0;
    const auto [next, code] = std::from_chars(at, end, n);
    if (code != std::errc() || n < 1 || n > most_unknowns || (next != end && *next != ','))
      throw input_error("--sizes: must be integers from 1 to 4096, separated by commas");
    sizes.push_back(n);
    if (next == end) return sizes;
    at = next + 1;
  }
}

// The detectors' accelerators, each once for its cycles; the largest of them is what is run.
std::vector<cost_subject> subjects_of(const scenario& s) {
  std::vector<cost_subject> subjects;
  for (const detector_settings& d : s.detectors) {
    if (d.accelerator.empty()) continue;
    options replaced = d.spec.values;
    const auto base = replaced.find("accelerator");
    const std::string preset = base != replaced.end() ? std::get<std::string>(base->second) : "paper";
    for (const char* own : {"accelerator", "cycles", "seed"}) replaced.erase(own);
    std::string name = d.accelerator;
    for (const cost_subject& other : subjects)
      if (other.name == name) name = d.id;
    subjects.push_back(
        {name, accelerator_options(preset, replaced).value(), static_cast<std::size_t>(d.cycles.back())});
  }
  return subjects;
}

void read_link(const cost_arguments& a, cost_settings& s) {
  const bool some = a.rx > 0 || a.tx > 0 || a.uses > 0;
  if (!some) return;
  if (!s.link) {
    if (a.rx == 0) throw input_error("--rx: missing; --rx and --tx make a link");
    if (a.tx == 0) throw input_error("--tx: missing; --rx and --tx make a link");
    s.link = cost_link{};
  }
  if (a.rx > 0) s.link->rx = a.rx;
  if (a.tx > 0) s.link->tx = a.tx;
  if (a.uses > 0) s.link->uses = a.uses;
  if (s.link->tx > s.link->rx) throw input_error("--tx: must be at most rx = " + std::to_string(s.link->rx));
}

// Sizes of a link stand for a whole number of streams, and antennas that can be counted.
void check_sizes(const cost_settings& s) {
  if (!s.link) return;
  for (const std::size_t n : s.sizes) {
    const std::string which = "--sizes: " + std::to_string(n) + ": ";
    if (n % 2 != 0) throw input_error(which + "must be even: two real unknowns a stream");
    if (n / 2 * s.link->rx > most_antennas * s.link->tx)
      throw input_error(which + "needs more than 4096 antennas at " + std::to_string(s.link->rx) + " for " +
                        std::to_string(s.link->tx) + " streams");
  }
}

cost_settings settings_of(const cost_arguments& a, std::string& folder) {
  cost_settings s;
  folder = a.out;
  if (a.scenario.empty()) {
    const std::string name = a.accelerator.empty() ? "paper" : a.accelerator;
    s.subjects.push_back({name.substr(name.rfind(':') + 1) + (a.sets.empty() ? "" : "+"),
                          accelerator_parameters(name, a.sets), 0});
  } else {
    const scenario file = read_scenario(a.scenario, a.sets, 1);
    s.title = file.title;
    s.subjects = subjects_of(file);
    if (!a.accelerator.empty()) s.subjects = {{a.accelerator, accelerator_parameters(a.accelerator, {}), 0}};
    if (s.subjects.empty())
      throw input_error(a.scenario + ": detector: mho cost needs an analogue one, or --accelerator");
    s.link = cost_link{file.link.rx, file.link.tx, file.link.uses_per_channel};
    s.sizes = file.cost_sizes;
    if (folder.empty()) folder = "results/" + file.name;
  }
  read_link(a, s);
  if (!a.sizes.empty()) s.sizes = read_sizes(a.sizes);
  if (s.sizes.empty() && s.link) s.sizes = {2 * s.link->tx};
  if (s.sizes.empty()) s.sizes = {4, 8, 16, 32, 64, 128};
  check_sizes(s);
  if (a.no_measure) s.measure_s.reset();
  if (a.cpu_watt > 0) s.cpu_watt = a.cpu_watt;
  if (a.gpu_watt > 0) s.gpu_watt = a.gpu_watt;
  if (!a.bench.empty()) s.bench = read_bench(a.bench);
  return s;
}

}  // namespace

int command_cost(const cost_arguments& a) {
  std::string folder;
  const cost_settings settings = settings_of(a, folder);
  std::error_code failed;
  if (!folder.empty()) std::filesystem::create_directories(folder, failed);
  if (failed) throw input_error("--out: cannot make the folder " + folder + ": " + failed.message());
  const json comparison = compare_costs(settings);
  std::fputs((a.as_json ? text_of(comparison) : cost_tables(comparison)).c_str(), stdout);
  if (folder.empty()) return 0;
  write_file(folder + "/cost.json", text_of(comparison));
  const result<bool> plotted = plot_cost(folder, comparison);
  if (!plotted) fmt::print(stderr, "mho: warning: {}\n", plotted.message());
  if (!a.as_json) fmt::print("results in {}: cost.json{}\n", folder, plotted ? ", cost.svg, cost.png" : "");
  return 0;
}

}  // namespace mho::sim
