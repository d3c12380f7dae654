// Gram matrix, matched filter, Cholesky factor, triangular solves and the diagonal of the inverse, lane by
// lane against double precision. The bounds are the a priori ones of rounding-error analysis (Higham,
// "Accuracy and Stability of Numerical Algorithms", chapters 3, 8 and 10), entry by entry.
#include "src/kernels/packs.hpp"

namespace mho {
namespace {

// Antennas for tx streams: as many, a few more, odd, many.
std::vector<std::size_t> antenna_counts(std::size_t tx) {
  std::vector<std::size_t> counts{tx, tx + 1, 2 * tx + 3};
  if (tx <= 4 || tx == 16) counts.insert(counts.end(), {63, 64, 65});
  if (tx == 3 || tx == 17 || tx == 64) counts.push_back(512);
  return counts;
}

std::string of(std::size_t rx, std::size_t tx) { return std::to_string(rx) + "x" + std::to_string(tx); }

// L of random Gram matrices plus the identity, from the kernel under test: its entries and 1 / L_ii are then
// exact data of what follows. In the lane's matrix the diagonal is 1 / (1 / L_ii).
struct factored {
  factored(const linear_kernels& k, std::size_t n)
      : a(complex_pack(k.lanes, n * n)),
        l(complex_pack(k.lanes, n * n)),
        inverse(real_pack(k.lanes, n)),
        shift(real_pack(k.lanes, 1)),
        verdict(real_pack(k.lanes, 1)),
        size(n) {
    const pack h = random_pack(k.lanes, (n + 2) * n, 7 * n);
    k.gram(h.data(), n + 2, n, true, a.data());
    for (std::size_t lane = 0; lane < k.lanes; ++lane) shift.at(lane, 0) = static_cast<float>(lane % 3);
    k.cholesky(a.data(), n, shift.data(), static_cast<float>(n) * 0x1p-23f, l.data(), inverse.data(),
               verdict.data());
  }
  matrix lower(std::size_t lane) const {
    matrix m = l.lower(lane, size);
    for (std::size_t i = 0; i < size; ++i)
      m(static_cast<long>(i), static_cast<long>(i)) = 1 / static_cast<double>(inverse.at(lane, i));
    return m;
  }
  pack a, l, inverse, shift, verdict;
  std::size_t size;
};

using gram_kernel = of_every_target;
using factor_kernel = of_every_target;
using weights_kernel = of_every_target;

TEST_P(gram_kernel, is_the_product_of_the_channel_with_itself) {
  for (const std::size_t tx : stream_counts())
    for (const std::size_t rx : antenna_counts(tx)) {
      const pack h = random_pack(k.lanes, rx * tx, 1000 * rx + tx), g = complex_pack(k.lanes, tx * tx);
      g.fill(std::nanf(""));
      const std::size_t part = rx / 3;  // in two chunks, as antennas come
      if (part > 0) k.gram(h.data(), part, tx, true, g.data());
      k.gram(h.data() + part * tx * 2 * k.lanes, rx - part, tx, part == 0, g.data());
      for (std::size_t lane = 0; lane < k.lanes; ++lane) {
        const matrix exact = h.lane(lane, rx, tx);
        const matrix product = test::product(exact.adjoint(), exact).triangularView<Eigen::Lower>();
        const real_matrix sizes = test::product(exact.cwiseAbs().transpose(), exact.cwiseAbs());
        expect_within(g.lower(lane, tx), product, complex_gamma(rx) * sizes, of(rx, tx));
        for (std::size_t i = 0; i < tx; ++i) ASSERT_EQ(g.at(lane, i * tx + i, 1), 0) << of(rx, tx);
      }
    }
}

TEST_P(gram_kernel, matched_filter_is_the_product_with_the_received_vector) {
  for (const std::size_t tx : stream_counts())
    for (const std::size_t rx : antenna_counts(tx)) {
      const pack h = random_pack(k.lanes, rx * tx, 1000 * rx + tx), y = random_pack(k.lanes, rx, rx),
                 z = complex_pack(k.lanes, tx);
      z.fill(std::nanf(""));
      const std::size_t part = rx / 2;
      if (part > 0) k.matched_filter(h.data(), y.data(), part, tx, true, z.data());
      k.matched_filter(h.data() + part * tx * 2 * k.lanes, y.data() + part * 2 * k.lanes, rx - part, tx,
                       part == 0, z.data());
      for (std::size_t lane = 0; lane < k.lanes; ++lane) {
        const matrix left = h.lane(lane, rx, tx).adjoint(), right = y.lane(lane, rx, 1);
        expect_product(z.lane(lane, tx, 1), left, right, complex_gamma(rx), of(rx, tx));
      }
    }
}

TEST_P(factor_kernel, cholesky_times_its_adjoint_is_the_matrix) {
  for (const std::size_t n : stream_counts()) {
    const factored f(k, n);
    for (std::size_t lane = 0; lane < k.lanes; ++lane) {
      ASSERT_EQ(f.verdict.at(lane, 0), 0) << n;
      const matrix l = f.lower(lane);
      const matrix whole =
          f.a.hermitian(lane, n) + static_cast<double>(f.shift.at(lane, 0)) *
                                       matrix::Identity(static_cast<long>(n), static_cast<long>(n));
      // Theorem 10.3, with the roundings of the shift, of the square root and of its inverse.
      expect_product(whole, l, l.adjoint(), complex_gamma(n, 8), std::to_string(n));
    }
  }
}

TEST_P(factor_kernel, cholesky_flags_the_singular_lanes_alone) {
  for (const std::size_t n : stream_counts()) {
    const std::size_t rx = n + 2;
    const pack h = random_pack(k.lanes, rx * n, n), g = complex_pack(k.lanes, n * n),
               l = complex_pack(k.lanes, n * n), inverse = real_pack(k.lanes, n),
               zero = real_pack(k.lanes, 1);
    // Every other lane: the last two columns are one, or the only column is nothing.
    for (std::size_t lane = 0; lane < k.lanes; lane += 2)
      for (std::size_t r = 0; r < rx; ++r)
        for (std::size_t part = 0; part < 2; ++part)
          h.at(lane, r * n + n - 1, part) = n == 1 ? 0 : h.at(lane, r * n + n - 2, part);
    k.gram(h.data(), rx, n, true, g.data());
    const pack found = real_pack(k.lanes, 1);
    k.cholesky(g.data(), n, zero.data(), static_cast<float>(n) * 0x1p-23f, l.data(), inverse.data(),
               found.data());
    for (std::size_t lane = 0; lane < k.lanes; ++lane)
      ASSERT_EQ(found.at(lane, 0), lane % 2 == 0 ? 1 : 0) << n << " lane " << lane;
  }
}

TEST_P(factor_kernel, triangular_solves_leave_a_small_residual) {
  for (const std::size_t n : stream_counts()) {
    const factored f(k, n);
    const pack b = random_pack(k.lanes, n, 3 * n);
    for (std::size_t begin = 0; begin < n; begin += 1 + n / 4) {
      const pack x = complex_pack(k.lanes, n);
      std::copy_n(b.data(), 2 * k.lanes * n, x.data());
      for (std::size_t lane = 0; lane < k.lanes; ++lane)
        for (std::size_t e = 0; e < begin; ++e) x.at(lane, e, 0) = x.at(lane, e, 1) = 0;
      std::vector<matrix> right;
      for (std::size_t lane = 0; lane < k.lanes; ++lane) right.push_back(x.lane(lane, n, 1));
      const auto check = [&](bool upper) {
        for (std::size_t lane = 0; lane < k.lanes; ++lane) {
          const matrix l = upper ? matrix(f.lower(lane).adjoint()) : f.lower(lane),
                       found = x.lane(lane, n, 1);
          // Theorem 8.5: (L + dL) x = b with |dL| <= gamma |L|; the inverse of the diagonal rounds once more.
          expect_product(right[lane], l, found, complex_gamma(n, 4),
                         std::to_string(n) + (upper ? " upper" : " lower"));
          right[lane] = found;
        }
      };
      k.solve_lower(f.l.data(), f.inverse.data(), n, begin, x.data());
      check(false);
      k.solve_upper(f.l.data(), f.inverse.data(), n, x.data());
      check(true);
    }
  }
}

TEST_P(factor_kernel, diagonal_of_the_inverse) {
  for (const std::size_t n : stream_counts()) {
    const factored f(k, n);
    const pack panel = complex_pack(k.lanes, n * k.tile), out = real_pack(k.lanes, n),
               alone = real_pack(k.lanes, n), whole = complex_pack(k.lanes, n * n);
    whole.fill(std::nanf(""));
    k.inverse_diagonal(f.l.data(), f.inverse.data(), n, panel.data(), nullptr, alone.data());
    k.inverse_diagonal(f.l.data(), f.inverse.data(), n, panel.data(), whole.data(), out.data());
    for (std::size_t lane = 0; lane < k.lanes; ++lane) {
      const matrix l = f.lower(lane);
      const matrix x =
          test::forward_solution(l, matrix::Identity(static_cast<long>(n), static_cast<long>(n)));
      // Columns of X = L^-1 by substitution: |dX| <= gamma |X| |L| |X|. Then a sum of 2 n squares.
      const real_matrix size = x.cwiseAbs(),
                        error = complex_gamma(n, 4) * 1.01 * test::product(size, l.cwiseAbs(), size);
      ASSERT_LE(error.maxCoeff() / size.maxCoeff(), 0.005) << "second-order terms matter";
      expect_within(whole.lane(lane, n, n), x, error, std::to_string(n));
      for (std::size_t i = 0; i < n; ++i) {
        const auto c = static_cast<long>(i);
        const double exact = x.col(c).squaredNorm();
        const double bound =
            2 * size.col(c).dot(error.col(c)) + error.col(c).squaredNorm() + gamma(2 * n + 1) * 1.01 * exact;
        ASSERT_NEAR(static_cast<double>(out.at(lane, i)), exact, bound) << n << " entry " << i;
        ASSERT_EQ(out.at(lane, i), alone.at(lane, i)) << n << " entry " << i;
      }
    }
  }
}

TEST_P(weights_kernel, square_is_the_whole_product_of_a_matrix_with_itself) {
  for (const std::size_t n : stream_counts()) {
    const pack x = random_pack(k.lanes, n * n, n), out = complex_pack(k.lanes, n * n);
    k.square(x.data(), n, out.data());
    for (std::size_t lane = 0; lane < k.lanes; ++lane) {
      const matrix exact = x.lane(lane, n, n);
      expect_product(out.lane(lane, n, n), exact.adjoint(), exact, complex_gamma(n), std::to_string(n));
    }
  }
}

TEST_P(weights_kernel, weigh_is_gain_times_inverse_times_channel) {
  for (const std::size_t tx : stream_counts())
    for (const std::size_t rows : {1u, 2u, 3u, 4u, 7u}) {
      const pack h = random_pack(k.lanes, rows * tx, tx), b = random_pack(k.lanes, tx * tx, rows),
                 gain = real_pack(k.lanes, tx), w = complex_pack(k.lanes, tx * rows);
      for (std::size_t lane = 0; lane < k.lanes; ++lane)
        for (std::size_t i = 0; i < tx; ++i) gain.at(lane, i) = 0.5f + static_cast<float>(lane + 3 * i);
      for (const bool identity : {false, true}) {
        w.fill(std::nanf(""));
        k.weigh(h.data(), identity ? nullptr : b.data(), gain.data(), rows, tx, w.data());
        for (std::size_t lane = 0; lane < k.lanes; ++lane) {
          const auto n = static_cast<long>(tx);
          const matrix left = identity ? matrix(matrix::Identity(n, n)) : b.lane(lane, tx, tx),
                       right = h.lane(lane, rows, tx).adjoint();
          // A sum of tx products, and the gain's rounding.
          expect_product(w.lane(lane, tx, rows), gain.lane(lane, tx, 1).col(0).asDiagonal() * left, right,
                         complex_gamma(tx, 2), of(rows, tx));
        }
      }
    }
}

MHO_ON_EVERY_TARGET(weights_kernel);
MHO_ON_EVERY_TARGET(gram_kernel);
MHO_ON_EVERY_TARGET(factor_kernel);

}  // namespace
}  // namespace mho
