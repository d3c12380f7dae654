// The bit-serial arrays of HP-MVM against the integer product of digits and input codes.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <mho/analog.hpp>

#include "analog/array.hpp"
#include "analog/hp_mvm.hpp"
#include "src/analog/measured_levels.hpp"
#include "src/analog/worked_example.hpp"

namespace mho {
namespace {

using test::matrix;

analog::parameters typed(const char* preset, const options& replaced) {
  return analog::typed(accelerator_options(preset, replaced).value());
}

// A programmed array and one product of it.
struct array_bench {
  array_bench(const analog::parameters& p, const matrix& a, std::uint64_t chip = 1, double given_scale = 0)
      : mvm(p, static_cast<std::size_t>(a.rows())),
        state(mvm.state_size()),
        scratch(mvm.scratch_size()),
        seed(chip) {
    scale = given_scale > 0
                ? given_scale
                : analog::slice_scale(a.data(), static_cast<std::size_t>(a.size()), p.solver.slices, false);
    random_stream writing(seed, 0, 0, 1), ageing(seed, 0, 0, 3);
    mvm.program(a.data(), static_cast<std::size_t>(a.cols()), scale, {writing, ageing, {seed}}, state.data());
  }
  Eigen::VectorXd product(const Eigen::VectorXd& codes, double step) {
    Eigen::VectorXd y(codes.size());
    analog::use_stream reading(random_stream(seed, 0, 0, 2));
    mvm.multiply(state.data(), codes.data(), step, reading, y.data(), scratch.data());
    return y;
  }
  analog::hp_mvm mvm;
  std::vector<double> state, scratch;
  std::uint64_t seed;
  double scale;
};

matrix random_matrix(Eigen::Index n, random_stream& random) {
  return matrix::NullaryExpr(n, n, [&] { return static_cast<double>(random.normal()); });
}

Eigen::VectorXd random_vector(Eigen::Index n, random_stream& random) {
  return Eigen::VectorXd::NullaryExpr(n, [&] { return static_cast<double>(random.normal()); });
}

TEST(hp_mvm, perfect_cells_and_an_exact_adc_make_the_integer_product) {
  for (const std::int64_t slices : {1, 4, 8})
    for (const std::int64_t bits : {1, 4, 12})
      for (const std::int64_t rows : {1, 3, 4, 64})
        for (const Eigen::Index n : {1, 4, 7, 16}) {
          const analog::parameters p =
              typed("ideal",
                    {{"solver.slices", slices}, {"solver.input_bits", bits}, {"solver.active_rows", rows}});
          random_stream random(1, 0, static_cast<std::uint64_t>(slices * 100 + bits * 10 + n), 0);
          const matrix a = random_matrix(n, random);
          const Eigen::VectorXd x = random_vector(n, random);
          array_bench array(p, a);
          Eigen::VectorXd codes(n);
          const double step = array.mvm.quantise(x.data(), x.cwiseAbs().maxCoeff(), codes.data());
          const std::int64_t most = (std::int64_t{1} << bits) - 1;
          EXPECT_DOUBLE_EQ(step, x.cwiseAbs().maxCoeff() / static_cast<double>(most));
          EXPECT_EQ(codes.cwiseAbs().maxCoeff(), static_cast<double>(most));
          EXPECT_LE((codes * step - x).cwiseAbs().maxCoeff(), step / 2 * (1 + 1e-12));
          // 7 8^(slices - 1) .. at 8 slices 24 bits, 12 more of the input and 4 of the sum: below 2^53.
          const double digit = std::ldexp(array.scale, -3 * (static_cast<int>(slices) - 1));
          const Eigen::VectorXd y = array.product(codes, step);
          for (Eigen::Index i = 0; i < n; ++i) {
            std::int64_t sum = 0;
            for (Eigen::Index j = 0; j < n; ++j)
              sum += static_cast<std::int64_t>(a(i, j) / digit) * static_cast<std::int64_t>(codes(j));
            EXPECT_EQ(y(i), std::ldexp(static_cast<double>(sum), -3 * (static_cast<int>(slices) - 1)) *
                                (array.scale * step))
                << slices << " " << bits << " " << rows << " " << n;
          }
        }
}

TEST(hp_mvm, counts_the_passes_and_reads_of_the_worked_example) {
  // 3 cycles x 4 slices x 12 bits x 2 signs = 288 passes of 4 rows, 1,152 reads (Zuo et al. 2025).
  const analog_solver solver =
      analog_solver::make(accelerator_options("paper", {{"solver.slices", std::int64_t{4}}}).value(), 4,
                          false)
          .value();
  EXPECT_EQ(3 * solver.mvm_reads().passes, 288u);
  EXPECT_EQ(3 * solver.mvm_reads().reads, 1152u);
  // 10 rows in groups of 4 take three passes where 4 rows take one.
  EXPECT_EQ(analog::hp_mvm(typed("paper", {}), 10).passes(), 3u * 8 * 12 * 2);
}

// Probability that the sum of k pairs, digits uniform over 0 .. 7 and either sign, is off by more than half a
// level: the measured level statistics (Fig. 2c, uS; a normal distribution cut at the extremes), convolved on
// a grid.
class misread_probability {
 public:
  double operator()(int rows) const {
    std::vector<double> sum = pair_;
    for (int k = 1; k < rows; ++k) sum = convolve(sum, pair_);
    double outside = 0;
    const auto centre = static_cast<std::ptrdiff_t>(sum.size() / 2);
    for (std::ptrdiff_t i = 0; i < std::ssize(sum); ++i)
      if (std::abs(static_cast<double>(i - centre) * grid) > 0.5) outside += sum[static_cast<std::size_t>(i)];
    return outside;
  }
  misread_probability() : pair_(2 * half + 1) {
    const std::vector<double> zero = level(0);
    for (int digit = 0; digit < 8; ++digit) {
      const std::vector<double> d = level(digit);
      for (std::size_t i = 0; i < d.size(); ++i)
        for (std::size_t j = 0; j < d.size(); ++j) {
          const auto shift = static_cast<std::ptrdiff_t>(i) - static_cast<std::ptrdiff_t>(j);
          pair_[static_cast<std::size_t>(half + shift)] += d[i] * zero[j] / 16;
          pair_[static_cast<std::size_t>(half - shift)] += d[i] * zero[j] / 16;
        }
    }
  }

 private:
  static constexpr double grid = 0.005;                    // level steps
  static constexpr std::ptrdiff_t reach = 60, half = 120;  // of one cell's error, of a pair's
  static std::vector<double> level(int digit) {
    const auto& m = test::measured_levels[static_cast<std::size_t>(digit)];
    const auto below = [&](double g) {
      return std::erfc(-(std::clamp(g, m[2], m[3]) - m[0]) / m[1] / std::sqrt(2.0)) / 2;
    };
    std::vector<double> mass(2 * reach + 1);
    for (std::ptrdiff_t i = -reach; i <= reach; ++i) {
      const double at = 5 * (digit + static_cast<double>(i) * grid);
      mass[static_cast<std::size_t>(i + reach)] =
          (below(at + 2.5 * grid) - below(at - 2.5 * grid)) / (below(m[3]) - below(m[2]));
    }
    return mass;
  }
  static std::vector<double> convolve(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> sum(a.size() + b.size() - 1);
    for (std::size_t i = 0; i < a.size(); ++i)
      for (std::size_t j = 0; j < b.size(); ++j) sum[i + j] += a[i] * b[j];
    return sum;
  }
  std::vector<double> pair_;
};

// Share of reads that differ from the digits' sum: one slice, one bit, every input on.
double misread(const options& replaced, Eigen::Index rows, std::size_t programmings) {
  options values = replaced;
  values["solver.slices"] = std::int64_t{1};
  values["solver.input_bits"] = std::int64_t{1};
  values["solver.active_rows"] = static_cast<std::int64_t>(rows);
  const analog::parameters p = typed("paper", values);
  std::size_t wrong = 0, reads = 0;
  for (std::uint64_t k = 0; k < programmings; ++k) {
    random_stream random(3, 0, k, 0);
    matrix a = matrix::NullaryExpr(rows, rows, [&] {
      const double digit = std::floor(8 * random.uniform());
      return random.uniform() < 0.5 ? digit : -digit;
    });
    array_bench array(p, a, k, 1);
    const Eigen::VectorXd sum = a.rowwise().sum(), y = array.product(Eigen::VectorXd::Ones(rows), 1);
    for (Eigen::Index i = 0; i < rows; ++i) wrong += std::abs(y(i) - sum(i)) > 1e-9;
    reads += static_cast<std::size_t>(rows);
  }
  return static_cast<double>(wrong) / static_cast<double>(reads);
}

TEST(hp_mvm, misreads_as_often_as_the_measured_levels_say) {
  // A row alone is always read exactly: the window of a pair, -.36 .. .20 levels, ends before half a level.
  EXPECT_EQ(misread({}, 1, 20000), 0);
  const misread_probability expected;
  EXPECT_EQ(expected(1), 0);
  for (const int rows : {2, 4, 8, 16}) {
    // The pairs of different rows are independent draws, so the reads are. Half a grid step of each cell adds
    // up to less than a hundredth of the narrowest density's width.
    const std::size_t programmings = 80000 / static_cast<std::size_t>(rows);
    const double p = expected(rows);
    EXPECT_NEAR(misread({}, rows, programmings), p, 4.9 * std::sqrt(p * (1 - p) / 80000) + 0.02 * p) << rows;
  }
}

TEST(hp_mvm, read_noise_misreads_by_the_tail_of_a_normal) {
  // Perfect cells: a read is wrong where the noise exceeds half a level, 2.5 uS. 31 codes leave three
  // beyond the largest sum, 28.
  for (const double sigma_siemens : {0.8e-6, 1.25e-6, 2.5e-6}) {
    const auto above = [&](double siemens) {
      return std::erfc(siemens / sigma_siemens / std::sqrt(2.0)) / 2;
    };
    // The passes of both signs are read, the second without a current: right if both are off by the same.
    double right = std::pow(1 - 2 * above(2.5e-6), 2);
    for (int k = 1; k < 4; ++k)
      right += 2 * std::pow(above((5 * k - 2.5) * 1e-6) - above((5 * k + 2.5) * 1e-6), 2);
    const double p = 1 - right;
    EXPECT_NEAR(
        misread({{"device.write_error", "none"}, {"solver.mvm_read_noise_siemens", sigma_siemens}}, 4, 20000),
        p, 4.9 * std::sqrt(p * (1 - p) / 80000));
  }
}

TEST(hp_mvm, a_narrow_adc_rounds_each_read) {
  // Four rows: 0 .. 28 takes five bits. Three leave steps of four levels.
  random_stream random(1, 0, 0, 0);
  matrix a = matrix::NullaryExpr(4, 4, [&] { return std::floor(8 * random.uniform()); });
  a(0, 0) = 7;
  for (const std::int64_t bits : {1, 2, 3, 4, 5, 8}) {
    array_bench array(typed("ideal", {{"solver.slices", std::int64_t{1}},
                                      {"solver.input_bits", std::int64_t{1}},
                                      {"solver.mvm_adc_bits", bits}}),
                      a);
    const Eigen::VectorXd y = array.product(Eigen::VectorXd::Ones(4), 1) / array.scale;
    const double step = std::ldexp(1.0, std::max(0, 5 - static_cast<int>(bits))), most = 32 - step;
    for (Eigen::Index i = 0; i < 4; ++i)
      EXPECT_NEAR(y(i), std::min(most, std::floor(a.row(i).sum() / step + 0.5) * step), 1e-12) << bits;
  }
}

}  // namespace
}  // namespace mho
