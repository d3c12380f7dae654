#include "correlation.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <numbers>

namespace mho::sim {
namespace {

using cf64 = std::complex<double>;
using matrix = Eigen::Matrix<cf64, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace

std::vector<cf64> exponential_covariance(std::size_t size, double r) {
  std::vector<cf64> covariance(size * size);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j)
      covariance[i * size + j] = std::pow(r, static_cast<double>(i > j ? i - j : j - i));
  return covariance;
}

std::vector<cf64> local_scattering_covariance(std::size_t size, double angle, double spread) {
  // The trapezoidal rule over +-10 standard deviations: for an integrand times a Gaussian its error falls
  // faster than any power of the step once that resolves the fastest phase, pi (size - 1) a radian, and the
  // Gaussian's own spectrum, 10 / spread a radian to either side.
  constexpr double reach = 10;
  const double fastest = std::numbers::pi * static_cast<double>(size - 1);
  const auto half =
      static_cast<int>(std::ceil((reach * spread * fastest + 2 * reach * reach) / std::numbers::pi));
  std::vector<cf64> lag(size);
  double total = 0;
  for (int k = -half; k <= half; ++k) {
    const double normal = reach * k / half, weight = std::exp(-normal * normal / 2);
    const cf64 turn = std::polar(1.0, std::numbers::pi * std::sin(angle + spread * normal));
    total += weight;
    cf64 phase = weight;
    for (cf64& entry : lag) {
      entry += phase;
      phase *= turn;
    }
  }
  std::vector<cf64> covariance(size * size);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j)
      covariance[i * size + j] = (i >= j ? lag[i - j] : std::conj(lag[j - i])) / total;
  return covariance;
}

covariance_root root_of(std::span<const cf64> covariance, std::size_t size) {
  const auto n = static_cast<Eigen::Index>(size);
  const Eigen::SelfAdjointEigenSolver<matrix> solver(Eigen::Map<const matrix>(covariance.data(), n, n));
  const Eigen::VectorXd& values = solver.eigenvalues();  // ascending
  const double least = 1e-13 * values.cwiseMax(0).sum();
  Eigen::Index first = 0;
  while (first + 1 < n && values[first] <= least) ++first;
  covariance_root root;
  root.rank = static_cast<std::size_t>(n - first);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index k = n; k-- > first;)
      root.factor.emplace_back(solver.eigenvectors()(i, k) * std::sqrt(std::max(0.0, values[k])));
  return root;
}

}  // namespace mho::sim
