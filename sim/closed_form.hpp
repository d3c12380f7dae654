/// \file
/// Exact error rates of Gray-labelled square QAM: the theory lines of a plot and the oracles of the tests.
#pragma once

#include <cstddef>

namespace mho::sim {

// points: 4, 16, 64, 256, 1024 or 4096. es_n0: symbol energy over complex noise variance, linear, 0 to
// +infinity. NaN for anything else.

/// Bit error rate in AWGN with nearest-point decisions (K. Cho and D. Yoon, "On the general BER expression of
/// one- and two-dimensional amplitude modulations", IEEE Trans. Commun. 50(7), 2002). Exact
/// for both mappings.
double ber_awgn(std::size_t points, double es_n0) noexcept;

/// Symbol error rate in AWGN (J. G. Proakis, Digital Communications, 4th ed., eqs. 5.2-78 and 5.2-79).
double ser_awgn(std::size_t points, double es_n0) noexcept;

/// Bit error rate averaged over i.i.d. Rayleigh fading when the SNR of the decision is es_n0 Gamma(branches,
/// 1): `ber_awgn` term by term through Proakis, eq. 14.4-15 (maximum-ratio combining of that many branches).
///
/// Exact for one user with MRC over rx antennas (branches = rx), and for a stream of zero-forcing (branches =
/// rx - tx + 1; Winters, Salz and Gitlin 1994). es_n0 is that of one stream at one receive antenna. branches
/// >= 1.
double ber_rayleigh(std::size_t points, std::size_t branches, double es_n0) noexcept;

}  // namespace mho::sim
