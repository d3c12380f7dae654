// Bad scenarios and arguments: status 2 and one line that names file, line, key and what is allowed.
#include <gtest/gtest.h>

#include <vector>

#include "program.hpp"

namespace mho::test {
namespace {

const std::string good_link = "[link]\nrx = 8\ntx = 4\nmodulation = \"16qam\"\nsnr_db = [10]\n";
const std::string zf = "[[detector]]\nname = \"zf\"\n";

struct bad {
  const char* what;
  std::string toml, message;  // FILE stands for the path
};

TEST(bad_input, scenarios) {
  const std::vector<bad> cases{
      {"unknown key", "[link]\nrx = 8\ntx = 4\nsnr_db = [1]\nmodulatoin = \"16qam\"\n" + zf,
       "FILE:5: link.modulatoin: unknown key; the nearest known one is modulation"},
      {"unknown table", good_link + zf + "[stopp]\nbit_errors = 3\n",
       "FILE:8: stopp: unknown key; the nearest known one is stop"},
      {"wrong type", "[link]\nrx = \"8\"\ntx = 4\nsnr_db = [1]\n" + zf,
       "FILE:2: link.rx: must be an integer from 1 to 4096"},
      {"float where an integer is due", "[link]\nrx = 8.5\ntx = 4\nsnr_db = [1]\n" + zf,
       "FILE:2: link.rx: must be an integer from 1 to 4096"},
      {"out of range", "[link]\nrx = 0\ntx = 4\nsnr_db = [1]\n" + zf,
       "FILE:2: link.rx: must be an integer from 1 to 4096"},
      {"missing rx", "[link]\ntx = 4\nsnr_db = [1]\n" + zf,
       "FILE:1: link.rx: missing; must be an integer of at least 1"},
      {"tx > rx for zero forcing", "[link]\nrx = 4\ntx = 8\nsnr_db = [1]\n" + zf,
       "FILE:3: link.tx: must be at most rx = 4 for detector zf"},
      {"tx > rx on AWGN",
       "[link]\nrx = 4\ntx = 8\nsnr_db = [1]\nchannel = \"awgn\"\n[[detector]]\nname = \"mmse\"\n",
       "FILE:3: link.tx: must be at most rx = 4 on channel awgn, where stream k arrives at antenna k"},
      {"a fraction of a bit", good_link + zf + "[stop]\nbit_errors = 2.5e0\n",
       "FILE:9: stop.bit_errors: must be an integer from 1 to 1e+15"},
      {"3-QAM", "[link]\nrx = 8\ntx = 4\nmodulation = \"3qam\"\nsnr_db = [1]\n" + zf,
       "FILE:4: link.modulation: must be one of qpsk, 16qam, 64qam, 256qam, 1024qam, 4096qam; the nearest is "
       "16qam"},
      {"another spelling", "[link]\nrx = 8\ntx = 4\nmodulation = \"256-QAM\"\nsnr_db = [1]\n" + zf,
       "FILE:4: link.modulation: must be one of qpsk, 16qam, 64qam, 256qam, 1024qam, 4096qam; the nearest is "
       "256qam"},
      {"no SNR", "[link]\nrx = 8\ntx = 4\n" + zf,
       "FILE:1: link.snr_db: missing; one of snr_db, es_n0_db, eb_n0_db is needed"},
      {"two SNRs", "[link]\nrx = 8\ntx = 4\nsnr_db = [1]\nes_n0_db = [2]\n" + zf,
       "FILE:5: link.es_n0_db: only one of snr_db, es_n0_db, eb_n0_db"},
      {"NaN", "[link]\nrx = 8\ntx = 4\nsnr_db = [1, nan]\n" + zf,
       "FILE:4: link.snr_db: values must be from -300 to 300 dB, or inf for no noise"},
      {"empty list", "[link]\nrx = 8\ntx = 4\nsnr_db = []\n" + zf,
       "FILE:4: link.snr_db: must have at least one value"},
      {"negative step", "[link]\nrx = 8\ntx = 4\nsnr_db = { from = 0, to = 10, step = -1 }\n" + zf,
       "FILE:4: link.snr_db: step must be positive"},
      {"range without step", "[link]\nrx = 8\ntx = 4\nsnr_db = { from = 0, to = 10 }\n" + zf,
       "FILE:4: link.snr_db: must be a list of numbers, or {from, to, step}"},
      {"the same SNR twice", "[link]\nrx = 8\ntx = 4\nsnr_db = [3, 3]\n" + zf,
       "FILE:4: link.snr_db: the same value stands twice"},
      {"unknown detector", good_link + "[[detector]]\nname = \"zff\"\n",
       "FILE:7: detector.0.name: unknown detector zff; the nearest known one is zf"},
      {"no detector", good_link, "FILE:1: detector: missing; a scenario needs at least one [[detector]]"},
      {"option of another kind", good_link + zf + "cycles = [1]\n",
       "FILE:8: detector.0.cycles: is an option of analog-zf, analog-mmse, analog-ginv; zf has name, id, "
       "label, reference, target, lanes"},
      {"a parameter of the accelerator", good_link + "[[detector]]\nname = \"analog-zf\"\narray.size = 8\n",
       "FILE:8: detector.0.array: is a parameter of the accelerator; it stands in a table "
       "[accelerator.NAME], and accelerator = \"NAME\" here"},
      {"a key above its table", "rx = 8\n" + good_link + zf,
       "FILE:1: rx: unknown key; the nearest known one is link.rx"},
      {"option of no kind", good_link + zf + "cylces = [1]\n",
       "FILE:8: detector.0.cylces: unknown key; the nearest known one is lanes"},
      {"cycle 0", good_link + "[[detector]]\nname = \"analog-zf\"\ncycles = [0]\n",
       "FILE:8: detector.0.cycles: must be a list of integers from 1 to 64"},
      {"descending cycles", good_link + "[[detector]]\nname = \"analog-zf\"\ncycles = [2, 1]\n",
       "FILE:8: detector.0.cycles: must be ascending"},
      {"unknown accelerator", good_link + "[[detector]]\nname = \"analog-zf\"\naccelerator = \"papr\"\n",
       "FILE:8: detector.0.accelerator: must be one of paper, projected, pcm, ideal; the nearest is paper"},
      {"unknown parameter", good_link + zf + "[accelerator.mine]\narray.sise = 8\n",
       "FILE:9: accelerator.mine.array.sise: unknown key; the nearest known one is array.size"},
      {"preset redefined", good_link + zf + "[accelerator.paper]\narray.size = 8\n",
       "FILE:8: accelerator.paper: presets are read-only; choose another name and give base = \"paper\""},
      {"a reference that is no curve",
       good_link + zf +
           "[[detector]]\nname = \"analog-zf\"\nid = \"a\"\nreference = \"a\"\ncycles = [1, 2]\n",
       "FILE:11: detector.1.reference: must be the id of a curve (zf, a-c1, a-c2); the nearest is zf"},
      {"the same id twice", good_link + zf + zf,
       "FILE:8: detector.1.id: another detector has the id zf; give each its own"},
      {"the same curve twice",
       good_link + zf + "id = \"a-c1\"\n[[detector]]\nname = \"analog-zf\"\nid = \"a\"\ncycles = [1, 2]\n",
       "FILE:11: detector.1.id: detector 0 has a curve a-c1 too; give each detector an id that keeps the "
       "curves "
       "apart"},
      {"two rules", good_link + zf + "[stop]\nbit_errors = 5\nrelative_interval = 0.1\n",
       "FILE:10: stop.relative_interval: only one of bit_errors, relative_interval"},
      {"option of another channel", good_link + zf + "[channel]\nk_factor_db = 3\n",
       "FILE:9: channel.k_factor_db: needs a link.channel of rician, which is rayleigh"},
      {"option of other channels", good_link + zf + "[channel]\nsymbols = 7\n",
       "FILE:9: channel.symbols: needs a link.channel of tdl-a, tdl-b, tdl-c, tdl-d, tdl-e, which is "
       "rayleigh"},
      {"gains of too few users", good_link + zf + "[channel]\nuser_gain_db = [1, 2]\n",
       "FILE:9: channel.user_gain_db: must have one value for each of the 4 streams, not 2"},
      {"angles of too many users",
       good_link + "channel = \"rician\"\n" + zf + "[channel]\nangles_deg = [1, 2, 3, 4, 5]\n",
       "FILE:10: channel.angles_deg: must have one value for each of the 4 streams, not 5"},
      {"two models of the antennas",
       good_link + "channel = \"kronecker\"\n" + zf +
           "[channel]\nrx_model = \"local_scattering\"\nrx_correlation = 0.5\n",
       "FILE:11: channel.rx_correlation: needs channel.rx_model = \"exponential\""},
      {"an angle without its model",
       good_link + "channel = \"kronecker\"\n" + zf + "[channel]\nangle_deg = 5\n",
       "FILE:10: channel.angle_deg: needs channel.rx_model = \"local_scattering\""},
      {"two Doppler shifts",
       good_link + "channel = \"tdl-a\"\n" + zf + "[channel]\ndoppler_hz = 5\nspeed_m_s = 1\n",
       "FILE:11: channel.speed_m_s: only one of doppler_hz, speed_m_s"},
      {"too large a grid",
       good_link + "channel = \"tdl-a\"\n" + zf + "[channel]\nsubcarriers = 4096\nsymbols = 17\n",
       "FILE:10: channel.subcarriers: times channel.symbols must be at most 65536 resource elements"},
      {"no such estimate", good_link + zf + "[estimation]\nmethod = \"lmse\"\n",
       "FILE:9: estimation.method: must be one of perfect, ls, lmmse; the nearest is lmmse"},
      {"max below min", good_link + zf + "[stop]\nmin_bits = 1000\nmax_bits = 10\n",
       "FILE:10: stop.max_bits: must be at least min_bits, which is 1000"},
  };
  for (const bad& b : cases) {
    const scratch_folder folder;
    const std::string file = folder.write("s.toml", b.toml);
    std::string expected = b.message;
    if (expected.rfind("FILE", 0) == 0) expected.replace(0, 4, file);
    const outcome o = run_mho("ber " + file + " --out " + folder.path("out"));
    EXPECT_EQ(o.status, 2) << b.what;
    EXPECT_EQ(o.err, "mho: " + expected + "\n") << b.what;
    EXPECT_EQ(o.out, "") << b.what;
    EXPECT_FALSE(std::filesystem::exists(folder.path("out"))) << b.what;
  }
}

TEST(bad_input, a_missing_picture_stops_who_needs_it) {
  const scratch_folder folder;
  const std::string file = folder.write(
      "s.toml", good_link + zf + "[image]\nfile = \"none.png\"\n[stop]\nmin_bits = 64\nmax_bits = 64\n");
  const outcome image = run_mho("image " + file + " --out " + folder.path("image"));
  EXPECT_EQ(image.status, 2);
  EXPECT_EQ(image.err, "mho: " + file + ":9: image.file: no such file: " + folder.path("none.png") + "\n");
  EXPECT_FALSE(std::filesystem::exists(folder.path("image")));
  EXPECT_EQ(run_mho("ber " + file + " --out " + folder.path("ber")).status, 0);
}

TEST(bad_input, one_line_whatever_is_wrong) {
  const scratch_folder folder;
  const std::string good = folder.write("good.toml", good_link + zf);
  const std::string out = " --out " + folder.path("out");
  for (const std::string& arguments :
       std::vector<std::string>{std::string(""),
                                std::string("frobnicate"),
                                "ber",
                                "ber " + folder.path("none.toml"),
                                "ber " + good + " --sed 3" + out,
                                "ber " + good + " --seed -1" + out,
                                "ber " + good + " --seed 9007199254740992" + out,
                                "ber " + good + " --threads many" + out,
                                "ber " + good + " --progress sometimes" + out,
                                "ber " + good + " --set link.rx" + out,
                                "ber " + good + " --set link.rx=[" + out,
                                "ber " + good + " --set link.rz=3" + out,
                                "ber " + good + " --set detector.7.id=x" + out,
                                "image " + good + out,
                                "list colours",
                                "solve --matrix " + folder.path("none.csv") + " --rhs x",
                                "ber " + folder.write("syntax.toml", "[link\n"),
                                "ber " + folder.write("bytes.toml", "title = \"\xff\xfe\"\n"),
                                "ber " + folder.write("twice.toml", "[link]\nrx = 1\nrx = 2\n"),
                                "ber " + folder.write("type.toml", "link = 3\n")}) {
    const outcome o = run_mho(arguments);
    EXPECT_EQ(o.status, 2) << arguments << "\n" << o.err;
    EXPECT_EQ(o.out, "") << arguments;
    EXPECT_EQ(o.err.rfind("mho: ", 0), 0u) << arguments << ": " << o.err;
    EXPECT_EQ(o.err.find('\n'), o.err.size() - 1) << arguments << ": " << o.err;
  }
  EXPECT_EQ(run_mho("ber " + good + " --set link.rx=x" + out).err,
            "mho: --set: link.rx: not a TOML value: x\n");
  EXPECT_EQ(
      run_mho("ber " + good + " --set link.modulation=3qam" + out).err,
      "mho: --set: link.modulation: must be one of qpsk, 16qam, 64qam, 256qam, 1024qam, 4096qam; the nearest "
      "is 16qam\n");
  EXPECT_EQ(run_mho("").err,
            "mho: a command is missing; the commands are ber, merge, image, solve, detect, adc, netlist, "
            "cost, plot, list; "
            "see mho "
            "help\n");
  EXPECT_EQ(
      run_mho("frobnicate").err,
      "mho: frobnicate: unknown command; the commands are ber, merge, image, solve, detect, adc, netlist, "
      "cost, plot, list\n");
}

TEST(bad_input, usage_is_told_in_the_same_words) {
  const std::pair<const char*, const char*> cases[] = {
      {"ber", "SCENARIO: missing; see mho ber --help"},
      {"ber a.toml b.toml", "b.toml: one argument too many; see mho ber --help"},
      {"ber a.toml --thread 3", "--thread: unknown option; the nearest is --threads; see mho ber --help"},
      {"ber a.toml --set", "--set: needs one value; see mho ber --help"},
      {"ber a.toml --progress nevr", "--progress: must be one of auto, always, never; the nearest is never"},
      {"ber /", "/: is a folder, not a file"},
      {"solve --rhs b.csv", "--matrix: missing; see mho solve --help"},
      {"solve --matrix a --rhs b --cycles 0", "--cycles: must be an integer from 1 to 1000"},
      {"solve --matrix a --rhs b --cycles 2.5", "--cycles: must be an integer from 1 to 1000"},
      {"adc --samples x --bits 0", "--bits: must be an integer from 1 to 12"},
      {"netlist --matrix a --rhs b --out c --array 0", "--array: must be an integer from 1 to 1048576"},
      {"netlist --matrix a --rhs b --out c --stop-s 0", "--stop-s: must be a number from 1e-15 to 1"},
      {"cost --rx 0 --tx 4", "--rx: must be an integer from 1 to 4096"},
      {"cost --rx 4 --tx -1", "--tx: must be an integer from 1 to 1024"},
      {"cost --uses-per-channel 0", "--uses-per-channel: must be an integer from 1 to 65536"},
      {"cost --cpu-watts 0", "--cpu-watts: must be a number from 0.001 to 10000"},
      {"cost --gpu-watts nan", "--gpu-watts: must be a number from 0.001 to 10000"},
      {"list detector",
       "WHAT: must be one of detectors, accelerators, channels, modulations, targets; the nearest is "
       "detectors"},
      {"solve --matrix / --rhs b", "/: is a folder, not a file"},
      {"solve --matrix none --rhs b", "none: no such file"},
      {"cost --accelerator x.toml", "--accelerator: must be x.toml:NAME, for its table [accelerator.NAME]"},
      {"cost --set device.table_mean_siemens=1",
       "--set: device.table_mean_siemens: must be a list of numbers from 0 to 1; in brackets, also one: [1]"},
      {"cost --set wire_ohm=.5", "--set: wire_ohm: unknown key; the nearest known one is array.wire_ohm"},
      {"cost --set array.wire_ohm=.5",
       "--set: array.wire_ohm: must be a number from 0 to 1e+06; TOML wants 0.5, not .5"},
      {"--colour",
       "--colour: unknown option; the commands are ber, merge, image, solve, detect, adc, netlist, cost, "
       "plot, list"},
  };
  for (const auto& [arguments, message] : cases) {
    const outcome o = run_mho(arguments);
    EXPECT_EQ(o.status, 2) << arguments;
    EXPECT_EQ(o.err, std::string("mho: ") + message + "\n") << arguments;
    EXPECT_EQ(o.out, "") << arguments;
  }
}

TEST(bad_input, help_is_no_error) {
  const outcome all = run_mho("help");
  EXPECT_EQ(all.status, 0);
  EXPECT_EQ(all.out, run_mho("--help").out);
  for (const char* command : {"ber", "image", "solve", "adc", "netlist", "cost", "plot", "list"}) {
    EXPECT_NE(all.out.find(command), std::string::npos);
    const outcome one = run_mho(std::string("help ") + command);
    EXPECT_EQ(one.status, 0);
    EXPECT_NE(one.out.find("Usage: mho " + std::string(command)), std::string::npos) << one.out;
    EXPECT_NE(one.out.find("Example:\n  mho " + std::string(command)), std::string::npos) << one.out;
    EXPECT_EQ(one.out, run_mho(std::string(command) + " --help").out);
  }
}

TEST(bad_input, negative_entries_are_the_reason) {
  const scratch_folder folder;
  const std::string text =
      "array.mapping = direct takes no negative entries, and row 2, column 1 is -0.25; split and pair take "
      "them\n";
  const std::string a = folder.write("a.csv", "1,0\n-0.25,1\n"), b = folder.write("b.csv", "1\n2\n");
  const std::string arguments = " --matrix " + a + " --rhs " + b + " --set array.mapping=direct";
  EXPECT_EQ(run_mho("solve" + arguments).err, "mho: " + a + ": " + text);
  EXPECT_EQ(run_mho("netlist" + arguments + " --out " + folder.path("x.cir")).err, "mho: " + a + ": " + text);
  const std::string scenario = folder.write(
      "s.toml", good_link + "[stop]\nmin_bits = 64\nmax_bits = 64\n[[detector]]\nname = \"analog-zf\"\n");
  const outcome warned = run_mho("ber " + scenario + " --set accelerator.paper.array.mapping=direct --out " +
                                 folder.path("out"));
  EXPECT_EQ(warned.status, 0);
  EXPECT_NE(warned.err.find("array.mapping = direct takes none"), std::string::npos) << warned.err;
}

TEST(bad_input, matrices) {
  const scratch_folder folder;
  const std::string b = folder.write("b.csv", "1\n2\n");
  const auto solve = [&](const std::string& a) { return run_mho("solve --matrix " + a + " --rhs " + b); };
  const std::string text = folder.write("text.csv", "1,2\n3,x\n"),
                    ragged = folder.write("ragged.csv", "1,2\n3\n");
  EXPECT_EQ(solve(text).err, "mho: " + text + ":2: entry 2 is no finite number such as 1.5 or 1.5-0.2i\n");
  EXPECT_EQ(solve(ragged).err, "mho: " + ragged + ":2: has 1 entries, the rows before have 2\n");
  const std::string wide = folder.write("wide.csv", "1,2,3\n4,5,6\n"),
                    flat = folder.write("flat.csv", "1,1\n1,1\n");
  EXPECT_EQ(solve(wide).err, "mho: " + wide + ": must be square, is 2x3\n");
  EXPECT_EQ(solve(flat).err, "mho: " + flat + ": is singular to double precision\n");
  const std::string unit = folder.write("unit.csv", "1,0\n0,1\n");
  EXPECT_EQ(solve(unit + " --accelerator papr").err,
            "mho: --accelerator: unknown accelerator papr; must be one of paper, projected, pcm, ideal, or "
            "FILE.toml:NAME; the "
            "nearest is paper\n");
  EXPECT_EQ(solve(unit + " --set solver.blocks=shur").err,
            "mho: --set: solver.blocks: must be one of reuse, schur; the nearest is schur\n");
  EXPECT_EQ(solve(unit + " --set solver.block=schur").err,
            "mho: --set: solver.block: unknown key; the nearest known one is solver.blocks\n");
}

}  // namespace
}  // namespace mho::test
