#include "gnuplot.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

extern char** environ;

namespace mho::sim {

std::string gnuplot_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += static_cast<unsigned char>(c) < 32 ? ' ' : c;
  }
  return out + "'";
}

result<bool> run_gnuplot(const std::string& folder, const std::string& script) {
  // "gnuplot" changes into the folder by itself: file names in the script are relative.
  const std::string change = "cd " + gnuplot_quoted(std::filesystem::absolute(folder).string());
  const std::string load = "load " + gnuplot_quoted(script);
  std::array<char*, 6> arguments{const_cast<char*>("gnuplot"),      const_cast<char*>("-e"),
                                 const_cast<char*>(change.c_str()), const_cast<char*>("-e"),
                                 const_cast<char*>(load.c_str()),   nullptr};
  pid_t child = 0;
  if (posix_spawnp(&child, "gnuplot", nullptr, nullptr, arguments.data(), environ) != 0)
    return {error::unsupported,
            "gnuplot cannot be started; the script " + folder + "/" + script + " is complete"};
  int state = 0;
  while (waitpid(child, &state, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(state) || WEXITSTATUS(state) != 0)
    return {error::unsupported, "gnuplot failed on " + folder + "/" + script};
  return true;
}

}  // namespace mho::sim
