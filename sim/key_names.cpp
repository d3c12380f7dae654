#include "key_names.hpp"

#include <cctype>
#include <map>
#include <set>

#include "toml_reader.hpp"

namespace mho::sim {
namespace {

bool ends_in(const std::string& key, const std::string& end) {
  return key == end || (key.size() > end.size() + 1 && key[key.size() - end.size() - 1] == '.' &&
                        key.compare(key.size() - end.size(), end.size(), end) == 0);
}

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

}  // namespace

std::string nearest_keys(const std::string& written, const std::vector<std::string>& known) {
  std::set<std::string> same;
  for (std::size_t at = 0; same.empty() && at < written.size();) {  // with ever fewer of its tables
    for (const std::string& key : known)
      if (ends_in(key, written.substr(at))) same.insert(key);
    const std::size_t point = written.find('.', at);
    at = point == std::string::npos ? written.size() : point + 1;
  }
  if (same.size() == 1) return "the nearest known one is " + *same.begin();
  if (!same.empty()) {
    std::string list;
    for (const std::string& key : same) list += (list.empty() ? "" : ", ") + key;
    return "the nearest known ones are " + list;
  }
  std::map<std::string, std::string> key_of;  // by every end of it
  for (const std::string& key : known) {
    key_of.emplace(key.substr(0, key.find('.')), key.substr(0, key.find('.')));  // its table
    for (std::size_t at = 0; at != std::string::npos; at = key.find('.', at)) {
      if (at > 0) ++at;
      key_of.emplace(key.substr(at), key);
    }
  }
  std::vector<std::string> ends;
  for (const auto& [end, key] : key_of) ends.push_back(end);
  return ends.empty() ? "" : "the nearest known one is " + key_of[nearest_choice(written, ends)];
}

std::string zero_hint(const std::string& text) {
  std::string mended;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool point = text[i] == '.';
    if (point && (i == 0 || !is_digit(text[i - 1]))) mended += '0';
    mended += text[i];
    if (point && (i + 1 == text.size() || !is_digit(text[i + 1]))) mended += '0';
  }
  if (mended == text) return "";
  try {
    static_cast<void>(toml::parse("v = " + mended + "\n"));
  } catch (const toml::parse_error&) {
    return "";
  }
  return "; TOML wants " + mended + ", not " + text;
}

}  // namespace mho::sim
