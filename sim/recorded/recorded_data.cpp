#include "recorded_data.hpp"

#include <algorithm>

namespace mho::sim {
namespace {

// As of a link.
constexpr std::uint64_t most_antennas = 4096, most_streams = 1024, most_uses = 65536;

std::string text(std::uint64_t number) { return std::to_string(number); }

// Whether the extents, read backwards, are those that were wanted (0: any).
bool fits_turned(const recorded_array& a, std::vector<std::uint64_t> wanted) {
  std::reverse(wanted.begin(), wanted.end());
  return std::equal(wanted.begin(), wanted.end(), a.extents().begin(), a.extents().end(),
                    [](std::uint64_t w, std::uint64_t e) { return w == 0 || w == e; });
}

// The extents that /channel implies (0: any), with the names that messages give them.
void expect_extents(const recorded_array& a, const std::vector<std::string>& names,
                    const std::vector<std::uint64_t>& wanted, const recorded_array& channel) {
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    if (wanted[k] == 0 || wanted[k] == a.extents()[k]) continue;
    std::vector<std::string> must;
    for (std::size_t j = 0; j < wanted.size(); ++j)
      must.push_back(wanted[j] == 0 ? names[j] : names[j] + " = " + text(wanted[j]));
    std::string what = "has extents " + in_brackets(a.extents()) + "; must have " + in_brackets(must) +
                       ", since /channel has [problem, rx, tx] = " + in_brackets(channel.extents());
    if (fits_turned(a, wanted)) {
      std::vector<std::string> turned(names.rbegin(), names.rend());
      what += "; these are " + in_brackets(turned) +
              ", the order of column-major programs (MATLAB, Fortran, Julia): turn them to C order";
    }
    a.fail(what);
  }
}

void expect_at_most(const recorded_array& a, const char* name, std::uint64_t extent, std::uint64_t most) {
  if (extent > most)
    a.fail("has extents " + in_brackets(a.extents()) + "; " + name + " must be at most " + text(most));
}

}  // namespace

recorded_data::recorded_data(const std::string& path) {
  const auto file = std::make_shared<const recorded_file>(path);
  const recorded_array& channel = channel_.emplace(file, "/channel");
  channel.expect(true, {"problem", "rx", "tx"});
  const std::vector<std::uint64_t>& h = channel.extents();
  expect_at_most(channel, "rx", h[1], most_antennas);
  expect_at_most(channel, "tx", h[2], most_streams);
  problems_ = h[0];
  rx_ = h[1];
  tx_ = h[2];
  const recorded_array& received = received_.emplace(file, "/received");
  const std::vector<std::string> received_names{"problem", "use", "rx"};
  received.expect(true, received_names);
  expect_extents(received, received_names, {problems_, 0, rx_}, channel);
  expect_at_most(received, "use", received.extents()[1], most_uses);
  uses_ = received.extents()[1];

  const recorded_array& variance = noise_.emplace(file, "/noise_variance");
  switch (variance.extents().size()) {
    case 0:
      variance.expect(false, {});
      break;
    case 1:
      noise_is_ = noise::per_problem;
      variance.expect(false, {"problem"});
      expect_extents(variance, {"problem"}, {problems_}, channel);
      break;
    case 2:
      noise_is_ = noise::per_antenna;
      variance.expect(false, {"problem", "rx"});
      expect_extents(variance, {"problem", "rx"}, {problems_, rx_}, channel);
      break;
    case 3:
      noise_is_ = noise::covariance;
      variance.expect(true, {"problem", "rx", "rx"});
      expect_extents(variance, {"problem", "rx", "rx"}, {problems_, rx_, rx_}, channel);
      break;
    default:
      variance.fail("has rank " + text(variance.extents().size()) + ", extents " +
                    in_brackets(variance.extents()) +
                    "; must be a scalar, [problem], [problem, rx] or, complex, [problem, rx, rx] in C order "
                    "(C, NumPy), which is [rx, problem] and [rx, rx, problem] in column-major order (MATLAB, "
                    "Fortran, Julia)");
  }
}

std::size_t recorded_data::problem_bytes() const {
  const std::size_t of_noise = noise_is_ == noise::covariance ? 8 * rx_ * rx_ : 4 * rx_;
  return 8 * (rx_ * tx_ + uses_ * rx_) + of_noise;
}

void recorded_data::read(std::size_t first, std::size_t count, recorded_block& to) const {
  to.channel.resize(count * rx_ * tx_);
  channel_->read(first, count, to.channel);
  to.received.resize(count * uses_ * rx_);
  received_->read(first, count, to.received);
  to.noise = {};
  to.noise.is = noise_is_;
  if (noise_is_ == noise::covariance) {
    to.covariance.resize(count * rx_ * rx_);
    noise_->read(first, count, to.covariance);
    to.noise.values = row_major(to.covariance.data(), count, rx_, rx_);
    return;
  }
  const std::size_t entries = noise_is_ == noise::scalar ? 1 : count,
                    each = noise_is_ == noise::per_antenna ? rx_ : 1;
  to.variance.resize(entries * each);
  noise_->read(first, count, to.variance);
  if (noise_is_ == noise::scalar)
    to.noise.value = to.variance[0];
  else
    to.noise.values = row_major(to.variance.data(), entries, 1, each);
}

}  // namespace mho::sim
