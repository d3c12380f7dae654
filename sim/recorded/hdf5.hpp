/// \file
/// HDF5's C library, as this folder uses it: its lock, its silence, and handles that close themselves.
#pragma once

#include <hdf5.h>

#include <mutex>
#include <string>
#include <utility>

#ifdef H5_HAVE_PARALLEL
#error "This is HDF5's parallel build; mho needs the serial one (Debian: libhdf5-dev)"
#endif

namespace mho::sim {

/// Only one thread at a time may be in HDF5, whose serial builds know of no others; and its own reports stay
/// off standard error. Held around every call; the holder may hold it again.
class hdf5_guard {
 public:
  hdf5_guard();

 private:
  std::lock_guard<std::recursive_mutex> lock_;
};

/// An identifier and the function that closes it. Negative: what was to be made or opened could not be.
class hdf5_handle {
 public:
  using closer = herr_t (*)(hid_t);

  hdf5_handle() = default;
  hdf5_handle(hid_t id, closer by) : id_(id), close_(by) {}
  hdf5_handle(hdf5_handle&& other) noexcept
      : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  hdf5_handle& operator=(hdf5_handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~hdf5_handle() { close(); }

  explicit operator bool() const { return id_ >= 0; }
  hid_t get() const { return id_; }
  /// Whether it could be closed; what was never open can.
  bool close() {
    if (id_ < 0) return true;
    const hdf5_guard guard;
    return close_(std::exchange(id_, H5I_INVALID_HID)) >= 0;
  }

 private:
  hid_t id_ = H5I_INVALID_HID;
  closer close_ = nullptr;
};

/// Why HDF5's last call of this thread failed: the system's words, or those of HDF5's innermost report. To be
/// asked before any other call, the closing of a handle too.
std::string hdf5_reason();

/// {r, i} of FP32, as h5py has complex64, with these names of the two parts.
hdf5_handle hdf5_complex(const std::string& real = "r", const std::string& imaginary = "i");

}  // namespace mho::sim
