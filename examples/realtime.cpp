// A slot loop that measures its own latency. After `reserve` nothing allocates, locks or prints, so what
// varies is the machine: pin the thread, isolate its core and compare p99.9 / p50.
#include <mho/mho.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <complex>
#include <cstdio>
#include <vector>

int main() {
  using cf32 = std::complex<float>;
  using clock = std::chrono::steady_clock;
  constexpr std::size_t elements = 1200, rx = 16, tx = 4, slots = 2000, warm_up = 100;
  constexpr float n0 = 0.01f;
  const auto qam = mho::constellation::parse("64qam").value();
  const std::size_t bits = tx * qam.bits();

  // A slot's resource elements, each with its own channel; what was sent is kept to check the decisions.
  mho::random_stream random(/*seed*/ 1, /*stream*/ 0, /*number*/ 0, /*purpose*/ 0);
  std::vector<cf32> h(elements * rx * tx), x(elements * tx), y(elements * rx);
  std::vector<std::uint8_t> sent(elements * bits), decided(sent.size());
  random.complex_normals(h);
  random.bits(sent);
  qam.map(sent, x);
  random.complex_normals(y, n0);
  for (std::size_t p = 0; p < elements; ++p)
    for (std::size_t i = 0; i < rx; ++i)
      for (std::size_t k = 0; k < tx; ++k) y[p * rx + i] += h[(p * rx + i) * tx + k] * x[p * tx + k];

  auto detector = mho::make_detector("mmse").value();
  if (detector->reserve({.problems = elements, .rx = rx, .tx = tx, .bits = qam.bits()}) != mho::error::none)
    return 1;
  const mho::constellation* shared[] = {&qam};
  const mho::channel_batch channel{mho::row_major(h.data(), elements, rx, tx), mho::noise::white(n0)};
  mho::received_batch received{.vectors = mho::row_major(y.data(), elements, 1, rx)};
  received.symbols = shared;
  mho::output into;
  into.bits = mho::row_major(decided.data(), elements, 1, bits);

  std::vector<double> latency;  // microseconds
  latency.reserve(slots);
  std::size_t wrong = 0;
  for (std::size_t slot = 0; slot < warm_up + slots; ++slot) {
    std::fill(decided.begin(), decided.end(), std::uint8_t{2});
    const auto begin = clock::now();
    const mho::error e = detector->detect(channel, received, {&into, 1});
    const std::chrono::duration<double, std::micro> took = clock::now() - begin;
    if (e != mho::error::none || decided != sent) ++wrong;
    if (slot >= warm_up) latency.push_back(took.count());
  }
  std::sort(latency.begin(), latency.end());
  const auto percentile = [&](double share) {  // the smallest that so many do not exceed
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(slots)));
    return latency[std::clamp<std::size_t>(rank, 1, slots) - 1];
  };
  std::printf(
      "%zu slots of %zu elements, %zux%zu, microseconds: p50 %.1f  p99 %.1f  p99.9 %.1f  max %.1f  "
      "p99.9/p50 %.2f\n",
      slots, elements, rx, tx, percentile(0.5), percentile(0.99), percentile(0.999), latency.back(),
      percentile(0.999) / percentile(0.5));
  if (wrong > 0) std::printf("%zu slots with wrong decisions\n", wrong);
  return wrong == 0 ? 0 : 1;
}
