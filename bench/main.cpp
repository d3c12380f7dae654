// mho-bench: the detectors against their peers and against the machine, in one process.
#include <benchmark/benchmark.h>

#include <cctype>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "check.hpp"
#include "link_programs.hpp"
#include "peers/liquid.hpp"
#include "rows.hpp"

namespace {

const char* help =
    "mho-bench: detection by mho and by its peers, as shares of this machine's peak.\n"
    "  --mho_quick        the L2 batches of 16x4, 64x16 and 128x8 on one thread: under a minute\n"
    "  --mho_check        compare every implementation with double precision, links with the closed form; "
    "time "
    "nothing\n"
    "  --mho_threads=N    what \"all threads\" means (default: the processors there are)\n"
    "  --mho_target=NAME  force mho's SIMD target; shares are then of that vector width's peak\n"
    "Rates and shares are of the median batch. Tables: tools/bench_table.py. Also takes "
    "every flag of Google Benchmark (--benchmark_filter=REGEX, --benchmark_out=FILE.json, ...):\n";

struct flags {
  bool quick = false, check_only = false, list_only = false;
  unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  std::string target;
};

/// Takes mho's flags out of the arguments.
flags read_flags(std::vector<std::string>& arguments) {
  flags f;
  std::vector<std::string> others;
  for (const std::string& a : arguments) {
    if (a == "--mho_quick")
      f.quick = true;
    else if (a == "--mho_check")
      f.check_only = true;
    else if (a.starts_with("--mho_target="))
      f.target = a.substr(13);
    else if (a.starts_with("--mho_threads="))
      f.threads = static_cast<unsigned>(std::max(1, std::atoi(a.c_str() + 14)));
    else
      others.push_back(a);
    if (a == "--benchmark_list_tests" || a == "--benchmark_list_tests=true") f.list_only = true;
    if (a == "--help") std::fputs(help, stdout);
  }
  arguments = others;
  return f;
}

/// The widest vectors of a target that is named as Highway names them.
int vector_bits(std::string target) {
  for (char& c : target) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (target == "avx3_256" || target == "avx2") return 256;
  if (target.empty() || target.starts_with("avx3") || target.starts_with("avx512")) return 512;
  return 128;  // scalar, too: the machine has no narrower peak worth the name
}

bench::bounds measure(const flags& f) {
  bench::bounds b;
  b.threads = f.threads;
  b.peak = bench::measure_fma_peak(1);
  b.bandwidth = bench::measure_bandwidth(1);
  b.peak_mho = f.target.empty() ? b.peak : bench::measure_fma_peak(1, vector_bits(f.target));
  if (f.quick || f.threads == 1) return b;
  b.peak_spread = bench::measure_fma_peak(f.threads);
  b.bandwidth_spread = bench::measure_bandwidth(f.threads);
  b.peak_mho_spread =
      f.target.empty() ? b.peak_spread : bench::measure_fma_peak(f.threads, vector_bits(f.target));
  return b;
}

void describe(const bench::bounds& b, const flags& f) {
  const auto number = [](double v, const char* unit) {
    char text[64];
    std::snprintf(text, sizeof text, "%.1f %s", v, unit);
    return std::string(text);
  };
  benchmark::AddCustomContext("compiler", __VERSION__);
  benchmark::AddCustomContext("peer_eigen", bench::eigen_identity());
  benchmark::AddCustomContext("peer_armadillo", bench::armadillo_identity());
  benchmark::AddCustomContext("peer_openblas", bench::openblas_identity());
  benchmark::AddCustomContext("peer_cuda", bench::cuda_identity());
  benchmark::AddCustomContext("peer_liquid", bench::liquid_identity());
  benchmark::AddCustomContext("mho_target", f.target.empty() ? "the library's choice" : f.target);
  benchmark::AddCustomContext(
      "fma_peak", number(b.peak.gflops, "GFLOP/s, vectors of ") + std::to_string(b.peak.bits) + " bits");
  benchmark::AddCustomContext("bandwidth", number(b.bandwidth, "GB/s"));
  if (!f.target.empty())
    benchmark::AddCustomContext("fma_peak_of_target", number(b.peak_mho.gflops, "GFLOP/s"));
  if (b.bandwidth_spread > 0) {
    benchmark::AddCustomContext("all_threads", std::to_string(b.threads));
    benchmark::AddCustomContext("fma_peak_all_threads", number(b.peak_spread.gflops, "GFLOP/s"));
    benchmark::AddCustomContext("bandwidth_all_threads", number(b.bandwidth_spread, "GB/s"));
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const flags f = read_flags(arguments);
  // A default that the user's own flag, which comes later, overrides.
  arguments.insert(arguments.begin(), {argv[0], "--benchmark_min_time=0.1"});
  std::vector<char*> pointers;
  for (std::string& a : arguments) pointers.push_back(a.data());
  int count = static_cast<int>(pointers.size());
  pointers.push_back(nullptr);
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 2;

  bench::force_target(f.target);
  const std::vector<bench::group> plan = bench::make_plan(f.quick, f.threads);
  if (!f.list_only && !(bench::check_all(plan) && bench::check_demapping() && bench::check_links())) return 1;
  if (f.check_only) {
    std::fprintf(
        stderr,
        "mho-bench: all implementations agree with double precision, all links with the closed form\n");
    return 0;
  }
  bench::bounds b;
  b.threads = f.threads;
  if (!f.list_only) b = measure(f);
  if (!f.list_only) describe(b, f);
  bench::register_machine(b, f.quick);
  bench::register_detection(plan, b);
  bench::register_library(b);
  bench::register_inputs();
  bench::register_demapping();
  bench::register_link();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
