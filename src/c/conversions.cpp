#include "c/conversions.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "c/handles.hpp"

namespace mho::c {
namespace {

// Every enumerator of the one face is the other's.
#define MHO_SAME(c_name, name) static_assert((c_name) == static_cast<int>(name))
MHO_SAME(MHO_NONE, error::none);
MHO_SAME(MHO_BAD_SHAPE, error::bad_shape);
MHO_SAME(MHO_BAD_RANGE, error::bad_range);
MHO_SAME(MHO_TOO_LARGE, error::too_large);
MHO_SAME(MHO_NOT_PREPARED, error::not_prepared);
MHO_SAME(MHO_UNSUPPORTED, error::unsupported);
MHO_SAME(MHO_OVERLAP, error::overlap);
MHO_SAME(MHO_UNKNOWN_NAME, error::unknown_name);
MHO_SAME(MHO_BAD_VALUE, error::bad_value);
MHO_SAME(MHO_NAME_TAKEN, error::name_taken);
MHO_SAME(MHO_NO_MEMORY, error::no_memory);
MHO_SAME(MHO_STATUS_OK, status::ok);
MHO_SAME(MHO_STATUS_NOT_CONVERGED, status::not_converged);
MHO_SAME(MHO_STATUS_SATURATED, status::saturated);
MHO_SAME(MHO_STATUS_SINGULAR, status::singular);
MHO_SAME(MHO_STATUS_NOT_FINITE, status::not_finite);
MHO_SAME(MHO_STATUS_OUT_OF_RANGE, status::out_of_range);
MHO_SAME(MHO_STATUS_UNSTABLE, status::unstable);
MHO_SAME(MHO_CF32, element::cf32);
MHO_SAME(MHO_CBF16, element::cbf16);
MHO_SAME(MHO_CI16, element::ci16);
MHO_SAME(MHO_F32, element::f32);
MHO_SAME(MHO_I8, element::i8);
MHO_SAME(MHO_U8, element::u8);
MHO_SAME(MHO_I16, element::i16);
MHO_SAME(MHO_CHANNEL, form::channel);
MHO_SAME(MHO_GRAM, form::gram);
MHO_SAME(MHO_NOISE_SCALAR, noise::scalar);
MHO_SAME(MHO_NOISE_PER_PROBLEM, noise::per_problem);
MHO_SAME(MHO_NOISE_PER_ANTENNA, noise::per_antenna);
MHO_SAME(MHO_NOISE_COVARIANCE, noise::covariance);
MHO_SAME(MHO_NOISE_CHOLESKY, noise::cholesky);
MHO_SAME(MHO_NOISE_WHITENER, noise::whitener);
MHO_SAME(MHO_MAX_LOG, demapper::max_log);
MHO_SAME(MHO_EXACT, demapper::exact);
MHO_SAME(MHO_THREE_GPP, mapping::three_gpp);
MHO_SAME(MHO_PAPER, mapping::paper);
MHO_SAME(MHO_NATIVE_ESTIMATE, native_estimate);
MHO_SAME(MHO_NATIVE_VARIANCE, native_variance);
MHO_SAME(MHO_NATIVE_LLR, native_llr);
MHO_SAME(MHO_NATIVE_BITS, native_bits);
MHO_SAME(MHO_NATIVE_FAILURES, native_failures);
#undef MHO_SAME
static_assert(sizeof(mho_status) == sizeof(status));

template <class T, std::size_t n>
bool all_zero(const T (&reserved)[n]) noexcept {
  return std::all_of(std::begin(reserved), std::end(reserved), [](T v) { return v == 0; });
}

}  // namespace

std::optional<demapper> demapper_of(mho_demapper rule) noexcept {
  if (rule != MHO_MAX_LOG && rule != MHO_EXACT) return std::nullopt;
  return static_cast<demapper>(rule);
}

std::optional<form> form_of(mho_form is) noexcept {
  if (is == 0) return form::channel;
  if (is != MHO_CHANNEL && is != MHO_GRAM) return std::nullopt;
  return static_cast<form>(is);
}

bool convert(const mho_view& from, view& to) noexcept {
  if (from.type < MHO_CF32 || from.type > MHO_I16) return false;
  to.data = from.data;
  to.planes = from.planes;
  std::copy_n(from.extent, 3, to.extent.begin());
  std::copy_n(from.stride, 3, to.stride.begin());
  to.type = static_cast<element>(from.type);
  to.scale = from.scale == 0 ? 1 : from.scale;
  to.first = from.first;
  return true;
}

bool convert(const mho_noise& from, noise& to) noexcept {
  if (from.is < MHO_NOISE_SCALAR || from.is > MHO_NOISE_WHITENER) return false;
  to.is = static_cast<noise::kind>(from.is);
  to.value = from.value;
  to.problems_per_entry = from.problems_per_entry == 0 ? 1 : from.problems_per_entry;
  return convert(from.values, to.values);
}

bool convert(const mho_channel_batch& from, channel_batch& to) noexcept {
  const std::optional<form> is = form_of(from.is);
  if (!is || !all_zero(from.reserved)) return false;
  to.is = *is;
  return convert(from.matrix, to.matrix) && convert(from.noise, to.noise);
}

bool convert(const mho_received_batch& from, received_batch& to) noexcept {
  const std::optional<demapper> rule = demapper_of(from.rule);
  if (!rule || !all_zero(from.reserved)) return false;
  to.rule = *rule;
  return convert(from.vectors, to.vectors) && convert(from.prior_llr, to.prior_llr);
}

bool convert(const mho_output& from, output& to) noexcept {
  if (!all_zero(from.reserved)) return false;
  // A status is a byte in both faces.
  to.state = from.state == nullptr ? std::span<status>()
                                   : std::span<status>(reinterpret_cast<status*>(from.state), from.states);
  to.saturated = from.saturated;
  return convert(from.estimate, to.estimate) && convert(from.variance, to.variance) &&
         convert(from.llr, to.llr) && convert(from.bits, to.bits);
}

bool convert(const mho_shape& from, shape& to) noexcept {
  const std::optional<form> is = form_of(from.is);
  if (!is || !all_zero(from.reserved)) return false;
  to.problems = from.problems;
  to.rx = from.rx;
  to.tx = from.tx;
  to.uses = from.uses == 0 ? 1 : from.uses;
  to.slots = from.slots == 0 ? 1 : from.slots;
  to.bits = from.bits;
  to.is = *is;
  to.coloured_noise = from.coloured_noise != 0;
  to.problems_per_noise_entry = from.problems_per_noise_entry == 0 ? 1 : from.problems_per_noise_entry;
  return true;
}

bool convert(const mho_call* from, call& to) noexcept {
  if (from == nullptr) return true;
  if (!all_zero(from->reserved)) return false;
  to.begin = from->begin;
  to.end = from->end == 0 ? SIZE_MAX : from->end;
  to.slot = from->slot;
  to.stream = from->stream;
  to.first = from->first;
  to.queue = from->queue;
  return true;
}

mho_capabilities to_c(const capabilities& can) noexcept {
  mho_capabilities to{};
  to.max_rx = can.max_rx;
  to.max_tx = can.max_tx;
  to.forms = can.forms;
  to.native = can.native;
  to.more_tx_than_rx = can.more_tx_than_rx;
  to.device_memory = can.device_memory;
  to.uses_prior = can.uses_prior;
  to.needs_symbols = can.needs_symbols;
  to.randomised = can.randomised;
  to.linear = can.linear;
  return to;
}

}  // namespace mho::c
