#include <mho/options.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace mho {
namespace {

std::string number_text(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value);
  return {text, end.ptr};
}

bool in_range(const option& entry, double value) { return value >= entry.low && value <= entry.high; }

// The value as the schema's type, or an empty message on success.
bool fits(const option& entry, option_value& value) {
  if (std::holds_alternative<double>(entry.standard) && std::holds_alternative<std::int64_t>(value))
    value = static_cast<double>(std::get<std::int64_t>(value));
  if (std::holds_alternative<std::vector<double>>(entry.standard) &&
      std::holds_alternative<std::vector<std::int64_t>>(value)) {
    const auto integers = std::get<std::vector<std::int64_t>>(value);
    value = std::vector<double>(integers.begin(), integers.end());
  }
  if (value.index() != entry.standard.index()) return false;
  if (const auto* number = std::get_if<double>(&value)) return in_range(entry, *number);
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    return in_range(entry, static_cast<double>(*integer));
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value))
    return !list->empty() && std::all_of(list->begin(), list->end(), [&](std::int64_t v) {
      return in_range(entry, static_cast<double>(v));
    });
  if (const auto* list = std::get_if<std::vector<double>>(&value))
    return (!list->empty() || std::get<std::vector<double>>(entry.standard).empty()) &&
           std::all_of(list->begin(), list->end(), [&](double v) { return in_range(entry, v); });
  if (const auto* text = std::get_if<std::string>(&value))
    return entry.choices.empty() ||
           std::find(entry.choices.begin(), entry.choices.end(), *text) != entry.choices.end();
  return true;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, changed});
    }
  }
  return row.back();
}

}  // namespace

const char* type_name(const option_value& value) noexcept {
  static constexpr const char* names[] = {"boolean", "integer",          "number",
                                          "string",  "list of integers", "list of numbers"};
  return names[value.index()];
}

std::string allowed(const option& entry) {
  if (!entry.choices.empty()) {
    std::string text = "one of ";
    for (std::size_t i = 0; i < entry.choices.size(); ++i) text += (i == 0 ? "" : ", ") + entry.choices[i];
    return text;
  }
  const std::string type = type_name(entry.standard);
  std::string text = (type == "integer" ? "an " : "a ") + type;
  if (std::isfinite(entry.low) && std::isfinite(entry.high))
    text += " from " + number_text(entry.low) + " to " + number_text(entry.high);
  else if (std::isfinite(entry.low))
    text += " of at least " + number_text(entry.low);
  else if (std::isfinite(entry.high))
    text += " of at most " + number_text(entry.high);
  return text;
}

result<options> complete(std::span<const option> schema, const options& given) {
  options values;
  for (const option& entry : schema)
    if (!entry.inherits) values.emplace(entry.name, entry.standard);
  for (const auto& pair : given) {  // a named pair: clang 14 does not capture structured bindings
    const std::string& name = pair.first;
    const auto entry =
        std::find_if(schema.begin(), schema.end(), [&](const option& o) { return o.name == name; });
    if (entry == schema.end()) {
      std::vector<std::string> names;
      for (const option& o : schema) names.push_back(o.name);
      std::string message = name + ": unknown option";
      if (!names.empty()) message += "; the nearest known one is " + nearest(name, names);
      return {error::unknown_name, std::move(message)};
    }
    option_value typed = pair.second;
    if (!fits(*entry, typed)) return {error::bad_value, name + ": must be " + allowed(*entry)};
    values[name] = std::move(typed);
  }
  return values;
}

std::string nearest(std::string_view name, std::span<const std::string> candidates) {
  const auto best = std::min_element(candidates.begin(), candidates.end(), [&](const auto& a, const auto& b) {
    return edit_distance(name, a) < edit_distance(name, b);
  });
  return best == candidates.end() ? std::string() : *best;
}

}  // namespace mho
