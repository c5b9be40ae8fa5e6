// The formats against golden files. REHEARSE_APPROVE=1 writes the golden files
// anew: look at the difference before you commit it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "../checks/backed_up.hpp"
#include "reports/report.hpp"

namespace rehearse {
namespace {

using namespace synthetic;

void compare_with_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(REHEARSE_SOURCE_DIR) + "/tests/golden/" + name;
  if (std::getenv("REHEARSE_APPROVE") != nullptr) std::ofstream(path) << text;
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, golden.str()) << "differs from " << path << " (REHEARSE_APPROVE=1 rewrites it)";
}

std::string json_of(const Run& run) {
  std::ostringstream out;
  write_json(out, judge(run));
  return out.str();
}
std::string terminal_of(const Run& run, bool color = false, int columns = 80) {
  std::ostringstream out;
  write_terminal(out, judge(run), color, columns);
  return out.str();
}

std::string junit_of(const Run& run) {
  std::ostringstream out;
  write_junit(out, judge(run), "runs/" + run.id);
  return out.str();
}
std::string markdown_of(const Run& run) {
  std::ostringstream out;
  write_markdown(out, judge(run), "runs/" + run.id);
  return out.str();
}

// The planted bug is seen by the check that the canary names, and by another one.
Run canary_run() {
  RecordedRun run = honest_run();
  run.scenario = "canary-double-payout";
  run.id = "20260131T120000Z-canary-double-payout-7";
  run.title = "A payout that timed out is sent again through the other provider, with another key";
  run.tier = "canary";
  run.expect_fail = {"no_duplicate_payouts"};
  auto& transfers = *run.books.provider_transfers;
  ProviderTransfer again = *std::ranges::find(transfers, "out", &ProviderTransfer::direction);
  again.provider = again.provider == "psp-a" ? "psp-b" : "psp-a";
  again.transfer = "x-again";
  transfers.push_back(again);
  return run;
}

// Red in several ways, with everything that a report can have.
Run bad_run() {
  RecordedRun run = honest_run();
  run.scenario = "canary-double-payout";
  run.id = "20260131T120000Z-canary-double-payout-7";
  run.title = "A payout that timed out is sent again through the other provider, with another key";
  auto& transfers = *run.books.provider_transfers;
  ProviderTransfer again = *std::ranges::find(transfers, "out", &ProviderTransfer::direction);
  again.provider = again.provider == "psp-a" ? "psp-b" : "psp-a";
  again.transfer = "x-again";
  transfers.push_back(again);
  run.targets.rto_ms["bet"] = 1000;
  run.targets.rto_ms["deposit"] = 60'000;
  run.capabilities.erase("ledger_chain");
  run.load.not_sent = 3;
  run.load.lateness_us.assign(1400, 2600);
  FaultRecord fault;
  fault.id = "f2";
  fault.fault = "provider_timeout";
  fault.target = "psp-b";
  fault.planned_ms = 30'000;
  fault.error = "psp-b: POST /control/behaviour: connection refused";
  fault.heal_expected = false;
  run.faults.push_back(fault);
  StepRecord& step = run.runbook.emplace_back();
  step.step = "book.over";
  step.runbook = "ledger-switchover";
  step.title = "Hand over";
  step.kind = "automatic";
  step.executor = "dora";
  step.responsible = "dba";
  step.accountable = step.approval_role = "lead";
  step.approvals_needed = 1;
  step.content_sha256 = std::string(64, 'c');
  step.deadline_ms = 5'000;
  step.begun_ms = 1'000, step.asked_ms = 1'200, step.approved_ms = 3'200, step.acted_ms = 3'200;
  step.ended_ms = 8'100;
  step.approvals = {{"anna", std::string(64, 'a'), "0011", "forged", 1'800'000'000, 3'200, true}};
  step.refused = {"approvals/book.over.1.json: ben: too late: it held until noon; sign again"};
  step.outcome = "late";
  step.error = "nobody leads";
  step.undone = "by lead_back";
  return run;
}

TEST(Reports, JsonMatchesGolden) {
  compare_with_golden("pass.json", json_of(honest_run()));
  compare_with_golden("fail.json", json_of(bad_run()));
  compare_with_golden("canary.json", json_of(canary_run()));
}

TEST(Reports, JsonTellsWhatWasRestoredAndHowFast) {
  const auto report = nlohmann::json::parse(json_of(backed_up_run()));
  const auto& restore = report.at("restores").at(0);
  EXPECT_EQ(restore.at("backup"), "F_0I");
  EXPECT_EQ(restore.at("outcome"), "ok");
  EXPECT_EQ(restore.at("restored_bytes"), 3'221'225'472);
  EXPECT_DOUBLE_EQ(restore.at("restore_mib_per_s").get<double>(), 102.4);
  EXPECT_TRUE(restore.at("error").is_null());
  EXPECT_TRUE(nlohmann::json::parse(json_of(honest_run())).at("restores").is_null());
}

TEST(Reports, TerminalMatchesGolden) {
  compare_with_golden("pass.txt", terminal_of(honest_run()));
  compare_with_golden("fail.txt", terminal_of(bad_run()));
  compare_with_golden("fail-wide.txt", terminal_of(bad_run(), false, 120));
  compare_with_golden("canary.txt", terminal_of(canary_run()));
}

TEST(Reports, JunitMatchesGolden) {
  compare_with_golden("pass.xml", junit_of(honest_run()));
  compare_with_golden("fail.xml", junit_of(bad_run()));
  compare_with_golden("canary.xml", junit_of(canary_run()));
}

TEST(Reports, MarkdownMatchesGolden) {
  compare_with_golden("pass.md", markdown_of(honest_run()));
  compare_with_golden("fail.md", markdown_of(bad_run()));
  compare_with_golden("canary.md", markdown_of(canary_run()));
}

TEST(Reports, UnmeasuredIsNull) {
  RecordedRun run;
  const auto report = nlohmann::json::parse(json_of(run));
  EXPECT_EQ(report["verdict"], "inconclusive");
  EXPECT_TRUE(report["run"]["zero_at"].is_null());
  EXPECT_TRUE(report["run"]["stack_ready_ms"].is_null());
  EXPECT_TRUE(report["rpo"][0]["lost_count"].is_null());
  EXPECT_TRUE(report["rpo"][0]["holes"].is_null());
  EXPECT_TRUE(report["load"]["lateness_p99_us"].is_null());
}

TEST(Reports, TerminalFitsItsColumns) {
  for (const int columns : {80, 100, 132}) {
    std::istringstream lines(terminal_of(bad_run(), false, columns));
    for (std::string line; std::getline(lines, line);) {
      const auto width = std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; });
      EXPECT_LE(width, columns) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

TEST(Reports, TerminalSaysLastWhyARunIsNotAsExpected) {
  const auto why = [](const rehearse::Run& run) {
    const std::string text = terminal_of(run, false, 200);
    const size_t at = text.find("\nWHY\n");
    return at == std::string::npos ? "" : text.substr(at);
  };
  EXPECT_EQ(why(honest_run()), "");
  EXPECT_EQ(why(canary_run()), "");
  EXPECT_THAT(why(bad_run()), testing::HasSubstr("no_duplicate_payouts: 1 violation"));
  RecordedRun canary = honest_run();
  canary.expect_fail = {"rto"};
  EXPECT_THAT(why(canary), testing::HasSubstr("rto must be red and is pass"));
  canary.targets.rto_ms["bet"] = 1000;
  canary.residue.reset();
  EXPECT_THAT(why(canary), testing::HasSubstr("healed: it cannot be said"));
  EXPECT_THAT(why(canary), testing::Not(testing::HasSubstr("rto:")));
}

TEST(Reports, ColoursOnlyWhenAskedFor) {
  EXPECT_EQ(terminal_of(bad_run()).find('\x1b'), std::string::npos);
  EXPECT_NE(terminal_of(bad_run(), true).find("\x1b[31m"), std::string::npos);
}

TEST(Reports, WhatWasNotExercisedSaysSoAndCountsApart) {
  RecordedRun run = honest_run();
  std::erase_if(run.history.attempts,
                [](const Attempt& attempt) { return attempt.outcome == Outcome::unknown; });
  const auto report = nlohmann::json::parse(json_of(run));
  int64_t unproven = 0;
  for (const auto& check : report["checks"]) {
    unproven += check["not_exercised"].is_null() ? 0 : 1;
    if (check["check"] == "unknown_resolved") {
      EXPECT_EQ(check["verdict"], "pass");
      EXPECT_EQ(check["not_exercised"], "every operation was answered");
    }
  }
  EXPECT_EQ(report["counts"]["not_exercised"], unproven);
  EXPECT_THAT(terminal_of(run), testing::HasSubstr("passed with nothing at stake"));
  EXPECT_THAT(terminal_of(run, false, 140),
              testing::HasSubstr("not exercised: every operation was answered"));
  EXPECT_THAT(markdown_of(run), testing::HasSubstr("green, but not exercised: `unknown_resolved`"));
}

TEST(Reports, TheManifestIsToldByItsSum) {
  RecordedRun run = honest_run();
  EXPECT_TRUE(nlohmann::json::parse(json_of(run))["manifest_sha256"].is_null());
  run.manifest_sha256 = std::string(64, 'b');
  EXPECT_EQ(nlohmann::json::parse(json_of(run))["manifest_sha256"], std::string(64, 'b'));
}

// Every format says why, and none breaks on the numbers themselves.
TEST(Reports, NumbersThatNoRunCanHaveAreWritten) {
  RecordedRun run = honest_run();
  run.faults[0].effective_ms = 1e300;
  run.arrivals_end_ms = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(nlohmann::json::parse(json_of(run))["verdict"], "inconclusive");
  for (const std::string& text : {terminal_of(run), junit_of(run), markdown_of(run)})
    EXPECT_THAT(text, testing::HasSubstr("no run can have this"));
}

}  // namespace
}  // namespace rehearse
