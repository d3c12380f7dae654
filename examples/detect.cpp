// Detects 64 received vectors of a 16x4 system with MMSE and prints what became of them.
#include <mho/mho.hpp>

#include <complex>
#include <cstdio>
#include <vector>

int main() {
  using cf32 = std::complex<float>;
  const std::size_t problems = 64, rx = 16, tx = 4;
  const float n0 = 0.1f;

  // A made-up link: channels, bits, symbols, noise. Yours come from a receiver.
  const auto qam = mho::constellation::parse("64qam").value();
  mho::random_stream random(/*seed*/ 1, /*stream*/ 0, /*number*/ 0, /*purpose*/ 0);
  std::vector<cf32> h(problems * rx * tx), x(problems * tx), y(problems * rx);
  std::vector<std::uint8_t> sent(problems * tx * qam.bits()), decided(sent.size());
  random.complex_normals(h);
  random.bits(sent);
  qam.map(sent, x);
  random.complex_normals(y, n0);
  for (std::size_t p = 0; p < problems; ++p)
    for (std::size_t i = 0; i < rx; ++i)
      for (std::size_t k = 0; k < tx; ++k) y[p * rx + i] += h[(p * rx + i) * tx + k] * x[p * tx + k];

  auto detector = mho::make_detector("mmse").value();
  if (detector->reserve({.problems = problems, .rx = rx, .tx = tx, .bits = qam.bits()}) != mho::error::none)
    return 1;

  std::vector<float> llr(sent.size());
  std::vector<mho::status> state(problems);
  const mho::constellation* symbols[] = {&qam};
  mho::received_batch received{.vectors = mho::row_major(y.data(), problems, 1, rx)};
  received.symbols = symbols;
  mho::output into;
  into.llr = mho::row_major(llr.data(), problems, 1, tx * qam.bits());
  into.bits = mho::row_major(decided.data(), problems, 1, tx * qam.bits());
  into.state = state;

  const mho::channel_batch channel{.matrix = mho::row_major(h.data(), problems, rx, tx),
                                   .noise = mho::noise::white(n0)};
  if (const mho::error e = detector->detect(channel, received, {&into, 1}); e != mho::error::none) {
    std::fprintf(stderr, "detect: %s\n", mho::to_string(e));
    return 1;
  }
  std::size_t errors = 0, failed = 0;
  for (std::size_t i = 0; i < sent.size(); ++i) errors += sent[i] != decided[i];
  for (const mho::status s : state) failed += mho::is_failed(s);
  std::printf("%zu bits, %zu errors, %zu failed problems, first LLR %.2f for a sent %d\n", sent.size(),
              errors, failed, static_cast<double>(llr[0]), sent[0]);
  return 0;
}
