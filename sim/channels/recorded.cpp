// Channel matrices from an HDF5 file, in their order.
#include "kinds.hpp"

#ifdef MHO_HAVE_HDF5
#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>

#include "fnv.hpp"
#include "input_error.hpp"
#include "recorded/recorded_array.hpp"
#endif

namespace mho::sim {
namespace {

constexpr const char* usual_dataset = "/channel";

#ifdef MHO_HAVE_HDF5

using cf32 = std::complex<float>;

void add(fnv_digest& digest, cf32 value) {
  digest.add_bytes(std::uint64_t{std::bit_cast<std::uint32_t>(value.imag())} << 32 |
                   std::bit_cast<std::uint32_t>(value.real()));
}

// Throws input_error.
std::shared_ptr<const recorded_file> open_file(const options& given, const channel_size& size) {
  return std::make_shared<const recorded_file>(
      (std::filesystem::path(size.folder) / std::get<std::string>(given.at("file"))).string());
}

// Opened, with a shape that fits the link. Throws input_error.
recorded_array open_matrices(const std::shared_ptr<const recorded_file>& file, const options& given,
                             const channel_size& size) {
  recorded_array matrices(file, std::get<std::string>(given.at("dataset")));
  matrices.expect(true, {"problem", "rx", "tx"});
  const std::vector<std::uint64_t>& there = matrices.extents();
  if (there[1] == size.rx && there[2] == size.tx) return matrices;
  const std::string turned = there[1] == size.tx && there[2] == size.rx
                                 ? "; it seems to hold the transposed matrices"
                             : there[2] == there[0] || (there[0] == size.tx && there[1] == size.rx)
                                 ? "; it seems to be in column-major order, [tx, rx, problem]"
                                 : "";
  matrices.fail("has matrices of rx = " + std::to_string(there[1]) + ", tx = " + std::to_string(there[2]) +
                ", extents " + in_brackets(there) + "; link.rx = " + std::to_string(size.rx) +
                ", link.tx = " + std::to_string(size.tx) + " must be the same" + turned);
}

class recorded final : public channel {
 public:
  recorded(const options& given, const channel_size& size)
      : channel(size.rx, size.tx), matrices_(open_matrices(open_file(given, size), given, size)) {
    // One pass: the energy that SNRs refer to, and whose numbers these are.
    constexpr std::size_t block_bytes = std::size_t{16} << 20;
    const std::size_t entries = rx() * tx(),
                      block = std::max<std::size_t>(1, block_bytes / (entries * sizeof(cf32)));
    const std::uint64_t all = matrices_.extents()[0];
    std::vector<cf32> h(std::min<std::uint64_t>(block, all) * entries);
    fnv_digest digest;
    for (const std::uint64_t extent : matrices_.extents()) digest.add_bytes(extent);
    double energy = 0;
    for (std::uint64_t first = 0; first < all; first += block) {
      const std::uint64_t count = std::min<std::uint64_t>(block, all - first);
      matrices_.read(first, count, std::span(h).first(count * entries));
      for (std::size_t i = 0; i < count; ++i) {
        double of_matrix = 0;
        for (std::size_t k = i * entries; k < (i + 1) * entries; ++k) {
          of_matrix += static_cast<double>(h[k].real()) * static_cast<double>(h[k].real()) +
                       static_cast<double>(h[k].imag()) * static_cast<double>(h[k].imag());
          add(digest, h[k]);
        }
        if (!std::isfinite(of_matrix))
          matrices_.fail("matrix " + std::to_string(first + i) +
                         " (from 0 on) has an entry that is no finite float32");
        energy += of_matrix;
      }
    }
    if (!(energy > 0)) matrices_.fail("all matrices are 0");
    column_energy_ = energy / static_cast<double>(all) / static_cast<double>(tx());
    identity_ = digest.text();
  }

  void draw(const set_identity& first, std::size_t count, std::span<cf32> h) const override {
    matrices_.read(first.number, count, h);
  }
  double column_energy() const override { return column_energy_; }
  std::optional<std::uint64_t> sets() const override { return matrices_.extents()[0]; }
  std::string identity() const override { return identity_; }

 private:
  recorded_array matrices_;
  double column_energy_ = 0;
  std::string identity_;
};

std::optional<option_problem> check(const options& given, const channel_size& size) {
  if (std::get<std::string>(given.at("file")).empty())
    return option_problem{"file", "missing; must be the path of an HDF5 file"};
  // Of a file that is one, a dataset that somebody chose is to blame.
  const char* key = "file";
  try {
    const auto file = open_file(given, size);
    if (std::get<std::string>(given.at("dataset")) != usual_dataset) key = "dataset";
    open_matrices(file, given, size);
  } catch (const input_error& e) {
    return option_problem{key, e.what()};
  }
  return std::nullopt;
}

std::unique_ptr<channel> make(const options& given, const channel_size& size) {
  return std::make_unique<recorded>(given, size);
}

#else

std::optional<option_problem> check(const options&, const channel_size&) {
  return option_problem{"file", "this program was built without HDF5 (CMake option MHO_HDF5)"};
}

std::unique_ptr<channel> make(const options&, const channel_size&) { return nullptr; }  // never called

#endif

}  // namespace

channel_kind recorded_kind() {
  return {
      "recorded",
      "matrices of an HDF5 file, each set's in turn, from the first on at every point",
      {{"file", std::string(), "", "of recorded channels: an HDF5 file, relative to the scenario's folder"},
       {"dataset", std::string(usual_dataset), "",
        "of recorded channels: complex [problem, rx, tx] in that file"}},
      check,
      make};
}

}  // namespace mho::sim
