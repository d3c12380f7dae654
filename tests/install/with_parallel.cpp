// A user of mho::parallel alone.
#include <complex>
#include <mho/mho.hpp>
#include <mho/parallel.hpp>
#include <vector>

int main() {
  constexpr std::size_t problems = 100, rx = 4, tx = 2;
  std::vector<std::complex<float>> h(problems * rx * tx), y(problems * rx, 1.0f), x(problems * tx);
  for (std::size_t i = 0; i < h.size(); i += rx * tx) h[i] = h[i + 3] = 1;  // [I; 0]
  auto d = mho::make_detector("zf").value();
  if (d->reserve({.problems = problems, .rx = rx, .tx = tx, .slots = 2}) != mho::error::none) return 1;
  mho::output into;
  into.estimate = mho::row_major(x.data(), problems, 1, tx);
  const mho::channel_batch channel{.matrix = mho::row_major(h.data(), problems, rx, tx),
                                   .noise = mho::noise::white(1)};
  const mho::received_batch received{.vectors = mho::row_major(y.data(), problems, 1, rx)};
  if (mho::parallel::detect(*d, channel, received, {&into, 1}) != mho::error::none) return 1;
  for (const auto& symbol : x)
    if (std::abs(symbol - 1.0f) > 1e-6f) return 1;
  return 0;
}
