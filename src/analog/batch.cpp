#include "analog/batch.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analog/ageing.hpp"
#include "analog/converter.hpp"
#include "analog/device.hpp"
#include "analog/faults.hpp"
#include "analog/identity.hpp"
#include "analog/leaf.hpp"
#include "analog/solver_plan.hpp"
#include "analog/use_stream.hpp"

namespace mho::analog {
namespace {

constexpr std::size_t most_unknowns = 64;  // a pack of larger ones is no longer near a core

using lane_streams = std::array<bulk_stream, most_analog_lanes>;

// The streams of a pack's lanes; those that nobody looks at have the first one's.
template <class Make, std::size_t... l>
lane_streams streams_of(std::span<const analog_identity> who, const Make& make,
                        std::index_sequence<l...>) noexcept {
  return {bulk_stream(make(who[l < who.size() ? l : 0]))...};
}
template <class Make>
lane_streams streams_of(std::span<const analog_identity> who, const Make& make) noexcept {
  return streams_of(who, make, std::make_index_sequence<most_analog_lanes>());
}

// What a pack's cells are drawn with.
struct pack_writer {
  const device_parameters& device;
  std::size_t lanes, used;
  lane_streams& streams;

  static void write(void* context, const double* levels, std::size_t cells, double* conductance) noexcept {
    const auto& w = *static_cast<const pack_writer*>(context);
    if (w.used < w.lanes) std::copy_n(levels, cells * w.lanes, conductance);
    for (std::size_t l = 0; l < w.used; ++l)
      for (std::size_t c = l; c < cells * w.lanes; c += w.lanes)
        conductance[c] = programmed_level(static_cast<int>(levels[c]), w.device, w.streams[l]);
  }
};

}  // namespace

bool batch_solver::applies(const parameters& p, std::size_t real_unknowns) noexcept {
  return p.array.mapping == sign_mapping::split && !p.array.programmed_bias && p.device.levels == 8 &&
         !(p.device.off_siemens > 0) && !ages(p.device) && !has_stuck_cells(p.device) &&
         p.converter.is_plain() && !inv_leaf::needs_network(p) && !inv_leaf::differs_by_read(p) &&
         p.circuit.source_siemens == p.device.on_siemens && !p.solver.mvm_arrays &&
         !p.solver.block_mvm_arrays && p.solver.accumulator_bits == 0 && p.solver.stop_bits == 0 &&
         real_unknowns <= most_unknowns;
}

batch_solver::batch_solver(const parameters& p, const analog_solver& plain, bool complex_valued,
                           std::uint64_t seed, const analog_kernels& kernels)
    : parameters_(p), plain_(&plain), kernels_(&kernels), model_{} {
  const std::size_t n = plain.real_unknowns();
  model_.unknowns = n;
  model_.array = p.array.size;
  model_.padded = plain.stages() == 0 ? n : p.array.size << plain.stages();
  model_.split = complex_valued ? n / 2 : n;
  model_.shift = complex_valued ? model_.padded / 2 - n / 2 : 0;
  model_.state_size = plain.state_size();
  model_.slices = p.solver.slices;
  model_.binary_scale = p.solver.binary_scale;
  model_.truncate = p.array.truncate;
  model_.schur = p.solver.schur;
  model_.offsets = p.circuit.offset_volt > 0;
  model_.open_loop_gain = p.circuit.open_loop_gain;
  model_.clamp_volt = p.circuit.clamp_volt;
  model_.dac_steps = converter_steps(p.converter.dac_bits);
  model_.adc_steps = converter_steps(p.converter.adc_bits);
  if (model_.offsets) {
    const std::size_t nodes = std::min(model_.array, model_.padded) + 1;
    const std::size_t leaves = std::size_t{1} << plain.stages();
    offset_volt_.resize(leaves * nodes);
    for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
      double* own = offset_volt_.data() + leaf * nodes;
      draw_offsets(p.circuit.offset_volt, {seed, leaves + leaf, array_role::plus}, nodes - 1, own);
      draw_offsets(p.circuit.offset_volt, {seed, leaves + leaf, array_role::bias}, 1, own + nodes - 1);
    }
  }
}

std::size_t batch_solver::scratch_size() const noexcept {
  const std::size_t pack =
      std::max(analog_program_scratch(model_), analog_refine_scratch(model_) + model_.unknowns);
  const std::size_t one = model_.unknowns * model_.unknowns + plain_->state_size() + plain_->scratch_size();
  return (pack + 2) * lanes() + one;
}

void batch_solver::program_plain(const double* a, std::size_t lane, const analog_identity& who,
                                 double* programmed, status& state, double* scratch) const noexcept {
  const std::size_t entries = model_.unknowns * model_.unknowns, width = lanes();
  double* matrix = scratch;
  double* own = matrix + entries;
  for (std::size_t e = 0; e < entries; ++e) matrix[e] = a[e * width + lane];
  state = plain_->program(matrix, who, {own, model_.state_size},
                          {own + model_.state_size, plain_->scratch_size()});
  if (is_failed(state)) return;
  for (std::size_t e = 0; e < model_.state_size; ++e) programmed[e * width + lane] = own[e];
}

void batch_solver::program(const double* a, std::span<const analog_identity> who, double* programmed,
                           std::span<status> state, double* scratch) const noexcept {
  double* verdict = scratch;
  double* rest = verdict + lanes();
  for (std::size_t l = 0; l < lanes(); ++l)
    verdict[l] = static_cast<double>(l < state.size() && !is_failed(state[l]) ? analog_verdict::ok
                                                                              : analog_verdict::unstable);
  lane_streams streams = streams_of(who, [](const analog_identity& w) { return programming_stream(w); });
  pack_writer writing{parameters_.device, lanes(), who.size(), streams};
  kernels_->program(model_, a, {pack_writer::write, &writing}, offset_volt_.data(), programmed, verdict,
                    rest);
  for (std::size_t l = 0; l < state.size(); ++l) {
    if (is_failed(state[l])) continue;
    const auto found = static_cast<analog_verdict>(static_cast<int>(verdict[l]));
    if (found == analog_verdict::unstable) state[l] = status::unstable;
    if (found == analog_verdict::plain) program_plain(a, l, who[l], programmed, state[l], rest);
  }
}

void batch_solver::solve(const double* programmed, const double* b, std::size_t cycles,
                         std::span<const analog_identity> who, double* x, double* residual,
                         std::span<status> state, std::span<std::size_t> done,
                         double* scratch) const noexcept {
  const std::size_t n = model_.unknowns, width = lanes();
  const double extra = parameters_.solver.extra_error;
  double* start = scratch;
  double* r = start + width;
  double* errors = r + model_.padded * width;
  double* rest = errors + n * width;
  kernels_->start(model_, b, r, start);
  lane_streams reading = streams_of(who, [](const analog_identity& w) {
    return use_segment(w, reading_purpose, 0);  // a small system does not leave it
  });
  for (std::size_t l = 0; l < state.size(); ++l) {
    state[l] = status_of(b + l, n, width, start[l]);
    done[l] = 0;
  }
  for (std::size_t cycle = 0; cycle < cycles; ++cycle) {
    for (std::size_t l = 0; extra > 0 && l < width; ++l)
      for (std::size_t i = 0; i < n; ++i) errors[i * width + l] = static_cast<double>(reading[l].normal());
    double* now = x + cycle * n * width;
    double* left = residual + cycle * width;
    kernels_->refine(model_, programmed, cycle == 0 ? nullptr : now - n * width, extra > 0 ? errors : nullptr,
                     extra, r, now, left, rest);
    for (std::size_t l = 0; l < state.size(); ++l) {
      if (!std::isfinite(left[l]) && state[l] == status::ok) state[l] = status::unstable;
      if (state[l] == status::ok) done[l] = cycle + 1;
      left[l] = start[l] > 0 ? left[l] / start[l] : 0;
    }
  }
}

}  // namespace mho::analog
