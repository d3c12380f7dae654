/// \file
/// What the opaque handles of mho/mho.h hold, and how its functions keep exceptions to themselves.
#pragma once

#include <mho/mho.h>

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <mho/constellation.hpp>
#include <mho/detector.hpp>
#include <mho/options.hpp>
#include <mho/registry.hpp>

struct mho_options {
  mho::options values;
};

struct mho_constellation {
  mho::constellation value;
};

struct mho_detector {
  // The outputs and constellations of one call, for `apply` allocates nothing.
  struct scratch {
    std::vector<mho::output> into;
    std::vector<const mho::constellation*> symbols;
  };

  std::unique_ptr<mho::detector> it;
  mutable std::vector<scratch> slots;
  std::size_t ready = 0;  // of the slots: as many as were reserved
};

namespace mho::c {

constexpr mho_error code(error e) noexcept { return static_cast<mho_error>(e); }

/// The sentence, cut to the buffer.
inline void say(std::string_view text, char* buffer, std::size_t size) noexcept {
  if (buffer == nullptr || size == 0) return;
  const std::size_t length = std::min(text.size(), size - 1);
  std::copy_n(text.data(), length, buffer);
  buffer[length] = '\0';
}

/// What body() returns; running out of memory becomes an error, and so does what a kind of the user's own
/// throws.
template <class Body>
mho_error guarded(const Body& body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return MHO_NO_MEMORY;
  } catch (const std::length_error&) {
    return MHO_NO_MEMORY;
  } catch (...) {
    return MHO_UNSUPPORTED;
  }
}

/// The same, with a sentence.
template <class Body>
mho_error guarded(char* message, std::size_t size, const Body& body) noexcept {
  say("", message, size);
  const mho_error e = guarded(body);
  if (e == MHO_NO_MEMORY) say(mho_error_message(e), message, size);
  return e;
}

mho_capabilities to_c(const capabilities& can) noexcept;

}  // namespace mho::c
