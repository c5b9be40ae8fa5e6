// Every provider's event takes effect once: not twice, not never, and with its transaction.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Set = std::set<std::string>;

WebhookEffect& effect_of(Run& run, const std::string& business_key) {
  return *std::ranges::find(*run.books.webhook_effects, business_key, &WebhookEffect::business_key);
}
std::string first_unpaired(const Run& run) {
  const Finding finding = finding_of(run, "webhook_once");
  return finding.witnesses.empty() ? "" : finding.witnesses.front();
}

class WebhookOnce : public testing::Test {
 protected:
  RecordedRun run_ = honest_run();
  std::string deposit_ = key(run_, nth(run_, OperationKind::deposit, 30));
  std::string payout_ = key(run_, nth(run_, OperationKind::payout, 30));
};

TEST_F(WebhookOnce, CopiesAreCounted) {
  effect_of(run_, deposit_).received = 3;
  const Finding finding = finding_of(run_, "webhook_once");
  EXPECT_EQ(finding.verdict, Verdict::pass);
  EXPECT_THAT(finding.summary, testing::HasSubstr("280 events, received 310 times"));
}

TEST_F(WebhookOnce, AppliedTwice) {
  effect_of(run_, deposit_).applied = 2;
  EXPECT_EQ(red(run_), Set{"webhook_once"});
  EXPECT_THAT(first_unpaired(run_), testing::HasSubstr("applied 2 times"));
}

TEST_F(WebhookOnce, CreditedTwiceUnderOneKeyOrTwo) {
  const RecordedRun honest = run_;
  book_again(run_, deposit_ + ":deposit", deposit_ + ":deposit");
  EXPECT_EQ(red(run_),
            (Set{"no_phantom_writes", "pnl_matches", "providers_reconciled", "webhook_once"}));
  EXPECT_THAT(first_unpaired(run_), testing::HasSubstr("ended twice in the ledger"));
  run_ = honest;
  book_again(run_, deposit_ + ":deposit", deposit_ + ":deposit-2");
  EXPECT_THAT(red(run_), testing::Contains("webhook_once"));
}

TEST_F(WebhookOnce, NeverApplied) {
  WebhookEffect& effect = effect_of(run_, payout_);
  effect.applied = 0;
  effect.tx.clear();
  EXPECT_EQ(red(run_), Set{"webhook_once"});
  EXPECT_THAT(first_unpaired(run_), testing::HasSubstr("never applied, though transfer"));
  // News that there was nothing to do about need not be applied when the end of it was.
  run_.books.webhook_effects->push_back(effect_of(run_, payout_));
  run_.books.webhook_effects->back().event = "e-pending";
  run_.books.provider_events->push_back({effect.provider, "e-pending", effect.transfer});
  effect_of(run_, payout_).applied = 1;
  EXPECT_EQ(red(run_), Set{"webhook_once"});  // still without a transaction
  effect_of(run_, payout_).tx = honest_run().books.webhook_effects->at(0).tx;
  EXPECT_THAT(first_unpaired(run_), testing::HasSubstr("applied as tx"));  // of another payment
}

TEST_F(WebhookOnce, NotAppliedBeforeTheDrainRanOut) {
  WebhookEffect& effect = effect_of(run_, payout_);
  effect.applied = 0;
  effect.tx.clear();
  run_.drained_ms.reset();
  EXPECT_EQ(red(run_), Set{});
  EXPECT_EQ(checks_with(run_, Verdict::inconclusive), Set{"webhook_once"});
}

TEST_F(WebhookOnce, PendingTransferOwesNothing) {
  WebhookEffect pending = effect_of(run_, payout_);
  pending.event = "e-pending";
  pending.applied = 0;
  pending.tx.clear();
  run_.books.webhook_effects->push_back(pending);
  run_.books.provider_events->push_back({pending.provider, "e-pending", pending.transfer});
  EXPECT_EQ(red(run_), Set{});
}

TEST_F(WebhookOnce, TransactionThatIsNotThere) {
  effect_of(run_, deposit_).tx = "t-nowhere";
  EXPECT_EQ(red(run_), Set{"webhook_once"});
}

TEST_F(WebhookOnce, AppliedOfATransferThatTheProviderLacks) {
  effect_of(run_, deposit_).transfer = "x-forged";
  EXPECT_EQ(red(run_), Set{"webhook_once"});
  EXPECT_THAT(first_unpaired(run_), testing::HasSubstr("has no transfer x-forged"));
}

TEST_F(WebhookOnce, TakenThoughItsProviderNeverSentIt) {
  EXPECT_EQ(finding_of(run_, "webhook_once").verdict, Verdict::pass);
  WebhookEffect forged = effect_of(run_, payout_);
  forged.event = "forged-" + forged.event;
  forged.applied = 0;
  forged.tx.clear();
  run_.books.webhook_effects->push_back(forged);
  EXPECT_EQ(red(run_), Set{"webhook_once"});
  EXPECT_THAT(first_unpaired(run_), testing::HasSubstr("never sent by its provider"));
}

TEST_F(WebhookOnce, WhatNoProviderSaysThatItSentIsForged) {
  run_.books.provider_events->clear();
  EXPECT_EQ(red(run_), Set{"webhook_once"});
  run_.books.provider_events.reset();
  EXPECT_EQ(red(run_), Set{});
  EXPECT_EQ(checks_with(run_, Verdict::inconclusive), (Set{"books_consistent", "webhook_once"}));
}

TEST_F(WebhookOnce, WithoutTheTransfersColumnItCannotBeSaid) {
  for (WebhookEffect& effect : *run_.books.webhook_effects) effect.transfer.clear();
  EXPECT_EQ(finding_of(run_, "webhook_once").verdict, Verdict::pass);
  effect_of(run_, deposit_).applied = 0;
  EXPECT_EQ(finding_of(run_, "webhook_once").verdict, Verdict::inconclusive);
}

TEST_F(WebhookOnce, WhatTookEffectWasToldOrAskedFor) {
  auto& requests = run_.books.provider_requests.emplace();
  for (const ProviderTransfer& transfer : *run_.books.provider_transfers)
    requests.push_back({transfer.provider, "create", transfer.business_key, 0});
  EXPECT_EQ(first_unpaired(run_), "");
  std::erase_if(*run_.books.webhook_effects,
                [&](const WebhookEffect& effect) { return effect.business_key == deposit_; });
  EXPECT_THAT(first_unpaired(run_), testing::HasSubstr("that no event told of"));
  requests.push_back({requests.front().provider, "query", deposit_, 0});
  EXPECT_EQ(first_unpaired(run_), "");
}

}  // namespace
}  // namespace rehearse
