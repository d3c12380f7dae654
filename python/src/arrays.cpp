#include "arrays.hpp"

#include <algorithm>
#include <complex>
#include <cstring>

namespace mho::python {
namespace {

// Whether it can be seen as it is: every element where a stride in elements leads.
template <class T>
bool is_seen(const py::array& a) {
  if (!py::isinstance<py::array_t<T>>(a)) return false;
  constexpr auto size = static_cast<py::ssize_t>(sizeof(T));
  for (py::ssize_t k = 0; k < a.ndim(); ++k)
    if (a.strides(k) % size != 0) return false;
  return reinterpret_cast<std::uintptr_t>(a.data()) % alignof(T) == 0;
}

template <class T>
view see(const py::array& a) {
  std::array<std::size_t, 3> extent{1, 1, 1};
  std::array<std::ptrdiff_t, 3> stride{};
  for (py::ssize_t k = 0; k < a.ndim(); ++k) {
    extent[static_cast<std::size_t>(k)] = static_cast<std::size_t>(a.shape(k));
    stride[static_cast<std::size_t>(k)] = a.strides(k) / static_cast<py::ssize_t>(sizeof(T));
  }
  return strided(static_cast<const T*>(a.data()), extent, stride);
}

}  // namespace

std::string shape_of(const py::array& a) {
  std::string text = "(";
  for (py::ssize_t k = 0; k < a.ndim(); ++k) text += (k > 0 ? ", " : "") + std::to_string(a.shape(k));
  return text + (a.ndim() == 1 ? ",)" : ")");
}

template <class T>
input read(py::handle given, const std::string& name, const std::string& dimensions) {
  py::array a = py::array::ensure(given);
  if (!a) {
    PyErr_Clear();
    raise(name + ": must be an array " + dimensions, "bad_value");
  }
  const auto rank = 1 + std::count(dimensions.begin(), dimensions.end(), ',');
  if (a.ndim() != rank)
    raise(name + ": must be " + dimensions + ", has the shape " + shape_of(a), "bad_shape");
  const char kind = a.dtype().kind();
  const bool is_complex = std::is_same_v<T, std::complex<float>>;
  if (std::strchr(is_complex ? "fciu" : "fiu", kind) == nullptr)
    raise(name + ": must be " + (is_complex ? "complex" : "real") + " numbers, has the type " +
              text_of(a.dtype()),
          "bad_value");
  if (!is_seen<T>(a)) a = py::array_t<T, py::array::c_style | py::array::forcecast>::ensure(a);
  if (!a) throw py::error_already_set();
  return {a, see<T>(a)};
}

template input read<std::complex<float>>(py::handle, const std::string&, const std::string&);
template input read<float>(py::handle, const std::string&, const std::string&);

target::target(py::handle given, const std::string& name, const py::dtype& type,
               std::vector<py::ssize_t> shape)
    : wanted_(true) {
  if (!py::isinstance<py::array>(given)) raise(name + ": must be a NumPy array", "bad_value");
  array_ = py::reinterpret_borrow<py::array>(given);
  if (!array_.dtype().equal(type))
    raise(name + ": must be of type " + text_of(type) + ", not " + text_of(array_.dtype()), "unsupported");
  const bool fits = static_cast<std::size_t>(array_.ndim()) == shape.size() &&
                    std::equal(shape.begin(), shape.end(), array_.shape());
  if (!fits) {
    std::string wanted;
    for (const py::ssize_t n : shape) wanted += (wanted.empty() ? "" : ", ") + std::to_string(n);
    raise(name + ": must have the shape (" + wanted + "), not " + shape_of(array_), "bad_shape");
  }
  bool seen =
      array_.writeable() && reinterpret_cast<std::uintptr_t>(array_.data()) %
                                    static_cast<std::size_t>(std::min<py::ssize_t>(4, type.itemsize())) ==
                                0;
  for (py::ssize_t k = 0; k < array_.ndim(); ++k)
    seen =
        seen && array_.strides(k) % type.itemsize() == 0 && (array_.strides(k) != 0 || array_.shape(k) < 2);
  if (!seen) raise(name + ": must be writeable, aligned and not broadcast", "bad_value");
  data_ = static_cast<char*>(array_.mutable_data());
}

target::target(const py::dtype& type, std::vector<py::ssize_t> shape, bool zeros)
    : wanted_(true), array_(type, std::move(shape)) {
  data_ = static_cast<char*>(array_.mutable_data());
  if (zeros) std::memset(data_, 0, static_cast<std::size_t>(array_.nbytes()));
}

void* target::data_of_step(std::size_t step, std::size_t steps) const {
  return data_ + (steps > 1 ? static_cast<py::ssize_t>(step) * array_.strides(0) : 0);
}

view target::of_step(std::size_t step, std::size_t steps, element type, float scale) const {
  if (!wanted_) return {};
  const py::ssize_t first = steps > 1 ? 1 : 0;
  view v;
  v.data = data_of_step(step, steps);
  v.type = type;
  v.scale = scale;
  for (py::ssize_t k = 0; k < 3; ++k) {
    v.extent[static_cast<std::size_t>(k)] = static_cast<std::size_t>(array_.shape(first + k));
    v.stride[static_cast<std::size_t>(k)] = array_.strides(first + k) / array_.itemsize();
  }
  return v;
}

bool target::is_contiguous() const { return (array_.flags() & py::array::c_style) != 0; }

}  // namespace mho::python
