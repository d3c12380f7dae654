#include "callable_detector.hpp"

#include <pybind11/numpy.h>

#include <complex>
#include <exception>
#include <map>
#include <mho/registry.hpp>
#include <mutex>
#include <set>
#include <utility>

#include "arrays.hpp"
#include "error.hpp"

namespace mho::python {

// Functions and what went wrong in them, of one run. Touched with the GIL, but for `functions` while the run
// lives: then they stay as they are.
struct function_run {
  std::map<std::string, py::object> functions;
  std::exception_ptr failure;
  bool is_over = false;
};

namespace {

using cf32 = std::complex<float>;

// Of the run in this thread. A kind cannot be taken out of the registry, so it outlives its function.
thread_local callables* current = nullptr;

struct kinds {
  std::mutex guard;
  std::set<std::string> names;
};

// Nobody asks Python for anything while holding `guard`: who waits for it may hold the GIL.
kinds& the_kinds() {
  static kinds all;
  return all;
}

// Whoever lets go of it last, with the GIL or without.
void destroy(function_run* run) {
  if (Py_IsInitialized() == 0) return;
  const py::gil_scoped_acquire with_gil;
  delete run;
}

template <class T>
void fill(py::array_t<T>& to, const view& from) {
  T* at = to.mutable_data();
  for (std::size_t i = 0; i < from.extent[0]; ++i)
    for (std::size_t j = 0; j < from.extent[1]; ++j)
      for (std::size_t k = 0; k < from.extent[2]; ++k) *at++ = from.at<T>(i, j, k);
}

template <class T>
void copy_result(const py::object& given, const view& to, const std::string& what) {
  const std::vector<py::ssize_t> shape{static_cast<py::ssize_t>(to.extent[0]),
                                       static_cast<py::ssize_t>(to.extent[1]),
                                       static_cast<py::ssize_t>(to.extent[2])};
  py::object array = py::module_::import("numpy").attr("asarray")(given);
  // An estimate of another shape is a mistake; a variance may be one number.
  const py::tuple wanted = py::make_tuple(shape[0], shape[1], shape[2]);
  if constexpr (std::is_same_v<T, float>)
    array = py::module_::import("numpy").attr("broadcast_to")(array, wanted);
  else if (!py::tuple(array.attr("shape")).equal(wanted))
    throw py::value_error(what + " has the shape " + text_of(array.attr("shape")) +
                          ", [problem, use, tx] is " + text_of(wanted));
  const auto values = py::array_t<T, py::array::c_style | py::array::forcecast>::ensure(array);
  if (!values) throw py::error_already_set();
  const T* from = values.data();
  for (std::size_t i = 0; i < to.extent[0]; ++i)
    for (std::size_t j = 0; j < to.extent[1]; ++j)
      for (std::size_t k = 0; k < to.extent[2]; ++k) to.at<T>(i, j, k) = *from++;
}

}  // namespace

// Keeps channel and noise; a Python function does the rest.
class callable_detector final : public detector {
 public:
  callable_detector(std::string name, std::shared_ptr<function_run> run)
      : detector(abilities(), 1), name_(std::move(name)), run_(std::move(run)) {}

  static capabilities abilities() {
    capabilities can;
    can.more_tx_than_rx = true;
    return can;
  }

  static result<std::unique_ptr<detector>> make(const std::string& name) {
    if (current != nullptr && current->run_->functions.count(name) > 0)
      return std::unique_ptr<detector>(std::make_unique<callable_detector>(name, current->run_));
    return {error::unknown_name,
            name + ": a Python function of another call of mho.ber; give it again: detectors={\"" + name +
                "\": ..}"};
  }

 private:
  error do_reserve(const shape& room) override {
    channel_.resize(room.problems * room.rx * room.tx);
    noise_.resize(room.problems);
    return error::none;
  }

  error do_prepare(const channel_batch& in, const call& which, std::span<status> state) noexcept override {
    const std::size_t rx = room().rx, tx = room().tx;
    for (std::size_t i = 0; i < state.size(); ++i) {
      const std::size_t p = which.begin + i;
      for (std::size_t r = 0; r < rx; ++r)
        for (std::size_t k = 0; k < tx; ++k) channel_[(p * rx + r) * tx + k] = in.matrix.at<cf32>(i, r, k);
      noise_[p] = in.noise.values.at<float>(i);
    }
    return error::none;
  }

  error do_apply(const received_batch& in, std::span<const output> into,
                 const call& which) const noexcept override {
    const py::gil_scoped_acquire with_gil;
    // A detector may outlive its run, in the hands of a plugin: nobody hears then what its function throws.
    if (run_->is_over || run_->failure != nullptr) return error::unsupported;
    try {
      const py::object function = run_->functions.at(name_);
      const auto size = [](std::size_t n) { return static_cast<py::ssize_t>(n); };
      const std::size_t problems = in.vectors.extent[0], uses = in.vectors.extent[1], rx = room().rx,
                        tx = room().tx;
      // Copies: a function may keep what it got, or write into it.
      py::array_t<cf32> h({size(problems), size(rx), size(tx)});
      py::array_t<cf32> y({size(problems), size(uses), size(rx)});
      py::array_t<float> n0(size(problems));
      std::copy_n(channel_.data() + which.begin * rx * tx, problems * rx * tx, h.mutable_data());
      std::copy_n(noise_.data() + which.begin, problems, n0.mutable_data());
      fill(y, in.vectors);
      py::object result = function(h, y, n0), variance = py::float_(1.0);
      if (py::isinstance<py::tuple>(result)) {
        const auto pair = py::tuple(result);
        if (pair.size() != 2)
          throw py::value_error(name_ + " must return an estimate, or an estimate and its variance");
        variance = pair[1];
        result = pair[0];
      }
      copy_result<cf32>(result, into[0].estimate, name_ + " returned an estimate that");
      copy_result<float>(variance, into[0].variance, name_ + " returned a variance that");
      return error::none;
    } catch (...) {
      run_->failure = std::current_exception();
      return error::unsupported;
    }
  }

  std::string name_;
  std::shared_ptr<function_run> run_;
  std::vector<cf32> channel_;  // [problem, rx, tx]
  std::vector<float> noise_;   // [problem]
};

namespace {

// Makes it a kind, once. Errors: name_taken by a kind of the library or a plugin, bad_value.
error make_kind(const std::string& name) {
  kinds& all = the_kinds();
  const std::lock_guard lock(all.guard);
  if (all.names.count(name) > 0) return error::none;
  const error e = register_detector(
      {name, "a Python function", callable_detector::abilities(), {}, [name](const options&) {
         return callable_detector::make(name);
       }});
  if (e == error::none) all.names.insert(name);
  return e;
}

}  // namespace

callables::callables(const py::dict& functions) : run_(new function_run, &destroy), outer_(current) {
  // str() of a key may run Python code, which may change the dict.
  const auto items = py::reinterpret_steal<py::list>(PyDict_Items(functions.ptr()));
  for (const py::handle item : items) {
    const auto [key, function] = item.cast<std::pair<py::object, py::object>>();
    const std::string name = text_of(key);
    if (PyCallable_Check(function.ptr()) == 0)
      raise("detectors: " + name + ": must be callable", "bad_value");
    if (const error e = make_kind(name); e != error::none)
      raise("detectors: " + name + ": " + to_string(e) + "; see mho.detectors()", to_string(e));
    run_->functions[name] = function;
  }
  current = this;
}

callables::~callables() {
  current = outer_;
  run_->is_over = true;
  // A function that keeps a detector of its own would be kept by it for good.
  const auto released = std::exchange(run_->functions, {});
}

bool callables::empty() const { return run_->functions.empty(); }

std::vector<std::string> callables::names() const {
  std::vector<std::string> all;
  for (const auto& [name, function] : run_->functions) all.push_back(name);
  return all;
}

void callables::rethrow() const {
  if (run_->failure != nullptr) std::rethrow_exception(std::exchange(run_->failure, nullptr));
}

bool is_callable_kind(const std::string& kind) {
  kinds& all = the_kinds();
  const std::lock_guard lock(all.guard);
  return all.names.count(kind) > 0;
}

}  // namespace mho::python
