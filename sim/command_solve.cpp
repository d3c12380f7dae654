#include <fmt/format.h>

#include <Eigen/Dense>
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
#include "solve.hpp"

namespace mho::sim {
namespace {

using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

double number(const json& value) { return value.get<double>(); }

}  // namespace

int command_solve(const solve_arguments& a) {
  const csv_matrix m = read_square(a.matrix), rhs = read_csv(a.rhs);
  const std::size_t n = m.rows;
  if (rhs.entry.size() != n || (rhs.rows != 1 && rhs.columns != 1))
    throw input_error(a.rhs + ": must have " + std::to_string(n) + " entries in one row or column");
  const options parameters = accelerator_parameters(a.accelerator, a.sets);
  const bool is_complex = m.is_complex || rhs.is_complex;
  const std::size_t cycles = a.cycles;
  const solved_system s = solve_system(m, rhs, {parameters, cycles, a.seed, a.matrix});
  if (a.as_json) {
    std::fputs(text_of(s.report).c_str(), stdout);
    return 0;
  }
  std::string table =
      fmt::format("{:>5} {:>15} {:>8} {:>15}\n", "cycle", "relative error", "bits", "residual");
  for (const json& cycle : s.report["cycles"]) {
    const double error = number(cycle["relative_error"]);
    table += fmt::format("{:5} {:15.4e} {:8.1f} {:15.4e}\n", cycle["cycle"].get<std::size_t>(), error,
                         -std::log2(error), number(cycle["residual"]));
  }
  const std::size_t real_n = s.solver.real_unknowns();
  const auto size = static_cast<Eigen::Index>(real_n);
  const Eigen::Map<const matrix> full(s.matrix.data(), size, size);
  const Eigen::Map<const Eigen::VectorXd> b(s.rhs.data(), size);
  const double radius = number(s.report["spectral_radius"]);
  const auto singular = Eigen::MatrixXd(full).jacobiSvd().singularValues();
  fmt::print("{}{}x{}, condition number {:.4g}, accelerator {}, seed {}\n", is_complex ? "complex " : "", n,
             n, singular(0) / singular(singular.size() - 1), a.accelerator, a.seed);
  // Without this the two columns seem to contradict each other where the matrix has been truncated.
  const Eigen::Map<const matrix> stored(s.solver.stored_matrix(s.state).data(), size, size);
  fmt::print("{}BlockAMC stages {}, operations {} INV and {} MVM; spectral radius {:.4f}: {}\n", table,
             s.solver.stages(), s.report["operations"]["inv"].get<std::uint64_t>(),
             s.report["operations"]["mvm"].get<std::uint64_t>(), radius, convergence_verdict(radius));
  fmt::print("time {:.3g} s, energy {:.3g} J; programming {} cells before: {:.3g} s, {:.3g} J\n",
             number(s.report["time_s"]), number(s.report["energy_j"]),
             s.report["programming"]["cells"].get<std::uint64_t>(), number(s.report["programming"]["time_s"]),
             number(s.report["programming"]["energy_j"]));
  for (const adc_place& place : s.solver.trained_converters())
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
  const Eigen::VectorXd last = Eigen::Map<const Eigen::VectorXd>(s.x.data() + (cycles - 1) * real_n, size);
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
