// mho plot: results of several runs in one picture, closed forms beside them, and what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ber_plot.hpp"
#include "closed_form.hpp"
#include "program.hpp"

namespace mho::test {
namespace {

using nlohmann::json;

class plot : public testing::Test {
 protected:
  // A result of 8x4 (or as `sets` say) in folder `name`.
  std::string result(const std::string& name, const std::string& sets = "", const std::string& title = "t") {
    const std::string file =
        folder.write(name + ".toml",
                     "title = \"" + title +
                         "\"\n[link]\nrx = 8\ntx = 4\nmodulation = \"16qam\"\nsnr_db = [8, 14, 20]\n[stop]\n"
                         "min_bits = 40_000\nmax_bits = 40_000\n[[detector]]\nname = \"zf\"\n"
                         "[[detector]]\nname = \"mmse\"\n");
    const outcome o = run_mho("ber " + file + " " + sets + " --out " + folder.path(name), "PATH=");
    EXPECT_EQ(o.status, 0) << o.err;
    return folder.path(name + "/result.json");
  }
  outcome draw(const std::string& files, const std::string& picture, const std::string& more = "") {
    return run_mho("plot " + files + " --out " + folder.path(picture) + " " + more);
  }
  // The rows of a data block of the script.
  std::vector<std::vector<double>> block(const std::string& script, const std::string& name) {
    const std::string head = "$" + name + " << EOD\n";
    const std::size_t from = script.find(head);
    EXPECT_NE(from, std::string::npos) << name;
    std::vector<std::vector<double>> rows;
    std::istringstream lines(from == std::string::npos ? "" : script.substr(from + head.size()));
    for (std::string line; std::getline(lines, line) && line != "EOD";) {
      std::istringstream numbers(line);
      rows.emplace_back();
      for (double v; numbers >> v;) rows.back().push_back(v);
    }
    return rows;
  }
  bool has_block(const std::string& script, const std::string& name) {
    return script.find("$" + name + " << EOD") != std::string::npos;
  }

  scratch_folder folder;
};

TEST_F(plot, several_results_stand_in_one_picture_with_their_losses) {
  const std::string one = result("one", "--seed 1", "first run"),
                    two = result("two", "--seed 2", "second run");
  const outcome o = draw(one + " " + two, "new/both.svg", "--ber 1e-2 --ber 0.05");
  ASSERT_EQ(o.status, 0) << o.err;
  EXPECT_EQ(o.err, "");
  EXPECT_NE(slurp(folder.path("new/both.svg")).find("<svg"), std::string::npos);
  const std::string script = slurp(folder.path("new/both.gnuplot"));
  for (const char* legend :
       {"'zf [first run]'", "'mmse [first run]'", "'zf [second run]'", "'mmse [second run]'"})
    EXPECT_NE(script.find(legend), std::string::npos) << legend;
  // Every point with its interval, of both files.
  std::size_t number = 0;
  for (const std::string& file : {one, two}) {
    const json stored = json::parse(slurp(file));
    for (const json& curve : stored["curves"]) {
      std::vector<std::vector<double>> rows = block(script, "curve" + std::to_string(number++));
      std::size_t seen = 0;
      for (const json& p : curve["points"]) {
        if (p["bit_errors"] == 0) continue;
        ASSERT_LT(seen, rows.size());
        EXPECT_EQ(rows[seen][0], p["snr_db"].get<double>());
        for (const auto& [column, key] : {std::pair{1, "ber"}, {2, "ber_low"}, {3, "ber_high"}})
          EXPECT_NEAR(rows[seen][static_cast<std::size_t>(column)], p[key].get<double>(), 1e-9);
        ++seen;
      }
      EXPECT_EQ(seen, rows.size());
    }
  }
  // Both rates, the larger first, on standard output and in the picture.
  const std::size_t large = o.out.find("At BER 0.05"), small = o.out.find("At BER 1e-2");
  EXPECT_LT(large, small);
  EXPECT_NE(small, std::string::npos) << o.out;
  EXPECT_NE(o.out.find(" over zf at BER 1e-2"), std::string::npos) << o.out;
  EXPECT_NE(script.find("At BER 1e-2, with 95 % intervals:"), std::string::npos);
  EXPECT_NE(script.find(" over zf'"), std::string::npos);
  // SNR in all conventions: rx 8, tx 4, four bits a symbol.
  const std::string conventions =
      "SNR = Es/N0 + 6.02 dB = Eb/N0 + 12.04 dB = matched filter - 3.01 dB; N0 = 4 / 10^(SNR/10)";
  EXPECT_NE(o.out.find(conventions), std::string::npos) << o.out;
  EXPECT_NE(script.find(conventions), std::string::npos);
  // The losses are those of the result itself at the same rate.
  const std::string alone = draw(one, "one.png", "--ber 1e-3").out;
  EXPECT_NE(alone.find("1e-3"), std::string::npos) << alone;
  EXPECT_EQ(slurp(folder.path("one.png")).substr(1, 3), "PNG");
}

TEST_F(plot, names_follow_what_tells_results_apart) {
  sim::plotted_result a, b;
  a.settings.title = b.settings.title = "t";
  a.settings.link.rx = b.settings.link.rx = 4;
  a.result.curves.resize(1);
  a.result.curves[0].id = a.result.curves[0].label = "zf";
  b.result.curves = a.result.curves;
  a.file = "runs/one/result.json";
  b.file = "runs/two/result.json";
  const auto names = [&] {
    const auto all = sim::legend_of({a, b});
    return std::vector<std::string>{all[0][0], all[1][0]};
  };
  EXPECT_EQ(names(), (std::vector<std::string>{"zf [one]", "zf [two]"}));
  b.file = "runs/one/other.json";
  EXPECT_EQ(names(), (std::vector<std::string>{"zf [runs/one/result.json]", "zf [runs/one/other.json]"}));
  b.settings.title = "u";
  EXPECT_EQ(names(), (std::vector<std::string>{"zf [t]", "zf [u]"}));
  b.result.curves[0].id = b.result.curves[0].label = "mmse";
  EXPECT_EQ(names(), (std::vector<std::string>{"zf", "mmse"}));
  b.settings.link.rx = 8;
  EXPECT_EQ(names(), (std::vector<std::string>{"zf [t]", "mmse [u]"}));
}

TEST_F(plot, closed_forms_are_drawn_where_they_hold) {
  struct line {
    const char* sets;
    bool zf, mmse;  // whether curves 0 and 1 have one of their own
    double (*exact)(double n0);
  };
  const auto rayleigh5 = [](double n0) { return sim::ber_rayleigh(16, 5, 1 / n0); };
  const auto rayleigh8 = [](double n0) { return sim::ber_rayleigh(16, 8, 1 / n0); };
  const auto awgn = [](double n0) { return sim::ber_awgn(16, 1 / n0); };
  const auto scaled = [](double n0) { return sim::ber_awgn(16, 8 / n0); };
  const auto unequal = [](double n0) {
    double sum = 0;
    for (const double db : {0, -12, 3, 3}) sum += sim::ber_rayleigh(16, 5, std::pow(10.0, db / 10) / n0);
    return sum / 4;
  };
  std::size_t number = 0;
  for (const line& l :
       {line{"", true, false, rayleigh5}, line{"--set link.tx=1", true, false, rayleigh8},
        line{"--set link.channel=awgn", true, false, awgn},
        line{"--set link.uses_per_channel=4", true, false, rayleigh5},
        line{"--set link.tx=1 --set link.snr_normalisation=realisation", true, false, scaled},
        line{"--set link.snr_normalisation=realisation", false, false, nullptr},
        line{"--set channel.realisations=3", false, false, nullptr},
        line{"--set link.channel=kronecker", true, false, rayleigh5},
        line{"--set 'channel.user_gain_db=[0, -12, 3, 3]'", true, false, unequal},
        line{"--set link.channel=kronecker --set channel.rx_correlation=0.5", false, false, nullptr},
        line{"--set channel.path_loss_spread_db=6", false, false, nullptr},
        line{"--set link.channel=awgn --set estimation.method=ls", false, false, nullptr},
        line{"--set estimation.method=lmmse", false, false, nullptr}}) {
    SCOPED_TRACE(l.sets);
    const std::string name = "r" + std::to_string(number++), file = result(name, l.sets);
    ASSERT_EQ(draw(file, name + ".svg").status, 0);
    const std::string script = slurp(folder.path(name + ".gnuplot"));
    EXPECT_EQ(has_block(script, "theory0"), l.zf);
    // One line for both curves where they decide alike.
    EXPECT_EQ(has_block(script, "theory1"), l.mmse);
    if (l.exact == nullptr) continue;
    const json first = json::parse(slurp(file))["curves"][0]["points"][0];
    const double n0 = first["n0"], snr = first["snr_db"];
    const auto rows = block(script, "theory0");
    ASSERT_GT(rows.size(), 100u);
    for (const auto& r : rows) {
      const double exact = l.exact(n0 * std::pow(10.0, (snr - r[0]) / 10));
      EXPECT_NEAR(r[1], exact, 1e-4 * exact) << r[0];  // ten digits of dB, six of N0
    }
    EXPECT_NE(
        script.find("$theory0 using 1:2 with lines lc rgb \"#0072b2\" lw 1.5 dt 2 title 'zf: closed form'"),
        std::string::npos);
  }
}

TEST_F(plot, what_does_not_fit_is_one_clear_line) {
  const std::string good = result("good");
  const auto refused = [&](const std::string& arguments, const std::string& message) {
    const outcome o = run_mho("plot " + arguments);
    EXPECT_EQ(o.status, 2) << arguments;
    EXPECT_EQ(o.err, "mho: " + message + "\n");
    EXPECT_EQ(o.out, "");
  };
  const std::string out = " --out " + folder.path("p.svg"), pdf = folder.path("p.pdf");
  refused(good + " --out " + pdf, "--out: " + pdf + ": must end in .svg or .png");
  refused(good + " --out " + folder.path("none"),
          "--out: " + folder.path("none") + ": must end in .svg or .png");
  refused(folder.path("absent.json") + out, folder.path("absent.json") + ": no such file");
  for (const char* content :
       {"", "[]", "{}", "3", "{\"kind\": \"ber\"}", "{\"kind\": \"ber\", \"format\": 1}", "\xff"}) {
    const std::string file = folder.write("other.json", content);
    refused(good + " " + file + out, file + ": no result.json of this program");
  }
  json image = json::parse(slurp(good));
  image["kind"] = "image";
  const std::string picture = folder.write("image.json", image.dump());
  refused(picture + out, picture + ": kind is image, must be ber");
  image["kind"] = "ber";
  image["format"] = 2;
  refused(folder.write("image.json", image.dump()) + out, picture + ": format is 2, must be 1");
  const std::string other = result("other", "--set link.snr_normalisation=realisation"),
                    ratio = "10 log10(E||Hx||^2/E||n||^2)";
  refused(good + " " + other + out, other + ": its SNR is " + ratio + ", of each channel H itself, that of " +
                                        good + " is " + ratio + "; one plot takes results of one SNR");
  EXPECT_FALSE(std::filesystem::exists(folder.path("p.svg")));
  EXPECT_FALSE(std::filesystem::exists(folder.path("p.gnuplot")));
  for (const char* ber : {"0", "0.6", "x", "-1"}) {
    const outcome o = run_mho("plot " + good + out + " --ber " + ber);
    EXPECT_EQ(o.status, 2) << ber;
    EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
    EXPECT_NE(o.err.find("--ber"), std::string::npos) << o.err;
  }
  // Fixed channels and a list in another key change nothing of what the SNR is.
  const std::string fixed = result("fixed", "--set channel.realisations=2 --set 'link.es_n0_db=[2, 8]'");
  EXPECT_EQ(run_mho("plot " + good + " " + fixed + out).status, 0);
  // Without gnuplot there is no picture, but its script and the table.
  const outcome bare = run_mho("plot " + good + " --out " + folder.path("bare.svg"), "PATH=");
  EXPECT_EQ(bare.status, 1);
  EXPECT_NE(bare.err.find("gnuplot"), std::string::npos);
  EXPECT_NE(bare.out.find("BER 1e-3"), std::string::npos) << bare.out;
  EXPECT_TRUE(std::filesystem::exists(folder.path("bare.gnuplot")));
}

}  // namespace
}  // namespace mho::test
