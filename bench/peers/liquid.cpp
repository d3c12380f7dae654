#include "peers/liquid.hpp"

#include <liquid/liquid.h>  // needs <complex> before it

namespace bench {
namespace {

class modem final : public liquid_qam {
 public:
  explicit modem(modulation_scheme scheme) : modem_(modemcf_create(scheme)) {}
  modem(const modem&) = delete;
  modem& operator=(const modem&) = delete;
  ~modem() override { modemcf_destroy(modem_); }

  void hard(const cf32* x, std::size_t n, unsigned* labels) override {
    for (std::size_t i = 0; i < n; ++i) modemcf_demodulate(modem_, x[i], labels + i);
  }
  void soft(const cf32* x, std::size_t n, unsigned bits, std::uint8_t* out) override {
    unsigned label;
    for (std::size_t i = 0; i < n; ++i) modemcf_demodulate_soft(modem_, x[i], &label, out + i * bits);
  }

 private:
  modemcf modem_;
};

}  // namespace

std::unique_ptr<liquid_qam> liquid_qam::make(std::size_t points, std::string& reason) {
  switch (points) {
    case 4:
      return std::make_unique<modem>(LIQUID_MODEM_QAM4);
    case 16:
      return std::make_unique<modem>(LIQUID_MODEM_QAM16);
    case 64:
      return std::make_unique<modem>(LIQUID_MODEM_QAM64);
    case 256:
      return std::make_unique<modem>(LIQUID_MODEM_QAM256);
    default:
      reason = "liquid-dsp has square QAM up to 256 points";
      return nullptr;
  }
}

std::string liquid_identity() { return std::string("liquid-dsp ") + liquid_libversion(); }

}  // namespace bench
