/// \file
/// Python functions as detectors of the simulator.
#pragma once

#include <pybind11/pybind11.h>

#include <exception>
#include <map>
#include <string>
#include <vector>

namespace mho::python {

namespace py = pybind11;

/// The functions that runs of this thread may call, while it lives. Their names become kinds of detectors,
/// which nothing but such a run can make. Throws mho.Error if a name is taken by another kind. With the GIL
/// held.
class callables {
 public:
  explicit callables(const py::dict& functions);
  ~callables();
  callables(const callables&) = delete;
  callables& operator=(const callables&) = delete;

  /// Whether there is none.
  bool empty() const { return functions_.empty(); }
  /// Their names.
  std::vector<std::string> names() const;
  /// Throws what a function threw first, if one did.
  void rethrow() const;

 private:
  friend class callable_detector;
  std::map<std::string, py::object> functions_;
  mutable std::exception_ptr failure_;
  callables* outer_ = nullptr;
};

/// Whether the kind stands for functions.
bool is_callable_kind(const std::string& kind);

}  // namespace mho::python
