#include "detect/linear_prepared.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace mho {

capabilities linear_abilities(linear_rule rule) {
  capabilities can;
  can.forms = static_cast<std::uint8_t>(form::channel) | static_cast<std::uint8_t>(form::gram);
  can.native = native_estimate | native_variance | native_failures;
  can.linear = can.widens = true;
  can.more_tx_than_rx = rule != linear_rule::zf;
  return can;
}

linear_prepared::linear_prepared(linear_rule rule, const linear_kernels& kernels)
    : detector(linear_abilities(rule), 1), rule_(rule), kernels_(kernels) {}

void linear_prepared::reserve_prepared(const shape& room) {
  const std::size_t rx = room.is == form::gram ? room.tx : room.rx;
  weights_.reserve(room.problems * rx * room.tx);
  variance_.reserve(room.problems * room.tx);
  failed_.reserve(room.uses * room.slots);
}

std::size_t linear_prepared::apply_floats(const shape& room) const noexcept {
  return kernels_.apply_scratch + 4 * room.tx * kernels_.lanes;
}

error linear_prepared::do_weights(const view& w, const call& which) const noexcept {
  const std::size_t tx = room().tx, columns = w.extent[2];
  for (std::size_t i = 0; i < w.extent[0]; ++i) {
    const cf32* from = weights_.data() + (which.begin + i) * tx * columns;
    for (std::size_t k = 0; k < tx; ++k)
      for (std::size_t c = 0; c < columns; ++c) w.at<cf32>(i, k, c) = from[k * columns + c];
  }
  return error::none;
}

void linear_prepared::apply_to_uses(const received_batch& in, const output& out, const call& which,
                                    float* scratch) const noexcept {
  const std::size_t tx = room().tx, rx = in.vectors.extent[2], uses = in.vectors.extent[1];
  std::uint8_t* bad = failed_.data() + which.slot * room().uses;
  const input vectors = input(in.vectors).turned({1, 2, 0}).sized(uses, rx, 1);  // from(0, 0, i): problem i
  for (std::size_t i = 0; i < in.vectors.extent[0]; ++i) {
    const std::size_t p = which.begin + i;
    status* state = out.state.data() + i * uses;
    if (is_failed(state[0])) {
      for (std::size_t u = 0; u < uses; ++u) write_failed(out, i, u);
      continue;
    }
    view x = out.estimate;
    x.data = &out.estimate.at<cf32>(i);
    x.extent = {uses, 1, tx};
    x.stride = {out.estimate.stride[1], 0, out.estimate.stride[2]};
    const bool any =
        kernels_.apply_uses(weights_.data() + p * tx * rx, tx, vectors.from(0, 0, i), x, bad, scratch);
    for (std::size_t u = 0; u < uses; ++u) write_variance(out, i, u, variance_.data() + p * tx);
    for (std::size_t u = 0; any && u < uses; ++u)
      if (bad[u] != 0) {
        state[u] = status::not_finite;
        write_failed(out, i, u);
      }
  }
}

void linear_prepared::write_variance(const output& out, std::size_t i, std::size_t u,
                                     const float* variance) const noexcept {
  if (out.variance.empty()) return;
  const std::size_t tx = room().tx;
  float* to = &out.variance.at<float>(i, u);
  if (out.variance.stride[2] == 1) {
    std::memcpy(to, variance, tx * sizeof(float));
  } else {
    for (std::size_t k = 0; k < tx; ++k)
      to[static_cast<std::ptrdiff_t>(k) * out.variance.stride[2]] = variance[k];
  }
}

void linear_prepared::write_failed(const output& out, std::size_t i, std::size_t u) const noexcept {
  for (std::size_t k = 0; k < room().tx; ++k) {
    out.estimate.at<cf32>(i, u, k) = 0;
    if (!out.variance.empty()) out.variance.at<float>(i, u, k) = std::numeric_limits<float>::infinity();
  }
}

}  // namespace mho
