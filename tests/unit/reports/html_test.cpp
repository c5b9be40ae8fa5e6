// What the page is made of; how it looks and runs in a browser is tests/pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "../checks/synthetic.hpp"
#include "reports/report.hpp"

namespace rehearse {
namespace {

using nlohmann::json;
using namespace synthetic;
using testing::HasSubstr;
using testing::Not;

std::string html_of(const Report& report) {
  std::ostringstream out;
  write_html(out, report);
  return out.str();
}

std::string data_text_of(const std::string& html) {
  constexpr std::string_view opens = "<script type=\"application/json\" id=\"data\">";
  const size_t from = html.find(opens) + opens.size();
  return html.substr(from, html.find("</script>", from) - from);
}

TEST(Html, FiguresAreThoseOfReportJson) {
  const RecordedRun run = honest_run();
  const Report report = judge(run);
  std::ostringstream document;
  write_json(document, report);
  json data = json::parse(data_text_of(html_of(report)));
  EXPECT_EQ(data["page"]["exit"], 0);
  EXPECT_EQ(data["page"]["checks"].size(), report.checks.size());
  data.erase("page");
  for (json& row : data["rpo"]) row.erase("lost_keys_left_out");
  for (json& row : data["checks"]) row.erase("witnesses_left_out");
  EXPECT_EQ(data, json::parse(document.str()));
}

TEST(Html, TextOfTheOutsideWorldIsNeverMarkup) {
  RecordedRun run = honest_run();
  run.title = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>\x01\xff&amp;";
  run.faults[0].error = "]]></style>\u202e<b>";
  const std::string html = html_of(judge(run));
  const std::string data = data_text_of(html);
  EXPECT_EQ(data.find_first_of("<>&"), std::string::npos);
  EXPECT_THAT(json::parse(data)["run"]["title"].get<std::string>(), HasSubstr("</script><script>"));
  EXPECT_THAT(html, Not(HasSubstr("alert(1)</")));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

TEST(Html, NeedsNothingFromElsewhere) {
  const RecordedRun run = honest_run();
  const std::string html = html_of(judge(run));
  for (const char* tag : {"<link", "src=\"", "@import", "url(", "fetch(", "XMLHttpRequest"})
    EXPECT_THAT(html, Not(HasSubstr(tag)));
}

TEST(Html, TenThousandWitnessesStayReadable) {
  const RecordedRun run = honest_run();
  Report report = judge(run);
  ASSERT_FALSE(report.checks.empty());
  report.checks[0].verdict = Verdict::fail;
  report.checks[0].violations = 10'000;
  report.checks[0].witnesses.assign(10'000, std::string(200, 'w') + run.history.run_key + "-0");
  ASSERT_FALSE(report.rpo.empty());
  report.rpo[0].lost_keys.assign(10'000, run.history.run_key + "-000001");
  const std::string html = html_of(report);
  EXPECT_LT(html.size(), 400'000U);
  const json data = json::parse(data_text_of(html));
  EXPECT_EQ(data["checks"][0]["witnesses_left_out"], 9'950);
  EXPECT_EQ(data["rpo"][0]["lost_keys_left_out"], 9'600);
}

TEST(Html, ARunThatCannotBeOrHoldsNothingIsToldInWords) {
  RecordedRun absurd = honest_run();
  absurd.faults[0].effective_ms = 1e300;
  const RecordedRun empty;
  for (const RecordedRun& run : {absurd, empty}) {
    const json data = json::parse(data_text_of(html_of(judge(run))));
    EXPECT_EQ(data["verdict"], "inconclusive");
    EXPECT_TRUE(data["page"]["course"].is_null());
  }
}

}  // namespace
}  // namespace rehearse
