#include "load/login.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "base/clock.hpp"
#include "load/load.hpp"
#include "tests/unit/base/temporary_folder.hpp"
#include "tests/unit/load/fake_casino.hpp"

namespace rehearse {
namespace {

using test::Asked;
using test::FakeCasino;
using test::Reply;
using Act = std::function<void()>;

// One of eight is let in only at the third try; the game's servers are no players.
TEST(Logins, AreOverBeforeTheLoadBeginsAndGiveTokensToWhatPlayersSend) {
  FakeCasino casino([](const Asked& asked, const Act&) -> std::optional<Reply> {
    if (asked.target != "/v1/sessions") return std::nullopt;
    if (asked.body.find("p0003") != std::string::npos && asked.count < 3)
      return Reply{Reply::How::answer, 503, R"({"outcome":"failed","reason":"redis"})"};
    const size_t at = asked.body.find("p000");
    return Reply{Reply::How::answer, 200,
                 R"({"outcome":"ok","token":"token-of-)" + asked.body.substr(at, 5) + "\"}"};
  });
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/h.bin";
  auto writer = HistoryWriter::create(path, "k7", 1'000, 2'000);
  ASSERT_TRUE(writer);
  LoadProfile profile;
  profile.name = "test";
  profile.settle_after_ms = 30;
  profile.win_share = 1;
  profile.weight(OperationKind::bet) = 1;
  const LoadPlan plan{profile, {{500, 60, false}}, 8, 7, 500};
  auto load =
      Load::start(plan, {"", {casino.endpoint()}, {{"session", {casino.endpoint()}}}}, **writer);
  ASSERT_TRUE(load) << load.error().message;
  std::this_thread::sleep_for(std::chrono::milliseconds(1'000));
  EXPECT_TRUE((*load)->finish(monotonic_ns() + 60 * ns_per_s).drained);
  int bets = 0, wins = 0;
  size_t logins = 0;
  bool playing = false;
  for (const Asked& asked : casino.asked()) {
    logins += asked.target == "/v1/sessions" ? 1 : 0;
    if (asked.target == "/v1/sessions") {
      EXPECT_FALSE(playing) << "nobody logs in while others play";
      continue;
    }
    playing = true;
    const std::string player = asked.body.substr(asked.body.find("p000"), 5);
    const bool has_token =
        asked.head.find("Authorization: Bearer token-of-" + player) != std::string::npos;
    const bool is_game = asked.head.find("Game-Signature: t=") != std::string::npos;
    bets += asked.target == "/v1/bets" ? 1 : 0;
    wins += asked.target == "/v1/wins" ? 1 : 0;
    EXPECT_EQ(has_token, asked.target == "/v1/bets") << asked.target;
    // A bet whose answer is late is taken back, which is the game's to do as well.
    EXPECT_EQ(is_game, asked.target == "/v1/wins" || asked.target == "/v1/rollbacks")
        << asked.target;
  }
  EXPECT_EQ(logins, 8u + 2u);
  EXPECT_GT(bets, 5);
  EXPECT_GT(wins, 5);
}

TEST(Logins, OfNobodyAreOverAtOnce) {
  const PlatformEdges edges{"", {{"127.0.0.1", 9}}, {{"session", {{"127.0.0.1", 9}}}}};
  Entry entry(edges, 0, nullptr);
  Logins logins(entry, 0, "k7");
  bool done = false;
  logins.begin([&](const Status& status) { done = status.has_value(); });
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace rehearse
