// What lies in the folder of a run: damaged files are refused by one error, whatever is wrong in them.
#include <gtest/gtest.h>

#include "difference.hpp"
#include "engine.hpp"
#include "input_error.hpp"
#include "program.hpp"
#include "result_folder.hpp"

namespace mho::sim {
namespace {

scenario small_scenario() {
  scenario s;
  s.link.rx = 4;
  s.link.tx = 2;
  s.link.snr = {4, 8};
  s.stop.bit_errors = 50;
  s.stop.min_bits = 8192;
  s.stop.max_bits = 100000;
  detector_settings zf, mmse;
  zf.id = zf.label = "zf";
  zf.spec = detector_spec("zf");
  mmse.id = mmse.label = "mmse";
  mmse.spec = detector_spec("mmse");
  s.detectors = {zf, mmse};
  return s;
}

class result_folder : public testing::Test {
 protected:
  // As the program opens what is there for --resume; "" if it goes on, else the message.
  std::string resume(const std::string& file) {
    folder_.write("result.json", file);
    try {
      const auto earlier = open_folder(folder_.path(), to_json(settings_, empty_), true, false);
      points_to_keep(folder_.path(), *earlier, settings_, empty_, link_.chunk_uses() * link_.bits_a_use());
    } catch (const input_error& e) {
      return e.what();
    }
    return "";
  }
  json whole() const { return to_json(settings_, run_ber(link_, {})); }
  std::string damaged() const {
    return "--out: " + folder_.path() +
           " holds a result.json that is no result of this program: --resume cannot go on with it, --force "
           "overwrites it";
  }

  const scenario settings_ = small_scenario();
  const link link_ = link::make(settings_).value();
  const ber_result empty_ = empty_result(link_);
  test::scratch_folder folder_;
};

// Calls visit(document with one value replaced, its place) for every value below `at`.
template <class Visit>
void replace_each(json& document, json& at, const std::string& place, const Visit& visit) {
  for (auto& item : at.items()) {
    json& value = item.value();
    const std::string here = place + "/" + item.key();
    const json kept = value;
    for (const json& wrong :
         {json(), json("x"), json(-3), json(2.5), json(true), json::array({1}), json::object()}) {
      if (wrong.type() == kept.type()) continue;
      value = wrong;
      visit(document, kept, wrong, here);
    }
    value = kept;
    if (value.is_structured()) replace_each(document, value, here, visit);
  }
}

TEST_F(result_folder, values_of_a_wrong_type_are_refused) {
  json file = whole();
  ASSERT_EQ(resume(text_of(file)), "");
  std::size_t tried = 0;
  replace_each(file, file, "",
               [&](const json& document, const json& kept, const json& wrong, const std::string& at) {
                 // What is not read back; and right ones.
                 if (at == "/snr_definition" || at.rfind("/losses", 0) == 0) return;
                 for (const std::string optional : {"/accelerator", "/cycles", "/reference"})
                   if (at.rfind("/curves", 0) == 0 && at.size() >= optional.size() &&
                       at.compare(at.size() - optional.size(), std::string::npos, optional) == 0 &&
                       (wrong.is_null() || (kept.is_null() && (wrong.is_string() || wrong.is_number()))))
                     return;
                 const bool optional = at.rfind("/scenario/stop/", 0) == 0;
                 if (kept.is_number_float() && (wrong.is_number() || wrong.is_null())) return;
                 if (kept.is_null() && optional && wrong.is_number() && at != "/scenario/stop/bit_errors")
                   return;
                 ++tried;
                 EXPECT_NE(resume(text_of(document)), "") << at << " " << wrong;
               });
  EXPECT_GT(tried, 300u);
}

TEST_F(result_folder, unfinished_points_end_as_fresh_ones_under_stricter_rules) {
  const auto changed = [&](auto change) {
    scenario s = settings_;
    s.link.uses_per_channel = 4;
    s.stop.bit_errors = 2000;
    s.stop.min_bits = 40000;
    change(s);
    return s;
  };
  const auto narrow = [](double width) {
    return [width](scenario& s) {
      s.stop.bit_errors.reset();
      s.stop.relative_interval = width;
      s.stop.max_bits = 400000;
    };
  };
  const std::vector<std::pair<scenario, scenario>> cases{
      {changed([](scenario&) {}), changed([](scenario& s) { s.stop.bit_errors = 3000; })},
      {changed([](scenario&) {}), changed([](scenario& s) { s.stop.bit_errors.reset(); })},
      {changed([](scenario&) {}), changed([](scenario& s) { s.stop.min_bits = 70000; })},
      {changed([](scenario&) {}), changed([](scenario& s) { s.stop.max_bits = 150000; })},
      {changed(narrow(0.1)), changed(narrow(0.07))},
      {changed(narrow(0.1)), changed([&](scenario& s) {
         narrow(0.1)(s);
         s.stop.min_bits = 60000;
       })}};
  for (const auto& [before, now] : cases) {
    const link first = link::make(before).value(), then = link::make(now).value();
    const std::string fresh = text_of(to_json(now, run_ber(then, {})));
    std::vector<ber_result> rounds;
    run_options o;
    o.on_round = [&](const ber_result& r) { rounds.push_back(r); };
    run_ber(first, o);
    ASSERT_GT(rounds.size(), 4u);
    for (const ber_result& r : rounds) {
      folder_.write("result.json", text_of(to_json(before, r)));
      const auto earlier = open_folder(folder_.path(), to_json(now, empty_result(then)), true, false);
      const ber_result kept = points_to_keep(folder_.path(), *earlier, now, empty_result(then),
                                             then.chunk_uses() * then.bits_a_use());
      run_options resumed;
      resumed.resume = &kept;
      EXPECT_EQ(text_of(to_json(now, run_ber(then, resumed))), fresh);
    }
  }
}

TEST_F(result_folder, what_is_no_result_is_refused) {
  const std::string whole_text = text_of(whole());
  const std::string deep(2'000'000, '[');
  for (const std::string& text : std::vector<std::string>{
           "", " ", "{", "[]", "{}", "null", "3", "\"text\"", "[{\"complete\": true}]", "{\"complete\": 1}",
           "{\"complete\": true}", "{\"complete\": true, \"scenario\": 3}",
           whole_text.substr(0, whole_text.size() / 2), std::string("\0\1\2", 3), "\xff\xfe", deep,
           "{\"complete\": true, \"scenario\": " + deep,
           "{\"complete\": true, \"scenario\": " + deep + std::string(deep.size(), ']') + "}"})
    EXPECT_EQ(resume(text), damaged()) << text.substr(0, 40);
  // Depth alone, in a place that is compared.
  json file = whole();
  file["scenario"]["title"] = "DEEP";
  std::string text = text_of(file);
  text.replace(text.find("\"DEEP\""), 6, deep + std::string(deep.size(), ']'));
  EXPECT_NE(resume(text), "");
}

TEST_F(result_folder, curves_and_points_must_fit_one_another) {
  const json file = whole();
  const auto with = [&](auto change) {
    json changed = file;
    change(changed);
    return resume(text_of(changed));
  };
  EXPECT_EQ(with([](json& j) { j["curves"].erase(1); }), damaged());
  EXPECT_EQ(with([](json& j) { j["curves"][1]["id"] = "other"; }), damaged());
  EXPECT_EQ(with([](json& j) { j["curves"][1]["points"].erase(0); }), damaged());
  EXPECT_EQ(with([](json& j) { j["curves"][0]["points"].erase(0); }), damaged());
  EXPECT_EQ(with([](json& j) { j["curves"][0]["points"][1]["bits"] = 8; }), damaged());
  EXPECT_EQ(with([](json& j) { j["curves"][0]["points"][1].erase("symbols"); }), damaged());
  EXPECT_EQ(with([](json& j) { j["curves"] = json::array(); }), damaged());
  EXPECT_EQ(with([](json& j) {
              for (json& curve : j["curves"]) curve["points"][0]["stop"] = "tired";
            }),
            damaged());
}

TEST(difference, names_the_first_place_and_both_values) {
  const json a = {{"x", 1}, {"list", {1, 2}}, {"t", {{"name", "b"}, {"none", nullptr}}}};
  EXPECT_EQ(difference("", a, a), "");
  EXPECT_EQ(difference("", {{"list", {1, 2}}, {"t", {{"name", "b"}}}, {"x", 1}}, a), "") << "absent is none";
  json b = a;
  b["t"]["name"] = "c\n";
  EXPECT_EQ(difference("", a, b), "t.name is b there, c\\n here");
  b = a;
  b["list"][1] = 3.5;
  EXPECT_EQ(difference("top", b, a), "top.list is [1,3.5] there, [1,2] here");
  b = a;
  b.erase("x");
  EXPECT_EQ(difference("", a, b), "x is 1 there, none here");
  EXPECT_EQ(difference("", b, a), "x is none there, 1 here");
  const json two = {{{"n", 1}}, {{"n", 2}}}, one = {{{"n", 1}}}, other = {{{"n", 1}}, {{"n", 3}}};
  EXPECT_EQ(difference("d", two, one), "d has 2 entries there, 1 here");
  EXPECT_EQ(difference("d", two, other), "d.1.n is 2 there, 3 here");
  EXPECT_EQ(difference("d", json(3), one), "d is 3 there, a list here");
  EXPECT_EQ(in_words(std::string(100, 'y')), std::string(60, 'y') + "...");
}

}  // namespace
}  // namespace mho::sim
