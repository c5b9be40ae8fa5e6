// What behaviours make of arrivals and answers, and how the generator plays the newer ones.
#include "load/behaviour.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <thread>

#include "base/clock.hpp"
#include "base/ed25519.hpp"
#include "load/behaviours/contacts.hpp"
#include "tests/unit/base/temporary_folder.hpp"
#include "tests/unit/load/fake_casino.hpp"

namespace rehearse {
namespace {

using enum OperationKind;
using test::Asked;
using test::FakeCasino;
using test::Reply;

LoadProfile of(std::initializer_list<std::pair<OperationKind, double>> weights) {
  LoadProfile profile;
  for (const auto& [kind, weight] : weights) profile.weight(kind) = weight;
  profile.settle_after_ms = 30;
  return profile;
}

Outcome looked(OperationKind kind, int status, const std::string& body) {
  return behaviour_of(kind)->looked(HttpResponse{status, {}, body}).outcome;
}

TEST(Behaviours, ABetAtATableIsForTheWindowOfItsArrivalHoweverLateItIsSentAgain) {
  const auto body_of = [](int64_t intended_ns) {
    Operation operation;
    operation.kind = table_bet;
    operation.intended_ns = intended_ns;
    return behaviour_of(table_bet)->request_of(operation, "k1").body;
  };
  const int64_t now_ns = monotonic_ns();
  EXPECT_EQ(body_of(now_ns), body_of(now_ns));
  EXPECT_NE(body_of(now_ns - 60 * ns_per_s), body_of(now_ns));
}

TEST(Behaviours, ThereIsOneForEveryKindThatIsSent) {
  for (int i = 0; i < operation_kinds; ++i) {
    const auto kind = static_cast<OperationKind>(i);
    const Behaviour* behaviour = behaviour_of(kind);
    if (is_settlement(kind)) {
      EXPECT_EQ(behaviour, nullptr) << name_of(kind);
      continue;
    }
    ASSERT_NE(behaviour, nullptr) << name_of(kind);
    EXPECT_NE(behaviour->request_of, nullptr) << name_of(kind);
    EXPECT_FALSE(behaviour->summary.empty()) << name_of(kind);
    EXPECT_EQ(behaviour->look_of != nullptr, watch_of(kind).has_value()) << name_of(kind);
    EXPECT_EQ(behaviour->looked != nullptr, watch_of(kind).has_value()) << name_of(kind);
    if (behaviour->follow_ups == nullptr) continue;
    for (const FollowUp& next : behaviour->follow_ups({})) {
      ASSERT_NE(behaviour_of(next.kind), nullptr);
      EXPECT_FALSE(behaviour_of(next.kind)->starts) << name_of(next.kind);
    }
  }
}

TEST(Behaviours, WhatWritesSendsItsKey) {
  for (const Behaviour& behaviour : behaviours()) {
    Operation operation;
    operation.id = 12;
    operation.kind = behaviour.kind;
    const HttpRequest request = behaviour.request_of(operation, "k7");
    const bool keyed = request.body.find(R"("key":"k7-000012")") != std::string::npos;
    EXPECT_EQ(keyed, has_key(behaviour.kind)) << name_of(behaviour.kind);
    EXPECT_EQ(request.method, is_read(behaviour.kind) ? "GET" : "POST");
  }
}

TEST(Behaviours, ALookAtARound) {
  EXPECT_EQ(looked(spin, 200, R"({"state":"settled"})"), Outcome::ok);
  EXPECT_EQ(looked(spin, 200, R"({"state":"void"})"), Outcome::ok);
  EXPECT_EQ(looked(spin, 200, R"({"state":"cancelled"})"), Outcome::rejected);
  EXPECT_EQ(looked(spin, 200, R"({"state":"open"})"), Outcome::unknown);
  EXPECT_EQ(looked(spin, 404, R"({"state":"settled"})"), Outcome::unknown);
  EXPECT_EQ(looked(spin, 200, R"({"state":"settled","to_come":1})"), Outcome::unknown);
  const Answer answer =
      behaviour_of(spin)->looked({200, {}, R"({"state":"settled","returned_minor":70})"});
  EXPECT_EQ(answer.amount_minor, 70);
}

TEST(Behaviours, ACancelledPayoutIsNotPaid) {
  EXPECT_EQ(looked(payout, 200, R"({"state":"cancelled"})"), Outcome::rejected);
}

TEST(Behaviours, APageIsThereOrNot) {
  const auto page = [](int status) {
    return behaviour_of(stream)->answer_of(HttpResponse{status, {}, "x"}).outcome;
  };
  EXPECT_EQ(page(200), Outcome::ok);
  EXPECT_EQ(page(503), Outcome::failed);
}

TEST(Behaviours, TheSignatureIsTheOneThatTheChannelExpects) {
  const std::string secret = contact_secret("k7", 3), body = "{}";
  const std::string header = contact_signature(secret, body, 1'700'000'000);
  const std::string start = "t=1700000000,v1=";
  ASSERT_TRUE(header.starts_with(start));
  EXPECT_TRUE(ed25519_verify(ed25519_public(secret), "1700000000.{}", header.substr(start.size())));
  const HttpRequest confirms = confirm_request("k7", 3);
  EXPECT_EQ(confirms.target, "/v1/lifeline");
  EXPECT_EQ(confirms.headers.back().first, "Signature");
}

TEST(Behaviours, TheLifelineIsForWhenTheMainPathIsOut) {
  const auto becomes = [](bool out, bool registered) {
    Operation operation;
    operation.kind = lifeline;
    operation.amount_minor = 500;
    Moment moment;
    moment.path_out = out;
    moment.registered = registered;
    behaviour_of(lifeline)->adjust(operation, moment);
    return operation.kind;
  };
  EXPECT_EQ(becomes(false, false), contact);
  EXPECT_EQ(becomes(false, true), balance);
  EXPECT_EQ(becomes(true, false), balance);
  EXPECT_EQ(becomes(true, true), lifeline);
}

TEST(Behaviours, WithoutItsTargetABehaviourIsNotPlayed) {
  const LoadProfile wanted = of({{bet, 0.5}, {spin, 0.3}, {payout, 0.1}, {stream, 0.1}});
  LoadProfile cancels = wanted;
  cancels.cancel_share = 0.5;
  const std::vector<std::string> none, some = {"studio", "cancel"};
  EXPECT_EQ(without_target(cancels, none), (std::vector<std::string>{"spin", "stream", "cancel"}));
  EXPECT_EQ(without_target(cancels, some), (std::vector<std::string>{"stream"}));
  EXPECT_EQ(playable(cancels, none).weight(spin), 0);
  EXPECT_EQ(playable(cancels, none).cancel_share, 0);
  EXPECT_EQ(playable(cancels, some).weight(spin), 0.3);
  EXPECT_EQ(kinds_of(playable(cancels, some)),
            (std::vector{bet, payout, payout_settled, spin, spin_settled, cancel}));
}

TEST(Behaviours, NobodyPaysByWhatTheStackLacks) {
  LoadProfile profile = of({{deposit, 1}});
  profile.deposit_methods = {{Method::card, 0.7}, {Method::ramp, 0.2}, {Method::stablecoin, 0.1}};
  const std::vector<std::string> none, some = {"stablecoin"};
  EXPECT_EQ(without_target(profile, none),
            (std::vector<std::string>{"payments by ramp", "payments by stablecoin"}));
  EXPECT_EQ(playable(profile, none).deposit_methods.size(), 1u);
  EXPECT_EQ(playable(profile, some).deposit_methods.back().method, Method::stablecoin);
}

TEST(Behaviours, PlansAreTheSameFromTheSameSeed) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    LoadProfile profile;
    Random random(seed);
    for (const Behaviour& behaviour : behaviours()) {
      if (behaviour.starts) profile.weight(behaviour.kind) = random.uniform();
    }
    profile.settle_after_ms = 500;
    profile.win_share = random.uniform() / 2;
    profile.rollback_share = random.uniform() / 2;
    profile.cancel_share = random.uniform();
    profile.deposit_methods = {{Method::card, 0.5}, {Method::stablecoin, 0.5}};
    profile.networks = {{Network::trc20, 1}, {Network::erc20, 1}};
    profile.shape = {{3'000, 0.2, false}, {1'000, 1, true}};
    const LoadPlan plan{profile, {{0, 200, false}}, 50, seed, 20'000};
    const auto once = plan_arrivals(plan), again = plan_arrivals(plan);
    ASSERT_GT(once.size(), 100u);
    ASSERT_TRUE(std::ranges::equal(once, again, [](const Arrival& a, const Arrival& b) {
      return a.at_ns == b.at_ns && a.kind == b.kind && a.player == b.player &&
             a.amount_minor == b.amount_minor && a.related == b.related && a.round == b.round &&
             a.method == b.method && a.network == b.network && a.node == b.node &&
             a.currency == b.currency && a.currency_to == b.currency_to;
    }));
    for (size_t i = 0; i < once.size(); ++i) {
      const Arrival& arrival = once[i];
      ASSERT_EQ(arrival.method == Method::stablecoin, arrival.network != Network::none);
      if (arrival.method == Method::stablecoin) {
        ASSERT_EQ(arrival.currency, Currency::USDT);
      }
      if (!arrival.follows) continue;
      ASSERT_LT(arrival.related, i);
      ASSERT_EQ(once[arrival.related].player, arrival.player);
      const bool of_payout = arrival.kind == cancel;
      ASSERT_EQ(once[arrival.related].kind, of_payout ? payout : bet);
    }
    const HistoryRoom room = history_room(plan);
    const auto watched = std::ranges::count_if(
        once, [](const Arrival& arrival) { return watch_of(arrival.kind).has_value(); });
    ASSERT_GE(room.operations, once.size() + static_cast<size_t>(watched));
  }
}

TEST(Behaviours, AShapeIsPlayedAgainAndAgain) {
  LoadProfile profile = of({{balance, 1}});
  profile.shape = {{5'000, 0.1, false}, {5'000, 1, false}};
  const auto arrivals = plan_arrivals({profile, {{0, 400, false}}, 50, 7, 40'000});
  double quiet = 0, busy = 0;
  for (const Arrival& arrival : arrivals) {
    (arrival.at_ns / ns_per_s % 10 < 5 ? quiet : busy) += 1;
  }
  EXPECT_NEAR(quiet, 800, 120);
  EXPECT_NEAR(busy, 8'000, 400);
}

TEST(Behaviours, AMethodIsAHabit) {
  LoadProfile profile = of({{deposit, 1}});
  profile.deposit_methods = {{Method::card, 0.6}, {Method::bank, 0.4}};
  std::map<uint32_t, std::set<Method>> of_player;
  double cards = 0;
  const auto arrivals = plan_arrivals({profile, {{0, 500, false}}, 400, 7, 20'000});
  for (const Arrival& arrival : arrivals) {
    of_player[arrival.player].insert(arrival.method);
    cards += arrival.method == Method::card ? 1 : 0;
  }
  for (const auto& [player, methods] : of_player) EXPECT_EQ(methods.size(), 1u) << player;
  EXPECT_NEAR(cards / static_cast<double>(arrivals.size()), 0.6, 0.1);
}

// ---- played

class BehaviourPlay : public testing::Test {
 protected:
  void play(const LoadProfile& profile, double rate_per_s, int64_t length_ms,
            const PlatformEdges& edges, int64_t pause_ms = 200, int64_t drain_ms = 20'000) {
    const std::string path = directory_ + "/history.bin";
    auto writer = HistoryWriter::create(path, "k7", 20'000, 40'000);
    ASSERT_TRUE(writer);
    const LoadPlan plan{profile, {{length_ms, rate_per_s, false}}, 8, 7, length_ms};
    auto load = Load::start(plan, edges, **writer);
    ASSERT_TRUE(load) << load.error().message;
    std::this_thread::sleep_for(std::chrono::milliseconds(length_ms + pause_ms));
    result_ = (*load)->finish(monotonic_ns() + drain_ms * ns_per_ms);
    ASSERT_TRUE((*writer)->close());
    history_ = std::move(*read_history(path));
  }

  int64_t count(OperationKind kind) const {
    return std::ranges::count(history_.operations, kind, &Operation::kind);
  }

  const test::TemporaryFolder folder_;
  const std::string directory_ = folder_.path();

  LoadResult result_;
  History history_;
};

TEST_F(BehaviourPlay, SpinsStayAtTheirStudioAndAreWatched) {
  FakeCasino edge, studio_a, studio_b;
  play(of({{spin, 1}}), 60, 500,
       {"", {edge.endpoint()}, {{"studio", {studio_a.endpoint(), studio_b.endpoint()}}}});
  EXPECT_TRUE(result_.drained);
  EXPECT_GT(count(spin), 10);
  EXPECT_EQ(count(spin_settled), count(spin));
  EXPECT_TRUE(edge.asked().empty());
  const auto a = studio_a.asked(), b = studio_b.asked();
  EXPECT_GT(a.size(), 5u);
  EXPECT_GT(b.size(), 5u);
  std::set<std::string> keys;
  for (const Asked& asked : a) keys.insert(asked.key);
  for (const Asked& asked : b) EXPECT_FALSE(keys.contains(asked.key)) << asked.key;
  for (const Attempt& attempt : history_.attempts) {
    const Operation& operation = history_.operations[attempt.operation];
    if (operation.kind != spin_settled) continue;
    EXPECT_EQ(attempt.amount_minor, 40);
    EXPECT_EQ(history_.operations[operation.related].kind, spin);
  }
}

TEST_F(BehaviourPlay, OnlyAcceptedPayoutsAreCancelled) {
  FakeCasino casino([](const Asked& asked, const auto&) -> std::optional<Reply> {
    if (asked.target != "/v1/payments" || asked.key.back() % 2 == 0) return std::nullopt;
    return Reply{Reply::How::answer, 422,
                 R"({"outcome":"rejected","reason":"insufficient_funds"})"};
  });
  LoadProfile profile = of({{payout, 1}});
  profile.cancel_share = 1;
  play(profile, 60, 2'000, {"", {casino.endpoint()}, {{"cancel", {casino.endpoint()}}}});
  EXPECT_GT(count(cancel), 5);
  EXPECT_GT(count(balance), 5);
  const auto ended = attempts_by_operation(history_);
  for (const Operation& operation : history_.operations) {
    if (operation.kind != cancel) continue;
    EXPECT_EQ(history_.operations[operation.related].kind, payout);
    EXPECT_EQ(outcome_of(ended[operation.related]), Outcome::ok);
  }
}

TEST_F(BehaviourPlay, TheLifelineIsTriedOnlyOnceTheEdgeIsOut) {
  const int64_t out_ns = monotonic_ns() + 1'500 * ns_per_ms;
  FakeCasino edge([&](const Asked&, const auto&) -> std::optional<Reply> {
    if (monotonic_ns() < out_ns) return std::nullopt;
    return Reply{Reply::How::close, 0, ""};
  });
  FakeCasino bot;
  // What fails is tried again for as long as it may be: here that says nothing more.
  play(of({{balance, 1}, {lifeline, 1}}), 60, 5'000,
       {"", {edge.endpoint()}, {{"lifeline", {bot.endpoint()}}}}, 200, 300);
  EXPECT_GT(count(contact), 3);
  EXPECT_GT(count(lifeline), 10);
  for (const Operation& operation : history_.operations) {
    if (operation.kind == lifeline) {
      EXPECT_GT(operation.intended_ns, out_ns);
    }
  }
  for (const Asked& asked : bot.asked()) EXPECT_EQ(asked.target, "/v1/lifeline");
}

TEST_F(BehaviourPlay, APlatformThatSaysNoIsNoReasonForTheLifeline) {
  FakeCasino edge([](const Asked& asked, const auto&) -> std::optional<Reply> {
    if (asked.target.starts_with("/v1/lifeline")) return std::nullopt;
    return Reply{Reply::How::answer, 503, R"({"outcome":"failed","reason":"not_writer"})"};
  });
  FakeCasino bot;
  play(of({{balance, 1}, {lifeline, 1}}), 60, 4'000,
       {"", {edge.endpoint()}, {{"lifeline", {bot.endpoint()}}}}, 200, 300);
  EXPECT_GT(count(contact), 3);
  EXPECT_EQ(count(lifeline), 0);
}

TEST(Behaviours, AnEmergencyThatIsNotOnMayComeLater) {
  const auto answer = [](int status, std::string body) {
    return behaviour_of(lifeline)->answer_of(HttpResponse{status, {}, body}).outcome;
  };
  EXPECT_EQ(answer(403, R"({"outcome":"rejected","reason":"no_emergency"})"), Outcome::failed);
  EXPECT_EQ(answer(429, R"({"outcome":"rejected","reason":"limit"})"), Outcome::failed);
  EXPECT_EQ(answer(422, R"({"outcome":"rejected","reason":"frozen"})"), Outcome::rejected);
  EXPECT_EQ(answer(202, R"({"outcome":"ok"})"), Outcome::ok);
}

TEST(Behaviours, AConversionTellsWhatItGave) {
  const auto reason = [](int status, std::string body) {
    return behaviour_of(convert)->answer_of(HttpResponse{status, {}, body}).reason;
  };
  EXPECT_EQ(reason(200, R"({"outcome":"ok","amount_minor":350,"to_minor":3783783})"),
            "to_minor=3783783");
  EXPECT_EQ(reason(200, R"({"outcome":"ok","amount_minor":350})"), "");
  EXPECT_EQ(reason(422, R"({"outcome":"rejected","reason":"too_small","to_minor":1})"),
            "too_small");
}

TEST_F(BehaviourPlay, ATargetThatIsMissingIsABugOfTheCaller) {
  FakeCasino edge;
  auto writer = HistoryWriter::create(directory_ + "/h", "k7", 10, 10);
  ASSERT_TRUE(writer);
  const LoadPlan plan{of({{spin, 1}}), {{100, 10, false}}, 8, 7, 100};
  EXPECT_FALSE(Load::start(plan, {"", {edge.endpoint()}}, **writer));
  EXPECT_FALSE(Load::start(plan, {"", {edge.endpoint()}, {{"studio", {}}}}, **writer));
}

}  // namespace
}  // namespace rehearse
