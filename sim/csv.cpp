#include "csv.hpp"

#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>
#include <sstream>

#include "files.hpp"
#include "input_error.hpp"

namespace mho::sim {
namespace {

constexpr std::size_t most_entries = 4096 * 4096;

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r"), last = text.find_last_not_of(" \t\r");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

std::optional<double> number(const std::string& text) {
  const std::size_t plus = !text.empty() && text[0] == '+' ? 1 : 0;
  double value = 0;
  const auto end = std::from_chars(text.data() + plus, text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

// a, bi, a+bi, a-bi; exponents have signs of their own, so the split is at the last sign that follows no
// exponent.
std::optional<std::complex<double>> entry(const std::string& text) {
  if (text.empty() || text.back() != 'i') {
    const auto real = number(text);
    if (!real) return std::nullopt;
    return *real;
  }
  const std::string body = text.substr(0, text.size() - 1);
  std::size_t split = std::string::npos;
  for (std::size_t i = 1; i < body.size(); ++i)
    if ((body[i] == '+' || body[i] == '-') && body[i - 1] != 'e' && body[i - 1] != 'E') split = i;
  std::string imaginary = split == std::string::npos ? body : body.substr(split);
  if (imaginary.empty() || imaginary == "+" || imaginary == "-") imaginary += "1";
  const auto re = split == std::string::npos ? std::optional<double>(0) : number(body.substr(0, split));
  const auto im = number(imaginary);
  if (!re || !im) return std::nullopt;
  return std::complex<double>(*re, *im);
}

}  // namespace

csv_matrix read_csv(const std::string& path) {
  check_readable(path);
  std::ifstream in(path);
  csv_matrix m;
  std::size_t line_number = 0;
  for (std::string line; std::getline(in, line);) {
    ++line_number;
    const std::string where = path + ":" + std::to_string(line_number) + ": ";
    if (trimmed(line).empty() || trimmed(line)[0] == '#') continue;
    std::istringstream fields(line);
    std::size_t columns = 0;
    for (std::string field; std::getline(fields, field, ',');) {
      const auto value = entry(trimmed(field));
      if (!value)
        throw input_error(where + "entry " + std::to_string(columns + 1) +
                          " is no finite number such as 1.5 or 1.5-0.2i");
      m.is_complex = m.is_complex || value->imag() != 0;
      m.entry.push_back(*value);
      if (m.entry.size() > most_entries) throw input_error(where + "too large; at most 4096x4096 entries");
      ++columns;
    }
    if (m.rows > 0 && columns != m.columns)
      throw input_error(where + "has " + std::to_string(columns) + " entries, the rows before have " +
                        std::to_string(m.columns));
    m.columns = columns;
    ++m.rows;
  }
  if (m.rows == 0) throw input_error(path + ": has no entries");
  return m;
}

}  // namespace mho::sim
