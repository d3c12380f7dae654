#include "src/kernels/packs.hpp"

namespace mho {

std::vector<std::string> usable_targets() {
  std::vector<std::string> names;
  for (const target_info& t : targets())
    if (t.usable) names.push_back(t.name);
  return names;
}

matrix pack::lane(std::size_t l, std::size_t rows, std::size_t columns) const {
  matrix m(rows, columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) {
      const std::size_t e = i * columns + j;
      m(static_cast<long>(i), static_cast<long>(j)) = {static_cast<double>(at(l, e, 0)),
                                                       parts_ == 2 ? static_cast<double>(at(l, e, 1)) : 0};
    }
  return m;
}

matrix pack::lower(std::size_t l, std::size_t n) const {
  return lane(l, n, n).triangularView<Eigen::Lower>();
}

matrix pack::hermitian(std::size_t l, std::size_t n) const {
  matrix m = lower(l, n);
  m.triangularView<Eigen::StrictlyUpper>() = m.adjoint().eval().triangularView<Eigen::StrictlyUpper>();
  m.diagonal() = m.diagonal().real().cast<std::complex<double>>().eval();
  return m;
}

void pack::set(std::size_t l, const matrix& m) const {
  for (long i = 0; i < m.rows(); ++i)
    for (long j = 0; j < m.cols(); ++j) {
      const auto e = static_cast<std::size_t>(i * m.cols() + j);
      at(l, e, 0) = static_cast<float>(m(i, j).real());
      if (parts_ == 2) at(l, e, 1) = static_cast<float>(m(i, j).imag());
    }
}

pack random_pack(std::size_t lanes, std::size_t entries, std::uint64_t seed) {
  pack p(lanes, entries, 2);
  std::vector<cf32> draws(lanes * entries);
  random_stream(seed, 0, 0, 0).complex_normals(draws);
  for (std::size_t e = 0; e < entries; ++e)
    for (std::size_t l = 0; l < lanes; ++l) {
      p.at(l, e, 0) = draws[e * lanes + l].real();
      p.at(l, e, 1) = draws[e * lanes + l].imag();
    }
  return p;
}

void expect_within(const matrix& actual, const matrix& expected, const real_matrix& bound,
                   const std::string& what) {
  ASSERT_EQ(actual.rows(), expected.rows());
  ASSERT_EQ(actual.cols(), expected.cols());
  for (long i = 0; i < actual.rows(); ++i)
    for (long j = 0; j < actual.cols(); ++j)
      ASSERT_LE(std::abs(actual(i, j) - expected(i, j)), bound(i, j))
          << what << " (" << i << ", " << j << ")";
}

void expect_product(const matrix& actual, const matrix& left, const matrix& right, double gamma,
                    const std::string& what) {
  expect_within(actual, test::product(left, right), gamma * test::product(left.cwiseAbs(), right.cwiseAbs()),
                what);
}

}  // namespace mho
