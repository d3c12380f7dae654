// A required key that was misspelt: told by what stands there, not by what is missing.
#include <gtest/gtest.h>

#include <vector>

#include "program.hpp"

namespace mho::test {
namespace {

const std::string good_link = "[link]\nrx = 8\ntx = 4\nsnr_db = [10]\n";
const std::string zf = "[[detector]]\nname = \"zf\"\n";

void expect_error(const std::string& toml, const std::string& message) {
  const scratch_folder folder;
  const std::string file = folder.write("s.toml", toml);
  const outcome o = run_mho("ber " + file + " --out " + folder.path("out"));
  EXPECT_EQ(o.status, 2) << toml;
  EXPECT_EQ(o.err, "mho: " + file + message + "\n") << toml;
}

TEST(misspelt_key, of_a_table_is_told_before_what_is_missing) {
  const std::string unknown = ": unknown key; the nearest known one is ";
  expect_error("[link]\nrx = 8\nxt = 2\nsnr_db = [10]\n" + zf, ":3: link.xt" + unknown + "tx");
  expect_error("[link]\nrxx = 8\ntx = 2\nsnr_db = [10]\n" + zf, ":2: link.rxx" + unknown + "rx");
  expect_error("[link]\nrx = 8\ntx = 2\nsnr_dB = [10]\n" + zf, ":4: link.snr_dB" + unknown + "snr_db");
  expect_error(good_link + zf + "[image]\nfiel = \"x.png\"\n", ":8: image.fiel" + unknown + "file");
  expect_error(
      "[link]\nrx = 8\ntx = 4\nsnr_db = [10]\nchannel = \"recorded\"\n" + zf + "[channel]\nflie = \"h.h5\"\n",
      ":9: channel.flie" + unknown + "file");
}

TEST(misspelt_key, of_a_detector_is_told_before_its_missing_name) {
  const std::string unknown = ": unknown key; the nearest known one is ";
  expect_error(good_link + "[[detector]]\nnmae = \"zf\"\n", ":6: detector.0.nmae" + unknown + "name");
  expect_error(good_link + zf + "[[detector]]\ncycles = [1]\nNAME = \"zf\"\n",
               ":9: detector.1.NAME" + unknown + "name");
  expect_error(good_link + "[[detector]]\ncycles = [1]\n",
               ":5: detector.0.name: missing; see mho list detectors");
}

TEST(misspelt_key, of_the_document_is_told_before_a_missing_table) {
  const std::string unknown = ": unknown key; the nearest known one is ";
  expect_error("[lnik]\nrx = 8\ntx = 4\nsnr_db = [10]\n" + zf, ":1: lnik" + unknown + "link");
  expect_error(good_link + "[[detectors]]\nname = \"zf\"\n", ":5: detectors" + unknown + "detector");
}

}  // namespace
}  // namespace mho::test
