// Every check: green on an honest run, and red, alone where it can be, on each kind of tampering.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/view.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Set = std::set<std::string>;

TEST(Checks, HonestRunPassesThemAll) {
  const RecordedRun run = honest_run();
  for (const Finding& finding : examine_all(run)) {
    if (finding.verdict == Verdict::not_applicable) {
      EXPECT_THAT(finding.summary, testing::AnyOf(testing::HasSubstr("the stack does not declare"),
                                                  "no runbook was played"));
      continue;
    }
    EXPECT_EQ(finding.verdict, Verdict::pass)
        << finding.check << ": " << finding.summary
        << (finding.witnesses.empty() ? "" : finding.witnesses.front());
    EXPECT_GT(finding.examined, 0) << finding.check;
    EXPECT_EQ(finding.violations, 0) << finding.check;
  }
}

TEST(Checks, NothingExaminedNeverPasses) {
  RecordedRun run;
  run.capabilities = honest_run().capabilities;
  run.books.ledger_entries.emplace();
  run.books.accounts.emplace();
  run.books.intents.emplace();
  run.books.provider_transfers.emplace();
  run.books.events.emplace();
  EXPECT_EQ(checks_with(run, Verdict::pass), Set{});
  run.books = {};
  EXPECT_EQ(checks_with(run, Verdict::pass), Set{});
  EXPECT_EQ(red(run), Set{});
}

TEST(Checks, MissingCapabilityIsNotApplicableUnlessNamed) {
  RecordedRun run = honest_run();
  run.capabilities.erase("intents");
  EXPECT_THAT(inapplicable(run),
              testing::UnorderedElementsAre("declines_justified", "no_lost_writes",
                                            "no_phantom_writes", "unknown_resolved"));
  run.checks = {"no_lost_writes", "no_such_check"};
  EXPECT_THAT(checks_with(run, Verdict::inconclusive),
              testing::UnorderedElementsAre("no_lost_writes", "no_such_check"));
}

TEST(Checks, WhatTheLoadNeverPlaysIsNotApplicable) {
  RecordedRun run = honest_run();
  run.history.operations.clear();
  run.history.attempts.clear();
  run.books.provider_transfers.emplace();
  std::erase_if(*run.books.ledger_entries,
                [](const LedgerEntry& entry) { return entry.kind != "opening"; });
  const auto payouts = [&] { return finding_of(run, "no_duplicate_payouts"); };
  EXPECT_EQ(payouts().verdict, Verdict::inconclusive);  // an older run, which does not say
  run.kinds_planned = {"bet", "payout"};
  EXPECT_EQ(payouts().verdict, Verdict::inconclusive);
  run.kinds_planned = {"bet", "win"};
  EXPECT_EQ(payouts().verdict, Verdict::not_applicable);
  EXPECT_EQ(payouts().summary, "the load plays nothing for it to examine: no payout, lifeline");
  run.books.provider_transfers.reset();  // a book that should be there is another matter
  EXPECT_EQ(payouts().verdict, Verdict::inconclusive);
}

TEST(Checks, WhatWasPlayedAgainstThePlanIsExamined) {
  RecordedRun run = honest_run();
  const auto before = finding_of(run, "no_duplicate_payouts");
  run.kinds_planned = {"bet"};
  EXPECT_EQ(finding_of(run, "no_duplicate_payouts").verdict, before.verdict);
  EXPECT_EQ(before.verdict, Verdict::pass);
  run.books.provider_transfers.emplace();
  std::erase_if(*run.books.ledger_entries,
                [](const LedgerEntry& entry) { return entry.kind == "payout"; });
  EXPECT_EQ(finding_of(run, "no_duplicate_payouts").verdict, Verdict::inconclusive);
}

// ---- balances

TEST(BalancesMatch, Tampered) {
  const RecordedRun honest = honest_run();
  RecordedRun run = honest;
  run.books.accounts->front().balance_minor += 1;
  EXPECT_EQ(red(run), Set{"balances_match"});
  run = honest;
  *run.books.accounts->front().version += 1;
  EXPECT_EQ(red(run), Set{"balances_match"});
  run = honest;
  run.books.accounts->pop_back();
  EXPECT_EQ(red(run), Set{"balances_match"});
  run = honest;
  run.books.accounts->push_back(run.books.accounts->front());
  EXPECT_EQ(red(run), Set{"balances_match"});
}

TEST(BalancesMatch, VersionsNotDense) {
  RecordedRun run = honest_run();
  LedgerEntry& entry = run.books.ledger_entries->back();
  *entry.version += 1;
  rechain(run);
  recount(run);
  EXPECT_EQ(red(run), Set{"balances_match"});
}

TEST(BalancesMatch, ClientSawAnotherBalance) {
  RecordedRun run = honest_run();
  const uint64_t id = nth(run, OperationKind::balance, 50);
  std::ranges::find(run.history.attempts, id, &Attempt::operation)->balance_minor -= 100;
  EXPECT_EQ(red(run), Set{"balances_match"});
  run = honest_run();
  std::ranges::find(run.history.attempts, id, &Attempt::operation)->version += 1'000'000;
  EXPECT_EQ(red(run), (Set{"balances_match", "reads_fresh"}));
}

// ---- what clients were told

TEST(NoLostWrites, IntentDiffers) {
  RecordedRun run = honest_run();
  intent_of(run, key(run, nth(run, OperationKind::payout, 30))).amount_minor += 1;
  EXPECT_EQ(red(run), (Set{"no_lost_writes", "no_phantom_writes", "providers_reconciled"}));
}

TEST(NoLostWrites, ToldAnotherAmount) {
  RecordedRun run = honest_run();
  const uint64_t id = nth(run, OperationKind::deposit_settled, 60);
  std::ranges::find(run.history.attempts, id, &Attempt::operation)->amount_minor += 1;
  EXPECT_EQ(red(run), Set{"no_lost_writes"});
}

TEST(NoLostWrites, AcceptedPaymentWithoutIntent) {
  RecordedRun run = honest_run();
  std::erase_if(*run.books.intents, [k = key(run, nth(run, OperationKind::deposit, 30))](
                                        const Intent& intent) { return intent.key == k; });
  EXPECT_EQ(red(run), (Set{"no_lost_writes", "no_phantom_writes", "providers_reconciled", "rpo"}));
}

TEST(NoLostWrites, TombstoneWithoutIntent) {
  RecordedRun run = honest_run();
  const uint64_t id = nth(run, OperationKind::rollback, 0);  // moved nothing
  std::erase_if(*run.books.intents,
                [k = key(run, id)](const Intent& intent) { return intent.key == k; });
  EXPECT_EQ(red(run), (Set{"no_lost_writes", "rpo"}));
}

TEST(NoLostWrites, BetUnderAnotherKey) {
  RecordedRun run = honest_run();
  const std::string lost = key(run, nth(run, OperationKind::bet, 300));
  for (LedgerEntry& entry : *run.books.ledger_entries) {
    if (entry.key == lost) entry.key = "somebody-else";
  }
  rechain(run);
  EXPECT_EQ(red(run), (Set{"events_complete", "ledger_append_only", "no_lost_writes",
                           "no_phantom_writes", "rpo"}));
}

// ---- payouts

TEST(NoDuplicatePayouts, PendingAtAnotherProvider) {
  RecordedRun run = honest_run();
  auto& transfers = *run.books.provider_transfers;
  ProviderTransfer again = *std::ranges::find(transfers, "out", &ProviderTransfer::direction);
  again.provider = again.provider == "psp-a" ? "psp-b" : "psp-a";
  again.transfer = "x-again";
  again.state = "pending";
  transfers.push_back(again);
  EXPECT_EQ(red(run), (Set{"no_duplicate_payouts", "providers_reconciled"}));
  transfers.back().state = "failed";
  EXPECT_EQ(red(run), Set{});
  transfers.back().state = "succeeded";  // then the ledger does not know of it either
  EXPECT_EQ(red(run), (Set{"no_duplicate_payouts", "pnl_matches", "providers_reconciled"}));
}

TEST(NoDuplicatePayouts, TwiceInTheLedger) {
  RecordedRun run = honest_run();
  const std::string payout = key(run, nth(run, OperationKind::payout, 30)) + ":payout";
  book_again(run, payout, payout);
  EXPECT_EQ(red(run), (Set{"no_duplicate_payouts", "no_overspend", "no_phantom_writes",
                           "pnl_matches", "providers_reconciled", "webhook_once"}));
}

TEST(NoDuplicatePayouts, AnotherAmount) {
  RecordedRun run = honest_run();
  std::ranges::find(*run.books.provider_transfers, "out", &ProviderTransfer::direction)
      ->amount_minor += 1;
  EXPECT_EQ(red(run), (Set{"no_duplicate_payouts", "pnl_matches", "providers_reconciled"}));
}

// ---- unknown

TEST(UnknownResolved, PaymentStillOpen) {
  RecordedRun run = honest_run();
  intent_of(run, key(run, nth(run, OperationKind::payout, 30))).state = "pending";
  EXPECT_EQ(red(run), (Set{"providers_reconciled", "unknown_resolved"}));
  run.drained_ms.reset();
  EXPECT_EQ(red(run), Set{});
  EXPECT_EQ(checks_with(run, Verdict::inconclusive),
            (Set{"books_consistent", "providers_reconciled", "unknown_resolved"}));
}

TEST(UnknownResolved, BooksContradict) {
  const RecordedRun honest = honest_run();
  std::string unanswered;
  const auto ended = ended_operations(honest.history);
  for (const Operation& operation : honest.history.operations) {
    if (ended[operation.id].outcome == Outcome::unknown && unanswered.empty()) {
      unanswered = key(honest, operation.id);  // done, though nobody heard of it
    }
  }
  RecordedRun run = honest;
  std::erase_if(*run.books.intents, [&](const Intent& i) { return i.key == unanswered; });
  EXPECT_EQ(red(run), (Set{"no_phantom_writes", "unknown_resolved"}));
  run = honest;
  intent_of(run, unanswered).state = "rejected";
  EXPECT_EQ(red(run), (Set{"no_phantom_writes", "unknown_resolved"}));
  run = honest;
  intent_of(run, unanswered).state = "begun";
  EXPECT_EQ(red(run), (Set{"no_phantom_writes", "unknown_resolved"}));
}

// ---- faults and healing

TEST(FaultsEffective, EachWayToHaveNone) {
  const RecordedRun honest = honest_run();
  for (int way = 0; way < 4; ++way) {
    RecordedRun run = honest;
    FaultRecord& fault = run.faults[0];
    if (way == 0) fault.injected_ms.reset();
    if (way == 1) fault.effective_ms.reset();
    if (way == 2) fault.evidence.clear();
    if (way == 3) fault.error = "nft: permission denied";
    EXPECT_EQ(red(run), Set{}) << way;  // it says nothing about the platform
    EXPECT_EQ(checks_with(run, Verdict::inconclusive), Set{"faults_effective"}) << way;
  }
  RecordedRun run = honest;
  run.faults.clear();
  EXPECT_EQ(checks_with(run, Verdict::inconclusive), Set{"faults_effective"});
  EXPECT_EQ(inapplicable(run), Set{"rto"});
}

TEST(Healed, EachWayToLeaveSomething) {
  const RecordedRun honest = honest_run();
  RecordedRun run = honest;
  run.faults[0].healed_ms.reset();
  EXPECT_EQ(red(run), Set{"healed"});
  run.faults[0].heal_expected = false;
  EXPECT_EQ(red(run), Set{});
  run = honest;
  run.residue->push_back("nft table rehearse in az-1");
  EXPECT_EQ(red(run), Set{"healed"});
  run = honest;
  run.redundancy_restored_ms.reset();
  run.observe_deadline_missed = true;
  EXPECT_EQ(red(run), Set{"healed"});
  run = honest;
  run.residue.reset();
  EXPECT_EQ(checks_with(run, Verdict::inconclusive), Set{"healed"});
}

// ---- targets

TEST(Rto, BeyondTarget) {
  RecordedRun run = honest_run();
  run.targets.rto_ms["bet"] = 1000;
  EXPECT_EQ(red(run), Set{"rto"});
}

TEST(Rpo, StoreBehindTheLedger) {
  RecordedRun run = honest_run();
  run.targets.rpo_ms["reporting"] = 0;
  run.books.reporting.emplace();
  for (const LedgerEvent& event : *run.books.events) {
    run.books.reporting->push_back({event.tx, event.kind, event.amount_minor, "EUR", ""});
  }
  EXPECT_EQ(red(run), Set{});
  run.books.reporting->pop_back();
  EXPECT_EQ(red(run), Set{"rpo"});
  run.targets.rpo_ms["reporting"] = 900'000;
  EXPECT_EQ(checks_with(run, Verdict::inconclusive), Set{"rpo"});
}

TEST(Keys, OnlyTheFormThatClientsWrite) {
  for (const uint64_t id : {0ULL, 42ULL, 999'999ULL, 1'000'000ULL, 12'345'678ULL}) {
    const std::string text = key_of("run", id);
    const auto ref = parse_key("run", text);
    ASSERT_TRUE(ref) << text;
    EXPECT_EQ(ref->operation, id);
    EXPECT_EQ(ref->step, "");
  }
  EXPECT_EQ(parse_key("run", "run-000007:hold")->step, "hold");
  for (const char* text : {"run-7", "run-0000007", "run000007", "run-000007:", "run-000007x",
                           "other-000007", "run-", "run", ""}) {
    EXPECT_FALSE(parse_key("run", text)) << text;
  }
}

}  // namespace
}  // namespace rehearse
