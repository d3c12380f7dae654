#include "files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "input_error.hpp"

namespace mho::sim {

void write_file(const std::string& path, const std::string& content) {
  const std::string temporary = path + ".part";
  const auto refuse = [&] { throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno)); };
  std::FILE* file = std::fopen(temporary.c_str(), "wb");
  if (file == nullptr) refuse();
  const bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size() &&
                       std::fflush(file) == 0 && ::fsync(::fileno(file)) == 0;
  int why = errno;
  const bool closed = std::fclose(file) == 0;
  if (written && closed && std::rename(temporary.c_str(), path.c_str()) == 0) return;
  if (written) why = errno;
  std::remove(temporary.c_str());  // it would only take room
  errno = why;
  refuse();
}

void check_readable(const std::string& path) {
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed)) throw input_error(path + ": is a folder, not a file");
  if (!std::filesystem::exists(path, failed) && !failed) throw input_error(path + ": no such file");
  errno = 0;
  if (!std::ifstream(path, std::ios::binary))
    throw input_error(path + ": cannot be read: " + std::strerror(errno));
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace mho::sim
