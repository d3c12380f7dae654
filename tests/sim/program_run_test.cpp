// How a run behaves around its numbers: interruption, progress, plots and their script, a machine without
// gnuplot, accelerators from files.
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "program.hpp"
#include "sanitized.hpp"

namespace mho::test {
namespace {

using nlohmann::json;

std::string sweep(const std::string& snr, const std::string& stop) {
  return "title = \"it's a 'test'\"\n[link]\nrx = 8\ntx = 4\nmodulation = \"16qam\"\nsnr_db = " + snr +
         "\n[stop]\n" + stop + "\n[[detector]]\nname = \"zf\"\nlabel = \"it's $1_{x} `touch ran`\"\n";
}

TEST(program_run, an_interrupted_run_keeps_its_points_and_resumes_to_the_same_bytes) {
  const scratch_folder folder;
  // So many that a point takes long enough to be interrupted in.
  constexpr std::uint64_t bits = sanitized ? 1'000'000 : 6'000'000;
  const std::string count = std::to_string(bits),
                    stop = "bit_errors = 100_000_000\nmin_bits = " + count + "\nmax_bits = " + count;
  const std::string file = folder.write("s.toml", sweep("[0, 4, 8, 12]", stop));
  const std::string out = folder.path("out");
  std::size_t points = 0;
  for (const int signal : {SIGINT, SIGTERM}) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const std::string quiet = folder.path("quiet");
      if (freopen(quiet.c_str(), "w", stdout) == nullptr || freopen(quiet.c_str(), "w", stderr) == nullptr)
        _exit(99);
      execl(MHO_PROGRAM, MHO_PROGRAM, "ber", file.c_str(), "--out", out.c_str(), "--threads", "1", "--resume",
            nullptr);
      _exit(98);
    }
    // After its first point (a resumed run: its first new one) is on disk, and a round of the next.
    for (int waited = 0; waited < 30000; ++waited) {
      const json r = json::parse(slurp(out + "/result.json"), nullptr, false);
      if (!r.is_discarded() && r["curves"][0]["points"].size() > points + 1) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    kill(child, signal);
    int state = 0;
    waitpid(child, &state, 0);
    ASSERT_TRUE(WIFEXITED(state));
    ASSERT_EQ(WEXITSTATUS(state), 130);
    const json r = json::parse(slurp(out + "/result.json"));
    EXPECT_FALSE(r["complete"]);
    points = r["curves"][0]["points"].size() - 1;
    EXPECT_LT(points, 4u);
    for (std::size_t p = 0; p < points; ++p) EXPECT_EQ(r["curves"][0]["points"][p]["stop"], "max_bits");
    const json& unfinished = r["curves"][0]["points"][points];
    EXPECT_EQ(unfinished["stop"], "interrupted");
    EXPECT_GT(unfinished["bits"], 0);
    EXPECT_LT(unfinished["bits"], bits);
  }
  ASSERT_EQ(run_mho("ber " + file + " --resume --out " + out).status, 0);
  ASSERT_EQ(run_mho("ber " + file + " --out " + folder.path("whole")).status, 0);
  EXPECT_EQ(slurp(out + "/result.json"), slurp(folder.path("whole/result.json")));
}

TEST(program_run, progress_goes_to_standard_error_when_asked_for) {
  const scratch_folder folder;
  const std::string file = folder.write("s.toml", sweep("[0, 4]", "max_bits = 200_000\nmin_bits = 200_000"));
  const outcome shown = run_mho("ber " + file + " --progress always --json --out " + folder.path("out"));
  EXPECT_EQ(shown.status, 0);
  EXPECT_NE(shown.err.find("dB"), std::string::npos) << shown.err;
  // In a pipe a line at once; none rewrites itself.
  EXPECT_EQ(shown.err.rfind("point 1/2  SNR 0.00 dB  0 bits\n", 0), 0u) << shown.err;
  EXPECT_EQ(shown.err.find('\r'), std::string::npos);
  EXPECT_FALSE(json::parse(shown.out, nullptr, false).is_discarded());
  const outcome quiet = run_mho("ber " + file + " --progress never --out " + folder.path("out"));
  EXPECT_EQ(quiet.status, 0);
  EXPECT_EQ(quiet.err, "");
}

TEST(program_run, the_plot_script_holds_curves_bars_and_an_arrow_where_no_error_was_seen) {
  const scratch_folder folder;
  const std::string file =
      folder.write("s.toml", sweep("[8, 60]", "bit_errors = 50\nmin_bits = 10_000\nmax_bits = 20_000"));
  ASSERT_EQ(run_mho("ber " + file + " --out " + folder.path("out")).status, 0);
  const std::string script = slurp(folder.path("out/ber.gnuplot"));
  const json points = json::parse(slurp(folder.path("out/result.json")))["curves"][0]["points"];
  ASSERT_EQ(points[1]["bit_errors"], 0);
  EXPECT_EQ(points[1]["ber"], 0);
  EXPECT_GT(points[1]["ber_high"], 0);
  for (const char* part : {"'it''s a ''test'''", "'it''s $1_{x} `touch ran`'", "set logscale y", "yerrorbars",
                           "vectors head", "10 log10(E||Hx||^2 / E||n||^2)"})
    EXPECT_NE(script.find(part), std::string::npos) << part;
  std::istringstream lines(script);
  std::vector<double> curve, bound;
  std::string block;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("<< EOD") != std::string::npos) {
      block = line;
    } else if (line == "EOD") {
      block.clear();
    } else if (!block.empty() && block[1] != 't') {  // but the closed form
      std::istringstream numbers(line);
      for (double v; numbers >> v;) (block[1] == 'c' ? curve : bound).push_back(v);
    }
  }
  ASSERT_EQ(curve.size(), 4u);  // the point with errors: SNR, BER, low, high
  EXPECT_EQ(curve[0], 8);
  EXPECT_NEAR(curve[1], points[0]["ber"].get<double>(), 1e-9);
  EXPECT_NEAR(curve[2], points[0]["ber_low"].get<double>(), 1e-9);
  EXPECT_NEAR(curve[3], points[0]["ber_high"].get<double>(), 1e-9);
  ASSERT_EQ(bound.size(), 3u);  // the point without: SNR, the upper bound, how far down the arrow goes
  EXPECT_EQ(bound[0], 60);
  EXPECT_NEAR(bound[1], points[1]["ber_high"].get<double>(), 1e-9);
  EXPECT_LT(bound[2], 0);
  EXPECT_GT(bound[1] + bound[2], 0);
  EXPECT_EQ(slurp(folder.path("out/ber.png")).substr(1, 3), "PNG");
  EXPECT_NE(slurp(folder.path("out/ber.svg")).find("<svg"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder.path("out/ran"))) << "a label was run as a command";
  // The script stands for itself.
  ASSERT_EQ(std::remove(folder.path("out/ber.png").c_str()), 0);
  ASSERT_EQ(std::system(("cd " + folder.path("out") + " && gnuplot ber.gnuplot").c_str()), 0);
  EXPECT_EQ(slurp(folder.path("out/ber.png")).substr(1, 3), "PNG");
}

TEST(program_run, the_plot_says_what_was_run_in_ascending_order) {
  const scratch_folder folder;
  const std::string file = folder.write(
      "s.toml", sweep("[6, inf, 2, 60, 4]", "bit_errors = 50\nmin_bits = 10_000\nmax_bits = 20_000"));
  ASSERT_EQ(run_mho("ber " + file +
                    " --set link.rx=6 --set link.modulation=qpsk --set 'title=16x4, 256-QAM' --out " +
                    folder.path("out"))
                .status,
            0);
  const std::string script = slurp(folder.path("out/ber.gnuplot"));
  EXPECT_NE(script.find("set label 1 '6x"), std::string::npos) << script;
  EXPECT_NE(script.find(", qpsk, a fresh rayleigh channel for every use'"), std::string::npos) << script;
  EXPECT_NE(script.find(" (no noise: below "), std::string::npos) << script;
  std::istringstream rows(script.substr(script.find("$curve0 << EOD\n") + 15));
  std::vector<double> snr;
  for (std::string line; std::getline(rows, line) && line != "EOD";) snr.push_back(std::stod(line));
  EXPECT_EQ(snr, (std::vector<double>{2, 4, 6}));
  const std::string range = "set xrange [";
  std::istringstream limits(script.substr(script.find(range) + range.size()));
  double left = 0, right = 0;
  char colon = 0;
  limits >> left >> colon >> right;
  EXPECT_TRUE(left < 2 && left > -10) << left;
  EXPECT_TRUE(right > 60 && right < 72) << right;
}

TEST(program_run, plots_of_any_number_of_points_say_nothing) {
  // With errors and without, one point and several, and none that has a place on the axis.
  const scratch_folder folder;
  for (const char* snr : {"[4]", "[60]", "[inf]", "[4, 60]", "[60, 70]", "[4, inf]"}) {
    const std::string file =
        folder.write("s.toml", sweep(snr, "bit_errors = 50\nmin_bits = 10_000\nmax_bits = 20_000"));
    const outcome o = run_mho("ber " + file + " --force --out " + folder.path("out"));
    EXPECT_EQ(o.status, 0) << snr;
    EXPECT_EQ(o.err, "") << snr;
  }
}

TEST(program_run, without_gnuplot_the_result_is_complete_and_one_warning_says_so) {
  const scratch_folder folder;
  const std::string file =
      folder.write("s.toml", sweep("[4]", "bit_errors = 50\nmin_bits = 10_000\nmax_bits = 20_000"));
  const std::string path = std::string(std::getenv("PATH"));
  ASSERT_EQ(setenv("PATH", folder.path("nothing").c_str(), 1), 0);
  const outcome o = run_mho("ber " + file + " --out " + folder.path("out"));
  ASSERT_EQ(setenv("PATH", path.c_str(), 1), 0);
  EXPECT_EQ(o.status, 0);
  EXPECT_NE(o.err.find("gnuplot"), std::string::npos);
  EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
  EXPECT_TRUE(json::parse(slurp(folder.path("out/result.json")))["complete"]);
}

TEST(program_run, solve_takes_accelerators_from_files) {
  const scratch_folder folder;
  const std::string a = folder.write("A.csv", "2,0.5\n0.5,1\n"), b = folder.write("b.csv", "1\n-1\n");
  const std::string file =
      folder.write("mine.toml", "[accelerator.exact]\nbase = \"ideal\"\narray.rounding = \"truncate\"\n");
  const std::string solve = "solve --json --cycles 2 --matrix " + a + " --rhs " + b + " --accelerator ";
  const auto error_of = [](const outcome& o) { return json::parse(o.out)["cycles"][0]["relative_error"]; };
  const outcome ideal = run_mho(solve + "ideal --set array.rounding=truncate"),
                mine = run_mho(solve + file + ":exact"), nearest = run_mho(solve + "ideal"),
                set = run_mho(solve + file + ":exact --set accelerator.exact.array.rounding=nearest");
  ASSERT_EQ(mine.status, 0) << mine.err;
  EXPECT_EQ(mine.out, ideal.out);
  EXPECT_EQ(set.out, nearest.out);
  EXPECT_NE(error_of(mine), error_of(nearest));
  const outcome wrong = run_mho(solve + file + ":other");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_EQ(wrong.err, "mho: " + file + ": accelerator.other: no such table; there are exact\n");
}

}  // namespace
}  // namespace mho::test
