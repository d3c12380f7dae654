/// \file
/// Correlation of antennas: the covariance matrices of models of fading, and their roots.
#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace mho::sim {

/// R_ij = r^|i - j| (S. L. Loyka, "Channel capacity of MIMO architecture using the exponential correlation
/// matrix", IEEE Commun. Lett. 5(9), 2001). Row-major [size][size].
std::vector<std::complex<double>> exponential_covariance(std::size_t size, double r);

/// Scatterers around one direction, seen by a uniform linear array of half a wavelength's spacing: R_ij =
/// E[exp(j pi (i - j) sin(angle + d))], d of N(0, spread^2) (E. Bjornson, J. Hoydis, L. Sanguinetti, Massive
/// MIMO Networks, 2017, eq. 2.23). Radians from broadside. Row-major.
std::vector<std::complex<double>> local_scattering_covariance(std::size_t size, double angle, double spread);

/// C [size][rank], row-major, with C C^H = R but for eigenvalues of 1e-13 of the trace and less, which FP32
/// could not show: left out.
struct covariance_root {
  std::size_t rank = 0;
  std::vector<std::complex<float>> factor;
};

covariance_root root_of(std::span<const std::complex<double>> covariance, std::size_t size);

}  // namespace mho::sim
