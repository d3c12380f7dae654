/// \file
/// A small fake detector for the tests of what the shell promises to callers and to kinds.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <mho/mho.hpp>
#include <vector>

namespace mho::test {

using cf32 = std::complex<float>;

/// Divides by the diagonal of what it is given. Step 0 is the quotient, step 1 adds the problem's global
/// number: so tests see which identity reached the kind. A diagonal entry of 99 is degraded.
class divider final : public detector {
 public:
  explicit divider(form takes) : detector(abilities(takes), 2) {}

  static capabilities abilities(form takes) {
    capabilities can;
    can.forms = static_cast<std::uint8_t>(takes);
    can.randomised = true;
    can.max_tx = 8;
    return can;
  }

 private:
  error do_reserve(const shape& room) override {
    diagonal_.resize(room.problems * room.tx);
    level_.resize(room.problems);
    return error::none;
  }
  error do_prepare(const channel_batch& in, const call& which, std::span<status> state) noexcept override {
    for (std::size_t i = 0; i < state.size(); ++i) {
      level_[which.begin + i] = in.noise.values.at<float>(i);
      for (std::size_t k = 0; k < room().tx; ++k) {
        const cf32 d = in.matrix.at<cf32>(i, k, k);
        diagonal_[(which.begin + i) * room().tx + k] = d;
        if (d == cf32(0)) state[i] = status::singular;
      }
    }
    return error::none;
  }
  error do_apply(const received_batch& in, std::span<const output> into,
                 const call& which) const noexcept override {
    for (std::size_t i = 0; i < in.vectors.extent[0]; ++i)
      for (std::size_t u = 0; u < in.vectors.extent[1]; ++u)
        for (std::size_t k = 0; k < room().tx; ++k) {
          const cf32 d = diagonal_[(which.begin + i) * room().tx + k], x = in.vectors.at<cf32>(i, u, k) / d;
          into[0].estimate.at<cf32>(i, u, k) = x;
          into[1].estimate.at<cf32>(i, u, k) =
              x + cf32(static_cast<float>(which.first + which.begin + i), static_cast<float>(which.stream));
          for (const output& o : into) o.variance.at<float>(i, u, k) = level_[which.begin + i] / std::norm(d);
          if (d == cf32(99)) into[1].state[i * in.vectors.extent[1] + u] = status::not_converged;
        }
    return error::none;
  }

  std::vector<cf32> diagonal_;
  std::vector<float> level_;
};

/// A divider with room, a batch and outputs of one size.
struct setup {
  static constexpr std::size_t problems = 50, rx = 3, tx = 2, uses = 2;

  explicit setup(form takes = form::channel, bool coloured = false) : d(takes) {
    EXPECT_EQ(d.reserve({.problems = problems,
                         .rx = rx,
                         .tx = tx,
                         .uses = uses,
                         .slots = 3,
                         .bits = 2,
                         .coloured_noise = coloured}),
              error::none);
    for (std::size_t p = 0; p < problems; ++p)
      for (std::size_t k = 0; k < tx; ++k) h[(p * rx + k) * tx + k] = static_cast<float>(p + k + 1);
    for (std::size_t i = 0; i < y.size(); ++i)
      y[i] = cf32(static_cast<float>(i % 17), static_cast<float>(i % 5) - 2.0f);
    into[0].estimate = row_major(estimate.data(), problems, uses, tx);
    into[0].variance = row_major(variance.data(), problems, uses, tx);
    into[0].state = state;
    into[1].estimate = row_major(second.data(), problems, uses, tx);
  }
  channel_batch channel(float n0 = 0.5f) { return {row_major(h.data(), problems, rx, tx), noise::white(n0)}; }
  received_batch received() { return {row_major(y.data(), problems, uses, rx)}; }

  divider d;
  std::vector<cf32> h = std::vector<cf32>(problems * rx * tx), y = std::vector<cf32>(problems * uses * rx);
  std::vector<cf32> estimate = std::vector<cf32>(problems * uses * tx), second = estimate;
  std::vector<float> variance = std::vector<float>(problems * uses * tx);
  std::vector<status> state = std::vector<status>(problems * uses);
  std::array<output, 2> into;
};

}  // namespace mho::test
