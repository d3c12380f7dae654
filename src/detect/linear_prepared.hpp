/// \file
/// What FP32 linear detectors keep of a prepared batch, whatever the lanes were that prepared it: unbiased
/// weights W, variances, and one matrix product that applies them to many received vectors.
#pragma once

#include <mho/registry.hpp>

#include "aligned.hpp"
#include "detect/linear_fp32.hpp"
#include "detect/verdict.hpp"
#include "kernels/linear.hpp"
#include "kernels/single.hpp"

namespace mho {

class linear_prepared : public detector {
 protected:
  using cf32 = std::complex<float>;

  linear_prepared(linear_rule rule, const linear_kernels& kernels);

  /// Room for the weights and variances of `room`.
  void reserve_prepared(const shape& room);
  /// Floats of scratch that `apply_to_uses` needs.
  std::size_t apply_floats(const shape& room) const noexcept;
  void apply_to_uses(const received_batch& in, const output& out, const call& which,
                     float* scratch) const noexcept;
  error do_weights(const view& w, const call& which) const noexcept override;

  void write_variance(const output& out, std::size_t i, std::size_t u, const float* variance) const noexcept;
  void write_failed(const output& out, std::size_t i, std::size_t u) const noexcept;

  const linear_rule rule_;
  const linear_kernels& kernels_;
  aligned_buffer<cf32> weights_;    // [problem, tx, rx]
  aligned_buffer<float> variance_;  // [problem, tx]

 private:
  aligned_buffer<std::uint8_t> failed_;  // [slot, use]
};

/// Abilities of the FP32 linear detectors.
capabilities linear_abilities(linear_rule rule);

/// Several problems at a time, a problem a lane.
std::unique_ptr<detector> make_linear_packs(linear_rule rule, const linear_kernels& kernels);
/// One problem at a time, the lanes along its streams.
std::unique_ptr<detector> make_linear_single(linear_rule rule, const linear_kernels& kernels,
                                             const single_kernels& single);

}  // namespace mho
