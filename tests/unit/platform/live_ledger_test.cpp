#include "platform/live_ledger.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>

#include "fake_postgres.hpp"
#include "tests/unit/base/soon.hpp"

namespace rehearse {
namespace {

using test::FakePostgres;
using test::soon;

constexpr const char* query = "SELECT seq, tx, currency, amount_minor FROM entries";

class LiveLedgerTest : public testing::Test {
 protected:
  std::function<Result<DatabaseLogin>()> here() {
    return [this]() -> Result<DatabaseLogin> {
      return DatabaseLogin{server_.address(), "casino", "secret", "casino"};
    };
  }
  FakePostgres server_;
};

TEST_F(LiveLedgerTest, SumsOnlyWhatIsNewSinceTheLastLook) {
  server_.answer_by([](const std::string&) { return "17 "; });
  const LiveLedger ledger(here(), query, 5);
  EXPECT_TRUE(soon([&] { return server_.statements().size() >= 2; }));
  const auto asked = server_.statements();
  EXPECT_NE(asked[0].find(query), std::string::npos);
  EXPECT_NE(asked[0].find("seq > 0"), std::string::npos);
  EXPECT_NE(asked[1].find("seq > 17"), std::string::npos);
  EXPECT_FALSE(ledger.violation());
}

TEST_F(LiveLedgerTest, TellsATransactionThatDoesNotSumToZeroAndStops) {
  server_.answer_by([](const std::string&) { return "18 tx-9 EUR -5"; });
  const LiveLedger ledger(here(), query, 5);
  ASSERT_TRUE(soon([&] { return ledger.violation().has_value(); }));
  EXPECT_NE(ledger.violation()->find("tx-9 EUR -5"), std::string::npos);
  ::usleep(50'000);
  EXPECT_EQ(server_.statements().size(), 1u);
}

TEST_F(LiveLedgerTest, ADatabaseThatCannotBeReachedIsNoViolation) {
  std::atomic<int> asked = 0;
  const LiveLedger ledger(
      [&]() -> Result<DatabaseLogin> {
        // Nobody is primary; then nobody is there; then it refuses.
        if (++asked < 3) return fail(ExitCode::inconclusive, "no node holds the role");
        if (asked < 5) return DatabaseLogin{"127.255.3.9", "c", "s", "c"};
        return DatabaseLogin{server_.address(), "c", "s", "c"};
      },
      query, 5);
  server_.answer_by(
      [](const std::string&) -> FakePostgres::Answer { return std::unexpected("57014"); });
  EXPECT_TRUE(soon([&] { return server_.statements().size() >= 2; }));
  EXPECT_FALSE(ledger.violation());
}

TEST_F(LiveLedgerTest, AnotherPrimaryIsReadFromTheBeginning) {
  FakePostgres promoted;
  server_.answer_by([](const std::string&) { return "90 "; });
  promoted.answer_by([](const std::string&) { return "80 "; });
  std::atomic<bool> failed_over = false;
  const LiveLedger ledger(
      [&]() -> Result<DatabaseLogin> {
        return DatabaseLogin{failed_over ? promoted.address() : server_.address(), "c", "s", "c"};
      },
      query, 5);
  EXPECT_TRUE(soon([&] { return server_.statements().size() >= 2; }));
  failed_over = true;
  ASSERT_TRUE(soon([&] { return promoted.statements().size() >= 2; }));
  EXPECT_NE(promoted.statements()[0].find("seq > 0"), std::string::npos);
  EXPECT_NE(promoted.statements()[1].find("seq > 80"), std::string::npos);
}

}  // namespace
}  // namespace rehearse
