#include "kernel_time.hpp"

#include <algorithm>
#include <chrono>
#include <complex>
#include <functional>
#include <mho/mho.hpp>
#include <stdexcept>
#include <vector>

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;

// Median time of a call; at least three calls, the first does not count.
double median_seconds(const std::function<error()>& work, double budget_s) {
  using clock = std::chrono::steady_clock;
  std::vector<double> seconds;
  const auto begin = clock::now();
  for (auto before = begin; seconds.size() < 4 || before - begin < std::chrono::duration<double>(budget_s);) {
    if (const error e = work(); e != error::none)
      throw std::runtime_error(std::string("timing the kernels: ") + to_string(e));
    const auto now = clock::now();
    seconds.push_back(std::chrono::duration<double>(now - before).count());
    before = now;
  }
  seconds.erase(seconds.begin());
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle;
}

// Problems that fit a core's second-level cache, whole SIMD vectors of them.
std::size_t batch_of(std::size_t entries) {
  constexpr std::size_t cache_bytes = 512 * 1024, lanes = 16;
  return std::clamp<std::size_t>(cache_bytes / (sizeof(cf32) * entries) / lanes * lanes, lanes, 1024);
}

// The same well-conditioned Gram matrix for every problem, each with a place of its own in memory.
void fill_grams(std::vector<cf32>& grams, std::size_t tx) {
  const std::size_t rx = 4 * tx;
  std::vector<cf32> h(rx * tx);
  random_stream random(1, 0, 0, 0);
  random.complex_normals(h);
  for (std::size_t i = 0; i < tx; ++i)
    for (std::size_t j = 0; j < tx; ++j) {
      cf32 sum = 0;
      for (std::size_t a = 0; a < rx; ++a) sum += std::conj(h[a * tx + i]) * h[a * tx + j];
      grams[i * tx + j] = sum;
    }
  const auto first = grams.begin(), end_of_first = first + static_cast<std::ptrdiff_t>(tx * tx);
  for (auto next = end_of_first; next != grams.end(); next += static_cast<std::ptrdiff_t>(tx * tx))
    std::copy(first, end_of_first, next);
}

}  // namespace

std::optional<double> kernel_seconds(kernel_work work, std::size_t rx, std::size_t tx, std::size_t uses,
                                     double budget_s) {
  constexpr std::size_t most_streams = 256, most_uses = 168;
  if (tx > most_streams) return std::nullopt;
  const bool gram = work == kernel_work::cholesky, prepared = work == kernel_work::prepared;
  const std::size_t rows = gram ? tx : rx;
  // A resource block's worth of vectors shows what one more costs.
  const std::size_t vectors = prepared ? std::min(uses, most_uses) : 1;
  const std::size_t batch = batch_of(rows * (tx + vectors));
  std::vector<cf32> matrix(batch * rows * tx), y(batch * vectors * rows), x(batch * vectors * tx);
  std::vector<float> variance(x.size());
  random_stream random(1, 0, 1, 0);
  random.complex_normals(y);
  if (gram)
    fill_grams(matrix, tx);
  else
    random.complex_normals(matrix);

  auto detector = make_detector("zf").value();
  const form is = gram ? form::gram : form::channel;
  if (detector->reserve({.problems = batch, .rx = rows, .tx = tx, .uses = vectors, .is = is}) != error::none)
    return std::nullopt;
  const channel_batch channel{row_major(matrix.data(), batch, rows, tx), noise::white(0.1f), is};
  const received_batch received{.vectors = row_major(y.data(), batch, vectors, rows)};
  output into;
  into.estimate = row_major(x.data(), batch, vectors, tx);
  into.variance = row_major(variance.data(), batch, vectors, tx);
  const double problems = static_cast<double>(batch);
  if (!prepared)
    return median_seconds(
               [&] {
                 return detector->detect(channel, received, {&into, 1});
               },
               budget_s) /
           problems;
  const double once = median_seconds([&] { return detector->prepare(channel); }, budget_s / 2);
  const double each = median_seconds([&] { return detector->apply(received, {&into, 1}); }, budget_s / 2);
  return (once / static_cast<double>(uses) + each / static_cast<double>(vectors)) / problems;
}

}  // namespace mho::sim
