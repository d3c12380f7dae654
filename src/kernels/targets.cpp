#include "kernels/targets.hpp"

#include <hwy/targets.h>
#if HWY_ARCH_X86
#include <cpuid.h>
#endif

#include <array>
#include <cstdlib>

namespace mho {
namespace {

struct entry {
  const char* name;
  std::int64_t bit;
  unsigned lanes;
  bool fused;
};

constexpr std::array table{
    entry{"avx3", HWY_AVX3, 16, true},   entry{"avx3_256", HWY_AVX3 | half_vectors, 8, true},
    entry{"avx2", HWY_AVX2, 8, true},    entry{"sse4", HWY_SSE4, 4, false},
    entry{"ssse3", HWY_SSSE3, 4, false}, entry{"scalar", HWY_SCALAR, 1, false}};

// Compiled for (sanitizer builds leave some out) and understood by this machine.
bool usable(const entry& e) noexcept {
  return e.bit == HWY_SCALAR || (hwy::SupportedTargets() & HWY_TARGETS & e.bit & ~half_vectors) != 0;
}

// AMD's family 19h (Zen 4) runs a 512-bit instruction as two halves: wide vectors win nothing there and cost
// cache.
bool splits_512_bits() noexcept {
#if HWY_ARCH_X86
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid(0, &eax, &ebx, &ecx, &edx) == 0) return false;
  if (ebx != signature_AMD_ebx || ecx != signature_AMD_ecx || edx != signature_AMD_edx) return false;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0) return false;
  return (eax >> 8 & 0xf) + (eax >> 20 & 0xff) == 0x19;
#else
  return false;
#endif
}

// A name that means nothing here is ignored: a library must not abort.
const entry* choose() noexcept {
  const char* wanted = std::getenv("MHO_TARGET");
  if (wanted != nullptr)
    for (const entry& e : table)
      if (std::string_view(wanted) == e.name && usable(e)) return &e;
  const bool halves = splits_512_bits();
  for (const entry& e : table)
    if (usable(e) && !(halves && e.bit == HWY_AVX3)) return &e;
  return &table.back();
}

// The environment is read once: when the library is loaded, or earlier for a user's global object.
const entry* standard() noexcept {
  static const entry* const chosen = choose();
  return chosen;
}
[[maybe_unused]] const entry* const at_load = standard();

}  // namespace

std::int64_t target_bit(std::string_view name) noexcept {
  if (name == "auto") return standard()->bit;
  for (const entry& e : table)
    if (name == e.name && usable(e)) return e.bit;
  return 0;
}

std::vector<target_info> targets() {
  std::vector<target_info> list;
  for (const entry& e : table) list.push_back({e.name, e.lanes, e.fused, usable(e), &e == standard()});
  return list;
}

std::vector<std::string> target_choices() {
  std::vector<std::string> names{"auto"};
  for (const entry& e : table) names.emplace_back(e.name);
  return names;
}

}  // namespace mho
