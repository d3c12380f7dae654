#include "plugin.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <mho/plugin.hpp>
#include <mutex>

#include "files.hpp"
#include "fnv.hpp"
#include "input_error.hpp"

namespace mho::sim {
namespace {

struct loaded {
  std::mutex guard;
  std::vector<plugin_origin> plugins;
};

loaded& the_loaded() {
  static loaded one;
  return one;
}

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw input_error("--plugin: " + path + ": " + what);
}

// The dynamic linker begins with the path, which the message has already.
std::string linker_message(const std::string& path) {
  const char* text = dlerror();
  std::string what = text != nullptr ? text : "unknown reason";
  if (what.rfind(path + ": ", 0) == 0) what.erase(0, path.size() + 2);
  return what;
}

std::string digest_of(const std::string& bytes) {
  fnv_digest sum;
  for (const char c : bytes) sum.add(static_cast<unsigned char>(c));
  return sum.text();
}

// A kind whose `make` cannot throw: what it throws is an error that names the plugin.
detector_kind guarded(detector_kind kind, const std::string& path) {
  if (!kind.make) return kind;
  const std::string blame = "--plugin: " + path + ": " + kind.name;
  kind.make = [make = std::move(kind.make),
               blame](const options& values) -> result<std::unique_ptr<detector>> {
    try {
      result<std::unique_ptr<detector>> made = make(values);
      if (made && *made == nullptr) return {error::bad_value, blame + " made no detector"};
      return made;
    } catch (const std::exception& e) {
      return {error::bad_value, blame + " threw: " + e.what()};
    } catch (...) {
      return {error::bad_value, blame + " threw something that is no std::exception"};
    }
  };
  return kind;
}

// f(), a function of the plugin.
template <class F>
auto called(const F& f, const std::string& path) {
  try {
    return f();
  } catch (const std::exception& e) {
    refuse(path, std::string("threw: ") + e.what());
  } catch (...) {
    refuse(path, "threw something that is no std::exception");
  }
}

std::vector<detector_kind> kinds_of(const plugin_description& plugin, const std::string& path) {
  std::vector<detector_kind> kinds = called(
      [&] {
        std::vector<detector_kind> listed;
        plugin.list(listed);
        return listed;
      },
      path);
  if (kinds.empty()) refuse(path, "has no kind of detector");
  return kinds;
}

std::string content_of(const std::string& path) {
  try {
    return read_file(path);
  } catch (const std::exception& e) {
    refuse(path, e.what());
  }
}

void check_description(const plugin_description* plugin, const std::string& path) {
  if (plugin == nullptr)
    refuse(path, "mho_plugin() returned nothing; write it with MHO_PLUGIN of mho/plugin.hpp");
  if (plugin->interface_number != plugin_interface)
    refuse(path, fmt::format("was built for plugin interface {}, this program has {}: build it with this "
                             "program's headers",
                             plugin->interface_number, plugin_interface));
  if (plugin->abi == nullptr || std::string(plugin->abi) != plugin_abi)
    refuse(path,
           fmt::format("was built under another C++ ABI ({}) than this program ({}): build it with this "
                       "program's compiler",
                       plugin->abi != nullptr ? plugin->abi : "unknown", plugin_abi));
  if (plugin->layout != plugin_layout())
    refuse(path,
           "was built with headers of another mho, whose classes are laid out differently: build it with "
           "this program's headers");
}

}  // namespace

void load_plugin(const std::string& path) {
  std::error_code failed;
  if (!std::filesystem::exists(path, failed)) refuse(path, "no such file");
  if (!std::filesystem::is_regular_file(path, failed))
    refuse(path, "no shared object: it is no regular file");
  const std::string bytes = content_of(path);
  // A name without a folder would be looked for in the system's libraries.
  const std::string full = std::filesystem::absolute(path).string();
  void* object = dlopen(full.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (object == nullptr) refuse(path, "no shared object that can be loaded: " + linker_message(full));
  using entry_point = const plugin_description* (*)();
  const auto entry = reinterpret_cast<entry_point>(dlsym(object, "mho_plugin"));
  if (entry == nullptr) {
    dlclose(object);
    refuse(path, "no plugin: it has no function mho_plugin; write it with MHO_PLUGIN of mho/plugin.hpp");
  }
  // From here on the object stays: kinds and exceptions live in it.
  const plugin_description* description = called(entry, path);
  check_description(description, path);
  std::vector<detector_kind> kinds = kinds_of(*description, path);
  plugin_origin origin{std::filesystem::path(path).filename().string(), digest_of(bytes), {}};
  for (const detector_kind& kind : kinds) {
    if (kind.name.empty() || !kind.make) refuse(path, "has a kind without a name or without make");
    const bool twice = std::find(origin.kinds.begin(), origin.kinds.end(), kind.name) != origin.kinds.end();
    if (twice || find_detector(kind.name))
      refuse(path, "its detector " + kind.name + " has a name that is taken; see mho list detectors");
    origin.kinds.push_back(kind.name);
  }
  for (detector_kind& kind : kinds)
    if (register_detector(guarded(std::move(kind), path)) != error::none)
      refuse(path, "one of its names is taken; see mho list detectors");
  loaded& all = the_loaded();
  const std::lock_guard lock(all.guard);
  all.plugins.push_back(std::move(origin));
}

void load_plugins(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) load_plugin(path);
}

std::optional<plugin_origin> plugin_of(const std::string& kind) {
  loaded& all = the_loaded();
  const std::lock_guard lock(all.guard);
  for (const plugin_origin& plugin : all.plugins)
    if (std::find(plugin.kinds.begin(), plugin.kinds.end(), kind) != plugin.kinds.end()) return plugin;
  return std::nullopt;
}

}  // namespace mho::sim
