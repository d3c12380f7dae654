#include <mho/mho.h>

#include <utility>

#include "c/conversions.hpp"
#include "c/handles.hpp"

namespace mho::c {
namespace {

struct arguments {
  received_batch received;
  std::span<const output> into;
  call range;
};

// Runs with the caller's outputs and constellations, in the scratch of the call's slot.
template <class Run>
mho_error with_arguments(const mho_detector& d, const mho_received_batch& received, const mho_output* into,
                         std::size_t outputs, const mho_call* which, const Run& run) noexcept {
  arguments a;
  if (!convert(received, a.received) || !convert(which, a.range)) return MHO_UNSUPPORTED;
  if (d.ready == 0) return MHO_BAD_SHAPE;  // nothing reserved
  if (a.range.slot >= d.ready) return MHO_BAD_RANGE;
  mho_detector::scratch& room = d.slots[a.range.slot];
  if (outputs != room.into.size() || received.symbol_count > room.symbols.size()) return MHO_BAD_SHAPE;
  if ((into == nullptr && outputs > 0) || (received.symbols == nullptr && received.symbol_count > 0))
    return MHO_BAD_VALUE;
  for (std::size_t i = 0; i < outputs; ++i)
    if (!convert(into[i], room.into[i])) return MHO_UNSUPPORTED;
  for (std::size_t i = 0; i < received.symbol_count; ++i) {
    if (received.symbols[i] == nullptr) return MHO_BAD_VALUE;
    room.symbols[i] = &received.symbols[i]->value;
  }
  a.into = room.into;
  a.received.symbols = std::span(room.symbols).first(received.symbol_count);
  return code(run(a));
}

}  // namespace
}  // namespace mho::c

extern "C" {

mho_error mho_detector_new(const char* kind, const mho_options* options, mho_detector** made, char* message,
                           size_t message_size) noexcept {
  if (made != nullptr) *made = nullptr;
  return mho::c::guarded(message, message_size, [&] {
    if (kind == nullptr || made == nullptr) {
      mho::c::say("kind and made must not be NULL", message, message_size);
      return mho_error{MHO_BAD_VALUE};
    }
    mho::detector_spec spec(kind);
    if (options != nullptr) spec.values = options->values;
    auto detector = mho::make_detector(spec);
    if (!detector) {
      mho::c::say(detector.message(), message, message_size);
      return mho::c::code(detector.code());
    }
    *made = std::make_unique<mho_detector>(mho_detector{std::move(*detector), {}, 0}).release();
    return mho_error{MHO_NONE};
  });
}

void mho_detector_free(mho_detector* d) noexcept { delete d; }

mho_error mho_detector_capabilities(const mho_detector* d, mho_capabilities* out) noexcept {
  if (d == nullptr || out == nullptr) return MHO_BAD_VALUE;
  *out = mho::c::to_c(d->it->can());
  return MHO_NONE;
}

size_t mho_detector_steps(const mho_detector* d) noexcept { return d == nullptr ? 0 : d->it->steps(); }

mho_error mho_detector_reserve(mho_detector* d, const mho_shape* room) noexcept {
  if (d == nullptr || room == nullptr) return MHO_BAD_VALUE;
  return mho::c::guarded([&] {
    mho::shape shape;
    if (!mho::c::convert(*room, shape)) return mho_error{MHO_UNSUPPORTED};
    if (const mho::error e = d->it->reserve(shape); e != mho::error::none) {
      if (d->it->slots() == 0) d->ready = 0;  // otherwise the detector keeps what it had
      return mho::c::code(e);
    }
    d->ready = 0;
    d->slots.resize(shape.slots);
    for (mho_detector::scratch& s : d->slots) {
      s.into.resize(d->it->steps());
      s.symbols.resize(shape.tx);
    }
    d->ready = d->slots.size();
    return mho_error{MHO_NONE};
  });
}

mho_error mho_detector_prepare(mho_detector* d, const mho_channel_batch* channel,
                               const mho_call* which) noexcept {
  if (d == nullptr || channel == nullptr) return MHO_BAD_VALUE;
  mho::channel_batch channels;
  mho::call range;
  if (!mho::c::convert(*channel, channels) || !mho::c::convert(which, range)) return MHO_UNSUPPORTED;
  if (d->ready == 0) return MHO_BAD_SHAPE;
  return mho::c::code(d->it->prepare(channels, range));
}

mho_error mho_detector_apply(const mho_detector* d, const mho_received_batch* received,
                             const mho_output* into, size_t outputs, const mho_call* which) noexcept {
  if (d == nullptr || received == nullptr) return MHO_BAD_VALUE;
  return mho::c::with_arguments(*d, *received, into, outputs, which, [&](const mho::c::arguments& a) {
    return std::as_const(*d->it).apply(a.received, a.into, a.range);
  });
}

mho_error mho_detector_detect(mho_detector* d, const mho_channel_batch* channel,
                              const mho_received_batch* received, const mho_output* into, size_t outputs,
                              const mho_call* which) noexcept {
  if (d == nullptr || channel == nullptr || received == nullptr) return MHO_BAD_VALUE;
  mho::channel_batch channels;
  if (!mho::c::convert(*channel, channels)) return MHO_UNSUPPORTED;
  return mho::c::with_arguments(*d, *received, into, outputs, which, [&](const mho::c::arguments& a) {
    return d->it->detect(channels, a.received, a.into, a.range);
  });
}

mho_error mho_detector_weights(const mho_detector* d, const mho_view* w, const mho_call* which) noexcept {
  if (d == nullptr || w == nullptr) return MHO_BAD_VALUE;
  mho::view matrix;
  mho::call range;
  if (!mho::c::convert(*w, matrix) || !mho::c::convert(which, range)) return MHO_UNSUPPORTED;
  return mho::c::code(std::as_const(*d->it).weights(matrix, range));
}

mho_status mho_detector_prepared(const mho_detector* d, size_t problem) noexcept {
  return d == nullptr ? mho_status{MHO_STATUS_OUT_OF_RANGE}
                      : static_cast<mho_status>(d->it->prepared(problem));
}

}  // extern "C"
