#include "src/linear_batch.hpp"

#include <algorithm>
#include <cstring>

namespace mho {

matrix widened(const cf32* x, std::size_t rows, std::size_t columns) {
  matrix m(rows, columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j)
      m(static_cast<long>(i), static_cast<long>(j)) = std::complex<double>(x[i * columns + j]);
  return m;
}

linear_batch::linear_batch(std::size_t p, std::size_t r, std::size_t t, std::uint64_t seed, float n0,
                           std::size_t u)
    : problems(p), rx(r), tx(t), uses(u), h(p * r * t), x(p * u * t), y(p * u * r), noise_variance(n0) {
  random_stream random(seed, 1, 0, 1);
  random.complex_normals(h);
  random.complex_normals(x);
  random.complex_normals(y, n0);
  for (std::size_t q = 0; q < p * u; ++q)
    for (std::size_t i = 0; i < r; ++i)
      for (std::size_t k = 0; k < t; ++k) y[q * r + i] += h[(q / u * r + i) * t + k] * x[q * t + k];
}

linear_batch linear_batch::pick(const std::vector<std::size_t>& chosen) const {
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

bool same_bits(const detected& a, const detected& b) {
  const auto same = [](const auto& x, const auto& y) {
    return x.size() == y.size() &&
           std::memcmp(static_cast<const void*>(x.data()), static_cast<const void*>(y.data()),
                       x.size() * sizeof x[0]) == 0;
  };
  return same(a.estimate, b.estimate) && same(a.variance, b.variance) && same(a.state, b.state);
}

detected part_of(const detected& d, std::size_t q, std::size_t problems) {
  const auto part = [&](const auto& x) {
    const std::size_t size = x.size() / problems;
    return std::vector(x.begin() + static_cast<std::ptrdiff_t>(q * size),
                       x.begin() + static_cast<std::ptrdiff_t>((q + 1) * size));
  };
  return {part(d.estimate), part(d.variance), part(d.state)};
}

detected run(detector& d, const linear_batch& b, const noise& n, const way& how) {
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

detected run(const detector_spec& spec, const linear_batch& b, const noise& n, const way& how) {
  const auto made = make_detector(spec);
  EXPECT_TRUE(made.ok()) << made.message();
  return run(*made.value(), b, n, how);
}

std::vector<arithmetic> every_arithmetic() {
  std::vector<arithmetic> all;
  for (const target_info& t : targets())
    for (const char* lanes : {"problem", "antenna"})
      if (t.usable) all.push_back({t.name, lanes});
  return all;
}

linear_reference::linear_reference(const std::string& kind, const matrix& h, double level)
    : channel(h),
      gram(test::product(h.adjoint(), h)),
      a(gram),
      gain(vector::Ones(h.cols())),
      variance(h.cols()) {
  const matrix identity = matrix::Identity(gram.rows(), gram.cols());
  if (kind == "mrc") a = gram.diagonal().asDiagonal();
  if (kind == "mmse") a += level * identity;
  const matrix root = test::forward_solution(test::cholesky(a), identity);
  inverse = test::product(root.adjoint(), root);
  condition = test::hermitian_condition(a);
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

}  // namespace mho
