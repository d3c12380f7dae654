// The converters of a solver, designed on its own read-outs.
#include <vector>

#include "analog/solver_plan.hpp"

namespace mho {

bool analog_solver::needs_calibration() const noexcept {
  return plan_->parameters.converter.needs_calibration();
}

status analog_solver::calibrate(const example_source& examples, std::uint64_t seed) {
  plan& p = *plan_;
  const std::size_t cycles = p.parameters.converter.training_cycles;
  // With its mirror images, a place has the 8,000 samples of Lloyd's rules.
  constexpr std::size_t most_samples = 4000, enough = 16 * most_samples;
  constexpr std::uint64_t training_stream = 0xffff'fffe;
  if (!needs_calibration()) return status::ok;
  const bool training = p.parameters.converter.needs_training();
  analog::sample_recorder record(p.converters.places(), training ? most_samples : 0, seed);
  if (training) {
    std::vector<double> a(p.real_n * p.real_n), b(p.real_n), x(cycles * p.real_n), state(state_size()),
        scratch(scratch_size());
    std::size_t programmed = 0;
    struct recording {  // whatever the examples throw
      plan& p;
      ~recording() { p.record = nullptr; }
    } const until_end{p};
    p.record = &record;
    p.converters.forget();
    for (std::size_t k = 0; k < p.parameters.converter.training_problems && !record.has_seen(enough); ++k) {
      examples(k, a, b);
      const analog_identity who{seed, training_stream, k};
      if (program(a.data(), who, state, scratch) != status::ok) continue;
      ++programmed;
      solve(state, b.data(), cycles, who, x, {}, scratch);  // one that runs away has been read until then
    }
    if (programmed == 0) return status::unstable;
  }
  p.converters.calibrate(record, seed);
  return status::ok;
}

std::vector<adc_place> analog_solver::trained_converters() const { return plan_->converters.trained(); }

}  // namespace mho
