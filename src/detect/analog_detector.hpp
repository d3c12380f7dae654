/// \file
/// What analogue detectors have in common: cycles, the seed, vectors in and solutions out.
#pragma once

#include <algorithm>
#include <cmath>
#include <new>
#include <vector>

#include <mho/detector.hpp>

#include "analog/judgement.hpp"
#include "detect/analog_digest.hpp"

namespace mho {

class analog_detector_base : public detector {
 protected:
  using cf32 = std::complex<float>;
  using cf64 = std::complex<double>;

  // analog_identity::use has 16 bits.
  static constexpr std::size_t most_uses = 0x10000;

  analog_detector_base(const capabilities& can, std::vector<std::int64_t> cycles, std::uint64_t seed)
      : detector(can, cycles.size()),
        cycles_(std::move(cycles)),
        most_cycles_(static_cast<std::size_t>(cycles_.back())),
        seed_(seed) {}

  /// Received vector u of problem i as [Re; Im]. False, and every output not_finite, if it is not finite.
  bool take(const received_batch& in, std::span<const output> into, std::size_t i, std::size_t u,
            std::vector<double>& y) const noexcept {
    const std::size_t half = in.vectors.extent[2], uses = in.vectors.extent[1];
    for (std::size_t k = 0; k < half; ++k) {
      const cf32 z = in.vectors.at<cf32>(i, u, k);
      y[k] = static_cast<double>(z.real());
      y[half + k] = static_cast<double>(z.imag());
    }
    if (std::all_of(y.begin(), y.end(), [](double v) { return std::isfinite(v); })) return true;
    for (const output& o : into) o.state[i * uses + u] = status::not_finite;
    return false;
  }

  /// What `body` returns; no_memory where a general circuit finds no memory to allocate.
  template <class Body>
  static error guarded(const Body& body) noexcept {
    try {
      return body();
    } catch (const std::bad_alloc&) {
      return error::no_memory;
    }
  }

  /// The cycles of a solution, 2 tx unknowns each, and how they ended.
  struct solution {
    status ended;
    std::size_t done;  // cycles that were computed before it ended in failure
    std::span<const double> x, residual;
    const double *gain, *variance;  // [tx], of the problem
  };

  /// Writes the wanted cycles of use u of problem i, judged.
  void put(const solution& s, const analog::solver_parameters& limits, std::span<const output> into,
           std::size_t i, std::size_t u, std::size_t uses) const noexcept {
    const std::size_t tx = room().tx, n = 2 * tx;
    for (std::size_t step = 0; step < into.size(); ++step) {
      const auto cycle = static_cast<std::size_t>(cycles_[step]) - 1;
      status& state = into[step].state[i * uses + u];
      if (is_failed(s.ended) && cycle >= s.done) {
        state = s.ended;
        continue;
      }
      const double* x = s.x.data() + cycle * n;
      const double tolerance = analog_tolerance(tx, s.gain, s.variance, x);
      if (analog::judge(limits, s.x.first((cycle + 1) * n), n, s.residual[cycle], tolerance) != status::ok)
        state = status::not_converged;
      for (std::size_t k = 0; k < tx; ++k) {
        into[step].estimate.at<cf32>(i, u, k) =
            cf32(static_cast<float>(x[k] * s.gain[k]), static_cast<float>(x[tx + k] * s.gain[k]));
        into[step].variance.at<float>(i, u, k) = static_cast<float>(s.variance[k]);
      }
    }
  }

  const std::vector<std::int64_t> cycles_;  // ascending, one output each
  const std::size_t most_cycles_;
  const std::uint64_t seed_;
};

}  // namespace mho
