// Demapping: hard decisions and max-log LLRs of square QAM, by mho's kernels and by liquid-dsp's modem.
#include <benchmark/benchmark.h>
#include <mho/mho.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

#include "peers/liquid.hpp"
#include "problems.hpp"
#include "rows.hpp"

namespace bench {
namespace {

constexpr std::size_t sizes[] = {4, 16, 64, 256, 1024, 4096};
constexpr std::size_t symbols = 2048;  // everything stays in L2

/// Noisy points, one in twelve to one in six decided wrongly. The mapping is the one that liquid has.
struct demap_set {
  explicit demap_set(std::size_t points)
      : qam(mho::constellation::make(points, mho::mapping::paper).value()),
        level(1.0f / static_cast<float>(points)),
        x(symbols),
        variance(symbols),
        llr(symbols * qam.bits()),
        bits(symbols * qam.bits()) {
    mho::random_stream random(1, 0, points, 0);
    random.complex_normals({x.data(), symbols}, level);
    for (std::size_t i = 0; i < symbols; ++i) {
      x[i] += qam.points()[random.word() % points];
      variance[i] = level;
    }
  }
  void soft() const {
    qam.llr({x.data(), symbols}, {variance.data(), symbols}, mho::demapper::max_log,
            {llr.data(), llr.size()});
  }
  void hard() const { qam.slice({x.data(), symbols}, {bits.data(), bits.size()}); }

  mho::constellation qam;
  float level;
  buffer<cf32> x;
  buffer<float> variance, llr;
  buffer<std::uint8_t> bits;
};

template <class F>
void demap_row(benchmark::State& state, unsigned bits, const char* label, F&& run) {
  latencies times;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    run();
    times.add(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  const double median = times.percentile(0.5);
  state.counters["bits_per_s"] = static_cast<double>(symbols * bits) / median;
  state.counters["symbols_per_s"] = static_cast<double>(symbols) / median;
  state.counters["p50_us"] = median * 1e6;
  state.counters["p99_us"] = times.percentile(0.99) * 1e6;
  state.SetLabel(label);
}

void mho_row(benchmark::State& state, std::size_t points, bool soft) {
  const demap_set set(points);
  demap_row(state, set.qam.bits(), soft ? "FP32 LLRs" : "a byte a bit", [&] {
    soft ? set.soft() : set.hard();
    benchmark::DoNotOptimize(set.llr.data());
    benchmark::DoNotOptimize(set.bits.data());
    benchmark::ClobberMemory();
  });
}

void liquid_row(benchmark::State& state, std::size_t points, bool soft) {
  const demap_set set(points);
  std::string reason;
  const auto modem = liquid_qam::make(points, reason);
  if (!modem) return state.SkipWithError(reason.c_str());
  std::vector<unsigned> labels(symbols);
  demap_row(state, set.qam.bits(), soft ? "8 bits, no noise variance" : "packed labels", [&] {
    if (soft)
      modem->soft(set.x.data(), symbols, set.qam.bits(), set.bits.data());
    else
      modem->hard(set.x.data(), symbols, labels.data());
    benchmark::DoNotOptimize(labels.data());
    benchmark::ClobberMemory();
  });
}

/// The same decisions; soft bits that are what liquid makes of the difference of distances, which is mho's
/// LLR times the variance.
bool agrees(const demap_set& set, liquid_qam& modem) {
  const unsigned width = set.qam.bits();
  std::vector<unsigned> labels(symbols);
  std::vector<std::uint8_t> quality(symbols * width);
  modem.hard(set.x.data(), symbols, labels.data());
  modem.soft(set.x.data(), symbols, width, quality.data());
  set.hard();
  set.soft();
  const double scale = 16 * 1.2 * static_cast<double>(set.qam.size()) * static_cast<double>(set.level);
  for (std::size_t i = 0; i < symbols; ++i)
    for (unsigned j = 0; j < width; ++j) {
      const unsigned bit = (labels[i] >> (width - 1 - j)) & 1, own = set.bits[i * width + j];
      // The sum before truncation; truncated, then the rounding of two squared distances in FP32.
      const double expected = 127 - scale * static_cast<double>(set.llr[i * width + j]);
      const int got = quality[i * width + j];
      const bool same = got == 0     ? expected < 127
                        : got == 255 ? expected > 127
                                     : std::abs(got - expected) < 1.01;
      if (bit != own || !same) {
        std::fprintf(stderr, "mho-bench: demap/%zuqam: bit %u of %zu: %u and %u, %d for %.2f\n",
                     set.qam.size(), j, i, own, bit, got, expected);
        return false;
      }
    }
  return true;
}

}  // namespace

bool check_demapping() {
  bool right = true;
  for (const std::size_t points : sizes) {
    std::string reason;
    if (const auto modem = liquid_qam::make(points, reason)) right &= agrees(demap_set(points), *modem);
  }
  return right;
}

void register_demapping() {
  for (const bool soft : {true, false})
    for (const std::size_t points : sizes) {
      const std::string name = std::string("demap/") + (soft ? "max-log/" : "hard/") +
                               (points == 4 ? std::string("qpsk") : std::to_string(points) + "qam");
      const auto add = [&](const char* who, void (*body)(benchmark::State&, std::size_t, bool)) {
        benchmark::RegisterBenchmark((name + who).c_str(), [=](benchmark::State& s) {
          body(s, points, soft);
        })->UseRealTime();
      };
      add("/mho", mho_row);
      add("/liquid", liquid_row);
    }
}

}  // namespace bench
