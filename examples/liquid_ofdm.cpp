// Two users send OFDM frames of liquid-dsp at the same time over multipath channels to four antennas. mho
// takes them apart on every subcarrier; liquid-dsp's own receiver then synchronises, decodes and checks each.
// Exits with 1 if a payload is not recovered.
#include <complex>  // before liquid.h, whose complex numbers are then std::complex

#include <liquid/liquid.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <mho/mho.hpp>
#include <vector>

namespace {

using cf32 = std::complex<float>;
using samples = std::vector<cf32>;

constexpr unsigned carriers = 64, prefix = 16, taper = 4, symbol = carriers + prefix;
constexpr std::size_t antennas = 4, users = 2, taps = 8;  // the echoes end within prefix - taper
constexpr float n0 = 1e-3f;                               // of the noise of a sample
constexpr std::size_t payload_bytes = 200;
using payload = std::array<unsigned char, payload_bytes>;

// One user's frame: preamble, header and payload, in whole OFDM symbols.
samples modulate(payload& bytes, unsigned char number) {
  ofdmflexframegenprops_s properties;
  ofdmflexframegenprops_init_default(&properties);
  properties.check = LIQUID_CRC_32;
  properties.fec0 = LIQUID_FEC_HAMMING128;
  properties.mod_scheme = LIQUID_MODEM_QAM16;
  ofdmflexframegen generator = ofdmflexframegen_create(carriers, prefix, taper, nullptr, &properties);
  unsigned char header[8] = {number};
  ofdmflexframegen_assemble(generator, header, bytes.data(), payload_bytes);
  samples frame;
  for (int last = 0; last == 0;) {
    frame.resize(frame.size() + symbol);
    last = ofdmflexframegen_write(generator, &frame[frame.size() - symbol], symbol);
  }
  ofdmflexframegen_destroy(generator);
  return frame;
}

struct reception {
  const payload* sent;
  bool recovered;
};

int on_frame(unsigned char*, int header_valid, unsigned char* bytes, unsigned length, int payload_valid,
             framesyncstats_s, void* to) {
  auto& r = *static_cast<reception*>(to);
  r.recovered |= header_valid != 0 && payload_valid != 0 && length == payload_bytes &&
                 std::equal(r.sent->begin(), r.sent->end(), bytes);
  return 0;
}

// liquid-dsp's receiver on one stream of samples.
bool demodulate(samples frame, const payload& sent) {
  frame.insert(frame.begin(), 2 * symbol, cf32(0));
  frame.resize(frame.size() + 2 * symbol);
  reception r{&sent, false};
  ofdmflexframesync receiver = ofdmflexframesync_create(carriers, prefix, taper, nullptr, on_frame, &r);
  ofdmflexframesync_execute(receiver, frame.data(), static_cast<unsigned>(frame.size()));
  ofdmflexframesync_destroy(receiver);
  return r.recovered;
}

// A unitary discrete Fourier transform of `carriers` samples.
class fourier {
 public:
  explicit fourier(int direction) : plan_(fft_create_plan(carriers, in_.data(), out_.data(), direction, 0)) {}
  ~fourier() { fft_destroy_plan(plan_); }
  fourier(const fourier&) = delete;
  fourier& operator=(const fourier&) = delete;
  void operator()(const cf32* from, cf32* to) {
    std::copy_n(from, carriers, in_.begin());
    fft_execute(plan_);
    for (unsigned k = 0; k < carriers; ++k) to[k] = out_[k] / 8.0f;  // sqrt(carriers)
  }

 private:
  std::array<cf32, carriers> in_, out_;
  fftplan plan_;
};

}  // namespace

int main() {
  mho::random_stream random(/*seed*/ 1, /*stream*/ 0, /*number*/ 0, /*purpose*/ 0);
  std::array<unsigned char, carriers> type;
  ofdmframe_init_default_sctype(carriers, type.data());
  fourier to_carriers(LIQUID_FFT_FORWARD), to_samples(LIQUID_FFT_BACKWARD);

  // What is sent: a known symbol of each user while the other is silent, then both users' frames at once.
  std::array<payload, users> sent;
  std::array<cf32, carriers> known{}, known_samples;
  for (unsigned k = 0; k < carriers; ++k)
    if (type[k] != OFDMFRAME_SCTYPE_NULL) known[k] = (random.word() & 1) != 0 ? 1.0f : -1.0f;
  to_samples(known.data(), known_samples.data());
  std::array<samples, users> transmitted;
  for (std::size_t u = 0; u < users; ++u) {
    for (unsigned char& byte : sent[u]) byte = static_cast<unsigned char>(random.word() & 0xff);
    transmitted[u].resize(users * symbol);
    cf32* own = &transmitted[u][u * symbol];
    std::copy(known_samples.end() - prefix, known_samples.end(), own);
    std::copy(known_samples.begin(), known_samples.end(), own + prefix);
    const samples frame = modulate(sent[u], static_cast<unsigned char>(u));
    transmitted[u].insert(transmitted[u].end(), frame.begin(), frame.end());
  }
  const std::size_t length = transmitted[0].size(), symbols = length / symbol;

  // The channel: independent Rayleigh taps for each user and antenna, and noise.
  std::array<samples, antennas> received;
  for (samples& y : received) {
    y.resize(length);
    random.complex_normals(y, n0);
    for (const samples& x : transmitted) {
      std::array<cf32, taps> h;
      random.complex_normals(h, 1.0f / taps);
      firfilt_cccf filter = firfilt_cccf_create(h.data(), taps);
      for (std::size_t i = 0; i < length; ++i) {
        cf32 echo;
        firfilt_cccf_push(filter, x[i]);
        firfilt_cccf_execute(filter, &echo);
        y[i] += echo;
      }
      firfilt_cccf_destroy(filter);
    }
  }

  // The receiver: subcarriers of every symbol and antenna, then the channel from the known symbols. A
  // subcarrier is a problem of mho, a symbol a use of it.
  samples y(antennas * symbols * carriers), h(carriers * antennas * users);
  for (std::size_t a = 0; a < antennas; ++a)
    for (std::size_t s = 0; s < symbols; ++s)
      to_carriers(&received[a][s * symbol + prefix], &y[(a * symbols + s) * carriers]);
  for (unsigned k = 0; k < carriers; ++k)
    for (std::size_t a = 0; a < antennas; ++a)
      for (std::size_t u = 0; u < users; ++u)
        if (type[k] != OFDMFRAME_SCTYPE_NULL)
          h[(k * antennas + a) * users + u] = y[(a * symbols + u) * carriers + k] / known[k];

  const std::size_t uses = symbols - users;
  samples x(users * uses * carriers);
  std::vector<mho::status> state(carriers * uses);
  auto detector = mho::make_detector("mmse").value();
  // Samples lie subcarrier by subcarrier: the strides say so, nothing is copied.
  const auto c = static_cast<std::ptrdiff_t>(carriers);
  const mho::view vectors = mho::strided(&y[users * carriers], {carriers, uses, antennas},
                                         {1, c, c * static_cast<std::ptrdiff_t>(symbols)});
  mho::output into;
  into.estimate =
      mho::strided(x.data(), {carriers, uses, users}, {1, c, c * static_cast<std::ptrdiff_t>(uses)});
  into.state = state;
  mho::error e = detector->reserve({.problems = carriers, .rx = antennas, .tx = users, .uses = uses});
  if (e == mho::error::none)
    e = detector->prepare(mho::row_major(h.data(), carriers, antennas, users), mho::noise::white(n0));
  if (e == mho::error::none) e = detector->apply(mho::received_batch{.vectors = vectors}, {&into, 1});
  if (e != mho::error::none) {
    std::fprintf(stderr, "mho: %s\n", mho::to_string(e));
    return 1;
  }

  // Each user's samples again, as if he had been alone, for liquid-dsp's receiver; beside them what it makes
  // of one antenna, where both users are on top of each other.
  bool all = true;
  for (std::size_t u = 0; u < users; ++u) {
    samples apart(uses * symbol);
    for (std::size_t s = 0; s < uses; ++s) {
      cf32* to = &apart[s * symbol];
      to_samples(&x[(u * uses + s) * carriers], to + prefix);
      std::copy(to + carriers, to + symbol, to);
    }
    const bool detected = demodulate(apart, sent[u]);
    const bool alone = demodulate({received[0].begin() + users * symbol, received[0].end()}, sent[u]);
    std::printf("user %zu, %zu bytes in %zu OFDM symbols: %s; from one antenna: %s\n", u, payload_bytes, uses,
                detected ? "recovered" : "lost", alone ? "recovered" : "lost");
    all = all && detected;
  }
  return all ? 0 : 1;
}
