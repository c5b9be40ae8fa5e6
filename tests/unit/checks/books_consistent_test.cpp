#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

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
  run.books.windows = {{"t-1", "t", 0, 1, "schedule"}};
  run.books.window_bets = {{"k", "t-1", 0, "accepted"}};
  EXPECT_EQ(consistency_of(run).verdict, Verdict::pass);
  run.books.window_bets->front().window = "t-2";
  EXPECT_EQ(consistency_of(run).verdict, Verdict::fail);
}

}  // namespace
}  // namespace rehearse
