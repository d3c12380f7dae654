/// \file
/// Statuses of what kernels find in a matrix.
#pragma once

#include <mho/error.hpp>

#include "kernels/linear.hpp"

namespace mho {

inline status status_of(verdict found) noexcept {
  switch (found) {
    case verdict::ok:
      return status::ok;
    case verdict::singular:
      return status::singular;
    case verdict::out_of_range:
      return status::out_of_range;
    case verdict::not_finite:
      return status::not_finite;
  }
  return status::not_finite;
}

}  // namespace mho
