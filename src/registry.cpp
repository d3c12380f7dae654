#include <mho/registry.hpp>

#include <mho/config.h>

#include <algorithm>
#include <mutex>

#include "detect/builtin.hpp"

namespace mho {
namespace {

std::vector<detector_kind> built_in() {
  std::vector<detector_kind> kinds{mrc_kind(),        zf_kind(),        mmse_kind(),
                                   mrc_double_kind(), zf_double_kind(), mmse_double_kind()};
#if MHO_HAVE_ANALOG
  kinds.push_back(analog_zf_kind());
  kinds.push_back(analog_mmse_kind());
  kinds.push_back(analog_ginv_kind());
#endif
  return kinds;
}

struct table {
  std::mutex guard;
  std::vector<detector_kind> kinds = built_in();
};

table& the_table() {
  static table one;
  return one;
}

}  // namespace

std::vector<detector_kind> detector_kinds() {
  table& t = the_table();
  const std::lock_guard lock(t.guard);
  return t.kinds;
}

result<detector_kind> find_detector(std::string_view name) {
  const std::vector<detector_kind> kinds = detector_kinds();
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.name == name; });
  if (found != kinds.end()) return *found;
#if !MHO_HAVE_ANALOG
  if (name.starts_with("analog-"))
    return {error::unknown_name, "unknown detector " + std::string(name) +
                                     "; this build of mho has no analogue model (MHO_ANALOG=OFF)"};
#endif
  std::vector<std::string> names;
  for (const auto& kind : kinds) names.push_back(kind.name);
  return {error::unknown_name,
          "unknown detector " + std::string(name) + "; the nearest known one is " + nearest(name, names)};
}

result<std::unique_ptr<detector>> make_detector(const detector_spec& spec) {
  const result<detector_kind> kind = find_detector(spec.name);
  if (!kind) return {kind.code(), kind.message()};
  const result<options> values = complete(kind->schema, spec.values);
  if (!values) return {values.code(), spec.name + ": " + values.message()};
  return kind->make(*values);
}

error register_detector(detector_kind kind) {
  if (kind.name.empty() || !kind.make) return error::bad_value;
  table& t = the_table();
  const std::lock_guard lock(t.guard);
  for (const auto& known : t.kinds)
    if (known.name == kind.name) return error::name_taken;
  t.kinds.push_back(std::move(kind));
  return error::none;
}

}  // namespace mho
