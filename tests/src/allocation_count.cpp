#include "src/allocation_count.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace mho::test {

std::atomic<std::size_t> allocations{0}, fails_from{SIZE_MAX};

}  // namespace mho::test

namespace {

bool is_to_fail() { return mho::test::allocations++ >= mho::test::fails_from; }

}  // namespace

#if defined(__GLIBC__) && !defined(MHO_SANITIZED)

const bool mho::test::counts_malloc = true;

// glibc's own, and its free takes what they give.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* p, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

// Shared libraries find these too, hidden as the rest of the program may be.
#pragma GCC visibility push(default)
void* malloc(std::size_t size) noexcept { return is_to_fail() ? nullptr : __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) noexcept {
  return is_to_fail() ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* p, std::size_t size) noexcept { return is_to_fail() ? nullptr : __libc_realloc(p, size); }
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return is_to_fail() ? nullptr : __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return is_to_fail() ? nullptr : __libc_memalign(alignment, size);
}
int posix_memalign(void** to, std::size_t alignment, std::size_t size) noexcept {
  if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
  void* p = is_to_fail() ? nullptr : __libc_memalign(alignment, size);
  if (p == nullptr) return ENOMEM;
  *to = p;
  return 0;
}
#pragma GCC visibility pop
}

#else

const bool mho::test::counts_malloc = false;

// noinline: inlined, g++ 12 would take malloc and free for a mismatched pair.
__attribute__((noinline)) void* operator new(std::size_t size) {
  if (is_to_fail()) throw std::bad_alloc();
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
__attribute__((noinline)) void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return is_to_fail() ? nullptr : std::malloc(size == 0 ? 1 : size);
}
__attribute__((noinline)) void operator delete(void* p) noexcept { std::free(p); }
__attribute__((noinline)) void operator delete(void* p, std::size_t) noexcept { std::free(p); }

// The kernels' buffers are aligned.
__attribute__((noinline)) void* operator new(std::size_t size, std::align_val_t alignment) {
  if (is_to_fail()) throw std::bad_alloc();
  const auto to = static_cast<std::size_t>(alignment);
  if (void* p = std::aligned_alloc(to, (size + to - 1) / to * to)) return p;
  throw std::bad_alloc();
}
__attribute__((noinline)) void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
__attribute__((noinline)) void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
  std::free(p);
}

#endif
