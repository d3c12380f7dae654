/// \file
/// Options and capabilities between Python and the library.
#pragma once

#include <pybind11/pybind11.h>

#include <mho/detector.hpp>
#include <mho/options.hpp>

namespace mho::python {

namespace py = pybind11;

/// Keyword arguments as options: bool, int, float, str, or a list of numbers.
options to_options(const py::dict& given);

/// Option values as Python has them.
py::dict to_dict(const options& values);

/// Capabilities as a dict; limits that there are not are None.
py::dict to_dict(const capabilities& can);

}  // namespace mho::python
