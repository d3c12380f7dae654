#include "solve.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <mho/mho.hpp>

#include "array_matrix.hpp"
#include "input_error.hpp"

namespace mho::sim {
namespace {

using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

json entry_json(const Eigen::VectorXd& x, std::size_t n, bool is_complex) {
  json list = json::array();
  for (std::size_t k = 0; k < n; ++k) {
    const auto i = static_cast<Eigen::Index>(k), half = static_cast<Eigen::Index>(n);
    if (is_complex)
      list.push_back(fmt::format("{:.17g}{:+.17g}i", x(i), x(i + half)));
    else
      list.push_back(x(i));
  }
  return list;
}

}  // namespace

solved_system solve_system(const csv_matrix& m, const csv_matrix& rhs, const solve_settings& how) {
  const std::size_t n = m.rows;
  const bool is_complex = m.is_complex || rhs.is_complex;
  result<analog_solver> made = analog_solver::make(how.parameters, n, is_complex);
  if (!made) throw input_error(how.name + ": " + made.message());
  check_signs(how.name, m, is_complex, how.parameters);

  const std::size_t real_n = made->real_unknowns();
  const auto size = static_cast<Eigen::Index>(real_n);
  std::vector<double> real = real_form(m, is_complex);
  const Eigen::Map<const matrix> full(real.data(), size, size);
  Eigen::VectorXd b(size);
  for (std::size_t i = 0; i < n; ++i) {
    b(static_cast<Eigen::Index>(i)) = rhs.entry[i].real();
    if (is_complex) b(static_cast<Eigen::Index>(i + n)) = rhs.entry[i].imag();
  }
  const Eigen::FullPivLU<Eigen::MatrixXd> exact_lu(full);
  if (!exact_lu.isInvertible()) throw input_error(how.name + ": is singular to double precision");
  const Eigen::VectorXd exact = exact_lu.solve(b);

  if (made->needs_calibration()) {
    // Trained on this matrix, with normal right-hand sides.
    const auto example = [&](std::size_t number, std::span<double> to, std::span<double> side) {
      constexpr std::uint16_t side_purpose = 0x201;
      std::copy_n(full.data(), to.size(), to.begin());
      random_stream random(how.seed, 0, number, side_purpose);
      for (double& entry : side) entry = static_cast<double>(random.normal());
    };
    if (const status s = made->calibrate(example, how.seed); s != status::ok)
      throw std::runtime_error(how.name + ": the converters cannot be calibrated: " + to_string(s));
  }
  std::vector<double> state(made->state_size()), scratch(made->scratch_size());
  const std::size_t cycles = how.cycles;
  std::vector<double> x(cycles * real_n), residual(cycles);
  const analog_identity who{how.seed, 0, 0};
  if (const status s = made->program(full.data(), who, state, scratch); s != status::ok)
    throw std::runtime_error(how.name + ": cannot be programmed: " + to_string(s));
  const status solved = made->solve(state, b.data(), cycles, who, x, residual, scratch);
  if (is_failed(solved))
    throw std::runtime_error(how.name + ": the refinement ran away: " + to_string(solved));
  const double radius = made->spectral_radius(state);

  json out;
  out["cycles"] = json::array();
  for (std::size_t c = 0; c < cycles; ++c) {
    const Eigen::VectorXd now = Eigen::Map<const Eigen::VectorXd>(x.data() + c * real_n, size);
    const double norm = exact.norm(), error = norm > 0 ? (now - exact).norm() / norm : now.norm();
    out["cycles"].push_back({{"cycle", c + 1},
                             {"relative_error", error},
                             {"residual", residual[c]},
                             {"x", entry_json(now, n, is_complex)}});
  }
  const operation_count operations = made->operations();
  out["operations"] = {{"inv", operations.inv * cycles}, {"mvm", operations.mvm * cycles}};
  // The solution alone; the arrays that the solver models, as many rows as they have.
  const auto rows = static_cast<std::size_t>(std::get<std::int64_t>(how.parameters.at("array.size")));
  const cost_sheet cost =
      accelerator_cost(
          how.parameters,
          {.real_unknowns = real_n, .array_size = rows, .cycles = cycles, .complex_valued = is_complex})
          .value();
  out["time_s"] = cost.total.time_s;
  out["energy_j"] = cost.total.energy_j;
  out["programming"] = {{"cells", static_cast<std::uint64_t>(cost.cells)},
                        {"time_s", cost.programming.time_s},
                        {"energy_j", cost.programming.energy_j}};
  out["spectral_radius"] = radius;
  out["verdict"] = convergence_verdict(radius);
  std::vector<double> right(b.data(), b.data() + size);
  return {std::move(*made), std::move(real), std::move(right),
          std::move(state), std::move(x),    std::move(out)};
}

}  // namespace mho::sim
