#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <mho/mho.hpp>

#include "accelerator_arguments.hpp"
#include "commands.hpp"
#include "csv.hpp"
#include "input_error.hpp"
#include "overrides.hpp"
#include "result_file.hpp"

namespace mho::sim {
namespace {

constexpr std::uint64_t chips = 100;
constexpr std::size_t most_varied_samples = 4000;
constexpr std::array<const char*, 4> combination_names{"single", "super_resolution", "average", "majority"};

std::vector<double> read_samples(const std::string& path) {
  const csv_matrix m = read_csv(path);
  if (m.is_complex) throw input_error(path + ": must be real");
  std::vector<double> samples;
  for (const std::complex<double>& entry : m.entry) samples.push_back(entry.real());
  return samples;
}

// A signal that is all zeros has no largest magnitude.
quantiser design(const std::string& kind, unsigned bits, const std::vector<double>& samples) {
  if (kind == "mid-tread") {
    double largest = 0;
    for (const double x : samples) largest = std::max(largest, std::abs(x));
    return mid_tread_quantiser(bits, largest > 0 ? largest : 1);
  }
  return design_quantiser(kind == "lloyd-max" ? quantiser_kind::lloyd_max : quantiser_kind::best_uniform,
                          bits, samples)
      .value();
}

// The converter's devices, of `paper` but for --set.
adc_model read_model(const std::vector<std::string>& sets) {
  static const std::vector<std::string> allowed{"converter.device", "converter.combine",
                                                "converter.error_share", "converter.read_error_siemens"};
  const std::vector<std::string> known = accelerator_keys();
  const auto is_in = [](const std::vector<std::string>& keys, const std::string& key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  const auto check = [&](const std::string& key) {
    if (is_in(known, key) && !is_in(allowed, key))
      throw input_error("--set: " + key + ": is none of this command's; there are " +
                        fmt::format("{}", fmt::join(allowed, ", ")));
  };
  for (const std::string& set : sets) check(split_set(set).key);
  const options given = parameter_overrides("paper", sets, {"paper", {}});
  for (const auto& pair : given) check(pair.first);
  const options all = accelerator_options("paper", given).value();
  const auto index = [&](const char* key, auto... names) {
    const std::array<const char*, sizeof...(names)> choices{names...};
    const auto found = std::find(choices.begin(), choices.end(), std::get<std::string>(all.at(key)));
    return found - choices.begin();
  };
  adc_model model;
  model.device = static_cast<adc_device>(index("converter.device", "ideal", "thresholds", "windows"));
  model.combination = static_cast<adc_combination>(
      index("converter.combine", "single", "super_resolution", "average", "majority"));
  model.error_share = std::get<double>(all.at("converter.error_share"));
  model.read_error_siemens = std::get<double>(all.at("converter.read_error_siemens"));
  return model;
}

// RMS over chips, and the mean over chips of the largest.
linearity mean_linearity(const quantiser& q, adc_model model) {
  if (model.device == adc_device::ideal) model.device = adc_device::thresholds;
  model.combination = adc_combination::single;
  linearity mean;
  for (std::uint64_t chip = 1; chip <= chips; ++chip) {
    const linearity l = static_linearity(q, modelled_adc(q, model, chip, 0).programmed(0));
    mean.inl_rms += l.inl_rms * l.inl_rms / chips;
    mean.dnl_rms += l.dnl_rms * l.dnl_rms / chips;
    mean.inl_max += l.inl_max / chips;
    mean.dnl_max += l.dnl_max / chips;
  }
  mean.inl_rms = std::sqrt(mean.inl_rms);
  mean.dnl_rms = std::sqrt(mean.dnl_rms);
  return mean;
}

struct varied {
  double designed = 0;                    // mean squared error of the design
  std::array<double, 4> squared_error{};  // mean over chips and samples, of each combination
  adc_counts counts;                      // of single converters
};

varied vary(const quantiser& q, adc_model model, std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  const std::size_t n = std::min(samples.size(), most_varied_samples);
  std::vector<double> taken(n);
  for (std::size_t i = 0; i < n; ++i) taken[i] = samples[(2 * i + 1) * samples.size() / (2 * n)];
  varied v;
  v.designed = mean_squared_error(q, taken);
  for (std::uint64_t chip = 1; chip <= chips; ++chip)
    for (std::size_t which = 0; which < combination_names.size(); ++which) {
      model.combination = static_cast<adc_combination>(which);
      const modelled_adc adc(q, model, chip, 0);
      constexpr std::uint16_t reading_purpose = 0x202;
      random_stream reading(chip, 0, which, reading_purpose);
      for (const double x : taken) {
        const double error = x - adc.convert(x, reading, which == 0 ? &v.counts : nullptr);
        v.squared_error[which] += error * error / static_cast<double>(n * chips);
      }
    }
  return v;
}

}  // namespace

std::vector<std::string> adc_kind_names() { return {"uniform", "lloyd-max", "mid-tread"}; }

int command_adc(const adc_arguments& a) {
  const adc_model model = read_model(a.sets);
  const std::vector<double> samples = read_samples(a.samples);
  const unsigned bits = a.bits;
  const quantiser q = design(a.kind, bits, samples);
  const double error = mean_squared_error(q, samples), snr = quantisation_snr_db(q, samples);
  const linearity lines = mean_linearity(q, model);
  const std::size_t converters = converters_of(model.combination);
  const adc_cost cost = qcell_adc_cost(bits);
  const bool varies = model.device != adc_device::ideal;
  const varied v = varies ? vary(q, model, samples) : varied{};
  // At few bits super-resolution is the average: neighbouring levels' mean is the boundary between them.
  std::size_t best = static_cast<std::size_t>(adc_combination::average);
  for (std::size_t i = 1; i < v.squared_error.size(); ++i)
    if (v.squared_error[i] < v.squared_error[best] * (1 - 1e-9)) best = i;
  const auto share = [&](std::uint64_t count) {
    return static_cast<double>(count) / static_cast<double>(std::max<std::uint64_t>(1, v.counts.conversions));
  };

  if (a.as_json) {
    json out;
    out["bits"] = bits;
    out["kind"] = a.kind;
    out["boundaries"] = q.boundary;
    out["levels"] = q.level;
    out["mse"] = error;
    out["snr_db"] = snr;
    out["range"] = {q.low, q.high};
    out["linearity_lsb"] = {{"inl_rms", lines.inl_rms},
                            {"inl_max", lines.inl_max},
                            {"dnl_rms", lines.dnl_rms},
                            {"dnl_max", lines.dnl_max}};
    out["energy_j"] = cost.energy_joule * static_cast<double>(converters);
    out["area_m2"] = cost.area_m2 * static_cast<double>(converters);
    if (varies) {
      json of_all = {{"designed", v.designed}};
      for (std::size_t i = 0; i < combination_names.size(); ++i)
        of_all[combination_names[i]] = v.squared_error[i];
      out["variation"] = {{"mse", of_all},
                          {"chosen", combination_names[static_cast<std::size_t>(model.combination)]},
                          {"best", combination_names[best]},
                          {"gap_share", share(v.counts.gaps)},
                          {"overlap_share", share(v.counts.overlaps)}};
    }
    std::fputs(text_of(out).c_str(), stdout);
    return 0;
  }

  const auto [low, high] = std::minmax_element(samples.begin(), samples.end());
  fmt::print("{} samples from {:.6g} to {:.6g}; {} bits, {}\n", samples.size(), *low, *high, bits, a.kind);
  if (bits <= 6) {
    std::vector<std::size_t> count(q.level.size());
    for (const double x : samples) ++count[q.code(x)];
    fmt::print("{:>5} {:>14} {:>14} {:>8}\n", "code", "above", "level", "share");
    for (std::size_t k = 0; k < q.level.size(); ++k)
      fmt::print("{:5} {:>14} {:14.6g} {:8.4f}\n", k, k == 0 ? "" : fmt::format("{:.6g}", q.boundary[k - 1]),
                 q.level[k], static_cast<double>(count[k]) / static_cast<double>(samples.size()));
  }
  fmt::print("mean squared error {:.6g}, signal to noise {:.2f} dB (variance of the samples over it)\n",
             error, snr);
  fmt::print("for comparison:");
  for (const std::string& kind : adc_kind_names())
    fmt::print("{} {} {:.2f} dB", kind == adc_kind_names()[0] ? "" : ",", kind,
               quantisation_snr_db(design(kind, bits, samples), samples));
  fmt::print(
      "\nmemristor thresholds, programming error {:.2f} % of the range {:.6g} to {:.6g}, {} chips, in LSB:\n"
      "  INL {:.3f} RMS, largest {:.3f}; DNL {:.3f} RMS, largest {:.3f}\n",
      100 * model.error_share, q.low, q.high, chips, lines.inl_rms, lines.inl_max, lines.dnl_rms,
      lines.dnl_max);
  fmt::print("{} memristor converter{} of {} bits: {:.4g} fJ a conversion, {:.4g} um^2 (decoder {:.4g})\n",
             converters, converters == 1 ? "" : "s", bits,
             cost.energy_joule * 1e15 * static_cast<double>(converters),
             cost.area_m2 * 1e12 * static_cast<double>(converters),
             cost.decoder_m2 * 1e12 * static_cast<double>(converters));
  if (!varies) return 0;
  fmt::print("with these errors, relative to the mean squared error of the design ({} chips, {} samples):\n",
             chips, std::min(samples.size(), most_varied_samples));
  for (std::size_t i = 0; i < combination_names.size(); ++i)
    fmt::print("  {:17} {} converter{} {:9.3f}\n", combination_names[i],
               converters_of(static_cast<adc_combination>(i)), i == 0 ? " " : "s",
               v.squared_error[i] / v.designed);
  fmt::print("best of the combinations: {}\n", combination_names[best]);
  if (model.device == adc_device::windows)
    fmt::print("windows: no match in {:.3g} of the conversions, several in {:.3g}\n", share(v.counts.gaps),
               share(v.counts.overlaps));
  return 0;
}

}  // namespace mho::sim
