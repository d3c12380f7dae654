/// \file
/// Runs the program as a user does.
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <unistd.h>

namespace mho::test {

/// A folder that ends with the test.
class scratch_folder {
 public:
  scratch_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "mho-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~scratch_folder() { std::filesystem::remove_all(path_); }
  std::string path(const std::string& name = "") const { return name.empty() ? path_ : path_ + "/" + name; }
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

 private:
  std::string path_;
};

inline std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

struct outcome {
  int status = -1;
  std::string out, err;
};

/// mho with these arguments (already quoted for the shell) and these NAME=VALUE in its environment.
inline outcome run_mho(const std::string& arguments, const std::string& environment = "") {
  const scratch_folder folder;
  const std::string command = environment + " " + MHO_PROGRAM + " " + arguments + " >" + folder.path("out") +
                              " 2>" + folder.path("err");
  const int state = std::system(command.c_str());
  return {WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state), slurp(folder.path("out")),
          slurp(folder.path("err"))};
}

}  // namespace mho::test
