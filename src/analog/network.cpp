#include "analog/network.hpp"

namespace mho::analog {
namespace {

// Cells of an array whose row i ends at terminal i and whose column j begins at terminal `columns` + j.
void add_array(const Eigen::MatrixXd& g, Eigen::Index columns, Eigen::MatrixXd& y) {
  const Eigen::Index n = g.rows();
  y.block(0, columns, n, n) -= g;
  y.block(columns, 0, n, n) -= g.transpose();
  y.diagonal().head(n) += g.rowwise().sum();
  y.diagonal().segment(columns, n) += g.colwise().sum().transpose();
}

}  // namespace

void add_apart(const inv_cells& cells, terminal_conductance& net) {
  if (cells.apart.size() > 0) add_array(cells.apart, net.outputs(), net.y);
}

terminal_conductance connect(const inv_cells& cells) {
  terminal_conductance net;
  net.n = cells.plus.rows();
  net.two_arrays = cells.minus.size() > 0;
  net.y = Eigen::MatrixXd::Zero(net.sources() + net.n, net.sources() + net.n);
  add_array(cells.plus, net.outputs(), net.y);
  if (net.two_arrays) add_array(cells.minus, net.inverted(), net.y);
  add_array(cells.source.asDiagonal(), net.sources(), net.y);
  add_apart(cells, net);
  return net;
}

}  // namespace mho::analog
