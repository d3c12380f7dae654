// Random batches for the tests of linear detection, ways to run a detector on them, and the same detection by
// Eigen in double precision.
#pragma once

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <complex>
#include <cstring>
#include <mho/mho.hpp>
#include <string>
#include <vector>

namespace mho {

using cf32 = std::complex<float>;
using matrix = Eigen::MatrixXcd;
using vector = Eigen::VectorXcd;

constexpr double unit = 0x1p-24;  ///< roundoff of float

/// A row-major array as a matrix of double.
inline matrix widened(const cf32* x, std::size_t rows, std::size_t columns) {
  matrix m(rows, columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j)
      m(static_cast<long>(i), static_cast<long>(j)) = std::complex<double>(x[i * columns + j]);
  return m;
}

/// y = H x + n: H [problem, rx, tx] and x of CN(0, 1), noise of variance n0.
struct linear_batch {
  linear_batch(std::size_t p, std::size_t r, std::size_t t, std::uint64_t seed, float n0, std::size_t u = 1)
      : problems(p), rx(r), tx(t), uses(u), h(p * r * t), x(p * u * t), y(p * u * r), noise_variance(n0) {
    random_stream random(seed, 1, 0, 1);
    random.complex_normals(h);
    random.complex_normals(x);
    random.complex_normals(y, n0);
    for (std::size_t q = 0; q < p * u; ++q)
      for (std::size_t i = 0; i < r; ++i)
        for (std::size_t k = 0; k < t; ++k) y[q * r + i] += h[(q / u * r + i) * t + k] * x[q * t + k];
  }
  matrix channel(std::size_t q) const { return widened(h.data() + q * rx * tx, rx, tx); }
  vector received(std::size_t q, std::size_t u = 0) const {
    return widened(y.data() + (q * uses + u) * rx, rx, 1).col(0);
  }
  /// The batch of some of its problems, in that order.
  linear_batch pick(const std::vector<std::size_t>& chosen) const {
    linear_batch part(chosen.size(), rx, tx, 0, noise_variance, uses);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const auto copy = [&](const std::vector<cf32>& from, std::vector<cf32>& to, std::size_t size) {
        std::copy_n(from.data() + chosen[i] * size, size, to.data() + i * size);
      };
      copy(h, part.h, rx * tx);
      copy(x, part.x, uses * tx);
      copy(y, part.y, uses * rx);
    }
    return part;
  }

  std::size_t problems, rx, tx, uses;
  std::vector<cf32> h, x, y;
  float noise_variance;
};

/// What a detector wrote, row-major.
struct detected {
  std::vector<cf32> estimate;
  std::vector<float> variance;
  std::vector<status> state;
};

/// Equal to the last bit, NaN included.
inline bool same_bits(const detected& a, const detected& b) {
  const auto same = [](const auto& x, const auto& y) {
    return x.size() == y.size() &&
           std::memcmp(static_cast<const void*>(x.data()), static_cast<const void*>(y.data()),
                       x.size() * sizeof x[0]) == 0;
  };
  return same(a.estimate, b.estimate) && same(a.variance, b.variance) && same(a.state, b.state);
}

/// The part of problem q.
inline detected part_of(const detected& d, std::size_t q, std::size_t problems) {
  const auto part = [&](const auto& x) {
    const std::size_t size = x.size() / problems;
    return std::vector(x.begin() + static_cast<std::ptrdiff_t>(q * size),
                       x.begin() + static_cast<std::ptrdiff_t>((q + 1) * size));
  };
  return {part(d.estimate), part(d.variance), part(d.state)};
}

/// How a batch is run.
struct way {
  bool fused = false;  ///< `detect` instead of `prepare` and `apply`
  enum { rows, columns, planes } layout = rows;
  bool coloured = false;
  std::size_t more_room = 0;  ///< problems and uses reserved beyond the batch
  std::vector<call> calls{call{}};
};

/// One call after the other, the outputs of problems that no call names left at 0.
inline detected run(detector& d, const linear_batch& b, const noise& n, const way& how = {}) {
  const auto lay_out = [&](auto* data, std::size_t n0, std::size_t n1, std::size_t n2) {
    return how.layout == way::rows      ? row_major(data, n0, n1, n2)
           : how.layout == way::columns ? column_major(data, n0, n1, n2)
                                        : problem_fastest(data, n0, n1, n2);
  };
  const auto copy = [](const view& from, const view& to, auto zero) {
    using T = decltype(zero);
    for (std::size_t i = 0; i < from.extent[0]; ++i)
      for (std::size_t j = 0; j < from.extent[1]; ++j)
        for (std::size_t k = 0; k < from.extent[2]; ++k) to.at<T>(i, j, k) = from.at<T>(i, j, k);
  };
  std::vector<cf32> h(b.h.size()), y(b.y.size()), x(b.problems * b.uses * b.tx);
  std::vector<float> v(x.size());
  const view matrix_view = lay_out(h.data(), b.problems, b.rx, b.tx),
             vectors = lay_out(y.data(), b.problems, b.uses, b.rx),
             estimate = lay_out(x.data(), b.problems, b.uses, b.tx),
             variance = lay_out(v.data(), b.problems, b.uses, b.tx);
  copy(row_major(b.h.data(), b.problems, b.rx, b.tx), matrix_view, cf32());
  copy(row_major(b.y.data(), b.problems, b.uses, b.rx), vectors, cf32());
  detected out{std::vector<cf32>(x.size()), std::vector<float>(x.size()),
               std::vector<status>(b.problems * b.uses)};
  output into;
  into.estimate = estimate;
  into.variance = variance;
  into.state = out.state;
  unsigned slots = 1;
  for (const call& c : how.calls) slots = std::max(slots, c.slot + 1);
  EXPECT_EQ(d.reserve({.problems = b.problems + how.more_room,
                       .rx = b.rx,
                       .tx = b.tx,
                       .uses = b.uses + how.more_room,
                       .slots = slots,
                       .coloured_noise = how.coloured,
                       .problems_per_noise_entry = n.problems_per_entry}),
            error::none);
  for (const call& c : how.calls) {
    if (how.fused) {
      EXPECT_EQ(d.detect({matrix_view, n}, {vectors}, {&into, 1}, c), error::none);
    } else {
      EXPECT_EQ(d.prepare({matrix_view, n}, c), error::none);
      EXPECT_EQ(d.apply({vectors}, {&into, 1}, c), error::none);
    }
  }
  copy(estimate, row_major(out.estimate.data(), b.problems, b.uses, b.tx), cf32());
  copy(variance, row_major(out.variance.data(), b.problems, b.uses, b.tx), float());
  return out;
}

inline detected run(const detector_spec& spec, const linear_batch& b, const noise& n, const way& how = {}) {
  const auto made = make_detector(spec);
  EXPECT_TRUE(made.ok()) << made.message();
  return run(*made.value(), b, n, how);
}

/// A kind of FP32 linear detector on one target, with what lies along its vectors.
struct arithmetic {
  std::string target, lanes;
  detector_spec spec(const std::string& kind) const { return {kind, {{"target", target}, {"lanes", lanes}}}; }
  std::string name() const { return target + "_" + lanes; }
};

/// Every arithmetic of this machine.
inline std::vector<arithmetic> every_arithmetic() {
  std::vector<arithmetic> all;
  for (const target_info& t : targets())
    for (const char* lanes : {"problem", "antenna"})
      if (t.usable) all.push_back({t.name, lanes});
  return all;
}

class on_every_arithmetic : public testing::TestWithParam<arithmetic> {
 protected:
  detector_spec spec(const std::string& kind) const { return GetParam().spec(kind); }
};

inline void PrintTo(const arithmetic& a, std::ostream* to) { *to << a.name(); }

#define MHO_ON_EVERY_ARITHMETIC(suite)                                       \
  INSTANTIATE_TEST_SUITE_P(on, suite, testing::ValuesIn(every_arithmetic()), \
                           [](const testing::TestParamInfo<arithmetic>& one) { return one.param.name(); })

/// Linear detection of one problem in double precision; noise whitened to `level`.
struct linear_reference {
  linear_reference(const std::string& kind, const matrix& h, double level)
      : channel(h), gram(h.adjoint() * h), a(gram), gain(vector::Ones(h.cols())), variance(h.cols()) {
    const matrix identity = matrix::Identity(gram.rows(), gram.cols());
    if (kind == "mrc") a = gram.diagonal().asDiagonal();
    if (kind == "mmse") a += level * identity;
    inverse = a.llt().solve(identity);
    const Eigen::SelfAdjointEigenSolver<matrix> eigen(a, Eigen::EigenvaluesOnly);
    condition = eigen.eigenvalues()(gram.rows() - 1) / eigen.eigenvalues()(0);
    for (long k = 0; k < gram.rows(); ++k) {
      if (kind == "mrc") {
        const double energy = gram(k, k).real();
        variance(k) = (level + (gram.col(k).squaredNorm() - energy * energy) / energy) / energy;
      } else {
        const double e = level * inverse(k, k).real();
        if (kind == "mmse") gain(k) = 1 / (inverse.row(k) * gram.col(k))(0, 0).real();
        variance(k) = e * gain(k).real();
      }
    }
  }
  matrix weights() const { return gain.asDiagonal() * (inverse * channel.adjoint()); }
  vector estimate(const vector& y) const { return gain.cwiseProduct(inverse * (channel.adjoint() * y)); }

  matrix channel, gram, a, inverse;
  vector gain;
  Eigen::VectorXd variance;
  double condition = 1;
};

}  // namespace mho
