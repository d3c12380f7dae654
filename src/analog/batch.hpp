/// \file
/// Many small systems side by side, on the kernels of a target: what analog_solver does with each, to the
/// last bit.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <mho/analog.hpp>

#include "aligned.hpp"
#include "analog/accelerator.hpp"
#include "kernels/analog.hpp"

namespace mho::analog {

/// The most lanes that any target has.
constexpr std::size_t most_analog_lanes = 8;

/// Solves packs of `lanes` systems of one size: a pack is laid out as kernels/analog.hpp says. Immutable;
/// neither `program` nor `solve` allocates, throws or locks.
class batch_solver {
 public:
  /// Whether packs are solved at all: the static model of small systems (one exact split array a leaf, eight
  /// levels, nothing but write errors). It depends on the parameters and the size, never on how many systems
  /// there are.
  static bool applies(const parameters& p, std::size_t real_unknowns) noexcept;

  /// Of the size of `plain`, which keeps deciding what kernels cannot; it must live as long. seed: of the
  /// chip.
  batch_solver(const parameters& p, const analog_solver& plain, bool complex_valued, std::uint64_t seed,
               const analog_kernels& kernels);

  std::size_t lanes() const noexcept { return kernels_->lanes; }
  std::size_t unknowns() const noexcept { return model_.unknowns; }
  /// Doubles of the state of a pack.
  std::size_t state_size() const noexcept { return model_.state_size * lanes(); }
  std::size_t scratch_size() const noexcept;

  /// Programs the matrices a [N, N] of a pack; lane l is who[l]. state[l] in and out: lanes that have failed
  /// already are not looked at.
  void program(const double* a, std::span<const analog_identity> who, double* programmed,
               std::span<status> state, double* scratch) const noexcept;

  /// Cycles 1 .. `cycles` of the refinement of b [N]: x [cycle, N], residual [cycle], and of each lane what
  /// analog_solver::solve returns, and after how many cycles.
  void solve(const double* programmed, const double* b, std::size_t cycles,
             std::span<const analog_identity> who, double* x, double* residual, std::span<status> state,
             std::span<std::size_t> done, double* scratch) const noexcept;

 private:
  void program_plain(const double* a, std::size_t lane, const analog_identity& who, double* programmed,
                     status& state, double* scratch) const noexcept;

  parameters parameters_;
  const analog_solver* plain_;
  const analog_kernels* kernels_;
  analog_model model_;
  std::vector<double> offset_volt_;  // of every leaf, from the first block on
};

}  // namespace mho::analog
