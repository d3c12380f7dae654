#include "overrides.hpp"

#include <algorithm>
#include <map>
#include <mho/mho.hpp>
#include <optional>
#include <set>
#include <sstream>

#include "accelerator_reader.hpp"
#include "channels/channel.hpp"
#include "estimation.hpp"
#include "input_error.hpp"
#include "key_names.hpp"

namespace mho::sim {
namespace {

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> parts;
  std::stringstream in(path);
  for (std::string part; std::getline(in, part, '.');) parts.push_back(part);
  return parts;
}

// Keys whose values are strings, wherever they stand; the accelerators' and detectors' come from their
// schemas.
bool is_string_key(const std::string& path) {
  static const std::set<std::string> names{
      "title",       "modulation", "mapping",           "modem", "channel", "draw",  "order",
      "estimator",   "file",       "snr_normalisation", "name",  "id",      "label", "reference",
      "accelerator", "base",       "table_file"};
  const std::vector<std::string> parts = split(path);
  if (names.count(parts.back()) != 0) return true;
  for (const detector_kind& kind : detector_kinds())
    for (const option& o : kind.schema)
      if (parts[0] == "detector" && o.name == parts.back() && std::holds_alternative<std::string>(o.standard))
        return true;
  const auto is_string = [&](const option& o) {
    return o.name == parts.back() && std::holds_alternative<std::string>(o.standard);
  };
  const auto estimation = channel_estimator::schema();
  if (parts[0] == "estimation" && std::any_of(estimation.begin(), estimation.end(), is_string)) return true;
  for (const channel_kind& kind : channel_kinds())
    if (parts[0] == "channel" && std::any_of(kind.schema.begin(), kind.schema.end(), is_string)) return true;
  for (const option& o : accelerator_schema())
    if (std::holds_alternative<std::string>(o.standard) && path.size() > o.name.size() &&
        path.compare(path.size() - o.name.size(), o.name.size(), o.name) == 0)
      return true;
  return false;
}

[[noreturn]] void refuse(const std::string& key, const std::string& what) {
  throw input_error("--set: " + key + ": " + what);
}

std::string join(const std::vector<std::string>& parts, std::size_t from, std::size_t to) {
  std::string path;
  for (std::size_t i = from; i < to; ++i) path += (i == from ? "" : ".") + parts[i];
  return path;
}

bool takes_accelerator(const toml::table& detector) {
  const auto kind = find_detector(detector["name"].value_or(std::string()));
  return kind && std::any_of(kind->schema.begin(), kind->schema.end(),
                             [](const option& o) { return o.name == "accelerator"; });
}

std::string accelerator_of(const toml::table& detector) {
  return detector["accelerator"].value_or(std::string("paper"));
}

// The id that the reader gives an entry.
std::string effective_id(const toml::table& detector) {
  if (const auto id = detector["id"].value<std::string>()) return *id;
  const std::string name = detector["name"].value_or(std::string());
  return takes_accelerator(detector) ? name + "-" + accelerator_of(detector) : name;
}

// By what --set may name the entries of the detector array: their ids as the file has them, as overrides made
// them, and as a preset's variant will make them.
class detector_names {
 public:
  detector_names(const toml::table& document, const std::vector<std::string>& sets) : sets_(sets) {
    add(document);
  }

  void add(const toml::table& document) {
    const toml::array* list = document["detector"].as_array();
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const toml::table* entry = (*list)[i].as_table();
      if (entry == nullptr) continue;
      const std::string id = effective_id(*entry);
      ids_[i].insert(id);
      if (entry->contains("id") || !takes_accelerator(*entry)) continue;
      const std::string key = "accelerator." + accelerator_of(*entry) + ".";
      if (std::any_of(sets_.begin(), sets_.end(), [&](const auto& s) { return s.rfind(key, 0) == 0; }))
        ids_[i].insert(id + "+");
    }
  }

  // The entries that `which` names by place or id; if none, those of the detector of that name.
  std::vector<std::size_t> find(const toml::array& list, const std::string& which) const {
    const bool digits =
        !which.empty() && which.size() < 6 && which.find_first_not_of("0123456789") == std::string::npos;
    std::vector<std::size_t> found, named;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const toml::table* entry = list[i].as_table();
      if (entry == nullptr) continue;
      const auto ids = ids_.find(i);
      if ((digits && std::stoul(which) == i) || (ids != ids_.end() && ids->second.count(which) != 0))
        found.push_back(i);
      if ((*entry)["name"].value_or(std::string()) == which) named.push_back(i);
    }
    return found.empty() ? named : found;
  }

 private:
  const std::vector<std::string>& sets_;
  std::map<std::size_t, std::set<std::string>> ids_;
};

// Which entry parts[1], parts[2] .. name, and where the key in it starts: ids may have dots, the longest
// one that fits counts.
std::size_t detector_entry(toml::table& document, const detector_names& names,
                           const std::vector<std::string>& parts, std::size_t& at) {
  const std::string key = join(parts, 0, parts.size());
  toml::array* list = document["detector"].as_array();
  if (list == nullptr) refuse(key, "the scenario has no [[detector]]");
  const auto listed = [&](const std::vector<std::size_t>& entries) {
    std::string text;
    for (const std::size_t i : entries)
      text +=
          (text.empty() ? "" : ", ") + std::to_string(i) + " (" + effective_id(*(*list)[i].as_table()) + ")";
    return text;
  };
  for (at = parts.size() - 1; at > 1; --at) {
    const std::vector<std::size_t> found = names.find(*list, join(parts, 1, at));
    if (found.size() > 1)
      refuse(key,
             join(parts, 1, at) + " is ambiguous; name one of " + listed(found) + " by its number or id");
    if (found.size() == 1) return found[0];
  }
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < list->size(); ++i)
    if ((*list)[i].is_table()) all.push_back(i);
  refuse(key, "no such detector; there are " + listed(all));
}

// The entries of the detector array whose accelerator is `name`.
std::vector<toml::table*> users_of(toml::table& document, const std::string& name) {
  std::vector<toml::table*> users;
  if (toml::array* list = document["detector"].as_array())
    for (toml::node& node : *list)
      if (toml::table* entry = node.as_table();
          entry != nullptr && takes_accelerator(*entry) && accelerator_of(*entry) == name)
        users.push_back(entry);
  return users;
}

// Keys under accelerator.NAME: a preset is read-only, so its variant NAME+ is written instead. A name that is
// neither there nor used is a slip of the pen: nothing would come of it.
std::string make_variant(toml::table& document, const std::string& name, const std::string& key,
                         const toml_source& source) {
  if (!document.contains("accelerator")) document.insert("accelerator", toml::table{});
  if (!document["accelerator"].is_table())
    source.fail("accelerator", document.get("accelerator"), "must be a table");
  toml::table& all = *document["accelerator"].as_table();
  if (all.contains(name)) return name;
  std::vector<std::string> known = preset_names();
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    for (const auto& [other, table] : all) known.emplace_back(other.str());
    if (users_of(document, name).empty())
      refuse(key, "no such accelerator, and no detector uses one of that name; the nearest is " +
                      nearest_choice(name, known));
    return name;
  }
  std::string variant = name + "+";
  if (!all.contains(variant)) all.insert(variant, toml::table{{"base", name}});
  for (toml::table* entry : users_of(document, name)) entry->insert_or_assign("accelerator", variant);
  return variant;
}

// Of these only one may stand in a scenario: the one that is set replaces the others.
void erase_alternatives(toml::table& document, const std::string& key) {
  static const std::vector<std::vector<std::string>> alternatives{
      {"link.snr_db", "link.es_n0_db", "link.eb_n0_db"}, {"stop.bit_errors", "stop.relative_interval"}};
  for (const auto& group : alternatives) {
    if (std::find(group.begin(), group.end(), key) == group.end()) continue;
    for (const std::string& other : group) {
      const std::vector<std::string> parts = split(other);
      if (toml::table* table = document[parts[0]].as_table(); table != nullptr && other != key)
        table->erase(parts[1]);
    }
  }
}

// The text as the value of "v", if it is one TOML value.
std::optional<toml::table> one_value(const std::string& text) {
  try {
    toml::table parsed = toml::parse("v = " + text + "\n");
    if (parsed.size() == 1) return parsed;
  } catch (const toml::parse_error&) {
  }
  return std::nullopt;
}

void insert_value(toml::table& table, const std::string& key, const std::string& leaf,
                  const std::string& text, bool is_string) {
  if (is_string) {
    table.insert_or_assign(leaf, string_value(text));
    return;
  }
  std::optional<toml::table> parsed = one_value(text);
  if (!parsed) refuse(key, "not a TOML value: " + (text.empty() ? "nothing" : text) + zero_hint(text));
  (*parsed)["v"].visit([&](auto& node) { table.insert_or_assign(leaf, node); });
}

// Before its value is looked at: a key that no reader will ask for. Tables pass, and what is inside a value.
// at: where the key in its detector or accelerator starts.
void check_key(const std::vector<std::string>& parts, std::size_t at, std::vector<std::string> known) {
  const std::string key = join(parts, 0, parts.size());
  const bool of_detector = parts[0] == "detector", of_accelerator = parts[0] == "accelerator";
  if (parts.size() == 1 && (of_detector || of_accelerator)) return;
  if (parts.size() == 2 && of_accelerator) return;
  if (parts.size() == 2 && of_detector)
    refuse(key, "must be detector.N.KEY or detector.ID.KEY, N the entry's number from 0 on");
  for (std::string& k : known)
    for (const auto& [is_here, general] :
         {std::pair{of_detector, "detector.N."}, {of_accelerator, "accelerator.NAME."}})
      if (is_here && k.rfind(general, 0) == 0)
        k = join(parts, 0, at) + "." + k.substr(std::string(general).size());
  const auto inside = [](const std::string& inner, const std::string& outer) {
    return inner == outer || inner.rfind(outer + ".", 0) == 0;
  };
  if (std::none_of(known.begin(), known.end(),
                   [&](const std::string& k) { return inside(key, k) || inside(k, key); }))
    refuse(key, "unknown key; " + nearest_keys(key, known));
}

}  // namespace

std::string string_value(const std::string& text) {
  if (text.size() < 2 || text.front() != text.back() || (text.front() != '"' && text.front() != '\''))
    return text;
  const std::optional<toml::table> parsed = one_value(text);
  return parsed ? (*parsed)["v"].value_exact<std::string>().value_or(text) : text;
}

assignment split_set(const std::string& set) {
  const std::size_t equals = set.find('=');
  if (equals == std::string::npos || equals == 0) refuse(set, "must be KEY=VALUE");
  return {set.substr(0, equals), set.substr(equals + 1)};
}

option_value option_of(const option& o, const assignment& set) {
  const bool is_string = std::holds_alternative<std::string>(o.standard);
  const std::optional<toml::table> parsed =
      is_string ? toml::table{{"v", string_value(set.text)}} : one_value(set.text);
  if (!parsed) refuse(set.key, "must be " + allowed(o) + zero_hint(set.text));
  const toml::node& node = *parsed->get("v");
  const auto value = to_option(node, o.standard);
  if (!value || !complete({&o, 1}, {{o.name, *value}})) refuse(set.key, must_be(o, node));
  return *value;
}

void apply_overrides(toml::table& document, const std::vector<std::string>& sets,
                     const std::vector<std::string>& known, toml_source& source) {
  // Accelerators last: a preset's variant is for the detectors that use the preset in the end.
  std::vector<std::string> ordered = sets;
  std::stable_partition(ordered.begin(), ordered.end(),
                        [](const std::string& set) { return set.rfind("accelerator", 0) != 0; });
  detector_names names(document, sets);
  for (const std::string& set : ordered) {
    const auto [key, text] = split_set(set);
    std::vector<std::string> parts = split(key);
    if (parts.empty() || std::any_of(parts.begin(), parts.end(), [](const auto& p) { return p.empty(); }))
      refuse(key, "must be a dotted path");
    toml::table* table = &document;
    std::size_t at = 0;
    std::string written;  // the path by which the reader will name the key
    if (parts.size() > 2 && parts[0] == "detector") {
      const std::size_t entry = detector_entry(document, names, parts, at);
      table = (*document["detector"].as_array())[entry].as_table();
      written = "detector." + std::to_string(entry) + "." + join(parts, at, parts.size());
      check_key(parts, at, known);
    } else if (parts.size() > 2 && parts[0] == "accelerator") {
      check_key(parts, 2, known);
      parts[1] = make_variant(document, parts[1], key, source);
    } else {
      check_key(parts, 0, known);
    }
    for (; at + 1 < parts.size(); ++at) {
      if (!table->contains(parts[at])) table->insert(parts[at], toml::table{});
      table = (*table)[parts[at]].as_table();
      if (table == nullptr) refuse(key, parts[at] + " is not a table");
    }
    erase_alternatives(document, key);
    insert_value(*table, key, parts.back(), text, is_string_key(key));
    // A label in the file is that of another kind.
    if (!written.empty() && parts.back() == "name" &&
        source.overridden.count(written.substr(0, written.size() - 4) + "label") == 0)
      table->erase("label");
    source.overridden.insert(written.empty() ? join(parts, 0, parts.size()) : written);
    names.add(document);
  }
}

}  // namespace mho::sim
