// What only a deposed primary had, and whom one asks for it.
#include "engine/deposed.hpp"

#include <gtest/gtest.h>

#include "tests/unit/runtime/fake_runtime.hpp"

namespace rehearse {
namespace {

LedgerEntry entry_of(int64_t seq, const char* tx, const char* account, int64_t minor) {
  LedgerEntry entry;
  entry.ledger = "main";
  entry.seq = seq;
  entry.tx = tx;
  entry.key = std::string("k-") + tx;
  entry.account = account;
  entry.currency = "EUR";
  entry.amount_minor = minor;
  return entry;
}

TEST(Deposed, OnlyWhatThePrimaryHasNot) {
  const std::vector<LedgerEntry> primary = {entry_of(1, "t1", "a", 5), entry_of(1, "t1", "b", -5),
                                            entry_of(2, "t9", "a", 7), entry_of(2, "t9", "b", -7)};
  const std::vector<LedgerEntry> had = {entry_of(1, "t1", "a", 5), entry_of(1, "t1", "b", -5),
                                        entry_of(2, "t2", "a", 3), entry_of(2, "t2", "b", -3)};
  const auto only = only_in("postgres-1", had, primary);
  ASSERT_EQ(only.size(), 2u);
  EXPECT_EQ(only[0].node, "postgres-1");
  EXPECT_EQ(only[0].key, "k-t2");
  EXPECT_EQ(only[1].amount_minor, -3);
  EXPECT_TRUE(only_in("postgres-1", primary, primary).empty());
}

class DeposedTest : public testing::Test {
 protected:
  DeposedTest() {
    const auto file = read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/one-region.yaml");
    stack_ = *make_stack(*file, {});
    for (const Node& node : stack_.nodes) view_.nodes[node.name];
    view_.nodes["postgres-2"].role = "primary";
    run_.started_wall_ns = 1'700'000'000'000'000'000;
    run_.books.ledger_entries.emplace();
    runtime_.on_exec = [this](const std::string& node,
                              const std::vector<std::string>& argv) -> Result<std::string> {
      asked_.push_back(node + " " + argv[1]);
      if (argv[1] == "serve") return fail(ExitCode::machine, "its data was too large to be kept");
      return state_;
    };
  }
  std::vector<std::string> troubles() {
    collect_deposed({runtime_, stack_, sql_, view_, "/nowhere"}, run_, recorder_);
    return recorder_.troubles();
  }
  Stack stack_;
  StackView view_;
  FakeRuntime runtime_;
  rehearse::Run run_;
  Recorder recorder_{nullptr};
  const std::map<std::string, std::string> sql_ = {{"ledger_entries", "SELECT"}};
  std::vector<std::string> asked_;
  std::string state_ = "1 0/5000060 3 1700000010\n";
};

TEST_F(DeposedTest, NobodyIsAskedWhoStillLeadsOrNeverLed) {
  recorder_.role(1, "postgres-2", "primary", 0);
  recorder_.role(1, "wallet-1", "writer", 0);
  EXPECT_TRUE(troubles().empty());
  EXPECT_TRUE(asked_.empty());
}

TEST_F(DeposedTest, WhoLedIsAskedAndWhatWasNotKeptIsATrouble) {
  recorder_.role(1, "postgres-1", "primary", 0);
  recorder_.role(2, "postgres-1", "", 0);
  recorder_.role(3, "postgres-2", "primary", 0);
  EXPECT_EQ(troubles(), std::vector<std::string>{
                            "what only postgres-1 had: its data was too large to be kept"});
  EXPECT_EQ(asked_, (std::vector<std::string>{"postgres-1 state", "postgres-1 serve"}));
}

TEST_F(DeposedTest, WhatWasKeptBeforeTheRunIsNotOfIt) {
  recorder_.role(1, "postgres-1", "primary", 0);
  state_ = "1 0/5000060 3 1699999999\n";
  EXPECT_TRUE(troubles().empty());
  state_.clear();
  EXPECT_TRUE(troubles().empty());
  EXPECT_EQ(asked_.size(), 2u);
  EXPECT_FALSE(run_.books.deposed_entries);
  state_ = "what?";
  EXPECT_EQ(troubles().size(), 1u);
}

}  // namespace
}  // namespace rehearse
