/// \file
/// What goes wrong, as the exception mho.Error.
#pragma once

#include <pybind11/pybind11.h>

#include <exception>
#include <string>

#include <mho/error.hpp>

#include "input_error.hpp"

namespace mho::python {

namespace py = pybind11;

/// Raises mho.Error(message, code). With the GIL held.
[[noreturn]] void raise(const std::string& message, const std::string& code);

/// Raises it unless e is none. doing: the function's name; context: shapes and what was reserved.
void check(error e, const std::string& doing, const std::string& context = "");

/// The value of a result, or mho.Error with its message.
template <class T>
T value_of(result<T> r) {
  if (!r) raise(r.message(), to_string(r.code()));
  return std::move(*r);
}

/// f(), whose exceptions become mho.Error. Those of Python pass.
template <class F>
auto guarded(const F& f) {
  try {
    return f();
  } catch (const py::error_already_set&) {
    throw;
  } catch (const py::builtin_exception&) {
    throw;
  } catch (const sim::input_error& e) {
    raise(e.what(), "bad_input");
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    raise(e.what(), "failed");
  }
}

}  // namespace mho::python
