/// \file
/// Example systems for the training of converters.
#pragma once

#include <cstddef>
#include <span>

namespace mho::analog {

/// Example `number`: the Gram matrix A = H^H H of a Rayleigh channel (entries CN(0, 1), rx x tx), expanded to
/// 2 tx x 2 tx, and b = A x, x uniform in the square of a large QAM constellation of unit energy. The draws
/// depend on number, rx and tx alone: they belong to no run. Allocates.
void rayleigh_example(std::size_t rx, std::size_t tx, std::size_t number, std::span<double> a,
                      std::span<double> b);

}  // namespace mho::analog
