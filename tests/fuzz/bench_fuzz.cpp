// A result of mho-bench, as `mho cost --bench` reads it; times that are asked for are numbers.
#include <cmath>

#include "bench_rows.hpp"
#include "input_error.hpp"
#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mho::fuzz::memory_file file(data, size);
  try {
    const auto rows = mho::sim::read_bench(file.path());
    for (const auto& row : rows)
      for (const std::size_t rx : {row.rx, std::size_t{0}}) {
        const auto seconds = mho::sim::bench_seconds(rows, row.implementation, row.mode, rx, row.tx);
        const bool chain = row.detector == "zf" || row.detector == "mmse";
        if (chain && !seconds) std::abort();
        if (seconds && !(std::isfinite(*seconds) && *seconds > 0)) std::abort();
      }
  } catch (const mho::sim::input_error&) {
  }
  return 0;
}
