#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "ber_output.hpp"
#include "cluster/ranks.hpp"
#include "cluster/shard.hpp"
#include "commands.hpp"
#include "files.hpp"
#include "for_chunks.hpp"
#include "input_error.hpp"
#include "interrupt.hpp"
#include "plugin.hpp"
#include "refusal.hpp"
#include "result_folder.hpp"
#include "scenario_reader.hpp"
#include "thread_source.hpp"

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

rank_work prepare(const run_arguments& a, const ranks* job) {
  load_plugins(a.plugins);
  const scenario s = read_scenario(a.scenario, a.sets, a.seed);
  const unsigned threads = a.threads > 0    ? a.threads
                           : job != nullptr ? job->threads_each()
                                            : available_threads();
  result<link> made = link::make(s, {threads, s.stop.max_bits});
  if (!made) throw refusal(s, made.message());
  json head = to_json(made->settings(), empty_result(*made));
  return {std::move(head), std::move(*made), threads};
}

int run_and_write(const run_arguments& a, ranks* job) {
  const rank_work work = prepare(a, job);
  const scenario& s = work.l.settings();
  const sweep points = make_sweep(work.l);
  const std::string folder = a.out.empty() ? "results/" + s.name : a.out;
  const std::optional<json> file = open_folder(folder, work.head, a.resume, a.force);
  std::optional<ber_result> earlier;
  if (file) earlier = points_to_keep(folder, *file, s, points.empty, points.chunk_bits);
  if (job != nullptr) job->agree(work.head);

  run_facts facts{a.command_line, work.threads, job != nullptr ? job->size() : 1, {}};
  progress_line line(a.progress);
  run_options options;
  options.resume = earlier ? &*earlier : nullptr;
  options.point_seconds = &facts.seconds;
  options.on_progress = [&](const progress& p) { line.show(p); };
  const auto save = [&](const ber_result& r) { write_file(folder + "/result.json", text_of(to_json(s, r))); };
  options.on_round = save;
  const std::atomic<bool>& stop = interrupt_flag();
  std::unique_ptr<chunk_source> source;
  if (job != nullptr)
    source = job->source(work.l, points, work.threads, stop);
  else
    source = std::make_unique<thread_source>(work.l, points, work.threads, &stop);
  const ber_result r = run_ber(points, *source, options);
  line.end();
  save(r);
  source.reset();
  if (job != nullptr) job->dismiss();
  write_run(folder, facts);
  show_and_plot(folder, s, r, to_json(s, r), a.as_json);
  warn_of_signs(s, r);
  if (r.complete) return 0;
  std::fflush(stdout);  // both may go to one file
  fmt::print(stderr, "mho: interrupted: {} holds what was counted, --resume goes on\n", folder);
  return interrupted_status;
}

}  // namespace

int command_ber(const run_arguments& a) {
  const launcher started = launcher_in_use();
  if (!a.shard.empty()) {
    if (started.several())
      throw input_error("--shard: shards and ranks are two ways of sharing the work; start a shard alone");
    return run_shard(a);
  }
  const std::unique_ptr<ranks> job = join_ranks(started, a.rank_deadline_s);
  if (job == nullptr || job->rank() == 0) return run_and_write(a, job.get());
  job->serve([&] { return prepare(a, job.get()); }, interrupt_flag());
  return 0;
}

}  // namespace mho::sim
