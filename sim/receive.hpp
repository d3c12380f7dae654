/// \file
/// y = H x + n.
#pragma once

#include <complex>
#include <cstddef>

namespace mho::sim {

/// y [rx] holds CN(0, 1) noise and gets H x + deviation times it; h [rx][tx], row-major, x [tx].
void receive(const std::complex<float>* h, const std::complex<float>* x, std::size_t rx, std::size_t tx,
             float deviation, std::complex<float>* y);

}  // namespace mho::sim
