/// \file
/// The parts of the module mho._mho.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <vector>

#include <mho/constellation.hpp>

namespace mho::python {

namespace py = pybind11;

/// The class Constellation.
void bind_constellation(py::module_& module);
/// The class Detector.
void bind_detector(py::module_& module);
/// ber_json, solve_json, lists_json, load_plugin.
void bind_simulator(py::module_& module);

using shared_constellation = std::shared_ptr<const constellation>;

/// None, a Constellation, the name of one, or a sequence of those, one a stream.
std::vector<shared_constellation> constellations_of(py::handle given);

/// "max_log" or "exact".
demapper demapper_of(const std::string& name);

}  // namespace mho::python
