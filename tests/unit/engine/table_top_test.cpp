// People and the clock: who says what by lines of input, and what is recorded of it.
#include "engine/table_top.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "checks/verdict.hpp"
#include "record/audit.hpp"
#include "record/manifest.hpp"
#include "tests/unit/base/temporary_folder.hpp"
#include "tests/unit/runbook/runbook_fixture.hpp"

namespace rehearse {
namespace {

using testing::Contains;
using testing::HasSubstr;

class TableTopTest : public testing::Test {
 protected:
  TableTopTest() {
    options_.out_dir = dir_ + "/run";
    options_.cancelled = [] { return false; };
    options_.runbooks.people = runbook_test::people();
    options_.runbooks.by_name["x"] = *runbook_test::parse(runbook_test::good_text);
    TimelineEntry entry;
    entry.id = "book";
    entry.fault = runbook_fault;
    entry.params = {{"runbook", std::string("x")}, {"test_keys", true}};
    options_.scenario.timeline = {entry};
  }

  // All that people say is there from the beginning; then the input ends, unless it is kept open.
  rehearse::Run play(const std::string& said, bool ends = true) {
    int ends_of_pipe[2];
    EXPECT_EQ(::pipe(ends_of_pipe), 0);
    EXPECT_EQ(::write(ends_of_pipe[1], said.data(), said.size()), std::ssize(said));
    if (ends) ::close(ends_of_pipe[1]);
    const Status played = rehearse_table_top(options_, ends_of_pipe[0],
                                             [this](const auto& line) { lines_.push_back(line); });
    EXPECT_TRUE(played) << played.error().message;
    ::close(ends_of_pipe[0]);
    if (!ends) ::close(ends_of_pipe[1]);
    return *read_run(options_.out_dir);
  }

  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();

  RehearsalOptions options_;
  std::vector<std::string> lines_;
};

TEST_F(TableTopTest, PeopleWalkThroughTheStepsAndTheRunPasses) {
  const rehearse::Run run = play("\n \r\n");
  ASSERT_EQ(run.runbook.size(), 2u);
  EXPECT_EQ(run.runbook[0].approvals.size(), 2u);
  EXPECT_EQ(run.runbook[0].evidence.at("said"), "done");
  EXPECT_EQ(run.runbook[1].evidence.at("said"), "done");
  const Report report = judge(run);
  EXPECT_EQ(report.verdict, Verdict::pass) << (report.troubles.empty() ? "" : report.troubles[0]);
  EXPECT_TRUE(report.met);
  EXPECT_THAT(report.limits, testing::ElementsAre(HasSubstr("At a table top: no stack"),
                                                  HasSubstr("Approved by test keys")));
  EXPECT_THAT(lines_, Contains(HasSubstr("does it: dba (dora) · answers for it: lead")));
  EXPECT_TRUE(read_audit(options_.out_dir)->wrong.empty());
  EXPECT_TRUE(changes_since_recorded(options_.out_dir)->empty());
}

TEST_F(TableTopTest, AStepThatPeopleSayFailedIsRed) {
  const rehearse::Run run = play("failed nobody has the password\n");
  EXPECT_EQ(run.runbook[0].outcome, "failed");
  EXPECT_EQ(run.runbook[0].error, "people say: nobody has the password");
  EXPECT_EQ(run.runbook[1].outcome, "not_begun");
  EXPECT_EQ(judge(run).verdict, Verdict::fail);
}

TEST_F(TableTopTest, OnlyAnEmptyLineSaysThatAStepIsDone) {
  const rehearse::Run run = play("no\nit failed\n\n  FAILED: disk full\n");
  EXPECT_EQ(run.runbook[0].outcome, "done");
  EXPECT_EQ(std::ranges::count_if(lines_,
                                  [](const auto& line) { return line.contains("not understood"); }),
            2);
  EXPECT_EQ(run.runbook[1].outcome, "failed");
  EXPECT_EQ(run.runbook[1].error, "people say: disk full");
}

TEST_F(TableTopTest, WhereTheInputHasEndedNobodyIsThere) {
  const rehearse::Run run = play("");
  EXPECT_EQ(run.runbook[0].outcome, "failed");
  EXPECT_EQ(run.runbook[0].error, "nobody is there: the input has ended");
}

TEST_F(TableTopTest, WhoSaysNothingIsLate) {
  options_.runbooks.by_name["x"].steps[1].deadline_ms = 100;
  const rehearse::Run run = play("\n", false);
  EXPECT_EQ(run.runbook[1].outcome, "late");
  EXPECT_EQ(run.runbook[1].error, "nobody says that it is done");
  EXPECT_EQ(judge(run).verdict, Verdict::fail);
}

TEST_F(TableTopTest, WithoutARunbookThereIsNothingToWalkThrough) {
  options_.scenario.timeline.clear();
  const Status played = rehearse_table_top(options_, 0, [](const auto&) {});
  ASSERT_FALSE(played);
  EXPECT_EQ(played.error().code, ExitCode::usage);
}

}  // namespace
}  // namespace rehearse
