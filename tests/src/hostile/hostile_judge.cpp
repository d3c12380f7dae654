#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

#include "src/hostile/hostile_batch.hpp"
#include "src/reference/algebra.hpp"

namespace mho::test {
namespace {

using matrix = Eigen::MatrixXcd;

// Numbers that float holds with room for sums of a few dozen of them, and such as it does not hold.
constexpr double safe = 0x1p110, beyond_float = 0x1p130;

// What the rules say of a channel, and what its received vectors are judged by.
struct verdict {
  fate channel = fate::works;
  status reason = status::ok;
  matrix weights;             // estimate = weights y
  double stretch = 0;         // sqrt of the largest entry of diag A^-1 times the gain
  double least_variance = 0;  // see judged
  double largest_norm = 0;    // of H's columns
};

verdict failed(status reason) {
  verdict v;
  v.channel = fate::fails;
  v.reason = reason;
  return v;
}
verdict unsure() {
  verdict v;
  v.channel = fate::may_fail;
  return v;
}

verdict judge_channel(const matrix& h, double n0, bool equal_columns, const linear_rules& rules) {
  const long rx = h.rows(), tx = h.cols();
  if (!std::isfinite(n0)) return failed(status::not_finite);
  if (n0 < 0) return failed(status::out_of_range);
  if (!h.allFinite()) return failed(status::not_finite);
  // A squared norm is a sum of 2 rx products: 2 rx + 1 roundings, whatever their order.
  const double slack = static_cast<double>(2 * rx + 2) * rules.unit;
  const Eigen::VectorXd energies = h.colwise().squaredNorm();
  const auto any = [&](double low, double high) {
    return ((energies.array() > low) && (energies.array() < high)).any();
  };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  // Beyond float the sum is infinite, which reads as not finite.
  if (any(0x1p120, infinity)) return failed(status::ok);
  if (any(-1, 0x1p-100 * (1 - slack)) || any(0x1p100 * (1 + slack), infinity))
    return failed(status::out_of_range);
  const bool at_the_edge = any(0, 0x1p-100 * (1 + slack)) || any(0x1p100 * (1 - slack), infinity);
  verdict v;
  v.largest_norm = std::sqrt(energies.maxCoeff());
  if (at_the_edge) return unsure();

  const matrix gram = product(h.adjoint(), h);
  matrix a = gram;
  if (rules.rule == linear_rules::mrc) a = gram.diagonal().asDiagonal();
  if (rules.rule == linear_rules::mmse) a.diagonal().array() += n0;
  // Scaled to a diagonal of ones, S = D A D; every pivot's share of its diagonal entry is at least the least
  // eigenvalue of S (1 / [S_i^-1]_ii of a leading block S_i). The computed factor is that of A + E with
  // |E_ij| <= c u sqrt(A_ii A_jj): c = sqrt2 (2 rx + 2 of G, tx + 4 of the elimination; N. Higham, Accuracy
  // and Stability of Numerical Algorithms, 2nd ed., theorem 10.3), which moves eigenvalues by no more than tx
  // c u.
  const Eigen::VectorXd root = a.diagonal().real().cwiseSqrt().cwiseInverse();
  const matrix scaled = root.asDiagonal() * a * root.asDiagonal();
  const double least = hermitian_eigenvalues(scaled).minCoeff(), n = static_cast<double>(tx);
  const double moved = n * (std::sqrt(2.0) * static_cast<double>(2 * rx + tx + 6) * rules.unit + 0x1p-48);
  if (rules.rule != linear_rules::mrc && !(least > n * 2 * rules.unit + 2 * moved)) {
    verdict open = unsure();
    // What is exactly singular may pass for a matrix that is `moved` from it: S^-1 then has a diagonal entry
    // of 1 / (n moved) or more, and the variance says so (to a factor of 2, for its own rounding).
    if (rules.rule == linear_rules::zf && equal_columns)
      open.least_variance = n0 / (2 * n * moved * energies.maxCoeff());
    return open;
  }

  // [A^-1] = D [S^-1] D, without leaving the range of double.
  const matrix inverse = root.asDiagonal() * test::inverse(scaled) * root.asDiagonal();
  double largest = 0;
  for (long k = 0; k < tx; ++k) {
    double variance = n0 * inverse(k, k).real(), gain = 1;
    if (rules.rule == linear_rules::mmse) {
      // Where e > 1/2 it is a sum; A^-1 is known to moved / least of itself, a product of G to `slack`.
      gain = (inverse.row(k) * gram.col(k))(0, 0).real();
      const double lost = inverse.row(k).cwiseAbs().dot(gram.col(k).cwiseAbs()) * (moved / least + slack);
      if (variance > 0.25 && !(gain > 4 * lost)) return unsure();  // drowns in other streams
      variance /= gain;
    }
    if (rules.rule == linear_rules::mrc) {
      const double energy = gram(k, k).real();
      variance = (n0 + std::max(0.0, gram.col(k).squaredNorm() - energy * energy) / energy) / energy;
    }
    largest = std::max(largest, variance);
    v.stretch = std::max(v.stretch, std::sqrt(inverse(k, k).real()) / gain);
  }
  if (largest > beyond_float) return failed(status::ok);  // the estimate may leave float with it
  if (!(largest < safe)) return unsure();
  matrix weights = product(inverse, h.adjoint());
  if (rules.rule == linear_rules::mmse)
    for (long k = 0; k < tx; ++k) weights.row(k) /= (inverse.row(k) * gram.col(k))(0, 0).real();
  v.weights = weights;
  return v;
}

fate judge_vector(const verdict& channel, const Eigen::VectorXcd& y) {
  if (channel.channel == fate::fails || !y.allFinite()) return fate::fails;
  if (channel.channel == fate::may_fail) return fate::may_fail;
  // What is met on the way to an estimate: z, L^-1 z (no longer than y), and sums of L times the solution.
  const double length = y.norm(), estimate = length * std::max(1.0, channel.stretch);
  const double met = std::max(length, 1.0) * std::max({1.0, channel.largest_norm}) *
                     std::max(1.0, channel.stretch) * std::max(1.0, channel.largest_norm);
  if (std::max(met, estimate) < safe) return fate::works;
  return fate::may_fail;
}

}  // namespace

judged judge(const hostile_batch& b, const linear_rules& rules) {
  judged j;
  for (std::size_t p = 0; p < b.problems; ++p) {
    matrix h(static_cast<long>(b.rx), static_cast<long>(b.tx));
    for (std::size_t i = 0; i < b.rx * b.tx; ++i)
      h(static_cast<long>(i / b.tx), static_cast<long>(i % b.tx)) =
          std::complex<double>(b.mixed.h[p * b.rx * b.tx + i]);
    const verdict channel = judge_channel(h, static_cast<double>(b.mixed.n0[p]), b.equal_columns[p], rules);
    j.least_variance.push_back(channel.least_variance);
    for (std::size_t u = 0; u < b.uses; ++u) {
      Eigen::VectorXcd y(static_cast<long>(b.rx));
      for (std::size_t i = 0; i < b.rx; ++i)
        y(static_cast<long>(i)) = std::complex<double>(b.mixed.y[(p * b.uses + u) * b.rx + i]);
      j.fates.push_back(judge_vector(channel, y));
      j.reason.push_back(channel.channel == fate::fails ? channel.reason
                         : y.allFinite()                ? status::ok
                                                        : status::not_finite);
    }
  }
  return j;
}

}  // namespace mho::test
