#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <atomic>
#include <complex>
#include <future>
#include <optional>

#include "accelerator_arguments.hpp"
#include "bindings.hpp"
#include "callable_detector.hpp"
#include "engine.hpp"
#include "error.hpp"
#include "files.hpp"
#include "for_chunks.hpp"
#include "lists.hpp"
#include "plugin.hpp"
#include "refusal.hpp"
#include "result_file.hpp"
#include "scenario_reader.hpp"
#include "solve.hpp"

namespace mho::python {
namespace {

// A scenario, as a file or a text, and how it is run.
struct ber_request {
  std::string path;
  std::optional<sim::scenario_text> text;
  std::vector<std::string> sets;
  std::uint64_t seed = 1;
  unsigned threads = 1;
};

std::string run(const ber_request& request, const std::atomic<bool>& stop) {
  const sim::scenario s = request.text ? sim::read_scenario(*request.text, request.sets, request.seed)
                                       : sim::read_scenario(request.path, request.sets, request.seed);
  const result<sim::link> made = sim::link::make(s, {request.threads, s.stop.max_bits});
  if (!made) throw sim::refusal(s, made.message());
  sim::run_options options;
  options.threads = request.threads;
  options.stop = &stop;
  return sim::text_of(sim::to_json(s, sim::run_ber(*made, options)));
}

// Runs in another thread, while this one listens to Ctrl-C.
std::string run_listening(const ber_request& request) {
  std::atomic<bool> stop{false};
  auto done = std::async(std::launch::async, [&] { return run(request, stop); });
  for (;;) {
    {
      const py::gil_scoped_release without_gil;
      if (done.wait_for(std::chrono::milliseconds(50)) == std::future_status::ready) break;
    }
    if (PyErr_CheckSignals() == 0) continue;
    stop = true;
    const py::error_already_set interrupt;  // such as KeyboardInterrupt
    {
      const py::gil_scoped_release without_gil;
      done.wait();
    }
    throw py::error_already_set(interrupt);
  }
  return done.get();
}

std::string ber_json(const std::string& path, const std::optional<std::string>& toml, const std::string& name,
                     bool has_lines, const std::vector<std::string>& sets, std::uint64_t seed,
                     unsigned threads, const py::dict& functions) {
  constexpr std::uint64_t most_seed = (std::uint64_t{1} << 53) - 1;
  if (seed > most_seed) raise("seed: must be from 0 to 2^53-1", "bad_value");
  ber_request request{path, std::nullopt, sets, seed, threads > 0 ? threads : sim::available_threads()};
  if (toml) request.text = sim::scenario_text{*toml, name, has_lines, {}};
  if (functions.empty()) return guarded([&] { return run_listening(request); });
  // Here: functions see this thread, and Ctrl-C reaches them. They would only wait for each other in others.
  const callables callable(functions);
  if (!request.text)
    request.text = guarded([&] {
      sim::check_readable(path);
      return sim::scenario_text{sim::read_file(path), path, true, {}};
    });
  request.text->detectors = callable.names();
  request.threads = 1;
  return guarded([&] {
    try {
      const py::gil_scoped_release without_gil;
      return run(request, std::atomic<bool>{false});
    } catch (const std::logic_error&) {
      callable.rethrow();
      throw;
    }
  });
}

// b: [n], or empty.
std::string solve_json(const py::array& a, const py::array& b, bool is_complex,
                       const std::string& accelerator, const std::vector<std::string>& sets,
                       std::size_t cycles, std::uint64_t seed) {
  using contiguous = py::array_t<std::complex<double>, py::array::c_style | py::array::forcecast>;
  const auto entries_of = [&](const contiguous& from, std::size_t rows, std::size_t columns) {
    sim::csv_matrix m{rows, columns, is_complex, {}};
    m.entry.assign(from.data(), from.data() + from.size());
    return m;
  };
  const auto n = static_cast<std::size_t>(a.shape(0));
  const sim::csv_matrix matrix = entries_of(contiguous(a), n, n), rhs = entries_of(contiguous(b), n, 1);
  return guarded([&] {
    const py::gil_scoped_release without_gil;
    const options parameters = sim::accelerator_parameters(accelerator, sets);
    return sim::text_of(sim::solve_system(matrix, rhs, {parameters, cycles, seed, "a"}).report);
  });
}

std::string lists_json(const std::string& what) {
  sim::json all = sim::lists(what);
  if (all.contains("detectors")) {
    sim::json kept = sim::json::array();
    for (const sim::json& kind : all["detectors"])
      if (!is_callable_kind(kind["name"].get<std::string>())) kept.push_back(kind);
    all["detectors"] = std::move(kept);
  }
  return sim::text_of(all);
}

}  // namespace

void bind_simulator(py::module_& module) {
  module.def("ber_json", &ber_json, py::arg("path"), py::arg("toml"), py::arg("name"), py::arg("has_lines"),
             py::arg("sets"), py::arg("seed"), py::arg("threads"), py::arg("functions"),
             "The content of result.json: of the file `path`, or of `toml` if that is not None.");
  module.def("solve_json", &solve_json, py::arg("a"), py::arg("b"), py::arg("is_complex"),
             py::arg("accelerator"), py::arg("sets"), py::arg("cycles"), py::arg("seed"),
             "What mho solve --json prints of a [n, n] and b [n], which must have been checked.");
  module.def("lists_json", &lists_json, py::arg("what"), "What mho list WHAT --json prints.");
  module.def(
      "load_plugin",
      [](const py::object& path) {
        const std::string name = py::module_::import("os").attr("fspath")(path).cast<std::string>();
        guarded([&] { sim::load_plugin(name); });
      },
      py::arg("path"),
      "Loads detectors from a shared object (docs/plugins.md): kinds for Detector and ber from then on.");
}

}  // namespace mho::python
