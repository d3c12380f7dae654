// Zero forcing and MMSE with the Gram system solved by the modelled analogue accelerator (mho/analog.hpp),
// one output a requested cycle. Everything else is digital: Gram matrix and matched filter, the loading with
// N0, and the diagonal of A^-1, once a channel, for unbiasing and variance. The variance does not include the
// solver's error.
#include <optional>
#include <vector>

#include <mho/analog.hpp>

#include "analog/training.hpp"
#include "detect/analog_detector.hpp"
#include "detect/analog_kind.hpp"
#include "detect/analog_packs.hpp"
#include "detect/builtin.hpp"
#include "kernels/targets.hpp"

namespace mho {
namespace {

capabilities analog_abilities() {
  capabilities can;
  can.forms = static_cast<std::uint8_t>(form::gram);
  can.max_tx = 1024;
  can.randomised = true;
  return can;
}

class analog_detector final : public analog_detector_base {
 public:
  analog_detector(options accelerator, std::vector<std::int64_t> cycles, std::uint64_t seed, bool loaded)
      : analog_detector_base(analog_abilities(), std::move(cycles), seed),
        accelerator_(std::move(accelerator)),
        parameters_(analog::typed(accelerator_)),
        loaded_(loaded),
        normalised_(std::get<std::string>(accelerator_.at("solver.normalisation")) == "rx") {}

 private:
  struct scratch {
    std::vector<double> solver, matrix, b, x, residual, inverse_diagonal;
    std::vector<cf64> gram, factor, column;
  };

  error do_reserve(const shape& room) override {
    if (!solver_ || solver_->unknowns() != room.tx) {
      result<analog_solver> made = analog_solver::make(accelerator_, room.tx, true);
      if (!made) return made.code();
      packs_.reset();
      solver_ = std::make_unique<analog_solver>(std::move(*made));
      calibrated_rx_ = 0;
      if (!normalised_ && analog::batch_solver::applies(parameters_, solver_->real_unknowns()))
        packs_.emplace(parameters_, *solver_, analog_packs::wishes{cycles_, seed_, loaded_},
                       *find_analog_kernels(target_bit("auto")), room.tx);
    }
    if (room.uses > most_uses) return error::too_large;
    if (packs_) {
      packs_->reserve(room);
      return error::none;
    }
    if (solver_->needs_calibration() && calibrated_rx_ != room.rx) {
      const auto example = [&](std::size_t number, std::span<double> a, std::span<double> b) {
        analog::rayleigh_example(room.rx, room.tx, number, a, b);
      };
      if (is_failed(solver_->calibrate(example, seed_))) return error::bad_value;
      calibrated_rx_ = room.rx;
    }
    const std::size_t n = solver_->real_unknowns();
    state_.resize(room.problems * solver_->state_size());
    gain_.resize(room.problems * room.tx);
    variance_.resize(room.problems * room.tx);
    slots_.resize(room.slots);
    for (scratch& s : slots_) {
      s.solver.resize(solver_->scratch_size());
      s.matrix.resize(n * n);
      s.factor.resize(room.tx * room.tx);
      s.gram.resize(room.tx * room.tx);
      s.column.resize(room.tx);
      s.inverse_diagonal.resize(room.tx);
      s.b.resize(n);
      s.x.resize(most_cycles_ * n);
      s.residual.resize(most_cycles_);
    }
    return error::none;
  }

  error do_prepare(const channel_batch& in, const call& which, std::span<status> state) noexcept override {
    if (packs_) {
      packs_->prepare(in, which, state);
      return error::none;
    }
    return guarded([&] { return program(in, which, state); });
  }

  error do_apply(const received_batch& in, std::span<const output> into,
                 const call& which) const noexcept override {
    if (packs_) {
      packs_->apply(in, into, which);
      return error::none;
    }
    return guarded([&] { return solve(in, into, which); });
  }

  // The following may throw std::bad_alloc.

  error program(const channel_batch& in, const call& which, std::span<status> state) {
    scratch& s = slots_[which.slot];
    const std::size_t tx = room().tx;
    for (std::size_t i = 0; i < state.size(); ++i) {
      const std::size_t p = which.begin + i;
      for (std::size_t r = 0; r < tx; ++r)
        for (std::size_t k = 0; k <= r; ++k) {
          s.gram[r * tx + k] = cf64(in.matrix.at<cf32>(i, r, k));
          s.gram[k * tx + r] = std::conj(s.gram[r * tx + k]);
        }
      state[i] = check_gram(s.gram.data(), tx);
      if (is_failed(state[i])) continue;
      const double n0 = static_cast<double>(in.noise.values.at<float>(i));
      state[i] = digest_analog(s.gram.data(), tx, n0, loaded_, {s.factor, s.column, s.inverse_diagonal},
                               gain_.data() + p * tx, variance_.data() + p * tx);
      if (is_failed(state[i])) continue;
      if (loaded_)
        for (std::size_t k = 0; k < tx; ++k) s.gram[k * tx + k] += n0;
      expand_complex(s.gram.data(), tx, s.matrix.data());
      if (normalised_)
        for (double& entry : s.matrix) entry /= static_cast<double>(room().rx);
      state[i] = solver_->program(s.matrix.data(), identity(which, p), programmed(p), s.solver);
    }
    return error::none;
  }

  error solve(const received_batch& in, std::span<const output> into, const call& which) const {
    scratch& s = slots_[which.slot];
    const std::size_t tx = room().tx, uses = in.vectors.extent[1];
    for (std::size_t i = 0; i < in.vectors.extent[0]; ++i) {
      const std::size_t p = which.begin + i;
      for (std::size_t u = 0; u < uses; ++u) {
        if (is_failed(into[0].state[i * uses + u]) || !take(in, into, i, u, s.b)) continue;
        if (normalised_)
          for (double& entry : s.b) entry /= static_cast<double>(room().rx);
        analog_identity who = identity(which, p);
        who.use = static_cast<std::uint16_t>(u);  // every received vector is read with fresh errors
        std::size_t done = 0;
        const status solved =
            solver_->solve(programmed(p), s.b.data(), most_cycles_, who, s.x, s.residual, s.solver, &done);
        put({solved, done, s.x, s.residual, gain_.data() + p * tx, variance_.data() + p * tx},
            parameters_.solver, into, i, u, uses);
      }
    }
    return error::none;
  }

  analog_identity identity(const call& which, std::size_t problem) const noexcept {
    return {seed_, which.stream, which.first + problem};
  }
  std::span<double> programmed(std::size_t p) const noexcept {
    return std::span(state_).subspan(p * solver_->state_size(), solver_->state_size());
  }

  options accelerator_;
  analog::parameters parameters_;
  bool loaded_, normalised_;
  std::unique_ptr<analog_solver> solver_;
  std::optional<analog_packs> packs_;  // where kernels take this accelerator; then nothing of what follows
  std::size_t calibrated_rx_ = 0;      // for how many antennas the converters were trained
  mutable std::vector<double> state_;  // `programmed` hands out spans to prepare and, read only, to apply
  std::vector<double> gain_, variance_;
  mutable std::vector<scratch> slots_;
};

detector_kind gram_kind(std::string name, std::string summary, bool loaded) {
  return analog_kind(std::move(name), std::move(summary), analog_abilities(), {3},
                     [loaded](analog_settings s) -> std::unique_ptr<detector> {
                       return std::make_unique<analog_detector>(std::move(s.accelerator), std::move(s.cycles),
                                                                s.seed, loaded);
                     });
}

}  // namespace

detector_kind analog_zf_kind() {
  return gram_kind("analog-zf", "zero forcing, the Gram system solved by the modelled analogue accelerator",
                   false);
}

detector_kind analog_mmse_kind() {
  return gram_kind("analog-mmse", "unbiased MMSE, the loaded Gram system solved by the modelled accelerator",
                   true);
}

}  // namespace mho
