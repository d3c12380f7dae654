#include "recorded_array.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <stdexcept>

#include "files.hpp"
#include "hdf5.hpp"
#include "input_error.hpp"

namespace mho::sim {
namespace {

// Of the chunks of a dataset that HDF5 keeps.
constexpr std::uint64_t cache_bytes = std::uint64_t{64} << 20;

// A chunk is unpacked whole, however small it is in the file: the largest covariance, 4096 x 4096 of float64.
constexpr std::uint64_t most_chunk_bytes = std::uint64_t{256} << 20;

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

// What a file has at its root, as far as a message may be long.
std::string datasets_of(hid_t file) {
  std::vector<std::string> names;
  const auto keep = [](hid_t, const char* name, const H5L_info_t*, void* to) -> herr_t {
    auto& all = *static_cast<std::vector<std::string>*>(to);
    all.emplace_back("/" + std::string(name));
    return all.size() < 12 ? 0 : 1;
  };
  H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, nullptr, keep, &names);
  return names.empty() ? "the file has none" : "the file has " + joined(names);
}

bool is_real(hid_t type) {
  return H5Tget_class(type) == H5T_FLOAT && (H5Tget_size(type) == 4 || H5Tget_size(type) == 8);
}

// The type in memory that a dataset's entries are read as.
struct entry_type {
  bool is_complex = false;
  hdf5_handle memory;
};

std::optional<entry_type> type_in_memory(hid_t type) {
  if (is_real(type)) return entry_type{false, hdf5_handle(H5Tcopy(H5T_NATIVE_FLOAT), H5Tclose)};
  if (H5Tget_class(type) != H5T_COMPOUND || H5Tget_nmembers(type) != 2) return std::nullopt;
  for (const auto& [real, imaginary] : {std::pair{"r", "i"}, std::pair{"real", "imag"}}) {
    const int first = H5Tget_member_index(type, real), second = H5Tget_member_index(type, imaginary);
    if (first < 0 || second < 0) continue;
    const hdf5_handle one(H5Tget_member_type(type, static_cast<unsigned>(first)), H5Tclose),
        other(H5Tget_member_type(type, static_cast<unsigned>(second)), H5Tclose);
    if (is_real(one.get()) && is_real(other.get())) return entry_type{true, hdf5_complex(real, imaginary)};
  }
  return std::nullopt;
}

// Whether its numbers lie in other files, where HDF5 reads zeros for what is missing.
bool lies_elsewhere(hid_t dataset) {
  const hdf5_handle made(H5Dget_create_plist(dataset), H5Pclose);
  return H5Pget_layout(made.get()) == H5D_VIRTUAL || H5Pget_external_count(made.get()) > 0;
}

// Extents of the chunks; empty if it has none.
std::vector<std::uint64_t> chunk_of(hid_t dataset, std::size_t rank) {
  const hdf5_handle made(H5Dget_create_plist(dataset), H5Pclose);
  if (H5Pget_layout(made.get()) != H5D_CHUNKED || rank == 0) return {};
  std::vector<hsize_t> chunk(rank);
  H5Pget_chunk(made.get(), static_cast<int>(rank), chunk.data());
  return {chunk.begin(), chunk.end()};
}

// More than any limit if it is more than 64 bits can say.
std::uint64_t bytes_of(const std::vector<std::uint64_t>& extents, hid_t dataset) {
  const hdf5_handle type(H5Dget_type(dataset), H5Tclose);
  std::uint64_t bytes = H5Tget_size(type.get());
  for (const std::uint64_t extent : extents)
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return std::numeric_limits<std::uint64_t>::max();
  return bytes;
}

// How a dataset is opened so that reading in order unpacks every chunk once. bytes: of a chunk.
hdf5_handle access_to(const std::vector<std::uint64_t>& chunk, std::uint64_t bytes,
                      const std::vector<std::uint64_t>& extents) {
  hdf5_handle access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
  if (chunk.empty()) return access;
  std::uint64_t a_problem = 2;
  for (std::size_t k = 1; k < chunk.size(); ++k) a_problem *= (extents[k] + chunk[k] - 1) / chunk[k];
  const std::uint64_t kept = std::max(bytes, std::min(cache_bytes, bytes * a_problem));
  constexpr std::size_t slots = 12421;  // a prime, as HDF5 asks for
  H5Pset_chunk_cache(access.get(), slots, kept, 1.0);
  return access;
}

}  // namespace

struct recorded_file::handles {
  hdf5_handle file;
  int descriptor = -1;  // HDF5's own
  struct stat opened = {};
};

struct recorded_array::handles {
  hdf5_handle dataset, memory_type;
};

std::string in_brackets(const std::vector<std::string>& names) { return "[" + joined(names) + "]"; }

std::string in_brackets(const std::vector<std::uint64_t>& extents) {
  std::vector<std::string> numbers;
  for (const std::uint64_t extent : extents) numbers.push_back(std::to_string(extent));
  return in_brackets(numbers);
}

recorded_file::recorded_file(const std::string& path) : path_(path), open_(std::make_unique<handles>()) {
  check_readable(path);
  const hdf5_guard guard;
  ::stat(path.c_str(), &open_->opened);
  if (H5Fis_hdf5(path.c_str()) <= 0) throw input_error(path + ": is no HDF5 file");
  const hdf5_handle plainly(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_sec2(plainly.get());  // which has a descriptor, whatever the environment asks for
  open_->file = hdf5_handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, plainly.get()), H5Fclose);
  if (!open_->file)
    throw input_error(path + ": cannot be opened, damaged or still being written: " + hdf5_reason());
  void* descriptor = nullptr;
  if (H5Fget_vfd_handle(open_->file.get(), plainly.get(), &descriptor) < 0)
    throw input_error(path + ": cannot be opened: " + hdf5_reason());
  open_->descriptor = *static_cast<const int*>(descriptor);
  expect_unchanged();
  hsize_t needed = 0;  // by its own account; what is not there would be read as zeros
  if (H5Fget_filesize(open_->file.get(), &needed) < 0 ||
      needed > static_cast<std::uint64_t>(open_->opened.st_size))
    throw input_error(path + ": is truncated: it should have " + std::to_string(needed) + " bytes, and has " +
                      std::to_string(open_->opened.st_size));
}

void recorded_file::expect_unchanged() const {
  struct stat now = {};
  const struct stat& then = open_->opened;
  if (::fstat(open_->descriptor, &now) == 0 && now.st_dev == then.st_dev && now.st_ino == then.st_ino &&
      now.st_size == then.st_size && now.st_mtim.tv_sec == then.st_mtim.tv_sec &&
      now.st_mtim.tv_nsec == then.st_mtim.tv_nsec)
    return;
  throw std::runtime_error(path_ + ": was changed or truncated while it was read");
}

recorded_file::~recorded_file() = default;
recorded_array::~recorded_array() = default;
recorded_array::recorded_array(recorded_array&&) noexcept = default;
recorded_array& recorded_array::operator=(recorded_array&&) noexcept = default;

void recorded_array::fail(const std::string& what) const {
  file_->expect_unchanged();  // or the blame is not the file's as it was
  throw input_error(file_->path() + ": " + name_ + ": " + what);
}

recorded_array::recorded_array(std::shared_ptr<const recorded_file> file, const std::string& name)
    : file_(std::move(file)), name_(name), open_(std::make_unique<handles>()) {
  const hdf5_guard guard;
  const hid_t where = file_->open_->file.get();
  if (name.empty() || H5Oexists_by_name(where, name.c_str(), H5P_DEFAULT) <= 0)
    fail("no such dataset; " + datasets_of(where));
  hdf5_handle dataset(H5Dopen2(where, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset) fail("is no dataset");
  const hdf5_handle space(H5Dget_space(dataset.get()), H5Sclose), type(H5Dget_type(dataset.get()), H5Tclose);
  if (!space || !type || H5Sget_simple_extent_type(space.get()) == H5S_NULL) fail("holds nothing");
  extents_.resize(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space.get()))));
  std::vector<hsize_t> extents(extents_.size());
  H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr);
  std::copy(extents.begin(), extents.end(), extents_.begin());
  auto memory = type_in_memory(type.get());
  if (!memory)
    fail(
        "has entries of a wrong type; must be float32 or float64, or for complex numbers a compound {r, i} "
        "or {real, imag} of them");
  is_complex_ = memory->is_complex;
  open_->memory_type = std::move(memory->memory);
  if (lies_elsewhere(dataset.get()))
    fail("lies in other files (virtual or external storage): copy it into this one");
  const std::vector<std::uint64_t> chunk = chunk_of(dataset.get(), extents_.size());
  const std::uint64_t bytes = bytes_of(chunk, dataset.get());
  if (bytes == 0) fail("is damaged: has chunks of " + in_brackets(chunk));
  if (!chunk.empty() && bytes > most_chunk_bytes)
    fail("has chunks of " + in_brackets(chunk) + ", " + std::to_string(((bytes - 1) >> 20) + 1) +
         " MiB, which are unpacked whole; must be of at most " + std::to_string(most_chunk_bytes >> 20) +
         " MiB: repack it (h5repack -l, with HDF5) in chunks of few problems each");
  const hdf5_handle access = access_to(chunk, bytes, extents_);
  dataset.close();  // the chunk cache is made anew when nobody has it open
  open_->dataset = hdf5_handle(H5Dopen2(where, name.c_str(), access.get()), H5Dclose);
  if (!open_->dataset) fail("cannot be opened: " + hdf5_reason());
  file_->expect_unchanged();
}

void recorded_array::expect(bool complex, const std::vector<std::string>& names) const {
  if (extents_.size() != names.size()) {
    const std::vector<std::string> turned(names.rbegin(), names.rend());
    fail("has rank " + std::to_string(extents_.size()) + ", extents " + in_brackets(extents_) +
         "; must have rank " + std::to_string(names.size()) + ": " + in_brackets(names) +
         " in C order (C, NumPy), which is " + in_brackets(turned) +
         " in column-major order (MATLAB, Fortran, Julia)");
  }
  for (std::size_t k = 0; k < names.size(); ++k)
    if (extents_[k] == 0)
      fail("has extents " + in_brackets(extents_) + "; no extent of " + in_brackets(names) + " may be 0");
  if (is_complex_ == complex) return;
  fail(complex ? "has real entries; must be complex: a compound {r, i} or {real, imag}"
               : "has complex entries; must be real");
}

void recorded_array::read(std::uint64_t first, std::uint64_t count, std::span<std::complex<float>> to) const {
  if (!is_complex_) fail("has real entries");
  read_into(first, count, to.data());
}

void recorded_array::read(std::uint64_t first, std::uint64_t count, std::span<float> to) const {
  if (is_complex_) fail("has complex entries");
  read_into(first, count, to.data());
}

void recorded_array::read_into(std::uint64_t first, std::uint64_t count, void* to) const {
  const hdf5_guard guard;
  const hdf5_handle in_file(H5Dget_space(open_->dataset.get()), H5Sclose);
  hdf5_handle in_memory(H5Screate(H5S_SCALAR), H5Sclose);
  if (!extents_.empty()) {
    std::vector<hsize_t> start(extents_.size()), size(extents_.begin(), extents_.end());
    start[0] = first;
    size[0] = count;
    if (H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr) < 0)
      fail("has no such part");
    in_memory = hdf5_handle(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr), H5Sclose);
  }
  if (H5Dread(open_->dataset.get(), open_->memory_type.get(), in_memory.get(), in_file.get(), H5P_DEFAULT,
              to) < 0)
    fail("cannot be read, the file is damaged: " + hdf5_reason());
  file_->expect_unchanged();
}

}  // namespace mho::sim
