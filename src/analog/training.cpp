#include "analog/training.hpp"

#include <Eigen/Core>
#include <cmath>
#include <complex>
#include <vector>

#include <mho/analog.hpp>

#include "analog/identity.hpp"

namespace mho::analog {
namespace {

constexpr std::uint64_t seed = 1;

}  // namespace

void rayleigh_example(std::size_t rx, std::size_t tx, std::size_t number, std::span<double> a,
                      std::span<double> b) {
  using matrix = Eigen::Matrix<std::complex<float>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  matrix h(static_cast<Eigen::Index>(rx), static_cast<Eigen::Index>(tx));
  random_stream(seed, 0, number, example_channel_purpose).complex_normals({h.data(), rx * tx});
  const matrix gram = h.adjoint() * h;
  const Eigen::Matrix<std::complex<double>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> wide =
      gram.cast<std::complex<double>>();
  expand_complex(wide.data(), tx, a.data());
  random_stream symbols(seed, 0, number, example_symbol_purpose);
  const double edge = std::sqrt(1.5);  // E|x|^2 = 2 edge^2 / 3
  Eigen::VectorXd x(static_cast<Eigen::Index>(2 * tx));
  for (double& part : x) part = edge * (2 * symbols.uniform() - 1);
  const auto size = static_cast<Eigen::Index>(2 * tx);
  const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> full(
      a.data(), size, size);
  Eigen::Map<Eigen::VectorXd>(b.data(), size) = full * x;
}

}  // namespace mho::analog
