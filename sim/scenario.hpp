/// \file
/// A scenario: everything that a run needs, as the TOML file states it, every default filled in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <mho/constellation.hpp>
#include <mho/registry.hpp>

namespace mho::sim {

/// Which of the SNR conventions the list of SNR values is in.
enum class snr_kind { snr_db, es_n0_db, eb_n0_db };

struct link_settings {
  std::size_t rx = 0, tx = 0;
  std::string modulation = "16qam";
  mapping labels = mapping::three_gpp;
  std::string modem = "native";  ///< or "liquid"
  std::string channel = "rayleigh";
  snr_kind snr_is = snr_kind::snr_db;
  std::vector<double> snr;                     ///< dB, ascending as given; +infinity: no noise
  std::string snr_normalisation = "ensemble";  ///< or "realisation": E||Hx||^2 of each H itself
  std::size_t uses_per_channel = 1;
  std::string estimator = "counting";  ///< of the bit error rate; or "conditional": expected over the noise
  std::string draw = "auto";  ///< "channel": H and y; "gram": G = H^H H and z = H^H y; "auto": gram if exact
};

struct channel_settings {
  std::size_t realisations = 0;       ///< fixed channels, or groups of them; 0: always a fresh one
  std::optional<std::uint64_t> seed;  ///< of the channel draws alone; the run's seed if absent
  options model;                      ///< of link.channel, every one of its schema
  std::string folder;                 ///< of the scenario: what a file's name is relative to
  std::string digest;                 ///< of a file's numbers, once they were read
};

struct stop_settings {
  std::optional<std::uint64_t> bit_errors;
  std::optional<double> relative_interval;  ///< half width of the 95 % interval over the estimate
  std::uint64_t min_bits = 100'000;
  std::uint64_t max_bits = 10'000'000;
  std::optional<double> target_ber;  ///< ends the sweep after the first SNR where every curve is below
};

struct image_settings {
  std::string file;              ///< as written
  std::string path;              ///< resolved against the scenario's folder
  std::string order = "column";  ///< samples column by column, or "row"
  std::string checksum;          ///< of the picture, once it was read
};

/// One [[detector]] table.
struct detector_settings {
  std::string id, label;        ///< of the curve; for several cycles, "-cN" and ", cycle N" are appended
  mho::detector_spec spec{""};  ///< what make_detector gets: accelerator presets are resolved into options
  std::string accelerator;      ///< as named in the scenario ("" for digital detectors)
  std::vector<std::int64_t> cycles;  ///< one curve each; empty for digital detectors
  std::string reference;             ///< id of the curve to be compared with; "": see reference_of
};

/// The ids of a detector's curves: one, or one a cycle.
std::vector<std::string> curve_ids(const detector_settings& d);

struct scenario {
  std::string title;
  std::string name;  ///< the file's stem
  link_settings link;
  channel_settings channel;
  options estimation;  ///< of channel_estimator; what is not there has its default
  stop_settings stop;
  std::optional<image_settings> image;
  std::vector<detector_settings> detectors;
  std::vector<std::size_t> cost_sizes;  ///< real unknowns that `mho cost` counts; empty: the link's own
  std::uint64_t seed = 1;
  std::string file;                           ///< for errors; "" if it came from none
  std::map<std::string, std::string> places;  ///< of keys, for errors (toml_source::places)
};

}  // namespace mho::sim
