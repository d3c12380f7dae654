#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "commands.hpp"
#include "files.hpp"
#include "for_chunks.hpp"
#include "gnuplot.hpp"
#include "input_error.hpp"
#include "interrupt.hpp"
#include "result_folder.hpp"
#include "scenario_reader.hpp"

namespace mho::sim {
namespace {

// The one reason for failed problems that the scenario shows: every Gram matrix has negative entries.
void warn_of_signs(const scenario& s, const ber_result& r) {
  for (const detector_settings& d : s.detectors) {
    const auto mapping = d.spec.values.find("array.mapping");
    if (mapping == d.spec.values.end() || std::get<std::string>(mapping->second) != "direct") continue;
    const std::vector<std::string> ids = curve_ids(d);
    for (const curve& c : r.curves)
      if (c.id == ids[0] &&
          std::any_of(c.points.begin(), c.points.end(), [](const point& p) { return p.failed_problems > 0; }))
        fmt::print(
            stderr,
            "mho: warning: {}: channels failed whose matrix has negative entries: array.mapping = direct "
            "takes none, split and pair do\n",
            d.id);
  }
}

}  // namespace

int command_ber(const run_arguments& a) {
  const scenario s = read_scenario(a.scenario, a.sets, a.seed);
  const result<link> made = link::make(s);
  if (!made) throw input_error(a.scenario + ": " + made.message());
  const std::string folder = a.out.empty() ? "results/" + s.name : a.out;
  const ber_result empty = empty_result(*made);
  const std::optional<json> file = open_folder(folder, to_json(s, empty), a.resume, a.force);
  std::optional<ber_result> earlier;
  if (file) earlier = points_to_keep(folder, *file, s, empty, made->chunk_uses() * made->bits_a_use());
  const unsigned threads = a.threads > 0 ? a.threads : available_threads();

  progress_line line(a.progress);
  std::vector<double> seconds;
  run_options options;
  options.threads = threads;
  options.stop = &interrupt_flag();
  options.resume = earlier ? &*earlier : nullptr;
  options.point_seconds = &seconds;
  options.on_progress = [&](const progress& p) { line.show(p); };
  const auto save = [&](const ber_result& r) { write_file(folder + "/result.json", text_of(to_json(s, r))); };
  options.on_round = save;
  const ber_result r = run_ber(*made, options);
  line.end();
  save(r);
  write_file(folder + "/ber.csv", to_csv(r));
  write_run(folder, a.command_line, threads, seconds);
  warn_of_signs(s, r);
  if (a.as_json)
    std::fputs(text_of(to_json(s, r)).c_str(), stdout);
  else
    std::fputs(ber_table(s, r).c_str(), stdout);
  const result<bool> plotted = plot_ber(folder, s, r);
  if (!plotted) fmt::print(stderr, "mho: warning: {}\n", plotted.message());
  if (!a.as_json)
    fmt::print("results in {}: result.json, ber.csv{}\n", folder, plotted ? ", ber.svg, ber.png" : "");
  if (!r.complete)
    fmt::print(stderr, "mho: interrupted: {} holds what was counted, --resume goes on\n", folder);
  return r.complete ? 0 : interrupted_status;
}

}  // namespace mho::sim
