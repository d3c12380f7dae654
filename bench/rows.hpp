/// \file
/// The rows: each is registered with Google Benchmark under its name in the contract.
#pragma once

#include <vector>

#include "machine.hpp"
#include "plan.hpp"

namespace bench {

/// The bounds that rows are held against.
struct bounds {
  unsigned threads = 1;        ///< what "all threads" means
  fma_peak peak, peak_spread;  ///< one thread; all
  fma_peak peak_mho;           ///< of the target that mho is forced to, one thread
  fma_peak peak_mho_spread;    ///< the same, all threads
  double bandwidth = 0, bandwidth_spread = 0;
};

/// Latencies of batches, seconds; keeps the latest 65536.
class latencies {
 public:
  latencies() { samples_.reserve(most); }
  void add(double seconds) {
    if (samples_.size() < most)
      samples_.push_back(seconds);
    else
      samples_[count_ % most] = seconds;
    ++count_;
  }
  double percentile(double share);

 private:
  static constexpr std::size_t most = 65536;
  std::vector<double> samples_;
  std::size_t count_ = 0;
};

/// DETECTOR/MODE/RXxTX/IMPLEMENTATION/batch:N of every group. Rates and shares are of the median batch.
void register_detection(const std::vector<group>& plan, const bounds& b);

/// machine/fma_peak and machine/bandwidth, on one thread and on all.
void register_machine(const bounds& b, bool quick);

/// normals/philox and analog/static/128x8.
void register_library(const bounds& b);

/// inputs/TYPE/LAYOUT/RXxTX, TYPE cf32, cbf16 or ci16, LAYOUT rows, planes or addresses (of planes): problems
/// a second of the median batch.
void register_inputs();

/// demap/max-log/SIZE/IMPLEMENTATION and demap/hard/SIZE/IMPLEMENTATION, implementation mho or liquid: bits a
/// second of the median batch.
void register_demapping();

/// Whether mho and liquid-dsp demap alike; prints the first difference to standard error.
bool check_demapping();

/// link/DRAW/RXxTX, DRAW full (H and y are drawn) or gram (G and z), and link/PEER/128x8: channel uses a
/// second of the median batch, zero-forcing and MMSE on the same uses.
void register_link();

}  // namespace bench
