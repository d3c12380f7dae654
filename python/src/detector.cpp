#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <mho/detector.hpp>
#include <mho/parallel.hpp>
#include <mho/registry.hpp>
#include <mutex>
#include <thread>

#include "bindings.hpp"
#include "callable_detector.hpp"
#include "options.hpp"
#include "requests.hpp"

namespace mho::python {
namespace {

using cf32 = std::complex<float>;

// Keyword arguments that say which part of a batch, and who its problems are.
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

// A detector of the library that makes room by itself unless `reserve` was called. Calls from several Python
// threads run one after another, without the GIL.
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
    const shape known = room();
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
    const shape known = room();
    const auto size = [](std::size_t n) { return static_cast<py::ssize_t>(n); };
    const std::vector<py::ssize_t> extents{size(prepared_), size(known.tx),
                                           size(known.is == form::gram ? known.tx : known.rx)};
    const target to = out.is_none() ? target(py::dtype::of<cf32>(), extents, false)
                                    : target(out, "out", py::dtype::of<cf32>(), extents);
    error e = error::none;
    {
      const py::gil_scoped_release without_gil;
      const std::lock_guard lock(guard_);
      e = prepared_ == 0 ? error::not_prepared : detector_->weights(to.of_step(0, 1, element::cf32), {});
    }
    check(e, "weights", in_words(known));
    return to.object();
  }

  py::array_t<std::uint8_t> prepared_status() {
    py::array_t<std::uint8_t> all(static_cast<py::ssize_t>(prepared_));
    for (std::size_t p = 0; p < prepared_; ++p)
      all.mutable_data()[p] = static_cast<std::uint8_t>(detector_->prepared(p));
    return all;
  }

 private:
  // The name of a kind that lives as long as the process.
  static std::string kind_of(const std::string& name) {
    if (is_callable_kind(name))
      raise(name + ": a Python function given to mho.ber, of which there is no Detector; call it yourself",
            "unknown_name");
    return name;
  }

  shape room() {
    const py::gil_scoped_release without_gil;
    const std::lock_guard lock(guard_);
    return room_;
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
  std::mutex guard_;
  shape room_;
  bool is_own_ = true;
  std::size_t prepared_ = 0;
};

constexpr const char* class_doc =
    "A detector of the library: y = H x + n in, unbiased symbols and their noise variance out.\n\n"
    "name: a kind (mho.detectors()); options: its options, dotted ones as **{'array.size': 8}.\n"
    "A problem is one channel matrix with one or more received vectors (uses). Inputs are complex64 with "
    "any\n"
    "strides that are multiples of 8 bytes, negative and broadcast ones included, and are not copied; "
    "complex128 and\n"
    "everything else that NumPy can convert is, once a call. The GIL is released while the library works.\n"
    "Without `reserve`, room is made as it is needed.";
constexpr const char* prepare_doc =
    "Digests channels and noise; a bad problem is no error, `apply` reports it.\n\n"
    "channel: [problem, rx, tx], or G [problem, tx, tx] with form='gram'.\n"
    "noise: a variance, one a problem [problem], one an antenna [problem, rx], or a matrix [problem, rx, "
    "rx], of\n"
    "which noise_kind says what it is: 'covariance', 'cholesky' or 'whitener'; problems_per_noise_entry "
    "problems\n"
    "in a row share an entry. uses: received vectors a problem that will come, at most, unless `reserve` "
    "said so.\n"
    "threads: 0 for all processors. stream, first: identity of modelled randomness.";
constexpr const char* apply_doc =
    "Detects received vectors, complex [problem, use, rx], on prepared channels: a mho.Detection.\n\n"
    "estimate complex64 [problem, use, tx], unbiased; variance float32 [problem, use, tx] of its noise; "
    "status uint8\n"
    "[problem, use] (mho.Status); with a constellation (mho.Constellation, its name, or one a stream) llr "
    "[problem,\n"
    "use, bits], ln P(bit=0)/P(bit=1), of llr_type 'float32', 'int8' or 'int16' in units of llr_scale, and "
    "bits uint8\n"
    "likewise. Detectors with several steps (cycles) put the step first: [step, problem, use, ..].\n"
    "outputs: names of those to compute, all by default; the others are None. out: a mapping of names to "
    "arrays\n"
    "that results are written to, of exactly the shapes and types above; with out alone nothing else is "
    "computed.";

}  // namespace

void bind_detector(py::module_& module) {
  const auto part = [](std::uint64_t stream, std::uint64_t first, std::size_t begin,
                       std::optional<std::size_t> end, unsigned threads) {
    return part_request{begin, end, stream, first, threads};
  };
  py::class_<numpy_detector>(module, "Detector", class_doc)
      .def(py::init([](const std::string& name, const py::kwargs& given) {
             return std::make_unique<numpy_detector>(name, given);
           }),
           py::arg("name"))
      .def_property_readonly("name", &numpy_detector::name, "The kind.")
      .def_property_readonly("options", &numpy_detector::options_dict,
                             "Its options, defaults filled in; parameters of an accelerator where given.")
      .def_property_readonly(
          "capabilities", &numpy_detector::capabilities_dict,
          "What the kind can do: max_rx, max_tx (None: no limit), more_tx_than_rx, forms, native, "
          "uses_prior, needs_symbols, randomised, linear.")
      .def_property_readonly("steps", &numpy_detector::steps, "How many outputs a call yields.")
      .def(
          "reserve",
          [](numpy_detector& d, std::size_t problems, std::size_t rx, std::size_t tx, std::size_t uses,
             unsigned slots, unsigned bits, const std::string& form_name, bool coloured,
             std::size_t per_entry) {
            if (form_name != "channel" && form_name != "gram")
              raise("form: must be one of channel, gram, not " + form_name, "bad_value");
            d.reserve({problems, rx, tx, uses, slots, bits, form_name == "gram" ? form::gram : form::channel,
                       coloured, per_entry});
          },
          py::arg("problems"), py::arg("rx"), py::arg("tx"), py::kw_only(), py::arg("uses") = 1,
          py::arg("slots") = 1, py::arg("bits") = 12, py::arg("form") = "channel",
          py::arg("coloured_noise") = false, py::arg("problems_per_noise_entry") = 1,
          "Makes room, and forgets what was prepared: from here on no call allocates but for its results, "
          "and larger "
          "batches are refused.\n\nproblems and uses are upper limits, rx and tx exact; slots: threads at "
          "once; bits: "
          "most bits a symbol.")
      .def(
          "prepare",
          [part](numpy_detector& d, const py::object& channel, const py::object& noise, std::size_t uses,
                 const std::string& form, const std::string& noise_kind, std::size_t per_entry,
                 std::uint64_t stream, std::uint64_t first, std::size_t begin, std::optional<std::size_t> end,
                 unsigned threads) {
            d.prepare(read_channel(channel, noise, form, noise_kind, per_entry),
                      part(stream, first, begin, end, threads), uses);
          },
          py::arg("channel"), py::arg("noise"), py::kw_only(), py::arg("uses") = 1,
          py::arg("form") = "channel", py::arg("noise_kind") = "covariance",
          py::arg("problems_per_noise_entry") = 1, py::arg("stream") = 0, py::arg("first") = 0,
          py::arg("begin") = 0, py::arg("end") = py::none(), py::arg("threads") = 1, prepare_doc)
      .def(
          "apply",
          [part](numpy_detector& d, const py::object& received, const py::object& constellation,
                 const std::string& demapper, const py::object& outputs, const py::object& out,
                 const std::string& llr_type, float llr_scale, const py::object& prior_llr,
                 std::uint64_t stream, std::uint64_t first, std::size_t begin, std::optional<std::size_t> end,
                 unsigned threads) {
            return d.apply(received, {constellation, outputs, out, prior_llr, demapper, llr_type, llr_scale},
                           part(stream, first, begin, end, threads));
          },
          py::arg("received"), py::kw_only(), py::arg("constellation") = py::none(),
          py::arg("demapper") = "max_log", py::arg("outputs") = py::none(), py::arg("out") = py::none(),
          py::arg("llr_type") = "float32", py::arg("llr_scale") = 1.0f, py::arg("prior_llr") = py::none(),
          py::arg("stream") = 0, py::arg("first") = 0, py::arg("begin") = 0, py::arg("end") = py::none(),
          py::arg("threads") = 1, apply_doc)
      .def(
          "detect",
          [part](numpy_detector& d, const py::object& channel, const py::object& noise,
                 const py::object& received, const std::string& form, const std::string& noise_kind,
                 std::size_t per_entry, const py::object& constellation, const std::string& demapper,
                 const py::object& outputs, const py::object& out, const std::string& llr_type,
                 float llr_scale, const py::object& prior_llr, std::uint64_t stream, std::uint64_t first,
                 std::size_t begin, std::optional<std::size_t> end, unsigned threads) {
            return d.detect(read_channel(channel, noise, form, noise_kind, per_entry), received,
                            {constellation, outputs, out, prior_llr, demapper, llr_type, llr_scale},
                            part(stream, first, begin, end, threads));
          },
          py::arg("channel"), py::arg("noise"), py::arg("received"), py::kw_only(),
          py::arg("form") = "channel", py::arg("noise_kind") = "covariance",
          py::arg("problems_per_noise_entry") = 1, py::arg("constellation") = py::none(),
          py::arg("demapper") = "max_log", py::arg("outputs") = py::none(), py::arg("out") = py::none(),
          py::arg("llr_type") = "float32", py::arg("llr_scale") = 1.0f, py::arg("prior_llr") = py::none(),
          py::arg("stream") = 0, py::arg("first") = 0, py::arg("begin") = 0, py::arg("end") = py::none(),
          py::arg("threads") = 1,
          "prepare and apply in one, for channels that are used once: with one use a problem a detector may "
          "take a\n"
          "shorter way, which leaves nothing prepared. Arguments as theirs.")
      .def("weights", &numpy_detector::weights, py::arg("out") = py::none(),
           "W, complex64 [problem, tx, rx] ([problem, tx, tx] of G), of a prepared linear detector: estimate "
           "= W y. "
           "Failed problems have zeros.")
      .def("prepared_status", &numpy_detector::prepared_status,
           "What the last prepare found of each problem, uint8 [problem] (mho.Status).")
      .def("__repr__", [](const numpy_detector& d) { return "<mho.Detector " + d.name() + ">"; });
}

}  // namespace mho::python
