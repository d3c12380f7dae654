#include "analog/leaf.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

#include "analog/ageing.hpp"
#include "analog/circuit.hpp"
#include "analog/closed_array.hpp"
#include "analog/norms.hpp"
#include "analog/wires.hpp"

namespace mho::analog {
namespace {

using row_major = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// x = P b, and the offset of the read-out's full scale (nullptr: none).
void apply(const double* map, const double* offset, std::size_t n, const double* b, double* x) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < n; ++j) sum += map[i * n + j] * b[j];
    x[i] = sum;
  }
  if (offset == nullptr) return;
  const double full_scale = largest(x, n);
  for (std::size_t i = 0; i < n; ++i) x[i] += full_scale * offset[i];
}

// The array between its amplifiers.
closed_array closed(const held_array& array, const parameters& p) {
  const inv_cells cells = cells_of(array, p);
  array_request wanted;
  wanted.unknowns = array.n;
  wanted.siemens_per_unit = p.device.step_siemens() / array.map.step;
  wanted.temperature_kelvin = p.device.temperature_kelvin;
  const Eigen::Map<const Eigen::VectorXd> offset(array.offset_volt, cells.plus.rows());
  Eigen::VectorXd inverter;
  if (array.minus != nullptr)
    inverter = Eigen::Map<const Eigen::VectorXd>(array.inverter_offset_volt, cells.plus.rows());
  return close_array(p.array.wire_ohm > 0 ? reduce(cells) : connect(cells), p.circuit, wanted, offset,
                     inverter);
}

}  // namespace

inv_cells cells_of(const held_array& array, const parameters& p) {
  const double step_siemens = p.device.step_siemens(), wire_ohm = p.array.wire_ohm;
  if (array.minus != nullptr)
    return pair_cells(array.plus, array.minus, array.n, p.circuit, step_siemens, wire_ohm);
  return split_cells(array.plus, array.map, array.n, p.circuit, step_siemens, wire_ohm, array.bias);
}

bool inv_leaf::needs_network(const parameters& p) noexcept {
  return p.array.wire_ohm > 0 || p.array.mapping == sign_mapping::pair ||
         std::isfinite(p.circuit.input_resistance_ohm) || p.circuit.output_resistance_ohm > 0 ||
         p.circuit.thermal_noise || p.circuit.saturates || p.circuit.row_capacitance_farad > 0;
}

bool inv_leaf::differs_by_read(const parameters& p) noexcept {
  return p.circuit.saturates || reads_noisily(p.device);
}

// plus, minus or bias, offsets of rows, offsets of inverters or of the bias column's op-amp.
std::size_t inv_leaf::cell_count(std::size_t n) const noexcept { return 2 * n * n + 2 * n + 1; }

std::size_t inv_leaf::state_size(std::size_t n) const noexcept {
  std::size_t size = n * n + n;
  if (parameters_.circuit.thermal_noise) size += n * n;
  if (differs_by_read(parameters_)) size += cell_count(n) + sizeof(inv_mapping) / sizeof(double) + 1;
  return size;
}

std::size_t inv_leaf::program_scratch(std::size_t n) const noexcept {
  return cell_count(n) + 3 * (n + 1) * (n + 1) + n + 1;
}

std::size_t inv_leaf::solve_scratch(std::size_t n) const noexcept {
  return differs_by_read(parameters_) ? 4 * n * n + 2 * n + program_scratch(n) : n;
}

void inv_leaf::write(const double* a, held_array& array, std::uint64_t place, const leaf_draws& draws,
                     double* memory) const noexcept {
  const device_parameters& device = parameters_.device;
  const array_parameters& how = parameters_.array;
  const solver_parameters& solver = parameters_.solver;
  const std::size_t n = array.n;
  const bool pair = how.mapping == sign_mapping::pair, split = how.mapping == sign_mapping::split;
  double* plus = memory;
  double* second = plus + n * n;  // minus, or the bias column
  double* offset_volt = second + n * n;
  const array_draws own{draws.writing, draws.ageing, {draws.seed, place, array_role::plus}};
  array.plus = plus;
  if (pair) {
    array.map = map_pair(a, n, n, device);
    array.minus = second;
    program_pair(a, n, n, array.map, how, device, own, plus, second);
  } else if (split && how.programmed_bias) {
    array.map = map_programmed_bias(a, n, n, device);
    array.bias = second;
    program_inv(a, n, n, array.map, how, device, own, plus);
    program_bias(n, array.map, device, own, second);
  } else {
    array.map =
        split ? map_inv(a, n, n, device)
              : map_direct(slice_scale(a, n * n, solver.slices, solver.binary_scale, device.digit_bits()),
                           device);
    program_inv(a, n, n, array.map, how, device, own, plus);
  }
  const double source = parameters_.circuit.source_siemens;
  if (source != device.on_siemens) array.map.on_steps = source / device.step_siemens();
  const double offset = parameters_.circuit.offset_volt;
  array_place where = own.where;
  draw_offsets(offset, where, n, offset_volt);
  where.role = pair ? array_role::minus : array_role::bias;
  draw_offsets(offset, where, pair ? n : 1, offset_volt + n);
  array.offset_volt = offset_volt;
  if (pair) array.inverter_offset_volt = offset_volt + n;
}

bool inv_leaf::close(const held_array& array, double* map, double* offset, double* noise,
                     double* scratch) const {
  if (needs_network(parameters_)) return close_general(array, map, offset, noise);
  return settles(array.plus, array.map, array.n, scratch, array.bias) &&
         realise_inv(array.plus, array.map, array.n, parameters_.circuit, array.offset_volt, map, offset,
                     scratch, array.bias);
}

bool inv_leaf::close_general(const held_array& array, double* map, double* offset, double* noise) const {
  if (array.map.diagonal < 0) return false;  // no resistor is negative
  const closed_array found = closed(array, parameters_);
  if (!found.settles || !found.inverse.allFinite()) return false;
  const auto n = static_cast<Eigen::Index>(array.n);
  Eigen::Map<row_major>(map, n, n) = found.inverse;
  Eigen::Map<Eigen::VectorXd>(offset, n) = found.offset;
  // The full scale of a circuit that bends is at clamp_fill of the clamp.
  const double fill = parameters_.circuit.saturates ? parameters_.circuit.clamp_fill : 1;
  if (noise != nullptr) Eigen::Map<row_major>(noise, n, n) = found.noise / fill;
  return true;
}

bool inv_leaf::program(const double* a, std::size_t n, std::uint64_t place, const leaf_draws& draws,
                       double* state, double* scratch, leaf_record* record) const {
  held_array array;
  array.n = n;
  write(a, array, place, draws, scratch);
  if (record != nullptr && record->seen++ == record->wanted) {
    record->cells.assign(scratch, scratch + cell_count(n));
    const auto moved = [&](const double* from) {
      return from == nullptr ? nullptr : record->cells.data() + (from - scratch);
    };
    record->array = {n,
                     array.map,
                     moved(array.plus),
                     moved(array.minus),
                     moved(array.bias),
                     moved(array.offset_volt),
                     moved(array.inverter_offset_volt)};
  }
  double* noise = parameters_.circuit.thermal_noise ? state + n * n + n : nullptr;
  if (differs_by_read(parameters_)) {
    double* kept = state + n * n + n + (noise != nullptr ? n * n : 0);
    std::copy_n(scratch, cell_count(n), kept);
    kept += cell_count(n);
    *kept++ = array.map.bias;
    *kept++ = array.map.diagonal;
    *kept++ = array.map.step;
    *kept++ = array.map.on_steps;
    *kept++ = array.map.shift;
    *kept = array.map.bias_level;
  }
  return close(array, state, state + n * n, noise, scratch + cell_count(n));
}

bool inv_leaf::read_general(const held_array& array, const double* b, double* x) const {
  const auto n = static_cast<Eigen::Index>(array.n);
  const Eigen::Map<const Eigen::VectorXd> right(b, n);
  Eigen::Map<Eigen::VectorXd> out(x, n);
  const closed_array found = closed(array, parameters_);
  if (!found.settles) return false;
  if (!parameters_.circuit.saturates || right.isZero(0)) {
    out = found.inverse * right;
    out += out.cwiseAbs().maxCoeff() * found.offset;
    return true;
  }
  const auto rest = found.saturated(right, parameters_.circuit.clamp_fill);
  if (rest) out = *rest;
  return rest.has_value();
}

// One read of an array whose cells are `kept`: another circuit than the last one's.
bool inv_leaf::solve_read(const double* kept, std::size_t n, const double* b, use_stream& reading, double* x,
                          double* scratch) const {
  const array_parameters& how = parameters_.array;
  const bool pair = how.mapping == sign_mapping::pair,
             column = how.mapping == sign_mapping::split && how.programmed_bias;
  const std::size_t more = pair ? n * n : column ? n : 0;
  double* plus = scratch;
  double* second = plus + n * n;
  double* map = second + n * n;
  double* offset = map + n * n;
  double* perturbation = offset + n;
  double* rest = perturbation + n * n;
  std::copy_n(kept, n * n + more, plus);
  for (const auto& [cells, count] : {std::pair{plus, n * n}, {second, more}}) {
    read_noise(parameters_.device, reading, {cells, count}, {perturbation, count});
    for (std::size_t i = 0; i < count; ++i) cells[i] = std::max(0.0, cells[i] + perturbation[i]);
  }
  const double* numbers = kept + cell_count(n);
  held_array array;
  array.n = n;
  array.map = {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], static_cast<int>(numbers[5])};
  array.plus = plus;
  if (pair) array.minus = second;
  if (column) array.bias = second;
  array.offset_volt = kept + 2 * n * n;
  if (pair) array.inverter_offset_volt = array.offset_volt + n;
  if (needs_network(parameters_)) return read_general(array, b, x);
  if (!close(array, map, offset, nullptr, rest)) return false;
  apply(map, offset, n, b, x);
  return true;
}

void inv_leaf::solve(const double* state, std::size_t n, const double* b, use_stream& reading, double* x,
                     double* scratch) const {
  const double* noise = state + n * n + n;
  const double* kept = noise + (parameters_.circuit.thermal_noise ? n * n : 0);
  if (!differs_by_read(parameters_))
    apply(state, parameters_.circuit.offset_volt > 0 ? state + n * n : nullptr, n, b, x);
  else if (!solve_read(kept, n, b, reading, x, scratch))
    std::fill_n(x, n, std::numeric_limits<double>::quiet_NaN());
  if (!parameters_.circuit.thermal_noise) return;
  const double full_scale = largest(x, n);
  for (std::size_t j = 0; j < n; ++j) {
    const double z = full_scale * static_cast<double>(reading.normal());
    for (std::size_t i = 0; i < n; ++i) x[i] += noise[i * n + j] * z;
  }
}

}  // namespace mho::analog
