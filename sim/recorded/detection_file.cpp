#include "detection_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <vector>

#include "hdf5.hpp"

namespace mho::sim {
namespace {

using extents = std::vector<hsize_t>;

// Of names for the temporary file: of earlier processes of this number that were killed, and of other
// machines.
constexpr unsigned most_tries = 1000;

// A dataset and how its entries lie in memory, which is how they lie in the file.
struct output_array {
  hdf5_handle type, dataset;
  extents shape;
};

output_array make_array(hid_t file, const char* name, hdf5_handle type, extents shape) {
  const hdf5_handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose),
      how(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(how.get(), false);  // or no two files had the same bytes
  H5Pset_fill_time(how.get(), H5D_FILL_TIME_NEVER);
  hdf5_handle dataset(H5Dcreate2(file, name, type.get(), space.get(), H5P_DEFAULT, how.get(), H5P_DEFAULT),
                      H5Dclose);
  return {std::move(type), std::move(dataset), std::move(shape)};
}

// Why it could not be written; "" if it was.
std::string write_part(const output_array& to, std::size_t first, std::size_t count, const void* from) {
  extents start(to.shape.size()), size = to.shape;
  start[0] = first;
  size[0] = count;
  const hdf5_handle in_file(H5Dget_space(to.dataset.get()), H5Sclose),
      in_memory(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr), H5Sclose);
  const bool written =
      H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr) >= 0 &&
      H5Dwrite(to.dataset.get(), to.type.get(), in_memory.get(), in_file.get(), H5P_DEFAULT, from) >= 0;
  return written ? "" : hdf5_reason();
}

}  // namespace

// Goes with what it was meant to become, unless that was reached.
struct detection_file::handles {
  std::string temporary;
  hdf5_handle file;
  output_array estimate, variance, state, llr, bits;

  handles() = default;
  handles(const handles&) = delete;
  handles& operator=(const handles&) = delete;
  ~handles() {
    close();
    if (!temporary.empty()) std::remove(temporary.c_str());
  }

  // Why one of them could not be closed; "" if all were.
  std::string close() {
    std::string why;
    const auto keep = [&](hdf5_handle& h) {
      if (!h.close() && why.empty()) why = hdf5_reason();
    };
    for (output_array* a : {&estimate, &variance, &state, &llr, &bits}) {
      keep(a->dataset);
      keep(a->type);
    }
    keep(file);
    return why;
  }
};

void detection_file::refuse(const std::string& why) const {
  throw std::runtime_error("cannot write " + path_ + ": " + why);
}

// A new empty file beside `path`, of a name that nobody has.
std::string detection_file::make_temporary(const std::string& path) const {
  for (unsigned number = 0; number < most_tries; ++number) {
    std::string name = path + "." + std::to_string(::getpid()) + "-" + std::to_string(number) + ".part";
    const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file >= 0) {
      ::close(file);
      return name;
    }
    if (errno != EEXIST) refuse(std::strerror(errno));
  }
  refuse("names ending in .part are taken beside it");
}

detection_file::detection_file(const std::string& path, const detection_shape& shape)
    : path_(path), shape_(shape), open_(std::make_unique<handles>()) {
  // HDF5 would say that it cannot, but not why.
  if (std::filesystem::is_directory(path)) refuse("is a folder");
  open_->temporary = make_temporary(path);
  const hdf5_guard guard;
  open_->file =
      hdf5_handle(H5Fcreate(open_->temporary.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  const auto real = [] { return hdf5_handle(H5Tcopy(H5T_NATIVE_FLOAT), H5Tclose); };
  const auto byte = [] { return hdf5_handle(H5Tcopy(H5T_NATIVE_UINT8), H5Tclose); };
  const hid_t file = open_->file.get();
  const extents streams{shape.problems, shape.uses, shape.tx};
  open_->estimate = make_array(file, "estimate", hdf5_complex(), streams);
  open_->variance = make_array(file, "noise_variance", real(), streams);
  open_->state = make_array(file, "status", byte(), {shape.problems});
  bool made = open_->estimate.dataset && open_->variance.dataset && open_->state.dataset;
  if (shape.bits > 0) {
    extents each = streams;
    each.push_back(shape.bits);
    open_->llr = make_array(file, "llr", real(), each);
    open_->bits = make_array(file, "bits", byte(), each);
    made = made && open_->llr.dataset && open_->bits.dataset;
  }
  if (!made) refuse("HDF5 cannot make its datasets");
}

detection_file::~detection_file() = default;

void detection_file::write(std::size_t first, std::size_t count, const detected_block& block) {
  const hdf5_guard guard;
  const auto put = [&](const output_array& to, const void* from) {
    if (const std::string why = write_part(to, first, count, from); !why.empty()) refuse(why);
  };
  put(open_->estimate, block.estimate.data());
  put(open_->variance, block.variance.data());
  put(open_->state, block.state.data());
  if (shape_.bits == 0) return;
  put(open_->llr, block.llr.data());
  put(open_->bits, block.bits.data());
}

void detection_file::commit() {
  const hdf5_guard guard;
  if (const std::string why = open_->close(); !why.empty()) refuse(why);
  const int file = ::open(open_->temporary.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) refuse(std::strerror(errno));
  const bool kept = ::fsync(file) == 0;
  const int why = errno;
  ::close(file);
  if (!kept) refuse(std::strerror(why));
  if (std::rename(open_->temporary.c_str(), path_.c_str()) != 0) refuse(std::strerror(errno));
  open_->temporary.clear();
  open_.reset();
}

}  // namespace mho::sim
