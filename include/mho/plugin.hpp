/// \file
/// Detectors of your own from a shared object, for `mho ber --plugin FILE.so` and every program that loads
/// such files as it does. A plugin is one source with
///
///     #include <mho/plugin.hpp>
///     std::vector<mho::detector_kind> my_kinds() { return {...}; }
///     MHO_PLUGIN(my_kinds)
///
/// built as a shared object that links the shared libmho: examples/plugin.cpp, docs/plugins.md.
#pragma once

#include <cstdint>
#include <vector>

#include <mho/registry.hpp>

/// \def MHO_PLUGIN_LIBRARY
/// The standard library that this header is compiled with; g++ and clang++ share an ABI, the libraries do
/// not.
#if defined(_LIBCPP_VERSION)
#define MHO_PLUGIN_LIBRARY "libc++"
#elif defined(_GLIBCXX_DEBUG)
#define MHO_PLUGIN_LIBRARY "libstdc++ with _GLIBCXX_DEBUG"
#elif defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI
#define MHO_PLUGIN_LIBRARY "libstdc++"
#else
#define MHO_PLUGIN_LIBRARY "libstdc++ without its C++11 ABI"
#endif
/// \def MHO_PLUGIN_COMPILER
/// The C++ ABI of the compiler.
#if defined(__GXX_ABI_VERSION)
#define MHO_PLUGIN_COMPILER "Itanium C++ ABI"
#else
#define MHO_PLUGIN_COMPILER "unknown C++ ABI"
#endif

namespace mho {

/// What a plugin may rely on; another number is refused. It changes with every change to the classes that a
/// plugin and its host hand each other, at the latest with the major version.
constexpr std::uint32_t plugin_interface = 1;

/// The ABI that this header is compiled under, in words; a plugin of another one is refused.
constexpr const char* plugin_abi = MHO_PLUGIN_COMPILER ", " MHO_PLUGIN_LIBRARY;

/// The sizes of what is handed over, folded into one number: a plugin whose headers were not the host's is
/// refused even where nobody thought of `plugin_interface`.
constexpr std::uint64_t plugin_layout() noexcept {
  std::uint64_t folded = 0;
  for (const std::size_t size :
       {sizeof(void*), sizeof(detector), sizeof(detector_kind), sizeof(capabilities), sizeof(option),
        sizeof(shape), sizeof(call), sizeof(view), sizeof(noise), sizeof(channel_batch),
        sizeof(received_batch), sizeof(output), sizeof(constellation)})
    folded = folded * 1000003 + size;
  return folded;
}

/// What a plugin exports through `mho_plugin`. Plain C up to `list`, so that it can be read before anything
/// is known of the plugin's compiler.
struct plugin_description {
  std::uint32_t interface_number;                ///< plugin_interface as the plugin was compiled
  const char* abi;                               ///< plugin_abi, likewise
  std::uint64_t layout;                          ///< plugin_layout(), likewise
  void (*list)(std::vector<detector_kind>& to);  ///< appends the plugin's kinds; may throw
};

}  // namespace mho

/// Defines the entry point of a plugin; once, outside of namespaces. function: returns the plugin's kinds as
/// std::vector<mho::detector_kind>; the host registers them (register_detector).
#define MHO_PLUGIN(function)                                                                           \
  extern "C" MHO_API const mho::plugin_description* mho_plugin() {                                     \
    static const mho::plugin_description description = {mho::plugin_interface, mho::plugin_abi,        \
                                                        mho::plugin_layout(),                          \
                                                        [](std::vector<mho::detector_kind>& to) {      \
                                                          for (mho::detector_kind & kind : function()) \
                                                            to.push_back(std::move(kind));             \
                                                        }};                                            \
    return &description;                                                                               \
  }
