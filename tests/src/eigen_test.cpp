// Eigen's matrices as views and back: the same memory, and what is detected on it.
#include <mho/eigen.hpp>

#include "src/linear_batch.hpp"

namespace mho {
namespace {

using column_matrix = Eigen::MatrixXcf;
using row_matrix = Eigen::Matrix<cf32, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Element (0, j, k) of the view is (j, k) of the matrix, in its memory.
template <class M>
void expect_looks_at(const M& m, const view& v) {
  ASSERT_EQ(v.extent, (std::array<std::size_t, 3>{1, static_cast<std::size_t>(m.rows()),
                                                  static_cast<std::size_t>(m.cols())}));
  for (Eigen::Index j = 0; j < m.rows(); ++j)
    for (Eigen::Index k = 0; k < m.cols(); ++k)
      ASSERT_EQ(&v.at<const cf32>(0, static_cast<std::size_t>(j), static_cast<std::size_t>(k)),
                &m.coeffRef(j, k));
}

TEST(eigen, views_look_at_the_memory_of_matrices_maps_and_blocks) {
  const column_matrix columns = column_matrix::Random(6, 4);
  const row_matrix rows = row_matrix::Random(6, 4);
  const Eigen::VectorXcf vector = Eigen::VectorXcf::Random(5);
  expect_looks_at(columns, eigen::problem(columns));
  expect_looks_at(rows, eigen::problem(rows));
  expect_looks_at(vector, eigen::problem(vector));
  expect_looks_at(columns.block(1, 2, 3, 2), eigen::problem(columns.block(1, 2, 3, 2)));
  expect_looks_at(rows.middleRows(2, 3), eigen::problem(rows.middleRows(2, 3)));
  const Eigen::Map<const row_matrix, 0, Eigen::Stride<-1, -1>> every_other(columns.data(), 3, 2,
                                                                           Eigen::Stride<-1, -1>(8, 2));
  expect_looks_at(every_other, eigen::problem(every_other));
  const Eigen::Ref<const column_matrix, 0, Eigen::OuterStride<>> reference = columns.topRows(3);
  expect_looks_at(reference, eigen::problem(reference));
  EXPECT_EQ(&reference.coeffRef(0, 0), columns.data());
  const Eigen::Matrix<cf32, 4, 2> fixed = Eigen::Matrix<cf32, 4, 2>::Random();
  expect_looks_at(fixed, eigen::problem(fixed));
}

TEST(eigen, batches_and_vectors) {
  const column_matrix m = column_matrix::Random(5, 12);
  const view batch = eigen::problems(m, 3), four = eigen::vectors(m, 3), uses = eigen::uses(m),
             single = eigen::vectors(m);
  EXPECT_EQ(batch.extent, (std::array<std::size_t, 3>{4, 5, 3}));
  EXPECT_EQ(four.extent, (std::array<std::size_t, 3>{4, 3, 5}));
  EXPECT_EQ(uses.extent, (std::array<std::size_t, 3>{1, 12, 5}));
  EXPECT_EQ(single.extent, (std::array<std::size_t, 3>{12, 1, 5}));
  for (std::size_t c = 0; c < 12; ++c)
    for (std::size_t r = 0; r < 5; ++r) {
      const cf32* here = &m.coeffRef(static_cast<long>(r), static_cast<long>(c));
      EXPECT_EQ(&batch.at<const cf32>(c / 3, r, c % 3), here);
      EXPECT_EQ(&four.at<const cf32>(c / 3, c % 3, r), here);
      EXPECT_EQ(&uses.at<const cf32>(0, c, r), here);
      EXPECT_EQ(&single.at<const cf32>(c, 0, r), here);
    }
  const Eigen::ArrayXXf variances = Eigen::ArrayXXf::Ones(4, 2);
  EXPECT_EQ(eigen::uses(variances).type, element::f32);
  EXPECT_EQ(eigen::uses(variances).data, variances.data());
}

TEST(eigen, maps_look_at_the_memory_of_views) {
  std::vector<cf32> memory(3 * 4 * 5);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  for (const view& v : {row_major(memory.data(), 3, 4, 5), column_major(memory.data(), 3, 4, 5),
                        problem_fastest(memory.data(), 3, 4, 5)})
    for (std::size_t i = 0; i < 3; ++i) {
      const auto m = eigen::map(v, i);
      ASSERT_EQ(m.rows(), 4);
      ASSERT_EQ(m.cols(), 5);
      for (std::size_t j = 0; j < 4; ++j)
        for (std::size_t k = 0; k < 5; ++k)
          ASSERT_EQ(&m.coeffRef(static_cast<long>(j), static_cast<long>(k)), &v.at<cf32>(i, j, k));
    }
  std::vector<float> real(6);
  auto m = eigen::map<float>(row_major(real.data(), 1, 2, 3));
  m << 1, 2, 3, 4, 5, 6;
  EXPECT_EQ(real, (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST(eigen, detection_agrees_with_double_precision) {
  constexpr std::size_t rx = 8, tx = 3, uses = 5, problems = 4;
  const linear_batch b(problems, rx, tx, 9, 0.1f, uses);
  // All channels side by side, all vectors side by side.
  column_matrix h(rx, tx * problems), y(rx, uses * problems), x(tx, uses * problems);
  Eigen::MatrixXf variance(tx, uses * problems);
  for (std::size_t p = 0; p < problems; ++p) {
    h.middleCols(static_cast<long>(p * tx), tx) = b.channel(p).cast<cf32>();
    for (std::size_t u = 0; u < uses; ++u)
      y.col(static_cast<long>(p * uses + u)) = b.received(p, u).cast<cf32>();
  }
  auto d = make_detector("mmse").value();
  ASSERT_EQ(d->reserve({.problems = problems, .rx = rx, .tx = tx, .uses = uses}), error::none);
  output o;
  o.estimate = eigen::vectors(x, uses);
  o.variance = eigen::vectors(variance, uses);
  ASSERT_EQ(d->detect({eigen::problems(h, tx), noise::white(0.1f)}, {eigen::vectors(y, uses)}, {&o, 1}),
            error::none);
  std::vector<cf32> w(problems * tx * rx);
  const view weights = row_major(w.data(), problems, tx, rx);
  ASSERT_EQ(d->weights(weights), error::none);
  for (std::size_t p = 0; p < problems; ++p) {
    const linear_reference exact("mmse", b.channel(p), static_cast<double>(0.1f));
    // The bound of the detector's contract, 32 units times the condition.
    const double bound = 32 * unit * exact.condition;
    const matrix found = eigen::map(weights, p).cast<std::complex<double>>();
    EXPECT_LE((found - exact.weights()).norm(), bound * exact.weights().norm());
    for (std::size_t u = 0; u < uses; ++u) {
      const vector expected = exact.estimate(b.received(p, u));
      const auto column = static_cast<long>(p * uses + u);
      EXPECT_LE((x.col(column).cast<std::complex<double>>() - expected).norm(), bound * expected.norm());
      EXPECT_LE((variance.col(column).cast<double>() - exact.variance).norm(), bound * exact.variance.norm());
    }
  }
}

}  // namespace
}  // namespace mho
