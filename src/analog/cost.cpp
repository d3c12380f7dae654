#include "analog/cost.hpp"

#include <algorithm>
#include <cmath>

#include "analog/cell_count.hpp"
#include "analog/faults.hpp"

namespace mho {
namespace analog {

double layout::padded() const { return std::ldexp(rows, static_cast<int>(stages)); }

double bit_serial_passes(double slices, double input_bits, double rows, double active_rows) {
  constexpr double signs = 2;
  return slices * input_bits * signs * std::ceil(rows / active_rows);
}

double vector_operations(const layout& l) {
  const double n = l.padded(), tiles = n / l.rows;
  const double three = std::pow(3, l.stages), four = std::pow(4, l.stages);
  // Find the maximum and scale by it, scale the result back: three operations an entry.
  double count = (three + 3 * four - 2 * three) * 3 * l.rows;
  count += 4 * n + n * (tiles - 1);  // x += dx and r -= A dx, the scale of dx multiplied in; sums of tiles
  double nodes = 1, half = n;
  for (unsigned stage = 0; stage < l.stages; ++stage) {
    half /= 2;
    count += nodes * (2 * half + 2 * half * (half / l.rows - 1));  // two subtractions, two products' sums
    nodes *= 3;
  }
  return count;
}

namespace {

// Energy of an inversion and a product, and the cells' part of either.
struct leaf_energy {
  double inv_j = 0, mvm_j = 0, cell_share = 0;
};

leaf_energy energy_of(const cost_parameters& c, const layout& l, bool any_size) {
  const auto cycle_j = [&](double rows) { return rows * c.row_energy_j + rows * rows * c.cell_energy_j; };
  const double here = cycle_j(l.rows), cells = l.rows * l.rows * c.cell_energy_j;
  leaf_energy e;
  e.cell_share = here > 0 ? cells / here : 0;
  const double sum = c.inv_energy_j + c.mvm_energy_j;
  if (any_size) {
    e.inv_j = sum > 0 ? here * c.inv_energy_j / sum : 0;
    e.mvm_j = here - e.inv_j;
    return e;
  }
  const double there = cycle_j(c.energy_rows), scale = there > 0 ? here / there : 1;
  e.inv_j = c.inv_energy_j * scale;
  e.mvm_j = c.mvm_energy_j * scale;
  return e;
}

// Adds `count` inversions or products of this energy and settling time.
void add_operations(double count, double energy_j, double cell_share, double settling_s,
                    const cost_parameters& c, cost_breakdown& parts) {
  const double cells_j = energy_j * cell_share, rows_j = energy_j - cells_j;
  parts.arrays.energy_j += count * cells_j;
  parts.converters.energy_j += count * rows_j * c.converter_share;
  parts.opamps.energy_j += count * rows_j * (1 - c.converter_share);
  parts.opamps.time_s += count * settling_s;
  parts.converters.time_s += count * c.conversion_s;
}

void add_digital(double count, const cost_parameters& c, cost_item& part) {
  part.time_s += count / c.digital_operations_per_s;
  part.energy_j += count * c.digital_energy_j;
}

layout layout_of(const cost_request& request, std::size_t array_size) {
  layout l;
  l.unknowns = static_cast<double>(request.real_unknowns);
  l.rows = l.unknowns;
  if (request.single_array || request.real_unknowns <= array_size) return l;
  l.rows = static_cast<double>(array_size);
  while (l.padded() < l.unknowns) ++l.stages;
  return l;
}

cost_sheet count(const parameters& p, const cost_request& request) {
  const cost_parameters& c = p.cost;
  const std::size_t array_size = request.array_size > 0 ? request.array_size : c.array_size;
  const layout l = layout_of(request, array_size);
  const double cycles = static_cast<double>(request.cycles > 0 ? request.cycles : c.cycles);
  const double uses = static_cast<double>(request.uses_per_channel), slices = p.solver.slices;

  cost_sheet sheet;
  sheet.real_unknowns = request.real_unknowns;
  sheet.rows = static_cast<std::size_t>(l.rows);
  sheet.stages = l.stages;
  sheet.cycles = static_cast<std::size_t>(cycles);
  sheet.operations = solution_operations(l.unknowns);
  const double inversions = std::pow(3, l.stages), tiles = std::pow(4, l.stages);
  const double products = 3 * tiles - 2 * inversions;
  sheet.analogue = {static_cast<std::uint64_t>(cycles * inversions),
                    static_cast<std::uint64_t>(cycles * products)};

  cost_breakdown& parts = sheet.parts;
  const leaf_energy e = energy_of(c, l, request.single_array || request.real_unknowns < array_size);
  const double residual_products = c.bit_serial ? 0 : tiles;
  add_operations(cycles * inversions, e.inv_j, e.cell_share, c.inv_s, c, parts);
  add_operations(cycles * (products - tiles + residual_products), e.mvm_j, e.cell_share, c.mvm_s, c, parts);
  sheet.passes = cycles * tiles;
  if (c.bit_serial) {
    // A pass converts every column but drives the cells of its active rows only.
    const double passes = bit_serial_passes(slices, p.solver.input_bits, l.rows, p.solver.active_rows);
    const double cells_j = e.mvm_j * e.cell_share * std::min(1.0, p.solver.active_rows / l.rows);
    const double pass_j = e.mvm_j * (1 - e.cell_share) + cells_j;
    sheet.passes *= passes;
    cost_breakdown serial;
    add_operations(sheet.passes, pass_j, pass_j > 0 ? cells_j / pass_j : 0, c.mvm_s, c, serial);
    const double at_once = slices / std::ceil(slices / c.parallel_slices);
    parts.arrays.energy_j += serial.arrays.energy_j;
    parts.opamps.energy_j += serial.opamps.energy_j;
    parts.converters.energy_j += serial.converters.energy_j;
    parts.opamps.time_s += serial.opamps.time_s / at_once;
    parts.converters.time_s += serial.converters.time_s / at_once;
  }
  sheet.reads = sheet.passes * l.rows;

  const cell_count cells = programmed_cells(
      p, {request.real_unknowns, static_cast<std::size_t>(l.rows), l.stages, request.complex_valued});
  sheet.cells = static_cast<double>(cells.inv + cells.mvm + cells.block_mvm);
  parts.arrays.area_m2 = sheet.cells * c.cell_area_m2;
  const double readers = c.bit_serial ? std::min(slices, c.parallel_slices) : 1;
  parts.opamps.area_m2 = (1 + readers) * l.rows * c.opamp_area_m2;
  parts.converters.area_m2 = (1 + readers) * l.rows * c.converter_area_m2;

  sheet.programming.time_s = std::ceil(sheet.cells / c.parallel_cells) * c.write_pulses * c.write_pulse_s;
  sheet.programming.energy_j = sheet.cells * c.write_pulses * c.write_energy_j;
  if (request.programming) {
    parts.programming.time_s = sheet.programming.time_s / uses;
    parts.programming.energy_j = sheet.programming.energy_j / uses;
  }
  if (request.digital) {
    constexpr double shift_and_add = 2;
    add_digital(cycles * vector_operations(l) + (c.bit_serial ? shift_and_add * sheet.reads : 0), c,
                parts.digital);
  }
  if (request.rx > 0) {
    const double rx = static_cast<double>(request.rx), tx = l.unknowns / 2;
    add_digital(4 * rx * tx * tx / uses + 8 * rx * tx, c, parts.gram);
  }
  if (request.variance) {
    // A complex Cholesky factorisation and the inverse of its factor, 4/3 n^3 each.
    const double tx = l.unknowns / 2;
    add_digital(8.0 / 3 * tx * tx * tx / uses, c, parts.digital);
  }
  sheet.total = parts.total();
  sheet.coherence_s = c.coherence_s;
  sheet.channel_share = uses * sheet.total.time_s / c.coherence_s;
  sheet.lifetime_s = lifetime_s(p.device, c.write_pulses / c.coherence_s);
  return sheet;
}

}  // namespace
}  // namespace analog

cost_item cost_breakdown::total() const noexcept {
  cost_item sum;
  for (const cost_item* part : {&arrays, &opamps, &converters, &digital, &programming, &gram}) {
    sum.time_s += part->time_s;
    sum.energy_j += part->energy_j;
    sum.area_m2 += part->area_m2;
  }
  return sum;
}

double solution_operations(double n) noexcept { return n * n * n / 3 + 2.5 * n * n + n / 6; }

result<cost_sheet> accelerator_cost(const options& parameters, const cost_request& request) {
  constexpr std::size_t most_unknowns = 4096;
  if (request.real_unknowns == 0 || request.real_unknowns > most_unknowns)
    return {error::too_large, "a cost sheet takes 1 to 4096 real unknowns"};
  if (request.uses_per_channel == 0) return {error::bad_value, "uses_per_channel must be at least 1"};
  if ((request.rx > 0 || request.variance) && request.real_unknowns % 2 != 0)
    return {error::bad_value, "streams have an even number of real unknowns"};
  const result<options> checked = accelerator_options("paper", parameters);
  if (!checked) return {checked.code(), checked.message()};
  return analog::count(analog::typed(*checked), request);
}

}  // namespace mho
