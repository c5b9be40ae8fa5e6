#include "engine/stop_watch.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <memory>

#include "../platform/fake_postgres.hpp"
#include "base/clock.hpp"
#include "tests/unit/base/soon.hpp"

namespace rehearse {
namespace {

// A load whose last seconds are whatever the test says.
class FakeLoad final : public Load {
 public:
  Window now;
  mutable std::vector<OperationKind> asked;
  mutable int64_t from_ns = 0, to_ns = 0;

  LoadProgress progress() const override { return {}; }
  std::vector<Window> windows(const Span&) const override { return {}; }
  Window window(const std::vector<OperationKind>& kinds, int64_t from, int64_t to) const override {
    asked = kinds;
    from_ns = from;
    to_ns = to;
    return now;
  }
  int64_t play_next(const LoadPlan&) override { return 0; }
  std::shared_ptr<const EdgeTrial> try_edge(const Endpoint&) override { return nullptr; }
  void stop_arrivals() override {}
  LoadResult finish(int64_t) override { return {}; }
};

class StopWatchTest : public testing::Test {
 protected:
  StopWatch watch(const std::string& slo, double above, int64_t for_ms) {
    StopCondition condition;
    condition.slo = slo;
    condition.above = above;
    condition.for_ms = for_ms;
    return StopWatch({condition}, load_, nullptr);
  }
  Load::Window window(int64_t attempts, int64_t succeeded, double p95_ms) {
    return {attempts, succeeded, p95_ms};
  }

  FakeLoad load_;
  Stack stack_;
  Observer observer_{stack_, nullptr};
  const int64_t t_ns_ = 100 * ns_per_s;
};

TEST_F(StopWatchTest, FiresOnlyWhenItHeldForAsLongAsAsked) {
  auto stop = watch("wallet_p95", 5'000, 20'000);
  load_.now = window(100, 100, 7'000);
  EXPECT_FALSE(stop.reason(t_ns_));
  EXPECT_FALSE(stop.reason(t_ns_ + 19 * ns_per_s));
  const auto why = stop.reason(t_ns_ + 20 * ns_per_s);
  ASSERT_TRUE(why);
  EXPECT_NE(why->find("wallet_p95 above 5.0 s for 20.0 s"), std::string::npos) << *why;
}

TEST_F(StopWatchTest, OneGoodMomentBeginsTheCountAnew) {
  auto stop = watch("wallet_p95", 5'000, 20'000);
  load_.now = window(100, 100, 7'000);
  EXPECT_FALSE(stop.reason(t_ns_));
  load_.now = window(100, 100, 5'000);  // not above
  EXPECT_FALSE(stop.reason(t_ns_ + 10 * ns_per_s));
  load_.now = window(100, 100, 7'000);
  EXPECT_FALSE(stop.reason(t_ns_ + 11 * ns_per_s));
  EXPECT_FALSE(stop.reason(t_ns_ + 30 * ns_per_s));
  EXPECT_TRUE(stop.reason(t_ns_ + 31 * ns_per_s));
}

TEST_F(StopWatchTest, AnAttemptWithoutAnAnswerIsLaterThanAnyLimit) {
  auto stop = watch("bet_p95", 5'000, 0);
  load_.now = window(100, 96, 10);
  EXPECT_FALSE(stop.reason(t_ns_));
  load_.now = window(100, 94, 10);
  EXPECT_TRUE(stop.reason(t_ns_));
}

TEST_F(StopWatchTest, NoAttemptsSayNothing) {
  auto p95 = watch("bet_p95", 0, 0), failed = watch("bet_failed", 0, 0);
  load_.now = window(0, 0, 0);
  EXPECT_FALSE(p95.reason(t_ns_));
  EXPECT_FALSE(failed.reason(t_ns_));
}

TEST_F(StopWatchTest, FailedIsTheShareWithoutAnAnswer) {
  auto stop = watch("bet_failed", 0.03, 0);
  load_.now = window(100, 97, 9'000);
  EXPECT_FALSE(stop.reason(t_ns_));
  load_.now = window(100, 96, 10);
  EXPECT_NE(stop.reason(t_ns_)->find("bet_failed above 3%"), std::string::npos);
}

TEST_F(StopWatchTest, LooksAtTheKindsOfItsSubjectInTheLastSeconds) {
  auto bet = watch("bet_p95", 1, 0);
  (void)bet.reason(t_ns_);
  EXPECT_EQ(load_.asked, std::vector<OperationKind>{OperationKind::bet});
  EXPECT_EQ(load_.to_ns, t_ns_ - ns_per_s);
  EXPECT_EQ(load_.from_ns, t_ns_ - 6 * ns_per_s);
  auto settled = watch("payout_settled_p95", 1, 0);
  (void)settled.reason(t_ns_);
  EXPECT_EQ(load_.asked, std::vector<OperationKind>{OperationKind::payout_settled});
  auto wallet = watch("wallet_p95", 1, 0);
  (void)wallet.reason(t_ns_);
  EXPECT_EQ(load_.asked.size(), 5u);
}

StopCondition balanced() {
  StopCondition condition;
  condition.check = "ledger_balanced.live";
  return condition;
}

TEST_F(StopWatchTest, AnUnbalancedLedgerStopsTheRun) {
  test::FakePostgres server;
  std::atomic<bool> odd = false;
  server.answer_by([&](const std::string&) { return odd ? "3 tx-1 EUR 5" : "3 "; });
  const auto primary = [&]() -> Result<DatabaseLogin> {
    return DatabaseLogin{server.address(), "casino", "secret", "casino"};
  };
  StopWatch stop({balanced()}, load_, std::make_unique<LiveLedger>(primary, "SELECT 1", 5));
  EXPECT_TRUE(test::soon([&] { return server.statements().size() >= 2; }));
  EXPECT_FALSE(stop.reason(t_ns_));
  odd = true;
  std::optional<std::string> why;
  EXPECT_TRUE(test::soon([&] { return (why = stop.reason(t_ns_)).has_value(); }));
  EXPECT_EQ(why.value_or(""), "ledger_balanced.live: transactions do not sum to zero: tx-1 EUR 5");
}

TEST_F(StopWatchTest, TheLedgerIsLookedAtOnlyWhereAConditionNamesIt) {
  EXPECT_EQ(live_check_names(), std::vector<std::string>{"ledger_balanced"});
  stack_.file.books.sql_component = "postgres";
  EXPECT_EQ(watch_ledger({balanced()}, stack_, observer_), nullptr);  // the stack has none
  stack_.file.books.sql["ledger_entries"] = "SELECT 1";
  EXPECT_EQ(watch_ledger({StopCondition{}}, stack_, observer_), nullptr);
  const auto ledger = watch_ledger({balanced()}, stack_, observer_);
  ASSERT_NE(ledger, nullptr);
  ::usleep(20'000);
  EXPECT_FALSE(ledger->violation());  // nobody is primary of a stack without nodes
}

}  // namespace
}  // namespace rehearse
