#include "closed_form.hpp"

#include <cmath>
#include <limits>

namespace mho::sim {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// log2 sqrt(points), or 0 if that is not a constellation's size.
unsigned axis_bits(std::size_t points) {
  for (unsigned k = 1; k <= 6; ++k)
    if (points == std::size_t{1} << (2 * k)) return k;
  return 0;
}

// Cho and Yoon's sum: P_b = (1/k) sum_j (1/r) sum_i (+-)(2^(j-1) - floor(i 2^(j-1)/r + 1/2))
// E[erfc(sqrt(c_i))] with c_i = (2 i + 1)^2 3 g / (2 (M - 1)), r = 2^k levels an axis. half_erfc(c) is
// E[erfc(sqrt(c))] / 2.
template <class HalfErfc>
double gray_sum(std::size_t points, double es_n0, HalfErfc half_erfc) {
  const unsigned k = axis_bits(points);
  if (k == 0 || !(es_n0 >= 0)) return not_a_number;
  const unsigned levels = 1u << k;
  double total = 0;
  for (unsigned bit = 1; bit <= k; ++bit) {
    const unsigned weight = 1u << (bit - 1);
    for (unsigned i = 0; i < levels - levels / (2 * weight); ++i) {
      const unsigned turns = i * weight / levels;
      const unsigned rounded = (2 * i * weight + levels) / (2 * levels);
      const double factor = static_cast<double>(weight) - static_cast<double>(rounded);
      const double odd = 2.0 * i + 1;
      const double c = odd * odd * 1.5 / (static_cast<double>(points) - 1) * es_n0;
      total += (turns % 2 == 0 ? factor : -factor) * 2 * half_erfc(c);
    }
  }
  return total / (k * levels);
}

// Proakis, eq. 14.4-15: p^L sum_(l < L) C(L-1+l, l) q^l with p = (1 - mu)/2, q = 1 - p, mu = sqrt(c / (1 +
// c)). Binomials overflow from L = 516: the last term is the largest (their ratio is q (L+l)/(l+1) >= 1 as q
// >= 1/2), so its logarithm is taken out and the sum, between 1 and L, runs down from it.
double combined(std::size_t branches, double c) {
  const auto count = static_cast<double>(branches);
  const double mu = std::sqrt(1 / (1 + 1 / c));
  const double p = 1 / (2 * (1 + c) * (1 + mu));  // (1 - mu)/2 without cancellation
  const double q = (1 + mu) / 2;
  double sum = 0, term = 1;
  for (std::size_t l = branches; l-- > 0;) {
    sum += term;
    if (term < sum * 0x1p-60) break;
    const auto index = static_cast<double>(l);
    term *= index / ((count - 1 + index) * q);
  }
  const double last =
      count * std::log(p) + (count - 1) * std::log(q) + std::lgamma(2 * count - 1) - 2 * std::lgamma(count);
  return std::exp(last) * sum;
}

}  // namespace

double ber_awgn(std::size_t points, double es_n0) noexcept {
  return gray_sum(points, es_n0, [](double c) { return std::erfc(std::sqrt(c)) / 2; });
}

double ser_awgn(std::size_t points, double es_n0) noexcept {
  const unsigned k = axis_bits(points);
  if (k == 0 || !(es_n0 >= 0)) return not_a_number;
  // An axis errs with probability e = 2 (1 - 1/r) Q(sqrt(3 g / (M - 1))); 1 - (1 - e)^2 = e (2 - e).
  const double levels = static_cast<double>(1u << k);
  const double axis =
      (1 - 1 / levels) * std::erfc(std::sqrt(1.5 * es_n0 / (static_cast<double>(points) - 1)));
  return axis * (2 - axis);
}

double ber_rayleigh(std::size_t points, std::size_t branches, double es_n0) noexcept {
  if (branches == 0) return not_a_number;
  return gray_sum(points, es_n0, [branches](double c) { return combined(branches, c); });
}

}  // namespace mho::sim
