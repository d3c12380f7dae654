/// \file
/// What the layers' parameter files share: making schema entries that inherit, reading complete options.
#pragma once

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <mho/options.hpp>

namespace mho::analog {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// An entry of the accelerator's schema; `paper` is its default and the value of the preset of that name.
inline option parameter(std::string name, option_value paper, std::string unit, std::string doc,
                        double low = -infinite, double high = infinite,
                        std::vector<std::string> choices = {}) {
  option o{std::move(name), std::move(paper), std::move(unit), std::move(doc), low, high, std::move(choices)};
  o.inherits = true;
  return o;
}

inline option choice(std::string name, std::string paper, std::string doc, std::vector<std::string> choices) {
  return parameter(std::move(name), std::move(paper), "", std::move(doc), -infinite, infinite,
                   std::move(choices));
}

/// Complete options by name.
class reader {
 public:
  explicit reader(const options& values) : values_(&values) {}
  double number(const char* name) const { return std::get<double>(values_->find(name)->second); }
  bool flag(const char* name) const { return std::get<bool>(values_->find(name)->second); }
  const std::string& text(const char* name) const {
    return std::get<std::string>(values_->find(name)->second);
  }
  const std::vector<double>& numbers(const char* name) const {
    return std::get<std::vector<double>>(values_->find(name)->second);
  }
  template <class Integer = int>
  Integer integer(const char* name) const {
    return static_cast<Integer>(std::get<std::int64_t>(values_->find(name)->second));
  }
  /// Which of the choices, in the order of the enumeration E.
  template <class E>
  E one_of(const char* name, std::initializer_list<const char*> choices) const {
    int index = 0;
    for (const char* c : choices) {
      if (text(name) == c) break;
      ++index;
    }
    return static_cast<E>(index);
  }

 private:
  const options* values_;
};

}  // namespace mho::analog
