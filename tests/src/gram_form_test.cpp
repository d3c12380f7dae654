// The Gram form of the shell against double precision, for every layout of the views and mix of lanes.
#include "gram_form.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "src/kernels/packs.hpp"

namespace mho {
namespace {

TEST(gram_form, is_the_double_precision_product) {
  constexpr std::size_t problems = 19;
  for (const std::size_t rx : {1u, 7u, 64u, 129u})
    for (const std::size_t tx : {1u, 4u, 9u})
      for (const std::size_t uses : {1u, 2u, 35u}) {
        std::vector<cf32> h(problems * rx * tx), y(problems * uses * rx), g(problems * tx * tx),
            z(problems * uses * tx), one(problems * tx);
        random_stream(13, 0, rx, 0).complex_normals(h);
        random_stream(13, 0, tx, 1).complex_normals(y);
        gram_form former;
        former.reserve(rx, tx, 2);
        const input channel = column_major(h.data(), problems, rx, tx),
                    received = row_major(y.data(), problems, uses, rx);
        former.make(channel, &received, 0, 5, 0, g.data(), one.data());
        former.make(channel, &received, 5, problems, 1, g.data() + 5 * tx * tx, one.data() + 5 * tx);
        former.filter(channel, received, 1, z.data());
        for (std::size_t p = 0; p < problems; ++p) {
          const Eigen::Map<const Eigen::MatrixXcf> at(h.data() + p * rx * tx, static_cast<long>(rx),
                                                      static_cast<long>(tx));
          const matrix exact = at.cast<std::complex<double>>();
          const Eigen::Map<const Eigen::Matrix<cf32, -1, -1, Eigen::RowMajor>> found(
              g.data() + p * tx * tx, static_cast<long>(tx), static_cast<long>(tx));
          const real_matrix sizes = exact.cwiseAbs();
          expect_within(found.cast<std::complex<double>>().eval().triangularView<Eigen::Lower>(),
                        test::product(exact.adjoint(), exact).triangularView<Eigen::Lower>(),
                        complex_gamma(rx) * test::product(sizes.transpose(), sizes), "Gram");
          for (std::size_t u = 0; u < uses; ++u) {
            const Eigen::Map<const Eigen::VectorXcf> vector(y.data() + (p * uses + u) * rx,
                                                            static_cast<long>(rx)),
                filtered(z.data() + (p * uses + u) * tx, static_cast<long>(tx));
            const matrix right = vector.cast<std::complex<double>>();
            expect_product(filtered.cast<std::complex<double>>(), exact.adjoint(), right, complex_gamma(rx),
                           "filtered");
          }
          for (std::size_t k = 0; k < tx; ++k) ASSERT_EQ(one[p * tx + k], z[p * uses * tx + k]);
        }
      }
}

}  // namespace
}  // namespace mho
