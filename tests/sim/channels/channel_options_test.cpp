// The keys of [channel] and [estimation] from the scenario and --set to the result file and the head of a
// table.
#include <gtest/gtest.h>

#include "result_file.hpp"
#include "scenario_reader.hpp"
#include "summary.hpp"

#include "../program.hpp"

namespace mho::sim {
namespace {

scenario read(const std::vector<std::string>& sets) {
  const test::scratch_folder folder;
  return read_scenario(
      folder.write("s.toml", "[link]\nrx = 8\ntx = 2\nsnr_db = [1]\n[[detector]]\nname = \"zf\"\n"), sets, 1);
}

TEST(channel_options, strings_need_no_quotes_and_all_keys_are_in_the_result) {
  const scenario s = read({"link.channel=kronecker", "channel.rx_model=local_scattering",
                           "channel.angle_deg=-20", "channel.user_gain_db=[0, 3]", "estimation.method=lmmse",
                           "estimation.noise_variance=with_error", "estimation.pilots=4"});
  const json j = to_json(s);
  EXPECT_EQ(j["channel"]["rx_model"], "local_scattering");
  EXPECT_EQ(j["channel"]["angle_deg"], -20);
  EXPECT_EQ(j["channel"]["angular_spread_deg"], 10);
  EXPECT_EQ(j["channel"]["user_gain_db"], json({0, 3}));
  EXPECT_EQ(
      j["estimation"],
      json({{"method", "lmmse"}, {"pilots", 4}, {"pilot_boost_db", 0.0}, {"noise_variance", "with_error"}}));
  EXPECT_EQ(link_summary(s),
            "8x2, 16qam, a fresh kronecker (rx_model local_scattering, angle_deg -20, user_gain_db 0, 3) "
            "channel for "
            "every use, estimated by lmmse (pilots 4, noise_variance with_error)");
}

TEST(channel_options, the_summary_names_what_is_not_the_default) {
  EXPECT_EQ(link_summary(read({})), "8x2, 16qam, a fresh rayleigh channel for every use");
  EXPECT_EQ(link_summary(read({"link.channel=tdl-c", "channel.doppler_hz=70"})),
            "8x2, 16qam, fresh tdl-c (doppler_hz 70) OFDM grids");
  EXPECT_EQ(link_summary(read({"link.channel=tdl-c", "channel.realisations=3"})),
            "8x2, 16qam, 3 fixed tdl-c OFDM grids");
  EXPECT_EQ(link_summary(read({"link.channel=awgn"})), "8x2, 16qam, awgn channel");
}

}  // namespace
}  // namespace mho::sim
