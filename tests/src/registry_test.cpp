// The registry: names, options, registration.
#include "src/divider.hpp"

namespace mho {
namespace {

using test::divider;

TEST(registry, names_options_and_registration) {
  EXPECT_EQ(make_detector("mmze").message(), "unknown detector mmze; the nearest known one is mmse");
  EXPECT_EQ(make_detector({"analog-zf", {{"cycels", std::int64_t{3}}}}).message(),
            "analog-zf: cycels: unknown option; the nearest known one is cycles");
  EXPECT_EQ(
      make_detector({"analog-zf", {{"accelerator", "paper"}, {"cycles", std::vector<std::int64_t>{1, 2, 5}}}})
          .value()
          ->steps(),
      3u);
  EXPECT_EQ(make_detector({"analog-zf", {{"cycles", std::vector<std::int64_t>{2, 1}}}}).code(),
            error::bad_value);
  detector_kind kind{"divider",
                     "a fake",
                     divider::abilities(form::channel),
                     {{"depth", std::int64_t{3}, "", "", 1, 9}},
                     [](const options& o) {
                       EXPECT_EQ(std::get<std::int64_t>(o.at("depth")), 3);
                       return result<std::unique_ptr<detector>>(std::make_unique<divider>(form::channel));
                     }};
  EXPECT_EQ(register_detector(kind), error::none);
  EXPECT_EQ(register_detector(kind), error::name_taken);
  EXPECT_EQ(register_detector({}), error::bad_value);
  EXPECT_EQ(make_detector("divider").value()->steps(), 2u);
  EXPECT_EQ(make_detector({"divider", {{"depth", std::int64_t{10}}}}).message(),
            "divider: depth: must be an integer from 1 to 9");
  EXPECT_EQ(detector_kinds().front().name, "mrc");
  EXPECT_EQ(detector_kinds().back().name, "divider");
}

}  // namespace
}  // namespace mho
