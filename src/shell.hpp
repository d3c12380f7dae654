/// \file
/// What the non-virtual shell of a detector keeps: the reserved shapes, statuses, and room for whitening, for
/// the change from channel to gram form, and for outputs that the caller left empty.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <mho/detector.hpp>

#include "gram_form.hpp"
#include "input.hpp"
#include "whitening.hpp"

namespace mho {

struct __attribute__((visibility("hidden"))) detector::shell {
  using cf32 = std::complex<float>;

  /// Scratch of one slot, for `block` problems at a time.
  struct scratch {
    std::vector<cf32> matrix;    // [widened_together, rx, tx], widened
    std::vector<cf32> received;  // [block, use, rx], widened or whitened
    std::vector<cf32> filtered;  // [block, use, tx], z
    std::vector<cf32> estimate;  // [step, block, use, tx]
    std::vector<float> variance;
    std::vector<float> llr;     // [step, block, use, bits], of kinds that write LLRs of their own
    std::vector<status> state;  // [step, block, use]
    std::vector<output> into;   // one a step: what the kind gets
    std::vector<cf32> vector;   // [rx]
    std::vector<cf32> weights;  // [tx, tx], of linear kinds where the shell makes the gram form
  };

  /// Channels that are widened at a time for kinds that do not do it themselves: full vectors, and no more.
  static constexpr std::size_t widened_together = 16;

  enum : std::uint8_t { unprepared = 0, white = 1, coloured = 2 };

  /// Whether memory may suffice for a shape: less than any machine has, and what the smallest detector needs
  /// is no more than this one has. Nothing is asked for.
  static bool may_fit(const shape& room, std::size_t steps) noexcept;

  void reserve(const shape& room, const capabilities& can, std::size_t steps);

  /// Checks a channel batch and a range against what was reserved; clips which.end.
  error check(const channel_batch& channel, call& which) const noexcept;
  /// The same for received vectors and outputs.
  error check(const received_batch& received, std::span<const output> into, const capabilities& can,
              std::size_t steps, call& which) const noexcept;
  /// Checks that no output lies over a channel or its noise.
  error check(const channel_batch& channel, std::span<const output> into) const noexcept;

  /// Whether a symbol has more bits than were reserved.
  bool exceeds_bits(const received_batch& received) const noexcept;

  /// Whether `prepare` has seen every problem of a range.
  bool is_prepared(const call& which) const noexcept;
  /// What the kind writes to for the problems of `which`, into slots[slot].into: the caller's views, or
  /// scratch where he gave none; states set to what was found.
  void give_outputs(std::span<const output> asked_for, std::size_t uses, std::uint8_t native,
                    const call& which) noexcept;
  /// Fails, and derives LLRs and bits of, what the kind wrote.
  void take_outputs(const received_batch& received, std::span<const output> asked_for, std::uint8_t native,
                    const call& which) noexcept;

  /// Levels and whiteners of a range: statuses into found[], and the white noise that the kind is given.
  noise digest_noise(const noise& n, const call& which) noexcept;
  /// H of the range, copied and whitened where the noise asks for it.
  void copy_channel(const input& matrix, const call& which) noexcept;
  /// G of the range from the copy of H.
  void form_gram(const call& which) noexcept;
  /// Whether the kind cannot read a view itself.
  bool must_widen(const view& v) const noexcept {
    return !widens && (v.type != element::cf32 || v.planes != nullptr);
  }
  /// H or G of problems [begin, end), widened_together at most, widened to the slot's scratch.
  view widened(const view& matrix, std::size_t begin, std::size_t end, unsigned slot) noexcept;
  /// y of a block as the kind can read it: widened, whitened, z = H^H y if it takes the gram form only.
  view received(const view& vectors, std::size_t begin, std::size_t end, unsigned slot) noexcept;
  /// y of a block, whitened where the noise asks for it, to out [problem, use, rx].
  void whiten_received(const input& vectors, std::size_t begin, std::size_t end, unsigned slot,
                       cf32* out) const noexcept;

  shape asked;                     // by the caller
  shape inner;                     // of the kind
  bool gram_made = false;          // the caller gives H, the kind takes G
  bool widens = false;             // the kind reads any view
  std::size_t block = 1;           // problems that fit the scratch
  std::vector<status> found;       // a problem: what prepare found
  std::vector<std::uint8_t> how;   // a problem: unprepared, white, coloured
  std::vector<float> level;        // a problem: N0 that the kind is given
  std::vector<std::size_t> entry;  // a problem: its entry of the whitening
  std::vector<cf32> channel;       // [problem, rx, tx] whitened H, where a copy is needed
  std::vector<cf32> gram;          // [problem, tx, tx]
  whitening whiteners;
  gram_form former;  // G and z, where the kind takes them
  std::vector<scratch> slots;
};

/// a / b, rounded up.
inline std::size_t divide_up(std::size_t a, std::size_t b) noexcept { return a / b + (a % b != 0); }

/// Of an element of a view.
std::ptrdiff_t bytes_of(const view& v) noexcept;

/// The part of a view from problem `begin` to `end`.
view cut(const view& v, std::size_t begin, std::size_t end) noexcept;

}  // namespace mho
