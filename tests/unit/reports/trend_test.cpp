#include "reports/trend.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "../checks/synthetic.hpp"
#include "reports/report.hpp"

namespace rehearse {
namespace {

using synthetic::RecordedRun;
using testing::HasSubstr;
using testing::Not;

TrendRun trend_run(const std::string& started, const std::string& red = "",
                   const std::string& verdict = "pass") {
  TrendRun run;
  run.path = "/runs/" + started;
  run.id = "id-" + started;
  run.scenario = "zone-loss";
  run.tier = "ci";
  run.started = started + "T12:00:00.000Z";
  run.verdict = red.empty() ? verdict : "fail";
  run.met = run.verdict == "pass";
  if (!red.empty()) run.red.emplace_back(red, "because");
  return run;
}

std::string page_of(const std::vector<TrendRun>& runs, const std::vector<KeptFinding>& kept = {}) {
  std::ostringstream out;
  write_trend(out, runs, merge_findings(runs, kept, "2026-12-01"), "/runs");
  return out.str();
}

FindingState state_after(const std::vector<TrendRun>& runs) {
  const KeptFinding kept{"zone-loss/rto", "major", "anna", "", "2026-11-30", "2026-11-10"};
  return merge_findings(runs, {kept}, "2026-12-01").at(0).state;
}

TEST(Trend, ARunIsReadFromItsReport) {
  const RecordedRun recorded = synthetic::honest_run();
  std::ostringstream json;
  write_json(json, judge(recorded));
  const auto run = trend_run_of("x", json.str());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->scenario, "zone-loss");
  EXPECT_TRUE(run->met);
  EXPECT_EQ(run->lost, 0);
  EXPECT_GT(run->outage_ms, 1000);
  EXPECT_EQ(run->started.substr(0, 10), "2026-01-31");
  EXPECT_TRUE(run->red.empty());
  EXPECT_EQ(trend_run_of("x", "{}").error().code, ExitCode::usage);
}

TEST(Trend, FindingsOfRunsAreJoinedWithPeoplesById) {
  const auto findings =
      merge_findings({trend_run("2026-10-02", "rto"), trend_run("2026-11-02", "rto"),
                      trend_run("2026-11-03", "slo")},
                     {{"zone-loss/rto", "critical", "anna", "ttl", "2026-11-30", ""},
                      {"gone/rpo", "minor", "", "", "2027-01-01", ""}},
                     "2026-12-01");
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].kept.id, "zone-loss/rto");  // what is overdue comes first
  EXPECT_TRUE(findings[0].overdue);
  EXPECT_EQ(findings[0].first_seen, "2026-10-02");
  EXPECT_EQ(findings[0].last_seen, "2026-11-02");
  EXPECT_EQ(findings[1].kept.id, "gone/rpo");
  EXPECT_EQ(findings[1].first_seen, "");
  EXPECT_EQ(findings[2].kept.id, "zone-loss/slo");
  EXPECT_FALSE(findings[2].is_kept);
}

TEST(Trend, ALaterConclusiveRunIsTheRetest) {
  EXPECT_EQ(state_after({trend_run("2026-11-02", "rto")}), FindingState::waits);
  EXPECT_EQ(state_after({trend_run("2026-11-10")}), FindingState::mended);
  EXPECT_EQ(state_after({trend_run("2026-11-11"), trend_run("2026-11-12", "rto")}),
            FindingState::again);
  EXPECT_EQ(state_after({trend_run("2026-11-12", "", "inconclusive")}), FindingState::waits);
}

TEST(Trend, ThePageCountsByMonthAndQuarter) {
  const std::string page = page_of({trend_run("2026-10-02", "rto"), trend_run("2026-11-02")});
  EXPECT_THAT(page, HasSubstr("<tr><td>2026 Q4</td><td class=\"n\">2</td><td class=\"n good\">1"));
  EXPECT_THAT(page, HasSubstr("<tr><td>2026-10</td><td class=\"n\">1</td><td class=\"n\">0</td>"
                              "<td class=\"n bad\">1</td>"));
  EXPECT_THAT(page, HasSubstr("<a href=\"./2026-10-02\">id-2026-10-02</a>"));
}

TEST(Trend, WhatAPlantedBugCostsIsNoFigureOfThePlatform) {
  TrendRun canary = trend_run("2026-10-02");
  canary.tier = "canary";
  canary.lost = 175;
  EXPECT_THAT(page_of({canary}),
              HasSubstr("<td class=\"n\">0</td><td class=\"n\">–</td><td class=\"n\">–</td>"));
}

TEST(Trend, NothingOfARunOrAFileBecomesMarkup) {
  const std::string evil = "<script>alert(1)</script>\"'&\x1b[31m\xE2\x80\xAE";
  TrendRun run = trend_run("2026-10-02", evil);
  run.id = run.scenario = run.tier = run.verdict = evil;
  run.path = "/runs/a b\"><img src=x>";
  const std::string page = page_of({run}, {{evil, evil, evil, evil, "2026-01-01", ""}});
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page, Not(HasSubstr("\xE2\x80\xAE")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(page, HasSubstr("./a%20b%22%3E%3Cimg%20src%3Dx%3E"));
}

}  // namespace
}  // namespace rehearse
