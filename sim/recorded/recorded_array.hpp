/// \file
/// Datasets of an HDF5 file, read a block at a time.
#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace mho::sim {

/// An HDF5 file that is read. Shared by its arrays; any number of threads may read them. HDF5 reads zeros
/// behind the end of a file: whatever is read stands only if the file still is what was opened.
class recorded_file {
 public:
  /// Throws input_error, one line that names the file: none there, a folder, not HDF5, damaged or truncated.
  explicit recorded_file(const std::string& path);
  ~recorded_file();
  recorded_file(const recorded_file&) = delete;
  recorded_file& operator=(const recorded_file&) = delete;

  const std::string& path() const { return path_; }

  /// Throws std::runtime_error, one line that names the file, if its size or the time of its last change are
  /// no longer those of its opening. Another file in its place does no harm: the opened one is read to its
  /// end.
  void expect_unchanged() const;

 private:
  friend class recorded_array;
  struct handles;
  std::string path_;
  std::unique_ptr<handles> open_;
};

/// A dataset of real or complex numbers, C order, the first extent counting problems. Complex ones are
/// compounds {r, i} or {real, imag}; parts and real numbers are float32 or float64 of either byte order. They
/// are read as FP32. Chunked and compressed ones are as good as others; memory: of a chunked dataset the
/// chunks that hold a problem, twice (at most 64 MiB), or a single chunk if it is larger (at most 256 MiB).
class recorded_array {
 public:
  /// Throws input_error that names file and dataset: no such dataset (and which there are), a wrong type,
  /// chunks above 256 MiB.
  recorded_array(std::shared_ptr<const recorded_file> file, const std::string& name);
  ~recorded_array();
  recorded_array(recorded_array&&) noexcept;
  recorded_array& operator=(recorded_array&&) noexcept;

  const std::vector<std::uint64_t>& extents() const { return extents_; }
  bool is_complex() const { return is_complex_; }

  /// Throws input_error unless the entries are complex (or real) and the extents are as many as these names
  /// and none is 0. The message prints both orders of a wrong rank.
  void expect(bool complex, const std::vector<std::string>& names) const;

  /// Throws the input_error that names file and dataset; std::runtime_error if the file was changed.
  [[noreturn]] void fail(const std::string& what) const;

  /// Entries of the first extent from `first` on, `count` of them; `to` has their size. A scalar is read
  /// whole. Throws input_error if the file is damaged there, std::runtime_error if it was changed since
  /// opened.
  void read(std::uint64_t first, std::uint64_t count, std::span<std::complex<float>> to) const;
  void read(std::uint64_t first, std::uint64_t count, std::span<float> to) const;

 private:
  struct handles;
  void read_into(std::uint64_t first, std::uint64_t count, void* to) const;

  std::shared_ptr<const recorded_file> file_;
  std::string name_;
  std::vector<std::uint64_t> extents_;
  bool is_complex_ = false;
  std::unique_ptr<handles> open_;
};

/// "[200, 16, 4]", or of names "[problem, rx, tx]".
std::string in_brackets(const std::vector<std::uint64_t>& extents);
std::string in_brackets(const std::vector<std::string>& names);

}  // namespace mho::sim
