/// \file
/// What a solution on the modelled accelerator costs: time, energy, area, and where they go. Every constant
/// is a parameter `cost.*` of the accelerator; the presets `paper` and `projected` reproduce the throughput
/// and efficiency of Zuo et al., Nature Electronics 8, 1222 (2025), Fig. 5 (below: the paper).
///
/// The paper counts the inversions and the matrix-vector products of the refinement, one pass each, and
/// nothing else. The rest is added on request: programming of the arrays, digital vector operations, Gram
/// matrix and matched filter, bit-serial passes.
#pragma once

#include <mho/config.h>
#if !MHO_HAVE_ANALOG
#error "this build of mho has no analogue model: it was configured with MHO_ANALOG=OFF"
#endif

#include <cstddef>
#include <cstdint>

#include <mho/analog.hpp>
#include <mho/error.hpp>
#include <mho/options.hpp>

namespace mho {

/// Time, energy and area of one part.
struct cost_item {
  double time_s = 0;    ///< of one solution
  double energy_j = 0;  ///< of one solution
  double area_m2 = 0;   ///< of what must be there
};

/// Where the cost of one solution goes. The sum of the parts is the whole.
struct cost_breakdown {
  cost_item arrays;       ///< the cells: their share of the energy. They settle with their op-amps: no time
  cost_item opamps;       ///< settling of every inversion and product
  cost_item converters;   ///< conversions of every inversion and product
  cost_item digital;      ///< vector operations of the refinement, and a solution's share of the variances;
                          ///< its area is not modelled
  cost_item programming;  ///< writing the arrays, a solution's share of its channel's
  cost_item gram;         ///< digital Gram matrix, a solution's share, and its matched filter
  /// All of them.
  MHO_API cost_item total() const noexcept;
};

/// What to count.
struct cost_request {
  std::size_t real_unknowns = 0;  ///< N, 1 .. 4096
  std::size_t array_size = 0;     ///< rows N0 of an array; 0: the parameter cost.array_size
  std::size_t cycles = 0;         ///< of refinement; 0: the parameter cost.cycles
  bool complex_valued = false;    ///< [[R, -S], [S, R]]: R and S are stored once, where blocks allow it
  bool single_array = false;      ///< one array of N rows, whether it exists or not; no BlockAMC
  bool digital = false;           ///< count the vector operations
  bool programming = false;       ///< count the writing of the arrays
  std::size_t rx = 0;             ///< receive antennas of the Gram matrix of N / 2 streams; 0: not counted
  bool variance = false;  ///< count the digital diagonal of the inverse, once a channel, that unbiasing and
                          ///< the noise variances of N / 2 streams take: 8/3 (N/2)^3 operations
  std::size_t uses_per_channel = 1;  ///< solutions that share a programming and a Gram matrix
};

/// The cost of one solution.
struct cost_sheet {
  std::size_t real_unknowns = 0;  ///< N
  std::size_t rows = 0;           ///< of the arrays: N0, or N if one array holds the system
  unsigned stages = 0;            ///< s of BlockAMC
  std::size_t cycles = 0;         ///< of refinement
  double operations = 0;     ///< solution_operations(N): what the work is worth, whatever else is counted
  operation_count analogue;  ///< inversions and products of all cycles
  cost_breakdown parts;      ///< where it goes
  cost_item total;           ///< their sum
  cost_item programming;     ///< of one channel, counted in `parts` or not; no area
  double cells = 0;          ///< that one channel programs: those of LP-INV and of HP-MVM's slices
  double passes = 0;         ///< of the residual's products in all cycles: one each unless cost.bit_serial
  double reads = 0;          ///< conversions of these passes, one a column and pass
  double coherence_s = 0;    ///< the parameter cost.coherence_s
  double channel_share = 0;  ///< part of the coherence time that a channel's work takes, its solutions
                             ///< included; above 1 it does not fit
  double lifetime_s = 0;  ///< until cells have worn out: device.endurance_writes over the writes a second to
                          ///< each, with a programming every coherence time; may be infinite
};

/// Real operations of a Cholesky factorisation of N unknowns and two triangular solutions, N^3/3 + 5/2 N^2 +
/// N/6: what the paper counts as the work of one solution.
MHO_API double solution_operations(double real_unknowns) noexcept;

/// The cost of one solution on an accelerator. parameters: as accelerator_options gives them.
///
/// With s = ceil(log2(N / N0)) stages, at least 0, the paper's count of C cycles is
///   time   = C [3^s (cost.inv_s + c) + (3 4^s - 2 3^s) (cost.mvm_s + c)], c = cost.conversion_s
///   energy = C [3^s E_inv + (3 4^s - 2 3^s) E_mvm]   on arrays of N0 >= N rows, or
///            C [N cost.row_energy_j + N^2 cost.cell_energy_j]   where N < N0 or single_array.
/// E_inv and E_mvm are cost.inv_energy_j and cost.mvm_energy_j at N0 = cost.energy_rows; other arrays' are to
/// these as N0 cost.row_energy_j + N0^2 cost.cell_energy_j is to the same at cost.energy_rows (assumed).
///
/// With cost.bit_serial each of the 4^s products of the residual takes its passes one after the other (slices
/// at once as cost.parallel_slices says), each as long as a product; a pass costs a product's energy but for
/// the cells of the rows that are not active. The paper's product takes 25 times the energy of its inversion
/// and may hold some passes already: then this is too much.
///
/// Parts: cells have the share of the quadratic term, converters cost.converter_share of the rest, op-amps
/// what remains; time is the op-amps' settling and the conversions. Area: the cells of all arrays, and
/// op-amps and converters of one inversion and one product, since blocks follow one another. Allocates.
/// Errors: too_large (no unknowns, or more than 4096), unknown_name, bad_value (parameters; no
/// uses_per_channel; a Gram matrix or variances of an odd N).
MHO_API result<cost_sheet> accelerator_cost(const options& parameters, const cost_request& request);

}  // namespace mho
