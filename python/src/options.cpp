#include "options.hpp"

#include <pybind11/stl.h>

#include <cstdint>
#include <string>

#include "error.hpp"

namespace mho::python {
namespace {

bool is_integer(py::handle value) { return PyIndex_Check(value.ptr()) != 0; }
bool is_number(py::handle value) {
  return is_integer(value) || py::isinstance<py::float_>(value) ||
         PyObject_HasAttrString(value.ptr(), "__float__") != 0;
}

std::int64_t to_integer(py::handle value) {
  return py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr())).cast<std::int64_t>();
}
double to_number(py::handle value) { return py::float_(py::reinterpret_borrow<py::object>(value)); }

option_value to_list(const std::string& name, py::handle value) {
  std::vector<std::int64_t> integers;
  std::vector<double> numbers;
  for (const py::handle entry : value) {
    if (!is_number(entry)) raise(name + ": must be a list of numbers", "bad_value");
    if (is_integer(entry)) integers.push_back(to_integer(entry));
    numbers.push_back(to_number(entry));
  }
  if (integers.size() == numbers.size()) return integers;
  return numbers;
}

}  // namespace

options to_options(const py::dict& given) {
  options values;
  for (const auto& [key, value] : given) {
    const std::string name = py::str(key);
    if (py::isinstance<py::bool_>(value))
      values[name] = value.cast<bool>();
    else if (py::isinstance<py::str>(value))
      values[name] = value.cast<std::string>();
    else if (py::isinstance<py::sequence>(value) || (PyObject_HasAttrString(value.ptr(), "__iter__") != 0))
      values[name] = to_list(name, value);
    else if (is_integer(value))
      values[name] = to_integer(value);
    else if (is_number(value))
      values[name] = to_number(value);
    else
      raise(name + ": must be a bool, an int, a float, a str or a list of numbers", "bad_value");
  }
  return values;
}

py::dict to_dict(const options& values) {
  py::dict d;
  for (const auto& [name, value] : values)
    d[py::str(name)] = std::visit([](const auto& v) -> py::object { return py::cast(v); }, value);
  return d;
}

py::dict to_dict(const capabilities& can) {
  const auto limit = [](std::size_t n) -> py::object {
    return n == SIZE_MAX ? py::object(py::none()) : py::object(py::int_(n));
  };
  py::list forms, native;
  for (const auto& [bit, name] : {std::pair(form::channel, "channel"), std::pair(form::gram, "gram")})
    if ((can.forms & static_cast<std::uint8_t>(bit)) != 0) forms.append(name);
  for (const auto& [bit, name] :
       {std::pair(native_estimate, "estimate"), std::pair(native_variance, "variance"),
        std::pair(native_llr, "llr"), std::pair(native_bits, "bits")})
    if ((can.native & bit) != 0) native.append(name);
  py::dict d;
  d["max_rx"] = limit(can.max_rx);
  d["max_tx"] = limit(can.max_tx);
  d["more_tx_than_rx"] = can.more_tx_than_rx;
  d["forms"] = forms;
  d["native"] = native;
  d["uses_prior"] = can.uses_prior;
  d["needs_symbols"] = can.needs_symbols;
  d["randomised"] = can.randomised;
  d["linear"] = can.linear;
  return d;
}

}  // namespace mho::python
