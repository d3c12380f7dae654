// What is read from HDF5 files, of every type and storage, and what is said of files that are none.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <thread>

#include "input_error.hpp"
#include "recorded/detection_file.hpp"
#include "recorded/recorded_data.hpp"
#include "sim/recorded/h5py.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;
using test::python;

class recorded_files : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = test::no_h5py(); !why.empty()) GTEST_SKIP() << why;
  }
  test::scratch_folder folder;
};

// Entry n of a dataset is n + j (n / 4 - 7): exact in FP32.
const char* const numbers =
    "n = np.arange(23 * 5 * 3).reshape(23, 5, 3)\n"
    "z = n + 1j * (n / 4 - 7)\n"
    "def parts(re, im, kind):\n"
    "  a = np.zeros(z.shape, [(re, kind), (im, kind)]); a[re] = z.real; a[im] = z.imag; return a\n";

void expect_numbers(const recorded_array& a, std::uint64_t block) {
  ASSERT_EQ(a.extents(), (std::vector<std::uint64_t>{23, 5, 3}));
  ASSERT_TRUE(a.is_complex());
  for (std::uint64_t first = 0; first < 23; first += block) {
    const std::uint64_t count = std::min(block, 23 - first);
    std::vector<cf32> read(count * 15);
    a.read(first, count, read);
    for (std::size_t i = 0; i < read.size(); ++i) {
      const auto n = static_cast<float>(first * 15 + i);
      ASSERT_EQ(read[i], cf32(n, n / 4 - 7)) << first << " + " << i;
    }
  }
}

TEST_F(recorded_files, every_type_and_storage_in_blocks_of_any_size) {
  ASSERT_TRUE(python(folder, std::string(numbers) + R"(
turned = np.zeros(z.shape, [('i', '<f8'), ('r', '<f4')])
turned['r'], turned['i'] = z.real, z.imag
f = new('a.h5', c8=z.astype('c8'), c16=z, le=parts('real', 'imag', '<f4'), be=parts('r', 'i', '>f8'), other=turned)
f.create_dataset('packed', data=z, chunks=(4, 2, 3), compression='gzip', shuffle=True)
f.create_dataset('deep/inside/it', data=z.astype('c8'), chunks=(1, 5, 3))
)"));
  const auto file = std::make_shared<const recorded_file>(folder.path("a.h5"));
  for (const char* name : {"c8", "/c16", "le", "be", "other", "packed", "/deep/inside/it"}) {
    SCOPED_TRACE(name);
    const recorded_array a(file, name);
    for (const std::uint64_t block : {1u, 4u, 7u, 23u}) expect_numbers(a, block);
  }
}

TEST_F(recorded_files, several_threads_read_at_once) {
  ASSERT_TRUE(
      python(folder, std::string(numbers) +
                         "new('a.h5').create_dataset('z', data=z, chunks=(2, 5, 3), compression='gzip')\n"));
  const recorded_array a(std::make_shared<const recorded_file>(folder.path("a.h5")), "z");
  std::vector<std::thread> threads;
  for (std::uint64_t block = 1; block <= 4; ++block)
    threads.emplace_back([&a, block] {
      for (int round = 0; round < 20; ++round) expect_numbers(a, block);
    });
  for (std::thread& t : threads) t.join();
}

TEST_F(recorded_files, what_is_changed_while_it_is_read_is_no_number) {
  using namespace std::chrono_literals;
  const auto packed = [](const char* how) {
    return std::string(
               "f = new('a.h5')\n"
               "f.create_dataset('z', data=np.ones((64, 5, 3), 'c8')") +
           how + ")\n";
  };
  for (const char* how : {"", ", chunks=(4, 5, 3), compression='gzip'"})
    for (const bool truncated : {true, false}) {
      SCOPED_TRACE(std::string(how) + (truncated ? " truncated" : " overwritten"));
      ASSERT_TRUE(python(folder, packed(how)));
      const std::string path = folder.path("a.h5");
      std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - 1h);
      const recorded_array a(std::make_shared<const recorded_file>(path), "z");
      std::vector<cf32> read(4 * 15);
      a.read(0, 4, read);
      EXPECT_EQ(read, std::vector<cf32>(60, 1.0f));
      const auto size = std::filesystem::file_size(path);
      if (truncated)
        std::filesystem::resize_file(path, size / 2);
      else
        std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(-8, std::ios::end)
            << "damaged!";
      ASSERT_EQ(std::filesystem::file_size(path), truncated ? size / 2 : size);
      try {
        a.read(60, 4, read);
        ADD_FAILURE() << "was read";
      } catch (const std::runtime_error& e) {
        EXPECT_EQ(e.what(), path + ": was changed or truncated while it was read");
        EXPECT_EQ(dynamic_cast<const input_error*>(&e), nullptr) << "the run failed, not its input";
      }
    }
}

// Descriptors of this process on files of a folder.
std::size_t open_in(const std::string& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry.path(), gone).string().rfind(folder, 0) == 0) ++count;
  }
  return count;
}

TEST_F(recorded_files, what_is_opened_is_closed_before_the_process_ends) {
  ASSERT_TRUE(python(folder,
                     "new('a.h5', channel=np.ones((4, 3, 2), 'c8'), received=np.ones((4, 5, 3), 'c8'), "
                     "noise_variance=1.0)\n"));
  {
    const recorded_data data(folder.path("a.h5"));
    recorded_block block;
    data.read(0, 4, block);
    EXPECT_EQ(open_in(folder.path()), 1u);
    EXPECT_THROW(recorded_data(folder.path("make.py")), input_error);
    detection_file out(folder.path("out.h5"), {4, 5, 2, 0});
    const std::vector<cf32> estimate(40, 2.0f);
    const std::vector<float> variance(40, 0.5f);
    const std::vector<std::uint8_t> state(4);
    out.write(0, 4, {estimate, variance, state, {}, {}});
    EXPECT_EQ(open_in(folder.path()), 2u);
    out.commit();
    EXPECT_EQ(open_in(folder.path()), 1u);
    const detection_file dropped(folder.path("dropped.h5"), {4, 5, 2, 1});
  }
  EXPECT_EQ(open_in(folder.path()), 0u);
  EXPECT_TRUE(python(folder,
                     "f = h5py.File(folder + 'out.h5')\n"
                     "assert np.all(f['estimate'][:] == 2) and np.all(f['noise_variance'][:] == 0.5)\n"));
  EXPECT_FALSE(std::filesystem::exists(folder.path("dropped.h5")));
}

TEST_F(recorded_files, another_file_in_its_place_does_no_harm) {
  ASSERT_TRUE(python(folder, std::string(numbers) + "new('a.h5', z=z)\nnew('b.h5', z=0 * z)\n"));
  const recorded_array a(std::make_shared<const recorded_file>(folder.path("a.h5")), "z");
  std::filesystem::rename(folder.path("b.h5"), folder.path("a.h5"));
  expect_numbers(a, 7);
}

TEST_F(recorded_files, a_block_for_a_users_own_use_before_the_file_is_no_matter) {
  ASSERT_TRUE(python(
      folder, std::string(numbers) + "h5py.File(folder + 'a.h5', 'w', userblock_size=1024)['z'] = z\n"));
  expect_numbers(recorded_array(std::make_shared<const recorded_file>(folder.path("a.h5")), "z"), 23);
}

TEST_F(recorded_files, the_rank_of_the_noise_decides_what_it_is) {
  ASSERT_TRUE(python(folder, R"(
h, y = np.ones((4, 3, 2), 'c8'), np.ones((4, 5, 3), 'c8')
level = np.arange(12).reshape(4, 3) / 8
for name, noise in (('scalar', np.float64(0.25)), ('problem', level[:, 1]), ('antenna', level),
                    ('covariance', np.arange(36).reshape(4, 3, 3) * (1 - .5j))):
  new(name + '.h5', channel=h, received=y, noise_variance=noise)
)"));
  recorded_block block;
  const auto read = [&](const char* name) {
    const recorded_data data(folder.path(name));
    EXPECT_EQ(data.problems(), 4u);
    EXPECT_EQ(data.uses(), 5u);
    EXPECT_EQ(data.rx(), 3u);
    EXPECT_EQ(data.tx(), 2u);
    data.read(2, 2, block);
    EXPECT_EQ(block.noise.is, data.noise_is());
    return data.noise_is();
  };
  EXPECT_EQ(read("scalar.h5"), noise::scalar);
  EXPECT_EQ(block.noise.value, 0.25f);
  EXPECT_EQ(read("problem.h5"), noise::per_problem);
  EXPECT_EQ(block.noise.values.at<float>(1), 10.0f / 8);
  EXPECT_EQ(read("antenna.h5"), noise::per_antenna);
  EXPECT_EQ(block.noise.values.at<float>(0, 0, 2), 8.0f / 8);
  EXPECT_EQ(read("covariance.h5"), noise::covariance);
  EXPECT_EQ(block.noise.values.at<cf32>(1, 2, 1), 34.0f * cf32(1, -0.5f));
}

// 2^25 entries of 8 bytes, of which nothing is in the file.
TEST_F(recorded_files, chunks_above_the_bound_are_refused_before_one_is_unpacked) {
  ASSERT_TRUE(python(folder, R"(
f, n = new('a.h5'), 2**25
f.create_dataset('most', (n + 1, 1, 1), 'c8', chunks=(n, 1, 1), compression='gzip')
f.create_dataset('more', (n + 1, 1, 1), 'c8', chunks=(n + 1, 1, 1), compression='gzip')
f.create_dataset('wide', (n, 1, 2), 'c16', chunks=(n // 2, 1, 2), compression='gzip')
)"));
  const std::string path = folder.path("a.h5");
  const auto file = std::make_shared<const recorded_file>(path);
  EXPECT_NO_THROW(recorded_array(file, "most"));
  const auto message = [&](const char* name) -> std::string {
    try {
      recorded_array(file, name);
    } catch (const input_error& e) {
      return e.what();
    }
    return "";
  };
  const std::string rest =
      " MiB, which are unpacked whole; must be of at most 256 MiB: repack it (h5repack -l, with HDF5) in "
      "chunks of few "
      "problems each";
  EXPECT_EQ(message("more"), path + ": more: has chunks of [33554433, 1, 1], 257" + rest);
  EXPECT_EQ(message("wide"), path + ": wide: has chunks of [16777216, 1, 2], 512" + rest);
}

// The message of a file of problems; FILE stands for its path.
std::string complaint(const std::string& path) {
  try {
    const recorded_data data(path);
    recorded_block block;
    data.read(0, data.problems(), block);
  } catch (const input_error& e) {
    std::string what = e.what();
    for (std::size_t at; (at = what.find(path)) != std::string::npos;) what.replace(at, path.size(), "FILE");
    return what;
  }
  return "";
}

// HDF5 reads zeros where the other file is missing.
TEST_F(recorded_files, numbers_in_other_files_are_refused) {
  ASSERT_TRUE(test::python(folder, R"(
z = np.ones((4, 2, 2), 'c8')
new('source.h5', channel=z).close()
f = new('virtual.h5', received=z[:, :1], noise_variance=0.5)
layout = h5py.VirtualLayout(shape=z.shape, dtype='c8')
layout[:] = h5py.VirtualSource(folder + 'source.h5', 'channel', shape=z.shape)
f.create_virtual_dataset('channel', layout)
f = new('external.h5', received=z[:, :1], noise_variance=0.5)
f.create_dataset('channel', data=z, external=[(folder + 'raw', 0, h5py.h5f.UNLIMITED)])
)"));
  for (const std::string file : {"virtual.h5", "external.h5"})
    EXPECT_EQ(complaint(folder.path(file)),
              "FILE: /channel: lies in other files (virtual or external storage): copy it into this one");
}

TEST_F(recorded_files, errors_name_file_and_dataset_and_both_orders) {
  ASSERT_TRUE(python(folder, R"(
h, y = np.ones((4, 3, 2), 'c8'), np.ones((4, 5, 3), 'c8')
new('good', channel=h, received=y, noise_variance=1.0)
new('empty')
new('no-noise', channel=h, received=y)
new('rank', channel=h[0], received=y, noise_variance=1.0)
new('real', channel=h.real, received=y, noise_variance=1.0)
new('integer', channel=h.real.astype('i4'), received=y, noise_variance=1.0)
new('half', channel=h.real.astype('f2'), received=y, noise_variance=1.0)
new('text', channel='a', received=y, noise_variance=1.0)
new('zero', channel=h[:0], received=y[:0], noise_variance=1.0)
new('fewer', channel=h, received=y[:3], noise_variance=1.0)
new('antennas', channel=h, received=y[:, :, :2], noise_variance=1.0)
new('turned', channel=h, received=y.T, noise_variance=1.0)
new('noise', channel=h, received=y, noise_variance=np.ones(3))
new('noise-rank', channel=h, received=y, noise_variance=np.ones((4, 3, 3, 1)))
new('noise-real', channel=h, received=y, noise_variance=np.ones((4, 3, 3)))
new('noise-complex', channel=h, received=y, noise_variance=1j * np.ones((4, 3)))
new('nothing', channel=h5py.Empty('c8'), received=y, noise_variance=1.0)
new('group', received=y, noise_variance=1.0).create_group('channel')
new('large', received=y, noise_variance=1.0).create_dataset('channel', (4, 4097, 2), 'c8', chunks=(1, 64, 2))
f = new('packed', received=y, noise_variance=1.0)
f.create_dataset('channel', data=np.random.rand(4, 3, 2) + 0j, chunks=(4, 3, 2), compression='gzip')
at = f['channel'].id.get_chunk_info(0).byte_offset
f.close()
with open(folder + 'packed', 'r+b') as raw: raw.seek(at + 8); raw.write(b'\xff' * 40)
)"));
  const std::string good = test::slurp(folder.path("good"));
  folder.write("truncated", good.substr(0, good.size() / 2));
  folder.write("text.txt", "channel\n");
  std::filesystem::create_directory(folder.path("folder"));
  const std::string since = ", since /channel has [problem, rx, tx] = [4, 3, 2]",
                    type =
                        "has entries of a wrong type; must be float32 or float64, or for complex numbers a "
                        "compound {r, i} or {real, imag} of them",
                    orders = "in column-major order (MATLAB, Fortran, Julia)";
  const std::vector<std::pair<const char*, std::string>> cases{
      {"good", ""},
      {"none", "FILE: no such file"},
      {"folder", "FILE: is a folder, not a file"},
      {"text.txt", "FILE: is no HDF5 file"},
      {"empty", "FILE: /channel: no such dataset; the file has none"},
      {"no-noise", "FILE: /noise_variance: no such dataset; the file has /channel, /received"},
      {"rank",
       "FILE: /channel: has rank 2, extents [3, 2]; must have rank 3: [problem, rx, tx] in C order (C, "
       "NumPy), which is [tx, rx, problem] " +
           orders},
      {"real", "FILE: /channel: has real entries; must be complex: a compound {r, i} or {real, imag}"},
      {"integer", "FILE: /channel: " + type},
      {"half", "FILE: /channel: " + type},
      {"text", "FILE: /channel: " + type},
      {"zero", "FILE: /channel: has extents [0, 3, 2]; no extent of [problem, rx, tx] may be 0"},
      {"fewer", "FILE: /received: has extents [3, 5, 3]; must have [problem = 4, use, rx = 3]" + since},
      {"antennas", "FILE: /received: has extents [4, 5, 2]; must have [problem = 4, use, rx = 3]" + since},
      {"turned", "FILE: /received: has extents [3, 5, 4]; must have [problem = 4, use, rx = 3]" + since +
                     "; these are [rx, use, problem], the order of column-major programs (MATLAB, Fortran, "
                     "Julia): turn them to C order"},
      {"noise", "FILE: /noise_variance: has extents [3]; must have [problem = 4]" + since},
      {"noise-rank",
       "FILE: /noise_variance: has rank 4, extents [4, 3, 3, 1]; must be a scalar, [problem], [problem, rx] "
       "or, "
       "complex, [problem, rx, rx] in C order (C, NumPy), which is [rx, problem] and [rx, rx, problem] " +
           orders},
      {"noise-real",
       "FILE: /noise_variance: has real entries; must be complex: a compound {r, i} or {real, imag}"},
      {"noise-complex", "FILE: /noise_variance: has complex entries; must be real"},
      {"nothing", "FILE: /channel: holds nothing"},
      {"group", "FILE: /channel: is no dataset"},
      {"large", "FILE: /channel: has extents [4, 4097, 2]; rx must be at most 4096"}};
  for (const auto& [file, message] : cases) EXPECT_EQ(complaint(folder.path(file)), message) << file;
  // The ends of these are HDF5's words.
  const std::string truncated = complaint(folder.path("truncated")),
                    packed = complaint(folder.path("packed"));
  EXPECT_EQ(truncated.rfind("FILE: cannot be opened, damaged or still being written: truncated file", 0), 0u)
      << truncated;
  EXPECT_EQ(packed.rfind("FILE: /channel: cannot be read, the file is damaged: ", 0), 0u) << packed;
}

}  // namespace
}  // namespace mho::sim
