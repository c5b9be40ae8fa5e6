// The event log tells all of the ledger, in order, and nothing else; copies are fine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Set = std::set<std::string>;

LedgerEvent& event_of(Run& run, const std::string& event_key) {
  return *std::ranges::find(*run.books.events, event_key, &LedgerEvent::key);
}

class EventsComplete : public testing::Test {
 protected:
  RecordedRun run_ = honest_run();
  std::string hold_ = key(run_, nth(run_, OperationKind::payout, 30)) + ":hold";
  Set red_{"events_complete"};
};

TEST_F(EventsComplete, AnyKindMayBeMissing) {
  std::erase_if(*run_.books.events, [&](const LedgerEvent& e) { return e.key == hold_; });
  EXPECT_EQ(red(run_), (Set{"events_complete", "rpo"}));
  run_.drained_ms.reset();
  EXPECT_EQ(finding_of(run_, "events_complete").verdict, Verdict::inconclusive);
}

TEST_F(EventsComplete, OneWithoutANumber) {
  event_of(run_, hold_).amount_minor = 0;  // as it is read
  EXPECT_EQ(red(run_), red_);
}

TEST_F(EventsComplete, Openings) {
  std::erase_if(*run_.books.events, [](const LedgerEvent& e) { return e.kind == "opening"; });
  EXPECT_EQ(red(run_), red_);
}

TEST_F(EventsComplete, AnotherKeyKindCurrencyOrAmount) {
  const RecordedRun honest = run_;
  event_of(run_, hold_).amount_minor += 1;
  EXPECT_EQ(red(run_), red_);
  run_ = honest;
  event_of(run_, hold_).kind = "release";
  EXPECT_EQ(red(run_), red_);
  run_ = honest;
  event_of(run_, hold_).currency = "BRL";
  EXPECT_EQ(red(run_), red_);
  run_ = honest;
  event_of(run_, hold_).key += "x";
  EXPECT_EQ(red(run_), red_);
}

TEST_F(EventsComplete, OutOfOrderForAPlayer) {
  LedgerEvent& hold = event_of(run_, hold_);
  LedgerEvent& payout = event_of(run_, hold_.substr(0, hold_.find(':')) + ":payout");
  std::swap(hold.offset, payout.offset);
  EXPECT_EQ(red(run_), red_);
  EXPECT_THAT(finding_of(run_, "events_complete").witnesses.front(),
              testing::HasSubstr("comes after"));
}

TEST_F(EventsComplete, StartedOverAfterAFailure) {
  const auto from = run_.books.events->begin() + 500;
  std::vector<LedgerEvent> again(from, from + 100);
  for (LedgerEvent& event : again) event.offset += 1'000'000;  // at the log's end
  run_.books.events->insert(run_.books.events->end(), again.begin(), again.end());
  EXPECT_EQ(red(run_), Set{});
  EXPECT_THAT(finding_of(run_, "events_complete").summary, testing::HasSubstr(", 100 copies"));
}

TEST_F(EventsComplete, APlayersEventsAreInOnePartition) {
  const auto is_even = [](const LedgerEvent& event) { return event.offset % 2 == 0; };
  std::map<std::string, std::string> player_of_tx;
  for (const LedgerEntry& entry : *run_.books.ledger_entries)
    if (entry.account.starts_with("player:")) player_of_tx[entry.tx] = entry.account.substr(7, 5);
  for (LedgerEvent& event : *run_.books.events)
    event.partition = player_of_tx[event.tx] < "p0005" ? 1 : 0;
  EXPECT_EQ(red(run_), Set{});
  for (LedgerEvent& event : *run_.books.events)
    if (is_even(event)) event.partition = 2;
  EXPECT_EQ(red(run_), red_);
  EXPECT_THAT(finding_of(run_, "events_complete").witnesses.front(),
              testing::HasSubstr("is in another partition than"));
}

}  // namespace
}  // namespace rehearse
