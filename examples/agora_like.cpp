// An Agora-like pipeline: one channel serves a block of subcarriers, is digested once a slot, and its weights
// are applied to every OFDM symbol as it arrives. `weights` shows them, for those who multiply elsewhere.
#include <mho/mho.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <vector>

int main() {
  using cf32 = std::complex<float>;
  constexpr std::size_t blocks = 25, subcarriers = 12, ofdm_symbols = 13, rx = 64, tx = 16;
  constexpr float n0 = 0.05f;
  const auto qam = mho::constellation::parse("64qam").value();
  const std::size_t bits = tx * qam.bits();

  auto detector = mho::make_detector("zf").value();
  mho::error e =
      detector->reserve({.problems = blocks, .rx = rx, .tx = tx, .uses = subcarriers, .bits = qam.bits()});
  if (e != mho::error::none) return 1;

  // Pilots gave a channel a block.
  mho::random_stream random(/*seed*/ 1, /*stream*/ 0, /*number*/ 0, /*purpose*/ 0);
  std::vector<cf32> h(blocks * rx * tx), w(blocks * tx * rx);
  random.complex_normals(h);
  const mho::view weights = mho::row_major(w.data(), blocks, tx, rx);
  e = detector->prepare(mho::row_major(h.data(), blocks, rx, tx), mho::noise::white(n0));
  if (e == mho::error::none) e = detector->weights(weights);

  const mho::constellation* shared[] = {&qam};
  std::vector<std::uint8_t> sent(blocks * subcarriers * bits), decided(sent.size());
  std::vector<cf32> x(blocks * subcarriers * tx), y(blocks * subcarriers * rx), estimate(x.size());
  std::size_t wrong = 0;
  float farthest = 0;
  for (std::size_t symbol = 0; symbol < ofdm_symbols && e == mho::error::none; ++symbol) {
    // A symbol arrives: [block][subcarrier][antenna].
    random.bits(sent);
    qam.map(sent, x);
    random.complex_normals(y, n0);
    for (std::size_t v = 0; v < blocks * subcarriers; ++v)
      for (std::size_t i = 0; i < rx; ++i)
        for (std::size_t k = 0; k < tx; ++k)
          y[v * rx + i] += h[(v / subcarriers * rx + i) * tx + k] * x[v * tx + k];

    mho::received_batch received{.vectors = mho::row_major(y.data(), blocks, subcarriers, rx)};
    received.symbols = shared;
    mho::output into;
    into.estimate = mho::row_major(estimate.data(), blocks, subcarriers, tx);
    into.bits = mho::row_major(decided.data(), blocks, subcarriers, bits);
    e = detector->apply(received, {&into, 1});

    for (std::size_t b = 0; b < sent.size(); ++b) wrong += sent[b] != decided[b];
    for (std::size_t k = 0; k < tx; ++k) {  // the first vector once more, with the weights themselves
      cf32 sum = 0;
      for (std::size_t i = 0; i < rx; ++i) sum += weights.at<cf32>(0, k, i) * y[i];
      farthest = std::max(farthest, std::abs(sum - estimate[k]));
    }
  }
  if (e != mho::error::none) {
    std::fprintf(stderr, "%s\n", mho::to_string(e));
    return 1;
  }
  std::printf("%zu channels digested once, %zu vectors: %zu bits wrong; W y differs by %.1e at most\n",
              blocks, blocks * subcarriers * ofdm_symbols, wrong, static_cast<double>(farthest));
  // Both sums of 64 terms round otherwise: 64 units of 2^-24 of what they add up, which stays below 8 here.
  return wrong == 0 && farthest < 64 * 0x1p-24f * 8 ? 0 : 1;
}
