#include "snr.hpp"
#include "decibel.hpp"

#include <cmath>

namespace mho::sim {

snr_point make_snr_point(snr_kind is, double db, std::size_t rx, std::size_t tx, unsigned bits,
                         double column_energy) {
  const auto decibel = [](double x) { return 10 * std::log10(x); };
  // E||Hx||^2 = tx column_energy, E||n||^2 = rx N0.
  const double total_db = decibel(static_cast<double>(tx) * column_energy / static_cast<double>(rx));
  const double bits_db = decibel(bits);
  snr_point p;
  p.es_n0_db = is == snr_kind::snr_db ? db - total_db : is == snr_kind::eb_n0_db ? db + bits_db : db;
  p.snr_db = is == snr_kind::snr_db ? db : p.es_n0_db + total_db;
  p.eb_n0_db = is == snr_kind::eb_n0_db ? db : p.es_n0_db - bits_db;
  p.matched_filter_db = p.es_n0_db + decibel(column_energy);
  p.n0 = std::isinf(db) ? 0 : power_of(-p.es_n0_db);
  return p;
}

std::uint32_t point_stream(const snr_point& point) {
  if (std::isinf(point.snr_db)) return 0xffffffffu;
  // The finaliser of splitmix64 (Steele et al., OOPSLA 2014).
  auto x = static_cast<std::uint64_t>(std::llround(point.snr_db * 1e6));
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return static_cast<std::uint32_t>(x ^ (x >> 31));
}

}  // namespace mho::sim
