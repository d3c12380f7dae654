// What the forms of inputs cost: MMSE of a fresh channel a vector, the same numbers in every element type and
// layout.
#include <benchmark/benchmark.h>
#include <mho/mho.hpp>

#include <chrono>
#include <complex>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "problems.hpp"
#include "rows.hpp"

namespace bench {
namespace {

constexpr std::size_t problems = 392;  // everything stays in L2 up to 16x4; planes on no power of two

enum class layout { rows, planes, addresses };

// Small integers, which every type holds exactly: row-major or a plane an element.
template <class T>
struct numbers {
  numbers(std::size_t n1, std::size_t n2, layout how, std::uint16_t purpose)
      : memory(problems * n1 * n2), table(n1 * n2) {
    mho::random_stream random(1, 0, 0, purpose);
    const auto drawn = [&] { return static_cast<int>(random.word() % 255) - 127; };
    for (T& x : memory) {
      const int re = drawn(), im = drawn();
      const auto upper = [](int value) {
        const auto number = static_cast<float>(value);
        std::uint32_t bits;
        std::memcpy(&bits, &number, sizeof bits);
        return static_cast<std::uint16_t>(bits >> 16);
      };
      if constexpr (std::is_same_v<T, cf32>)
        x = {static_cast<float>(re), static_cast<float>(im)};
      else if constexpr (std::is_same_v<T, mho::cbf16>)
        x = {upper(re), upper(im)};
      else
        x = {static_cast<std::int16_t>(re), static_cast<std::int16_t>(im)};
    }
    for (std::size_t p = 0; p < table.size(); ++p) table[p] = memory.data() + p * problems;
    seen = how == layout::rows     ? mho::row_major(memory.data(), problems, n1, n2)
           : how == layout::planes ? mho::problem_fastest(memory.data(), problems, n1, n2)
                                   : mho::plane_pointers(table.data(), problems, n1, n2);
  }
  std::vector<T> memory;
  std::vector<T*> table;
  mho::view seen;
};

template <class T>
void input_row(benchmark::State& state, std::size_t rx, std::size_t tx, layout how) {
  const numbers<T> h(rx, tx, how, 0), y(1, rx, how, 1);
  std::vector<cf32> x(problems * tx);
  mho::output into;
  into.estimate = mho::row_major(x.data(), problems, 1, tx);
  auto detector = mho::make_detector("mmse").value();
  const mho::channel_batch channel{.matrix = h.seen, .noise = mho::noise::white(1)};
  const mho::received_batch received{.vectors = y.seen};
  if (const auto e = detector->reserve({.problems = problems, .rx = rx, .tx = tx}); e != mho::error::none)
    return state.SkipWithError(mho::to_string(e));
  latencies times;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    if (const auto e = detector->detect(channel, received, {&into, 1}); e != mho::error::none)
      return state.SkipWithError(mho::to_string(e));
    times.add(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  state.counters["problems_per_s"] = problems / times.percentile(0.5);
  state.counters["p50_us"] = times.percentile(0.5) * 1e6;
  state.counters["p99_us"] = times.percentile(0.99) * 1e6;
}

template <class T>
void register_type(const std::string& type) {
  for (const auto& [rx, tx] : {std::pair<std::size_t, std::size_t>{16, 4}, {64, 4}, {64, 16}})
    for (const auto& [how, name] : {std::pair{layout::rows, "rows"}, std::pair{layout::planes, "planes"},
                                    std::pair{layout::addresses, "addresses"}})
      benchmark::RegisterBenchmark(
          ("inputs/" + type + "/" + name + "/" + std::to_string(rx) + "x" + std::to_string(tx)).c_str(),
          [rx = rx, tx = tx, how = how](benchmark::State& s) { input_row<T>(s, rx, tx, how); })
          ->UseRealTime();
}

}  // namespace

void register_inputs() {
  register_type<cf32>("cf32");
  register_type<mho::cbf16>("cbf16");
  register_type<mho::ci16>("ci16");
}

}  // namespace bench
