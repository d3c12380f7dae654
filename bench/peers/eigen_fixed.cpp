// Eigen with sizes known to the compiler.
#include "eigen_solver.hpp"

namespace bench {

#ifdef BENCH_LIMITED_RANGE
made make_eigen_fixed_limited(const task& t, unsigned slots) { return make_fixed(t, slots); }
#else
made make_eigen_fixed(const task& t, unsigned slots) { return make_fixed(t, slots); }
#endif

}  // namespace bench
