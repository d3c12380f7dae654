#include "result_file.hpp"

#include <cmath>
#include <sstream>

namespace mho::sim {
namespace {

json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

json point_json(const point& p) {
  return {{"snr_db", number(p.snr_db)},
          {"es_n0_db", number(p.es_n0_db)},
          {"eb_n0_db", number(p.eb_n0_db)},
          {"matched_filter_db", number(p.matched_filter_db)},
          {"n0", number(p.n0)},
          {"bits", p.bits},
          {"bit_errors", p.bit_errors},
          {"ber", number(p.ber)},
          {"ber_low", number(p.ber_low)},
          {"ber_high", number(p.ber_high)},
          {"sets", p.sets},
          {"set_errors", p.set_errors},
          {"symbols", p.symbols},
          {"symbol_errors", p.symbol_errors},
          {"uses", p.uses},
          {"use_errors", p.use_errors},
          {"stream_bit_errors", p.stream_bit_errors},
          {"failed_problems", p.failed_problems},
          {"not_converged", p.not_converged},
          {"stop", p.stop}};
}

point point_from(const json& j) {
  const auto real = [&](const char* key) {
    return j.at(key).is_null() ? std::numeric_limits<double>::infinity() : j.at(key).get<double>();
  };
  point p;
  p.snr_db = real("snr_db");
  p.es_n0_db = real("es_n0_db");
  p.eb_n0_db = real("eb_n0_db");
  p.matched_filter_db = real("matched_filter_db");
  p.n0 = real("n0");
  p.bits = j.at("bits");
  p.bit_errors = j.at("bit_errors");
  p.ber = real("ber");
  p.ber_low = real("ber_low");
  p.ber_high = real("ber_high");
  p.sets = j.at("sets");
  p.set_errors = j.at("set_errors");
  p.symbols = j.at("symbols");
  p.symbol_errors = j.at("symbol_errors");
  p.uses = j.at("uses");
  p.use_errors = j.at("use_errors");
  p.stream_bit_errors = j.at("stream_bit_errors").get<std::vector<std::uint64_t>>();
  p.failed_problems = j.at("failed_problems");
  p.not_converged = j.at("not_converged");
  p.stop = j.at("stop");
  return p;
}

// RFC 4180: a field with a comma, quote or newline is quoted, quotes doubled.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

json result_head(const scenario& s, const std::string& kind) {
  json j;
  j["format"] = 1;
  j["mho"] = MHO_VERSION;
  j["kind"] = kind;
  j["scenario"] = to_json(s);
  j["seed"] = s.seed;
  j["arithmetic"] = "plain";
  j["draw"] = "channel";
  j["snr_definition"] = "10 log10(E||Hx||^2/E||n||^2)";
  return j;
}

json to_json(const scenario& s, const ber_result& r) {
  json j = result_head(s, "ber");
  j["chunk_uses"] = r.chunk_uses;
  j["complete"] = r.complete;
  j["curves"] = json::array();
  for (const curve& c : r.curves) {
    json line{{"id", c.id}, {"detector", c.detector}, {"label", c.label}};
    line["accelerator"] = c.accelerator.empty() ? json(nullptr) : json(c.accelerator);
    line["cycles"] = c.cycles == 0 ? json(nullptr) : json(c.cycles);
    line["points"] = json::array();
    for (const point& p : c.points) line["points"].push_back(point_json(p));
    j["curves"].push_back(std::move(line));
  }
  return j;
}

std::string to_csv(const ber_result& r) {
  std::ostringstream out;
  out.precision(10);
  out << "id,label,snr_db,n0,bits,bit_errors,ber,ber_low,ber_high,symbols,symbol_errors,uses,use_errors,"
         "failed_problems,stop\n";
  for (const curve& c : r.curves)
    for (const point& p : c.points)
      out << csv_field(c.id) << ',' << csv_field(c.label) << ',' << p.snr_db << ',' << p.n0 << ',' << p.bits
          << ',' << p.bit_errors << ',' << p.ber << ',' << p.ber_low << ',' << p.ber_high << ',' << p.symbols
          << ',' << p.symbol_errors << ',' << p.uses << ',' << p.use_errors << ',' << p.failed_problems << ','
          << p.stop << '\n';
  return out.str();
}

ber_result from_json(const json& file) {
  ber_result r;
  r.draw = file.at("draw");
  r.chunk_uses = file.at("chunk_uses");
  r.complete = file.at("complete");
  for (const json& line : file.at("curves")) {
    curve c;
    c.id = line.at("id");
    for (const json& p : line.at("points")) c.points.push_back(point_from(p));
    r.curves.push_back(std::move(c));
  }
  return r;
}

std::string text_of(const json& j) { return j.dump(1, ' ', false, json::error_handler_t::replace) + "\n"; }

}  // namespace mho::sim
