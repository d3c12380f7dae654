// HDF5 files of recorded problems: datasets of any rank, extents and type. The input describes the file, so
// that it is mho's reader that is tried, not the HDF5 library's of broken files.
#include <hdf5.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "input_error.hpp"
#include "memory_file.hpp"
#include "recorded/recorded_data.hpp"

namespace {

// What is left of the input; 0 behind its end.
struct bytes {
  const std::uint8_t* data;
  std::size_t size, at = 0;

  std::uint8_t next() { return at < size ? data[at++] : std::uint8_t{0}; }
};

hid_t pair_of(hid_t part, const char* first, const char* second) {
  const std::size_t size = H5Tget_size(part);
  const hid_t type = H5Tcreate(H5T_COMPOUND, 2 * size);
  H5Tinsert(type, first, 0, part);
  H5Tinsert(type, second, size, part);
  return type;
}

// Some that the reader takes, and some that it must refuse.
hid_t type_of(unsigned number) {
  switch (number % 10) {
    case 0:
      return pair_of(H5T_NATIVE_FLOAT, "r", "i");
    case 1:
      return pair_of(H5T_NATIVE_DOUBLE, "real", "imag");
    case 2:
      return H5Tcopy(H5T_NATIVE_FLOAT);
    case 3:
      return H5Tcopy(H5T_NATIVE_DOUBLE);
    case 4:
      return pair_of(H5T_NATIVE_FLOAT, "i", "r");
    case 5:
      return pair_of(H5T_NATIVE_INT, "r", "i");
    case 6:
      return pair_of(H5T_IEEE_F32BE, "r", "i");
    case 7:
      return H5Tcopy(H5T_NATIVE_INT);
    case 8:
      return H5Tcopy(H5T_C_S1);
    default:
      return pair_of(H5T_NATIVE_FLOAT, "x", "y");
  }
}

// A byte of 0xff leaves it out; else the type, the rank and the extents, and what numbers consist of.
void write_dataset(hid_t file, const char* name, bytes& from) {
  const std::uint8_t kind = from.next();
  if (kind == 0xff) return;
  const hid_t type = type_of(kind);
  const unsigned rank = from.next() % 5;
  std::array<hsize_t, 4> extent{};
  std::size_t count = 1;
  for (unsigned i = 0; i < rank; ++i) count *= extent[i] = from.next() % 7;
  const hid_t space =
      rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(rank), extent.data(), nullptr);
  std::vector<std::uint8_t> numbers(count * H5Tget_size(type) + 1);
  for (std::uint8_t& b : numbers) b = from.next();
  const hid_t set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  if (set < 0 || H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()) < 0) std::abort();
  H5Dclose(set);
  H5Sclose(space);
  H5Tclose(type);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // HDF5 asks for a file's real path: one in memory has none.
  const std::filesystem::path place =
      std::filesystem::temp_directory_path() / ("mho-fuzz-" + std::to_string(::getpid()) + ".h5");
  bytes from{data, size};
  const hid_t file = H5Fcreate(place.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  if (file < 0) std::abort();
  for (const char* name : {"/channel", "/received", "/noise_variance"}) write_dataset(file, name, from);
  H5Fclose(file);
  try {
    const mho::sim::recorded_data recorded(place);
    mho::sim::recorded_block block;
    recorded.read(0, recorded.problems(), block);
    const std::size_t n = recorded.problems(), rx = recorded.rx();
    if (n == 0 || block.channel.size() != n * rx * recorded.tx() ||
        block.received.size() != n * recorded.uses() * rx)
      std::abort();
    const std::size_t entries = recorded.noise_is() == mho::noise::scalar        ? 1
                                : recorded.noise_is() == mho::noise::per_problem ? n
                                                                                 : n * rx;
    if (recorded.noise_is() == mho::noise::covariance ? block.covariance.size() != n * rx * rx
                                                      : block.variance.size() != entries)
      std::abort();
  } catch (const mho::sim::input_error&) {
  }
  std::filesystem::remove(place);
  return 0;
}
