#include "peers/liquid.hpp"

namespace bench {

std::unique_ptr<liquid_qam> liquid_qam::make(std::size_t, std::string& reason) {
  reason = "built without liquid-dsp";
  return nullptr;
}

std::string liquid_identity() { return "none"; }

}  // namespace bench
