/// \file
/// Runs that are shared out, and processes that come to harm.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "sim/program.hpp"

namespace mho::test {

/// Neither gnuplot nor anything else is found.
inline const std::string alone = "PATH=";

/// In front of the program's path: ranks on this machine, without gnuplot. OpenMPI keeps memory until the
/// process ends and counts on the system to take it: the leak sanitizer would report that, so it is off.
inline std::string mpirun(unsigned ranks, const std::string& environment = "PATH=") {
  return "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
         "ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 "
         "mpirun --oversubscribe --bind-to none -n " +
         std::to_string(ranks) + " env " + environment;
}

/// Why ranks cannot be tested here; "" if they can.
inline std::string no_ranks() {
#ifndef MHO_HAVE_MPI
  return "NOT TESTED: mho was built without MPI";
#else
#ifdef __SANITIZE_THREAD__
  return "NOT TESTED: the thread sanitizer takes OpenMPI's own threads, which it did not compile, for races";
#endif
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
  return "NOT TESTED: the thread sanitizer takes OpenMPI's own threads, which it did not compile, for races";
#endif
#endif
  const int found = std::system("command -v mpirun >/dev/null 2>&1");
  return found == 0 ? "" : "NOT TESTED: mpirun was not found (Debian: openmpi-bin)";
#endif
}

/// A run of mho in the background.
class background_mho {
 public:
  background_mho(const std::string& arguments, const std::string& environment) {
    const std::string command = "exec env " + environment + " " + MHO_PROGRAM + " " + arguments + " >" +
                                folder_.path("out") + " 2>" + folder_.path("err");
    child_ = fork();
    if (child_ == 0) {
      setpgid(0, 0);
      setenv("MHO_TEST_JOB", folder_.path().c_str(), 1);
      execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      _exit(98);
    }
    setpgid(child_, child_);
  }
  ~background_mho() {
    if (ended()) return;
    hit(SIGKILL);
    wait();
  }
  /// The shell and the program, or mpirun without its ranks.
  void hit(int signal) const { kill(-child_, signal); }
  /// A rank of the job.
  pid_t rank(unsigned number) const;
  bool ended() {
    if (child_ > 0 && waitpid(child_, &state_, WNOHANG) == child_) child_ = -1;
    return child_ < 0;
  }
  /// What it has said on standard error so far.
  std::string errors() const { return slurp(folder_.path("err")); }
  outcome wait() {
    if (child_ > 0) waitpid(child_, &state_, 0);
    child_ = -1;
    return {WIFEXITED(state_) ? WEXITSTATUS(state_) : 128 + WTERMSIG(state_), slurp(folder_.path("out")),
            slurp(folder_.path("err"))};
  }

 private:
  scratch_folder folder_;
  pid_t child_ = -1;
  int state_ = 0;
};

/// Waits until it holds or the run has ended.
inline bool wait_until(background_mho& run, const std::function<bool()>& holds) {
  using clock = std::chrono::steady_clock;
  for (const auto deadline = clock::now() + std::chrono::minutes(3); !holds();) {
    if (run.ended()) return false;
    if (clock::now() > deadline) run.hit(SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

inline pid_t background_mho::rank(unsigned number) const {
  const std::string mark = "OMPI_COMM_WORLD_RANK=" + std::to_string(number);
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto pid = static_cast<pid_t>(std::stol(name));
    // This job's, whatever else runs on the machine.
    const std::string environment = slurp("/proc/" + name + "/environ");
    if ((environment + '\0').find(mark + '\0') == std::string::npos) continue;
    if (environment.find("MHO_TEST_JOB=" + folder_.path() + '\0') != std::string::npos) return pid;
  }
  return -1;
}

}  // namespace mho::test
