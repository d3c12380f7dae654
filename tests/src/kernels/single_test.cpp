// The kernels of one matrix at a time, against double precision: rows whose lanes are columns. Bounds as in
// algebra_test.cpp.
#include "kernels/single.hpp"

#include <algorithm>

#include "src/kernels/packs.hpp"

namespace mho {
namespace {

// Rows of n numbers, blocks of lanes.
class row_matrix {
 public:
  row_matrix(std::size_t lanes, std::size_t rows, std::size_t n)
      : lanes_(lanes), rows_(rows), n_(n), step_(blocks_of(n, lanes) * 2 * lanes) {
    buffer_.reserve(rows * step_);
    std::fill_n(buffer_.data(), rows * step_, 0.0f);
  }
  float* data() const { return buffer_.data(); }
  float* part(std::size_t i, std::size_t j, std::size_t p) const {
    return data() + i * step_ + j / lanes_ * 2 * lanes_ + p * lanes_ + j % lanes_;
  }
  void set(std::size_t i, std::size_t j, cf32 x) const {
    *part(i, j, 0) = x.real();
    *part(i, j, 1) = x.imag();
  }
  cf32 get(std::size_t i, std::size_t j) const { return {*part(i, j, 0), *part(i, j, 1)}; }
  matrix exact() const {
    matrix m(rows_, n_);
    for (std::size_t i = 0; i < rows_; ++i)
      for (std::size_t j = 0; j < n_; ++j)
        m(static_cast<long>(i), static_cast<long>(j)) = std::complex<double>(get(i, j));
    return m;
  }
  // Every float is 0 or belongs to a number.
  bool padding_is_zero() const {
    for (std::size_t i = 0; i < rows_; ++i)
      for (std::size_t j = n_; j < step_ / 2; ++j)
        if (get(i, j) != cf32(0)) return false;
    return true;
  }

 private:
  std::size_t lanes_, rows_, n_, step_;
  aligned_buffer<float> buffer_;
};

std::vector<cf32> random_numbers(std::size_t n, std::uint64_t seed) {
  std::vector<cf32> x(n);
  random_stream(seed, 0, 0, 0).complex_normals(x);
  return x;
}

row_matrix random_rows(std::size_t lanes, std::size_t rows, std::size_t n, std::uint64_t seed) {
  const std::vector<cf32> x = random_numbers(rows * n, seed);
  row_matrix m(lanes, rows, n);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < n; ++j) m.set(i, j, x[i * n + j]);
  return m;
}

matrix vector_of(const std::vector<cf32>& x) {
  matrix v(x.size(), 1);
  for (std::size_t i = 0; i < x.size(); ++i) v(static_cast<long>(i), 0) = std::complex<double>(x[i]);
  return v;
}

class single_kernel : public testing::TestWithParam<std::string> {
 protected:
  const single_kernels& k = *find_single_kernels(target_bit(GetParam()));
};

constexpr std::size_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64};

std::string of(std::size_t rows, std::size_t n) { return std::to_string(rows) + "x" + std::to_string(n); }

TEST_P(single_kernel, loads_and_stores_every_layout) {
  for (const std::size_t n : sizes)
    for (const std::size_t rows : {1u, 3u, 8u, 13u}) {
      const auto r = static_cast<std::ptrdiff_t>(rows), c = static_cast<std::ptrdiff_t>(n);
      const std::ptrdiff_t layouts[][3] = {
          {r * c, c, 1}, {r * c, 1, r}, {r * c * 2, 2 * c, 2}, {1, 2 * c, 2}};
      for (const auto& [problem, row, column] : layouts) {
        const std::vector<cf32> from =
            random_numbers(static_cast<std::size_t>(2 * problem + r * row + c * column), rows * n);
        const view v = strided(from.data(), {2, rows, n}, {problem, row, column});
        const std::size_t begin = rows / 3;
        const row_matrix loaded(k.lanes, rows - begin, n);
        std::fill_n(loaded.data(), (rows - begin) * blocks_of(n, k.lanes) * 2 * k.lanes, std::nanf(""));
        k.load(v, 1, begin, rows, loaded.data());
        for (std::size_t i = begin; i < rows; ++i)
          for (std::size_t j = 0; j < n; ++j)
            ASSERT_EQ(loaded.get(i - begin, j), v.at<cf32>(1, i, j))
                << of(rows, n) << " " << row << " " << column;
        ASSERT_TRUE(loaded.padding_is_zero()) << of(rows, n) << " " << row << " " << column;

        std::vector<cf32> to(from.size(), cf32(9)), expected = to;
        const view out = strided(to.data(), {1, rows - begin, n}, {0, row, column});
        const view reference = strided(expected.data(), out.extent, {0, row, column});
        for (std::size_t i = begin; i < rows; ++i)
          for (std::size_t j = 0; j < n; ++j) reference.at<cf32>(0, i - begin, j) = v.at<cf32>(1, i, j);
        k.store(loaded.data(), out);
        ASSERT_EQ(to, expected) << of(rows, n) << " " << row << " " << column;
      }
    }
}

TEST_P(single_kernel, gram_and_matched_filter_are_products) {
  for (const std::size_t n : sizes)
    for (const std::size_t rows : {n, 2 * n + 3, std::size_t{65}}) {
      const row_matrix h = random_rows(k.lanes, rows, n, 100 * rows + n), above(k.lanes, n, n),
                       all(k.lanes, n, n), z(k.lanes, 1, n);
      const std::vector<cf32> y = random_numbers(rows, rows);
      const std::size_t part = rows / 3, step = blocks_of(n, k.lanes) * 2 * k.lanes;
      for (const bool start : {true, false}) {
        const std::size_t first = start ? 0 : part, count = start ? part : rows - part;
        const float* const from = h.data() + first * step;
        k.gram(from, count, n, start, false, above.data());
        k.gram(from, count, n, start, true, all.data());
        k.matched_filter(from, y.data() + first, count, n, start, z.data());
      }
      const matrix exact = h.exact(), product = test::product(exact.adjoint(), exact);
      const real_matrix bound =
          complex_gamma(rows) * test::product(exact.cwiseAbs().transpose(), exact.cwiseAbs());
      expect_within(all.exact(), product, bound, of(rows, n));
      expect_within(above.exact().triangularView<Eigen::Upper>(), product.triangularView<Eigen::Upper>(),
                    bound, of(rows, n));
      expect_product(z.exact().transpose(), exact.adjoint(), vector_of(y), complex_gamma(rows), of(rows, n));
    }
}

TEST_P(single_kernel, factor_reproduces_the_matrix_and_solves) {
  for (const std::size_t n : sizes) {
    const row_matrix h = random_rows(k.lanes, n + 2, n, n), a(k.lanes, n, n), upper(k.lanes, n, n),
                     x(k.lanes, n, n), z = random_rows(k.lanes, 1, n, n + 1), estimate(k.lanes, 1, n),
                     alone(k.lanes, n, n);
    std::vector<cf32> w(n);
    std::vector<float> diagonal(blocks_of(n, k.lanes) * k.lanes);
    aligned_buffer<float> squares;
    squares.reserve(diagonal.size());
    const float shift = 0.5f, threshold = static_cast<float>(n) * 0x1p-23f;
    k.gram(h.data(), n + 2, n, true, false, a.data());
    ASSERT_TRUE(k.factor(a.data(), n, shift, threshold, z.data(), upper.data(), x.data(), w.data())) << n;
    ASSERT_TRUE(k.factor(a.data(), n, shift, threshold, nullptr, alone.data(), nullptr, nullptr)) << n;
    matrix r = upper.exact().triangularView<Eigen::Upper>(), l = r.adjoint();
    EXPECT_EQ(matrix(alone.exact().triangularView<Eigen::Upper>()), r) << n;
    matrix whole = a.exact().selfadjointView<Eigen::Upper>();
    whole.diagonal().array() += static_cast<double>(shift);
    // Higham, theorem 10.3; the pivot's inverse is rounded once more.
    expect_product(whole, l, r, complex_gamma(n + 1, 4), std::to_string(n));
    // X = L^-1 row by row, each a forward substitution (theorem 8.5): |L X - I| <= gamma |L| |X|.
    const matrix inverse = x.exact();
    expect_product(matrix::Identity(static_cast<long>(n), static_cast<long>(n)), l, inverse,
                   complex_gamma(n, 4), std::to_string(n));
    const matrix solved = vector_of(w), right = z.exact().transpose();
    expect_product(right, l, solved, complex_gamma(n, 4), std::to_string(n));
    k.solve(x.data(), w.data(), n, estimate.data(), squares.data());
    expect_product(estimate.exact().transpose(), inverse.adjoint(), solved, complex_gamma(n),
                   std::to_string(n));
    for (std::size_t i = 0; i < n; ++i) {
      const double exact = inverse.col(static_cast<long>(i)).squaredNorm();
      ASSERT_NEAR(static_cast<double>(squares.data()[i]), exact, gamma(2 * n) * exact) << n;
    }
  }
}

TEST_P(single_kernel, singular_matrices_have_no_factor) {
  for (const std::size_t n : sizes) {
    const row_matrix h = random_rows(k.lanes, n, n, n), a(k.lanes, n, n), upper(k.lanes, n, n);
    for (std::size_t i = 0; i < n; ++i) h.set(i, n - 1, n == 1 ? cf32(0) : h.get(i, 0));
    k.gram(h.data(), n, n, true, false, a.data());
    EXPECT_FALSE(
        k.factor(a.data(), n, 0, static_cast<float>(n) * 0x1p-23f, nullptr, upper.data(), nullptr, nullptr))
        << n;
    a.set(n - 1, n - 1, std::nanf(""));
    EXPECT_FALSE(
        k.factor(a.data(), n, 1, static_cast<float>(n) * 0x1p-23f, nullptr, upper.data(), nullptr, nullptr))
        << n;
  }
}

TEST_P(single_kernel, whitening_solves_multiplies_and_scales) {
  for (const std::size_t count : sizes)
    for (const std::size_t n : {1u, 4u, 8u, 12u, 17u}) {
      // A well-conditioned L: the unit matrix and something below.
      std::vector<cf32> l = random_numbers(count * count, count),
                        w = random_numbers(count * count, count + 1);
      std::vector<float> inverse(count);
      matrix exact_l = matrix::Zero(static_cast<long>(count), static_cast<long>(count)),
             exact_w(count, count);
      for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < count; ++j) {
          cf32& x = l[i * count + j];
          x = i == j ? cf32(1.5f + static_cast<float>(i % 3)) : x * (0.5f / static_cast<float>(count));
          if (i == j) inverse[i] = 1 / x.real();
          const auto a = static_cast<long>(i), b = static_cast<long>(j);
          if (j <= i) exact_l(a, b) = i == j ? 1 / static_cast<double>(inverse[i]) : std::complex<double>(x);
          exact_w(a, b) = std::complex<double>(w[i * count + j]);
        }
      const row_matrix given = random_rows(k.lanes, count, n, count + n), rows(k.lanes, count, n),
                       out(k.lanes, count, n);
      const std::size_t floats = count * blocks_of(n, k.lanes) * 2 * k.lanes;
      std::copy_n(given.data(), floats, rows.data());
      k.forward(l.data(), inverse.data(), count, n, rows.data());
      const matrix solved = rows.exact(), exact = given.exact();
      expect_product(exact, exact_l, solved, complex_gamma(count, 4), of(count, n));
      k.multiply(w.data(), given.data(), count, n, out.data());
      expect_product(out.exact(), exact_w, exact, complex_gamma(count), of(count, n));
      std::copy_n(given.data(), floats, rows.data());
      k.scale(inverse.data(), count, n, rows.data());
      for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < n; ++j) ASSERT_EQ(rows.get(i, j), given.get(i, j) * inverse[i]);
      EXPECT_TRUE(rows.padding_is_zero());
    }
}

// From a batch whose lanes are problems: the same bits whether H is loaded first or not.
using small_gram_kernel = of_every_target;

TEST_P(small_gram_kernel, straight_from_the_matrix_is_the_same) {
  bool any = false;
  for (std::size_t tx = 1; tx <= 4; ++tx)
    for (const std::size_t rx : {4u, 6u, 7u, 16u, 33u}) {
      const std::size_t problems = 2 * k.lanes;
      const std::vector<cf32> h = random_numbers(problems * rx * tx, rx * tx),
                              y = random_numbers(problems * rx, rx);
      const auto p = static_cast<std::ptrdiff_t>(problems), r = static_cast<std::ptrdiff_t>(rx),
                 t = static_cast<std::ptrdiff_t>(tx);
      for (const bool planes : {false, true}) {
        const view matrix_view = planes ? strided(h.data(), {problems, rx, tx}, {1, t * p, p})
                                        : row_major(h.data(), problems, rx, tx);
        const view received = planes ? strided(y.data(), {problems, rx, 1}, {1, p, 1})
                                     : strided(y.data(), {problems, rx, 1}, {r, 1, 1});
        const pack scratch = complex_pack(k.lanes, rx), g = complex_pack(k.lanes, tx * tx),
                   z = complex_pack(k.lanes, tx), loaded = complex_pack(k.lanes, rx * tx),
                   column = complex_pack(k.lanes, rx), other_g = complex_pack(k.lanes, tx * tx),
                   other_z = complex_pack(k.lanes, tx);
        if (!k.normal_equations(matrix_view, received, k.lanes, k.lanes, scratch.data(), g.data(), z.data()))
          continue;
        any = true;
        k.load(matrix_view, k.lanes, k.lanes, 0, rx, loaded.data());
        k.load(received, k.lanes, k.lanes, 0, rx, column.data());
        k.gram(loaded.data(), rx, tx, true, other_g.data());
        k.matched_filter(loaded.data(), column.data(), rx, tx, true, other_z.data());
        for (std::size_t lane = 0; lane < k.lanes; ++lane)
          for (std::size_t part = 0; part < 2; ++part)
            for (std::size_t i = 0; i < tx; ++i) {
              ASSERT_EQ(z.at(lane, i, part), other_z.at(lane, i, part)) << of(rx, tx);
              for (std::size_t j = 0; j <= i; ++j)
                ASSERT_EQ(g.at(lane, i * tx + j, part), other_g.at(lane, i * tx + j, part)) << of(rx, tx);
            }
      }
    }
  EXPECT_EQ(any, GetParam().rfind("avx3", 0) == 0);
}

MHO_ON_EVERY_TARGET(single_kernel);
MHO_ON_EVERY_TARGET(small_gram_kernel);

}  // namespace
}  // namespace mho
