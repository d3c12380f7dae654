/// \file
/// The built-in kinds, one function a file of src/detect; the registry's table lists them.
#pragma once

#include <mho/registry.hpp>

namespace mho {

detector_kind mrc_kind();
detector_kind zf_kind();
detector_kind mmse_kind();
detector_kind mrc_double_kind();
detector_kind zf_double_kind();
detector_kind mmse_double_kind();
detector_kind analog_zf_kind();
detector_kind analog_mmse_kind();
detector_kind analog_ginv_kind();

/// A kind without options.
template <class Detector>
detector_kind plain_kind(std::string name, std::string summary) {
  return {std::move(name), std::move(summary), Detector::abilities(), {}, [](const options&) {
            return result<std::unique_ptr<detector>>(std::make_unique<Detector>());
          }};
}

}  // namespace mho
