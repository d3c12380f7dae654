#include "bindings.hpp"

PYBIND11_MODULE(_mho, module) {
  module.doc() = "The compiled part of mho.";
  module.attr("__version__") = MHO_VERSION;
  mho::python::bind_constellation(module);
  mho::python::bind_detector(module);
  mho::python::bind_simulator(module);
}
