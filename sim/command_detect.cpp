#include "commands.hpp"
#include "input_error.hpp"

#ifdef MHO_HAVE_HDF5

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <mho/mho.hpp>
#include <mho/parallel.hpp>
#include <new>

#include "detect_options.hpp"
#include "for_chunks.hpp"
#include "interrupt.hpp"
#include "plugin.hpp"
#include "recorded/detection_file.hpp"
#include "recorded/recorded_data.hpp"
#include "result_file.hpp"

namespace mho::sim {
namespace {

// Of a block's inputs and outputs; a single problem may take more, but not without end.
constexpr std::size_t block_bytes = std::size_t{64} << 20, most_problem_bytes = std::size_t{1} << 30;

constexpr std::array<status, 7> states{status::ok,       status::not_converged, status::saturated,
                                       status::singular, status::not_finite,    status::out_of_range,
                                       status::unstable};

const char* name_of(noise::kind kind) {
  switch (kind) {
    case noise::scalar:
      return "scalar";
    case noise::per_problem:
      return "per_problem";
    case noise::per_antenna:
      return "per_antenna";
    default:
      return "covariance";
  }
}

std::size_t problems_a_block(const recorded_data& data, unsigned bits, const std::string& file) {
  const std::size_t streams = data.uses() * data.tx(),
                    of_stream = sizeof(std::complex<float>) + sizeof(float) + 5 * std::size_t{bits};
  const std::size_t bytes = data.problem_bytes() + data.uses() + streams * of_stream;
  if (bytes > most_problem_bytes)
    throw input_error(fmt::format("{}: a problem of {}x{} with {} uses takes {} MiB; at most {} can be held",
                                  file, data.rx(), data.tx(), data.uses(), bytes >> 20,
                                  most_problem_bytes >> 20));
  return std::clamp<std::size_t>(block_bytes / bytes, 1, data.problems());
}

// Where the output is renamed to: a link's file, and nothing that a file must not replace. Throws
// input_error.
std::string place_of(const std::string& out) {
  using std::filesystem::file_type;
  const auto refuse = [&](const char* what) {
    throw input_error("--out: " + out + what + "; must be a file, or not there yet");
  };
  std::error_code failed;
  const file_type there = std::filesystem::status(out, failed).type();
  if (there == file_type::directory) refuse(" is a folder");
  if (there == file_type::character || there == file_type::block || there == file_type::fifo ||
      there == file_type::socket)
    refuse(" is a device, a pipe or a socket");
  if (!std::filesystem::is_symlink(out, failed)) return out;
  const std::filesystem::path place = std::filesystem::canonical(out, failed);
  if (failed) refuse(" is a link to nothing");
  return place.string();
}

// A detector and the results of one block.
class block_detector {
 public:
  block_detector(const detect_settings& s, const recorded_data& data, std::size_t problems, unsigned threads)
      : settings_(s), tx_(data.tx()), uses_(data.uses()), slice_(threads) {
    auto made = make_detector(s.spec);
    if (!made) throw input_error("--set: " + made.message());
    detector_ = std::move(*made);
    if (detector_->steps() != 1)
      throw input_error("--set: cycles: must be one number in brackets: the file has one estimate");
    shape room{.problems = problems, .rx = data.rx(), .tx = tx_, .uses = uses_, .slots = threads};
    room.bits = s.symbols ? s.symbols->bits() : 0;
    room.coloured_noise = data.noise_is() != noise::scalar && data.noise_is() != noise::per_problem;
    if (const error e = detector_->reserve(room); e == error::no_memory)
      throw std::bad_alloc();
    else if (e != error::none)
      throw input_error(
          fmt::format("--detector: {} cannot take {}x{} ({})", s.spec.name, data.rx(), tx_, to_string(e)));
    const std::size_t streams = problems * uses_ * tx_;
    estimate_.resize(streams);
    variance_.resize(streams);
    state_.resize(problems * uses_);
    worst_.resize(problems);
    llr_.resize(streams * room.bits);
    bits_.resize(streams * room.bits);
  }

  // first: the number of the block's first problem. stop, once set: ends soon, with nothing meaningful.
  detected_block run(recorded_block& in, std::size_t first, std::size_t count, std::size_t rx,
                     const std::atomic<bool>& stop) {
    const std::size_t bits = settings_.symbols ? tx_ * settings_.symbols->bits() : 0;
    channel_batch channel;
    channel.matrix = row_major(in.channel.data(), count, rx, tx_);
    channel.noise = in.noise;
    received_batch received;
    received.vectors = row_major(in.received.data(), count, uses_, rx);
    received.rule = settings_.rule;
    const constellation* const symbols[] = {settings_.symbols ? &*settings_.symbols : nullptr};
    if (settings_.symbols) received.symbols = symbols;
    output into;
    into.estimate = row_major(estimate_.data(), count, uses_, tx_);
    into.variance = row_major(variance_.data(), count, uses_, tx_);
    into.state = std::span(state_).first(count * uses_);
    if (bits > 0) {
      into.llr = row_major(llr_.data(), count, uses_, bits);
      into.bits = row_major(bits_.data(), count, uses_, bits);
    }
    call which;
    which.first = first;
    // Problems cost a microsecond or, on modelled wires, a second: slices grow to what a signal can wait for.
    for (which.begin = 0; which.begin < count && !stop; which.begin = which.end) {
      which.end = std::min(count, which.begin + slice_);
      const auto start = std::chrono::steady_clock::now();
      if (const error e = parallel::detect(*detector_, channel, received, {&into, 1}, which);
          e != error::none)
        throw std::runtime_error(std::string("the detector refused a block: ") + to_string(e));
      if (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(200))
        slice_ = std::min(2 * slice_, count);
    }
    for (std::size_t i = 0; i < count; ++i)
      worst_[i] =
          static_cast<std::uint8_t>(*std::max_element(&state_[i * uses_], &state_[i * uses_] + uses_));
    const std::size_t streams = count * uses_ * tx_, decided = count * uses_ * bits;
    return {std::span(estimate_).first(streams), std::span(variance_).first(streams),
            std::span(worst_).first(count), std::span(llr_).first(decided), std::span(bits_).first(decided)};
  }

 private:
  const detect_settings& settings_;
  std::size_t tx_, uses_, slice_;
  std::unique_ptr<detector> detector_;
  std::vector<std::complex<float>> estimate_;
  std::vector<float> variance_, llr_;
  std::vector<status> state_;
  std::vector<std::uint8_t> worst_, bits_;
};

json summary(const detect_arguments& a, const detect_settings& s, const recorded_data& data,
             const std::array<std::uint64_t, 256>& counted) {
  const auto given = [](const std::string& name, bool is_there) {
    return is_there ? json(name) : json(nullptr);
  };
  json j{{"file", a.out},
         {"detector", a.detector},
         {"accelerator", given(s.accelerator, !s.accelerator.empty())},
         {"seed", a.seed},
         {"problems", data.problems()},
         {"uses", data.uses()},
         {"rx", data.rx()},
         {"tx", data.tx()},
         {"noise", name_of(data.noise_is())},
         {"modulation", given(s.modulation, s.symbols.has_value())},
         {"mapping", given(s.mapping, s.symbols.has_value())},
         {"demapper", given(s.demapper, s.symbols.has_value())}};
  for (const status state : states) j["status"][to_string(state)] = counted[static_cast<std::uint8_t>(state)];
  return j;
}

}  // namespace

int command_detect(const detect_arguments& a) {
  load_plugins(a.plugins);
  const detect_settings s = read_detect_settings(a);
  const recorded_data data(a.in);
  std::error_code none;
  if (std::filesystem::equivalent(a.in, a.out, none))
    throw input_error("--out: " + a.out + " is the file that is read; name another");
  const std::string place = place_of(a.out);
  const unsigned threads = a.threads > 0 ? a.threads : available_threads(),
                 bits = s.symbols ? s.symbols->bits() : 0;
  const std::size_t most = problems_a_block(data, bits, a.in);
  block_detector work(s, data, most, threads);
  const std::atomic<bool>& stop = interrupt_flag();
  detection_file out(place, {data.problems(), data.uses(), data.tx(), bits});
  std::array<std::uint64_t, 256> counted{};
  recorded_block in;
  for (std::size_t first = 0; first < data.problems(); first += most) {
    const std::size_t count = std::min(most, data.problems() - first);
    data.read(first, count, in);
    const detected_block block = work.run(in, first, count, data.rx(), stop);
    if (stop) {
      fmt::print(stderr, "mho: interrupted: {} was not written\n", a.out);
      return interrupted_status;
    }
    for (const std::uint8_t state : block.state) ++counted[state];
    out.write(first, count, block);
  }
  out.commit();
  if (a.as_json) {
    std::fputs(text_of(summary(a, s, data, counted)).c_str(), stdout);
    return 0;
  }
  fmt::print("{}: {} problems of {}x{}, {} uses each, detector {}{}\n", a.out, data.problems(), data.rx(),
             data.tx(), data.uses(), a.detector, s.accelerator.empty() ? "" : " (" + s.accelerator + ")");
  for (const status state : states)
    if (const std::uint64_t n = counted[static_cast<std::uint8_t>(state)]; n > 0)
      fmt::print("{:>12} {}\n", n, to_string(state));
  return 0;
}

}  // namespace mho::sim

#else

namespace mho::sim {

int command_detect(const detect_arguments&) {
  throw input_error("detect: this program was built without HDF5 (CMake option MHO_HDF5)");
}

}  // namespace mho::sim

#endif
