// What can be said of a solution, and of a programmed system.
#include "analog/judgement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "analog/dense_algebra.hpp"
#include "analog/solver_plan.hpp"

namespace mho {

double analog::error_estimate(std::span<const double> x, std::size_t n) noexcept {
  std::size_t cycles = x.size() / n;
  // Cycles after solver.stop_bits repeat the last one that ran.
  while (cycles > 2 &&
         std::equal(x.data() + (cycles - 2) * n, x.data() + (cycles - 1) * n, x.data() + (cycles - 1) * n))
    --cycles;
  if (cycles < 2) return 0;
  const double* last = x.data() + (cycles - 1) * n;
  double now = 0, before = 0;  // squares of the last two updates
  for (std::size_t i = 0; i < n; ++i) {
    const double previous = *(last + i - n), first = cycles > 2 ? *(last + i - 2 * n) : 0;
    now += (last[i] - previous) * (last[i] - previous);
    before += (previous - first) * (previous - first);
  }
  if (std::isnan(now) || std::isnan(before)) return std::numeric_limits<double>::infinity();
  if (!(now > 0)) return 0;
  const double q = std::min(0.99, std::sqrt(now / before));
  return std::sqrt(now) * q / (1 - q);
}

status analog::judge(const analog::solver_parameters& solver, std::span<const double> x, std::size_t n,
                     double residual, double tolerance) noexcept {
  if (!(residual < solver.residual_limit)) return status::not_converged;
  return solver.error_limit > 0 && error_estimate(x, n) > solver.error_limit * tolerance
             ? status::not_converged
             : status::ok;
}

double analog_solver::error_estimate(std::span<const double> x) const noexcept {
  return analog::error_estimate(x, plan_->real_n);
}

status analog_solver::judge(std::span<const double> x, std::span<const double> residual,
                            double tolerance) const noexcept {
  return analog::judge(plan_->parameters.solver, x, plan_->real_n, residual.back(), tolerance);
}

double analog_solver::spectral_radius(std::span<const double> state) const {
  const plan& p = *plan_;
  const auto n = static_cast<Eigen::Index>(p.real_n);
  std::vector<double> unit(p.padded), column(p.padded), scratch(scratch_size());
  Eigen::MatrixXd inverse(n, n);
  analog::use_stream unused(random_stream(0, 0, 0, 0));
  for (Eigen::Index j = 0; j < n; ++j) {
    std::fill(unit.begin(), unit.end(), 0.0);
    unit[p.place(static_cast<std::size_t>(j))] = 1;
    p.blocks.solve(state.data() + p.real_n * p.real_n, unit.data(), nullptr, unused, column.data(),
                   scratch.data());
    for (Eigen::Index i = 0; i < n; ++i) inverse(i, j) = column[p.place(static_cast<std::size_t>(i))];
  }
  const Eigen::MatrixXd stored =
      Eigen::Map<const Eigen::Matrix<double, -1, -1, Eigen::RowMajor>>(state.data(), n, n);
  const Eigen::MatrixXd iteration = Eigen::MatrixXd::Identity(n, n) - analog::product(inverse, stored);
  return analog::eigenvalues(iteration).cwiseAbs().maxCoeff();
}

const char* convergence_verdict(double spectral_radius) noexcept {
  if (spectral_radius <= 0.95) return "converges";
  return spectral_radius < 1.05 ? "marginal" : "diverges";
}

}  // namespace mho
