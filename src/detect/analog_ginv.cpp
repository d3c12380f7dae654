// Zero forcing by the modelled one-step pseudo-inverse of H itself (analog/ginv.hpp), one output a requested
// cycle: the first is the step, later ones refine on the normal equations. Digital: the diagonal of
// (H^H H)^-1, once a channel, for the variance, which does not include the circuit's error.
#include <algorithm>
#include <vector>

#include "analog/accelerator.hpp"
#include "analog/ginv.hpp"
#include "analog/identity.hpp"
#include "detect/analog_detector.hpp"
#include "detect/analog_kind.hpp"
#include "detect/builtin.hpp"
#include "detect/linear.hpp"

namespace mho {
namespace {

capabilities ginv_abilities() {
  capabilities can;
  can.max_tx = 1024;
  can.max_rx = analog::most_array_rows / 2;  // of both of its real and imaginary rows, each cell has a place
  can.randomised = true;
  return can;
}

class ginv_detector final : public analog_detector_base {
 public:
  explicit ginv_detector(analog_settings settings)
      : analog_detector_base(ginv_abilities(), std::move(settings.cycles), settings.seed),
        parameters_(analog::typed(settings.accelerator)) {}

 private:
  struct scratch {
    std::vector<double> work, matrix, y, x, residual, inverse_diagonal;
    std::vector<cf64> channel, gram, column;
  };

  error do_reserve(const shape& room) override {
    const std::size_t m = 2 * room.rx, n = 2 * room.tx;
    if (!solver_ || solver_->rows() != m || solver_->columns() != n)
      solver_ = std::make_unique<analog::ginv>(parameters_, m, n);
    state_.resize(room.problems * solver_->state_size());
    gain_.assign(room.tx, 1.0);
    variance_.resize(room.problems * room.tx);
    slots_.resize(room.slots);
    for (scratch& s : slots_) {
      s.work.resize(solver_->scratch_size());
      s.matrix.resize(m * n);
      s.y.resize(m);
      s.x.resize(most_cycles_ * n);
      s.residual.resize(most_cycles_);
      s.inverse_diagonal.resize(room.tx);
      s.channel.resize(room.rx * room.tx);
      s.gram.resize(room.tx * room.tx);
      s.column.resize(room.tx);
    }
    return room.uses > most_uses ? error::too_large : error::none;
  }

  error do_prepare(const channel_batch& in, const call& which, std::span<status> state) noexcept override {
    scratch& s = slots_[which.slot];
    const std::size_t rx = room().rx, tx = room().tx;
    for (std::size_t i = 0; i < state.size(); ++i) {
      const std::size_t p = which.begin + i;
      for (std::size_t r = 0; r < rx; ++r)
        for (std::size_t k = 0; k < tx; ++k) {
          const cf64 h(in.matrix.at<cf32>(i, r, k));
          s.channel[r * tx + k] = h;
          s.matrix[r * 2 * tx + k] = s.matrix[(rx + r) * 2 * tx + tx + k] = h.real();
          s.matrix[(rx + r) * 2 * tx + k] = h.imag();
          s.matrix[r * 2 * tx + tx + k] = -h.imag();
        }
      plain::gram(s.channel.data(), rx, tx, s.gram.data());
      state[i] = check_gram(s.gram.data(), tx);
      if (is_failed(state[i])) continue;
      const double n0 = static_cast<double>(in.noise.values.at<float>(i));
      if (!plain::cholesky(s.gram.data(), tx, static_cast<double>(singular_threshold<float>(tx)),
                           s.inverse_diagonal.data())) {
        state[i] = status::singular;
        continue;
      }
      for (std::size_t k = 0; k < tx; ++k) {
        std::fill(s.column.begin(), s.column.end(), cf64{});
        s.column[k] = 1;
        plain::solve_lower(s.gram.data(), s.inverse_diagonal.data(), tx, s.column.data());
        double inverse = 0;
        for (const cf64 c : s.column) inverse += std::norm(c);
        variance_[p * tx + k] = n0 * inverse;
      }
      const analog_identity who{seed_, which.stream, which.first + p};
      random_stream writing = analog::programming_stream(who, analog::ginv_purpose);
      random_stream ageing = analog::ageing_stream(who, analog::ginv_ageing_purpose);
      state[i] = solver_->program(s.matrix.data(), {writing, ageing, {seed_}}, programmed(p), s.work.data());
    }
    return error::none;
  }

  error do_apply(const received_batch& in, std::span<const output> into,
                 const call& which) const noexcept override {
    scratch& s = slots_[which.slot];
    const std::size_t uses = in.vectors.extent[1];
    for (std::size_t i = 0; i < in.vectors.extent[0]; ++i) {
      const std::size_t p = which.begin + i;
      for (std::size_t u = 0; u < uses; ++u) {
        if (is_failed(into[0].state[i * uses + u]) || !take(in, into, i, u, s.y)) continue;
        analog::use_stream reading({seed_, which.stream, which.first + p, static_cast<std::uint16_t>(u)},
                                   analog::reading_purpose);
        std::size_t done = 0;
        const status solved = solver_->solve(programmed(p), s.y.data(), most_cycles_, reading, s.x.data(),
                                             s.residual.data(), s.work.data(), done);
        put({solved, done, s.x, s.residual, gain_.data(), variance_.data() + p * room().tx},
            parameters_.solver, into, i, u, uses);
      }
    }
    return error::none;
  }

  double* programmed(std::size_t p) const noexcept { return state_.data() + p * solver_->state_size(); }

  analog::parameters parameters_;
  std::unique_ptr<analog::ginv> solver_;
  mutable std::vector<double> state_;  // `programmed` hands out pointers to prepare and, read only, to apply
  std::vector<double> gain_, variance_;  // gain: 1 each, the pseudo-inverse is unbiased
  mutable std::vector<scratch> slots_;
};

}  // namespace

detector_kind analog_ginv_kind() {
  return analog_kind(
      "analog-ginv", "zero forcing by the modelled one-step pseudo-inverse of the channel itself",
      ginv_abilities(), {1},
      [](analog_settings settings) -> std::unique_ptr<detector> {
        return std::make_unique<ginv_detector>(std::move(settings));
      },
      {"array.mapping", "array.bias", "array.wire_ohm", "circuit.offset_volt", "circuit.input_resistance_ohm",
       "circuit.output_resistance_ohm", "circuit.saturation", "circuit.thermal_noise",
       "circuit.row_capacitance_farad", "device.read_noise_siemens", "device.read_noise_relative",
       "converter.adc_kind", "converter.device", "converter.dac_range", "converter.dac_error_lsb",
       "solver.mvm", "solver.block_mvm", "solver.accumulator_bits", "solver.stop_bits"});
}

}  // namespace mho
