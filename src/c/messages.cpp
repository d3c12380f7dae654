#include <mho/mho.h>

#include <mho/error.hpp>
#include <mho/targets.hpp>

#include "c/handles.hpp"

#define MHO_TEXT_(x) #x
#define MHO_TEXT(x) MHO_TEXT_(x)

extern "C" {

const char* mho_version() noexcept {
  return MHO_TEXT(MHO_VERSION_MAJOR) "." MHO_TEXT(MHO_VERSION_MINOR) "." MHO_TEXT(MHO_VERSION_PATCH);
}

const char* mho_error_name(mho_error e) noexcept {
  return e < MHO_NONE || e > MHO_NO_MEMORY ? "?" : mho::to_string(static_cast<mho::error>(e));
}

const char* mho_error_message(mho_error e) noexcept {
  switch (e) {
    case MHO_NONE:
      return "done";
    case MHO_BAD_SHAPE:
      return "extents or strides of a view do not fit each other or the reserved shape";
    case MHO_BAD_RANGE:
      return "a range, slot or index lies outside what there is, or a range parts an entry of the noise";
    case MHO_TOO_LARGE:
      return "more than was reserved, or than this kind of detector takes";
    case MHO_NOT_PREPARED:
      return "a problem was never prepared";
    case MHO_UNSUPPORTED:
      return "this detector or this version does not handle that form, element type, input or output";
    case MHO_OVERLAP:
      return "an output and an input of the same call share memory";
    case MHO_UNKNOWN_NAME:
      return "there is no kind, option or preset of that name";
    case MHO_BAD_VALUE:
      return "a value has the wrong type or lies outside its range, or a pointer is NULL";
    case MHO_NAME_TAKEN:
      return "a kind of that name exists";
    case MHO_NO_MEMORY:
      return "memory ran out";
    default:
      return "no error of mho's";
  }
}

const char* mho_status_name(mho_status s) noexcept { return mho::to_string(static_cast<mho::status>(s)); }

const char* mho_status_message(mho_status s) noexcept {
  switch (s) {
    case MHO_STATUS_OK:
      return "fine";
    case MHO_STATUS_NOT_CONVERGED:
      return "usable: an iteration did not converge";
    case MHO_STATUS_SATURATED:
      return "usable: a converter or amplifier clipped";
    case MHO_STATUS_SINGULAR:
      return "failed: a Gram matrix or noise covariance is singular in single precision";
    case MHO_STATUS_NOT_FINITE:
      return "failed: NaN or infinity in the input, or on the way";
    case MHO_STATUS_OUT_OF_RANGE:
      return "failed: a column norm, a noise variance or a result lies beyond what floats hold";
    case MHO_STATUS_UNSTABLE:
      return "failed: an analogue feedback loop does not settle";
    default:
      return "no status of mho's";
  }
}

mho_error mho_standard_target(char* name, size_t size) noexcept {
  if (name == nullptr || size == 0) return MHO_BAD_VALUE;
  return mho::c::guarded(name, size, [&] {
    for (const mho::target_info& target : mho::targets())
      if (target.standard) mho::c::say(target.name, name, size);
    return MHO_NONE;
  });
}

}  // extern "C"
