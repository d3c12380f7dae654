#include "error.hpp"

namespace mho::python {
namespace {

// As error.hpp of the library says.
const char* meaning(error e) {
  switch (e) {
    case error::none:
      return "done";
    case error::bad_shape:
      return "shapes or strides do not fit each other or what was reserved";
    case error::bad_range:
      return "begin, end or the slot lies outside of what was reserved, or parts an entry of the noise";
    case error::too_large:
      return "more than room was made for";
    case error::not_prepared:
      return "some problem was not prepared";
    case error::unsupported:
      return "this detector does not take such an input, or has no such output";
    case error::overlap:
      return "an output lies over an input";
    case error::unknown_name:
      return "no such name";
    case error::bad_value:
      return "a value of the wrong type or outside its range";
    case error::name_taken:
      return "the name is taken";
    case error::no_memory:
      return "memory ran out";
  }
  return "";
}

}  // namespace

void raise(const std::string& message, const std::string& code) {
  const py::object type = py::module_::import("mho._error").attr("Error");
  const py::object instance = type(message, code);
  PyErr_SetObject(type.ptr(), instance.ptr());
  throw py::error_already_set();
}

void check(error e, const std::string& doing, const std::string& context) {
  if (e == error::none) return;
  raise(doing + ": " + to_string(e) + ": " + meaning(e) + (context.empty() ? "" : "; " + context),
        to_string(e));
}

}  // namespace mho::python
