#include "rows.hpp"

#include <benchmark/benchmark.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "problems.hpp"

namespace bench {
namespace {

using clock = std::chrono::steady_clock;

struct row {
  group of;
  maker by;
  std::size_t batch;
  unsigned threads;
};

/// The batch and the implementation of the row that runs now. Google Benchmark calls a row several times, and
/// neighbouring rows share a batch.
struct stage {
  std::string set_name, maker_name;
  std::unique_ptr<problem_set> set;
  made one;

  void make(const row& r) {
    const std::string wanted = group_name(r.of) + "/" + std::to_string(r.batch);
    if (wanted != set_name) {
      one = {};
      maker_name.clear();
      set.reset();  // before the next one is allocated
      set = std::make_unique<problem_set>(r.of.kind, r.of.mode, r.of.shape.rx, r.of.shape.tx, r.batch);
      set_name = wanted;
    }
    const std::string maker_wanted = r.by.name + std::to_string(r.threads);
    if (maker_wanted == maker_name) return;
    one = {};
    one = r.by.make(set->get(), r.threads);
    maker_name = maker_wanted;
    if (!one.it) return;
    one.it->prepare();
    run(r);  // touches its memory
  }

  void run(const row& r) {
    if (r.threads == 1) return one.it->run(0, r.batch, 0);
    if (one.it->spreads()) return one.it->run_threads();
    tbb::parallel_for(
        0u, r.threads,
        [&](unsigned t) { one.it->run(r.batch * t / r.threads, r.batch * (t + 1) / r.threads, t); },
        tbb::static_partitioner{});
  }
};

void count(benchmark::State& state, const row& r, const bounds& b, latencies& times) {
  const bool spread = r.threads > 1, ours = std::strncmp(r.by.name, "mho", 3) == 0;
  const std::size_t uses = r.of.mode == mode::block168 ? block_uses : 1;
  const double vectors = static_cast<double>(r.batch * uses);
  const double flops = vectors * flops_a_vector(r.of.kind, r.of.mode, r.of.shape.rx, r.of.shape.tx);
  const double bytes =
      static_cast<double>(r.batch * bytes_a_problem(r.of.mode, r.of.shape.rx, r.of.shape.tx));
  // The median: what other tenants of the machine take away now and then is not the program's; p99 shows it.
  const double typical = times.percentile(0.5);
  state.counters["problems_per_s"] = vectors / typical;
  state.counters["gflops"] = flops / typical * 1e-9;
  state.counters["p50_us"] = typical * 1e6;
  state.counters["p99_us"] = times.percentile(0.99) * 1e6;
  if (std::strcmp(r.by.name, "chain-cuda") == 0) {  // this machine's processor does not bound it
    state.SetLabel("GPU, data resident");
    return;
  }
  const fma_peak& peak = ours ? (spread ? b.peak_mho_spread : b.peak_mho) : spread ? b.peak_spread : b.peak;
  const double computing = flops / (peak.gflops * 1e9);
  const bool streams = bytes > 2.0 * static_cast<double>(last_level_bytes());
  const double moving = streams ? bytes / ((spread ? b.bandwidth_spread : b.bandwidth) * 1e9) : 0;
  state.counters["share_of_peak"] = std::max(computing, moving) / typical;
  state.SetLabel(moving > computing ? "memory bandwidth" : "FMA peak");
}

void run_row(benchmark::State& state, const row& r, const bounds& b) {
  static stage now;
  now.make(r);
  if (!now.one.it) return state.SkipWithError(now.one.reason.c_str());
  latencies times;
  auto before = clock::now();
  for (auto _ : state) {
    now.run(r);
    const auto after = clock::now();  // one reading a batch
    times.add(std::chrono::duration<double>(after - before).count());
    before = after;
  }
  count(state, r, b, times);
}

}  // namespace

double latencies::percentile(double share) {
  if (samples_.empty()) return 0;
  const auto at =
      samples_.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(samples_.size() - 1));
  std::nth_element(samples_.begin(), at, samples_.end());
  return *at;
}

void register_detection(const std::vector<group>& plan, const bounds& b) {
  for (const group& g : plan) {
    for (const std::size_t batch : g.batches)
      for (const maker& m : makers())
        if (takes_part(m, g))
          benchmark::RegisterBenchmark(
              (group_name(g) + "/" + m.name + "/batch:" + std::to_string(batch)).c_str(),
              [r = row{g, m, batch, 1}, &b](benchmark::State& state) { run_row(state, r, b); })
              ->UseRealTime()
              ->Unit(benchmark::kMicrosecond);
    // Threads live inside one call, so Google Benchmark's own are not used; the name is the one it would
    // give.
    for (const std::size_t batch : g.spread_batches)
      for (const maker& m : makers())
        if (takes_part(m, g) && std::strcmp(m.name, "chain-cuda") != 0)
          benchmark::RegisterBenchmark(
              (group_name(g) + "/" + m.name + "/batch:" + std::to_string(batch) +
               "/real_time/threads:" + std::to_string(b.threads))
                  .c_str(),
              [r = row{g, m, batch, b.threads}, &b](benchmark::State& state) { run_row(state, r, b); })
              ->Unit(benchmark::kMicrosecond);
  }
}

}  // namespace bench
