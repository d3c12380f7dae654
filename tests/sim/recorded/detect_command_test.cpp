// mho detect from outside: against NumPy in double precision, the same bytes for every number of threads,
// what bad problems leave, and that nothing stays of what did not end well.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/cluster/jobs.hpp"
#include "sim/recorded/h5py.hpp"

namespace mho::test {
namespace {

class detect_command : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = no_h5py(); !why.empty()) GTEST_SKIP() << why;
  }
  outcome detect(const std::string& in, const std::string& arguments, const std::string& out = "out.h5") {
    return run_mho("detect " + folder.path(in) + " --out " + folder.path(out) + " " + arguments);
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  bool check(const std::string& code) { return python(folder, code); }

  scratch_folder folder;
};

TEST_F(detect_command, agrees_with_numpy_in_double_precision) {
  const std::string check = std::string(MHO_RECORDED_TESTS) + "/check_detection.py ";
  for (const std::string noise : {"scalar", "problem", "antenna", "covariance"}) {
    ASSERT_TRUE(make_example(folder.path("in.h5"), "--problems 100 --noise " + noise +
                                                       (noise == "scalar" ? "" : " --gzip --double")));
    for (const std::string detector : {"zf", "mmse"}) {
      const outcome o = detect("in.h5", "--set modulation=16qam --detector " + detector);
      ASSERT_EQ(o.status, 0) << o.err;
      EXPECT_EQ(std::system((check + folder.path("in.h5 ") + folder.path("out.h5 ") + detector).c_str()), 0)
          << noise << " " << detector;
    }
  }
}

TEST_F(detect_command, the_same_bytes_for_every_number_of_threads_and_at_any_time) {
  ASSERT_TRUE(make_example(folder.path("in.h5"), "--problems 100 --noise antenna"));
  for (const std::string detector :
       {"mmse", "mrc", "zf-double", "analog-zf --seed 5", "analog-ginv --accelerator ideal",
        "analog-mmse --set cycles=[2] --set converter.device=thresholds"}) {
    for (const char* threads : {"1", "3", "8"}) {
      const outcome o =
          detect("in.h5", "--set modulation=16qam --detector " + detector + " --threads " + threads, threads);
      ASSERT_EQ(o.status, 0) << o.err;
      EXPECT_EQ(slurp(folder.path(threads)), slurp(folder.path("1"))) << detector;
    }
  }
  ASSERT_EQ(detect("in.h5", "--detector mmse --set modulation=16qam", "mmse").status, 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // HDF5's times have seconds
  ASSERT_EQ(detect("in.h5", "--detector mmse --set modulation=16qam", "later").status, 0);
  EXPECT_EQ(slurp(folder.path("later")), slurp(folder.path("mmse")));
  ASSERT_EQ(detect("in.h5", "--detector analog-zf --seed 6 --set modulation=16qam", "other").status, 0);
  ASSERT_EQ(detect("in.h5", "--detector analog-zf --seed 5 --set modulation=16qam", "one").status, 0);
  EXPECT_NE(slurp(folder.path("other")), slurp(folder.path("one")));
}

TEST_F(detect_command, the_ideal_accelerator_is_zero_forcing) {
  ASSERT_TRUE(make_example(folder.path("in.h5"), "--problems 50"));
  ASSERT_EQ(detect("in.h5", "--detector zf", "digital").status, 0);
  const outcome o = detect("in.h5", "--detector analog-zf --accelerator ideal --set cycles=[40]", "analog");
  ASSERT_EQ(o.status, 0) << o.err;
  // Where the refinement converges at eight levels, which the status says: what products with a matrix of
  // 24-bit words leave, 2^-23 a row of 8, and FP32's own gate of 32 2^-24, times the condition of H^H H, here
  // below 16.
  EXPECT_TRUE(check(R"(
a, b = (h5py.File(folder + n)['estimate'][:] for n in ('digital', 'analog'))
ok = h5py.File(folder + 'analog')['status'][:] == 0
assert ok.sum() > 40, ok.sum()
assert np.all(np.abs(a - b)[ok] < 16 * (8 + 16) * 2.0**-23 * np.maximum(1, np.abs(a[ok]).max()))
)"));
}

TEST_F(detect_command, bad_problems_leave_their_neighbours) {
  ASSERT_TRUE(make_example(folder.path("good.h5"), "--problems 40 --uses 3"));
  ASSERT_TRUE(check(R"(
import shutil
shutil.copy(folder + 'good.h5', folder + 'bad.h5')
f = h5py.File(folder + 'bad.h5', 'r+')
f['received'][5, 1, 3] = np.nan
f['channel'][17] = f['channel'][17][:, :1] * np.ones(4)
f['channel'][33, 2, 2] = np.inf
f['channel'][39] *= 1e-20
)"));
  ASSERT_EQ(detect("good.h5", "--detector zf --set modulation=16qam", "good").status, 0);
  const outcome o = detect("bad.h5", "--detector zf --set modulation=16qam --json", "bad");
  ASSERT_EQ(o.status, 0) << o.err;
  const auto counted = nlohmann::json::parse(o.out)["status"];
  EXPECT_EQ(counted["ok"], 36);
  EXPECT_EQ(counted["singular"], 1);
  EXPECT_EQ(counted["not_finite"], 2);
  EXPECT_EQ(counted["out_of_range"], 1);
  EXPECT_TRUE(check(R"(
good, bad = h5py.File(folder + 'good'), h5py.File(folder + 'bad')
state = bad['status'][:]
assert {int(i): int(state[i]) for i in np.flatnonzero(state)} == {5: 17, 17: 16, 33: 17, 39: 18}, state
failed = np.zeros((40, 3), bool)
failed[[17, 33, 39]] = failed[5, 1] = True
for name in ('estimate', 'noise_variance', 'llr', 'bits'):
  assert np.all(good[name][:][~failed] == bad[name][:][~failed]), name
assert np.all(bad['estimate'][:][failed] == 0) and np.all(np.isposinf(bad['noise_variance'][:][failed]))
assert np.all(bad['llr'][:][failed] == 0)
)"));
}

TEST_F(detect_command, without_a_modulation_there_are_neither_llrs_nor_bits) {
  ASSERT_TRUE(make_example(folder.path("in.h5"), "--problems 3"));
  ASSERT_EQ(detect("in.h5", "--detector mmse").status, 0);
  EXPECT_TRUE(
      check("assert set(h5py.File(folder + 'out.h5')) == {'estimate', 'noise_variance', 'status'}\n"));
}

TEST_F(detect_command, bad_arguments_are_one_line_and_leave_nothing) {
  ASSERT_TRUE(make_example(folder.path("in.h5"), "--problems 3"));
  const std::vector<std::pair<std::string, std::string>> cases{
      {"--detector zff", "--detector: unknown detector zff; the nearest known one is zf"},
      {"--detector zf --accelerator ideal", "--accelerator: detector zf has none"},
      {"--detector zf --set modulation=3qam",
       "--set: modulation: must be one of qpsk, 16qam, 64qam, 256qam, 1024qam, 4096qam; the nearest is "
       "16qam"},
      {"--detector zf --set mapping=paper", "--set: mapping: needs --set modulation=16qam, say"},
      {"--detector zf --set modulatoin=16qam",
       "--set: modulatoin: unknown key; the nearest known one is modulation"},
      {"--detector zf --set array.size=8", "--set: array.size: unknown key; "},
      {"--detector analog-zf --set array.sise=8",
       "--set: array.sise: unknown key; the nearest known one is array.size"},
      {"--detector analog-zf --set seed=3", "--set: seed: is --seed here"},
      {"--detector analog-zf --set cycles=[1,2]",
       "--set: cycles: must be one number in brackets: the file has one estimate"},
      {"--detector analog-zf --set cycles=0.5", "--set: cycles: must be a list of integers from 1 to 64"},
      {"--detector zf --set lanes", "--set: lanes: must be KEY=VALUE"}};
  for (const auto& [arguments, message] : cases) {
    const outcome o = detect("in.h5", arguments);
    EXPECT_EQ(o.status, 2) << arguments;
    EXPECT_EQ(o.err.rfind("mho: " + message, 0), 0u) << arguments << ": " << o.err;
    EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
  }
  const outcome self = detect("in.h5", "--detector zf", "in.h5");
  EXPECT_EQ(self.status, 2);
  EXPECT_EQ(self.err, "mho: --out: " + folder.path("in.h5") + " is the file that is read; name another\n");
  const outcome nowhere = detect("in.h5", "--detector zf", "none/out.h5");
  EXPECT_EQ(nowhere.status, 1);
  EXPECT_EQ(nowhere.err, "mho: cannot write " + folder.path("none/out.h5") + ": No such file or directory\n");
  EXPECT_EQ(files(), std::vector<std::string>{"in.h5"});
}

TEST_F(detect_command, a_file_that_ends_badly_leaves_what_was_there) {
  ASSERT_TRUE(check(R"(
h = np.random.rand(64, 16, 16, 2) @ [1, 1j]
f = new('in.h5', received=np.ones((64, 2, 16), 'c8'), noise_variance=1.0)
f.create_dataset('channel', data=h, chunks=(32, 16, 16), compression='gzip')
at = f['channel'].id.get_chunk_info(1).byte_offset
f.close()
with open(folder + 'in.h5', 'r+b') as raw: raw.seek(at + 8); raw.write(b'\xff' * 100)
)"));
  folder.write("out.h5", "earlier");
  const outcome o = detect("in.h5", "--detector zf");
  EXPECT_EQ(o.status, 2);
  EXPECT_EQ(o.err.rfind("mho: " + folder.path("in.h5") + ": /channel: cannot be read", 0), 0u) << o.err;
  EXPECT_EQ(slurp(folder.path("out.h5")), "earlier");
  EXPECT_EQ(files(), (std::vector<std::string>{"in.h5", "make.py", "out.h5"}));
}

TEST_F(detect_command, files_that_end_in_part_are_a_users_own) {
  ASSERT_TRUE(make_example(folder.path("out.h5.part"), "--problems 3"));
  const std::string in = slurp(folder.path("out.h5.part"));
  const outcome o = detect("out.h5.part", "--detector zf");
  ASSERT_EQ(o.status, 0) << o.err;
  EXPECT_EQ(slurp(folder.path("out.h5.part")), in);
  EXPECT_EQ(files(), (std::vector<std::string>{"out.h5", "out.h5.part"}));
  EXPECT_TRUE(check("assert h5py.File(folder + 'out.h5')['estimate'].shape[0] == 3\n"));
}

TEST_F(detect_command, what_is_no_file_is_not_replaced_by_one) {
  ASSERT_TRUE(make_example(folder.path("in.h5"), "--problems 3"));
  std::filesystem::create_directory(folder.path("folder"));
  std::filesystem::create_symlink("/dev/full", folder.path("device"));
  std::filesystem::create_symlink("nothing", folder.path("nowhere"));
  ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
  const std::vector<std::string> there = files();
  const std::string device = " is a device, a pipe or a socket",
                    must = "; must be a file, or not there yet\n";
  for (const auto& [name, what] :
       std::vector<std::pair<std::string, std::string>>{{"folder", " is a folder"},
                                                        {"device", device},
                                                        {"pipe", device},
                                                        {"nowhere", " is a link to nothing"}}) {
    const outcome o = detect("in.h5", "--detector zf", name);
    EXPECT_EQ(o.status, 2);
    EXPECT_EQ(o.err, "mho: --out: " + folder.path(name) + what + must);
    EXPECT_EQ(files(), there);
  }
  EXPECT_TRUE(std::filesystem::is_fifo(folder.path("pipe")));
  EXPECT_EQ(std::filesystem::read_symlink(folder.path("device")), "/dev/full");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
  // A link to a file stays one.
  folder.write("folder/out.h5", "earlier");
  std::filesystem::create_symlink("folder/out.h5", folder.path("link"));
  const outcome o = detect("in.h5", "--detector zf", "link");
  ASSERT_EQ(o.status, 0) << o.err;
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link")));
  EXPECT_TRUE(check("assert h5py.File(folder + 'folder/out.h5')['estimate'].shape[0] == 3\n"));
}

TEST_F(detect_command, the_file_may_be_read_by_whom_the_umask_lets) {
  ASSERT_TRUE(make_example(folder.path("in.h5"), "--problems 3"));
  ASSERT_EQ(run_mho("detect " + folder.path("in.h5") + " --detector zf --out " + folder.path("out.h5"),
                    "umask 027;")
                .status,
            0);
  EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(folder.path("out.h5")).permissions()), 0640u);
}

// In front of the program's path: no file of more than so many blocks of 512 bytes. The signal that comes
// with it is ignored, as of a full disk there is none. HDF5 1.10 loses memory where it cannot write: the leak
// sanitizer would report that, so it is off.
std::string files_up_to(std::uintmax_t blocks) {
  return "trap '' XFSZ; ulimit -f " + std::to_string(blocks) + "; ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0";
}

// HDF5 writes at one time or another: with the first block, or when it closes the file.
TEST_F(detect_command, a_file_that_cannot_be_written_is_one_line_and_leaves_nothing) {
  ASSERT_TRUE(make_example(folder.path("in.h5"), "--problems 2000"));
  ASSERT_EQ(detect("in.h5", "--detector zf --set modulation=16qam", "whole.h5").status, 0);
  const auto whole = std::filesystem::file_size(folder.path("whole.h5"));
  std::filesystem::remove(folder.path("whole.h5"));
  folder.write("out.h5", "earlier");
  ASSERT_GT(whole, 1u << 20);
  for (const std::uintmax_t blocks : {std::uintmax_t{1}, std::uintmax_t{4}, whole / 1024, whole / 512 - 1}) {
    SCOPED_TRACE(std::to_string(blocks) + " blocks");
    const outcome o = run_mho("detect " + folder.path("in.h5") +
                                  " --detector zf --set modulation=16qam --out " + folder.path("out.h5"),
                              files_up_to(blocks));
    EXPECT_EQ(o.status, 1);
    EXPECT_EQ(o.err, "mho: cannot write " + folder.path("out.h5") + ": File too large\n");
    EXPECT_EQ(slurp(folder.path("out.h5")), "earlier");
    EXPECT_EQ(files(), (std::vector<std::string>{"in.h5", "out.h5"}));
  }
  // Of more problems than a file can hold: there is nothing of them but their number.
  ASSERT_TRUE(check(R"(
f, n = new('sparse.h5', noise_variance=1.0), 10**13
f.create_dataset('channel', (n, 2, 2), 'c8', chunks=(16, 2, 2))
f.create_dataset('received', (n, 1, 2), 'c8', chunks=(16, 1, 2))
)"));
  const outcome o =
      run_mho("detect " + folder.path("sparse.h5") + " --detector zf --out " + folder.path("out.h5"),
              files_up_to(1000000));  // there are file systems that take it
  EXPECT_EQ(o.status, 1);
  EXPECT_EQ(o.err.rfind("mho: cannot write " + folder.path("out.h5") + ": ", 0), 0u) << o.err;
  EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
  EXPECT_EQ(files(), (std::vector<std::string>{"in.h5", "make.py", "out.h5", "sparse.h5"}));
}

TEST_F(detect_command, a_signal_ends_it_with_130_and_no_file) {
  // Arrays with wires are solved as networks: minutes of work.
  ASSERT_TRUE(make_example(folder.path("in.h5"), "--problems 4000 --rx 16 --tx 16 --uses 1"));
  background_mho run("detect " + folder.path("in.h5") +
                         " --detector analog-zf --set array.wire_ohm=1 --out " + folder.path("out.h5"),
                     "");
  ASSERT_TRUE(wait_until(run, [&] { return files().size() == 2; }));
  run.hit(SIGINT);
  const outcome o = run.wait();
  EXPECT_EQ(o.status, 130) << o.err;
  EXPECT_EQ(files(), std::vector<std::string>{"in.h5"});
}

}  // namespace
}  // namespace mho::test
