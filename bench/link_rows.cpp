// The whole link, one thread: mho's simulator and the programs that others would write.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cmath>
#include <cstdio>

#include "link_programs.hpp"
#include "rows.hpp"

namespace bench {
namespace {

void link_row(benchmark::State& state, const link_entry& entry) {
  const link_point p = point_of(entry.rx, link_snr_db);
  const made_link one = entry.make(p);
  if (!one.it) return state.SkipWithError(one.reason.c_str());
  link_counts counts;
  latencies times;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    const double own = one.it->run(counts);
    if (std::isnan(own)) return state.SkipWithError("its program failed");
    times.add(own > 0 ? own
                      : std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  const double uses = static_cast<double>(one.it->batch_uses()),
               bits = static_cast<double>(counts.uses * p.tx * link_bits);
  state.counters["uses_per_s"] = uses / times.percentile(0.5);
  state.counters["ber_zf"] = static_cast<double>(counts.zf.errors) / bits;
  state.counters["ber_mmse"] = static_cast<double>(counts.mmse.errors) / bits;
  char label[64];
  std::snprintf(label, sizeof label, "%zu-QAM, %.2f dB", link_points,
                10 * std::log10(static_cast<double>(p.tx) / p.n0));
  state.SetLabel(label);
}

}  // namespace

void register_link() {
  for (const link_entry& entry : link_entries())
    benchmark::RegisterBenchmark(entry.name, [&entry](benchmark::State& s) {
      link_row(s, entry);
    })->UseRealTime();
}

}  // namespace bench
