#include <pybind11/stl.h>

#include "bindings.hpp"
#include "numpy_detector.hpp"

namespace mho::python {
namespace {

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
    "use, bits], ln P(bit=0)/P(bit=1), of llr_type 'float32', 'int8' or 'int16' (by default that of "
    "out['llr'], "
    "or\n"
    "float32) in units of llr_scale, and bits uint8 likewise; saturated counts the integer LLRs that were "
    "clipped. Detectors with several steps (cycles) put the step first: [step, problem, use, ..].\n"
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
                 const std::optional<std::string>& llr_type, float llr_scale, const py::object& prior_llr,
                 std::uint64_t stream, std::uint64_t first, std::size_t begin, std::optional<std::size_t> end,
                 unsigned threads) {
            return d.apply(received, {constellation, outputs, out, prior_llr, demapper, llr_type, llr_scale},
                           part(stream, first, begin, end, threads));
          },
          py::arg("received"), py::kw_only(), py::arg("constellation") = py::none(),
          py::arg("demapper") = "max_log", py::arg("outputs") = py::none(), py::arg("out") = py::none(),
          py::arg("llr_type") = py::none(), py::arg("llr_scale") = 1.0f, py::arg("prior_llr") = py::none(),
          py::arg("stream") = 0, py::arg("first") = 0, py::arg("begin") = 0, py::arg("end") = py::none(),
          py::arg("threads") = 1, apply_doc)
      .def(
          "detect",
          [part](numpy_detector& d, const py::object& channel, const py::object& noise,
                 const py::object& received, const std::string& form, const std::string& noise_kind,
                 std::size_t per_entry, const py::object& constellation, const std::string& demapper,
                 const py::object& outputs, const py::object& out, const std::optional<std::string>& llr_type,
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
          py::arg("llr_type") = py::none(), py::arg("llr_scale") = 1.0f, py::arg("prior_llr") = py::none(),
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
