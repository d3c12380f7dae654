/// \file
/// How mho reports: `error` for a call, `status` for a problem, `result<T>` for a value or the reason there
/// is none.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <mho/config.h>

namespace mho {

/// What was wrong with a *call*. Nothing was written when a call returns anything but `none`, but for
/// `no_memory` (see there).
enum class error : std::uint8_t {
  none,          ///< done
  bad_shape,     ///< extents or strides of a view do not fit each other or the reserved shape
  bad_range,     ///< `call::begin`, `end` or `slot` lies outside what was reserved, or parts an entry of the
                 ///< noise
  too_large,     ///< more than `reserve` made room for
  not_prepared,  ///< `apply` for a problem that was never prepared
  unsupported,   ///< a form, element type, input or output that this detector or this version does not handle
  overlap,  ///< the addresses of an output view and of an input view of the same call meet: the range from
            ///< the first to the last element of each, whatever lies between
  unknown_name,  ///< no detector kind, option or preset of that name
  bad_value,     ///< an option's value has the wrong type or lies outside its range
  name_taken,    ///< `register_detector` with a name that exists
  no_memory,  ///< memory ran out in `reserve`; or in `prepare`, `apply` or `detect` of an analogue detector
              ///< whose circuit allocates (docs/analogue-model.md), and then its range is not prepared
              ///< (`prepare`, `detect`), or outputs may hold part of the results (`apply`, `detect`)
};

/// The enumerator's name, such as "too_large".
MHO_API const char* to_string(error e) noexcept;

/// What became of one *problem* (or one received vector of it). In band: a bad problem never stops its
/// neighbours.
///
/// `ok` and the degraded ones are written and usable. A failed one has estimate 0, variance +inf and LLRs 0.
enum class status : std::uint8_t {
  ok = 0,
  not_converged = 1,  ///< degraded: an iteration did not converge; of the analogue detectors: it left
                      ///< solver.residual_limit or more of the residual, or its updates still say more error
                      ///< than the noise. Without it a result need not be exact
  saturated = 2,      ///< degraded: a converter or amplifier clipped
  singular = 16,  ///< failed: a Cholesky pivot <= tx * 2^-23 * its diagonal entry, of the Gram matrix (mmse:
                  ///< plus N0, so equal columns are fine there) or of a noise covariance
  not_finite = 17,    ///< failed: NaN or infinity in the input, or on the way
  out_of_range = 18,  ///< failed: a squared column norm outside [2^-100, 2^100], a negative noise variance,
                      ///< or a post-equalisation variance beyond float, whether it is asked for or not (mmse:
                      ///< also of a stream that rounding errors of the others drown)
  unstable = 19,      ///< failed: an analogue feedback loop that does not settle
};

/// The enumerator's name, such as "not_converged".
MHO_API const char* to_string(status s) noexcept;

/// Nothing usable was written.
constexpr bool is_failed(status s) noexcept { return static_cast<std::uint8_t>(s) >= 16; }
/// Usable, but not what it could be.
constexpr bool is_degraded(status s) noexcept { return s != status::ok && !is_failed(s); }

/// A value, or an error with a sentence that says what was wrong and what is allowed.
template <class T>
class result {
 public:
  /// There is one.
  result(T value) : value_(std::move(value)) {}
  /// There is none, and why.
  result(error e, std::string message) : error_(e), message_(std::move(message)) {}

  /// Whether there is a value.
  explicit operator bool() const noexcept { return value_.has_value(); }
  /// The same, spelt out.
  bool ok() const noexcept { return value_.has_value(); }
  /// `error::none` when there is a value.
  error code() const noexcept { return error_; }
  /// What was wrong and what is allowed; "" when there is a value.
  const std::string& message() const noexcept { return message_; }

  /// The value. Throws std::runtime_error with the message when there is none; nothing else in mho throws.
  T& value() & {
    check();
    return *value_;
  }
  /// The same of a constant result.
  const T& value() const& {
    check();
    return *value_;
  }
  /// The same, moved out of a temporary result.
  T&& value() && {
    check();
    return std::move(*value_);
  }
  /// The value, unchecked.
  T& operator*() & { return *value_; }
  /// The value, unchecked.
  const T& operator*() const& { return *value_; }
  /// A member of the value, unchecked.
  T* operator->() { return &*value_; }
  /// A member of the value, unchecked.
  const T* operator->() const { return &*value_; }

 private:
  void check() const {
    if (!value_) throw std::runtime_error(message_);
  }

  std::optional<T> value_;
  error error_ = error::none;
  std::string message_;
};

}  // namespace mho
