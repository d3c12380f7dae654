#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <mho/mho.hpp>

#include "accelerator_arguments.hpp"
#include "array_matrix.hpp"
#include "commands.hpp"
#include "csv.hpp"
#include "input_error.hpp"
#include "result_file.hpp"

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

int command_solve(const solve_arguments& a) {
  const csv_matrix m = read_square(a.matrix), rhs = read_csv(a.rhs);
  const std::size_t n = m.rows;
  if (rhs.entry.size() != n || (rhs.rows != 1 && rhs.columns != 1))
    throw input_error(a.rhs + ": must have " + std::to_string(n) + " entries in one row or column");
  const options parameters = accelerator_parameters(a.accelerator, a.sets);
  const bool is_complex = m.is_complex || rhs.is_complex;
  result<analog_solver> made = analog_solver::make(parameters, n, is_complex);
  if (!made) throw input_error(a.matrix + ": " + made.message());
  check_signs(a.matrix, m, is_complex, parameters);

  const std::size_t real_n = made->real_unknowns();
  const auto size = static_cast<Eigen::Index>(real_n);
  const std::vector<double> real = real_form(m, is_complex);
  const matrix full = Eigen::Map<const matrix>(real.data(), size, size);
  Eigen::VectorXd b(size);
  for (std::size_t i = 0; i < n; ++i) {
    b(static_cast<Eigen::Index>(i)) = rhs.entry[i].real();
    if (is_complex) b(static_cast<Eigen::Index>(i + n)) = rhs.entry[i].imag();
  }
  const Eigen::FullPivLU<Eigen::MatrixXd> exact_lu(full);
  if (!exact_lu.isInvertible()) throw input_error(a.matrix + ": is singular to double precision");
  const Eigen::VectorXd exact = exact_lu.solve(b);

  if (made->needs_calibration()) {
    // Trained on this matrix, with normal right-hand sides.
    const auto example = [&](std::size_t number, std::span<double> to, std::span<double> side) {
      constexpr std::uint16_t side_purpose = 0x201;
      std::copy_n(full.data(), to.size(), to.begin());
      random_stream random(a.seed, 0, number, side_purpose);
      for (double& entry : side) entry = static_cast<double>(random.normal());
    };
    if (const status s = made->calibrate(example, a.seed); s != status::ok)
      throw std::runtime_error(a.matrix + ": the converters cannot be calibrated: " + to_string(s));
  }
  std::vector<double> state(made->state_size()), scratch(made->scratch_size());
  const std::size_t cycles = a.cycles;
  std::vector<double> x(cycles * real_n), residual(cycles);
  const analog_identity who{a.seed, 0, 0};
  if (const status s = made->program(full.data(), who, state, scratch); s != status::ok)
    throw std::runtime_error(a.matrix + ": cannot be programmed: " + to_string(s));
  const status solved = made->solve(state, b.data(), cycles, who, x, residual, scratch);
  if (is_failed(solved))
    throw std::runtime_error(a.matrix + ": the refinement ran away: " + to_string(solved));
  const double radius = made->spectral_radius(state);

  json out;
  out["cycles"] = json::array();
  std::string table =
      fmt::format("{:>5} {:>15} {:>8} {:>15}\n", "cycle", "relative error", "bits", "residual");
  for (std::size_t c = 0; c < cycles; ++c) {
    const Eigen::VectorXd now = Eigen::Map<const Eigen::VectorXd>(x.data() + c * real_n, size);
    const double norm = exact.norm(), error = norm > 0 ? (now - exact).norm() / norm : now.norm();
    out["cycles"].push_back({{"cycle", c + 1},
                             {"relative_error", error},
                             {"residual", residual[c]},
                             {"x", entry_json(now, n, is_complex)}});
    table += fmt::format("{:5} {:15.4e} {:8.1f} {:15.4e}\n", c + 1, error, -std::log2(error), residual[c]);
  }
  const operation_count operations = made->operations();
  out["operations"] = {{"inv", operations.inv * cycles}, {"mvm", operations.mvm * cycles}};
  // The solution alone; the arrays that the solver models, as many rows as they have.
  const cost_sheet cost =
      accelerator_cost(
          parameters,
          {.real_unknowns = real_n,
           .array_size = static_cast<std::size_t>(std::get<std::int64_t>(parameters.at("array.size"))),
           .cycles = cycles,
           .complex_valued = is_complex})
          .value();
  out["time_s"] = cost.total.time_s;
  out["energy_j"] = cost.total.energy_j;
  out["programming"] = {
      {"cells", cost.cells}, {"time_s", cost.programming.time_s}, {"energy_j", cost.programming.energy_j}};
  out["spectral_radius"] = radius;
  out["verdict"] = convergence_verdict(radius);
  if (a.as_json) {
    std::fputs(text_of(out).c_str(), stdout);
    return 0;
  }
  const auto singular = Eigen::MatrixXd(full).jacobiSvd().singularValues();
  fmt::print("{}{}x{}, condition number {:.4g}, accelerator {}, seed {}\n", is_complex ? "complex " : "", n,
             n, singular(0) / singular(singular.size() - 1), a.accelerator, a.seed);
  // Without this the two columns seem to contradict each other where the matrix has been truncated.
  const Eigen::Map<const matrix> stored(made->stored_matrix(state).data(), size, size);
  fmt::print("{}BlockAMC stages {}, operations {} INV and {} MVM; spectral radius {:.4f}: {}\n", table,
             made->stages(), operations.inv * cycles, operations.mvm * cycles, radius,
             convergence_verdict(radius));
  fmt::print("time {:.3g} s, energy {:.3g} J; programming {} cells before: {:.3g} s, {:.3g} J\n",
             cost.total.time_s, cost.total.energy_j, cost.cells, cost.programming.time_s,
             cost.programming.energy_j);
  for (const adc_place& place : made->trained_converters())
    fmt::print(
        "{}: {}-bit converter trained on {} read-outs, root mean squared error {:.2e} of their scale\n",
        place.name, std::bit_width(place.design.level.size()) - 1, place.samples,
        std::sqrt(place.squared_error));
  fmt::print(
      "relative error: |x - x*| / |x*|, x* the double-precision solution of A x = b; bits: -log2 of it.\n");
  const std::string truncated = fmt::format(
      "A truncated to {} slices of {} bits,\n|A - T| / |A| = {:.2e}",
      std::get<std::int64_t>(parameters.at("solver.slices")),
      std::bit_width(static_cast<std::uint64_t>(std::get<std::int64_t>(parameters.at("device.levels")))) - 1,
      (full - stored).norm() / full.norm());
  const Eigen::VectorXd last = Eigen::Map<const Eigen::VectorXd>(x.data() + (cycles - 1) * real_n, size);
  if (std::get<std::string>(parameters.at("solver.mvm")) == "arrays")
    fmt::print(
        "residual: |r| / |b|, r the refinement's own: b less all that the arrays of HP-MVM read (solver.mvm "
        "= "
        "arrays).\nTheir errors are not in it, so it may fall where the error does not; after cycle {} |b - "
        "T "
        "x| / |b| is {:.4e}.\nT is what they were meant to hold: {}.\n",
        cycles, (b - stored * last).norm() / b.norm(), truncated);
  else
    fmt::print("residual: |b - T x| / |b|, T the matrix that HP-MVM holds: {}. {}\n", truncated,
               radius < 1 ? "It goes on falling when the error no longer does: x then solves T x = b."
                          : "It falls only where the refinement converges.");
  return 0;
}

}  // namespace mho::sim
