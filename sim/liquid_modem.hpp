/// \file
/// liquid-dsp's QAM modem behind the interface of mho::constellation: a second, independent one for a link.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <mho/constellation.hpp>
#include <mho/error.hpp>

namespace mho::sim {

/// Whether this program was built with liquid-dsp.
bool has_liquid() noexcept;

/// Maps bits to symbols and slices symbols to bits with liquid-dsp, 4 to 256 points. Its own points and
/// decisions; only the labels are rewritten. An object carries liquid's state: one a thread.
class liquid_modem {
 public:
  /// Errors: bad_value (no constellation of that size), unsupported (1024 and 4096 points, which liquid-dsp
  /// has not; a program built without liquid-dsp).
  static result<liquid_modem> make(std::size_t points, mapping map = mapping::three_gpp);

  liquid_modem(liquid_modem&&) noexcept;
  liquid_modem& operator=(liquid_modem&&) noexcept;
  ~liquid_modem();

  unsigned bits() const noexcept { return bits_; }
  /// As mho::constellation::map: one bit a byte, bits() bytes a symbol. in.size() must be bits() *
  /// out.size().
  void map(std::span<const std::uint8_t> in, std::span<std::complex<float>> out) noexcept;
  /// As mho::constellation::slice, but the symbols must be finite.
  void slice(std::span<const std::complex<float>> in, std::span<std::uint8_t> out) noexcept;

 private:
  struct state;
  liquid_modem(std::unique_ptr<state> made, unsigned bits, mapping map) noexcept;

  std::unique_ptr<state> state_;
  unsigned bits_;
  mapping mapping_;
};

}  // namespace mho::sim
