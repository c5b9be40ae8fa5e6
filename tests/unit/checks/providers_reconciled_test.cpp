// Providers' books against ours: money and states, payment by payment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Set = std::set<std::string>;

ProviderTransfer& transfer_of(Run& run, const std::string& business_key) {
  return *std::ranges::find(*run.books.provider_transfers, business_key,
                            &ProviderTransfer::business_key);
}
std::string first_unreconciled(const Run& run) {
  const Finding finding = finding_of(run, "providers_reconciled");
  return finding.witnesses.empty() ? "" : finding.witnesses.front();
}

class ProvidersReconciled : public testing::Test {
 protected:
  RecordedRun run_ = honest_run();
  std::string deposit_ = key(run_, nth(run_, OperationKind::deposit, 30));
  std::string payout_ = key(run_, nth(run_, OperationKind::payout, 30));
  std::string declined_ = key(run_, nth(run_, OperationKind::payout, 4));
};

TEST_F(ProvidersReconciled, ClosingTotalsAreListed) {
  EXPECT_EQ(finding_of(run_, "providers_reconciled").summary,
            "psp-a: 0.00 EUR in, 1680.00 EUR out; psp-b: 2800.00 EUR in, 0.00 EUR out");
}

TEST_F(ProvidersReconciled, AtAnotherProvider) {
  ProviderTransfer& transfer = transfer_of(run_, deposit_);
  transfer.provider = "psp-c";
  run_.checks = {"providers_reconciled"};
  EXPECT_EQ(red(run_), Set{"providers_reconciled"});
}

TEST_F(ProvidersReconciled, SettledWithoutATransfer) {
  transfer_of(run_, payout_).state = "failed";
  EXPECT_THAT(red(run_), testing::IsSupersetOf(Set{"providers_reconciled"}));
  EXPECT_EQ(finding_of(run_, "providers_reconciled").violations, 2);  // money and state
}

TEST_F(ProvidersReconciled, DeclinedButPaid) {
  transfer_of(run_, declined_).state = "succeeded";
  EXPECT_EQ(finding_of(run_, "providers_reconciled").violations, 2);
  intent_of(run_, declined_).state = "settled";
  EXPECT_EQ(finding_of(run_, "providers_reconciled").violations, 1);
}

TEST_F(ProvidersReconciled, StillPending) {
  ProviderTransfer& transfer = transfer_of(run_, declined_);
  transfer.state = "pending";
  EXPECT_THAT(red(run_), testing::Contains("providers_reconciled"));
  EXPECT_THAT(first_unreconciled(run_), testing::HasSubstr("still pending"));
  run_.drained_ms.reset();
  EXPECT_EQ(finding_of(run_, "providers_reconciled").verdict, Verdict::inconclusive);
}

TEST_F(ProvidersReconciled, ProviderMovedOnlyWhatWasAskedFor) {
  intent_of(run_, deposit_).amount_minor += 1;
  EXPECT_THAT(first_unreconciled(run_), testing::HasSubstr("a deposit of 20.01 EUR, but transfer"));
}

TEST_F(ProvidersReconciled, SomethingElseOnTheProvidersAccount) {
  auto& entries = *run_.books.ledger_entries;
  const auto fee = std::ranges::find(entries, "house:games:EUR", &LedgerEntry::account);
  fee->account = "psp:psp-a:EUR";
  run_.checks = {"providers_reconciled"};
  EXPECT_EQ(red(run_), Set{"providers_reconciled"});
  EXPECT_THAT(first_unreconciled(run_), testing::HasSubstr("on the account of psp-a"));
}

TEST_F(ProvidersReconciled, MoneyThatWentBackIsInBothBooks) {
  ProviderTransfer back = transfer_of(run_, deposit_);
  back.transfer = "cb-1";
  back.direction = "chargeback";
  run_.books.provider_transfers->push_back(back);
  EXPECT_THAT(first_unreconciled(run_), testing::HasSubstr("chargeback at"));
  run_.books.provider_transfers->back().direction = "refund";
  EXPECT_THAT(first_unreconciled(run_), testing::HasSubstr("refund at"));
}

TEST_F(ProvidersReconciled, ARefusedDepositThatWentBackIsEven) {
  const std::string failed = "elsewhere-1";
  ProviderTransfer in = transfer_of(run_, deposit_);
  in.business_key = failed;
  in.transfer = "x-in";
  Intent intent = intent_of(run_, deposit_);
  intent.key = intent.business_key = failed;
  intent.state = "declined";
  run_.books.provider_transfers->push_back(in);
  run_.books.intents->push_back(intent);
  EXPECT_GT(finding_of(run_, "providers_reconciled").violations, 0);
  in.transfer = "x-back";
  in.direction = "refund";
  run_.books.provider_transfers->push_back(in);
  EXPECT_EQ(finding_of(run_, "providers_reconciled").violations, 0);
  run_.books.provider_transfers->back().amount_minor -= 1;
  EXPECT_GT(finding_of(run_, "providers_reconciled").violations, 0) << "not all of it";
}

TEST_F(ProvidersReconciled, AFeeThatTheLedgerDoesNotHave) {
  transfer_of(run_, payout_).fee_minor = 0;
  EXPECT_EQ(finding_of(run_, "providers_reconciled").violations, 0);
  transfer_of(run_, payout_).fee_minor = 20;
  EXPECT_THAT(first_unreconciled(run_), testing::HasSubstr("the provider's fee is 0.20 EUR"));
}

TEST_F(ProvidersReconciled, AFeeOfWhatANetworkReverted) {
  const ProviderTransfer& reverted = transfer_of(run_, declined_);
  transfer_of(run_, declined_).fee_minor = 20;
  EXPECT_THAT(first_unreconciled(run_),
              testing::HasSubstr("the provider's fee is 0.20 EUR, the ledger has 0.00 EUR"));
  auto& entries = *run_.books.ledger_entries;
  LedgerEntry entry = *std::ranges::find(entries, declined_ + ":release", &LedgerEntry::key);
  entry.account = "house:fees:EUR";
  entry.amount_minor = -20;
  entries.push_back(entry);
  entry.account = "psp:" + reverted.provider + ":EUR";
  entry.amount_minor = 20;
  entries.push_back(entry);
  EXPECT_EQ(finding_of(run_, "providers_reconciled").violations, 0);
  entries.push_back(entry);
  EXPECT_GT(finding_of(run_, "providers_reconciled").violations, 0) << "booked twice";
}

TEST_F(ProvidersReconciled, ASettlementLineThatDiffers) {
  const ProviderTransfer& transfer = transfer_of(run_, deposit_);
  run_.books.settlement_lines = {{transfer.provider, transfer.transfer, deposit_, "in",
                                  transfer.amount_minor, transfer.currency, 0, "matched"}};
  EXPECT_EQ(finding_of(run_, "providers_reconciled").violations, 0);
  for (const char* verdict : {"mismatched", "unknown"}) {
    run_.books.settlement_lines->front().verdict = verdict;
    EXPECT_THAT(first_unreconciled(run_), testing::HasSubstr(verdict));
  }
}

TEST_F(ProvidersReconciled, ASettlementLineIsItsProvidersOwnTransfer) {
  ProviderTransfer& transfer = transfer_of(run_, deposit_);
  transfer.fee_minor = 0;
  const SettlementRow honest = {transfer.provider,     transfer.transfer, deposit_, "in",
                                transfer.amount_minor, transfer.currency, 0,        "matched"};
  const auto with = [&](auto change) {
    run_.books.settlement_lines = {honest};
    change(run_.books.settlement_lines->front());
    return first_unreconciled(run_);
  };
  EXPECT_EQ(with([](SettlementRow&) {}), "");
  const auto differs = testing::HasSubstr("the transfer is 20.00 EUR in of " + deposit_);
  EXPECT_THAT(with([](SettlementRow& line) { line.amount_minor += 100; }), differs);
  EXPECT_THAT(with([](SettlementRow& line) { line.currency = "BRL"; }), differs);
  EXPECT_THAT(with([](SettlementRow& line) { line.direction = "out"; }), differs);
  EXPECT_THAT(with([](SettlementRow& line) { line.fee_minor = 7; }), differs);
  EXPECT_THAT(with([&](SettlementRow& line) { line.business_key = payout_; }), differs);
  EXPECT_THAT(with([](SettlementRow& line) { line.transfer = "x-ghost"; }),
              testing::HasSubstr("has no such transfer"));
  run_.books.settlement_lines = {honest, honest};
  EXPECT_THAT(first_unreconciled(run_), testing::HasSubstr("is there twice"));
}

TEST_F(ProvidersReconciled, ATransferThatNoFileHas) {
  auto& lines = run_.books.settlement_lines.emplace();
  int64_t second = 0;
  for (ProviderTransfer& transfer : *run_.books.provider_transfers) {
    if (transfer.state != "succeeded" || transfer.provider != "psp-b") continue;
    transfer.updated_at = fmt::format("2026-01-31T12:{:02}:{:02}.000Z", second / 60, second % 60);
    lines.push_back({transfer.provider, transfer.transfer, transfer.business_key,
                     transfer.direction, transfer.amount_minor, transfer.currency, 0, "matched",
                     second / 20, 1});
    ++second;
  }
  EXPECT_EQ(finding_of(run_, "providers_reconciled").violations, 0);
  const auto honest = lines;
  for (const size_t missing : {25, 20}) {  // within a file, and first of one
    lines = honest;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(missing));
    EXPECT_EQ(finding_of(run_, "providers_reconciled").violations, 1);
    EXPECT_THAT(first_unreconciled(run_), testing::HasSubstr("is in no settlement file"));
  }
  for (SettlementRow& line : lines) line.whole = line.file == 1 ? 0 : 1;  // cut off
  EXPECT_EQ(finding_of(run_, "providers_reconciled").violations, 0);
  lines = honest;
  lines.pop_back();  // of a file that may still come
  EXPECT_EQ(finding_of(run_, "providers_reconciled").violations, 0);
}

TEST_F(ProvidersReconciled, WithoutSettlementFilesItCannotBeSaid) {
  run_.books.settlement_lines.reset();
  EXPECT_EQ(checks_with(run_, Verdict::inconclusive),
            (Set{"books_consistent", "providers_reconciled"}));
}

TEST_F(ProvidersReconciled, WhatEndedHoldsNothing) {
  std::erase_if(*run_.books.ledger_entries,
                [this](const LedgerEntry& entry) { return entry.key == declined_ + ":release"; });
  run_.checks = {"providers_reconciled"};
  EXPECT_EQ(red(run_), Set{"providers_reconciled"});
  EXPECT_THAT(first_unreconciled(run_), testing::HasSubstr("declined, and holds 15.00 EUR"));
  run_.drained_ms.reset();
  EXPECT_EQ(finding_of(run_, "providers_reconciled").verdict, Verdict::inconclusive);
}

TEST_F(ProvidersReconciled, HeldMoneyThatNoPaymentExplains) {
  run_.books.ledger_entries->push_back(run_.books.ledger_entries->back());
  LedgerEntry& entry = run_.books.ledger_entries->back();
  entry.tx = "t-odd";
  entry.key = "odd-1:hold";
  entry.account = "player:p0003:held:EUR";
  entry.amount_minor = 700;
  run_.checks = {"providers_reconciled"};
  EXPECT_THAT(first_unreconciled(run_), testing::HasSubstr("odd-1: not known, and holds 7.00 EUR"));
}

TEST_F(ProvidersReconciled, LossWithinTargetIsListed) {
  // The last payment: booked nowhere any more, though its provider has it.
  const auto& operations = run_.history.operations;
  uint64_t last = 0;
  for (const Operation& operation : operations) {
    if (operation.kind == OperationKind::deposit) last = operation.id;
  }
  const std::string lost = key(run_, last);
  std::erase_if(*run_.books.ledger_entries,
                [&](const LedgerEntry& entry) { return entry.key.starts_with(lost); });
  std::erase_if(*run_.books.intents,
                [&](const Intent& intent) { return intent.key.starts_with(lost); });
  run_.checks = {"providers_reconciled"};
  EXPECT_EQ(red(run_), Set{"providers_reconciled"});
  for (Attempt& attempt : run_.history.attempts) {  // nobody heard of anything later
    if (attempt.operation > last + 1) attempt.outcome = Outcome::unknown;
  }
  run_.faults[0].effective_ms = 60'000;
  run_.targets.rpo_ms["ledger"] = 60'000;
  const Finding finding = finding_of(run_, "providers_reconciled");
  EXPECT_EQ(finding.verdict, Verdict::pass) << finding.witnesses.front();
  EXPECT_THAT(finding.summary, testing::HasSubstr("within target, listed"));
}

// Numbered as the twenty seconds that it is of since 1970: what such a file must have is known.
TEST_F(ProvidersReconciled, AFileOfATimeHasAllOfThatTime) {
  constexpr int64_t period_ms = 20'000;
  const int64_t from_ms = run_.zero_wall_ns / ns_per_ms;
  auto& lines = run_.books.settlement_lines.emplace();
  int64_t at_ms = from_ms;
  for (ProviderTransfer& transfer : *run_.books.provider_transfers) {
    if (transfer.state != "succeeded" || transfer.provider != "psp-b") continue;
    transfer.updated_at = rfc3339(at_ms * ns_per_ms);
    lines.push_back({transfer.provider, transfer.transfer, transfer.business_key,
                     transfer.direction, transfer.amount_minor, transfer.currency, 0, "matched",
                     at_ms / period_ms, 1});
    at_ms += 1'000;
  }
  EXPECT_EQ(first_unreconciled(run_), "");
  const auto honest = lines;
  for (const size_t missing : {size_t{0}, size_t{25}, lines.size() - 1}) {  // at its ends, too
    lines = honest;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(missing));
    EXPECT_THAT(first_unreconciled(run_), testing::HasSubstr("is in no settlement file"));
  }
  lines = honest;
  *lines[30].file += 1;
  EXPECT_THAT(first_unreconciled(run_), testing::HasSubstr("which is of another time"));
}

TEST_F(ProvidersReconciled, WhatWentToTwoProvidersWasSwitched) {
  run_.books.provider_requests = {
      {{"psp-a", "create", deposit_, 1}, {"psp-b", "create", deposit_, 2}}};
  run_.books.payment_switches.emplace();
  EXPECT_THAT(first_unreconciled(run_), testing::HasSubstr("the books know of no switch"));
  run_.books.payment_switches->push_back({deposit_, "psp-a", "psp-b", "slow", ""});
  EXPECT_EQ(first_unreconciled(run_), "");
  run_.books.payment_switches->back().from_provider = "psp-b";
  EXPECT_THAT(first_unreconciled(run_), testing::HasSubstr("to itself"));
}

}  // namespace
}  // namespace rehearse
