#include "difference.hpp"

#include <algorithm>

namespace mho::sim {
namespace {

constexpr std::size_t longest = 60;

std::string below(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

const json& entry(const json& table, const std::string& key) {
  static const json none;
  const auto found = table.find(key);
  return found == table.end() ? none : *found;
}

}  // namespace

std::string in_words(const json& value) {
  if (value.is_null()) return "none";
  if (value.is_object()) return "a table";
  if (value.is_array() &&
      std::any_of(value.begin(), value.end(), [](const json& e) { return e.is_structured(); }))
    return "a list";
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (value.is_string()) text = text.substr(1, text.size() - 2);
  return text.size() <= longest ? text : text.substr(0, longest) + "...";
}

std::string difference(const std::string& path, const json& there, const json& here) {
  if (here.is_object() && there.is_object()) {
    for (const json* table : {&here, &there})
      for (const auto& item : table->items()) {
        const std::string& key = item.key();
        std::string found = difference(below(path, key), entry(there, key), entry(here, key));
        if (!found.empty()) return found;
      }
    return "";
  }
  if (here.is_array() && !here.empty() && here[0].is_object() && there.is_array()) {
    for (std::size_t i = 0; i < std::min(here.size(), there.size()); ++i) {
      std::string found = difference(below(path, std::to_string(i)), there[i], here[i]);
      if (!found.empty()) return found;
    }
    if (here.size() == there.size()) return "";
    return path + " has " + std::to_string(there.size()) + " entries there, " + std::to_string(here.size()) +
           " here";
  }
  if (there == here) return "";
  return path + " is " + in_words(there) + " there, " + in_words(here) + " here";
}

}  // namespace mho::sim
