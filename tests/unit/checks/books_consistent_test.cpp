#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "base/clock.hpp"
#include "checks/check.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

using synthetic::RecordedRun;

Finding consistency_of(const Run& run) {
  for (Finding& finding : examine_all(run))
    if (finding.check == "books_consistent") return finding;
  return {};
}

TEST(BooksConsistent, AnHonestRunIs) {
  const Finding finding = consistency_of(synthetic::honest_run());
  EXPECT_EQ(finding.verdict, Verdict::pass);
  EXPECT_GT(finding.examined, 1000);
}

TEST(BooksConsistent, EachContradictionIsRed) {
  const std::pair<const char*, std::function<void(Books&)>> changes[] = {
      {"account twice", [](Books& b) { b.accounts->push_back(b.accounts->front()); }},
      {"another owner",
       [](Books& b) {
         std::ranges::find_if(*b.accounts, [](const Account& a) {
           return a.bucket == "cash";
         })->owner = "p9999";
       }},
      {"intent twice", [](Books& b) { b.intents->push_back(b.intents->front()); }},
      {"another currency", [](Books& b) { b.intents->front().currency = "XXX"; }},
      {"offset twice", [](Books& b) { b.events->push_back(b.events->front()); }},
      {"no time", [](Books& b) { b.ledger_entries->front().committed_at = "yesterday"; }},
      {"no direction", [](Books& b) { b.provider_transfers->front().direction = "sideways"; }}};
  for (const auto& [what, change] : changes) {
    RecordedRun run = synthetic::honest_run();
    change(run.books);
    EXPECT_EQ(consistency_of(run).verdict, Verdict::fail) << what;
  }
}

TEST(BooksConsistent, APlayersEventsAreOfOnePartition) {
  RecordedRun run = synthetic::honest_run();
  LedgerEvent moved = run.books.events->front();
  moved.partition += 1;
  moved.offset = 1'000'000;
  run.books.events->push_back(moved);
  EXPECT_EQ(consistency_of(run).verdict, Verdict::fail);
}

TEST(BooksConsistent, WhatATableRefersToIsThere) {
  RecordedRun run = synthetic::honest_run();
  const int64_t now_ms = run.zero_wall_ns / ns_per_ms;
  run.books.windows = {{"t-1", "t", now_ms, now_ms + 1, "schedule"}};
  run.books.stream_samples = {{"t", now_ms, "webrtc", 0}};
  EXPECT_EQ(consistency_of(run).verdict, Verdict::pass);
  run.books.stream_samples->front().table = "u";
  EXPECT_EQ(consistency_of(run).verdict, Verdict::fail);
}

// A book of the platform's own, changed alone, and the book that remembers.
TEST(BooksConsistent, WhatTwoBooksTellIsTheSame) {
  const auto first = [](Books& books, std::string_view operation) -> Intent& {
    return *std::ranges::find(*books.intents, operation, &Intent::operation);
  };
  const std::pair<const char*, std::function<void(Books&)>> changes[] = {
      {"intent of a bet: amount", [&](Books& b) { first(b, "bet").amount_minor += 1; }},
      {"intent of a bet: what", [&](Books& b) { first(b, "bet").operation = "win"; }},
      {"intent of a bet: state", [&](Books& b) { first(b, "bet").state = "rejected"; }},
      {"intent of a hold: whose", [&](Books& b) { first(b, "hold").player = "p0009"; }},
      {"intent of a hold: of what", [&](Books& b) { first(b, "hold").business_key = "other"; }},
      {"intent of a hold: of nothing", [&](Books& b) { first(b, "hold").business_key = ""; }},
      {"declined bet: amount",
       [](Books& b) {
         std::ranges::find(*b.intents, "rejected", &Intent::state)->amount_minor = 1;
       }},
      {"step gone",
       [&](Books& b) {
         std::erase_if(*b.intents, [](const Intent& i) { return i.operation == "hold"; });
       }},
      {"event of another transfer", [](Books& b) { b.webhook_effects->front().transfer = "x2"; }},
      {"effect of another payment",
       [](Books& b) { b.webhook_effects->front().business_key = "k"; }},
      {"house's account in another currency",
       [](Books& b) { b.accounts->front().currency = "BRL"; }}};
  for (const auto& [what, change] : changes) {
    RecordedRun run = synthetic::honest_run();
    change(run.books);
    EXPECT_EQ(consistency_of(run).verdict, Verdict::fail) << what;
  }
}

// A payment that goes another way is screened again, under a key of its own.
TEST(BooksConsistent, AScreeningIsOfItsPayment) {
  RecordedRun run = synthetic::honest_run();
  const Intent& payment = *std::ranges::find_if(*run.books.intents, [](const Intent& intent) {
    return intent.operation == "payout" && intent.state == "settled";
  });
  ScreeningRow row;
  row.business_key = payment.key + ":erc20";
  row.player = payment.player;
  row.direction = "payout";
  row.amount_minor = payment.amount_minor;
  row.currency = payment.currency;
  run.books.screenings = {{row}};
  EXPECT_EQ(consistency_of(run).verdict, Verdict::pass);
  run.books.screenings->front().amount_minor += 1;
  EXPECT_EQ(consistency_of(run).verdict, Verdict::fail);
  run.books.screenings->front() = row;
  run.books.screenings->front().business_key = "of nobody";
  EXPECT_EQ(consistency_of(run).verdict, Verdict::fail);
}

// It may have been on its way when the books were read.
TEST(BooksConsistent, WhatIsMissingBeforeTheDrainEndedCannotBeSaid) {
  RecordedRun run = synthetic::honest_run();
  std::erase_if(*run.books.intents, [](const Intent& i) { return i.operation == "release"; });
  EXPECT_EQ(consistency_of(run).verdict, Verdict::fail);
  run.drained_ms.reset();
  EXPECT_EQ(consistency_of(run).verdict, Verdict::inconclusive);
}

TEST(BooksConsistent, ABookThatMustBeThereIsAndHasRows) {
  RecordedRun run = synthetic::honest_run();
  run.books.events->clear();
  EXPECT_EQ(consistency_of(run).verdict, Verdict::fail);
  run = synthetic::honest_run();
  run.books.settlement_lines.reset();
  EXPECT_EQ(consistency_of(run).verdict, Verdict::inconclusive);
  run = synthetic::honest_run();
  run.books.machine.emplace();
  EXPECT_EQ(consistency_of(run).verdict, Verdict::fail);
}

TEST(BooksConsistent, TimesFollowTheOrder) {
  RecordedRun run = synthetic::honest_run();
  auto& events = *run.books.events;
  for (size_t i = 0; i < events.size(); ++i)
    events[i].published_at = rfc3339(run.zero_wall_ns + static_cast<int64_t>(i) * ns_per_s);
  EXPECT_EQ(consistency_of(run).verdict, Verdict::pass);
  std::swap(events[3].offset, events[9].offset);
  EXPECT_EQ(consistency_of(run).verdict, Verdict::fail);
  run = synthetic::honest_run();
  run.books.ledger_entries->front().committed_at = rfc3339(run.zero_wall_ns + ns_per_s);
  EXPECT_EQ(consistency_of(run).verdict, Verdict::fail);
}

TEST(BooksConsistent, NoTimeIsAMonthFromTheRun) {
  for (const char* absurd : {"1970-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "9999-12-31T00:00:00Z",
                             "2027-01-31T12:00:00Z"}) {
    RecordedRun run = synthetic::honest_run();
    run.books.intents->front().updated_at = absurd;
    EXPECT_EQ(consistency_of(run).verdict, Verdict::fail) << absurd;
  }
}

TEST(BooksConsistent, LooksAtTheMachineFollowOnEachOther) {
  RecordedRun run = synthetic::honest_run();
  run.books.machine = {{500, 500'000, 0, 0, 0, 10}, {1000, 500'000, 0, 0, 0, 10}};
  EXPECT_EQ(consistency_of(run).verdict, Verdict::pass);
  run.books.machine->back().t_ms = 1100;
  EXPECT_EQ(consistency_of(run).verdict, Verdict::fail);
  run.books.machine->back().t_ms = 1000;
  run.books.machine->back().idle_us = 600'000;
  EXPECT_EQ(consistency_of(run).verdict, Verdict::fail);
}

}  // namespace
}  // namespace rehearse
