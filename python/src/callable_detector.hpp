/// \file
/// Python functions as detectors of the simulator.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <vector>

namespace mho::python {

namespace py = pybind11;

struct function_run;

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
  bool empty() const;
  /// Their names.
  std::vector<std::string> names() const;
  /// Throws what a function threw first, if one did.
  void rethrow() const;

 private:
  friend class callable_detector;
  std::shared_ptr<function_run> run_;  // shared with its detectors, which may outlive it
  callables* outer_ = nullptr;
};

/// Whether the kind stands for functions: mho.ber alone makes those.
bool is_callable_kind(const std::string& kind);

}  // namespace mho::python
