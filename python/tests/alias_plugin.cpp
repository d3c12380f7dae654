// A kind of detector that is another one: what makes a Python function's detector besides mho.ber.
#include <mho/plugin.hpp>
#include <mho/registry.hpp>

namespace {

std::vector<mho::detector_kind> kinds() {
  mho::capabilities can;
  can.more_tx_than_rx = true;
  return {{"alias",
           "the detector of another kind",
           can,
           {{"kind", std::string("zf"), "", "its name"}},
           [](const mho::options& values) {
             return mho::make_detector({std::get<std::string>(values.at("kind")), {}});
           }}};
}

}  // namespace

MHO_PLUGIN(kinds)
