/// \file
/// NumPy arrays as views.
#pragma once

#include <pybind11/numpy.h>

#include <string>
#include <vector>

#include <mho/detector.hpp>

#include "error.hpp"

namespace mho::python {

/// str() of a Python object.
inline std::string text_of(py::handle object) { return py::str(object).cast<std::string>(); }

/// "(64, 16, 4)".
std::string shape_of(const py::array& a);

/// An array and what sees it. Lives as long as the view is used.
struct input {
  py::array array;
  view seen;
};

/// An input of T with any strides that are multiples of the element; everything else that NumPy can turn into
/// T (complex128, byte-swapped, misaligned) is converted: one copy. dimensions: such as "[problem, rx, tx]",
/// of which there must be as many as the array has.
template <class T>
input read(py::handle given, const std::string& name, const std::string& dimensions);

/// Where the outputs named `name` of all steps go.
class target {
 public:
  /// Not wanted.
  target() = default;
  /// The caller's array: of exactly this type and shape, writeable, not broadcast.
  target(py::handle given, const std::string& name, const py::dtype& type, std::vector<py::ssize_t> shape);
  /// A new one. zeros: filled with them.
  target(const py::dtype& type, std::vector<py::ssize_t> shape, bool zeros);

  bool wanted() const { return wanted_; }
  /// The array, or None.
  py::object object() const { return wanted_ ? py::object(array_) : py::object(py::none()); }
  /// That of a step. steps: how many there are; with several they are the first axis.
  view of_step(std::size_t step, std::size_t steps, element type, float scale = 1) const;
  /// Whether its elements lie one after another.
  bool is_contiguous() const;
  /// The first element of a step.
  void* data_of_step(std::size_t step, std::size_t steps) const;

 private:
  bool wanted_ = false;
  py::array array_;
  char* data_ = nullptr;
};

}  // namespace mho::python
