/// \file
/// The class Detector of Python.
#pragma once

#include <pybind11/numpy.h>

#include <complex>
#include <memory>
#include <mho/detector.hpp>
#include <mho/parallel.hpp>
#include <mho/registry.hpp>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "callable_detector.hpp"
#include "options.hpp"
#include "requests.hpp"

namespace mho::python {

/// Keyword arguments that say which part of a batch, and who its problems are.
struct part_request {
  std::size_t begin = 0;
  std::optional<std::size_t> end;
  std::uint64_t stream = 0, first = 0;
  unsigned threads = 1;

  call which() const {
    call c;
    c.begin = begin;
    if (end) c.end = *end;
    c.stream = stream;
    c.first = first;
    return c;
  }
  bool is_partial() const { return begin != 0 || end.has_value(); }
  unsigned slots() const { return threads > 0 ? threads : std::max(1u, std::thread::hardware_concurrency()); }
};

/// A detector of the library that makes room by itself unless `reserve` was called. Calls from several Python
/// threads run one after another, without the GIL.
class numpy_detector {
 public:
  numpy_detector(const std::string& name, const py::dict& given)
      : name_(kind_of(name)), detector_(value_of(make_detector({name_, to_options(given)}))) {
    values_ = value_of(complete(value_of(find_detector(name_)).schema, to_options(given)));
  }

  const std::string& name() const { return name_; }
  py::dict options_dict() const { return to_dict(values_); }
  py::dict capabilities_dict() const { return to_dict(detector_->can()); }
  std::size_t steps() const { return detector_->steps(); }

  void reserve(const shape& room) {
    error e = error::none;
    {
      const py::gil_scoped_release without_gil;
      const std::lock_guard lock(guard_);
      e = detector_->reserve(room);
      if (e == error::none) {
        room_ = room;
        is_own_ = false;
        prepared_ = 0;
      }
    }
    check(e, "reserve", in_words(room));
  }

  void prepare(const channel_request& in, const part_request& part, std::size_t uses) {
    shape known;
    error e = error::none;
    {
      const py::gil_scoped_release without_gil;
      const std::lock_guard lock(guard_);
      e = make_room(in, part, uses);
      if (e == error::none)
        e = part.threads == 1 ? detector_->prepare(in.batch, part.which())
                              : parallel::prepare(*detector_, in.batch, part.which(), part.threads);
      if (e == error::none) prepared_ = in.batch.matrix.extent[0];
      known = room_;
    }
    check(e, "prepare", "channel " + shape_of(in.matrix.array) + ", " + in_words(known));
  }

  py::object apply(py::handle received, const output_request& wanted, const part_request& part) {
    const shape known = look().room;
    const received_request request(received, wanted, known.tx, steps(), part.is_partial());
    error e = error::none;
    {
      const py::gil_scoped_release without_gil;
      const std::lock_guard lock(guard_);
      e = part.threads == 1
              ? detector_->apply(request.batch(), request.into(), part.which())
              : parallel::apply(*detector_, request.batch(), request.into(), part.which(), part.threads);
    }
    check(e, "apply",
          "received (" + std::to_string(request.problems()) + ", " + std::to_string(request.uses()) + ", " +
              std::to_string(request.rows()) + "), " + in_words(known) +
              (request.uses() > known.uses
                   ? "; prepare(..., uses=" + std::to_string(request.uses()) + ") makes room for as many uses"
                   : ""));
    return request.detection();
  }

  py::object detect(const channel_request& in, py::handle received, const output_request& wanted,
                    const part_request& part) {
    const received_request request(received, wanted, in.batch.matrix.extent[2], steps(), part.is_partial());
    shape known;
    error e = error::none;
    {
      const py::gil_scoped_release without_gil;
      const std::lock_guard lock(guard_);
      e = make_room(in, part, request.uses());
      if (e == error::none)
        e = part.threads == 1 ? detector_->detect(in.batch, request.batch(), request.into(), part.which())
                              : parallel::detect(*detector_, in.batch, request.batch(), request.into(),
                                                 part.which(), part.threads);
      if (e == error::none) prepared_ = in.batch.matrix.extent[0];
      known = room_;
    }
    check(e, "detect",
          "channel " + shape_of(in.matrix.array) + ", received (" + std::to_string(request.problems()) +
              ", " + std::to_string(request.uses()) + ", " + std::to_string(request.rows()) + "), " +
              in_words(known));
    return request.detection();
  }

  py::object weights(const py::object& out) {
    for (;;) {
      const state before = look();
      const target to =
          out.is_none()
              ? target(py::dtype::of<std::complex<float>>(), extents_of_weights(before), false)
              : target(out, "out", py::dtype::of<std::complex<float>>(), extents_of_weights(before));
      error e = error::none;
      {
        const py::gil_scoped_release without_gil;
        const std::lock_guard lock(guard_);
        // Another thread may have prepared something else meanwhile, of which these would be a part.
        if (extents_of_weights({room_, prepared_}) != extents_of_weights(before)) continue;
        e = prepared_ == 0 ? error::not_prepared : detector_->weights(to.of_step(0, 1, element::cf32), {});
      }
      check(e, "weights", in_words(before.room));
      return to.object();
    }
  }

  py::array_t<std::uint8_t> prepared_status() {
    std::vector<std::uint8_t> found;
    {
      const py::gil_scoped_release without_gil;
      const std::lock_guard lock(guard_);
      found.resize(prepared_);
      for (std::size_t p = 0; p < prepared_; ++p)
        found[p] = static_cast<std::uint8_t>(detector_->prepared(p));
    }
    return py::array_t<std::uint8_t>(static_cast<py::ssize_t>(found.size()), found.data());
  }

 private:
  // The name of a kind that lives as long as the process.
  static std::string kind_of(const std::string& name) {
    if (is_callable_kind(name))
      raise(name + ": a Python function given to mho.ber, of which there is no Detector; call it yourself",
            "unknown_name");
    return name;
  }

  // What may change under the hands of whoever does not hold `guard_`.
  struct state {
    shape room;
    std::size_t prepared;
  };

  state look() {
    const py::gil_scoped_release without_gil;
    const std::lock_guard lock(guard_);
    return {room_, prepared_};
  }

  static std::vector<py::ssize_t> extents_of_weights(const state& now) {
    const auto size = [](std::size_t n) { return static_cast<py::ssize_t>(n); };
    return {size(now.prepared), size(now.room.tx),
            size(now.room.is == form::gram ? now.room.tx : now.room.rx)};
  }

  static std::string in_words(const shape& r) {
    if (r.problems == 0) return "nothing reserved";
    return "room for " + std::to_string(r.problems) + " problems of " + std::to_string(r.rx) + "x" +
           std::to_string(r.tx) + " with " + std::to_string(r.uses) + " uses";
  }

  // Room for this, unless the caller made some. Only larger rooms are made anew.
  error make_room(const channel_request& in, const part_request& part, std::size_t uses) {
    if (!is_own_) return error::none;
    const view& h = in.batch.matrix;
    constexpr unsigned most_bits = 12;  // asking for fewer saves nothing
    shape wanted{h.extent[0], h.extent[1],    h.extent[2],
                 uses,        part.slots(),   most_bits,
                 in.batch.is, in.is_coloured, in.batch.noise.problems_per_entry};
    if (!in.is_coloured) wanted.problems_per_noise_entry = 1;
    const bool alike = room_.problems > 0 && room_.rx == wanted.rx && room_.tx == wanted.tx &&
                       room_.is == wanted.is && room_.coloured_noise == wanted.coloured_noise &&
                       room_.problems_per_noise_entry == wanted.problems_per_noise_entry;
    if (alike && room_.problems >= wanted.problems && room_.uses >= wanted.uses &&
        room_.slots >= wanted.slots)
      return error::none;
    if (alike) {
      wanted.problems = std::max(wanted.problems, room_.problems);
      wanted.slots = std::max(wanted.slots, room_.slots);
    }
    const error e = detector_->reserve(wanted);
    prepared_ = 0;
    room_ = e == error::none ? wanted : shape{};
    return e;
  }

  std::string name_;
  std::unique_ptr<detector> detector_;
  options values_;
  std::mutex guard_;  // of all below, and of calls of the detector; waited for without the GIL, which its
                      // holder may need
  shape room_;
  bool is_own_ = true;
  std::size_t prepared_ = 0;
};

}  // namespace mho::python
