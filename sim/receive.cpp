#include "receive.hpp"

#include <algorithm>
#include <cstring>

#include "every_width.hpp"

namespace mho::sim {
namespace {

typedef float vector __attribute__((vector_size(32)));
constexpr std::size_t width = 8, streams = width / 2;  // interleaved complex numbers

// Sums of neighbours: of a's first half, b's first half, a's second half, b's second half.
#define MHO_NEIGHBOURS(a, b)                                  \
  (__builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14) + \
   __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15))

}  // namespace

// Two antennas at a time. With x = a + ib, the products of a row with (a, -b) sum up to the real part, those
// with (b, a) to the imaginary one.
MHO_EVERY_WIDTH void receive(const std::complex<float>* h, const std::complex<float>* x, std::size_t rx,
                             std::size_t tx, float deviation, std::complex<float>* y) {
  const float *const rows = reinterpret_cast<const float*>(h), *const sent =
                                                                   reinterpret_cast<const float*>(x);
  float* const out = reinterpret_cast<float*>(y);
  const std::size_t whole = tx / streams * streams;
  const vector conjugate{1, -1, 1, -1, 1, -1, 1, -1};
  for (std::size_t i = 0; i < rx; i += 2) {
    const std::size_t next = std::min(i + 1, rx - 1);
    const float *const first = rows + 2 * i * tx, *const second = rows + 2 * next * tx;
    vector re[2]{}, im[2]{};
    for (std::size_t k = 0; k < whole; k += streams) {
      vector a, b, symbols;
      std::memcpy(&a, first + 2 * k, sizeof a);
      std::memcpy(&b, second + 2 * k, sizeof b);
      std::memcpy(&symbols, sent + 2 * k, sizeof symbols);
      const vector for_re = symbols * conjugate,
                   for_im = __builtin_shufflevector(symbols, symbols, 1, 0, 3, 2, 5, 4, 7, 6);
      re[0] += a * for_re;
      im[0] += a * for_im;
      re[1] += b * for_re;
      im[1] += b * for_im;
    }
    const vector one = MHO_NEIGHBOURS(re[0], im[0]), other = MHO_NEIGHBOURS(re[1], im[1]);
    const vector halves = MHO_NEIGHBOURS(one, other);
    float sum[4];
    for (std::size_t n = 0; n < 4; ++n) sum[n] = halves[n] + halves[n + 4];
    for (std::size_t k = 2 * whole; k < 2 * tx; k += 2) {
      sum[0] += first[k] * sent[k] - first[k + 1] * sent[k + 1];
      sum[1] += first[k] * sent[k + 1] + first[k + 1] * sent[k];
      sum[2] += second[k] * sent[k] - second[k + 1] * sent[k + 1];
      sum[3] += second[k] * sent[k + 1] + second[k + 1] * sent[k];
    }
    for (std::size_t n = 0; n < 2 * (next - i + 1); ++n) out[2 * i + n] = sum[n] + deviation * out[2 * i + n];
  }
}

}  // namespace mho::sim
