#include "references.hpp"

#include <algorithm>

#include "toml_reader.hpp"

namespace mho::sim {
namespace {

bool is_digital(const detector_settings& d) { return d.accelerator.empty(); }

// The digital kind of the same criterion; "" if the name tells none. The one-step pseudo-inverse is zero
// forcing.
std::string counterpart(const std::string& kind) {
  const std::string prefix = "analog-";
  if (kind.rfind(prefix, 0) != 0) return "";
  const std::string criterion = kind.substr(prefix.size());
  return criterion == "ginv" ? "zf" : criterion;
}

std::vector<std::string> all_ids(const scenario& s) {
  std::vector<std::string> ids;
  for (const detector_settings& d : s.detectors)
    for (std::string& id : curve_ids(d)) ids.push_back(std::move(id));
  return ids;
}

}  // namespace

std::string reference_of(const scenario& s, std::size_t which) {
  const detector_settings& d = s.detectors[which];
  if (!d.reference.empty()) return d.reference;
  const auto first = [&](auto fits) {
    const auto found = std::find_if(s.detectors.begin(), s.detectors.end(), fits);
    return found == s.detectors.end() || found->id == d.id ? std::string() : curve_ids(*found)[0];
  };
  if (!is_digital(d)) {
    const std::string same = counterpart(d.spec.name);
    for (const std::string& name : {same, same + "-double"})
      if (std::string id =
              first([&](const detector_settings& o) { return is_digital(o) && o.spec.name == name; });
          !id.empty())
        return id;
  }
  return first(is_digital);
}

std::vector<std::size_t> reference_curves(const scenario& s) {
  const std::vector<std::string> ids = all_ids(s);
  std::vector<std::size_t> references;
  for (std::size_t d = 0; d < s.detectors.size(); ++d) {
    const std::string wanted = reference_of(s, d);
    const auto found = std::find(ids.begin(), ids.end(), wanted);
    for (const std::string& own : curve_ids(s.detectors[d]))
      references.push_back(wanted.empty() || own == wanted || found == ids.end()
                               ? no_reference
                               : static_cast<std::size_t>(found - ids.begin()));
  }
  return references;
}

std::string wrong_reference(const scenario& s, std::size_t which) {
  const std::string& given = s.detectors[which].reference;
  const std::vector<std::string> ids = all_ids(s);
  if (given.empty() || std::find(ids.begin(), ids.end(), given) != ids.end()) return "";
  std::string allowed;
  for (const std::string& id : ids) allowed += (allowed.empty() ? "" : ", ") + id;
  return "must be the id of a curve (" + allowed + "); the nearest is " + nearest_choice(given, ids);
}

}  // namespace mho::sim
