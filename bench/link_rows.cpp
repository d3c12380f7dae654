// The simulator's link, one thread, mmse at 128x8 with 256-QAM.
#include <benchmark/benchmark.h>

#include "rows.hpp"

#ifdef BENCH_HAVE_SIM
#include <chrono>

#include "link.hpp"
#endif

namespace bench {

#ifdef BENCH_HAVE_SIM
namespace {

void link_row(benchmark::State& state) {
  mho::sim::scenario scenario;
  scenario.link.rx = 128;
  scenario.link.tx = 8;
  scenario.link.modulation = "256qam";
  scenario.link.snr = {10.0};
  mho::sim::detector_settings settings;
  settings.id = settings.label = "mmse";
  settings.spec = mho::detector_spec("mmse");
  scenario.detectors.push_back(settings);
  const auto made = mho::sim::link::make(scenario);
  if (!made) return state.SkipWithError(made.message().c_str());
  mho::sim::link_worker worker(*made);
  std::vector<mho::sim::tally> counts(made->curves());
  for (auto& c : counts) c.clear(scenario.link.tx, scenario.channel.realisations);
  const auto point = made->at(10.0);
  std::uint64_t chunk = 0;
  const auto start = std::chrono::steady_clock::now();
  for (auto _ : state) worker.run(point, chunk++, counts);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  state.counters["uses_per_s"] = static_cast<double>(chunk * made->chunk_uses()) / seconds;
}

}  // namespace
#else
namespace {

void link_row(benchmark::State& state) { state.SkipWithError("built without the simulator"); }

}  // namespace
#endif

void register_link() { benchmark::RegisterBenchmark("link/full/128x8", link_row)->UseRealTime(); }

}  // namespace bench
