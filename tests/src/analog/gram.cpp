#include "src/analog/gram.hpp"

#include <limits>
#include <mho/random.hpp>

#include "src/reference/algebra.hpp"

namespace mho::test {

gram_system::gram_system(std::size_t rx, std::size_t tx, std::uint64_t number)
    : gram(tx, tx), expanded(4 * tx * tx), b(2 * tx) {
  std::vector<std::complex<float>> draws(rx * tx + rx);
  random_stream random(20251, 0, number, 9);
  random.complex_normals(draws);
  complex_matrix h(rx, tx);
  Eigen::VectorXcd y(rx);
  for (std::size_t i = 0; i < rx * tx; ++i) h.data()[i] = std::complex<double>(draws[i]);
  for (std::size_t i = 0; i < rx; ++i)
    y(static_cast<Eigen::Index>(i)) = std::complex<double>(draws[rx * tx + i]);
  gram = product(h.adjoint(), h) / static_cast<double>(rx);
  const Eigen::VectorXcd z = product(h.adjoint(), y) / static_cast<double>(rx), x = solution(gram, z);
  expand_complex(gram.data(), tx, expanded.data());
  exact.resize(static_cast<Eigen::Index>(2 * tx));
  exact << x.real(), x.imag();
  Eigen::Map<Eigen::VectorXd>(b.data(), static_cast<Eigen::Index>(2 * tx)) << z.real(), z.imag();
}

std::vector<double> bench::errors(const gram_system& system, std::size_t cycles, const analog_identity& who) {
  const std::size_t n = solver.real_unknowns();
  std::vector<double> x(n * cycles), error;
  if (solver.program(system.expanded.data(), who, state, scratch) != status::ok ||
      solver.solve(state, system.b.data(), cycles, who, x, {}, scratch) != status::ok)
    return std::vector<double>(cycles, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t c = 0; c < cycles; ++c) {
    const Eigen::Map<const Eigen::VectorXd> at(x.data() + c * n, static_cast<Eigen::Index>(n));
    error.push_back((at - system.exact).norm() / system.exact.norm());
  }
  return error;
}

Eigen::MatrixXd bench::realised_inverse(const analog_identity& who) {
  const auto n = static_cast<Eigen::Index>(solver.real_unknowns());
  Eigen::MatrixXd p(n, n);
  for (Eigen::Index j = 0; j < n; ++j) {
    const Eigen::VectorXd unit = Eigen::VectorXd::Unit(n, j);
    if (solver.solve(state, unit.data(), 1, who, {p.col(j).data(), static_cast<std::size_t>(n)}, {},
                     scratch) != status::ok)
      p.setConstant(std::numeric_limits<double>::quiet_NaN());
  }
  return p;
}

options parameters(const char* preset, options replaced) {
  return accelerator_options(preset, replaced).value();
}

options without_converters(const char* blocks) {
  return parameters("paper", {{"converter.dac_bits", std::int64_t{0}},
                              {"converter.adc_bits", std::int64_t{0}},
                              {"solver.blocks", blocks}});
}

}  // namespace mho::test
