/// \file
/// Memory for kernels: aligned to a cache line, uninitialised, so that what is reserved and never used is
/// never touched.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace mho {

/// A growing buffer of numbers; growing forgets what was in it.
template <class T>
class aligned_buffer {
 public:
  static constexpr std::size_t alignment = 64;

  /// Makes room for n numbers; nothing if there is room already. May throw std::bad_alloc.
  void reserve(std::size_t n) {
    if (n <= size_) return;
    data_.reset();
    size_ = 0;
    data_.reset(static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t(alignment))));
    size_ = n;
  }
  T* data() const noexcept { return data_.get(); }

 private:
  struct free_memory {
    void operator()(T* p) const noexcept { ::operator delete(p, std::align_val_t(alignment)); }
  };
  std::unique_ptr<T, free_memory> data_;
  std::size_t size_ = 0;
};

}  // namespace mho
