// One OFDM symbol of one allocation, as an OCUDU-like receiver holds it: a plane of bfloat16 pairs a port of
// the resource grid and a port and layer of the channel estimate, a noise variance a port. Nothing is copied:
// the allocation is `first` and a length. LLRs come out as the bytes that a decoder takes, in the order of
// the codeword.
#include <mho/mho.hpp>

#include <bit>
#include <cmath>
#include <complex>
#include <cstdio>
#include <vector>

namespace {

using cf32 = std::complex<float>;

constexpr std::size_t grid_subcarriers = 273 * 12, first = 10 * 12, count = 48 * 12, ports = 8, layers = 4;

// Rounded to nearest, as a receiver's conversion does it.
std::uint16_t half_of(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
mho::cbf16 narrowed(cf32 x) { return {half_of(x.real()), half_of(x.imag())}; }

}  // namespace

int main() {
  const auto qam = mho::constellation::parse("16qam").value();

  // A made-up link fills the planes of the allocation.
  std::vector<std::vector<mho::cbf16>> grid(ports, std::vector<mho::cbf16>(grid_subcarriers));
  std::vector<std::vector<mho::cbf16>> estimates(ports * layers, grid[0]);
  std::vector<float> noise_of_port(ports);
  for (std::size_t port = 0; port < ports; ++port) noise_of_port[port] = 0.1f * static_cast<float>(port + 1);
  std::vector<std::uint8_t> codeword(count * layers * qam.bits());
  mho::random_stream random(/*seed*/ 1, /*stream*/ 0, /*number*/ 0, /*purpose*/ 0);
  random.bits(codeword);
  std::vector<cf32> symbols(count * layers), h(ports * layers), n(ports);
  qam.map(codeword, symbols);  // layer after layer of a resource element (TS 38.211, 7.3.1.3)
  for (std::size_t i = 0; i < count; ++i) {
    random.complex_normals(h);
    random.complex_normals(n);
    for (std::size_t port = 0; port < ports; ++port) {
      cf32 y = std::sqrt(noise_of_port[port]) * n[port];
      for (std::size_t layer = 0; layer < layers; ++layer) {
        y += h[port * layers + layer] * symbols[i * layers + layer];
        estimates[port * layers + layer][first + i] = narrowed(h[port * layers + layer]);
      }
      grid[port][first + i] = narrowed(y);
    }
  }

  // What the receiver hands over: addresses of planes.
  std::vector<const mho::cbf16*> received_planes, channel_planes;
  for (const auto& plane : grid) received_planes.push_back(plane.data());
  for (const auto& plane : estimates) channel_planes.push_back(plane.data());
  const mho::channel_batch channel{
      .matrix = mho::plane_pointers(channel_planes.data(), count, ports, layers, first),
      .noise = {mho::noise::per_antenna, 0, mho::row_major(noise_of_port.data(), 1, 1, ports), count}};
  const mho::constellation* shared[] = {&qam};
  mho::received_batch received{.vectors =
                                   mho::plane_pointers(received_planes.data(), count, 1, ports, first)};
  received.symbols = shared;
  std::vector<std::int8_t> llr(codeword.size());
  std::uint64_t saturated = 0;
  mho::output into;
  into.llr = mho::row_major(llr.data(), count, 1, layers * qam.bits());
  into.llr.scale = 0.5f;  // -63.5 .. 63.5; 0.25 would clip one in twenty here
  into.saturated = &saturated;

  auto detector = mho::make_detector("mmse").value();
  mho::error e = detector->reserve({.problems = count,
                                    .rx = ports,
                                    .tx = layers,
                                    .bits = qam.bits(),
                                    .coloured_noise = true,
                                    .problems_per_noise_entry = count});
  if (e == mho::error::none) e = detector->detect(channel, received, {&into, 1});
  if (e != mho::error::none) {
    std::fprintf(stderr, "detect: %s\n", mho::to_string(e));
    return 1;
  }
  std::size_t wrong = 0;
  for (std::size_t b = 0; b < codeword.size(); ++b) wrong += (llr[b] < 0) != (codeword[b] == 1);
  std::printf(
      "%zu resource elements from subcarrier %zu on, %zu ports, %zu layers: %zu of %zu bits wrong before "
      "decoding, %llu LLRs clipped\n",
      count, first, ports, layers, wrong, codeword.size(), static_cast<unsigned long long>(saturated));
  return wrong * 10 < codeword.size() && saturated * 100 < codeword.size() ? 0 : 1;
}
