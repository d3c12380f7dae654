// mho netlist: the file, what is said about it, what is refused, and that ngspice finds what mho solve finds.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace mho::test {
namespace {

using nlohmann::json;

const char* small_matrix = "1,0.2,-0.1\n0.2,0.8,0.1\n-0.1,0.1,0.9\n";
const char* large_matrix = "1,0.2,0,0,0.1\n0.2,1,0,0,0\n0,0,1,0,0\n0,0,0,1,0\n0.1,0,0,0,1\n";

class netlist : public testing::Test {
 protected:
  std::string arguments(const std::string& more) const {
    return "netlist --matrix " + small + " --rhs " + rhs + " --out " + folder.path("x.cir") + " " + more;
  }
  scratch_folder folder;
  std::string small = folder.write("a.csv", small_matrix), rhs = folder.write("b.csv", "0.3\n-0.1\n0.2\n");
  std::string large = folder.write("large.csv", large_matrix);
};

TEST_F(netlist, says_in_the_file_what_it_is) {
  const outcome done = run_mho(arguments("--seed 7 --set circuit.open_loop_gain=1000"));
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_NE(done.out.find("ngspice -b " + folder.path("x.cir")), std::string::npos) << done.out;
  const std::string file = slurp(folder.path("x.cir"));
  for (const char* part : {"* closed-loop inversion circuit, one array\n", "accelerator paper, seed 7\n",
                           "* circuit.open_loop_gain = 1000\n", "array 1 of 1", "bias column", "\n.end\n"})
    EXPECT_NE(file.find(part), std::string::npos) << part;
  // One seed is one chip.
  ASSERT_EQ(run_mho(arguments("--seed 8 --set circuit.open_loop_gain=1000")).status, 0);
  EXPECT_NE(slurp(folder.path("x.cir")), file);
  ASSERT_EQ(run_mho(arguments("--seed 7 --set circuit.open_loop_gain=1000")).status, 0);
  EXPECT_EQ(slurp(folder.path("x.cir")), file);
}

TEST_F(netlist, ngspice_finds_the_first_cycle_of_solve) {
  if (std::system("command -v ngspice >/dev/null") != 0)
    GTEST_SKIP() << "ngspice is not installed (tools/packages test)";
  const std::string accelerator =
      "--accelerator ideal --set device.write_error=table --set circuit.open_loop_gain=200 --seed 5";
  const outcome made = run_mho(arguments(accelerator));
  ASSERT_EQ(made.status, 0) << made.err;
  const double volt = std::strtod(made.out.c_str() + made.out.find("v(oj) / ") + 8, nullptr);
  ASSERT_EQ(std::system(("cd " + folder.path() + " && ngspice -b x.cir >spice 2>&1 </dev/null").c_str()), 0);
  const std::string spice = slurp(folder.path("spice"));
  const json solved = json::parse(
      run_mho("solve --matrix " + small + " --rhs " + rhs + " --cycles 1 --json " + accelerator).out);
  for (std::size_t j = 0; j < 3; ++j) {
    const std::string key = "v(o" + std::to_string(j) + ") = ";
    const std::size_t at = spice.find(key);
    ASSERT_NE(at, std::string::npos) << spice;
    const double x = std::strtod(spice.c_str() + at + key.size(), nullptr) / volt;
    EXPECT_NEAR(x, solved["cycles"][0]["x"][j], 1e-9);  // the scale is printed with ten digits
  }
}

// What ngspice makes of the file, over the scale that the program prints.
std::vector<double> solved_by_ngspice(const scratch_folder& folder, const json& said) {
  EXPECT_EQ(std::system(("cd " + folder.path() + " && ngspice -b x.cir >spice 2>&1 </dev/null").c_str()), 0);
  const std::string spice = slurp(folder.path("spice"));
  std::vector<double> x;
  for (std::size_t j = 0; j < said["unknowns"].get<std::size_t>(); ++j) {
    const std::string key = "v(o" + std::to_string(j) + ") = ";
    const std::size_t at = spice.find(key);
    EXPECT_NE(at, std::string::npos) << spice;
    if (at == std::string::npos) return x;
    const double volt = std::strtod(spice.c_str() + at + key.size(), nullptr);
    EXPECT_NEAR(volt, said["output_volt"][j].get<double>(), 1e-9);  // of 0.4 V; the model says the same
    x.push_back(volt / said["volt_per_unit"].get<double>());
  }
  return x;
}

TEST_F(netlist, of_the_pseudo_inverse_is_least_squares) {
  if (std::system("command -v ngspice >/dev/null") != 0)
    GTEST_SKIP() << "ngspice is not installed (tools/packages test)";
  // Levels of 0.25, so that cells without errors hold it exactly; complex: X^H X = [[4.0625, 0], [0, 1.25]].
  const std::string tall = folder.write("h.csv", "1.75,0\n0,1i\n-1,0\n0,0.5\n"),
                    y = folder.write("y.csv", "1\n2i\n0.5\n-1\n");
  const json said = json::parse(run_mho("netlist --circuit ginv --accelerator ideal --matrix " + tall +
                                        " --rhs " + y + " --json --out " + folder.path("x.cir"))
                                    .out);
  EXPECT_EQ(said["circuit"], "ginv");
  EXPECT_EQ(said["unknowns"], 4);  // real parts, then imaginary ones
  EXPECT_TRUE(said["noise_volt"].is_null());
  const std::vector<double> x = solved_by_ngspice(folder, said);
  ASSERT_EQ(x.size(), 4u);
  // x1 = (1.75 - 0.5) / 4.0625, x2 = (-i 2i - 0.5) / 1.25
  const double expected[]{1.25 / 4.0625, 1.5 / 1.25, 0, 0};
  for (std::size_t j = 0; j < 4; ++j) EXPECT_NEAR(x[j], expected[j], 1e-10) << j;
  // Another chip, other cells.
  const auto file = [&](const char* seed) {
    EXPECT_EQ(run_mho("netlist --circuit ginv --matrix " + tall + " --rhs " + y + " --out " +
                      folder.path("x.cir") + " --seed " + seed)
                  .status,
              0);
    return slurp(folder.path("x.cir"));
  };
  EXPECT_EQ(file("3").substr(file("3").find("\n")), file("3").substr(file("3").find("\n")));
  EXPECT_NE(file("3").substr(file("3").find(".ends")), file("4").substr(file("4").find(".ends")));
}

TEST_F(netlist, of_slices_adds_up_to_the_product) {
  if (std::system("command -v ngspice >/dev/null") != 0)
    GTEST_SKIP() << "ngspice is not installed (tools/packages test)";
  std::vector<double> sum(3);
  for (const char* slice : {"1", "2", "3"}) {
    const json said = json::parse(
        run_mho(
            arguments(std::string("--circuit mvm --accelerator ideal --set solver.slices=3 --json --array ") +
                      slice))
            .out);
    EXPECT_EQ(said["arrays"], 3);
    const std::vector<double> x = solved_by_ngspice(folder, said);
    ASSERT_EQ(x.size(), 3u);
    for (std::size_t j = 0; j < 3; ++j) sum[j] += x[j];
  }
  // small_matrix times (0.3, -0.1, 0.2), truncated to nine bits of its largest entry, 1.
  const double exact[]{0.26, 0.0, 0.14};
  for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(sum[j], exact[j], 0.6 / 511);
}

TEST_F(netlist, slewing_takes_time) {
  const auto said = [&](const std::string& circuit, const std::string& more) {
    return json::parse(run_mho(arguments("--json --circuit " + circuit + more)).out);
  };
  for (const char* circuit : {"inv", "ginv", "mvm"}) {
    const double linear = said(circuit, "")["settling_s"];
    const json slow = said(circuit, " --set circuit.slew_volt_per_s=1e4"),
               fast = said(circuit, " --set circuit.slew_volt_per_s=1e12");
    EXPECT_NEAR(fast["settling_s"].get<double>() / linear, 1, 1e-4) << circuit;
    // An output, or both amplifiers whose difference it is, had to get within 1 % of full scale.
    double largest = 0;
    for (const json& volt : slow["output_volt"]) largest = std::max(largest, std::abs(volt.get<double>()));
    EXPECT_GT(slow["settling_s"].get<double>(), 0.9 * largest / 2e4) << circuit;
    EXPECT_GT(slow["settling_s"].get<double>(), 2 * linear) << circuit;
  }
}

TEST_F(netlist, a_transient_lasts_as_long_as_the_circuit_needs) {
  // Ten times slower amplifiers settle ten times later.
  const auto run = [&](const std::string& more) {
    return json::parse(run_mho(arguments("--analysis tran --json " + more)).out);
  };
  const json fast = run("--set circuit.gain_bandwidth_hz=1e7"),
             slow = run("--set circuit.gain_bandwidth_hz=1e6");
  for (const json& one : {fast, slow})
    EXPECT_DOUBLE_EQ(one["stop_s"].get<double>(), 3 * one["settling_s"].get<double>());
  EXPECT_NEAR(slow["settling_s"].get<double>() / fast["settling_s"].get<double>(), 10, 1e-6);
  EXPECT_EQ(run("--stop-s 5e-7")["stop_s"], 5e-7);
  EXPECT_NE(slurp(folder.path("x.cir")).find(" 5e-07 0 "), std::string::npos) << slurp(folder.path("x.cir"));
  const outcome told = run_mho(arguments("--analysis tran"));
  EXPECT_NE(told.out.find("three times what the model settles in (--stop-s)"), std::string::npos) << told.out;
  EXPECT_TRUE(json::parse(run_mho(arguments("--json")).out)["stop_s"].is_null());
}

TEST_F(netlist, complex_systems_and_arrays_of_many) {
  const std::string matrix = folder.write("c.csv", "1,0.1+0.2i\n0.1-0.2i,1\n"),
                    b = folder.write("d.csv", "1,2i\n");
  const std::string out = " --out " + folder.path("y.cir");
  const outcome whole = run_mho("netlist --matrix " + matrix + " --rhs " + b + out);
  EXPECT_EQ(whole.status, 0) << whole.err;
  EXPECT_NE(whole.out.find("array 1 of 1, 4 unknowns"), std::string::npos) << whole.out;
  const std::string four = folder.write("four.csv", "1\n2\n3\n4\n");
  for (const char* array : {"1", "2"})
    for (const char* analysis : {"op", "tran", "noise"}) {
      const outcome done = run_mho("netlist --matrix " + large + " --rhs " + four + out + " --array " +
                                   array + " --analysis " + analysis);
      EXPECT_EQ(done.status, 0) << done.err;
      const std::string control =
          slurp(folder.path("y.cir")).substr(slurp(folder.path("y.cir")).find(".control"));
      EXPECT_NE(control.find(std::string("\n") + analysis), std::string::npos) << control;
    }
}

TEST_F(netlist, bad_input_is_one_line_and_no_file) {
  const std::string out = " --out " + folder.path("z.cir");
  const std::string rest = " --rhs " + rhs + out;
  const auto refused = [&](const std::string& arguments, const std::string& why) {
    const outcome done = run_mho("netlist " + arguments);
    EXPECT_EQ(done.status, 2) << arguments;
    EXPECT_NE(done.err.find(why), std::string::npos) << done.err;
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << done.err;
  };
  refused("--matrix " + small + " --rhs " + rhs, "--out");
  refused("--matrix " + folder.write("wide.csv", "1,2,3\n4,5,6\n") + rest, "must be square");
  refused("--matrix " + small + " --rhs " + small + out, "one row or one column");
  refused("--matrix " + small + " --rhs " + folder.write("two.csv", "1\n2\n") + out, "must have 3 entries");
  refused("--matrix " + large + rest, "choose one of the arrays 1 to 2 with --array");
  refused("--matrix " + large + rest + " --array 1", "must have 4 real entries");
  refused("--matrix " + large + " --rhs " + folder.write("four.csv", "1\n2\n3\n4\n") + out + " --array 3",
          "--array: there are the arrays 1 to 2");
  refused("--matrix " + small + rest + " --accelerator papr", "paper");
  refused("--matrix " + small + rest + " --set array.wire_ohms=1", "array.wire_ohm");
  refused("--matrix " + small + rest + " --set array.wire_ohm=-1", "array.wire_ohm");
  refused("--matrix " + small + rest + " --analysis ac", "--analysis");
  refused("--matrix " + small + rest + " --analysis tran --stop-s 0", "--stop-s");
  // A diagonal that no resistor makes.
  refused("--matrix " + folder.write("negative.csv", "-1,0,0\n0,1,0\n0,0,1\n") + rest, "not negative");
  refused("--matrix " + small + rest + " --circuit dft", "--circuit");
  refused("--circuit ginv --matrix " + folder.write("flat.csv", "1,2,3\n4,5,6\n") + rest,
          "must have as many rows as columns");
  refused("--circuit ginv --matrix " + small + " --rhs " + folder.path("two.csv") + out,
          "must have 3 entries");
  refused("--circuit ginv --matrix " + small + rest + " --set array.wire_ohm=1", "array.wire_ohm");
  refused("--circuit ginv --matrix " + small + rest + " --array 2", "--array");
  refused("--circuit ginv --accelerator ideal --matrix " + folder.write("one.csv", "1,1,1\n1,1,1\n1,1,1\n") +
              rest,
          "depend on each other");
  refused("--circuit mvm --matrix " + small + rest + " --array 9", "--array: there are the slices 1 to 8");
  refused("--circuit mvm --matrix " + folder.path("flat.csv") + rest, "must be square");
  refused("--circuit mvm --matrix " + small + rest + " --set circuit.row_capacitance_farad=1e-12",
          "circuit.row_capacitance_farad");
  EXPECT_FALSE(std::filesystem::exists(folder.path("z.cir")));
}

}  // namespace
}  // namespace mho::test
