#include "problems.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <limits>
#include <vector>

#include <mho/random.hpp>

#include "reference.hpp"

namespace bench {
namespace {

constexpr float noise_variance = 0.1f;
constexpr std::size_t most_distinct = 48;

}  // namespace

void* allocate_pages(std::size_t bytes) {
  constexpr std::size_t page = std::size_t{2} << 20;
  const std::size_t size = std::max(page, (bytes + page - 1) / page * page);
  void* const memory = std::aligned_alloc(page, size);
  if (memory == nullptr) throw std::bad_alloc();
  madvise(memory, size, MADV_HUGEPAGE);  // a wish
  return memory;
}

problem_set::problem_set(kind k, mode m, std::size_t rx, std::size_t tx, std::size_t problems)
    : distinct_(std::min(problems, rx * tx >= 4096 ? most_distinct / 8 : most_distinct)) {
  task_.kind = k;
  task_.mode = m;
  task_.problems = problems;
  task_.rx = rx;
  task_.tx = tx;
  task_.uses = m == mode::block168 ? block_uses : 1;
  task_.n0 = noise_variance;
  draw();
  lay_out();
  estimate_ = buffer<cf32>(problems * task_.uses * tx);
  variance_ = buffer<float>(problems * tx);
  task_.estimate = estimate_.data();
  task_.variance = variance_.data();
  poison();
}

void problem_set::draw() {
  const task& t = task_;
  mho::random_stream random(/*seed*/ 1, /*stream*/ 0, /*number*/ t.rx * 1000 + t.tx, /*purpose*/ 0);
  channels_ = buffer<cf32>(distinct_ * t.rx * t.tx);
  vectors_ = buffer<cf32>(distinct_ * t.uses * t.rx);
  random.complex_normals({channels_.data(), channels_.size()});
  random.complex_normals({vectors_.data(), vectors_.size()}, t.n0);
  std::vector<cf32> symbols(t.tx);
  const float amplitude = 0.70710678f;
  for (std::size_t v = 0; v < distinct_ * t.uses; ++v) {
    for (cf32& s : symbols) {
      const std::uint32_t w = random.word();
      s = {(w & 1) != 0 ? amplitude : -amplitude, (w & 2) != 0 ? amplitude : -amplitude};
    }
    const cf32* h = &channels_[v / t.uses * t.rx * t.tx];
    for (std::size_t r = 0; r < t.rx; ++r)
      for (std::size_t i = 0; i < t.tx; ++i) vectors_[v * t.rx + r] += h[r * t.tx + i] * symbols[i];
  }
}

void problem_set::lay_out() {
  task& t = task_;
  const std::size_t channel_size = t.rx * t.tx, vector_size = t.uses * t.rx;
  switch (t.mode) {
    case mode::block168:
      weigh();
      [[fallthrough]];
    case mode::fresh:
      matrix_ = buffer<cf32>(t.problems * channel_size);
      received_ = buffer<cf32>(t.problems * vector_size);
      for (std::size_t p = 0; p < t.problems; ++p) {
        std::copy_n(channel(p % distinct_), channel_size, &matrix_[p * channel_size]);
        std::copy_n(received(p % distinct_), vector_size, &received_[p * vector_size]);
      }
      break;
    case mode::planes:
      matrix_ = buffer<cf32>(t.problems * channel_size);
      received_ = buffer<cf32>(t.problems * t.rx);
      for (std::size_t i = 0; i < channel_size; ++i)
        for (std::size_t p = 0; p < t.problems; ++p) matrix_[i * t.problems + p] = channel(p % distinct_)[i];
      for (std::size_t r = 0; r < t.rx; ++r)
        for (std::size_t p = 0; p < t.problems; ++p)
          received_[r * t.problems + p] = received(p % distinct_)[r];
      break;
    case mode::cholesky: {
      matrix_ = buffer<cf32>(t.problems * t.tx * t.tx);
      received_ = buffer<cf32>(t.problems * t.tx);
      for (std::size_t p = 0; p < t.problems; ++p) {
        if (p >= distinct_) {
          std::copy_n(&matrix_[p % distinct_ * t.tx * t.tx], t.tx * t.tx, &matrix_[p * t.tx * t.tx]);
          std::copy_n(&received_[p % distinct_ * t.tx], t.tx, &received_[p * t.tx]);
          continue;
        }
        const cf32 *h = channel(p), *y = received(p);
        for (std::size_t i = 0; i < t.tx; ++i) {
          for (std::size_t j = 0; j < t.tx; ++j) {
            std::complex<double> sum = 0;
            for (std::size_t r = 0; r < t.rx; ++r)
              sum += std::conj(std::complex<double>(h[r * t.tx + i])) * std::complex<double>(h[r * t.tx + j]);
            matrix_[(p * t.tx + i) * t.tx + j] = cf32(sum);
          }
          std::complex<double> sum = 0;
          for (std::size_t r = 0; r < t.rx; ++r)
            sum += std::conj(std::complex<double>(h[r * t.tx + i])) * std::complex<double>(y[r]);
          received_[p * t.tx + i] = cf32(sum);
        }
      }
      break;
    }
  }
  t.matrix = matrix_.data();
  t.received = received_.data();
}

void problem_set::weigh() {
  task& t = task_;
  weights_ = buffer<cf32>(t.problems * t.rx * t.tx);
  for (std::size_t p = 0; p < t.problems; ++p) {
    cf32* w = &weights_[p * t.rx * t.tx];
    if (p >= distinct_) {
      std::copy_n(&weights_[p % distinct_ * t.rx * t.tx], t.rx * t.tx, w);
      continue;
    }
    const reference solution = solve_reference(t.kind, channel(p), t.rx, t.tx, static_cast<double>(t.n0));
    for (std::size_t i = 0; i < t.tx; ++i)
      for (std::size_t r = 0; r < t.rx; ++r) w[r * t.tx + i] = cf32(solution.weights[i * t.rx + r]);
  }
  t.weights = weights_.data();
}

void problem_set::poison() {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::fill_n(estimate_.data(), estimate_.size(), cf32(nan, nan));
  std::fill_n(variance_.data(), variance_.size(), nan);
}

std::size_t bytes_a_problem(mode m, std::size_t rx, std::size_t tx) {
  switch (m) {
    case mode::fresh:
    case mode::planes:
      return 8 * (rx * tx + rx + tx) + 4 * tx;
    case mode::block168:
      return 8 * (rx * tx + block_uses * (rx + tx));
    case mode::cholesky:
      return 8 * (tx * (tx + 1) / 2 + 2 * tx);
  }
  return 0;
}

double flops_a_vector(kind k, mode m, std::size_t rx_count, std::size_t tx_count) {
  const auto rx = static_cast<double>(rx_count), tx = static_cast<double>(tx_count);
  switch (m) {
    case mode::fresh:
    case mode::planes:
      if (k == kind::mrc) return 4 * rx * tx * tx + 8 * rx * tx + 2 * tx * tx;  // Gram, filter, interference
      return 4 * rx * tx * tx + 8 * rx * tx + 8.0 / 3 * tx * tx * tx + 8 * tx * tx;
    case mode::block168:
      return 8 * rx * tx;
    case mode::cholesky:
      return 4.0 / 3 * tx * tx * tx + 8 * tx * tx;
  }
  return 0;
}

}  // namespace bench
