#include <mho/detector.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>

#include "kernels/plain.hpp"
#include "shell.hpp"

namespace mho {
namespace {

// Problems that a kind digests at a time: statuses that live on the stack, channels that stay near.
constexpr std::size_t most_together = 64;

}  // namespace

detector::detector(const capabilities& can, std::size_t steps)
    : capabilities_(can), steps_(steps), shell_(std::make_unique<shell>()) {}
detector::~detector() = default;

const shape& detector::room() const noexcept { return shell_->inner; }

unsigned detector::slots() const noexcept { return static_cast<unsigned>(shell_->slots.size()); }

status detector::prepared(std::size_t problem) const noexcept {
  return problem < shell_->found.size() ? shell_->found[problem] : status::out_of_range;
}

error detector::do_weights(const view&, const call&) const noexcept { return error::unsupported; }

error detector::do_detect(const channel_batch&, const received_batch&, std::span<const output>,
                          const call&) noexcept {
  return error::unsupported;
}

// In floating point, because the products may overflow.
bool detector::shell::may_fit(const shape& room, std::size_t steps) noexcept {
  constexpr double most_values = 0x1p40;
  const auto problems = static_cast<double>(room.problems), rx = static_cast<double>(room.rx),
             tx = static_cast<double>(room.tx), uses = static_cast<double>(room.uses),
             slots = static_cast<double>(room.slots);
  const double a_slot = static_cast<double>(steps) * uses * tx + tx * tx;  // one problem's outputs and matrix
  const double values =
      problems * (rx * tx + tx * tx + uses * std::max(rx, tx) + (room.coloured_noise ? rx * rx : 0)) +
      slots * a_slot;
  if (values > most_values) return false;
  const double needed = problems * (tx * tx * sizeof(std::complex<float>) + sizeof(status) + sizeof(float)) +
                        slots * (a_slot * sizeof(std::complex<float>) + sizeof(scratch));
  const auto pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGESIZE);
  return pages <= 0 || page <= 0 || needed <= static_cast<double>(pages) * static_cast<double>(page);
}

error detector::reserve(const shape& room) {
  if (room.problems == 0 || room.rx == 0 || room.tx == 0 || room.uses == 0 || room.slots == 0 ||
      room.problems_per_noise_entry == 0)
    return error::bad_shape;
  if (room.tx > room.rx && !capabilities_.more_tx_than_rx && room.is == form::channel)
    return error::bad_shape;
  if (room.rx > capabilities_.max_rx || room.tx > capabilities_.max_tx) return error::too_large;
  const bool takes_gram = (capabilities_.forms & static_cast<std::uint8_t>(form::gram)) != 0;
  if (room.is == form::gram && (!takes_gram || room.coloured_noise)) return error::unsupported;
  if (!shell::may_fit(room, steps_)) return error::no_memory;
  try {
    shell_->reserve(room, capabilities_, steps_);
    const error e = do_reserve(shell_->inner);
    if (e != error::none) *shell_ = shell{};
    return e;
  } catch (const std::bad_alloc&) {
    *shell_ = shell{};
    return error::no_memory;
  } catch (const std::length_error&) {
    *shell_ = shell{};
    return error::no_memory;
  } catch (...) {  // a kind of the user's own
    *shell_ = shell{};
    return error::unsupported;
  }
}

error detector::prepare(const channel_batch& channel, const call& which) noexcept {
  shell& s = *shell_;
  call range = which;
  if (const error e = s.check(channel, range); e != error::none) return e;
  if (range.begin == range.end) return error::none;
  channel_batch given = channel;
  given.noise = s.digest_noise(channel.noise, range);
  const bool coloured = s.how[range.begin] == shell::coloured;
  if (coloured && !s.gram_made) s.copy_channel(channel.matrix, range);
  if (s.gram_made) {
    call part = range;
    for (part.begin = range.begin; part.begin < range.end; part.begin = part.end) {
      part.end = std::min(range.end, part.begin + most_together);
      s.copy_channel(channel.matrix, part);
      s.form_gram(part);
    }
    given.matrix = row_major(s.gram.data(), s.asked.problems, s.asked.tx, s.asked.tx);
    given.is = form::gram;
  } else if (coloured) {
    given.matrix = row_major(s.channel.data(), s.asked.problems, s.asked.rx, s.asked.tx);
  }
  given.matrix = cut(given.matrix, range.begin, range.end);

  // In blocks, so that the noise's own verdict outlives what the kind writes.
  std::array<status, most_together> state;
  const bool widened = s.must_widen(given.matrix);
  const std::size_t together = widened ? shell::widened_together : most_together;
  for (std::size_t begin = range.begin; begin < range.end; begin += together) {
    call part = range;
    part.begin = begin;
    part.end = std::min(range.end, begin + together);
    const std::size_t count = part.end - part.begin;
    channel_batch block = given;
    block.matrix = widened ? s.widened(channel.matrix, begin, part.end, part.slot)
                           : cut(given.matrix, begin - range.begin, part.end - range.begin);
    block.noise.values = cut(given.noise.values, begin - range.begin, part.end - range.begin);
    std::fill_n(state.begin(), count, status::ok);
    if (const error e = do_prepare(block, part, {state.data(), count}); e != error::none) {
      std::fill(s.how.begin() + static_cast<std::ptrdiff_t>(range.begin),
                s.how.begin() + static_cast<std::ptrdiff_t>(range.end), shell::unprepared);
      return e;
    }
    for (std::size_t i = 0; i < count; ++i)
      if (!is_failed(s.found[begin + i])) s.found[begin + i] = state[i];
  }
  return error::none;
}

error detector::apply(const received_batch& received, std::span<const output> into,
                      const call& which) const noexcept {
  shell& s = *shell_;
  call range = which;
  if (const error e = s.check(received, into, capabilities_, steps_, range); e != error::none) return e;
  if (!s.is_prepared(range)) return error::not_prepared;
  shell::scratch& scratch = s.slots[which.slot];
  const bool widened = s.must_widen(received.vectors);
  for (std::size_t begin = range.begin; begin < range.end; begin += s.block) {
    call part = range;
    part.begin = begin;
    part.end = std::min(range.end, begin + s.block);
    const bool converted = s.gram_made || widened ||
                           std::any_of(s.how.begin() + static_cast<std::ptrdiff_t>(part.begin),
                                       s.how.begin() + static_cast<std::ptrdiff_t>(part.end),
                                       [](std::uint8_t how) { return how == shell::coloured; });
    received_batch block = received;
    block.vectors = converted ? s.received(received.vectors, part.begin, part.end, part.slot)
                              : cut(received.vectors, part.begin, part.end);
    block.prior_llr = cut(received.prior_llr, part.begin, part.end);
    s.give_outputs(into, received.vectors.extent[1], capabilities_.native, part);
    if (const error e = do_apply(block, scratch.into, part); e != error::none) return e;
    s.take_outputs(received, into, capabilities_.native, part);
  }
  return error::none;
}

error detector::detect(const channel_batch& channel, const received_batch& received,
                       std::span<const output> into, const call& which) noexcept {
  shell& s = *shell_;
  call range = which, same = which;
  if (channel.matrix.extent[0] != received.vectors.extent[0]) return error::bad_shape;
  if (const error e = s.check(channel, range); e != error::none) return e;
  if (const error e = s.check(received, into, capabilities_, steps_, same); e != error::none) return e;
  if (const error e = s.check(channel, into); e != error::none) return e;
  const bool white = channel.noise.is == noise::scalar || channel.noise.is == noise::per_problem;
  const bool fuses = white && received.vectors.extent[1] == 1 &&
                     ((capabilities_.native & native_failures) != 0 || s.gram_made);
  if (!fuses) {
    if (const error e = prepare(channel, which); e != error::none) return e;
    return apply(received, into, which);
  }
  if (s.gram_made) return detect_gram_form(channel, received, into, range);
  channel_batch given = channel;
  given.noise = s.digest_noise(channel.noise, range);
  std::fill(s.how.begin() + static_cast<std::ptrdiff_t>(range.begin),
            s.how.begin() + static_cast<std::ptrdiff_t>(range.end), shell::unprepared);
  const bool widens_matrix = s.must_widen(channel.matrix), widens_vectors = s.must_widen(received.vectors);
  const std::size_t together = widens_matrix ? std::min(s.block, shell::widened_together) : s.block;
  for (std::size_t begin = range.begin; begin < range.end; begin += together) {
    call part = range;
    part.begin = begin;
    part.end = std::min(range.end, begin + together);
    channel_batch block = given;
    block.matrix = widens_matrix ? s.widened(channel.matrix, part.begin, part.end, part.slot)
                                 : cut(channel.matrix, part.begin, part.end);
    block.noise.values = cut(given.noise.values, begin - range.begin, part.end - range.begin);
    received_batch vectors = received;
    vectors.vectors = widens_vectors ? s.received(received.vectors, part.begin, part.end, part.slot)
                                     : cut(received.vectors, part.begin, part.end);
    vectors.prior_llr = cut(received.prior_llr, part.begin, part.end);
    s.give_outputs(into, 1, capabilities_.native, part);
    const std::span<const output> outputs = s.slots[which.slot].into;
    if (const error e = do_detect(block, vectors, outputs, part); e != error::none) {
      if (e != error::unsupported) return e;
      if (const error p = prepare(channel, which); p != error::none) return p;
      return apply(received, into, which);
    }
    s.take_outputs(received, into, capabilities_.native, part);
    for (std::size_t p = part.begin; p < part.end; ++p) s.found[p] = outputs[0].state[p - part.begin];
  }
  return error::none;
}

// The channel is read once, for G and z, and not kept.
error detector::detect_gram_form(const channel_batch& channel, const received_batch& received,
                                 std::span<const output> into, const call& range) noexcept {
  shell& s = *shell_;
  shell::scratch& scratch = s.slots[range.slot];
  const std::size_t tx = s.asked.tx;
  const noise level = s.digest_noise(channel.noise, range);
  const input h = channel.matrix, y = received.vectors;
  std::fill(s.how.begin() + static_cast<std::ptrdiff_t>(range.begin),
            s.how.begin() + static_cast<std::ptrdiff_t>(range.end), shell::unprepared);
  std::array<status, most_together> state;
  call part = range;
  for (part.begin = range.begin; part.begin < range.end; part.begin = part.end) {
    part.end = std::min(range.end, part.begin + std::min(s.block, most_together));
    const std::size_t count = part.end - part.begin;
    std::complex<float>* gram = s.gram.data() + part.begin * tx * tx;
    s.former.make(h, &y, part.begin, part.end, part.slot, gram, scratch.filtered.data());
    channel_batch digested;
    digested.matrix = row_major(gram, count, tx, tx);
    digested.noise = level;
    digested.noise.values = cut(level.values, part.begin - range.begin, part.end - range.begin);
    digested.is = form::gram;
    std::fill_n(state.begin(), count, status::ok);
    if (const error e = do_prepare(digested, part, {state.data(), count}); e != error::none) return e;
    for (std::size_t i = 0; i < count; ++i)
      if (!is_failed(s.found[part.begin + i])) s.found[part.begin + i] = state[i];
    received_batch filtered = received;
    filtered.vectors = row_major(scratch.filtered.data(), count, 1, tx);
    filtered.prior_llr = cut(received.prior_llr, part.begin, part.end);
    s.give_outputs(into, 1, capabilities_.native, part);
    if (const error e = do_apply(filtered, scratch.into, part); e != error::none) return e;
    s.take_outputs(received, into, capabilities_.native, part);
  }
  return error::none;
}

error detector::weights(const view& w, const call& which) const noexcept {
  shell& s = *shell_;
  if (s.slots.empty()) return error::bad_shape;
  if (!capabilities_.linear) return error::unsupported;
  const std::size_t tx = s.asked.tx, columns = s.asked.is == form::gram ? tx : s.asked.rx;
  if (w.planes != nullptr || w.type != element::cf32) return error::unsupported;
  if (w.empty() || w.extent[1] != tx || w.extent[2] != columns) return error::bad_shape;
  call range = which;
  range.end = std::min(range.end, w.extent[0]);
  if (w.extent[0] > s.asked.problems) return error::too_large;
  if (range.begin > range.end || range.slot >= s.asked.slots) return error::bad_range;
  for (std::size_t p = range.begin; p < range.end; ++p)
    if (s.how[p] == shell::unprepared) return error::not_prepared;

  using cf32 = std::complex<float>;
  shell::scratch& scratch = s.slots[which.slot];
  for (std::size_t p = range.begin; p < range.end; ++p) {
    const view one = cut(w, p, p + 1);
    if (is_failed(s.found[p])) {
      for (std::size_t k = 0; k < tx; ++k)
        for (std::size_t i = 0; i < columns; ++i) one.at<cf32>(0, k, i) = 0;
      continue;
    }
    call part = range;
    part.begin = p;
    part.end = p + 1;
    // The kind's weights act on z = H^H y where the shell makes the gram form, and on B y where it whitens.
    // The former have rows of tx, which the caller's need not hold: rx may be less.
    const view inner = s.gram_made ? row_major(scratch.weights.data(), 1, tx, tx) : one;
    if (const error e = do_weights(inner, part); e != error::none) return e;
    for (std::size_t k = 0; k < tx; ++k) {
      cf32* row = scratch.vector.data();
      for (std::size_t i = 0; i < inner.extent[2]; ++i) row[i] = inner.at<cf32>(0, k, i);
      cf32* wide = scratch.received.empty() ? row : scratch.received.data();
      if (s.gram_made) {
        const cf32* h = s.channel.data() + p * columns * tx;
        for (std::size_t i = 0; i < columns; ++i) {
          wide[i] = 0;
          for (std::size_t j = 0; j < tx; ++j) wide[i] += plain::conjugate_product(h[i * tx + j], row[j]);
        }
      } else {
        std::copy_n(row, columns, wide);
      }
      if (s.how[p] == shell::coloured) s.whiteners.apply_right(s.entry[p], wide, scratch.vector.data());
      for (std::size_t i = 0; i < columns; ++i) one.at<cf32>(0, k, i) = wide[i];
    }
  }
  return error::none;
}

}  // namespace mho
