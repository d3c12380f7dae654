#include "hdf5.hpp"

#include <algorithm>
#include <complex>

namespace mho::sim {
namespace {

// Before the first call of HDF5: what it would do when the process ends is to write what it could not write
// before, with parts of it freed (1.10 then ends by SIGSEGV). Whatever is opened here is closed here.
std::recursive_mutex& library() {
  static std::recursive_mutex lock;
  [[maybe_unused]] static const herr_t stays_away = H5dont_atexit();
  return lock;
}

}  // namespace

hdf5_guard::hdf5_guard() : lock_(library()) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // of this thread, where HDF5 was built to know of several
}

std::string hdf5_reason() {
  const hdf5_guard guard;
  std::string reason;
  const auto keep = [](unsigned, const H5E_error2_t* e, void* to) -> herr_t {
    if (e->desc != nullptr) *static_cast<std::string*>(to) = e->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep, &reason);  // from the call that was made inwards
  // Of a system call it says much, the system's own words among it.
  const std::string quoted = "error message = '";
  if (const std::size_t from = reason.find(quoted); from != std::string::npos) {
    reason.erase(0, from + quoted.size());
    reason.erase(std::min(reason.size(), reason.find('\'')));
  }
  return reason.empty() ? "HDF5 does not say why" : reason;
}

hdf5_handle hdf5_complex(const std::string& real, const std::string& imaginary) {
  const hdf5_guard guard;
  hdf5_handle type(H5Tcreate(H5T_COMPOUND, sizeof(std::complex<float>)), H5Tclose);
  H5Tinsert(type.get(), real.c_str(), 0, H5T_NATIVE_FLOAT);
  H5Tinsert(type.get(), imaginary.c_str(), sizeof(float), H5T_NATIVE_FLOAT);
  return type;
}

}  // namespace mho::sim
