#include "record/kinds.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rehearse {
namespace {

using enum OperationKind;

std::vector<OperationKind> all_kinds() {
  std::vector<OperationKind> kinds;
  for (int i = 0; i < operation_kinds; ++i) kinds.push_back(static_cast<OperationKind>(i));
  return kinds;
}

// Histories on disk carry these numbers.
TEST(Kinds, KeepTheirNumbers) {
  EXPECT_EQ(static_cast<int>(bet), 0);
  EXPECT_EQ(static_cast<int>(payout_settled), 7);
  EXPECT_EQ(static_cast<int>(spin), 8);
  EXPECT_EQ(static_cast<int>(report), 17);
  EXPECT_EQ(static_cast<int>(contact), 18);
  EXPECT_EQ(static_cast<int>(table_bet), operation_kinds - 1);
}

TEST(Kinds, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const OperationKind kind : all_kinds()) {
    EXPECT_EQ(traits_of(kind).kind, kind);
    EXPECT_EQ(operation_kind_of(name_of(kind)), kind);
    names.insert(name_of(kind));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(operation_kinds));
  EXPECT_FALSE(operation_kind_of("wager"));
}

TEST(Kinds, WatchesHaveNoKeyAndBelongToWhatTheyWatch) {
  EXPECT_EQ(watch_of(deposit), deposit_settled);
  EXPECT_EQ(watch_of(payout), payout_settled);
  EXPECT_EQ(watch_of(spin), spin_settled);
  EXPECT_FALSE(watch_of(bet));
  for (const OperationKind kind : all_kinds()) {
    const KindTraits& traits = traits_of(kind);
    if (is_settlement(kind)) {
      EXPECT_TRUE(traits.of_related) << traits.name;
    }
    EXPECT_EQ(has_key(kind), !traits.is_read && !traits.settles) << traits.name;
    // What only looks promises nothing that a book would have to show.
    if (traits.is_read) {
      EXPECT_EQ(traits.book, Book::none) << traits.name;
    }
  }
}

// What an acknowledgement promises must be something that may be booked.
TEST(Kinds, PromisesAreStepsThatThereAre) {
  for (const OperationKind kind : all_kinds()) {
    const KindTraits& traits = traits_of(kind);
    if (traits.book != Book::ledger) continue;
    const OperationKind owner = traits.settles.value_or(kind == cancel ? payout : kind);
    const KindStep* step = step_of(owner, traits.step);
    ASSERT_NE(step, nullptr) << traits.name;
    EXPECT_TRUE(step->playable_sign != 0 || step->held_sign != 0) << traits.name;
  }
}

TEST(Kinds, StepsMayBeNumberedWhereTheyRepeat) {
  ASSERT_NE(step_of(spin, "win1", "win"), nullptr);
  EXPECT_EQ(step_of(spin, "win12", "win"), step_of(spin, "win", "win"));
  EXPECT_EQ(step_of(spin, "win-1", "win"), nullptr);
  EXPECT_EQ(step_of(spin, "winx", "win"), nullptr);
  EXPECT_EQ(step_of(spin, "12", "win"), nullptr);
  EXPECT_EQ(step_of(spin, "bet2", "bet"), nullptr);
  EXPECT_EQ(step_of(spin, "win1", "bet"), nullptr);
  EXPECT_EQ(step_of(bet, "hold", "hold"), nullptr);
  EXPECT_EQ(step_of(payout, "hold", "hold")->held_sign, 1);
}

TEST(Kinds, ABonusMayBecomeCashAfterAnything) {
  ASSERT_NE(step_of(bet, "bonus_release", "bonus_release"), nullptr);
  EXPECT_EQ(step_of(spin, "win1:bonus_release", "bonus_release")->playable_sign, 0);
  EXPECT_EQ(step_of(spin, "xbonus_release", "bonus_release"), nullptr);
  EXPECT_EQ(step_of(bet, "bonus_release", "bet"), nullptr);
}

TEST(Kinds, SubjectsOfServiceLevels) {
  const auto wallet = kinds_of_subject("wallet");
  EXPECT_EQ(std::vector(wallet.begin(), wallet.end()),
            (std::vector{bet, win, rollback, balance, convert}));
  ASSERT_EQ(kinds_of_subject("spin").size(), 1u);
  EXPECT_EQ(kinds_of_subject("spin").front(), spin);
  EXPECT_TRUE(kinds_of_subject("nothing").empty());
}

}  // namespace
}  // namespace rehearse
