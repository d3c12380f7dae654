#include "ranks.hpp"

#include "input_error.hpp"

#ifdef MHO_HAVE_MPI
#include "mpi/mpi_ranks.hpp"
#endif

namespace mho::sim {

std::unique_ptr<ranks> join_ranks(const launcher& started, [[maybe_unused]] double deadline_s) {
  if (!started.several()) return nullptr;
#ifdef MHO_HAVE_MPI
  return join_mpi(started, deadline_s);
#else
  throw input_error(
      "started as one rank of several by an MPI launcher, but built without MPI (MHO_MPI): start it alone, "
      "or "
      "with --shard i/N");
#endif
}

}  // namespace mho::sim
