#include "analog/parameters/solver.hpp"

namespace mho::analog {

void append_solver_options(std::vector<option>& schema) {
  schema.push_back(parameter("solver.slices", std::int64_t{8}, "",
                             "digits of HP-MVM, of 3 bits with 8 levels: 8 make a 24-bit matrix", 1, 16));
  schema.push_back(
      choice("solver.slice_scale", "full",
             "s in A = s (D0 + D1/8 + ..): the largest entry fills all digits (full), or a power "
             "of two (binary)",
             {"full", "binary"}));
  schema.push_back(choice("solver.blocks", "reuse",
                          "BlockAMC's fourth block: M4 itself (reuse), or the exact Schur complement",
                          {"reuse", "schur"}));
  schema.push_back(parameter("solver.extra_error", 0.0, "",
                             "relative normal error added to every LP-INV solution", 0, 10));
}

solver_parameters typed_solver(const reader& values) {
  solver_parameters p;
  p.slices = values.integer("solver.slices");
  p.binary_scale = values.text("solver.slice_scale") == "binary";
  p.schur = values.text("solver.blocks") == "schur";
  p.extra_error = values.number("solver.extra_error");
  return p;
}

}  // namespace mho::analog
