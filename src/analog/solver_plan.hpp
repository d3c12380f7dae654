/// \file
/// What the parts of analog_solver share.
#pragma once

#include <mho/analog.hpp>

#include <algorithm>
#include <cmath>

#include "analog/accelerator.hpp"
#include "analog/block_amc.hpp"
#include "analog/cell_count.hpp"
#include "analog/converter_bank.hpp"
#include "analog/hp_mvm.hpp"

namespace mho {

struct analog_solver::plan {
  plan(const analog::parameters& p, std::size_t unknowns, bool complex_valued)
      : parameters(p),
        n(unknowns),
        real_n(complex_valued ? 2 * unknowns : unknowns),
        stages(analog::stages_for(real_n, p.array.size)),
        padded(stages == 0 ? real_n : p.array.size << stages),
        expanded(complex_valued),
        is_complex(complex_valued && stages > 0),
        blocks(parameters, padded),
        mvm(parameters, real_n),
        converters(p.converter, std::min(padded, p.array.size), stages) {}

  // Where unknown i stands in the padded system: the halves of an expanded complex system stay halves.
  std::size_t place(std::size_t i) const noexcept {
    return is_complex && i >= real_n / 2 ? padded / 2 + (i - real_n / 2) : i;
  }

  analog::parameters parameters;
  std::size_t n, real_n;
  unsigned stages;
  std::size_t padded;
  bool expanded;    // the system is [[R, -S], [S, R]] ..
  bool is_complex;  // .. and its halves are blocks of the tree
  analog::block_amc blocks;
  analog::hp_mvm mvm;
  analog::converter_bank converters;
  bool circuit_only = false;                  // nobody reads the arrays
  analog::sample_recorder* record = nullptr;  // set while calibrating
};

namespace analog {

/// Whether the largest magnitude of a matrix is one that the solver takes: zero, or
/// far enough from where squares of solutions overflow or vanish.
inline bool in_range(double largest) noexcept {
  return largest == 0 || (largest >= 0x1p-200 && largest <= 0x1p200);
}

/// Of a right-hand side of n entries, `stride` apart, whose norm that is: ok, not_finite or out_of_range.
inline status status_of(const double* b, std::size_t n, std::size_t stride, double norm) noexcept {
  if (norm >= 0x1p-200 && norm <= 0x1p200) return status::ok;
  bool zero = true;
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isfinite(b[i * stride])) return status::not_finite;
    zero = zero && b[i * stride] == 0;
  }
  return zero ? status::ok : status::out_of_range;
}

}  // namespace analog
}  // namespace mho
