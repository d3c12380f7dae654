// One LP-INV array inside the solver: the short way, the general one, and what belongs to one read.
#include <gtest/gtest.h>

#include <cmath>

#include "analog/leaf.hpp"
#include "src/analog/gram.hpp"
#include "src/reference/algebra.hpp"

namespace mho::analog {
namespace {

using test::condition;
using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

parameters made(const char* preset, const options& replaced) {
  return typed(accelerator_options(preset, replaced).value());
}

// A programmed array and what it gives.
struct leaf_bench {
  leaf_bench(const parameters& p, const matrix& matrix_a)
      : leaf(p),
        a(matrix_a),
        n(static_cast<std::size_t>(a.rows())),
        state(leaf.state_size(n)),
        scratch(std::max(leaf.program_scratch(n), leaf.solve_scratch(n))) {
    random_stream writing(1, 0, 0, 1), ageing(1, 0, 0, 2);
    settles = leaf.program(a.data(), n, 1, {writing, ageing, 1}, state.data(), scratch.data(), nullptr);
  }
  Eigen::VectorXd solve(const Eigen::VectorXd& b, std::uint64_t read = 0) {
    Eigen::VectorXd x(b.size());
    use_stream reading(random_stream(1, 0, read, 4));
    leaf.solve(state.data(), n, b.data(), reading, x.data(), scratch.data());
    return x;
  }
  inv_leaf leaf;
  matrix a;
  std::size_t n;
  std::vector<double> state, scratch;
  bool settles;
};

matrix block(std::size_t n, std::uint64_t k) { return test::gram_system(8 * n, n, k).gram.real(); }

Eigen::VectorXd right(Eigen::Index n, std::uint64_t k) {
  random_stream random(3, 0, k, 0);
  return Eigen::VectorXd::NullaryExpr(n, [&] { return static_cast<double>(random.normal()); });
}

// Two level steps apart at most: rounding error of the levels aside, what the array holds.
matrix held(const matrix& a, const parameters& p) {
  leaf_bench b(p, a);
  return test::inverse(Eigen::Map<const matrix>(b.state.data(), a.rows(), a.cols()));
}

TEST(leaf, the_general_way_is_the_short_one_where_both_apply) {
  // An input resistance so large that it carries nothing takes the general way.
  for (std::uint64_t k = 0; k < 40; ++k)
    for (const char* mapping : {"split", "direct"}) {
      options plain{
          {"circuit.open_loop_gain", 1e3}, {"circuit.offset_volt", 1e-3}, {"array.mapping", mapping}};
      options general = plain;
      general["circuit.input_resistance_ohm"] = 1e300;
      matrix a = block(1 + k % 6, k);
      if (plain["array.mapping"] == option_value("direct")) a = a.cwiseAbs();
      leaf_bench one(made("paper", plain), a), other(made("paper", general), a);
      ASSERT_EQ(one.settles, other.settles) << mapping << " " << k;
      if (!one.settles) continue;
      const Eigen::VectorXd b = right(a.rows(), k), x = one.solve(b), y = other.solve(b);
      EXPECT_LE((x - y).norm(), 1e-12 * condition(a) * x.norm()) << mapping << " " << k;
    }
}

TEST(leaf, every_mapping_with_perfect_parts_inverts_what_it_holds) {
  // Rounding to levels is all that is left: the map's inverse is within half a step of A everywhere.
  for (std::uint64_t k = 0; k < 20; ++k)
    for (const char* mapping : {"split", "pair"})
      for (const bool tiny_wire : {false, true}) {
        options ideal{{"array.mapping", mapping}};
        if (tiny_wire) ideal["array.wire_ohm"] = 1e-9;  // the wired way, 1e-14 off by 35 uS
        const parameters p = made("ideal", ideal);
        const matrix a = block(2 + k % 4, k);
        const double step =
            p.array.mapping == sign_mapping::pair
                ? a.cwiseAbs().maxCoeff() / 7
                : map_inv(a.data(), static_cast<std::size_t>(a.rows()), static_cast<std::size_t>(a.rows()))
                      .step;
        EXPECT_LE((held(a, p) - a).cwiseAbs().maxCoeff(), step / 2 * (1 + 1e-8)) << mapping << " " << k;
      }
}

TEST(leaf, each_imperfection_alone_is_of_first_order) {
  // Twice the imperfection, twice the error; the remainder of that is of second order, so it shrinks fourfold
  // when both are halved. Wires, finite gain (its inverse), input conductance, offsets.
  const matrix a = block(4, 7);
  const Eigen::VectorXd b = right(4, 1);
  const Eigen::VectorXd exact = leaf_bench(made("ideal", {}), a).solve(b);
  const auto error = [&](const char* what, double size) {
    const options with{{what, size}};
    return Eigen::VectorXd(leaf_bench(made("ideal", with), a).solve(b) - exact);
  };
  struct imperfection {
    const char* name;
    double (*at)(double);
  };
  for (const imperfection& i : {imperfection{"array.wire_ohm", [](double s) { return 40 * s; }},
                                {"circuit.open_loop_gain", [](double s) { return 100 / s; }},
                                {"circuit.offset_volt", [](double s) { return 0.01 * s; }}}) {
    const Eigen::VectorXd one = error(i.name, i.at(1)), half = error(i.name, i.at(0.5)),
                          quarter = error(i.name, i.at(0.25));
    ASSERT_GT(one.norm(), 1e-6 * exact.norm()) << i.name;
    const double rest = (one - 2 * half).norm(), less = (half - 2 * quarter).norm();
    // 1/4 up to the third order; an offset alone is linear.
    if (rest > 1e-10 * exact.norm()) {
      EXPECT_NEAR(less / rest, 0.25, 0.05) << i.name;
    }
    EXPECT_LT(rest, 0.2 * one.norm()) << i.name;
  }
}

TEST(leaf, errors_add_up_to_first_order) {
  // All together, scaled down by s: the difference between the error of all and the sum of the single ones
  // shrinks as s^2.
  const matrix a = block(4, 7);
  const Eigen::VectorXd b = right(4, 1);
  const Eigen::VectorXd exact = leaf_bench(made("ideal", {}), a).solve(b);
  const auto remainder = [&](double s) {
    const options parts[] = {
        {{"array.wire_ohm", 30 * s}},
        {{"circuit.open_loop_gain", 200 / s}},
        {{"circuit.offset_volt", 3e-3 * s}},
        {{"device.drift_model", "power"}, {"device.drift_exponent", 0.004 * s}, {"device.drift_time_s", 1e3}},
        {{"device.temperature_kelvin", 310.15}, {"device.temperature_coefficient_per_kelvin", 1e-3 * s}}};
    options all;
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(4);
    for (const options& part : parts) {
      sum += leaf_bench(made("ideal", part), a).solve(b) - exact;
      for (const auto& [key, value] : part) all[key] = value;
    }
    return (leaf_bench(made("ideal", all), a).solve(b) - exact - sum).norm() / sum.norm();
  };
  // Halving: 1/2 up to the next order, which halves too.
  const double one = remainder(0.5), half = remainder(0.25), quarter = remainder(0.125);
  EXPECT_NEAR(half / one, 0.5, 0.06);
  EXPECT_NEAR(quarter / half, 0.5, 0.03);
}

TEST(leaf, read_noise_is_of_its_size_and_fresh_for_every_read) {
  // To first order the error is -P dA x, dA normal with the cells' deviation: its covariance is known.
  const parameters p = made("ideal", {{"device.read_noise_siemens", 0.01e-6}});
  const matrix a = block(4, 3);
  leaf_bench quiet(made("ideal", {}), a), noisy(p, a);
  const Eigen::VectorXd b = right(4, 2), x = quiet.solve(b);
  EXPECT_EQ(noisy.solve(b, 5), noisy.solve(b, 5));
  const Eigen::Map<const matrix> inverse(quiet.state.data(), 4, 4);
  const double step = map_inv(a.data(), 4, 4).step, sigma = 0.01e-6 / 5e-6 * step;
  const double expected = sigma * x.norm() * inverse.norm();  // sqrt E|P dA x|^2
  constexpr std::size_t reads = 4000;
  double square = 0;
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(4);
  for (std::uint64_t k = 0; k < reads; ++k) {
    const Eigen::VectorXd e = noisy.solve(b, k) - x;
    square += e.squaredNorm();
    mean += e / reads;
  }
  // |P g|^2 of four normals has a relative standard deviation of at most sqrt(2). Cells at level 0 keep the
  // upper half of their noise only: with eight of sixteen cells there at worst, half of the power is an
  // eighth lower than that of two sides, so the bound below is one-sided wider.
  const double bound = 4.9 * std::sqrt(2.0 / reads);
  EXPECT_LT(square / reads / (expected * expected), 1 + bound);
  EXPECT_GT(square / reads / (expected * expected), 0.5 - bound);
  EXPECT_LT(mean.norm(), expected);
}

TEST(leaf, thermal_noise_is_relative_to_the_full_scale) {
  // The factor F of closed_array.hpp, checked there against ngspice's figures: samples have F F^T.
  const parameters p = made("ideal", {{"circuit.thermal_noise", true}, {"circuit.open_loop_gain", 1e5}});
  const matrix a = block(3, 4);
  leaf_bench b(p, a);
  ASSERT_TRUE(b.settles);
  const Eigen::VectorXd side = right(3, 1);
  const Eigen::Map<const matrix> map(b.state.data(), 3, 3), factor(b.state.data() + 12, 3, 3);
  const Eigen::VectorXd x = map * side;
  const double full = x.cwiseAbs().maxCoeff();
  constexpr std::size_t reads = 20000;
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(3, 3);
  for (std::uint64_t k = 0; k < reads; ++k) {
    const Eigen::VectorXd e = (b.solve(side, k) - x) / full;
    covariance += e * e.transpose() / reads;
  }
  const Eigen::MatrixXd expected = test::product(factor, factor.transpose());
  for (Eigen::Index i = 0; i < 3; ++i)
    for (Eigen::Index j = 0; j < 3; ++j)
      EXPECT_NEAR(covariance(i, j), expected(i, j),
                  4.9 * std::sqrt(2 * expected(i, i) * expected(j, j) / reads));
  EXPECT_GT(expected.trace(), 0);
}

TEST(leaf, a_clamp_bends_what_is_driven_near_it) {
  // Far below the clamp nothing bends; at half of it the largest output is clamp tanh^-1-compressed.
  const matrix a = block(4, 3);
  const Eigen::VectorXd b = right(4, 2);
  const Eigen::VectorXd exact = leaf_bench(made("ideal", {{"circuit.open_loop_gain", 1e6}}), a).solve(b);
  double before = 0;
  for (const double fill : {0.01, 0.1, 0.5}) {
    const parameters p = made(
        "ideal",
        {{"circuit.open_loop_gain", 1e6}, {"circuit.saturation", "clamp"}, {"circuit.clamp_fill", fill}});
    leaf_bench bent(p, a);
    const double error = (bent.solve(b) - exact).norm() / exact.norm();
    if (before > 0) {
      EXPECT_GT(error, before);
    }
    before = error;
    // With high gain the loop undoes the bend up to the clamp: what is left is of the order of 1 / gain.
    EXPECT_LT(error, 1e-3) << fill;
    EXPECT_TRUE(std::isfinite(error));
  }
}

TEST(leaf, drift_moves_the_cells_and_leaves_the_resistors) {
  // Uniform drift by a factor f: the array holds f (levels) + n I - m J.
  const double exponent = 0.05, time = 1e4, f = std::pow(time, -exponent);
  const matrix a = block(4, 9);
  const inv_mapping map = map_inv(a.data(), 4, 4);
  const parameters p = made(
      "ideal",
      {{"device.drift_model", "power"}, {"device.drift_exponent", exponent}, {"device.drift_time_s", time}});
  const matrix fresh = held(a, made("ideal", {}));
  matrix cells = fresh;
  cells.diagonal().array() -= map.diagonal;
  cells.array() += map.bias;
  matrix expected = f * cells;
  expected.diagonal().array() += map.diagonal;
  expected.array() -= map.bias;
  EXPECT_LE((held(a, p) - expected).cwiseAbs().maxCoeff(), 1e-11 * condition(a) * a.cwiseAbs().maxCoeff());
}

}  // namespace
}  // namespace mho::analog
