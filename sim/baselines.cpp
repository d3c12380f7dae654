#include "baselines.hpp"

#include <array>

namespace mho::sim {

std::span<const processor> published_processors() {
  constexpr const char* paper = "Zuo et al., Nature Electronics 8, 1222 (2025), Fig. 5, as printed";
  constexpr const char* sheet = "NVIDIA H100 data sheet, SXM: vector peak (not tensor cores), 700 W";
  // 34 TFLOP/s in FP64 and 67 in FP32, at a thermal design power of up to 700 W.
  static constexpr std::array<processor, 5> all{{
      {"NVIDIA H100, one core", paper, "as printed; 34 TFLOP/s in FP64 at 700 W comes to the same",
       "one of 16,896 cores at its FP64 vector peak: not a processor that anybody has", 2.00e9, 4.92e10},
      {"AMD Vega 20, one core", paper, "as printed", "one core of a GPU at its peak, likewise", 3.21e9,
       6.70e10},
      {"ASIC (Prabhu, ISSCC 2017)", paper, "as printed",
       "a whole massive-MIMO chip of 2017: fair in kind, old in technology", 1.86e9, 1.03e11},
      {"NVIDIA H100, whole, FP64 peak", sheet, "thermal design power",
       "every core busy: an upper bound that no batch of small solutions reaches", 34e12, 34e12 / 700},
      {"NVIDIA H100, whole, FP32 peak", sheet, "thermal design power",
       "the same in the precision that detection takes", 67e12, 67e12 / 700},
  }};
  return all;
}

double detection_operations(std::size_t rx, std::size_t tx, std::size_t uses) {
  const double m = static_cast<double>(rx), k = static_cast<double>(tx);
  return (4 * m * k * k + 8.0 / 3 * k * k * k) / static_cast<double>(uses) + 8 * m * k + 8 * k * k;
}

}  // namespace mho::sim
