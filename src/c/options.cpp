#include <mho/mho.h>

#include <span>
#include <string>

#include "c/handles.hpp"

namespace mho::c {
namespace {

template <class Make>
mho_error set(mho_options* o, const char* name, const Make& make) noexcept {
  if (o == nullptr || name == nullptr) return MHO_BAD_VALUE;
  return guarded([&] {
    o->values.insert_or_assign(name, option_value(make()));
    return MHO_NONE;
  });
}

template <class T>
mho_error set_list(mho_options* o, const char* name, const T* values, std::size_t count) noexcept {
  if (values == nullptr && count > 0) return MHO_BAD_VALUE;
  return set(o, name, [&] { return std::vector<T>(values, values + count); });
}

}  // namespace
}  // namespace mho::c

extern "C" {

mho_error mho_options_new(mho_options** made) noexcept {
  if (made == nullptr) return MHO_BAD_VALUE;
  *made = new (std::nothrow) mho_options;
  return *made == nullptr ? MHO_NO_MEMORY : MHO_NONE;
}

void mho_options_free(mho_options* o) noexcept { delete o; }

mho_error mho_options_set_boolean(mho_options* o, const char* name, int value) noexcept {
  return mho::c::set(o, name, [&] { return value != 0; });
}

mho_error mho_options_set_integer(mho_options* o, const char* name, int64_t value) noexcept {
  return mho::c::set(o, name, [&] { return value; });
}

mho_error mho_options_set_number(mho_options* o, const char* name, double value) noexcept {
  return mho::c::set(o, name, [&] { return value; });
}

mho_error mho_options_set_string(mho_options* o, const char* name, const char* value) noexcept {
  if (value == nullptr) return MHO_BAD_VALUE;
  return mho::c::set(o, name, [&] { return std::string(value); });
}

mho_error mho_options_set_integers(mho_options* o, const char* name, const int64_t* values,
                                   size_t count) noexcept {
  return mho::c::set_list(o, name, values, count);
}

mho_error mho_options_set_numbers(mho_options* o, const char* name, const double* values,
                                  size_t count) noexcept {
  return mho::c::set_list(o, name, values, count);
}

}  // extern "C"
