/// \file
/// Whether this process is one rank of several: only then is MPI initialised.
#pragma once

#include <cstddef>
#include <optional>

namespace mho::sim {

/// What the environment tells of the launcher of an MPI job.
struct launcher {
  std::optional<std::size_t> ranks;  ///< absent: there is a launcher that does not tell
  std::size_t rank = 0;
  /// Whether this process may be one rank of several.
  bool several() const { return !ranks || *ranks > 1; }
};

/// mpirun (OpenMPI), mpiexec (Hydra) or srun --mpi=pmix or pmi2; one rank if there is none. srun without MPI
/// sets SLURM_NTASKS and its like too, as a batch script does: these alone do not count.
launcher launcher_in_use();

}  // namespace mho::sim
