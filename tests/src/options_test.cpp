// Typed options: defaults, types, ranges, and messages that name the option and what is allowed.
#include <mho/options.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace {

using mho::error;
using mho::option_value;
using integers = std::vector<std::int64_t>;
using numbers = std::vector<double>;

const std::vector<mho::option>& schema() {
  static const std::vector<mho::option> entries = {
      {"exact", false, "", "a boolean"},
      {"cycles", integers{1, 2}, "", "a list", 1, 64},
      {"slices", std::int64_t{8}, "", "an integer", 1, 16},
      {"device.write_error_siemens", 1.2e-6, "S", "a number", 0, 1e-3},
      {"gain", 1e5, "", "a number without an end", 1},
      {"write", std::string("table"), "", "a string of a few", {}, {}, {"table", "normal", "none"}},
      {"file", std::string(), "", "any string"},
      {"weights", numbers{0.5}, "", "numbers", 0, 1},
      {"table", numbers{}, "S", "numbers, or none", 0, 1},
  };
  return entries;
}

mho::result<mho::options> with(const std::string& name, option_value value) {
  return mho::complete(schema(), {{name, std::move(value)}});
}

TEST(options, are_completed_by_defaults) {
  const mho::options values = mho::complete(schema(), {}).value();
  ASSERT_EQ(values.size(), schema().size());
  for (const mho::option& entry : schema()) EXPECT_EQ(values.at(entry.name), entry.standard) << entry.name;
  EXPECT_TRUE(mho::complete({}, {}).value().empty());
}

TEST(options, given_values_replace_the_defaults_and_nothing_else) {
  const mho::options values =
      mho::complete(schema(), {{"slices", std::int64_t{4}}, {"exact", true}, {"cycles", integers{64, 1, 64}}})
          .value();
  EXPECT_EQ(std::get<std::int64_t>(values.at("slices")), 4);
  EXPECT_TRUE(std::get<bool>(values.at("exact")));
  EXPECT_EQ(std::get<integers>(values.at("cycles")), (integers{64, 1, 64}));
  EXPECT_EQ(std::get<std::string>(values.at("write")), "table");
}

TEST(options, an_integer_serves_as_a_number_but_not_the_reverse) {
  EXPECT_EQ(std::get<double>(with("gain", std::int64_t{7}).value().at("gain")), 7.0);
  EXPECT_EQ(with("slices", 4.0).code(), error::bad_value);
  EXPECT_EQ(with("slices", true).code(), error::bad_value);
  EXPECT_EQ(with("exact", std::int64_t{1}).code(), error::bad_value);
  EXPECT_EQ(with("write", false).code(), error::bad_value);
  EXPECT_EQ(with("cycles", std::int64_t{3}).code(), error::bad_value);
}

TEST(options, ranges_include_their_ends) {
  for (const std::int64_t inside : {1, 16}) EXPECT_TRUE(with("slices", inside).ok());
  for (const std::int64_t outside : {0, 17, -1}) EXPECT_EQ(with("slices", outside).code(), error::bad_value);
  EXPECT_TRUE(with("device.write_error_siemens", 0.0).ok());
  EXPECT_TRUE(with("device.write_error_siemens", 1e-3).ok());
  EXPECT_EQ(with("device.write_error_siemens", std::nextafter(1e-3, 1.0)).code(), error::bad_value);
  EXPECT_TRUE(with("gain", std::numeric_limits<double>::infinity()).ok());
  for (const char* name : {"gain", "device.write_error_siemens"})
    EXPECT_EQ(with(name, std::nan("")).code(), error::bad_value) << name;
}

TEST(options, lists_are_checked_entry_by_entry_and_never_empty) {
  EXPECT_TRUE(with("cycles", integers{1, 64}).ok());
  EXPECT_EQ(with("cycles", integers{1, 65}).code(), error::bad_value);
  EXPECT_EQ(with("cycles", integers{0, 2}).code(), error::bad_value);
  EXPECT_EQ(with("cycles", integers{}).code(), error::bad_value);
}

TEST(options, lists_of_numbers_take_integers_and_are_empty_only_where_the_default_is) {
  EXPECT_EQ(std::get<numbers>(with("weights", numbers{0, 0.25, 1}).value().at("weights")),
            (numbers{0, 0.25, 1}));
  EXPECT_EQ(std::get<numbers>(with("weights", integers{0, 1}).value().at("weights")), (numbers{0, 1}));
  EXPECT_EQ(with("weights", numbers{0.5, 1.5}).code(), error::bad_value);
  EXPECT_EQ(with("weights", numbers{std::nan("")}).code(), error::bad_value);
  EXPECT_EQ(with("weights", 0.5).code(), error::bad_value);
  EXPECT_EQ(with("cycles", numbers{1, 2}).code(), error::bad_value);
  EXPECT_EQ(with("weights", numbers{}).code(), error::bad_value);
  EXPECT_EQ(with("weights", integers{}).code(), error::bad_value);
  EXPECT_TRUE(with("table", numbers{}).ok());
  EXPECT_NE(with("table", numbers{2}).message().find("a list of numbers from 0 to 1"), std::string::npos);
}

TEST(options, strings_are_among_the_choices_where_there_are_some) {
  EXPECT_TRUE(with("write", std::string("none")).ok());
  EXPECT_EQ(with("write", std::string("None")).code(), error::bad_value);
  EXPECT_TRUE(with("file", std::string("anything at all")).ok());
}

TEST(options, messages_name_the_option_and_what_is_allowed) {
  const auto holds = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  };
  const auto unknown = with("slice", std::int64_t{4});
  EXPECT_EQ(unknown.code(), error::unknown_name);
  EXPECT_TRUE(holds(unknown.message(), "slice:") && holds(unknown.message(), "slices")) << unknown.message();
  const auto bad = with("slices", std::int64_t{99});
  EXPECT_TRUE(holds(bad.message(), "slices: ") && holds(bad.message(), "an integer from 1 to 16"))
      << bad.message();
  EXPECT_TRUE(holds(with("write", std::string("x")).message(), "one of table, normal, none"));
  EXPECT_TRUE(holds(with("gain", 0.0).message(), "a number of at least 1"));
  EXPECT_EQ(mho::allowed(schema()[0]), "a boolean");
  EXPECT_EQ(mho::allowed(schema()[6]), "a string");
  EXPECT_EQ(mho::complete({}, {{"x", true}}).code(), error::unknown_name);
}

TEST(options, nearest_has_the_smallest_edit_distance) {
  const std::vector<std::string> names = {"zf", "mmse", "mrc", "k-best"};
  EXPECT_EQ(mho::nearest("mmze", names), "mmse");
  EXPECT_EQ(mho::nearest("kbest", names), "k-best");
  EXPECT_EQ(mho::nearest("mrc", names), "mrc");
  EXPECT_EQ(mho::nearest("", names), "zf");  // two insertions
  EXPECT_EQ(mho::nearest("anything", {}), "");
}

TEST(options, types_have_names) {
  EXPECT_STREQ(mho::type_name(true), "boolean");
  EXPECT_STREQ(mho::type_name(std::int64_t{1}), "integer");
  EXPECT_STREQ(mho::type_name(1.0), "number");
  EXPECT_STREQ(mho::type_name(std::string()), "string");
  EXPECT_STREQ(mho::type_name(integers{1}), "list of integers");
  EXPECT_STREQ(mho::type_name(numbers{1}), "list of numbers");
}

}  // namespace
