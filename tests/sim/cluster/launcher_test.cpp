// Which environments are a launcher's.
#include "cluster/launcher.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "sim/program.hpp"

namespace mho::test {
namespace {

class environment {
 public:
  explicit environment(const std::vector<std::pair<std::string, std::string>>& values) {
    for (const char* name : {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMI_RANK", "PMI_SIZE",
                             "PMIX_RANK", "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "SLURM_PROCID"})
      unsetenv(name);
    for (const auto& [name, value] : values) {
      setenv(name.c_str(), value.c_str(), 1);
      names_.push_back(name);
    }
  }
  ~environment() {
    for (const std::string& name : names_) unsetenv(name.c_str());
  }

 private:
  std::vector<std::string> names_;
};

TEST(launcher, is_told_by_what_it_sets_for_a_rank) {
  const auto found = [](const std::vector<std::pair<std::string, std::string>>& values) {
    const environment e(values);
    return sim::launcher_in_use();
  };
  EXPECT_FALSE(found({}).several());
  // A batch script, and srun without MPI.
  EXPECT_FALSE(found({{"SLURM_NTASKS", "8"}, {"SLURM_PROCID", "0"}}).several());
  EXPECT_FALSE(
      found({{"SLURM_NTASKS", "8"}, {"SLURM_STEP_NUM_TASKS", "8"}, {"SLURM_PROCID", "3"}}).several());
  const sim::launcher open_mpi = found({{"OMPI_COMM_WORLD_SIZE", "3"},
                                        {"OMPI_COMM_WORLD_RANK", "2"},
                                        {"PMIX_RANK", "2"},
                                        {"SLURM_STEP_NUM_TASKS", "1"}});
  EXPECT_EQ(open_mpi.ranks, 3u);
  EXPECT_EQ(open_mpi.rank, 2u);
  EXPECT_TRUE(open_mpi.several());
  EXPECT_FALSE(found({{"OMPI_COMM_WORLD_SIZE", "1"}, {"OMPI_COMM_WORLD_RANK", "0"}}).several());
  EXPECT_EQ(found({{"PMI_SIZE", "4"}, {"PMI_RANK", "1"}}).ranks, 4u);
  const sim::launcher slurm = found({{"PMIX_RANK", "5"}, {"SLURM_STEP_NUM_TASKS", "8"}});
  EXPECT_EQ(slurm.ranks, 8u);
  EXPECT_EQ(slurm.rank, 5u);
  EXPECT_TRUE(found({{"PMIX_RANK", "0"}}).several()) << "it may be";
  EXPECT_FALSE(found({{"PMI_RANK", "x"}}).several());
}

#ifndef MHO_HAVE_MPI
TEST(launcher, of_several_ranks_is_refused_by_a_build_without_mpi) {
  const scratch_folder folder;
  const outcome o =
      run_mho("ber " + folder.write("s.toml", ""), "PATH= OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_RANK=0");
  EXPECT_EQ(o.status, 2);
  EXPECT_NE(o.err.find("built without MPI"), std::string::npos) << o.err;
}
#endif

}  // namespace
}  // namespace mho::test
