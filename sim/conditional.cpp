#include "conditional.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace mho::sim {

conditional_errors::conditional_errors(const constellation& symbols) : symbols_(symbols) {
  const auto points = symbols.points();
  std::vector<float> levels;
  for (const auto point : points) levels.push_back(point.real());
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  count_ = levels.size();
  for (std::size_t i = 0; i + 1 < count_; ++i)
    edge_.push_back((static_cast<double>(levels[i]) + static_cast<double>(levels[i + 1])) / 2);
  const auto index = [&](float level) {
    return static_cast<std::uint32_t>(std::lower_bound(levels.begin(), levels.end(), level) - levels.begin());
  };
  std::vector<std::uint32_t> label(points.size());  // [real][imag]
  for (std::uint32_t l = 0; l < points.size(); ++l) {
    at_.push_back({index(points[l].real()), index(points[l].imag())});
    label[at_[l].real * count_ + at_[l].imag] = l;
  }
  for (std::size_t i = 0; i < count_; ++i)
    for (std::size_t j = 0; j < count_; ++j) {
      const auto differ = [](std::uint32_t a, std::uint32_t b) {
        return static_cast<std::uint8_t>(std::popcount(a ^ b));
      };
      real_distance_.push_back(differ(label[i * count_], label[j * count_]));
      imag_distance_.push_back(differ(label[i], label[j]));
    }
}

double conditional_errors::of_symbol(std::uint32_t sent, std::complex<double> mean, double variance) const {
  if (!(variance > 0)) {  // no noise, or a failed problem, which is decided on 0
    const std::uint32_t decided = symbols_.nearest(std::complex<float>(mean));
    return static_cast<double>(std::popcount(decided ^ sent));
  }
  const double deviation = std::sqrt(variance / 2);
  return of_axis(at_[sent].real, real_distance_, mean.real(), deviation) +
         of_axis(at_[sent].imag, imag_distance_, mean.imag(), deviation);
}

// Summed by parts: the tail beyond an edge times what the bits that differ change there. The sent level
// itself has none, so nothing is taken from 1, and the smallest tails keep their digits.
double conditional_errors::of_axis(std::uint32_t sent, const std::vector<std::uint8_t>& distance, double mean,
                                   double deviation) const {
  const std::uint8_t* const differ = &distance[sent * count_];
  const double scale = 1 / (deviation * std::sqrt(2.0));
  double sum = 0;
  for (std::size_t i = sent; i + 1 < count_; ++i) {
    const double tail = 0.5 * std::erfc((edge_[i] - mean) * scale);
    if (tail == 0) break;
    sum += tail * (differ[i + 1] - differ[i]);
  }
  for (std::size_t i = sent; i > 0; --i) {
    const double tail = 0.5 * std::erfc((mean - edge_[i - 1]) * scale);
    if (tail == 0) break;
    sum += tail * (differ[i - 1] - differ[i]);
  }
  return sum;
}

}  // namespace mho::sim
