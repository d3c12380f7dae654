#include "files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace mho::sim {

void write_file(const std::string& path, const std::string& content) {
  const std::string temporary = path + ".part";
  const auto refuse = [&] { throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno)); };
  std::FILE* file = std::fopen(temporary.c_str(), "wb");
  if (file == nullptr) refuse();
  const bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size() &&
                       std::fflush(file) == 0 && ::fsync(::fileno(file)) == 0;
  if (std::fclose(file) != 0 || !written) refuse();
  if (std::rename(temporary.c_str(), path.c_str()) != 0) refuse();
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace mho::sim
