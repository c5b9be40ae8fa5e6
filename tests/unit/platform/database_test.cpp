#include "platform/database.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

#include "base/clock.hpp"
#include "fake_postgres.hpp"
#include "tests/unit/base/soon.hpp"

namespace rehearse {
namespace {

using test::FakePostgres;
using test::soon;

DatabaseLogin login_to(const FakePostgres& server) {
  return {server.address(), "casino", "secret", "casino"};
}

TEST(DatabaseSession, ConnectsUnderItsNameAsksAndLeaves) {
  FakePostgres server;
  server.answer_by([](const std::string& statement) { return "to " + statement; });
  {
    const auto session = DatabaseSession::open(login_to(server), "rehearse-it", 30'000);
    ASSERT_TRUE(session) << session.error().message;
    EXPECT_EQ(server.names(), std::vector<std::string>{"rehearse-it"});
    EXPECT_EQ(*(*session)->ask("SELECT 1", 30'000), "to SELECT 1");
    EXPECT_EQ(*(*session)->ask("SELECT 2", 30'000), "to SELECT 2");
  }
  EXPECT_TRUE(soon([&] { return server.connections() == 0; }));
}

TEST(DatabaseSession, TellsTheSqlstateOfARefusedConnection) {
  FakePostgres server;
  server.refuse_beyond(0, "53300");
  const auto session = DatabaseSession::open(login_to(server), "rehearse-it", 30'000);
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().sqlstate, "53300") << session.error().message;
}

TEST(DatabaseSession, NobodyThereIsNoSqlstate) {
  const auto nobody = DatabaseSession::open({"127.255.3.9", "c", "s", "c"}, "it", 30'000);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().sqlstate, "");
}

TEST(DatabaseSession, AnErrorLeavesTheSessionWhole) {
  FakePostgres server;
  server.answer_by([](const std::string& statement) -> FakePostgres::Answer {
    if (statement == "LOCK") return std::unexpected("55P03");
    return "fine";
  });
  const auto session = DatabaseSession::open(login_to(server), "it", 30'000);
  ASSERT_TRUE(session);
  const auto locked = (*session)->ask("LOCK", 30'000);
  ASSERT_FALSE(locked);
  EXPECT_EQ(locked.error().sqlstate, "55P03");
  EXPECT_FALSE((*session)->broken());
  EXPECT_EQ(*(*session)->ask("SELECT 1", 30'000), "fine");
}

TEST(DatabaseSession, NoAnswerInTimeBreaksIt) {
  FakePostgres server;
  std::promise<void> given_up;
  server.answer_by([late = given_up.get_future().share()](const std::string&) {
    late.wait();
    return "late";
  });
  const auto session = DatabaseSession::open(login_to(server), "it", 30'000);
  ASSERT_TRUE(session);
  EXPECT_FALSE((*session)->ask("SELECT 1", 50));
  given_up.set_value();
  EXPECT_TRUE((*session)->broken());
  EXPECT_FALSE((*session)->ask("SELECT 1", 30'000));
}

TEST(DatabaseSession, AStopEndsTheWait) {
  FakePostgres server;
  std::promise<void> given_up;
  server.answer_by([late = given_up.get_future().share()](const std::string&) {
    late.wait();
    return "late";
  });
  const auto session = DatabaseSession::open(login_to(server), "it", 30'000);
  ASSERT_TRUE(session);
  std::stop_source stop;
  const std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop.request_stop();
  });
  const int64_t began_ns = monotonic_ns();
  EXPECT_FALSE((*session)->ask("SELECT 1", 120'000, stop.get_token()));
  given_up.set_value();
  EXPECT_LT(monotonic_ns() - began_ns, 60 * ns_per_s);
}

TEST(SessionName, IsWhatTheServerKeepsOfIt) {
  EXPECT_EQ(session_name("az"), "rehearse-az");
  EXPECT_EQ(session_name(std::string(64, 'x')).size(), 63u);
  const auto step = end_sessions("postgres-2", session_name("az"));
  EXPECT_EQ(step.action, "sql");
  EXPECT_TRUE(step.detail.ends_with("application_name = 'rehearse-az'"));
}

}  // namespace
}  // namespace rehearse
