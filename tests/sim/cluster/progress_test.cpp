// What a job's ranks show of its progress.
#include <fcntl.h>
#include <stdlib.h>

#include <regex>

#include "sim/cluster/jobs.hpp"

namespace mho::test {
namespace {

// A terminal for one process: there progress comes five times a second.
class terminal {
 public:
  terminal() : handle_(posix_openpt(O_RDWR | O_NOCTTY)) {
    if (handle_ < 0 || grantpt(handle_) != 0 || unlockpt(handle_) != 0) return;
    char name[64];
    if (ptsname_r(handle_, name, sizeof name) != 0) return;
    other_ = open(name, O_RDWR | O_NOCTTY);  // what is written stays when the writer ends
    if (other_ < 0) return;
    fcntl(handle_, F_SETFL, O_NONBLOCK);
    path_ = name;
  }
  ~terminal() {
    if (other_ >= 0) close(other_);
    if (handle_ >= 0) close(handle_);
  }
  terminal(const terminal&) = delete;
  terminal& operator=(const terminal&) = delete;

  const std::string& path() const { return path_; }  // "" if there is none
  /// All that was written so far.
  const std::string& text() {
    char part[4096];
    for (ssize_t n = 0; (n = read(handle_, part, sizeof part)) > 0;)
      text_.append(part, static_cast<std::size_t>(n));
    return text_;
  }

 private:
  int handle_, other_ = -1;
  std::string path_, text_;
};

// The lines that rewrite one another, but empty ones.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  const std::string begin = "\r\033[K";
  for (std::size_t at = text.find(begin); at != std::string::npos;) {
    const std::size_t next = text.find(begin, at + 1);
    if (const std::string line = text.substr(at + begin.size(), next - at - begin.size()); !line.empty())
      lines.push_back(line);
    at = next;
  }
  return lines;
}

TEST(progress_of_a_job, is_shown_by_rank_0_alone) {
  if (const std::string why = no_ranks(); !why.empty()) GTEST_SKIP() << why;
  const scratch_folder folder;
  terminal of_rank[2];
  for (unsigned r = 0; r < 2; ++r) {
    if (of_rank[r].path().empty()) GTEST_SKIP() << "NOT TESTED: no pseudo-terminal can be had";
    std::filesystem::create_symlink(of_rank[r].path(), folder.path("rank-" + std::to_string(r)));
  }
  // mpirun gathers what ranks write in pipes: each is given its own terminal behind it.
  const std::string to_terminals =
      " /bin/sh -c 'exec \"$0\" \"$@\" 2>" + folder.path("rank-") + "$OMPI_COMM_WORLD_RANK'";
  background_mho run("ber " +
                         folder.write("long.toml",
                                      "[link]\nrx = 8\ntx = 4\nmodulation = \"16qam\"\nsnr_db = [-2, 4]\n"
                                      "[stop]\nmin_bits = 100_000_000_000\nmax_bits = 100_000_000_000\n"
                                      "[[detector]]\nname = \"zf\"\n") +
                         " --threads 1 --progress always --out " + folder.path("out"),
                     mpirun(2) + to_terminals);
  const bool shows = wait_until(run, [&] { return lines_of(of_rank[0].text()).size() >= 5; });
  const pid_t rank = shows ? run.rank(0) : -1;
  if (rank > 0)
    kill(rank, SIGTERM);
  else
    run.hit(SIGKILL);
  const outcome ended = run.wait();
  EXPECT_EQ(ended.status, 130) << ended.err;

  const std::vector<std::string> lines = lines_of(of_rank[0].text());
  ASSERT_GE(lines.size(), 5u) << ended.err;
  EXPECT_EQ(lines[0], "point 1/2  SNR -2.00 dB  0 bits");
  const std::regex form(
      R"(point 1/2  SNR -2\.00 dB  (\S+) bits  (\S+) bit/s  (\d+) errors of zf  about (\d+) s left)");
  double first = 0, bits = 0, errors = 0;
  for (std::size_t i = 1; i < 5; ++i) {
    std::smatch found;
    ASSERT_TRUE(std::regex_match(lines[i], found, form)) << lines[i];
    bits = std::stod(found[1]);
    if (i == 1) first = bits;
    EXPECT_GT(std::stod(found[2]), 0) << lines[i];
    EXPECT_GT(std::stod(found[3]), errors) << lines[i] << ": a line twice?";
    EXPECT_GT(std::stod(found[4]), 0) << lines[i];
    errors = std::stod(found[3]);
  }
  EXPECT_GT(first, 0);
  EXPECT_GT(bits, first);
  // None elsewhere.
  EXPECT_EQ(of_rank[1].text().find("point"), std::string::npos) << of_rank[1].text();
  EXPECT_EQ(ended.err.find("point"), std::string::npos) << ended.err;
}

}  // namespace
}  // namespace mho::test
