// For compilers without -fcx-limited-range.
#include "../implementation.hpp"
#include "link_program.hpp"

namespace bench {

made make_eigen_limited(const task&, unsigned) { return {nullptr, "the compiler has no -fcx-limited-range"}; }
made make_eigen_fixed_limited(const task&, unsigned) {
  return {nullptr, "the compiler has no -fcx-limited-range"};
}
made_link make_eigen_limited_link(const link_point&) {
  return {nullptr, "the compiler has no -fcx-limited-range"};
}

}  // namespace bench
