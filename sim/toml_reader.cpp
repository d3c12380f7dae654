#include "toml_reader.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include "files.hpp"
#include "input_error.hpp"

namespace mho::sim {

std::string toml_source::place(const std::string& path, const toml::node* at) const {
  std::string where = file;
  // A table that stands nowhere in the file is there because --set wrote into it.
  const bool made = at != nullptr && at->source().begin.line == 0;
  for (const std::string& written : overridden)
    if (path == written || path.rfind(written + ".", 0) == 0 || (made && written.rfind(path + ".", 0) == 0))
      where = "--set";
  if (has_lines && where == file && at != nullptr && at->source().begin.line > 0)
    where += ":" + std::to_string(at->source().begin.line);
  return where;
}

void toml_source::fail(const std::string& path, const toml::node* at, const std::string& what) const {
  throw input_error(place(path, at) + ": " + path + ": " + what);
}

namespace {

void add_places(const toml::node& node, const std::string& path, const toml_source& source,
                std::map<std::string, std::string>& places) {
  if (!path.empty()) places[path] = source.place(path, &node);
  const std::string start = path.empty() ? "" : path + ".";
  if (const toml::table* table = node.as_table())
    for (const auto& [key, value] : *table) add_places(value, start + std::string(key.str()), source, places);
  if (const toml::array* list = node.as_array(); list != nullptr && list->is_array_of_tables())
    for (std::size_t i = 0; i < list->size(); ++i)
      add_places((*list)[i], start + std::to_string(i), source, places);
}

std::optional<std::int64_t> to_integer(const toml::node& node) {
  if (const auto v = node.value_exact<std::int64_t>()) return v;
  // 1e5 is how people write a number of bits.
  const auto v = node.value_exact<double>();
  if (!v || std::trunc(*v) != *v || std::abs(*v) > 0x1p53) return std::nullopt;
  return static_cast<std::int64_t>(*v);
}

}  // namespace

std::map<std::string, std::string> toml_source::places(const toml::table& document) const {
  std::map<std::string, std::string> places;
  add_places(document, "", *this, places);
  return places;
}

std::optional<option_value> to_option(const toml::node& node, const option_value& like) {
  if (std::holds_alternative<bool>(like)) {
    if (const auto v = node.value_exact<bool>()) return *v;
  } else if (std::holds_alternative<std::int64_t>(like)) {
    if (const auto v = to_integer(node)) return *v;
  } else if (std::holds_alternative<double>(like)) {
    if (const auto v = node.value_exact<double>()) return *v;
    if (const auto v = node.value_exact<std::int64_t>()) return static_cast<double>(*v);
  } else if (std::holds_alternative<std::string>(like)) {
    if (const auto v = node.value_exact<std::string>()) return *v;
  } else if (const toml::array* array = node.as_array();
             array != nullptr && std::holds_alternative<std::vector<double>>(like)) {
    std::vector<double> list;
    for (const toml::node& entry : *array) {
      const auto v = to_option(entry, 0.0);
      if (!v) return std::nullopt;
      list.push_back(std::get<double>(*v));
    }
    return list;
  } else if (array != nullptr) {
    std::vector<std::int64_t> list;
    for (const toml::node& entry : *array) {
      const auto v = to_integer(entry);
      if (!v) return std::nullopt;
      list.push_back(*v);
    }
    return list;
  }
  return std::nullopt;
}

std::string nearest_choice(const std::string& name, const std::vector<std::string>& candidates) {
  std::string plain;
  for (const char c : name)
    if (c != '-' && c != '_' && c != ' ')
      plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto same = std::find(candidates.begin(), candidates.end(), plain);
  return same != candidates.end() ? *same : nearest(name, candidates);
}

std::string must_be(const option& entry, const toml::node& given) {
  std::string what = "must be " + allowed(entry);
  if (const auto name = given.value_exact<std::string>(); name && entry.choices.size() > 1)
    what += "; the nearest is " + nearest_choice(*name, entry.choices);
  const bool is_list = std::holds_alternative<std::vector<double>>(entry.standard) ||
                       std::holds_alternative<std::vector<std::int64_t>>(entry.standard);
  if (is_list && given.is_number()) what += "; in brackets, also one: [1]";
  return what;
}

const toml::node* table_reader::node(const std::string& key) {
  if (source_.known != nullptr) source_.known->insert(full(key));
  asked_.insert(key);
  return table_.get(key);
}

std::optional<option_value> table_reader::get(const option& entry) {
  const toml::node* found = node(entry.name);
  if (found == nullptr) return std::nullopt;
  std::optional<option_value> value = to_option(*found, entry.standard);
  // The library's own check knows ranges and choices.
  option one = entry;
  one.inherits = true;
  if (!value || !complete({&one, 1}, {{entry.name, *value}})) fail(entry.name, must_be(entry, *found));
  return value;
}

option_value table_reader::get_or(const option& entry) {
  std::optional<option_value> value = get(entry);
  return value.value_or(entry.standard);
}

const toml::table* table_reader::subtable(const std::string& key) {
  const toml::node* found = node(key);
  if (found == nullptr) return nullptr;
  if (!found->is_table()) fail(key, "must be a table");
  return found->as_table();
}

const toml::array* table_reader::array_of_tables(const std::string& key) {
  const toml::node* found = node(key);
  if (found == nullptr) return nullptr;
  if (!found->is_array_of_tables()) fail(key, "must be an array of tables, [[" + key + "]]");
  return found->as_array();
}

void table_reader::fail(const std::string& key, const std::string& what) const {
  const toml::node* at = table_.get(key);
  source_.fail(full(key), at != nullptr ? at : &table_, what);
}

void table_reader::miss(const std::string& key, const std::string& what) {
  if (!missing_) missing_.emplace(key, what);
}

std::optional<std::string> table_reader::unknown(const std::vector<std::string>& more) const {
  for (const auto& [key, value] : table_)
    if (const std::string name(key.str());
        asked_.count(name) == 0 && std::find(more.begin(), more.end(), name) == more.end())
      return name;
  return std::nullopt;
}

void table_reader::finish(const std::vector<std::string>& more) const {
  if (source_.known != nullptr)
    for (const std::string& key : more) source_.known->insert(full(key));
  const auto name = unknown(more);
  if (!name) {
    if (missing_) fail(missing_->first, missing_->second);
    return;
  }
  std::vector<std::string> known;
  if (missing_) known.push_back(missing_->first);  // of the equally near, the first is named
  known.insert(known.end(), asked_.begin(), asked_.end());
  known.insert(known.end(), more.begin(), more.end());
  fail(*name, known.empty() ? "unknown key"
                            : "unknown key; the nearest known one is " + nearest_choice(*name, known));
}

option text(std::string name, std::string standard, std::vector<std::string> choices) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  return {std::move(name), std::move(standard), "", "", -infinite, infinite, std::move(choices)};
}

std::string string_of(const option_value& v) { return std::get<std::string>(v); }

toml::table parse_toml(const std::string& path) {
  check_readable(path);
  try {
    return toml::parse_file(path);
  } catch (const toml::parse_error& e) {
    throw input_error(path + ":" + std::to_string(e.source().begin.line) + ": " +
                      std::string(e.description()));
  }
}

toml::table parse_toml_text(const std::string& text, const std::string& name) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& e) {
    throw input_error(name + ":" + std::to_string(e.source().begin.line) + ": " +
                      std::string(e.description()));
  }
}

}  // namespace mho::sim
