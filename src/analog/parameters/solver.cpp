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
  schema.push_back(choice("solver.mvm", "exact",
                          "HP-MVM: exact integers, or bit-serial arrays with their cells' errors and ADC",
                          {"exact", "arrays"}));
  schema.push_back(
      choice("solver.block_mvm", "exact", "BlockAMC's own products, likewise", {"exact", "arrays"}));
  schema.push_back(parameter("solver.input_bits", std::int64_t{12}, "bit",
                             "of the magnitude of an input of bit-serial arrays; signs take passes of their "
                             "own",
                             1, 24));
  schema.push_back(choice("solver.dx_scale", "maximum",
                          "full scale of dx at the bit-serial inputs: its own maximum every cycle, or the "
                          "power of two above twice that of the first one (fixed)",
                          {"maximum", "fixed"}));
  schema.push_back(parameter("solver.active_rows", std::int64_t{4}, "",
                             "rows of a bit-serial array that are read together", 1, 512));
  schema.push_back(parameter("solver.mvm_adc_bits", std::int64_t{0}, "bit",
                             "of the magnitude of such a read; 0: ceil(log2(7 active_rows + 1)), exact", 0,
                             16));
  schema.push_back(parameter("solver.mvm_read_noise_siemens", 0.0, "S",
                             "standard deviation of such a read, as a conductance", 0, 35e-6));
  schema.push_back(parameter("solver.accumulator_bits", std::int64_t{0}, "bit",
                             "of the fixed-point registers of x and r; 0: double precision", 0, 52));
  schema.push_back(
      parameter("solver.stop_bits", std::int64_t{0}, "bit",
                "refinement stops once the residual is below 2^-stop_bits of b; 0: every cycle runs", 0, 52));
  schema.push_back(parameter("solver.residual_limit", 1.0, "",
                             "residual over b from which on a solution is flagged not_converged", 0, 1));
  schema.push_back(parameter("solver.error_limit", 1.0, "",
                             "estimated error of a detector's solution over its noise from which on it is "
                             "flagged not_converged; 0: no such flag",
                             0, infinite));
  schema.push_back(choice("solver.normalisation", "none",
                          "the detectors' Gram matrix: as it is, or over the number of receive antennas (rx)",
                          {"none", "rx"}));
}

solver_parameters typed_solver(const reader& values) {
  solver_parameters p;
  p.slices = values.integer("solver.slices");
  p.binary_scale = values.text("solver.slice_scale") == "binary";
  p.schur = values.text("solver.blocks") == "schur";
  p.extra_error = values.number("solver.extra_error");
  p.mvm_arrays = values.text("solver.mvm") == "arrays";
  p.block_mvm_arrays = values.text("solver.block_mvm") == "arrays";
  p.input_bits = values.integer("solver.input_bits");
  p.fixed_scale = values.text("solver.dx_scale") == "fixed";
  p.active_rows = values.integer("solver.active_rows");
  p.mvm_adc_bits = values.integer("solver.mvm_adc_bits");
  p.mvm_read_noise_siemens = values.number("solver.mvm_read_noise_siemens");
  p.accumulator_bits = values.integer("solver.accumulator_bits");
  p.stop_bits = values.integer("solver.stop_bits");
  p.residual_limit = values.number("solver.residual_limit");
  p.error_limit = values.number("solver.error_limit");
  return p;
}

}  // namespace mho::analog
