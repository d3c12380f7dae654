#include <mho/mho.h>

#include <complex>
#include <optional>
#include <span>

#include "c/conversions.hpp"
#include "c/handles.hpp"

namespace {

using cf32 = std::complex<float>;

// std::complex<float> is layout-compatible with float[2] ([complex.numbers]).
std::span<const cf32> pairs(const float* from, std::size_t count) noexcept {
  return {reinterpret_cast<const cf32*>(from), count};
}

}  // namespace

extern "C" {

mho_error mho_constellation_new(const char* name, mho_mapping labels, mho_constellation** made, char* message,
                                size_t message_size) noexcept {
  if (made != nullptr) *made = nullptr;
  return mho::c::guarded(message, message_size, [&] {
    const auto refuse = [&](mho_error e, std::string_view why) {
      mho::c::say(why, message, message_size);
      return e;
    };
    if (name == nullptr || made == nullptr) return refuse(MHO_BAD_VALUE, "name and made must not be NULL");
    if (labels != MHO_THREE_GPP && labels != MHO_PAPER)
      return refuse(MHO_UNSUPPORTED, "labels must be MHO_THREE_GPP or MHO_PAPER");
    auto value = mho::constellation::parse(name, static_cast<mho::mapping>(labels));
    if (!value) return refuse(mho::c::code(value.code()), value.message());
    *made = std::make_unique<mho_constellation>(mho_constellation{std::move(*value)}).release();
    return mho_error{MHO_NONE};
  });
}

void mho_constellation_free(mho_constellation* c) noexcept { delete c; }

size_t mho_constellation_size(const mho_constellation* c) noexcept {
  return c == nullptr ? 0 : c->value.size();
}

unsigned mho_constellation_bits(const mho_constellation* c) noexcept {
  return c == nullptr ? 0 : c->value.bits();
}

const float* mho_constellation_points(const mho_constellation* c) noexcept {
  return c == nullptr ? nullptr : reinterpret_cast<const float*>(c->value.points().data());
}

void mho_constellation_map(const mho_constellation* c, const uint8_t* bits, size_t symbols,
                           float* out) noexcept {
  if (c == nullptr || bits == nullptr || out == nullptr) return;
  c->value.map({bits, symbols * c->value.bits()}, {reinterpret_cast<cf32*>(out), symbols});
}

void mho_constellation_slice(const mho_constellation* c, const float* in, size_t symbols,
                             uint8_t* bits) noexcept {
  if (c == nullptr || in == nullptr || bits == nullptr) return;
  c->value.slice(pairs(in, symbols), {bits, symbols * c->value.bits()});
}

mho_error mho_constellation_llr(const mho_constellation* c, const float* in, const float* variance,
                                size_t symbols, mho_demapper rule, float* llr) noexcept {
  if (c == nullptr || in == nullptr || variance == nullptr || llr == nullptr) return MHO_BAD_VALUE;
  const std::optional<mho::demapper> known = mho::c::demapper_of(rule);
  if (!known) return MHO_UNSUPPORTED;
  c->value.llr(pairs(in, symbols), {variance, symbols}, *known, {llr, symbols * c->value.bits()});
  return MHO_NONE;
}

}  // extern "C"
