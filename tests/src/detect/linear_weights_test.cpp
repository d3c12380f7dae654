// The weights of a prepared batch, against W = (H^H R^-1 H + c I)^-1 H^H R^-1 in double precision, times the
// gain that makes the estimate unbiased; c is 1 for mmse and 0 for zf. For mrc the inverse is of the
// diagonal.
#include "src/linear_batch.hpp"

namespace mho {
namespace {

using std::size_t;
using weights = on_every_arithmetic;

struct coloured_noise {
  coloured_noise(size_t problems, size_t rx) : values(problems * rx * rx) {
    std::vector<cf32> draws(values.size());
    random_stream(12, 0, 0, 0).complex_normals(draws);
    const auto n = static_cast<long>(rx);
    for (size_t q = 0; q < problems; ++q) {
      const matrix f = widened(draws.data() + q * rx * rx, rx, rx),
                   r = test::product(f, f.adjoint()) / static_cast<double>(rx) + 0.3 * matrix::Identity(n, n);
      for (size_t i = 0; i < rx * rx; ++i)
        values[q * rx * rx + i] = cf32(r(static_cast<long>(i / rx), static_cast<long>(i % rx)));
    }
  }
  noise form(size_t problems, size_t rx) {
    return {noise::covariance, 0, row_major(values.data(), problems, rx, rx), 1};
  }
  std::vector<cf32> values;
};

// By the text-book formula, R inverted as it is.
matrix textbook(const std::string& kind, const matrix& h, const matrix& r) {
  const matrix right = test::product(h.adjoint(), test::inverse(r)), g = test::product(right, h),
               identity = matrix::Identity(g.rows(), g.cols());
  const matrix a = kind == "mrc"    ? matrix(g.diagonal().asDiagonal())
                   : kind == "mmse" ? matrix(g + identity)
                                    : g;
  const matrix biased = test::product(test::inverse(a), right);
  if (kind != "mmse") return biased;
  const matrix useful = test::product(biased, h).diagonal();  // unbiased: the diagonal of W H is 1
  return useful.cwiseInverse().col(0).asDiagonal() * biased;
}

TEST_P(weights, with_coloured_noise_are_the_textbook_ones) {
  for (const auto& [rx, tx] : {std::pair<size_t, size_t>{3, 1}, {4, 2}, {6, 4}, {9, 5}, {20, 16}})
    for (const std::string kind : {"mrc", "zf", "mmse", "mrc-double", "zf-double", "mmse-double"}) {
      constexpr size_t problems = 5;
      const linear_batch b(problems, rx, tx, 3 * rx + tx, 1);
      coloured_noise r(problems, rx);
      auto d =
          make_detector(kind.find("double") == std::string::npos ? spec(kind) : detector_spec(kind)).value();
      ASSERT_EQ(d->reserve({.problems = problems, .rx = rx, .tx = tx, .coloured_noise = true}), error::none);
      ASSERT_EQ(d->prepare({row_major(b.h.data(), problems, rx, tx), r.form(problems, rx)}), error::none);
      std::vector<cf32> found(problems * tx * rx), part(found.size(), cf32(-1));
      ASSERT_EQ(d->weights(row_major(found.data(), problems, tx, rx)), error::none);
      const std::string rule = kind.substr(0, kind.find('-'));
      for (size_t q = 0; q < problems; ++q) {
        const matrix h = b.channel(q), covariance = widened(r.values.data() + q * rx * rx, rx, rx),
                     exact = textbook(rule, h, covariance);
        const matrix g = test::product(h.adjoint(), test::solution(covariance, h));
        // 32 roundings of whitening and as many of detection, times their condition numbers.
        const double inner = rule == "mrc" ? 1 : test::hermitian_condition(g),
                     bound = 64 * unit * test::hermitian_condition(covariance) * inner * exact.norm();
        const matrix w = widened(found.data() + q * tx * rx, tx, rx), useful = test::product(w, h);
        ASSERT_LE((w - exact).cwiseAbs().maxCoeff(), bound) << kind << " " << rx << "x" << tx;
        // Unbiased by definition, whatever the kind.
        for (long k = 0; k < static_cast<long>(tx); ++k)
          ASSERT_NEAR(std::abs(useful(k, k) - 1.0), 0, bound * h.norm()) << kind;
      }
      // A range leaves the rest alone, and has the same numbers; any layout.
      call some;
      some.begin = 1;
      some.end = 3;
      const view turned = column_major(part.data(), problems, tx, rx);
      ASSERT_EQ(d->weights(turned, some), error::none);
      for (size_t q = 0; q < problems; ++q)
        for (size_t k = 0; k < tx; ++k)
          for (size_t i = 0; i < rx; ++i)
            ASSERT_EQ(turned.at<cf32>(q, k, i), q == 1 || q == 2 ? found[(q * tx + k) * rx + i] : cf32(-1))
                << kind;
    }
}

TEST_P(weights, times_the_received_vector_are_the_estimate) {
  for (const auto& [rx, tx] : {std::pair<size_t, size_t>{3, 1}, {6, 4}, {20, 16}, {65, 33}})
    for (const std::string kind : {"mrc", "zf", "mmse"}) {
      const linear_batch b(4, rx, tx, rx, 0.2f);
      auto d = make_detector(spec(kind)).value();
      const detected x = run(*d, b, noise::white(0.2f));
      std::vector<cf32> found(4 * tx * rx);
      ASSERT_EQ(d->weights(row_major(found.data(), 4, tx, rx)), error::none);
      for (size_t q = 0; q < 4; ++q) {
        const matrix w = widened(found.data() + q * tx * rx, tx, rx), y = b.received(q);
        const matrix product = test::product(w, y);
        const Eigen::VectorXd size = test::product(w.cwiseAbs(), y.cwiseAbs().col(0));
        // `apply` is this very product: sqrt 2 (2 rx + 1) roundings of its terms.
        for (size_t k = 0; k < tx; ++k)
          ASSERT_LE(
              std::abs(std::complex<double>(x.estimate[q * tx + k]) - product(static_cast<long>(k), 0)),
              1.01 * std::sqrt(2.0) * (2 * static_cast<double>(rx) + 1) * unit * size(static_cast<long>(k)))
              << kind;
      }
    }
}

TEST_P(weights, of_failed_problems_are_zero) {
  for (const std::string kind : {"mrc", "zf", "mmse"}) {
    linear_batch b(3, 5, 2, 1, 0.2f);
    std::fill_n(b.h.begin() + 10, 10, cf32(0));
    auto d = make_detector(spec(kind)).value();
    const detected x = run(*d, b, noise::white(0.2f));
    ASSERT_EQ(x.state[1], status::out_of_range);
    ASSERT_EQ(d->prepared(1), status::out_of_range);
    std::vector<cf32> found(3 * 2 * 5, cf32(7));
    ASSERT_EQ(d->weights(row_major(found.data(), 3, 2, 5)), error::none);
    for (size_t i = 10; i < 20; ++i) ASSERT_EQ(found[i], cf32(0));
    ASSERT_NE(found[9], cf32(0));
    ASSERT_NE(found[20], cf32(0));
  }
}

MHO_ON_EVERY_ARITHMETIC(weights);

}  // namespace
}  // namespace mho
