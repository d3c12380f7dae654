#include "liquid_modem.hpp"

#include <string>
#include <utility>

#ifdef MHO_HAVE_LIQUID
#include <liquid/liquid.h>  // needs <complex> before it
#endif

namespace mho::sim {

#ifdef MHO_HAVE_LIQUID

struct liquid_modem::state {
  explicit state(modulation_scheme scheme) : modem(modemcf_create(scheme)) {}
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() {
    if (modem != nullptr) modemcf_destroy(modem);
  }
  modemcf modem;
};

namespace {

// liquid labels square QAM with the I bits first and reflected Gray from the most negative level up, which is
// the paper's mapping. 38.211: b(2k) = NOT I_k, b(2k+1) = NOT Q_k. The bit of liquid's label that bit `place`
// of the symbol becomes; QAM4 and not QPSK, whose label is another.
unsigned liquid_shift(mapping map, unsigned bits, unsigned place) {
  if (map == mapping::paper) return bits - 1 - place;
  return bits - 1 - (place / 2 + (place % 2 == 0 ? 0 : bits / 2));
}

unsigned inverted(mapping map) { return map == mapping::three_gpp ? 1 : 0; }

}  // namespace

bool has_liquid() noexcept { return true; }

result<liquid_modem> liquid_modem::make(std::size_t points, mapping map) {
  auto known = constellation::make(points, map);
  if (!known) return {known.code(), known.message()};
  modulation_scheme scheme = LIQUID_MODEM_UNKNOWN;
  switch (points) {
    case 4:
      scheme = LIQUID_MODEM_QAM4;
      break;
    case 16:
      scheme = LIQUID_MODEM_QAM16;
      break;
    case 64:
      scheme = LIQUID_MODEM_QAM64;
      break;
    case 256:
      scheme = LIQUID_MODEM_QAM256;
      break;
    default:
      return {error::unsupported, "liquid has 4, 16, 64 and 256 points, not " + std::to_string(points)};
  }
  auto made = std::make_unique<state>(scheme);
  if (made->modem == nullptr) return {error::no_memory, "liquid-dsp could not make its modem"};
  return liquid_modem(std::move(made), known->bits(), map);
}

void liquid_modem::map(std::span<const std::uint8_t> in, std::span<std::complex<float>> out) noexcept {
  const std::uint8_t* bit = in.data();
  for (std::complex<float>& symbol : out) {
    unsigned label = 0;
    for (unsigned j = 0; j < bits_; ++j)
      label |= ((*bit++ & 1u) ^ inverted(mapping_)) << liquid_shift(mapping_, bits_, j);
    modemcf_modulate(state_->modem, label, &symbol);
  }
}

void liquid_modem::slice(std::span<const std::complex<float>> in, std::span<std::uint8_t> out) noexcept {
  std::uint8_t* bit = out.data();
  for (const std::complex<float> x : in) {
    unsigned label = 0;
    modemcf_demodulate(state_->modem, x, &label);
    for (unsigned j = 0; j < bits_; ++j)
      *bit++ =
          static_cast<std::uint8_t>(((label >> liquid_shift(mapping_, bits_, j)) & 1u) ^ inverted(mapping_));
  }
}

#else

struct liquid_modem::state {};

bool has_liquid() noexcept { return false; }

result<liquid_modem> liquid_modem::make(std::size_t points, mapping map) {
  auto known = constellation::make(points, map);
  if (!known) return {known.code(), known.message()};
  return {error::unsupported, "this program was built without liquid-dsp (CMake option MHO_LIQUID)"};
}

// Never called: there is no object.
void liquid_modem::map(std::span<const std::uint8_t>, std::span<std::complex<float>>) noexcept {}
void liquid_modem::slice(std::span<const std::complex<float>>, std::span<std::uint8_t>) noexcept {}

#endif

liquid_modem::liquid_modem(std::unique_ptr<state> made, unsigned bits, mapping map) noexcept
    : state_(std::move(made)), bits_(bits), mapping_(map) {}
liquid_modem::liquid_modem(liquid_modem&&) noexcept = default;
liquid_modem& liquid_modem::operator=(liquid_modem&&) noexcept = default;
liquid_modem::~liquid_modem() = default;

}  // namespace mho::sim
