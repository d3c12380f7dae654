/// \file
/// What Detector.apply and Detector.detect are asked for.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "bindings.hpp"

namespace mho::python {

/// Channel and noise.
struct channel_request {
  input matrix;
  std::optional<input> noise_values;
  channel_batch batch;
  bool is_coloured = false;
};

/// channel: [problem, rx, tx], or G [problem, tx, tx] in the form "gram". noise: a number, [entry], [entry,
/// rx] or [entry, rx, rx], of which noise_kind says what it is.
channel_request read_channel(py::handle channel, py::handle noise, const std::string& form,
                             const std::string& noise_kind, std::size_t problems_per_noise_entry);

/// Options of apply and detect that say what comes out.
struct output_request {
  py::object constellation, outputs, out, prior_llr;
  std::string demapper;
  std::optional<std::string> llr_type;  // without one that of out["llr"], or float32
  float llr_scale = 1;
};

/// Received vectors and where results go.
class received_request {
 public:
  /// partial: the call leaves some problems out, whose new outputs are zeros.
  received_request(py::handle received, const output_request& wanted, std::size_t tx, std::size_t steps,
                   bool partial);

  const received_batch& batch() const { return batch_; }
  std::span<const output> into() const { return into_; }
  std::size_t problems() const { return vectors_.seen.extent[0]; }
  std::size_t uses() const { return vectors_.seen.extent[1]; }
  std::size_t rows() const { return vectors_.seen.extent[2]; }
  /// mho.Detection, once the detector has written.
  py::object detection() const;

 private:
  target make_target(const std::string& name, const output_request& wanted, const py::dtype& type,
                     std::size_t steps, std::size_t last, bool partial) const;

  input vectors_;
  std::optional<input> prior_;
  std::vector<shared_constellation> symbols_;
  std::vector<const constellation*> symbol_pointers_;
  target estimate_, variance_, llr_, bits_, status_;
  received_batch batch_;
  std::unique_ptr<std::uint64_t> saturated_;  // of all steps; none without integer LLRs
  std::vector<output> into_;
};

}  // namespace mho::python
