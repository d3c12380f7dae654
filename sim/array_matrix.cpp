#include "array_matrix.hpp"

#include <fmt/format.h>

#include <mho/mho.hpp>

#include "input_error.hpp"

namespace mho::sim {

csv_matrix read_square(const std::string& path) {
  csv_matrix m = read_csv(path);
  if (m.rows != m.columns)
    throw input_error(fmt::format("{}: must be square, is {}x{}", path, m.rows, m.columns));
  return m;
}

std::vector<double> real_form(const csv_matrix& m, bool is_complex) {
  std::vector<double> full;
  if (is_complex) {
    full.resize(4 * m.rows * m.rows);
    expand_complex(m.entry.data(), m.rows, full.data());
  } else {
    for (const std::complex<double>& entry : m.entry) full.push_back(entry.real());
  }
  return full;
}

void check_signs(const std::string& path, const csv_matrix& m, bool is_complex, const options& parameters) {
  if (std::get<std::string>(parameters.at("array.mapping")) != "direct") return;
  const std::vector<double> full = real_form(m, is_complex);
  const std::size_t n = is_complex ? 2 * m.rows : m.rows;
  for (std::size_t i = 0; i < full.size(); ++i)
    if (full[i] < 0)
      throw input_error(fmt::format(
          "{}: array.mapping = direct takes no negative entries, and row {}, column {}{} is {:g}; split and "
          "pair take them",
          path, i / n + 1, i % n + 1, is_complex ? " of [[Re, -Im], [Im, Re]]" : "", full[i]));
}

}  // namespace mho::sim
