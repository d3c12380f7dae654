#include "refusal.hpp"

namespace mho::sim {

input_error refusal(const scenario& s, const std::string& key_and_reason) {
  std::string key = key_and_reason.substr(0, key_and_reason.find(": "));
  for (;;) {
    if (const auto place = s.places.find(key); place != s.places.end())
      return input_error(place->second + ": " + key_and_reason);
    const std::size_t point = key.rfind('.');
    if (point == std::string::npos) break;
    key.erase(point);
  }
  return input_error((s.file.empty() ? "" : s.file + ": ") + key_and_reason);
}

}  // namespace mho::sim
