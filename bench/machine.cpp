#include "machine.hpp"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "problems.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace bench {
namespace {

double seconds_of(const std::function<void()>& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The shortest time of `trials` in which all threads do body(thread) at once.
double shortest(unsigned threads, int trials, const std::function<void(unsigned)>& body) {
  if (threads == 1) {
    double best = 1e300;
    for (int i = 0; i < trials; ++i) best = std::min(best, seconds_of([&] { body(0); }));
    return best;
  }
  std::vector<double> slowest(static_cast<std::size_t>(trials), 0.0);
  std::vector<std::vector<double>> times(threads, slowest);
  std::barrier together(threads);
  std::vector<std::jthread> pool;
  for (unsigned t = 0; t < threads; ++t)
    pool.emplace_back([&, t] {
      for (int i = 0; i < trials; ++i) {
        together.arrive_and_wait();
        times[t][static_cast<std::size_t>(i)] = seconds_of([&] { body(t); });
      }
    });
  pool.clear();
  for (const auto& of_thread : times)
    for (std::size_t i = 0; i < slowest.size(); ++i) slowest[i] = std::max(slowest[i], of_thread[i]);
  return *std::min_element(slowest.begin(), slowest.end());
}

constexpr int chains = 12;  // independent sums: more than latency x ports, and they fit 16 registers
constexpr long steps = 200'000;

typedef float vector_of_128 __attribute__((vector_size(16)));
typedef float vector_of_256 __attribute__((vector_size(32), may_alias));
typedef float vector_of_512 __attribute__((vector_size(64)));

// Read at run time, so that the compiler cannot compute the chains.
volatile float scale = 0.999f, shift = 1e-3f;

/// `chains` dependent chains of fused multiply-adds. Twelve variables, not an array: g++ would keep that in
/// memory.
template <class vector>
float fma_chains() {
  const vector a = vector{} + scale, b = vector{} + shift;
  vector s0 = b, s1 = b + 1, s2 = b + 2, s3 = b + 3, s4 = b + 4, s5 = b + 5, s6 = b + 6, s7 = b + 7,
         s8 = b + 8, s9 = b + 9, s10 = b + 10, s11 = b + 11;
  for (long i = 0; i < steps; ++i) {
    s0 = s0 * a + b;
    s1 = s1 * a + b;
    s2 = s2 * a + b;
    s3 = s3 * a + b;
    s4 = s4 * a + b;
    s5 = s5 * a + b;
    s6 = s6 * a + b;
    s7 = s7 * a + b;
    s8 = s8 * a + b;
    s9 = s9 * a + b;
    s10 = s10 * a + b;
    s11 = s11 * a + b;
  }
  const vector sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;
  return sum[0];
}

template <class vector>
double fma_gflops(unsigned threads) {
  static std::atomic<float> sink;
  const double seconds = shortest(threads, 25, [](unsigned) { sink = fma_chains<vector>(); });
  return threads * 2.0 * chains * steps * static_cast<double>(sizeof(vector) / sizeof(float)) / seconds *
         1e-9;
}

std::size_t cache_bytes(int level, std::size_t otherwise) {
  std::size_t found = 0;
  for (int index = 0; index < 6; ++index) {
    const std::string folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
    int this_level = 0;
    std::string size, type;
    if (!(std::ifstream(folder + "level") >> this_level) || !(std::ifstream(folder + "size") >> size))
      continue;
    std::ifstream(folder + "type") >> type;
    if (type == "Instruction" || (level != 0 && this_level != level)) continue;
    const std::size_t unit = size.back() == 'M' ? 1 << 20 : size.back() == 'K' ? 1 << 10 : 1;
    found = std::max<std::size_t>(found, std::strtoull(size.c_str(), nullptr, 10) * unit);
  }
  return found != 0 ? found : otherwise;
}

void triad(float* a, const float* b, const float* c, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) a[i] = b[i] + 0.5f * c[i];
}

#if defined(__AVX__)
void streaming_triad(float* a, const float* b, const float* c, std::size_t n) {
  const __m256 half = _mm256_set1_ps(0.5f);
  for (std::size_t i = 0; i < n; i += 8)
    _mm256_stream_ps(a + i, _mm256_add_ps(_mm256_load_ps(b + i), _mm256_mul_ps(half, _mm256_load_ps(c + i))));
  _mm_sfence();
}
#else
constexpr auto streaming_triad = triad;
#endif

struct free_array {
  void operator()(float* p) const { std::free(p); }
};

}  // namespace

fma_peak measure_fma_peak(unsigned threads, int most_bits) {
  fma_peak best;
  const auto keep = [&](double gflops, int bits) {
    if (bits <= most_bits && gflops > best.gflops) best = {gflops, bits};
  };
  keep(fma_gflops<vector_of_128>(threads), 128);
  if (most_bits >= 256) keep(fma_gflops<vector_of_256>(threads), 256);
  if (most_bits >= 512) keep(fma_gflops<vector_of_512>(threads), 512);
  return best;
}

double measure_bandwidth(unsigned threads) {
  // Each of the three arrays is twice the last-level cache, in all threads together.
  const std::size_t n = 2 * last_level_bytes() / sizeof(float) / threads / 64 * 64;
  std::vector<std::unique_ptr<float, free_array>> arrays;
  for (unsigned i = 0; i < 3 * threads; ++i) {
    arrays.emplace_back(static_cast<float*>(std::aligned_alloc(64, n * sizeof(float))));
    std::fill_n(arrays.back().get(), n, 1.0f);
  }
  double best = 1e300;
  for (const auto body : {+triad, +streaming_triad})
    best = std::min(best, shortest(threads, 8, [&](unsigned t) {
                      body(arrays[3 * t].get(), arrays[3 * t + 1].get(), arrays[3 * t + 2].get(), n);
                    }));
  return threads * 3.0 * static_cast<double>(n) * sizeof(float) / best * 1e-9;
}

double measure_crosswise(std::size_t bytes) {
  constexpr std::size_t lanes = 8, line = 64;
  const std::size_t pack = lanes * bytes, packs = 4 * last_level_bytes() / pack;
  const std::unique_ptr<float, free_array> memory(static_cast<float*>(allocate_pages(packs * pack)));
  std::fill_n(memory.get(), packs * pack / sizeof(float), 1.0f);
  static std::atomic<float> sink;
  const double seconds = shortest(1, 5, [&](unsigned) {
    vector_of_256 sum[2] = {};
    const auto* start = reinterpret_cast<const char*>(memory.get());
    for (std::size_t p = 0; p < packs; ++p, start += pack)
      for (std::size_t at = 0; at < bytes; at += line)
        for (std::size_t l = 0; l < lanes; ++l) {
          const char* from = start + l * bytes + at;
          if (p + 1 < packs) __builtin_prefetch(from + pack, 0, 2);
          sum[0] += *reinterpret_cast<const vector_of_256*>(from);
          sum[1] += *reinterpret_cast<const vector_of_256*>(from + line / 2);
        }
    sink = sum[0][0] + sum[1][0];
  });
  return static_cast<double>(packs * pack) / seconds * 1e-9;
}

std::size_t l2_bytes() { return cache_bytes(2, std::size_t{1} << 20); }
std::size_t last_level_bytes() { return cache_bytes(0, std::size_t{32} << 20); }

}  // namespace bench
