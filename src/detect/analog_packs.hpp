/// \file
/// Analogue detection of packs of problems, for the accelerators and sizes that analog::batch_solver takes:
/// the same bits as problem after problem.
#pragma once

#include <vector>

#include <mho/detector.hpp>

#include "aligned.hpp"
#include "analog/batch.hpp"

namespace mho {

class analog_packs {
 public:
  using cf32 = std::complex<float>;

  /// What the detector was asked for.
  struct wishes {
    std::vector<std::int64_t> cycles;  // ascending, one output each
    std::uint64_t seed = 1;
    bool loaded = false;
  };

  /// For `tx` streams. plain: of that size, must live as long.
  analog_packs(const analog::parameters& p, const analog_solver& plain, const wishes& w,
               const analog_kernels& kernels, std::size_t tx);
  /// Makes room; allocates only what is not there yet.
  void reserve(const shape& room);

  void prepare(const channel_batch& in, const call& which, std::span<status> state) noexcept;
  void apply(const received_batch& in, std::span<const output> into, const call& which) const noexcept;

 private:
  // The buffers of a slot, each aligned.
  struct workspace {
    double *gram, *level, *shift, *verdict, *matrix, *gain, *variance, *digest, *state, *b, *x, *residual,
        *solver, *judged;
    std::size_t lay_out(double* base, const analog::batch_solver& of, std::size_t tx, std::size_t cycles);
  };
  // Received vectors that go through the solver together: lane l is vector (problem[l], use[l]) of the batch.
  struct lane_set {
    std::size_t count = 0;
    std::size_t problem[analog::most_analog_lanes], use[analog::most_analog_lanes];
  };

  workspace at_slot(unsigned slot) const noexcept;
  std::size_t lanes() const noexcept { return solver_.lanes(); }
  std::size_t most_cycles() const noexcept { return static_cast<std::size_t>(wishes_.cycles.back()); }
  // Whether `count` problems from p on are a pack of their own in states_.
  bool is_whole(std::size_t p, std::size_t count) const noexcept;
  double* pack_of(std::size_t p) const noexcept;
  void prepare_pack(const channel_batch& in, std::size_t first, std::size_t count, const call& which,
                    std::span<status> state) noexcept;
  void apply_to_lanes(const received_batch& in, std::span<const output> into, const call& which,
                      const double* programmed, const lane_set& set) const noexcept;

  wishes wishes_;
  std::size_t tx_, problems_ = 0, stride_ = 0;
  const analog_kernels* kernels_;
  const analog_solver* plain_;
  analog::batch_solver solver_;
  mutable aligned_buffer<double> states_;   // [pack]; `pack_of` serves prepare and, read only, apply
  std::vector<double> gain_, variance_;     // [problem, tx]
  mutable aligned_buffer<double> scratch_;  // [slot, stride_]
};

}  // namespace mho
