// Packs of problems for the tests of the kernels: random ones, and their lanes as Eigen's matrices of double.
#pragma once

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <cmath>
#include <complex>
#include <cstddef>
#include <mho/random.hpp>
#include <mho/targets.hpp>
#include <string>
#include <utility>
#include <vector>

#include "aligned.hpp"
#include "kernels/linear.hpp"
#include "kernels/targets.hpp"
#include "src/reference/algebra.hpp"

namespace mho {

using cf32 = std::complex<float>;
using matrix = Eigen::MatrixXcd;
using real_matrix = Eigen::MatrixXd;

/// Names of the targets that this machine can run.
std::vector<std::string> usable_targets();

/// A test of every kernel table: `k` is the target's.
class of_every_target : public testing::TestWithParam<std::string> {
 protected:
  const linear_kernels& k = *find_linear_kernels(target_bit(GetParam()));
};

inline std::string name_of(const testing::TestParamInfo<std::string>& info) { return info.param; }

#define MHO_ON_EVERY_TARGET(suite) \
  INSTANTIATE_TEST_SUITE_P(on, suite, testing::ValuesIn(usable_targets()), name_of)

/// The unit roundoff of float, and what n roundings can make of a factor (Higham, "Accuracy and Stability of
/// Numerical Algorithms", section 3.1).
constexpr double unit_roundoff = 0x1p-24;
inline double gamma(std::size_t n) {
  const double nu = static_cast<double>(n) * unit_roundoff;
  return nu / (1 - nu);
}
/// The same for a complex sum of n products: each part is a sum of 2 n real products, each of one rounding
/// and at most 2 n additions, and the modulus of two such errors is sqrt 2 of one.
inline double complex_gamma(std::size_t n, std::size_t more = 1) {
  return std::sqrt(2.0) * gamma(2 * n + more);
}

/// Entries of a pack, real or complex.
class pack {
 public:
  pack(std::size_t lanes, std::size_t entries, std::size_t parts)
      : lanes_(lanes), entries_(entries), parts_(parts) {
    buffer_.reserve(lanes * entries * parts);
    std::fill_n(buffer_.data(), lanes * entries * parts, 0.0f);
  }
  float* data() const noexcept { return buffer_.data(); }
  float& at(std::size_t lane, std::size_t entry, std::size_t part = 0) const noexcept {
    return buffer_.data()[(entry * parts_ + part) * lanes_ + lane];
  }
  std::size_t entries() const noexcept { return entries_; }
  void fill(float value) const { std::fill_n(buffer_.data(), lanes_ * entries_ * parts_, value); }

  /// One lane as a row-major matrix.
  matrix lane(std::size_t l, std::size_t rows, std::size_t columns) const;
  /// One lane as a lower triangle whose upper one is zero.
  matrix lower(std::size_t l, std::size_t n) const;
  /// One lane as the Hermitian matrix whose lower triangle it is.
  matrix hermitian(std::size_t l, std::size_t n) const;
  void set(std::size_t l, const matrix& m) const;

 private:
  std::size_t lanes_, entries_, parts_;
  aligned_buffer<float> buffer_;
};

inline pack complex_pack(std::size_t lanes, std::size_t entries) { return {lanes, entries, 2}; }
inline pack real_pack(std::size_t lanes, std::size_t entries) { return {lanes, entries, 1}; }

/// Independent CN(0, 1) entries.
pack random_pack(std::size_t lanes, std::size_t entries, std::uint64_t seed);

/// Expects |actual - expected| <= bound entry by entry.
void expect_within(const matrix& actual, const matrix& expected, const real_matrix& bound,
                   const std::string& what);

/// Expects |actual - left right| <= gamma |left| |right| entry by entry.
void expect_product(const matrix& actual, const matrix& left, const matrix& right, double gamma,
                    const std::string& what);

/// Numbers of streams that leave every remainder of the register tiles, and their number of antennas.
inline std::vector<std::size_t> stream_counts() {
  return {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 63, 64};
}

}  // namespace mho
