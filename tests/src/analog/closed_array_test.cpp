// One programmed array in its loop: the general way against the short one, and against its parts.
#include "analog/closed_array.hpp"

#include <gtest/gtest.h>

#include <array>

#include "analog/circuit.hpp"
#include "analog/noise.hpp"
#include "src/analog/closed_loops.hpp"

namespace mho::analog {
namespace {

constexpr double step_siemens = 5e-6;  // of a level, the paper's

struct leaf {
  std::size_t n;
  std::vector<double> levels;
  inv_mapping map;
  Eigen::VectorXd offset;
};

leaf random_leaf(std::uint64_t k) {
  random_stream random(1, 0, k, 20);
  leaf l{1 + k % 6, {}, {}, {}};
  l.levels.resize(l.n * l.n);
  for (double& level : l.levels) level = 7 * random.uniform();
  l.map = {.bias = k % 3 == 0 ? 0 : 0.4 * random.uniform(), .diagonal = 3 * random.uniform(), .step = 0.2};
  l.offset.resize(static_cast<Eigen::Index>(l.n) + 1);
  for (double& volt : l.offset) volt = 1e-3 * (2 * random.uniform() - 1);
  return l;
}

circuit_parameters paper() {
  circuit_parameters circuit;
  circuit.open_loop_gain = 1e4;
  circuit.offset_volt = 1e-3;
  return circuit;
}

closed_array close(const leaf& l, const circuit_parameters& circuit, array_request request = {}) {
  const inv_cells cells = split_cells(l.levels.data(), l.map, l.n, circuit, step_siemens);
  request.unknowns = l.n;
  request.siemens_per_unit = step_siemens / l.map.step;
  return close_array(connect(cells), circuit, request, l.offset.head(cells.plus.rows()));
}

TEST(closed_array, is_the_short_way_where_that_holds) {
  std::array<std::size_t, 2> count{};
  for (std::uint64_t k = 0; k < 1500; ++k) {
    const leaf l = random_leaf(k);
    const std::size_t n = l.n;
    std::vector<double> scratch(3 * (n + 1) * (n + 1) + n + 1), inverse(n * n), offset(n);
    const bool settle = settles(l.levels.data(), l.map, n, scratch.data());
    const closed_array array = close(l, paper());
    ASSERT_EQ(array.settles, settle) << k;
    ++count[settle];
    if (!settle) continue;
    ASSERT_TRUE(realise_inv(l.levels.data(), l.map, n, paper(), l.offset.data(), inverse.data(),
                            offset.data(), scratch.data()));
    using row_major = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const auto size = static_cast<Eigen::Index>(n);
    const Eigen::MatrixXd expected = Eigen::Map<row_major>(inverse.data(), size, size);
    const double tolerance = 1e-14 * static_cast<double>(n) * test::condition(expected) * 10;
    EXPECT_LT((array.inverse - expected).norm(), tolerance * expected.norm()) << k;
    const Eigen::VectorXd shift = Eigen::Map<Eigen::VectorXd>(offset.data(), size);
    EXPECT_LT((array.offset - shift).norm(), tolerance * std::max(shift.norm(), 1e-3)) << k;
  }
  EXPECT_GT(count[0], 100u);
  EXPECT_GT(count[1], 100u);
}

TEST(closed_array, a_pair_inverts_what_it_holds) {
  for (std::uint64_t k = 0; k < 20; ++k) {
    const Eigen::MatrixXd a = test::wishart(4, 12, k);
    const double step = a.cwiseAbs().maxCoeff() / 7;
    const Eigen::Matrix<double, 4, 4, Eigen::RowMajor> plus = a.cwiseMax(0) / step,
                                                       minus = (-a).cwiseMax(0) / step;
    circuit_parameters circuit;
    circuit.open_loop_gain = infinite;
    const inv_cells cells = pair_cells(plus.data(), minus.data(), 4, circuit, step_siemens);
    const closed_array array = close_array(connect(cells), circuit, {4, step_siemens / step},
                                           Eigen::VectorXd::Zero(4), Eigen::VectorXd::Zero(4));
    ASSERT_TRUE(array.settles);
    const Eigen::MatrixXd expected = test::inverse(a);
    EXPECT_LT((array.inverse - expected).norm(), 1e-13 * test::condition(a) * expected.norm()) << k;
    EXPECT_EQ(array.offset.norm(), 0);
  }
}

TEST(closed_array, reads_its_power_noise_and_settling_off_the_circuit) {
  leaf l;
  for (std::uint64_t k = 0; l.n != 5 || !(l.map.bias > 0) || !close(l, paper()).settles; ++k)
    l = random_leaf(k);
  circuit_parameters circuit = paper();
  EXPECT_EQ(close(l, circuit).noise.size(), 0);
  EXPECT_EQ(close(l, circuit).settling_s, 0);
  circuit.thermal_noise = true;
  array_request request;
  request.settling_epsilon = 0.01;
  request.temperature_kelvin = 300;
  const closed_array array = close(l, circuit, request);
  inv_cells cells = split_cells(l.levels.data(), l.map, l.n, circuit, step_siemens);
  cells.plus += cells.apart;  // without wires they are the same
  cells.apart.resize(0, 0);
  const terminal_conductance net = connect(cells);
  const closed_loop loop = inv_loop(net, amplifiers(circuit));
  const Eigen::MatrixXd p = output_noise(net, amplifiers(circuit), loop, 300).topLeftCorner(5, 5);
  EXPECT_LT((test::product(array.noise, array.noise.transpose()) * 0.16 - p).norm(), 1e-12 * p.norm());

  // Power: at the source voltages whose largest output is the clamp, resistor by resistor.
  const Eigen::VectorXd b = test::normal_vector(5, 1);
  Eigen::VectorXd source = Eigen::VectorXd::Zero(6);
  source.head(5) = -b * array.volts_per_unit / (array.inverse * b).cwiseAbs().maxCoeff();
  const Eigen::VectorXd volts =
      test::inv_by_components(cells, amplifiers(circuit), source, Eigen::VectorXd::Zero(6), {});
  EXPECT_NEAR(volts.segment(6, 5).cwiseAbs().maxCoeff(), 0.4, 1e-10);
  double power = 0;
  for (Eigen::Index i = 0; i < 6; ++i) {
    for (Eigen::Index j = 0; j < 6; ++j) power += cells.plus(i, j) * std::pow(volts(6 + j) - volts(i), 2);
    power += cells.source(i) * std::pow(source(i) - volts(i), 2);
  }
  EXPECT_NEAR(array.power_watt(b), power, 1e-10 * power);

  double longest = 0;
  closed_loop read = loop;
  read.output = loop.output.topRows(5).eval();
  read.feedthrough = loop.feedthrough.topRows(5).eval();
  for (Eigen::Index i = 0; i < 5; ++i)
    longest =
        std::max(longest, step_response(read, inv_inputs(net, Eigen::VectorXd::Unit(6, i))).settling_s(0.01));
  // Sums of conductances that round otherwise.
  EXPECT_NEAR(array.settling_s, longest, 1e-9 * longest);
}

TEST(closed_array, saturates_by_how_far_it_is_filled) {
  leaf l;
  for (std::uint64_t k = 0; l.n != 5 || !(l.map.bias > 0) || !close(l, paper()).settles; ++k)
    l = random_leaf(k);
  const closed_array array = close(l, paper());
  const Eigen::VectorXd b = test::normal_vector(5, 1), linear = array.inverse * b;
  const double largest = linear.cwiseAbs().maxCoeff();
  EXPECT_FALSE(array.saturated(Eigen::VectorXd::Zero(5), 1));
  // Offsets weigh 1 / fill; all voltages are small beside the clamp.
  const Eigen::VectorXd x = *array.saturated(b, 0.02);
  EXPECT_LT(((x - linear) / largest - array.offset / 0.02).norm(), 0.01);
  // tanh z = z - z^3 / 3 + ..: without offsets the error falls with the square of the filling.
  leaf exact = l;
  exact.offset.setZero();
  const closed_array plain = close(exact, paper());
  const auto bend = [&](double fill) { return (*plain.saturated(b, fill) - linear).norm() / largest; };
  EXPECT_NEAR(bend(0.01) / bend(0.005), 4, 0.1);
  // Deep in saturation no output passes the clamp, which stands for max |x| / fill.
  const std::optional<Eigen::VectorXd> deep = array.saturated(b, 10);
  ASSERT_TRUE(deep);
  EXPECT_LE(deep->cwiseAbs().maxCoeff(), largest / 10 * (1 + 1e-12));
}

TEST(closed_array, a_pairs_power_includes_its_inverters) {
  const Eigen::MatrixXd a = test::wishart(3, 9, 4);
  const double step = a.cwiseAbs().maxCoeff() / 7;
  const Eigen::Matrix<double, 3, 3, Eigen::RowMajor> plus = a.cwiseMax(0) / step,
                                                     minus = (-a).cwiseMax(0) / step;
  circuit_parameters circuit = paper();
  circuit.input_resistance_ohm = 1e6;
  const inv_cells cells = pair_cells(plus.data(), minus.data(), 3, circuit, step_siemens);
  const closed_array array =
      close_array(connect(cells), circuit, {3, step_siemens / step}, Eigen::VectorXd::Zero(3));
  ASSERT_TRUE(array.settles);
  const Eigen::VectorXd source = test::normal_vector(3, 2), none = Eigen::VectorXd::Zero(3);
  const Eigen::VectorXd v = test::inv_by_components(cells, amplifiers(circuit), source, none, none);
  double power = 0;
  for (Eigen::Index i = 0; i < 3; ++i) {
    for (Eigen::Index j = 0; j < 3; ++j)
      power +=
          cells.plus(i, j) * std::pow(v(3 + j) - v(i), 2) + cells.minus(i, j) * std::pow(v(6 + j) - v(i), 2);
    power += cells.source(i) * std::pow(source(i) - v(i), 2);
    const double y = (v(3 + i) + v(6 + i)) / (2 + 10e3 / 1e6);
    power += (std::pow(v(3 + i) - y, 2) + std::pow(v(6 + i) - y, 2)) / 10e3;
  }
  EXPECT_NEAR(source.dot(array.heat * source), power, 1e-11 * power);
}

}  // namespace
}  // namespace mho::analog
