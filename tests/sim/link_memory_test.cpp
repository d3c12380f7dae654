// What a link's threads will ask for, and the refusal of what is not there.
#include "link_memory.hpp"

#include <gtest/gtest.h>

#include "program.hpp"
#include "simulate.hpp"

namespace mho::sim {
namespace {

TEST(link_memory, counts_what_a_worker_holds) {
  scenario s = test::make_scenario(4096, 1024, "16qam", "zf");
  s.link.uses_per_channel = 65536;
  const double sets = 16, uses = sets * 65536, rx = 4096, tx = 1024;
  worker_size size;
  size.sets = 16;
  size.bits = 4;
  // H, x, y, sent bits; of zf its decided bits and statuses, weights, and estimates of one problem.
  const double shared = 8 * (sets * rx * tx + uses * (rx + tx)) + uses * tx * 4,
               of_zf = uses * tx * 4 + uses + 8 * sets * rx * tx + 65536 * tx * 12;
  EXPECT_EQ(worker_bytes(s, size), shared + of_zf);
  s.detectors.push_back(s.detectors[0]);
  s.detectors.push_back(s.detectors[0]);
  EXPECT_EQ(worker_bytes(s, size), shared + 3 * of_zf);
  s.detectors.resize(1);
  size.draws_gram = true;
  EXPECT_EQ(worker_bytes(s, size), shared + of_zf - 8 * (2 * sets * (rx - tx) * tx + uses * (rx - tx)));
  size.draws_gram = false;
  size.is_conditional = size.estimates = true;  // expected errors; weights and the true H
  EXPECT_EQ(worker_bytes(s, size), shared + of_zf + 8 * uses + 2 * 8 * sets * rx * tx);
}

TEST(link_memory, counts_every_cycle_of_an_accelerator) {
  scenario s = test::make_scenario(64, 16, "16qam", "analog-zf");
  s.detectors[0].accelerator = "paper";
  s.detectors[0].cycles = {1};
  worker_size size;
  size.sets = 16;
  size.bits = 4;
  const double one = worker_bytes(s, size);
  s.detectors[0].cycles = {1, 2, 3};
  EXPECT_EQ(worker_bytes(s, size) - one, 2 * (16 * (16 * 4 + 1) + 16 * 12));
  EXPECT_GT(one, 16 * 8 * (64 * 16 + 16 * 16)) << "its copies of H and G";
}

TEST(link_memory, is_refused_by_all_threads_together) {
  scenario s = test::make_scenario(64, 16, "16qam", "zf");
  s.link.uses_per_channel = 100;
  worker_size size;
  size.sets = 16;
  size.bits = 4;
  const double each = worker_bytes(s, size);
  EXPECT_EQ(obstacle_of_memory(s, size, 4, 4 * each), "");
  const std::string four = obstacle_of_memory(s, size, 4, 3.5 * each);
  EXPECT_EQ(
      four.rfind("link.uses_per_channel: too large: link.rx = 64, link.tx = 16, link.uses_per_channel = "
                 "100 and 1 detectors, 16 channels at a time, need ",
                 0),
      0u)
      << four;
  EXPECT_NE(four.find("; 3 threads would fit"), std::string::npos) << four;
  s.link.uses_per_channel = 1;
  const std::string one = obstacle_of_memory(s, size, 1, 10);
  EXPECT_EQ(one.rfind("link.rx: too large: ", 0), 0u) << one;
  EXPECT_NE(one.find("in 1 thread, "), std::string::npos) << one;
  EXPECT_NE(one.find("must be less of them"), std::string::npos) << one;
}

TEST(link_memory, counts_no_threads_that_find_no_chunk) {
  scenario s = test::make_scenario(4, 2, "16qam", "zf");
  const unsigned many = 4'000'000'000;
  const auto refused = link::make(s, {many, UINT64_MAX});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.code(), error::no_memory);
  EXPECT_TRUE(link::make(s, {many, 100'000}));
}

// Far more than any machine has: nothing of it is asked for.
TEST(link_memory, is_one_line_of_the_program) {
  const mho::test::scratch_folder folder;
  const std::string file = folder.write(
      "s.toml",
      "[link]\nrx = 64\ntx = 16\nsnr_db = [10]\nchannel = \"tdl-a\"\n[channel]\nsubcarriers = 4096\n"
      "symbols = 16\n[[detector]]\nname = \"zf\"\n[[detector]]\nname = \"mmse\"\n");
  const mho::test::outcome o = mho::test::run_mho(
      "ber " + file + " --set link.uses_per_channel=65536 --threads 2 --out " + folder.path("out"));
  EXPECT_EQ(o.status, 2);
  EXPECT_EQ(o.err.rfind("mho: --set: link.uses_per_channel: too large: link.rx = 64, link.tx = 16, "
                        "link.uses_per_channel = 65536 and 2 detectors, 65536 channels at a time, need ",
                        0),
            0u)
      << o.err;
  EXPECT_EQ(o.err.find('\n'), o.err.size() - 1) << o.err;
  EXPECT_EQ(o.out, "");
}

}  // namespace
}  // namespace mho::sim
