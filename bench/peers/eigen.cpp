// Eigen with run-time sizes.
#include "eigen_solver.hpp"

namespace bench {

#ifdef BENCH_LIMITED_RANGE
made make_eigen_limited(const task& t, unsigned slots) {
#else
std::string eigen_identity() {
  return std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
         std::to_string(EIGEN_MINOR_VERSION) + ", " + Eigen::SimdInstructionSetsInUse();
}

made make_eigen(const task& t, unsigned slots) {
#endif
  return {std::make_unique<peer<eigen_solver<Eigen::Dynamic, Eigen::Dynamic>>>(t, slots), ""};
}

}  // namespace bench
