#include "requests.hpp"

#include <algorithm>

namespace mho::python {
namespace {

constexpr std::array<const char*, 5> output_names{"estimate", "variance", "llr", "bits", "status"};

bool is_one_of(const std::string& name, py::handle names) {
  return py::reinterpret_borrow<py::object>(names).contains(name);
}

void check_names(py::handle names, const std::string& what) {
  for (const py::handle entry : names) {
    const std::string name = py::str(entry);
    if (std::find(output_names.begin(), output_names.end(), name) == output_names.end())
      raise(what + ": no output " + name + "; there are estimate, variance, llr, bits, status", "bad_value");
  }
}

// By what there is: a scalar, or arrays of one to three dimensions.
void read_noise(py::handle given, const std::string& kind, std::size_t problems_per_entry,
                channel_request& request) {
  noise& n = request.batch.noise;
  n.problems_per_entry = problems_per_entry;
  const py::array a = py::array::ensure(given);
  if (!a || a.ndim() > 3) {
    PyErr_Clear();
    raise("noise: must be a number or an array [entry], [entry, rx] or [entry, rx, rx]", "bad_value");
  }
  if (kind != "covariance" && kind != "cholesky" && kind != "whitener")
    raise("noise_kind: must be one of covariance, cholesky, whitener, not " + kind, "bad_value");
  if (a.ndim() == 0) {
    n.is = noise::scalar;
    n.value = py::float_(py::reinterpret_borrow<py::object>(given)).cast<float>();
    return;
  }
  if (a.ndim() == 1) {
    n.is = noise::per_problem;
    request.noise_values = read<float>(a, "noise", "[entry]");
  } else if (a.ndim() == 2) {
    n.is = noise::per_antenna;
    request.noise_values = read<float>(a, "noise", "[entry, rx]");
    view& v = request.noise_values->seen;
    v.extent = {v.extent[0], 1, v.extent[1]};
    v.stride = {v.stride[0], 0, v.stride[1]};
  } else {
    n.is = kind == "cholesky" ? noise::cholesky : kind == "whitener" ? noise::whitener : noise::covariance;
    request.noise_values = read<std::complex<float>>(a, "noise", "[entry, rx, rx]");
  }
  n.values = request.noise_values->seen;
  request.is_coloured = a.ndim() > 1;
}

// The name of the NumPy type that LLRs have.
std::string llr_type_of(const output_request& wanted) {
  if (wanted.llr_type) return *wanted.llr_type;
  if (wanted.out.is_none() || !wanted.out.contains("llr")) return "float32";
  const py::object given = wanted.out[py::str("llr")];
  if (!py::isinstance<py::array>(given)) return "float32";
  const py::dtype type = py::reinterpret_borrow<py::array>(given).dtype();
  for (const char* name : {"int8", "int16"})
    if (type.equal(py::dtype(name))) return name;
  return "float32";
}

}  // namespace

channel_request read_channel(py::handle channel, py::handle noise, const std::string& form,
                             const std::string& noise_kind, std::size_t problems_per_noise_entry) {
  if (form != "channel" && form != "gram")
    raise("form: must be one of channel, gram, not " + form, "bad_value");
  channel_request request;
  const bool is_gram = form == "gram";
  request.matrix =
      read<std::complex<float>>(channel, "channel", is_gram ? "[problem, tx, tx]" : "[problem, rx, tx]");
  request.batch.matrix = request.matrix.seen;
  request.batch.is = is_gram ? form::gram : form::channel;
  read_noise(noise, noise_kind, problems_per_noise_entry, request);
  return request;
}

target received_request::make_target(const std::string& name, const output_request& wanted,
                                     const py::dtype& type, std::size_t steps, std::size_t last,
                                     bool partial) const {
  std::vector<py::ssize_t> shape;
  if (steps > 1) shape.push_back(static_cast<py::ssize_t>(steps));
  shape.push_back(static_cast<py::ssize_t>(problems()));
  shape.push_back(static_cast<py::ssize_t>(uses()));
  if (name != "status") shape.push_back(static_cast<py::ssize_t>(last));
  const bool is_given = !wanted.out.is_none() && wanted.out.contains(name);
  // All that there is by default; with `out` what it names.
  bool is_wanted = is_given;
  if (!wanted.outputs.is_none())
    is_wanted = is_one_of(name, wanted.outputs);
  else if (wanted.out.is_none())
    is_wanted = (name != "llr" && name != "bits") || !symbols_.empty();
  if (!is_wanted) return {};
  if (is_given) return {wanted.out[py::str(name)], "out['" + name + "']", type, std::move(shape)};
  return {type, std::move(shape), partial};
}

received_request::received_request(py::handle received, const output_request& wanted, std::size_t tx,
                                   std::size_t steps, bool partial)
    : vectors_(read<std::complex<float>>(received, "received", "[problem, use, rx]")),
      symbols_(constellations_of(wanted.constellation)) {
  if (!wanted.outputs.is_none()) check_names(wanted.outputs, "outputs");
  if (!wanted.out.is_none()) check_names(wanted.out, "out");
  batch_.vectors = vectors_.seen;
  batch_.rule = demapper_of(wanted.demapper);
  std::size_t bits = 0;
  for (const shared_constellation& one : symbols_) {
    symbol_pointers_.push_back(one.get());
    bits += one->bits();
  }
  if (symbols_.size() == 1) bits *= tx;
  batch_.symbols = symbol_pointers_;
  if (!wanted.prior_llr.is_none()) {
    prior_ = read<float>(wanted.prior_llr, "prior_llr", "[problem, use, bit]");
    batch_.prior_llr = prior_->seen;
  }
  element llr_element = element::f32;
  const std::string llr_type = llr_type_of(wanted);
  if (llr_type == "int8")
    llr_element = element::i8;
  else if (llr_type == "int16")
    llr_element = element::i16;
  else if (llr_type != "float32")
    raise("llr_type: must be one of float32, int8, int16, not " + llr_type, "bad_value");
  const auto make = [&](const char* name, const char* type, std::size_t last) {
    return make_target(name, wanted, py::dtype(type), steps, last, partial);
  };
  estimate_ = make("estimate", "complex64", tx);
  variance_ = make("variance", "float32", tx);
  llr_ = make("llr", llr_type.c_str(), bits);
  if (llr_.wanted() && llr_element != element::f32) saturated_ = std::make_unique<std::uint64_t>(0);
  bits_ = make("bits", "uint8", bits);
  status_ = make("status", "uint8", 0);
  if ((llr_.wanted() || bits_.wanted()) && symbols_.empty())
    raise("constellation: missing; llr and bits need one", "bad_value");
  if (status_.wanted() && !status_.is_contiguous()) raise("out['status']: must be C-contiguous", "bad_value");
  for (std::size_t step = 0; step < steps; ++step) {
    output o;
    o.estimate = estimate_.of_step(step, steps, element::cf32);
    o.variance = variance_.of_step(step, steps, element::f32);
    o.llr = llr_.of_step(step, steps, llr_element, wanted.llr_scale);
    o.saturated = saturated_.get();
    o.bits = bits_.of_step(step, steps, element::u8);
    static_assert(sizeof(status) == 1);
    if (status_.wanted())
      o.state = {static_cast<status*>(status_.data_of_step(step, steps)), problems() * uses()};
    into_.push_back(o);
  }
}

py::object received_request::detection() const {
  return py::module_::import("mho._detection")
      .attr("Detection")(estimate_.object(), variance_.object(), llr_.object(), bits_.object(),
                         status_.object(), saturated_ ? py::object(py::int_(*saturated_)) : py::none());
}

}  // namespace mho::python
