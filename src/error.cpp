#include <mho/error.hpp>

namespace mho {

const char* to_string(error e) noexcept {
  switch (e) {
    case error::none:
      return "none";
    case error::bad_shape:
      return "bad_shape";
    case error::bad_range:
      return "bad_range";
    case error::too_large:
      return "too_large";
    case error::not_prepared:
      return "not_prepared";
    case error::unsupported:
      return "unsupported";
    case error::overlap:
      return "overlap";
    case error::unknown_name:
      return "unknown_name";
    case error::bad_value:
      return "bad_value";
    case error::name_taken:
      return "name_taken";
    case error::no_memory:
      return "no_memory";
  }
  return "?";
}

const char* to_string(status s) noexcept {
  switch (s) {
    case status::ok:
      return "ok";
    case status::not_converged:
      return "not_converged";
    case status::saturated:
      return "saturated";
    case status::singular:
      return "singular";
    case status::not_finite:
      return "not_finite";
    case status::out_of_range:
      return "out_of_range";
    case status::unstable:
      return "unstable";
  }
  return "?";
}

}  // namespace mho
