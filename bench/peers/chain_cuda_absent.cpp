// In place of the CUDA chain where no CUDA toolkit was found.
#include "../implementation.hpp"

namespace bench {

std::string cuda_identity() { return "not built: no CUDA toolkit was found"; }
made make_chain_cuda(const task&, unsigned) { return {nullptr, cuda_identity()}; }

}  // namespace bench
