/// \file
/// Typed reading of a TOML table, with errors that name file, line, key and what is allowed.
#pragma once

#define TOML_ENABLE_FORMATTERS 1
#include <toml++/toml.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <mho/options.hpp>

namespace mho::sim {

/// Where a document came from: the file, and the paths that --set wrote.
struct toml_source {
  std::string file;
  std::set<std::string> overridden;
  std::set<std::string>* known = nullptr;  ///< if given: collects the path of every key that a reader knows
  bool has_lines = true;                   ///< whether its lines are a user's own

  /// Throws input_error about a key at a node (nullptr: no line).
  [[noreturn]] void fail(const std::string& path, const toml::node* at, const std::string& what) const;
};

/// One table being read; `finish` refuses keys that were not asked for.
class table_reader {
 public:
  /// path: dotted, "" for the root.
  table_reader(const toml_source& source, const toml::table& table, std::string path)
      : source_(source), table_(table), path_(std::move(path)) {}

  bool has(const std::string& key) const { return table_.contains(key); }
  const toml::table& table() const { return table_; }
  /// The value if the key is there, checked against the entry's type, range and choices.
  std::optional<option_value> get(const option& entry);
  /// The same, or the default.
  option_value get_or(const option& entry);
  /// A table or array under a key; nullptr if absent.
  const toml::table* subtable(const std::string& key);
  const toml::array* array_of_tables(const std::string& key);
  const toml::node* node(const std::string& key);

  [[noreturn]] void fail(const std::string& key, const std::string& what) const;
  /// A key that was never asked for and is none of `more`.
  std::optional<std::string> unknown(const std::vector<std::string>& more = {}) const;
  /// Errors on such a key, naming the nearest of those that were (and `more`).
  void finish(const std::vector<std::string>& more = {}) const;

 private:
  std::string full(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

  const toml_source& source_;
  const toml::table& table_;
  std::string path_;
  std::set<std::string> asked_;
};

/// A key that is a string, and its value.
option text(std::string name, std::string standard, std::vector<std::string> choices = {});
std::string string_of(const option_value& v);

/// A TOML document from a text; its name stands for the file in errors. Throws input_error.
toml::table parse_toml_text(const std::string& text, const std::string& name);

/// A TOML file's document. Throws input_error with file and line.
toml::table parse_toml(const std::string& path);

/// A TOML value as the type of `like`; nothing if it has another type. A float without a fraction is an
/// integer too (1e5).
std::optional<option_value> to_option(const toml::node& node, const option_value& like);

/// "must be ..." of what an entry allows, for a value that it does not; names the choice that a wrong string
/// is nearest to.
std::string must_be(const option& entry, const toml::node& given);

/// The nearest of the candidates, "16qam" for "16-QAM"; "" if there are none.
std::string nearest_choice(const std::string& name, const std::vector<std::string>& candidates);

}  // namespace mho::sim
