/// \file
/// What every fuzz target shares. A target is LLVMFuzzerTestOneInput; what is not expected of a parser leaves
/// it as an exception, which is a crash.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace mho::fuzz {

/// A file in memory whose content is what the parser is to read.
class memory_file {
 public:
  memory_file(const std::uint8_t* data, std::size_t size) : handle_(::memfd_create("input", 0)) {
    if (handle_ < 0 || ::write(handle_, data, size) != static_cast<ssize_t>(size)) std::abort();
  }
  ~memory_file() { ::close(handle_); }
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;

  /// Where it can be opened.
  std::string path() const { return "/proc/self/fd/" + std::to_string(handle_); }

 private:
  int handle_;
};

}  // namespace mho::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
