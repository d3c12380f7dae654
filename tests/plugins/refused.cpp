// Plugins that something is wrong with, one a definition MHO_PLUGIN_...
#include <mho/plugin.hpp>

#include <stdexcept>

namespace {

// Two outputs a vector, zeros: the simulator knows no curves for them.
class two_steps final : public mho::detector {
 public:
  two_steps() : detector({}, 2) {}

 private:
  mho::error do_reserve(const mho::shape&) override { return mho::error::none; }
  mho::error do_prepare(const mho::channel_batch&, const mho::call&,
                        std::span<mho::status>) noexcept override {
    return mho::error::none;
  }
  mho::error do_apply(const mho::received_batch&, std::span<const mho::output>,
                      const mho::call&) const noexcept override {
    return mho::error::unsupported;
  }
};

[[maybe_unused]] mho::result<std::unique_ptr<mho::detector>> make(const mho::options&) {
#ifdef MHO_PLUGIN_make_throws
  throw std::runtime_error("no licence");
#endif
  return std::unique_ptr<mho::detector>(std::make_unique<two_steps>());
}

[[maybe_unused]] std::vector<mho::detector_kind> kinds() {
#ifdef MHO_PLUGIN_throws
  throw std::runtime_error("no licence");
#endif
#ifdef MHO_PLUGIN_none
  return {};
#endif
#ifdef MHO_PLUGIN_taken
  return {{"mine", "", {}, {}, make}, {"zf", "", {}, {}, make}};
#endif
  return {{"mine", "", {}, {}, make}};
}

}  // namespace

#if defined(MHO_PLUGIN_other_interface) || defined(MHO_PLUGIN_other_abi) || defined(MHO_PLUGIN_other_layout)
// As such a plugin's own headers would have it; its list must never be called.
extern "C" MHO_API const mho::plugin_description* mho_plugin() {
  static mho::plugin_description description = {mho::plugin_interface, mho::plugin_abi, mho::plugin_layout(),
                                                [](std::vector<mho::detector_kind>&) { std::abort(); }};
#if defined(MHO_PLUGIN_other_interface)
  description.interface_number = 99;
  description.abi = nullptr;
#elif defined(MHO_PLUGIN_other_abi)
  description.abi = "Itanium C++ ABI, libc++";
#else
  description.layout ^= 1;
#endif
  return &description;
}
#elif !defined(MHO_PLUGIN_no_entry)
MHO_PLUGIN(kinds)
#endif
