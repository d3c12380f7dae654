#include "scenario_reader.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <mho/mho.hpp>

#include "accelerator_reader.hpp"
#include "channels/channel.hpp"
#include "detector_reader.hpp"
#include "estimation.hpp"
#include "input_error.hpp"
#include "key_names.hpp"
#include "overrides.hpp"
#include "references.hpp"
#include "toml_reader.hpp"

namespace mho::sim {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double most_antennas = 4096, most_streams = 1024, most_uses = 65536, most_bits = 1e15,
                 most_channels = 1e6, most_unknowns = 4096;
constexpr std::size_t most_points = 1000;

option integer(std::string name, std::int64_t standard, double low, double high) {
  return {std::move(name), standard, "", "", low, high};
}
option number(std::string name, double standard, double low, double high) {
  return {std::move(name), standard, "", "", low, high};
}

std::size_t size_of(const option_value& v) { return static_cast<std::size_t>(std::get<std::int64_t>(v)); }

std::vector<std::string> channel_names() {
  std::vector<std::string> names;
  for (const channel_kind& kind : channel_kinds()) names.push_back(kind.name);
  return names;
}

// A list of numbers, or {from, to, step}.
std::vector<double> read_snr(table_reader& link, const std::string& key) {
  const std::string allowed = "must be a list of numbers, or {from, to, step}";
  const toml::node* node = link.node(key);
  std::vector<double> list;
  if (const toml::array* array = node->as_array()) {
    for (const toml::node& entry : *array) {
      const auto value = to_option(entry, 0.0);
      if (!value) link.fail(key, allowed);
      list.push_back(std::get<double>(*value));
    }
  } else if (const toml::table* range = node->as_table()) {
    std::array<double, 3> part{};
    const std::array<const char*, 3> names{"from", "to", "step"};
    for (std::size_t i = 0; i < 3; ++i) {
      const toml::node* entry = range->get(names[i]);
      const auto value = entry != nullptr ? to_option(*entry, 0.0) : std::nullopt;
      if (!value || !std::isfinite(std::get<double>(*value)) || range->size() != 3) link.fail(key, allowed);
      part[i] = std::get<double>(*value);
    }
    if (!(part[2] > 0)) link.fail(key, "step must be positive");
    if (part[1] < part[0]) link.fail(key, "to must not be below from");
    if ((part[1] - part[0]) / part[2] >= most_points) link.fail(key, "must have at most 1000 points");
    for (std::size_t i = 0; part[0] + static_cast<double>(i) * part[2] <= part[1] + 1e-9 * part[2]; ++i)
      list.push_back(part[0] + static_cast<double>(i) * part[2]);
  } else {
    link.fail(key, allowed);
  }
  if (list.empty()) link.fail(key, "must have at least one value");
  if (list.size() > most_points) link.fail(key, "must have at most 1000 points");
  for (const double value : list)
    if (std::isnan(value) || value == -infinite || (std::isfinite(value) && std::abs(value) > 300))
      link.fail(key, "values must be from -300 to 300 dB, or inf for no noise");
  for (std::size_t i = 0; i < list.size(); ++i)
    if (std::find(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(i), list[i]) !=
        list.begin() + static_cast<std::ptrdiff_t>(i))
      link.fail(key, "the same value stands twice");
  return list;
}

link_settings read_link(table_reader& t) {
  link_settings l;
  for (const char* key : {"rx", "tx"})
    if (!t.has(key)) t.miss(key, "missing; must be an integer of at least 1");
  l.rx = size_of(t.get_or(integer("rx", 1, 1, most_antennas)));
  l.tx = size_of(t.get_or(integer("tx", 1, 1, most_streams)));
  l.modulation = string_of(
      t.get_or(text("modulation", "16qam", {"qpsk", "16qam", "64qam", "256qam", "1024qam", "4096qam"})));
  l.labels = string_of(t.get_or(text("mapping", "3gpp", {"3gpp", "paper"}))) == "paper" ? mapping::paper
                                                                                        : mapping::three_gpp;
  l.modem = string_of(t.get_or(text("modem", "native", {"native", "liquid"})));
  l.channel = string_of(t.get_or(text("channel", "rayleigh", channel_names())));
  l.snr_normalisation =
      string_of(t.get_or(text("snr_normalisation", "ensemble", {"ensemble", "realisation"})));
  l.uses_per_channel = size_of(t.get_or(integer("uses_per_channel", 1, 1, most_uses)));
  l.estimator = string_of(t.get_or(text("estimator", "counting", {"counting", "conditional"})));
  l.draw = string_of(t.get_or(text("draw", "auto", {"auto", "channel", "gram"})));
  const std::array<std::pair<const char*, snr_kind>, 3> kinds{
      {{"snr_db", snr_kind::snr_db}, {"es_n0_db", snr_kind::es_n0_db}, {"eb_n0_db", snr_kind::eb_n0_db}}};
  bool found = false;
  for (const auto& [key, kind] : kinds) {
    if (!t.has(key)) continue;
    if (found) t.fail(key, "only one of snr_db, es_n0_db, eb_n0_db");
    found = true;
    l.snr_is = kind;
    l.snr = read_snr(t, key);
  }
  if (!found) t.miss("snr_db", "missing; one of snr_db, es_n0_db, eb_n0_db is needed");
  t.finish({"snr_db", "es_n0_db", "eb_n0_db"});
  return l;
}

// The keys of the chosen kind of channel, the last that are asked for; those of other kinds are named in the
// error.
void read_channel_options(table_reader& t, const scenario& s, options& values) {
  const std::string& chosen = s.link.channel;
  const channel_kind& kind = *find_channel(chosen);
  for (const option& o : kind.schema) values[o.name] = t.get_or(o);
  for (const channel_kind& other : channel_kinds())
    for (const option& o : other.schema)
      if (values.count(o.name) == 0 && t.get(o)) {
        std::string names;
        for (const channel_kind& k : channel_kinds())
          if (std::any_of(k.schema.begin(), k.schema.end(),
                          [&](const option& p) { return p.name == o.name; }))
            names += (names.empty() ? "" : ", ") + k.name;
        t.fail(o.name, "needs a link.channel of " + names + ", which is " + chosen);
      }
  t.finish();
  if (kind.check == nullptr) return;
  if (const auto problem = kind.check(values, {s.link.rx, s.link.tx, s.seed, s.channel.folder}))
    t.fail(problem->key, problem->what);
}

stop_settings read_stop(table_reader& t) {
  stop_settings s;
  if (const auto v = t.get(integer("bit_errors", 200, 1, most_bits)))
    s.bit_errors = static_cast<std::uint64_t>(std::get<std::int64_t>(*v));
  if (const auto v = t.get(number("relative_interval", 0.1, 1e-4, 10)))
    s.relative_interval = std::get<double>(*v);
  if (s.bit_errors && s.relative_interval)
    t.fail("relative_interval", "only one of bit_errors, relative_interval");
  s.min_bits = static_cast<std::uint64_t>(std::get<std::int64_t>(
      t.get_or(integer("min_bits", static_cast<std::int64_t>(s.min_bits), 1, most_bits))));
  s.max_bits = static_cast<std::uint64_t>(std::get<std::int64_t>(
      t.get_or(integer("max_bits", static_cast<std::int64_t>(s.max_bits), 1, most_bits))));
  if (s.max_bits < s.min_bits)
    t.fail("max_bits", "must be at least min_bits, which is " + std::to_string(s.min_bits));
  if (const auto v = t.get(number("target_ber", 1e-6, 1e-300, 0.5))) s.target_ber = std::get<double>(*v);
  t.finish();
  return s;
}

image_settings read_image(table_reader& t, const std::filesystem::path& folder, bool must_exist) {
  image_settings image;
  if (!t.has("file")) t.miss("file", "missing; must be the path of a PNG picture");
  image.file = string_of(t.get_or(text("file", "")));
  image.order = string_of(t.get_or(text("order", "column", {"column", "row"})));
  t.finish();
  image.path = (folder / image.file).string();
  if (must_exist && !std::filesystem::is_regular_file(image.path))
    t.fail("file", "no such file: " + image.path);
  return image;
}

// A key of the root that no reader asked for may belong into one of the tables.
void refuse_unknown_tables(const table_reader& root) {
  const auto key = root.unknown();
  if (!key) return;
  std::vector<std::string> known = scenario_keys();
  known.emplace_back("accelerator");
  root.fail(*key, "unknown key; " + nearest_keys(*key, known));
}

scenario read_document(const toml::table& document, const toml_source& source, std::uint64_t seed,
                       bool image_must_exist) {
  const std::string& path = source.file;
  scenario s;
  s.seed = seed;
  s.name = std::filesystem::path(path).stem().string();
  table_reader root(source, document, "");
  s.title = string_of(root.get_or(text("title", s.name)));
  const toml::table* const link = root.subtable("link");
  const toml::table* const accelerators = root.subtable("accelerator");
  const toml::array* const list = root.array_of_tables("detector");
  for (const char* key : {"channel", "estimation", "stop", "image", "cost"}) root.subtable(key);
  refuse_unknown_tables(root);
  if (link == nullptr) root.fail("link", "missing; a scenario needs a [link] table");
  table_reader link_table(source, *link, "link");
  s.link = read_link(link_table);
  if (s.link.channel == "awgn" && s.link.tx > s.link.rx)
    link_table.fail("tx", "must be at most rx = " + std::to_string(s.link.rx) +
                              " on channel awgn, where stream k arrives at antenna k");
  for (const option& o : find_channel(s.link.channel)->schema) s.channel.model[o.name] = o.standard;
  s.channel.folder = std::filesystem::path(path).parent_path().string();
  if (const toml::table* t = root.subtable("channel")) {
    table_reader channel(source, *t, "channel");
    s.channel.realisations = size_of(channel.get_or(integer("realisations", 0, 1, most_channels)));
    if (const auto v = channel.get(integer("seed", 1, 0, 0x1p53 - 1)))
      s.channel.seed = static_cast<std::uint64_t>(std::get<std::int64_t>(*v));
    if (s.channel.realisations > 0 && s.link.channel == "recorded")
      channel.fail("realisations", "cannot be with link.channel = \"recorded\", whose channels are fixed");
    read_channel_options(channel, s, s.channel.model);
  }
  if (const toml::table* t = root.subtable("estimation")) {
    table_reader estimation(source, *t, "estimation");
    for (const option& o : channel_estimator::schema()) s.estimation[o.name] = estimation.get_or(o);
    estimation.finish();
  }
  if (const toml::table* t = root.subtable("stop")) {
    table_reader stop(source, *t, "stop");
    s.stop = read_stop(stop);
  }
  if (const toml::table* t = root.subtable("image")) {
    table_reader image(source, *t, "image");
    s.image = read_image(image, std::filesystem::path(path).parent_path(), image_must_exist);
  }
  if (const toml::table* t = root.subtable("cost")) {
    table_reader cost(source, *t, "cost");
    if (const auto sizes = cost.get({"sizes", std::vector<std::int64_t>{}, "", "", 2, most_unknowns}))
      for (const std::int64_t n : std::get<std::vector<std::int64_t>>(*sizes))
        s.cost_sizes.push_back(static_cast<std::size_t>(n));
    cost.finish();
  }
  const auto variants = read_accelerators(accelerators, source);
  if (list == nullptr || list->empty())
    root.fail("detector", "missing; a scenario needs at least one [[detector]]");
  for (std::size_t i = 0; i < list->size(); ++i) {
    bool takes_more_tx = false;
    table_reader entry(source, *(*list)[i].as_table(), "detector." + std::to_string(i));
    s.detectors.push_back(read_detector(entry, variants, seed, takes_more_tx));
    if (s.link.tx > s.link.rx && !takes_more_tx)
      link_table.fail("tx", "must be at most rx = " + std::to_string(s.link.rx) + " for detector " +
                                s.detectors.back().spec.name);
    for (std::size_t j = 0; j < i; ++j) {
      if (s.detectors[j].id == s.detectors[i].id)
        entry.fail("id", "another detector has the id " + s.detectors[i].id + "; give each its own");
      for (const std::string& id : curve_ids(s.detectors[i]))
        for (const std::string& other : curve_ids(s.detectors[j]))
          if (id == other)
            entry.fail("id", "detector " + std::to_string(j) + " has a curve " + id +
                                 " too; give each detector an id that keeps the curves apart");
    }
  }
  for (std::size_t d = 0; d < s.detectors.size(); ++d)
    if (const std::string wrong = wrong_reference(s, d); !wrong.empty())
      table_reader(source, *(*list)[d].as_table(), "detector." + std::to_string(d)).fail("reference", wrong);
  return s;
}

}  // namespace

std::vector<std::string> scenario_keys() {
  std::set<std::string> asked;
  const toml_source source{"scenario", {}, &asked};
  for (const detector_kind& kind : detector_kinds())
    read_document(toml::parse("link = { rx = 2, tx = 2, snr_db = [0] }\nchannel = {}\nstop = {}\n"
                              "image = { file = \"x\" }\ncost = {}\nestimation = {}\ndetector = [{ name = '" +
                              kind.name + "' }]\n"),
                  source, 1, false);
  std::vector<std::string> keys;
  const std::string entry = "detector.0.";
  for (const std::string& key : asked) {
    const bool of_detector = key.rfind(entry, 0) == 0;
    const bool table = std::any_of(asked.begin(), asked.end(),
                                   [&](const std::string& k) { return k.rfind(key + ".", 0) == 0; });
    if (!table && key != "accelerator")
      keys.push_back(of_detector ? "detector.N." + key.substr(entry.size()) : key);
  }
  for (const std::string& key : accelerator_keys()) keys.push_back("accelerator.NAME." + key);
  return keys;
}

namespace {

scenario read_with_places(const toml::table& document, const toml_source& source, std::uint64_t seed,
                          bool image_must_exist) {
  scenario s = read_document(document, source, seed, image_must_exist);
  s.file = source.file;
  s.places = source.places(document);
  return s;
}

}  // namespace

scenario read_scenario(const std::string& path, const std::vector<std::string>& sets, std::uint64_t seed,
                       bool image_must_exist, std::set<std::string>* known) {
  toml_source source{path, {}, known};
  toml::table document = parse_toml(path);
  if (!sets.empty()) apply_overrides(document, sets, scenario_keys(), source);
  return read_with_places(document, source, seed, image_must_exist);
}

scenario read_scenario(const scenario_text& text, const std::vector<std::string>& sets, std::uint64_t seed) {
  toml_source source{text.name, {}, nullptr, text.has_lines};
  toml::table document = parse_toml_text(text.toml, text.name);
  for (const std::string& kind : text.detectors) {
    if (!document.contains("detector")) document.insert("detector", toml::array{});
    toml::array* list = document["detector"].as_array();
    if (list == nullptr) break;  // an error that the reader reports
    const bool named = std::any_of(list->begin(), list->end(), [&](const toml::node& entry) {
      return entry.is_table() && entry.as_table()->at_path("name").value<std::string>() == kind;
    });
    if (!named) list->push_back(toml::table{{"name", kind}});
  }
  if (!sets.empty()) apply_overrides(document, sets, scenario_keys(), source);
  return read_with_places(document, source, seed, false);
}

}  // namespace mho::sim
