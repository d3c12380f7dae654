#include <mho/mho.h>

#include <charconv>
#include <cstdint>
#include <string>
#include <type_traits>
#include <variant>

#include "c/handles.hpp"

namespace mho::c {
namespace {

// The alternatives of mho::option_value, in its order.
static_assert(std::is_same_v<std::variant_alternative_t<MHO_BOOLEAN, option_value>, bool>);
static_assert(std::is_same_v<std::variant_alternative_t<MHO_INTEGER, option_value>, std::int64_t>);
static_assert(std::is_same_v<std::variant_alternative_t<MHO_NUMBER, option_value>, double>);
static_assert(std::is_same_v<std::variant_alternative_t<MHO_STRING, option_value>, std::string>);
static_assert(
    std::is_same_v<std::variant_alternative_t<MHO_INTEGERS, option_value>, std::vector<std::int64_t>>);
static_assert(std::is_same_v<std::variant_alternative_t<MHO_NUMBERS, option_value>, std::vector<double>>);
static_assert(std::variant_size_v<option_value> == 6);

std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(const std::string& value) { return value; }

template <class T>
requires std::is_arithmetic_v<T> std::string text_of(T value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

template <class T>
std::string text_of(const std::vector<T>& values) {
  std::string text;
  for (const T value : values) text += (text.empty() ? "" : ",") + text_of(value);
  return text;
}

// An option and the texts that the schema does not hold.
struct listed_option {
  std::string standard, may_be;
  std::vector<const char*> choices;
};

}  // namespace
}  // namespace mho::c

struct mho_kinds {
  std::vector<mho::detector_kind> kinds;
  std::vector<std::vector<mho::c::listed_option>> texts;  // of each kind's options
};

extern "C" {

mho_error mho_kinds_new(mho_kinds** made) noexcept {
  if (made == nullptr) return MHO_BAD_VALUE;
  *made = nullptr;
  return mho::c::guarded([&] {
    auto list = std::make_unique<mho_kinds>();
    list->kinds = mho::detector_kinds();
    for (const mho::detector_kind& kind : list->kinds) {
      auto& texts = list->texts.emplace_back();
      for (const mho::option& o : kind.schema) {
        auto& text = texts.emplace_back();
        text.standard = std::visit([](const auto& value) { return mho::c::text_of(value); }, o.standard);
        text.may_be = mho::allowed(o);
        for (const std::string& choice : o.choices) text.choices.push_back(choice.c_str());
      }
    }
    *made = list.release();
    return MHO_NONE;
  });
}

void mho_kinds_free(mho_kinds* k) noexcept { delete k; }

size_t mho_kinds_count(const mho_kinds* k) noexcept { return k == nullptr ? 0 : k->kinds.size(); }

mho_error mho_kinds_kind(const mho_kinds* k, size_t kind, mho_kind* out) noexcept {
  if (k == nullptr || out == nullptr) return MHO_BAD_VALUE;
  if (kind >= k->kinds.size()) return MHO_BAD_RANGE;
  const mho::detector_kind& from = k->kinds[kind];
  *out = {from.name.c_str(), from.summary.c_str(), mho::c::to_c(from.can), from.schema.size()};
  return MHO_NONE;
}

mho_error mho_kinds_option(const mho_kinds* k, size_t kind, size_t option, mho_option* out) noexcept {
  if (k == nullptr || out == nullptr) return MHO_BAD_VALUE;
  if (kind >= k->kinds.size() || option >= k->kinds[kind].schema.size()) return MHO_BAD_RANGE;
  const mho::option& from = k->kinds[kind].schema[option];
  const mho::c::listed_option& text = k->texts[kind][option];
  *out = {from.name.c_str(),   from.unit.c_str(),
          from.doc.c_str(),    text.standard.c_str(),
          text.may_be.c_str(), static_cast<mho_option_type>(from.standard.index()),
          from.inherits,       from.low,
          from.high,           text.choices.data(),
          text.choices.size()};
  return MHO_NONE;
}

}  // extern "C"
