#include "level_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "input_error.hpp"

namespace mho::sim {
namespace {

constexpr std::array<const char*, 4> names{"mean_siemens", "sigma_siemens", "low_siemens", "high_siemens"};
constexpr const char* columns_allowed =
    "must be mean_siemens, sigma_siemens or mean_siemens, sigma_siemens, low_siemens, high_siemens";

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, ',');) {
    const std::size_t first = field.find_first_not_of(" \t\r"), last = field.find_last_not_of(" \t\r");
    fields.push_back(first == std::string::npos ? "" : field.substr(first, last - first + 1));
  }
  if (!line.empty() && line.back() == ',') fields.emplace_back();
  return fields;
}

// Names, not numbers ("nan" among numbers is no name).
bool is_header(const std::vector<std::string>& fields) {
  return std::all_of(fields.begin(), fields.end(), [](const std::string& f) {
    return !f.empty() && std::isalpha(static_cast<unsigned char>(f[0])) != 0;
  });
}

// A conductance: no siemens above 1 is one, so that a table in other units is found out.
double conductance(const std::string& text, const std::string& where, const char* name) {
  double value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size() || !(value >= 0 && value <= 1))
    throw input_error(where + name + ": must be a number from 0 to 1, such as 4.93e-6");
  return value;
}

}  // namespace

options read_level_table(const std::string& path, std::size_t levels) {
  if (!std::filesystem::is_regular_file(path)) throw input_error(path + ": no such file");
  std::ifstream in(path);
  std::array<std::vector<double>, 4> column;
  std::size_t line_number = 0, columns = 0;
  bool first = true;
  for (std::string line; std::getline(in, line);) {
    ++line_number;
    const std::string where = path + ":" + std::to_string(line_number) + ": ";
    const std::size_t start = line.find_first_not_of(" \t\r");
    if (start == std::string::npos || line[start] == '#') continue;
    const std::vector<std::string> fields = fields_of(line);
    if (columns == 0) columns = fields.size();
    if (columns != 2 && columns != 4)
      throw input_error(fmt::format("{}has {} columns, {}", where, columns, columns_allowed));
    if (fields.size() != columns)
      throw input_error(
          fmt::format("{}has {} columns, the lines before have {}", where, fields.size(), columns));
    if (first && is_header(fields)) {
      if (!std::equal(fields.begin(), fields.end(), names.begin()))
        throw input_error(where + "the columns " + columns_allowed);
      first = false;
      continue;
    }
    first = false;
    for (std::size_t k = 0; k < columns; ++k) column[k].push_back(conductance(fields[k], where, names[k]));
    const double mean = column[0].back();
    if (columns == 4 && !(column[2].back() <= mean && mean <= column[3].back()))
      throw input_error(where + "mean_siemens: must lie between low_siemens and high_siemens");
    if (columns == 4 && column[3].back() - column[2].back() < column[1].back())
      throw input_error(where + "sigma_siemens: must be at most high_siemens - low_siemens");
    if (column[0].size() > levels)
      throw input_error(fmt::format("{}has more rows than device.levels = {}", where, levels));
  }
  if (column[0].size() != levels)
    throw input_error(fmt::format("{}:{}: ends after {} rows, device.levels is {}", path,
                                  std::max<std::size_t>(1, line_number), column[0].size(), levels));
  options lists;
  for (std::size_t k = 0; k < columns; ++k) lists[std::string("device.table_") + names[k]] = column[k];
  return lists;
}

std::string table_file_problem(const result<options>& accelerator) {
  if (!accelerator) return "";
  const auto& error = std::get<std::string>(accelerator->at("device.write_error"));
  return error == "table" ? "" : "is used with device.write_error = table alone, which is " + error;
}

}  // namespace mho::sim
