// Weights on many received vectors of one problem, and on one vector of each of many problems.
#include <limits>

#include "src/kernels/packs.hpp"

namespace mho {
namespace {

using apply_kernel = of_every_target;

std::vector<std::pair<std::size_t, std::size_t>> sizes() {
  std::vector<std::pair<std::size_t, std::size_t>> all;
  for (const std::size_t tx : stream_counts())
    for (const std::size_t rx : {tx, tx + 1, 2 * tx + 5, std::size_t{64}, std::size_t{65}, std::size_t{129}})
      if (rx >= tx && (tx < 16 || rx != tx + 1)) all.emplace_back(rx, tx);
  all.emplace_back(512, 3);
  all.emplace_back(512, 64);
  return all;
}

std::vector<cf32> draws(std::size_t n, std::uint64_t seed) {
  std::vector<cf32> x(n);
  random_stream(seed, 0, 0, 0).complex_normals(x);
  return x;
}

matrix to_matrix(const cf32* x, std::size_t rows, std::size_t columns) {
  matrix m(rows, columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j)
      m(static_cast<long>(i), static_cast<long>(j)) = std::complex<double>(x[i * columns + j]);
  return m;
}

TEST_P(apply_kernel, many_vectors_are_a_matrix_product_and_the_same_bits_problem_by_problem) {
  for (const auto& [rx, tx] : sizes())
    for (const std::size_t uses : {std::size_t{1}, k.lanes - 1, k.lanes, k.lanes + 1, 2 * k.lanes + 3}) {
      if (uses == 0 || (tx > 17 && uses > 1 && uses < 2 * k.lanes)) continue;
      const std::vector<cf32> w = draws(tx * rx, 17 * rx + tx), y = draws(uses * rx, uses);
      // Rows of the result are padded: what lies between them stays.
      const std::size_t step = tx + 3;
      std::vector<cf32> x(uses * step, cf32(-9));
      std::vector<std::uint8_t> failed(uses, 7);
      aligned_buffer<float> scratch;
      scratch.reserve(k.apply_scratch + 4 * tx * k.lanes);
      const view from = row_major(y.data(), uses, rx, 1),
                 to = strided(x.data(), {uses, 1, tx}, {static_cast<std::ptrdiff_t>(step), 0, 1});
      ASSERT_FALSE(k.apply_uses(w.data(), tx, from, to, failed.data(), scratch.data()));
      const matrix weights = to_matrix(w.data(), tx, rx), vectors = to_matrix(y.data(), uses, rx).transpose(),
                   found = to_matrix(x.data(), uses, step).leftCols(static_cast<long>(tx)).transpose();
      expect_product(found, weights, vectors, complex_gamma(rx),
                     std::to_string(rx) + "x" + std::to_string(tx) + " uses " + std::to_string(uses));
      for (std::size_t u = 0; u < uses; ++u) {
        ASSERT_EQ(failed[u], 0);
        for (std::size_t j = tx; j < step; ++j) ASSERT_EQ(x[u * step + j], cf32(-9));
      }

      // The same weights in every lane, antennas in two chunks; the vectors as problems of one use.
      const pack lane_w = complex_pack(k.lanes, tx * rx), lane_y = complex_pack(k.lanes, rx),
                 lane_x = complex_pack(k.lanes, tx);
      const std::size_t part = rx / 2;
      for (std::size_t r0 = 0, chunk = 0; chunk < 2; ++chunk) {
        const std::size_t rows = chunk == 0 ? part : rx - part;
        view some = row_major(w.data() + r0, 1, tx, rx);
        some.stride[0] = 0;
        some.extent = {k.lanes, tx, rows};
        k.load(some, 0, k.lanes, 0, tx, lane_w.data());
        k.load(from, 0, std::min(uses, k.lanes), r0, r0 + rows, lane_y.data());
        if (rows > 0) k.apply_problems(lane_w.data(), lane_y.data(), rows, tx, r0 == 0, lane_x.data());
        r0 += rows;
      }
      for (std::size_t u = 0; u < std::min(uses, k.lanes); ++u)
        for (std::size_t j = 0; j < tx; ++j)
          ASSERT_EQ(cf32(lane_x.at(u, j, 0), lane_x.at(u, j, 1)), x[u * step + j]) << rx << "x" << tx;
    }
}

TEST_P(apply_kernel, every_layout_of_vectors_gives_the_same_bits) {
  const std::size_t rx = 11, tx = 5, uses = 2 * k.lanes + 3;
  const std::vector<cf32> w = draws(tx * rx, 3), y = draws(uses * rx, 4);
  aligned_buffer<float> scratch;
  scratch.reserve(k.apply_scratch + 4 * tx * k.lanes);
  std::vector<std::uint8_t> failed(uses);
  std::vector<cf32> expected(uses * tx);
  k.apply_uses(w.data(), tx, row_major(y.data(), uses, rx, 1),
               strided(expected.data(), {uses, 1, tx}, {static_cast<std::ptrdiff_t>(tx), 0, 1}),
               failed.data(), scratch.data());
  const auto n = static_cast<std::ptrdiff_t>(uses), r = static_cast<std::ptrdiff_t>(rx),
             t = static_cast<std::ptrdiff_t>(tx);
  struct pair_of {
    std::array<std::ptrdiff_t, 2> from, to;
  };
  for (const pair_of& layout :
       {pair_of{{1, n}, {1, n}}, {{r + 2, 1}, {t + 1, 1}}, {{2, 2 * n + 1}, {3, 3 * n}}}) {
    std::vector<cf32> in(uses * rx * 4), out(uses * tx * 4);
    const view from = strided(in.data(), {uses, rx, 1}, {layout.from[0], layout.from[1], 1}),
               to = strided(out.data(), {uses, 1, tx}, {layout.to[0], 0, layout.to[1]});
    for (std::size_t u = 0; u < uses; ++u)
      for (std::size_t i = 0; i < rx; ++i) from.at<cf32>(u, i) = y[u * rx + i];
    ASSERT_FALSE(k.apply_uses(w.data(), tx, from, to, failed.data(), scratch.data()));
    for (std::size_t u = 0; u < uses; ++u)
      for (std::size_t j = 0; j < tx; ++j) ASSERT_EQ(to.at<cf32>(u, 0, j), expected[u * tx + j]);
  }
}

TEST_P(apply_kernel, says_which_vectors_are_not_finite) {
  const std::size_t rx = 9, tx = 3, uses = 3 * k.lanes + 2;
  const std::vector<cf32> w = draws(tx * rx, 3), clean = draws(uses * rx, 4);
  aligned_buffer<float> scratch;
  scratch.reserve(k.apply_scratch + 4 * tx * k.lanes);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    for (std::size_t hurt = 0; hurt < uses; ++hurt) {
      std::vector<cf32> y = clean, x(uses * tx);
      y[hurt * rx + hurt % rx] = {1, bad};
      std::vector<std::uint8_t> failed(uses, 9);
      ASSERT_TRUE(k.apply_uses(w.data(), tx, row_major(y.data(), uses, rx, 1),
                               strided(x.data(), {uses, 1, tx}, {static_cast<std::ptrdiff_t>(tx), 0, 1}),
                               failed.data(), scratch.data()));
      for (std::size_t u = 0; u < uses; ++u) ASSERT_EQ(failed[u], u == hurt) << u << " of " << uses;
    }
}

MHO_ON_EVERY_TARGET(apply_kernel);

}  // namespace
}  // namespace mho
