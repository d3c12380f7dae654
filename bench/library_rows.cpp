// Rows of the machine, and of parts of the library that have no peer.
#include <benchmark/benchmark.h>
#include <mho/mho.hpp>

#include <chrono>
#include <vector>

#include "analog/wires.hpp"
#include "problems.hpp"
#include "rows.hpp"

namespace bench {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void fma_row(benchmark::State& state, unsigned threads) {
  fma_peak best;
  for (auto _ : state) {
    const fma_peak now = measure_fma_peak(threads);
    if (now.gflops > best.gflops) best = now;
  }
  state.counters["gflops"] = best.gflops;
  state.counters["share_of_peak"] = 1;
  state.SetLabel("FMA peak");
  state.counters["vector_bits"] = best.bits;
}

void bandwidth_row(benchmark::State& state, unsigned threads) {
  double best = 0;
  for (auto _ : state) best = std::max(best, measure_bandwidth(threads));
  state.counters["gigabytes_per_s"] = best;
  state.counters["share_of_peak"] = 1;
  state.SetLabel("memory bandwidth");
}

void crosswise_row(benchmark::State& state, std::size_t bytes, const bounds& b) {
  double best = 0;
  for (auto _ : state) best = std::max(best, measure_crosswise(bytes));
  state.counters["gigabytes_per_s"] = best;
  state.counters["share_of_peak"] = best / b.bandwidth;
  state.SetLabel("of the bandwidth");
}

void normals_row(benchmark::State& state, const bounds& b) {
  buffer<float> out(4096);
  std::uint64_t number = 0;
  latencies times;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    mho::random_stream random(1, 0, number++, 0);
    random.normals({out.data(), out.size()});
    benchmark::DoNotOptimize(out.data());
    times.add(seconds_since(start));
  }
  const double rate = static_cast<double>(out.size()) / times.percentile(0.5);
  state.counters["normals_per_s"] = rate;
  state.counters["normals_per_100_flops"] = rate * 100 / (b.peak.gflops * 1e9);  // of the FMA peak
  state.counters["p50_us"] = times.percentile(0.5) * 1e6;
  state.counters["p99_us"] = times.percentile(0.99) * 1e6;
}

/// One programmed channel, many received vectors: what an analogue accelerator is for.
void analog_row(benchmark::State& state) {
  constexpr std::size_t uses = 256, rx = 128, tx = 8;
  problem_set set(kind::zf, mode::fresh, rx, tx, 1);
  std::vector<cf32> y(uses * rx), x(uses * tx);
  std::vector<float> variance(uses * tx);
  mho::random_stream random(1, 0, 1, 0);
  random.complex_normals(y);
  auto detector = mho::make_detector("analog-zf");
  if (!detector) return state.SkipWithError(detector.message().c_str());
  std::vector<mho::output> into((*detector)->steps());
  into.back().estimate = mho::row_major(x.data(), 1, uses, tx);
  into.back().variance = mho::row_major(variance.data(), 1, uses, tx);
  const mho::channel_batch channel{.matrix = mho::row_major(set.get().matrix, 1, rx, tx),
                                   .noise = mho::noise::white(set.get().n0)};
  const mho::received_batch received{.vectors = mho::row_major(y.data(), 1, uses, rx)};
  if (const auto e = (*detector)->reserve({.problems = 1, .rx = rx, .tx = tx, .uses = uses});
      e != mho::error::none)
    return state.SkipWithError(mho::to_string(e));
  if (const auto e = (*detector)->prepare(channel); e != mho::error::none)
    return state.SkipWithError(mho::to_string(e));
  latencies times;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    if (const auto e = (*detector)->apply(received, into); e != mho::error::none)
      return state.SkipWithError(mho::to_string(e));
    times.add(seconds_since(start));
  }
  state.counters["problems_per_s"] = uses / times.percentile(0.5);
  state.counters["p50_us"] = times.percentile(0.5) * 1e6;
  state.counters["p99_us"] = times.percentile(0.99) * 1e6;
}

/// The wires of one INV array of n rows reduced to its terminals: what a Monte Carlo trial with wires adds.
void wires_row(benchmark::State& state, Eigen::Index n) {
  mho::analog::inv_cells cells{Eigen::MatrixXd(n, n), {}, Eigen::VectorXd::Constant(n, 35e-6), 1.73};
  mho::random_stream random(1, 0, 2, 0);
  for (double& siemens : cells.plus.reshaped()) siemens = 35e-6 * random.uniform();
  mho::analog::wire_reducer reducer(n, n);
  mho::analog::terminal_conductance out;
  latencies times;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    reducer.reduce(cells, out);
    benchmark::DoNotOptimize(out.y.data());
    times.add(seconds_since(start));
  }
  state.counters["arrays_per_s"] = 1 / times.percentile(0.5);
  state.counters["p50_us"] = times.percentile(0.5) * 1e6;
  state.counters["p99_us"] = times.percentile(0.99) * 1e6;
}

}  // namespace

void register_machine(const bounds& b, bool quick) {
  const std::string spread = "/threads:" + std::to_string(b.threads);
  const auto add = [](const std::string& name, void (*body)(benchmark::State&, unsigned), unsigned threads) {
    benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& s) { body(s, threads); })->UseRealTime();
  };
  add("machine/fma_peak", fma_row, 1);
  add("machine/bandwidth", bandwidth_row, 1);
  if (quick) return;
  for (const std::size_t bytes : {512u, 4096u, 8192u})
    benchmark::RegisterBenchmark(("machine/crosswise/" + std::to_string(bytes)).c_str(),
                                 [=, &b](benchmark::State& s) { crosswise_row(s, bytes, b); })
        ->UseRealTime();
  if (b.threads == 1) return;
  add("machine/fma_peak" + spread, fma_row, b.threads);
  add("machine/bandwidth" + spread, bandwidth_row, b.threads);
}

void register_library(const bounds& b) {
  benchmark::RegisterBenchmark("normals/philox", [&b](benchmark::State& s) {
    normals_row(s, b);
  })->UseRealTime();
  benchmark::RegisterBenchmark("analog/static/128x8", analog_row)->UseRealTime();
  for (const Eigen::Index n : {5, 32, 128}) {
    const std::string size = std::to_string(n);
    benchmark::RegisterBenchmark(("analog/wires/" + size + "x" + size).c_str(), [n](benchmark::State& s) {
      wires_row(s, n);
    })->UseRealTime();
  }
}

}  // namespace bench
