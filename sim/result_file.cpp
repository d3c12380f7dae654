#include "result_file.hpp"

#include <cmath>
#include <limits>
#include <sstream>

#include "arithmetic.hpp"
#include "losses.hpp"
#include "scenario_from_json.hpp"

namespace mho::sim {
namespace {

json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

json point_json(const point& p) {
  json j{{"snr_db", number(p.snr_db)},
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
         {"set_error_squares", p.set_error_squares},
         {"set_error_products", p.set_error_products},
         {"ber_variance", number(p.ber_variance)},
         {"ber_covariance", number(p.ber_covariance)},
         {"symbols", p.symbols},
         {"symbol_errors", p.symbol_errors},
         {"uses", p.uses},
         {"use_errors", p.use_errors},
         {"stream_bit_errors", p.stream_bit_errors},
         {"failed_problems", p.failed_problems},
         {"not_converged", p.not_converged},
         {"saturated", p.saturated},
         {"stop", p.stop}};
  if (p.expected) {
    j["expected_bit_errors"] = number(p.expected->errors);
    j["set_expected_squares"] = number(p.expected->squares);
    j["set_expected_products"] = number(p.expected->products);
  }
  return j;
}

point point_from(const json& j) {
  const auto or_infinite = [&](const char* key) {
    return j.at(key).is_null() ? std::numeric_limits<double>::infinity() : real_of(j.at(key));
  };
  const auto count = [&](const char* key) { return count_of(j.at(key)); };
  point p;
  p.snr_db = or_infinite("snr_db");
  p.es_n0_db = or_infinite("es_n0_db");
  p.eb_n0_db = or_infinite("eb_n0_db");
  p.matched_filter_db = or_infinite("matched_filter_db");
  p.n0 = real_of(j.at("n0"));
  p.bits = count("bits");
  p.bit_errors = count("bit_errors");
  p.ber = real_of(j.at("ber"));
  p.ber_low = real_of(j.at("ber_low"));
  p.ber_high = real_of(j.at("ber_high"));
  p.sets = count("sets");
  p.set_errors = count("set_errors");
  p.set_error_squares = count("set_error_squares");
  p.set_error_products = count("set_error_products");
  p.ber_variance = or_infinite("ber_variance");
  p.ber_covariance = or_infinite("ber_covariance");
  p.symbols = count("symbols");
  p.symbol_errors = count("symbol_errors");
  p.uses = count("uses");
  p.use_errors = count("use_errors");
  for (const json& stream : list_of(j.at("stream_bit_errors")))
    p.stream_bit_errors.push_back(count_of(stream));
  p.failed_problems = count("failed_problems");
  p.not_converged = count("not_converged");
  p.saturated = count("saturated");
  p.stop = j.at("stop").get<std::string>();
  if (j.contains("expected_bit_errors"))
    p.expected = expectation{real_of(j.at("expected_bit_errors")), real_of(j.at("set_expected_squares")),
                             real_of(j.at("set_expected_products"))};
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

std::string snr_definition(const scenario& s) {
  const std::string ratio = "10 log10(E||Hx||^2/E||n||^2)";
  return s.link.snr_normalisation == "realisation" ? ratio + ", of each channel H itself" : ratio;
}

json result_head(const scenario& s, const std::string& kind, const std::string& draw) {
  json j;
  j["format"] = 1;
  j["mho"] = MHO_VERSION;
  j["kind"] = kind;
  j["scenario"] = to_json(s);
  j["seed"] = s.seed;
  j["arithmetic"] = arithmetic_of(target_in_use());
  j["draw"] = draw;
  j["snr_definition"] = snr_definition(s);
  return j;
}

json to_json(const scenario& s, const ber_result& r) { return to_json(result_head(s, "ber", r.draw), r); }

json to_json(json j, const ber_result& r) {
  j["chunk_uses"] = r.chunk_uses;
  j["complete"] = r.complete;
  j["curves"] = json::array();
  for (const curve& c : r.curves) {
    json line{{"id", c.id}, {"detector", c.detector}, {"label", c.label}};
    line["accelerator"] = c.accelerator.empty() ? json(nullptr) : json(c.accelerator);
    line["cycles"] = c.cycles == 0 ? json(nullptr) : json(c.cycles);
    line["reference"] = c.reference.empty() ? json(nullptr) : json(c.reference);
    line["points"] = json::array();
    for (const point& p : c.points) line["points"].push_back(point_json(p));
    j["curves"].push_back(std::move(line));
  }
  j.erase("losses");  // which a head may have
  j["losses"] = json::array();
  for (const loss& l : losses(r, loss_targets(stop_from(j.at("scenario").at("stop")))))
    if (!l.reference.empty())
      j["losses"].push_back({{"id", l.id},
                             {"reference", l.reference},
                             {"ber", l.ber},
                             {"snr_db", number(l.snr_db)},
                             {"reference_snr_db", number(l.reference_snr_db)},
                             {"loss_db", number(l.loss_db)},
                             {"loss_low", number(l.loss_low)},
                             {"loss_high", number(l.loss_high)}});
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

std::uint64_t count_of(const json& j) { return j.get_ref<const json::number_unsigned_t&>(); }

double real_of(const json& j) {
  return j.is_number() ? j.get<double>() : j.get_ref<const json::number_float_t&>();
}

const json::array_t& list_of(const json& j) { return j.get_ref<const json::array_t&>(); }

ber_result from_json(const json& file) {
  ber_result r;
  r.draw = file.at("draw").get<std::string>();
  r.chunk_uses = count_of(file.at("chunk_uses"));
  r.complete = file.at("complete").get<bool>();
  for (const json& line : list_of(file.at("curves"))) {
    curve c;
    c.id = line.at("id").get<std::string>();
    c.detector = line.at("detector").get<std::string>();
    c.label = line.at("label").get<std::string>();
    const auto text_or_none = [&](const char* key) {
      return line.at(key).is_null() ? "" : line.at(key).get<std::string>();
    };
    c.accelerator = text_or_none("accelerator");
    c.cycles = line.at("cycles").is_null() ? 0 : static_cast<std::int64_t>(count_of(line.at("cycles")));
    c.reference = text_or_none("reference");
    for (const json& p : list_of(line.at("points"))) c.points.push_back(point_from(p));
    r.curves.push_back(std::move(c));
  }
  return r;
}

json parse_result(const std::string& text) {
  constexpr int deepest = 16;
  return json::parse(
      text, [](int depth, json::parse_event_t, json&) { return depth <= deepest; }, false);
}

std::string text_of(const json& j) { return j.dump(1, ' ', false, json::error_handler_t::replace) + "\n"; }

}  // namespace mho::sim
