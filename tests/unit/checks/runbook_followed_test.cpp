// People's part is red where a step was not done, and where four eyes did not see it first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/ed25519.hpp"
#include "checks/verdict.hpp"
#include "record/approval_text.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;

ApprovalRecord signed_by(const char* person, char digit, const rehearse::Run& run,
                         const StepRecord& step) {
  const std::string secret(64, digit);
  ApprovalRecord approval;
  approval.person = person;
  approval.key = ed25519_public(secret);
  approval.nonce = std::string("nonce-") + digit;
  approval.expires_s = 1'800'000'000;
  approval.signature = ed25519_sign(
      secret, approval_text({run.id, step.step, step.content_sha256, approval.expires_s,
                             approval.nonce, step.approval_request}));
  return approval;
}

// An honest run with one step that two people approved.
struct Played {
  Played() {
    StepRecord& step = run.runbook.emplace_back();
    step.step = "book.over";
    step.runbook = "x";
    step.title = "Hand over";
    step.executor = "dora";
    step.content_sha256 = std::string(64, 'c');
    step.deadline_ms = 60'000;
    step.begun_ms = 1000, step.asked_ms = 1100, step.approved_ms = 3100;
    step.acted_ms = 3100, step.ended_ms = 9100;
    step.approval_role = "lead";
    step.approvals_needed = 2;
    step.approval_request = "request";
    step.approvals = {signed_by("anna", '2', run, step), signed_by("ben", '3', run, step)};
    step.outcome = "done";
  }
  StepRecord& step() { return run.runbook[0]; }
  Finding finding() { return finding_of(run, "runbook_followed"); }
  std::string witness() {
    const Finding found = finding();
    EXPECT_EQ(found.verdict, Verdict::fail);
    return found.witnesses.empty() ? "" : found.witnesses[0];
  }
  RecordedRun run = honest_run();
};

TEST(RunbookFollowed, IsGreenWhereEveryStepWasDoneAndApproved) {
  Played played;
  EXPECT_EQ(played.finding().verdict, Verdict::pass);
  EXPECT_EQ(played.finding().examined, 1);
  EXPECT_EQ(waited_ms(played.step()), 2000);
  EXPECT_EQ(took_ms(played.step()), 6100);
}

TEST(RunbookFollowed, IsNotAskedWhereNoRunbookWasPlayed) {
  RecordedRun run = honest_run();
  EXPECT_EQ(finding_of(run, "runbook_followed").verdict, Verdict::not_applicable);
  run.faults[0].fault = "runbook";  // one was, and nothing of it is recorded
  EXPECT_EQ(finding_of(run, "runbook_followed").verdict, Verdict::inconclusive);
}

TEST(RunbookFollowed, ApprovalByOnePersonIsRed) {
  Played played;
  played.step().approvals.pop_back();
  EXPECT_EQ(played.witness(), "book.over was carried out with 1 of 2 approvals by lead");
  played.step().approvals.push_back(signed_by("anna", '2', played.run, played.step()));
  played.step().approvals[1].nonce = "another";
  EXPECT_EQ(played.finding().verdict, Verdict::fail);
  played = {};
  played.step().approvals[1] = played.step().approvals[0];
  EXPECT_EQ(played.witness(), "book.over: the approval by anna was used twice");
}

TEST(RunbookFollowed, WhatNeedsFourEyesIsRedWhereTheRunbookAsksForFewer) {
  Played played;
  played.step().approvals_needed = 1;
  played.step().approvals.pop_back();
  EXPECT_EQ(played.finding().verdict, Verdict::pass);
  played.step().four_eyes = true;
  EXPECT_EQ(played.witness(), "book.over was carried out with 1 of 2 approvals by lead");
  played.step().approvals_needed = 0;
  played.step().approvals.clear();
  played.step().approval_role.clear();
  EXPECT_EQ(played.witness(), "book.over was carried out with 0 of 2 approvals");
}

TEST(RunbookFollowed, ApprovalByWhoExecutesIsRed) {
  Played played;
  played.step().executor = "ben";
  EXPECT_EQ(played.witness(), "book.over: the approval by ben is by who executed it");
}

TEST(RunbookFollowed, WhateverOfASignedStepIsChangedIsRed) {
  const std::vector<std::function<void(Played&)>> changes = {
      [](Played& p) { p.run.id = "another"; },
      [](Played& p) { p.step().step = "book.other"; },
      [](Played& p) { p.step().content_sha256[0] = 'd'; },
      [](Played& p) { p.step().approvals[0].expires_s += 1; },
      [](Played& p) { p.step().approvals[0].nonce += "x"; },
      [](Played& p) { p.step().approval_request += "x"; },
      [](Played& p) { p.step().approval_request.clear(); },
      [](Played& p) { p.step().approvals[0].key = p.step().approvals[1].key; },
      [](Played& p) { p.step().approvals[0].signature[0] ^= 1; }};
  for (const auto& change : changes) {
    Played played;
    change(played);
    EXPECT_THAT(played.witness(), testing::HasSubstr("is not a signature over this step"));
  }
}

TEST(RunbookFollowed, ApprovalThatHadExpiredIsRed) {
  Played played;
  ApprovalRecord& approval = played.step().approvals[0];
  approval.expires_s = played.run.zero_wall_ns / 1'000'000'000 + 60;
  approval.signature = ed25519_sign(
      std::string(64, '2'),
      approval_text({played.run.id, "book.over", played.step().content_sha256, approval.expires_s,
                     approval.nonce, played.step().approval_request}));
  approval.at_ms = 60'000;
  EXPECT_EQ(played.finding().verdict, Verdict::pass);
  approval.at_ms = 70'000;
  EXPECT_EQ(played.witness(), "book.over: the approval by anna had expired when it was taken");
}

TEST(RunbookFollowed, ApprovalAfterTheActIsRed) {
  Played played;
  played.step().acted_ms = 3000;
  EXPECT_EQ(played.witness(), "book.over was carried out before it was approved");
}

TEST(RunbookFollowed, AStepThatWasNotDoneIsRedAndOneThatWasNotComeToCannotBeSaid) {
  for (const char* outcome : {"failed", "late", "unapproved"}) {
    Played played;
    played.step().outcome = outcome;
    played.step().error = "nobody leads";
    played.step().undone = "by lead_back";
    EXPECT_EQ(played.witness(), std::string("book.over (Hand over, dora): ") + outcome +
                                    ": nobody leads; undone by lead_back");
  }
  for (const char* outcome : {"unready", "interrupted", "not_begun"}) {
    Played played;
    played.step().outcome = outcome;
    EXPECT_EQ(played.finding().verdict, Verdict::inconclusive) << outcome;
    EXPECT_THAT(played.finding().summary, testing::HasSubstr(outcome));
  }
}

TEST(RunbookFollowed, ThatAMachineSignedIsAmongWhatTheRunDoesNotShow) {
  Played played;
  const auto says_so = [&] {
    const Report report = judge(played.run);
    return std::ranges::any_of(report.limits, [](const std::string& limit) {
      return limit.starts_with("Approved by test keys") && limit.contains("book.over");
    });
  };
  EXPECT_FALSE(says_so());
  played.step().approvals[0].test_key = true;
  EXPECT_TRUE(says_so());
}

}  // namespace
}  // namespace rehearse
