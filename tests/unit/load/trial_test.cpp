// A bet, its win and a payout go through the edge that was named, while players go elsewhere.
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

class EdgeTrialTest : public testing::Test {
 protected:
  // Players look at their balances; gives the trial once it has ended, one way or the other.
  std::shared_ptr<const EdgeTrial> try_through(const Endpoint& edge) {
    const std::string path = directory_ + "/history.bin";
    auto writer = HistoryWriter::create(path, "k7", 2'000, 4'000);
    LoadProfile profile;
    profile.weight(OperationKind::balance) = 1;
    const LoadPlan plan{profile, {{10'000, 50, false}}, 8, 7, 10'000};
    auto load = Load::start(plan, {"", {players_.endpoint()}}, **writer);
    const auto trial = (*load)->try_edge(edge);
    const int64_t until_ns = monotonic_ns() + 20 * ns_per_s;
    while (trial->acknowledged < EdgeTrial::operations && !trial->failed &&
           monotonic_ns() < until_ns)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const LoadResult result = (*load)->finish(monotonic_ns() + 20 * ns_per_s);
    EXPECT_EQ(result.not_sent, 0);
    EXPECT_TRUE((*writer)->close());
    history_ = read_history(path).value();
    return trial;
  }
  static std::vector<std::string> targets_of(FakeCasino& casino) {
    std::vector<std::string> targets;
    for (const Asked& asked : casino.asked())
      if (asked.method == "POST") targets.push_back(asked.target);
    std::ranges::sort(targets);  // the last two are asked for at once
    return targets;
  }

  const test::TemporaryFolder folder_;
  const std::string directory_ = folder_.path();

  FakeCasino players_;
  History history_;
};

TEST_F(EdgeTrialTest, IsOfTheHistoryAndOfNoOtherEdge) {
  FakeCasino other;
  const auto trial = try_through(other.endpoint());
  EXPECT_EQ(trial->acknowledged, EdgeTrial::operations);
  EXPECT_FALSE(trial->failed);
  EXPECT_EQ(targets_of(other), (std::vector<std::string>{"/v1/bets", "/v1/payments", "/v1/wins"}));
  EXPECT_TRUE(targets_of(players_).empty());
  const Operation& bet = history_.operations.at(trial->first_operation);
  EXPECT_EQ(bet.kind, OperationKind::bet);
  EXPECT_EQ(bet.amount_minor, 100);
  const auto of_kind = [&](OperationKind kind) {
    return *std::ranges::find(history_.operations, kind, &Operation::kind);
  };
  EXPECT_EQ(of_kind(OperationKind::win).related, bet.id);
  EXPECT_EQ(of_kind(OperationKind::win).round, bet.round);
  EXPECT_EQ(of_kind(OperationKind::payout).amount_minor, 100);
}

TEST_F(EdgeTrialTest, WhatIsDeclinedHasFailedAndNothingFollows) {
  FakeCasino other([](const Asked&, const std::function<void()>&) -> std::optional<Reply> {
    return Reply{Reply::How::answer, 422, R"({"outcome":"rejected","reason":"frozen"})"};
  });
  const auto trial = try_through(other.endpoint());
  EXPECT_TRUE(trial->failed);
  EXPECT_EQ(trial->acknowledged, 0);
  EXPECT_EQ(targets_of(other), std::vector<std::string>{"/v1/bets"});
}

}  // namespace
}  // namespace rehearse
