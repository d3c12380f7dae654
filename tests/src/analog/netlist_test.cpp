// Netlists: what is refused, what is written, and that a programmed circuit is the one that the solver uses.
#include <mho/netlist.hpp>

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <limits>
#include <mho/analog.hpp>

#include "analog/parameters/reader.hpp"
#include "analog/wires.hpp"
#include "src/analog/closed_loops.hpp"

namespace mho {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using row_matrix = Eigen::Matrix<double, -1, -1, Eigen::RowMajor>;

inv_instance two_by_two() {
  inv_instance c;
  c.n = 2;
  c.plus_siemens = {1e-4, 0, 1.0 / 65536, 1e-4};
  c.source_siemens = {1e-4, 1e-4};
  c.input_volt = {0.1, -0.25};
  return c;
}

std::size_t lines_with(const std::string& text, const std::string& begin) {
  std::size_t count = 0, at = 0;
  while ((at = text.find('\n' + begin, at)) != std::string::npos) ++count, ++at;
  return count;
}

TEST(netlist, has_an_element_for_each_that_conducts) {
  inv_instance c = two_by_two();
  const std::string one = spice_netlist(c, {}).value();
  EXPECT_EQ(lines_with(one, "R"), 2u + 3u);  // sources, cells; one cell does not conduct
  EXPECT_EQ(lines_with(one, "X"), 2u);
  EXPECT_EQ(lines_with(one, "Vin"), 2u);
  EXPECT_NE(one.find("\nVin1 s1 0 DC -0.25\n"), std::string::npos);
  EXPECT_NE(one.find(" o0 u1 65536\n"), std::string::npos);
  c.minus_siemens = {0, 1e-5, 0, 0};
  c.offset_volt = {1e-3, 0};
  const std::string two = spice_netlist(c, {}).value();
  EXPECT_EQ(lines_with(two, "R"), 2u + 3u + 1u + 4u);  // and the inverters'
  EXPECT_EQ(lines_with(two, "X"), 4u);
  EXPECT_EQ(lines_with(two, "Vos"), 1u);
  c.wire_ohm = 2;
  // 2 rows of 4 cells: a segment each in row and column.
  EXPECT_EQ(lines_with(spice_netlist(c, {}).value(), "R"), 2u + 3u + 1u + 4u + 2u * 2u * 4u);
}

TEST(netlist, of_a_signed_pseudo_inverse_loads_both_inputs_alike) {
  ginv_instance c;
  c.m = 2;
  c.n = 1;
  c.x_siemens = {1e-4, 0};
  c.minus_siemens = {0, 1.0 / 4096};
  c.feedback_siemens = 1.0 / 8192;
  c.input_ampere = {1e-6, -2e-6};
  const std::string text = spice_netlist(c, {}).value();
  EXPECT_EQ(lines_with(text, "X"), 3u);
  EXPECT_EQ(lines_with(text, "Iin"), 2u);
  // Two of each cell, two feedbacks, and a load for each of three amplifiers.
  EXPECT_EQ(lines_with(text, "R"), 4u + 2u + 3u);
  EXPECT_NE(text.find(" o0 e1 4096\n"), std::string::npos) << text;
  EXPECT_NE(text.find(" u1 0 8192\n"), std::string::npos) << text;  // 1/4096 at e1, 1/8192 at u1
  EXPECT_NE(text.find("X2 e1 u1 t1 oa\n"), std::string::npos) << text;
  EXPECT_NE(text.find("X3 q0 g0 o0 ob\n"), std::string::npos) << text;
  c.column_ampere = {3e-6};
  EXPECT_NE(spice_netlist(c, {})->find("\nIcol0 0 q0 DC 3e-06\n"), std::string::npos);
  c.minus_siemens.clear();
  const std::string one = spice_netlist(c, {}).value();
  EXPECT_EQ(lines_with(one, "R"), 2u + 2u);
  EXPECT_NE(one.find("X2 0 u1 t1 oa\n"), std::string::npos) << one;
}

TEST(netlist, of_a_product_takes_differences) {
  mvm_instance c;
  c.m = 2;
  c.n = 1;
  c.plus_siemens = {1.0 / 4096, 0};
  c.input_volt = {0.1, 0.2};
  const std::string one = spice_netlist(c, {}).value();
  EXPECT_EQ(lines_with(one, "R"), 1u + 1u);
  EXPECT_NE(one.find(" s0 u0 4096\n"), std::string::npos) << one;
  EXPECT_EQ(lines_with(one, "X"), 1u);
  c.minus_siemens = {0, 1e-4};
  const std::string two = spice_netlist(c, {}).value();
  EXPECT_EQ(lines_with(two, "X"), 2u);
  EXPECT_NE(two.find("\nEd0 o0 0 t0 w0 1\n"), std::string::npos) << two;
}

TEST(netlist, circuits_of_programmed_products_refuse_what_they_cannot_hold) {
  const options p = accelerator_options("paper").value();
  const std::vector<double> tall{1, 0, 0, 1, 1, 1}, y{1, 2, 3};
  EXPECT_TRUE(ginv_circuit(p, tall, 3, 2, y, {}).ok());
  EXPECT_EQ(ginv_circuit(p, tall, 2, 3, y, {}).code(), error::bad_shape);
  EXPECT_EQ(ginv_circuit(p, tall, 3, 2, {y.data(), 2}, {}).code(), error::bad_shape);
  EXPECT_EQ(ginv_circuit({{"no.such", 1.0}}, tall, 3, 2, y, {}).code(), error::unknown_name);
  const std::vector<double> dependent{1, 1, 1, 1, 1, 1}, endless{1, 0, 0, analog::infinite, 1, 1};
  EXPECT_EQ(ginv_circuit(accelerator_options("ideal").value(), dependent, 3, 2, y, {}).code(),
            error::bad_value);
  EXPECT_EQ(ginv_circuit(p, endless, 3, 2, y, {}).code(), error::bad_value);
  const std::vector<double> a{1, -0.5, 0.5, 1}, x{1, 2};
  EXPECT_TRUE(mvm_circuit(p, a, true, x, {}).ok());
  EXPECT_EQ(mvm_circuit(p, a, false, y, {}).code(), error::bad_shape);
  EXPECT_EQ(mvm_circuit(p, a, false, x, {}, 9).code(), error::bad_range);
  EXPECT_EQ(mvm_circuit(p, a, false, x, {}, 0).code(), error::bad_range);
  EXPECT_EQ(mvm_circuit(p, {{1, 0.5, 0.5, 1}}, true, x, {}).code(), error::bad_value);
}

TEST(netlist, refuses_what_does_not_fit) {
  inv_instance c = two_by_two();
  c.plus_siemens.pop_back();
  EXPECT_EQ(spice_netlist(c, {}).code(), error::bad_shape);
  c = two_by_two();
  c.offset_volt = {1e-3};
  EXPECT_EQ(spice_netlist(c, {}).code(), error::bad_shape);
  EXPECT_EQ(spice_netlist(inv_instance{}, {}).code(), error::bad_shape);
  EXPECT_EQ(spice_netlist(ginv_instance{}, {}).code(), error::bad_shape);
  EXPECT_EQ(spice_netlist(mvm_instance{}, {}).code(), error::bad_shape);
}

TEST(netlist, refuses_values_out_of_range) {
  const auto refused = [](auto change) {
    inv_instance c = two_by_two();
    spice_analysis analysis;
    change(c, analysis);
    return spice_netlist(c, analysis).code() == error::bad_value;
  };
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  using kind = spice_analysis::kind;
  EXPECT_TRUE(refused([](inv_instance& c, spice_analysis&) { c.plus_siemens[1] = -1e-9; }));
  EXPECT_TRUE(refused([](inv_instance& c, spice_analysis&) { c.source_siemens[0] = nan; }));
  EXPECT_TRUE(refused([](inv_instance& c, spice_analysis&) { c.input_volt[0] = nan; }));
  EXPECT_TRUE(refused([](inv_instance& c, spice_analysis&) { c.wire_ohm = -1; }));
  EXPECT_TRUE(refused([](inv_instance& c, spice_analysis&) { c.inverter_ohm = 0; }));
  EXPECT_TRUE(refused([](inv_instance& c, spice_analysis&) { c.row_capacitance_farad = -1e-12; }));
  EXPECT_TRUE(refused([](inv_instance& c, spice_analysis&) { c.amplifier.open_loop_gain = 0; }));
  EXPECT_TRUE(refused([](inv_instance& c, spice_analysis&) { c.amplifier.clamp_volt = 0; }));
  EXPECT_TRUE(refused([](inv_instance& c, spice_analysis&) { c.amplifier.slew_volt_per_s = 0; }));
  EXPECT_TRUE(refused([](inv_instance& c, spice_analysis&) { c.inverter.gain_bandwidth_hz = nan; }));
  EXPECT_TRUE(refused([](inv_instance&, spice_analysis& a) {
    a.what = kind::transient;
    a.stop_s = 0;
  }));
  EXPECT_TRUE(refused([](inv_instance&, spice_analysis& a) {
    a.what = kind::noise;
    a.output = 2;
  }));
}

// x that the circuit makes of b by the model's equations for any circuit, which the solver does not use.
VectorXd solved_by_circuit(const analog_solver& solver, const row_matrix& a, const VectorXd& b,
                           std::size_t array) {
  const result<programmed_circuit> made =
      solver.circuit(a.data(), {b.data(), static_cast<std::size_t>(b.size())}, {3, 0, 0}, array);
  EXPECT_TRUE(made.ok()) << made.message();
  const inv_instance& c = made->instance;
  const auto n = static_cast<Index>(c.n);
  analog::inv_cells cells;
  cells.plus = Eigen::Map<const row_matrix>(c.plus_siemens.data(), n, n);
  cells.apart = Eigen::Map<const row_matrix>(c.apart_siemens.data(), n, n);
  cells.source = Eigen::Map<const VectorXd>(c.source_siemens.data(), n);
  analog::inv_amplifiers amps;
  amps.row.open_loop_gain = c.amplifier.open_loop_gain;
  const VectorXd volts = analog::steady_state(analog::reduce(cells), amps)->per_source() *
                         Eigen::Map<const VectorXd>(c.input_volt.data(), n);
  return volts.head(b.size()) / made->volt_per_unit;
}

analog_solver solver_for(Index unknowns, const char* blocks, double gain) {
  const options values = accelerator_options("ideal", {{"device.write_error", std::string("table")},
                                                       {"solver.blocks", std::string(blocks)},
                                                       {"circuit.open_loop_gain", gain}})
                             .value();
  return analog_solver::make(values, static_cast<std::size_t>(unknowns), false).value();
}

VectorXd first_cycle(const analog_solver& solver, const row_matrix& a, const VectorXd& b) {
  std::vector<double> state(solver.state_size()), scratch(solver.scratch_size());
  VectorXd x(b.size());
  EXPECT_EQ(solver.program(a.data(), {3, 0, 0}, state, scratch), status::ok);
  EXPECT_EQ(solver.solve(state, b.data(), 1, {3, 0, 0}, {x.data(), static_cast<std::size_t>(x.size())}, {},
                         scratch),
            status::ok);
  return x;
}

// Two solutions of the same linear system in double precision: some n eps times its condition.
constexpr double rounding = 1e-13;

TEST(netlist, a_programmed_circuit_is_the_solver_s) {
  for (const double gain : {100.0, 1e5, analog::infinite})
    for (std::uint64_t number = 1; number <= 3; ++number) {
      const row_matrix a = test::wishart(4, 16, number);
      const VectorXd b = test::normal_vector(4, number);
      const analog_solver solver = solver_for(4, "reuse", gain);
      const VectorXd x = first_cycle(solver, a, b);
      EXPECT_LE((solved_by_circuit(solver, a, b, 1) - x).norm() / x.norm(), rounding * test::condition(a));
    }
}

TEST(netlist, programmed_circuits_are_the_solver_s_array_by_array) {
  for (const char* blocks : {"reuse", "schur"}) {
    const row_matrix a = test::wishart(8, 64, 5);
    const VectorXd b = test::normal_vector(8, 5);
    const analog_solver solver = solver_for(8, blocks, 1e4);
    // BlockAMC with those circuits in place of the inversions.
    const VectorXd t = solved_by_circuit(solver, a, b.head(4), 1);
    const VectorXd x2 = solved_by_circuit(solver, a, b.tail(4) - a.bottomLeftCorner(4, 4) * t, 2);
    const VectorXd x1 = solved_by_circuit(solver, a, b.head(4) - a.topRightCorner(4, 4) * x2, 1);
    VectorXd expected(8);
    expected << x1, x2;
    EXPECT_LE((first_cycle(solver, a, b) - expected).norm() / expected.norm(), rounding * test::condition(a))
        << blocks;
  }
}

TEST(netlist, the_largest_output_of_a_programmed_circuit_is_at_the_clamp) {
  const row_matrix a = test::wishart(4, 16, 7);
  const VectorXd b = test::normal_vector(4, 7);
  const analog_solver solver = solver_for(4, "reuse", analog::infinite);
  const programmed_circuit made = solver.circuit(a.data(), {b.data(), 4}, {1, 0, 0}).value();
  const auto n = static_cast<Index>(made.instance.n);
  EXPECT_EQ(n, 5);
  const MatrixXd g = Eigen::Map<const row_matrix>(made.instance.plus_siemens.data(), n, n) +
                     Eigen::Map<const row_matrix>(made.instance.apart_siemens.data(), n, n);
  const VectorXd v =
      -35e-6 * test::solution(g, Eigen::Map<const VectorXd>(made.instance.input_volt.data(), n));
  EXPECT_NEAR(v.cwiseAbs().maxCoeff(), 0.4, 1e-12);
}

TEST(netlist, programmed_circuits_that_there_are_not) {
  const row_matrix a = test::wishart(8, 64, 5);
  const VectorXd b = VectorXd::Ones(4);
  const analog_solver solver = solver_for(8, "reuse", 1e4);
  EXPECT_EQ(solver.circuit(a.data(), {b.data(), 4}, {3, 0, 0}, 3).code(), error::bad_range);
  EXPECT_EQ(solver.circuit(a.data(), {b.data(), 3}, {3, 0, 0}, 1).code(), error::bad_shape);
  row_matrix broken = a;
  broken(0, 0) = std::numeric_limits<double>::infinity();
  EXPECT_EQ(solver.circuit(broken.data(), {b.data(), 4}, {3, 0, 0}, 1).code(), error::bad_value);
  // An array that does not settle has a circuit, those after it have none.
  row_matrix indefinite = a;
  indefinite.topLeftCorner(4, 4) << 1, 2, 0, 0, 2, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1;
  EXPECT_TRUE(solver.circuit(indefinite.data(), {b.data(), 4}, {3, 0, 0}, 1).ok());
  EXPECT_EQ(solver.circuit(indefinite.data(), {b.data(), 4}, {3, 0, 0}, 2).code(), error::bad_range);
}

}  // namespace
}  // namespace mho
