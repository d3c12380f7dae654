// Thermal noise against the integral that defines it and closed forms.
#include "analog/noise.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "src/analog/closed_loops.hpp"

namespace mho::analog {
namespace {

using test::cells_of;
using test::wishart;

constexpr double g0 = 1e-4, kelvin = spice_temperature_kelvin;

inv_amplifiers amplifiers() { return test::amplifiers(1e4, 1e8); }

TEST(noise, covariance_is_the_integral_of_the_impulse_response) {
  // P = integral of exp(-omega K t) Q exp(-omega K^T t) dt; doubling: P(2T) = P(T) + E P(T) E^T, begun with
  // Simpson's rule over a T so short that its error is below 1e-12.
  const closed_loop loop = inv_loop(connect(cells_of(wishart(5, 10, 3), 1e-4, g0)), amplifiers());
  const Eigen::Index states = loop.k.rows();
  const Eigen::MatrixXd root = test::normal_matrix(states, states, 8),
                        q = test::product(root, root.transpose());
  const double start = 1e-3 / loop.omega;
  const auto term = [&](double t) {
    const Eigen::MatrixXd e = matrix_exponential(-loop.omega * t * loop.k);
    return test::product(e, q, e.transpose());
  };
  Eigen::MatrixXd p = start / 6 * (term(0) + 4 * term(start / 2) + term(start));
  Eigen::MatrixXd e = matrix_exponential(-loop.omega * start * loop.k);
  while (e.norm() > 1e-9) {
    p += test::product(e, p, e.transpose());
    e = test::product(e, e);
  }
  EXPECT_LT((stationary_covariance(loop, q) - p).norm(), 1e-11 * p.norm());
}

TEST(noise, of_one_row_is_k_t_over_its_equivalent_capacitance) {
  // b' = -omega (K b + noise of density 2 k T / D): variance omega k T / (D K).
  const double g = 5e-5, d = g + g0 + 1e-5;
  const terminal_conductance net = connect(cells_of(Eigen::MatrixXd::Ones(1, 1), g, g0));
  inv_amplifiers amps = amplifiers();
  amps.row.input_resistance_ohm = 1e5;
  const closed_loop loop = inv_loop(net, amps);
  const double expected = loop.omega * boltzmann_joule_per_kelvin * kelvin / (d * (g / d + 1e-4));
  EXPECT_NEAR(output_noise(net, amps, loop, kelvin)(0, 0), expected, 1e-12 * expected);
}

TEST(noise, two_arrays_have_the_published_intensity) {
  // Q_ii = omega^2 2 k T / D_ii of the rows, omega^2 k T R_inv of the inverters.
  const inv_cells cells = cells_of(wishart(4, 8, 5), 1e-4, g0);
  const terminal_conductance net = connect(cells);
  const closed_loop loop = inv_loop(net, amplifiers());
  const Eigen::VectorXd d = (cells.plus + cells.minus).rowwise().sum() + cells.source;
  Eigen::VectorXd q(8);
  const double kt = boltzmann_joule_per_kelvin * kelvin;
  q << 2 * kt * d.cwiseInverse(), Eigen::VectorXd::Constant(4, kt * 10e3);
  const Eigen::MatrixXd intensity = (loop.omega * loop.omega * q).asDiagonal();
  const Eigen::MatrixXd expected = stationary_covariance(loop, intensity).topLeftCorner(4, 4);
  EXPECT_LT((output_noise(net, amplifiers(), loop, kelvin) - expected).norm(), 1e-13 * expected.norm());
}

TEST(noise, small_parasitics_change_little) {
  // Output resistance and row capacitance take other branches of the derivation: continuous at zero.
  const terminal_conductance net = connect(cells_of(wishart(4, 16, 5), 1e-4, g0));
  const Eigen::MatrixXd plain = output_noise(net, amplifiers(), inv_loop(net, amplifiers()), kelvin);
  for (const bool capacitance : {false, true})
    for (const bool resistance : {false, true}) {
      inv_amplifiers amps = amplifiers();
      if (capacitance) amps.row_capacitance_farad = 1e-18;
      if (resistance) amps.row.output_resistance_ohm = amps.inverter.output_resistance_ohm = 1e-3;
      const Eigen::MatrixXd noise = output_noise(net, amps, inv_loop(net, amps), kelvin);
      EXPECT_LT((noise - plain).norm(), 1e-4 * plain.norm()) << capacitance << resistance;
    }
}

TEST(noise, is_a_fraction_of_a_millivolt) {
  std::vector<double> rms;
  for (std::uint64_t k = 0; k < 100; ++k)
    for (const Eigen::Index n : {4, 8}) {
      const terminal_conductance net = connect(cells_of(wishart(n, 2 * n, k), 1e-4, g0));
      const Eigen::MatrixXd p = output_noise(net, amplifiers(), inv_loop(net, amplifiers()), kelvin);
      for (Eigen::Index i = 0; i < n; ++i) rms.push_back(std::sqrt(p(i, i)));
    }
  std::sort(rms.begin(), rms.end());
  // 0.22 to 0.42 mV in an independent simulation of such loops: about 8 bits of a 100 mV signal.
  EXPECT_GT(rms[rms.size() / 4], 0.2e-3);
  EXPECT_LT(rms[rms.size() * 3 / 4], 0.42e-3);
}

}  // namespace
}  // namespace mho::analog
