#include <pybind11/complex.h>
#include <pybind11/numpy.h>

#include <algorithm>
#include <complex>
#include <cstring>
#include <mho/constellation.hpp>

#include "arrays.hpp"
#include "bindings.hpp"
#include "error.hpp"

namespace mho::python {
namespace {

using cf32 = std::complex<float>;
template <class T>
using contiguous = py::array_t<T, py::array::c_style | py::array::forcecast>;

mapping mapping_of(const std::string& name) {
  if (name == "3gpp") return mapping::three_gpp;
  if (name == "paper") return mapping::paper;
  raise("mapping: must be one of 3gpp, paper, not " + name, "bad_value");
}

// The array's shape, its last extent multiplied by `times` and divided by `over`.
std::vector<py::ssize_t> scaled_shape(const py::array& a, std::size_t times, std::size_t over = 1) {
  std::vector<py::ssize_t> shape(a.shape(), a.shape() + a.ndim());
  if (shape.empty()) raise("must be an array of one dimension or more", "bad_shape");
  shape.back() = shape.back() * static_cast<py::ssize_t>(times) / static_cast<py::ssize_t>(over);
  return shape;
}

// As bytes, but no other number that a cast would turn into a bit: 256, -255, 0.5.
contiguous<std::uint8_t> read_bits(const py::object& given) {
  const py::array a = py::array::ensure(given);
  if (!a) {
    PyErr_Clear();
    raise("map: must be an array of bits", "bad_value");
  }
  const char kind = a.dtype().kind();
  if (std::strchr("biuf", kind) == nullptr)
    raise("map: bits must be 0 or 1, not of the type " + text_of(a.dtype()), "bad_value");
  const py::module_ numpy = py::module_::import("numpy");
  const py::object binary = numpy.attr("logical_or")(numpy.attr("equal")(a, 0), numpy.attr("equal")(a, 1));
  if (!numpy.attr("all")(binary).cast<bool>()) raise("map: bits must be 0 or 1", "bad_value");
  return a.cast<contiguous<std::uint8_t>>();
}

py::array_t<cf32> map_bits(const constellation& c, const py::object& given) {
  const contiguous<std::uint8_t> bits = read_bits(given);
  if (bits.ndim() == 0 || bits.shape(bits.ndim() - 1) % c.bits() != 0)
    raise("map: the last axis must hold a multiple of " + std::to_string(c.bits()) + " bits", "bad_shape");
  py::array_t<cf32> symbols(scaled_shape(bits, 1, c.bits()));
  const std::span in(bits.data(), static_cast<std::size_t>(bits.size()));
  const std::span out(symbols.mutable_data(), static_cast<std::size_t>(symbols.size()));
  const py::gil_scoped_release without_gil;
  c.map(in, out);
  return symbols;
}

py::array_t<std::uint8_t> slice(const constellation& c, const contiguous<cf32>& x) {
  py::array_t<std::uint8_t> bits(scaled_shape(x, c.bits()));
  const std::span in(x.data(), static_cast<std::size_t>(x.size()));
  const std::span out(bits.mutable_data(), static_cast<std::size_t>(bits.size()));
  const py::gil_scoped_release without_gil;
  c.slice(in, out);
  return bits;
}

py::array_t<float> llr(const constellation& c, const contiguous<cf32>& x, const py::object& variance,
                       const std::string& rule) {
  const demapper how = demapper_of(rule);
  const py::object shape = x.attr("shape");
  const contiguous<float> each =
      py::module_::import("numpy").attr("broadcast_to")(variance, shape).cast<contiguous<float>>();
  py::array_t<float> out(scaled_shape(x, c.bits()));
  const std::span in(x.data(), static_cast<std::size_t>(x.size()));
  const std::span of_each(each.data(), in.size());
  const std::span to(out.mutable_data(), static_cast<std::size_t>(out.size()));
  const py::gil_scoped_release without_gil;
  c.llr(in, of_each, how, to);
  return out;
}

py::array_t<cf32> points(const constellation& c) {
  py::array_t<cf32> all(static_cast<py::ssize_t>(c.size()));
  std::copy(c.points().begin(), c.points().end(), all.mutable_data());
  return all;
}

}  // namespace

demapper demapper_of(const std::string& name) {
  if (name == "max_log") return demapper::max_log;
  if (name == "exact") return demapper::exact;
  raise("demapper: must be one of max_log, exact, not " + name, "bad_value");
}

std::vector<shared_constellation> constellations_of(py::handle given) {
  std::vector<shared_constellation> all;
  const auto add = [&](py::handle one) {
    if (py::isinstance<py::str>(one))
      all.push_back(
          std::make_shared<const constellation>(value_of(constellation::parse(one.cast<std::string>()))));
    else if (py::isinstance<constellation>(one))
      all.push_back(one.cast<std::shared_ptr<constellation>>());
    else
      raise("constellation: must be a Constellation, its name, or one of them a stream", "bad_value");
  };
  if (given.is_none()) return all;
  if (!py::isinstance<py::str>(given) && py::isinstance<py::sequence>(given))
    for (const py::handle one : given) add(one);
  else
    add(given);
  return all;
}

void bind_constellation(py::module_& module) {
  py::class_<constellation, std::shared_ptr<constellation>>(
      module, "Constellation",
      "Square Gray QAM of unit average energy: qpsk, 16qam, 64qam, 256qam, 1024qam or 4096qam.\n\n"
      "mapping: which bits name which point, '3gpp' (TS 38.211) or 'paper'. Immutable.")
      .def(
          py::init([](const std::string& name, const std::string& mapping) {
            return std::make_shared<constellation>(value_of(constellation::parse(name, mapping_of(mapping))));
          }),
          py::arg("name"), py::arg("mapping") = "3gpp")
      .def_property_readonly("size", &constellation::size, "How many points.")
      .def_property_readonly("bits", &constellation::bits, "Bits a symbol.")
      .def_property_readonly(
          "mapping", [](const constellation& c) { return c.labels() == mapping::paper ? "paper" : "3gpp"; },
          "'3gpp' or 'paper'.")
      .def_property_readonly(
          "points", &points,
          "All points, complex64 [size], indexed by label: a symbol's bits read as a binary "
          "number, the first one most significant.")
      .def("map", &map_bits, py::arg("bits"),
           "Symbols, complex64 [..., n], of [..., n * bits] bits: any type whose values are 0 and 1.")
      .def("slice", &slice, py::arg("x"), "Hard decisions, uint8 [..., n * bits], of complex64 [..., n].")
      .def(
          "llr", &llr, py::arg("x"), py::arg("variance"), py::arg("demapper") = "max_log",
          "ln P(bit = 0) / P(bit = 1), float32 [..., n * bits], of x = symbol + CN(0, variance) noise.\n\n"
          "x: complex64 [..., n]; variance: anything that broadcasts to it; demapper: 'max_log' or 'exact'.\n"
          "An infinite variance gives zeros.")
      .def("__repr__", [](const constellation& c) {
        return "<mho.Constellation of " + std::to_string(c.size()) + " points, mapping " +
               (c.labels() == mapping::paper ? "paper>" : "3gpp>");
      });
}

}  // namespace mho::python
