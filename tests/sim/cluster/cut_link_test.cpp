// A link between two hosts that is cut: two network namespaces, a rank in each.
#include <algorithm>

#include "sim/cluster/jobs.hpp"

namespace mho::test {
namespace {

using json = nlohmann::ordered_json;

bool runs(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

// Two hosts, as far as OpenMPI can tell, and a cable.
class two_hosts {
 public:
  two_hosts() {
    made_ = runs("ip netns add " + here) && runs("ip netns add " + there) &&
            runs("ip link add va netns " + here + " type veth peer name vb netns " + there) &&
            runs("ip -n " + here + " addr add 10.217.0.1/24 dev va") &&
            runs("ip -n " + there + " addr add 10.217.0.2/24 dev vb") &&
            runs("ip -n " + here + " link set lo up") && runs("ip -n " + there + " link set lo up") &&
            runs("ip -n " + here + " link set va up") && runs("ip -n " + there + " link set vb up") &&
            runs("ip netns exec " + here + " unshare --uts true");
  }
  two_hosts(const two_hosts&) = delete;
  two_hosts& operator=(const two_hosts&) = delete;
  ~two_hosts() {
    for (const std::string& host : {here, there}) {
      runs("kill -9 $(ip netns pids " + host + ")");
      runs("ip netns del " + host);
    }
  }
  bool made() const { return made_; }
  void cut() const { EXPECT_TRUE(runs("ip -n " + here + " link set va down")); }
  // Whether a process named mho is left on the far host.
  bool has_rank() const {
    return runs("for p in $(ip netns pids " + there +
                "); do grep -qx mho /proc/$p/comm && exit 0; done; exit 1");
  }

  const std::string here = "mho-" + std::to_string(getpid()) + "-a",
                    there = "mho-" + std::to_string(getpid()) + "-b";

 private:
  bool made_ = false;
};

// Until it holds, for a minute at most.
bool wait_for(const std::function<bool()>& holds) {
  for (int tries = 0; tries < 600; ++tries) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

TEST(ranks_on_two_hosts, a_cut_link_ends_the_job) {
  if (const std::string why = no_ranks(); !why.empty()) GTEST_SKIP() << why;
  const two_hosts hosts;
  if (!hosts.made()) GTEST_SKIP() << "NOT TESTED: no network namespaces here (they need root and iproute2)";
  scratch_folder folder;
  folder.write(
      "long.toml",
      "[link]\nrx = 8\ntx = 4\nmodulation = \"16qam\"\nsnr_db = [0, 4]\n[[detector]]\nname = \"zf\"\n"
      "[stop]\nmin_bits = 100_000_000_000\nmax_bits = 100_000_000_000\n");
  // In place of ssh: mpirun gives it a host and a command.
  folder.write("agent", "#!/bin/sh\nshift\nexec ip netns exec " + hosts.there +
                            " unshare --uts sh -c \"hostname " + hosts.there + "; $*\"\n");
  std::filesystem::permissions(folder.path("agent"), std::filesystem::perms::owner_all);
  background_mho run(
      "ber " + folder.path("long.toml") + " --threads 1 --rank-deadline 3 --out " + folder.path("out"),
      "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 ip netns exec " + hosts.here +
          " unshare --uts sh -c 'hostname " + hosts.here +
          "; exec \"$0\" \"$@\"' mpirun --mca plm_rsh_agent " + folder.path("agent") +
          " --mca pml ob1 --mca btl tcp,self --bind-to none --host 10.217.0.1:1,10.217.0.2:1 -n 2 env PATH= "
          "ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0");
  const auto result = [&] { return json::parse(slurp(folder.path("out/result.json")), nullptr, false); };
  ASSERT_TRUE(wait_for([&] {
    const json r = result();
    return run.ended() || (!r.is_discarded() && !r["curves"][0]["points"].empty());
  }));
  ASSERT_FALSE(run.ended()) << run.errors();
  ASSERT_TRUE(hosts.has_rank());

  hosts.cut();
  EXPECT_TRUE(wait_for([&] { return run.errors().find("was silent for 3 s") != std::string::npos; }))
      << run.errors();
  EXPECT_NE(run.errors().find("mho: rank 1 (on " + hosts.there + ")"), std::string::npos) << run.errors();
  // The far one hears nothing either. mpirun may wait for its daemon there for ever, and is not asked.
  EXPECT_TRUE(wait_for([&] { return !hosts.has_rank(); }));
  const json r = result();
  ASSERT_FALSE(r.is_discarded());
  EXPECT_FALSE(r["complete"]);
  EXPECT_EQ(r["curves"][0]["points"].back()["stop"], "interrupted");
  EXPECT_GT(r["curves"][0]["points"].back()["bits"], 0);
}

}  // namespace
}  // namespace mho::test
