#include "analog/wires.hpp"

#include <algorithm>
#include <cmath>

namespace mho::analog {
namespace {

using Eigen::Index;

void shape(terminal_conductance& out, Index n, bool two_arrays) {
  out.n = n;
  out.two_arrays = two_arrays;
  const Index size = (two_arrays ? 4 : 3) * n;
  if (out.y.rows() != size || out.y.cols() != size) out.y.resize(size, size);
  out.y.setZero();
}

void join(Eigen::MatrixXd& y, Index a, Index b, double siemens) {
  y(a, b) = y(b, a) = -siemens;
  y(a, a) += siemens;
  y(b, b) += siemens;
}

bool is_perfect(double wire_ohm) { return !std::isfinite(1 / wire_ohm); }

}  // namespace

wire_reducer::wire_reducer(Index rows, Index columns)
    : rows_(rows),
      columns_(columns),
      slots_(columns + 2 * rows),
      mesh_(static_cast<std::size_t>(slots_ * slots_)),
      star_(static_cast<std::size_t>(slots_)),
      cells_(static_cast<std::size_t>(columns)) {}

void wire_reducer::begin() {
  used_ = 0;
  while (used_ < columns_) open_slot();
}

Index wire_reducer::open_slot() {
  std::fill_n(line(used_), used_, 0.0);
  return used_++;
}

// The row's ladder, node by node towards the input: each hands its neighbours over to the next one. `source`
// is no slot (-1) where the row has none.
void wire_reducer::add_row(double wire_siemens, double source_siemens, Index input, Index source) {
  double* star = star_.data();
  for (Index k = 0; k < columns_; ++k) {
    star[k] = cells_[static_cast<std::size_t>(k)];
    double sum = wire_siemens + source_siemens;
    for (Index a = 0; a <= k; ++a) sum += star[a];
    for (Index a = 1; a <= k; ++a) {
      const double factor = star[a] / sum;
      double* to = line(a);
      for (Index b = 0; b < a; ++b) to[b] += factor * star[b];
    }
    const double passed = wire_siemens / sum;
    if (source >= 0) {
      const double factor = source_siemens / sum;
      double* to = line(source);
      for (Index b = 0; b <= k; ++b) to[b] += factor * star[b];
      source_siemens *= passed;
    }
    for (Index a = 0; a <= k; ++a) star[a] *= passed;
  }
  std::copy_n(star, columns_, line(input));
  if (source >= 0) line(source)[input] = source_siemens;
}

// Each column's node is replaced by the next one, a segment nearer to the driver. Between slots from `kept`
// on nothing is recorded.
void wire_reducer::pass_columns(double wire_siemens, Index kept) {
  double* star = star_.data();
  for (Index k = 0; k < columns_; ++k) {
    std::copy_n(line(k), k, star);
    star[k] = 0;
    for (Index a = k + 1; a < used_; ++a) star[a] = line(a)[k];
    double sum = wire_siemens;
    for (Index a = 0; a < used_; ++a) sum += star[a];
    const double passed = wire_siemens / sum;
    for (Index a = 1; a < used_; ++a) {
      const double factor = star[a] / sum;
      double* to = line(a);
      const Index end = std::min(a, kept);
      for (Index b = 0; b < end; ++b) to[b] += factor * star[b];
    }
    for (Index b = 0; b < k; ++b) line(k)[b] = passed * star[b];
    for (Index a = k + 1; a < used_; ++a) line(a)[k] = passed * star[a];
  }
}

void wire_reducer::reduce(const inv_cells& cells, terminal_conductance& out) {
  if (is_perfect(cells.wire_ohm)) {
    out = connect(cells);
    return;
  }
  shape(out, rows_, cells.minus.size() > 0);
  const double wire_siemens = 1 / cells.wire_ohm;
  begin();
  for (Index i = rows_ - 1; i >= 0; --i) {
    for (Index j = 0; j < columns_; ++j)
      cells_[static_cast<std::size_t>(j)] = j < rows_ ? cells.plus(i, j) : cells.minus(i, j - rows_);
    const Index input = open_slot(), source = open_slot();
    add_row(wire_siemens, cells.source(i), input, source);
    pass_columns(wire_siemens, slots_);
  }
  const auto terminal = [&](Index slot) {
    if (slot < columns_) return out.outputs() + slot;  // those of `minus` follow those of `plus`
    const Index row = rows_ - 1 - (slot - columns_) / 2;
    return ((slot - columns_) % 2 == 0 ? out.rows() : out.sources()) + row;
  };
  for (Index a = 0; a < slots_; ++a)
    for (Index b = 0; b < a; ++b) join(out.y, terminal(a), terminal(b), line(a)[b]);
  add_apart(cells, out);
}

void wire_reducer::effective_matrix(const Eigen::MatrixXd& cells, double wire_ohm,
                                    Eigen::MatrixXd& effective) {
  if (is_perfect(wire_ohm)) {
    effective = cells;
    return;
  }
  const double wire_siemens = 1 / wire_ohm;
  begin();
  for (Index i = rows_ - 1; i >= 0; --i) {
    for (Index j = 0; j < columns_; ++j) cells_[static_cast<std::size_t>(j)] = cells(i, j);
    const Index input = open_slot();
    add_row(wire_siemens, 0, input, -1);
    pass_columns(wire_siemens, columns_);  // what flows between grounded inputs is nobody's current
  }
  effective.resize(rows_, columns_);
  for (Index i = 0; i < rows_; ++i)
    for (Index j = 0; j < columns_; ++j) effective(i, j) = line(columns_ + rows_ - 1 - i)[j];
}

terminal_conductance reduce(const inv_cells& cells) {
  terminal_conductance out;
  wire_reducer(cells.plus.rows(), cells.plus.cols() + cells.minus.cols()).reduce(cells, out);
  return out;
}

}  // namespace mho::analog
