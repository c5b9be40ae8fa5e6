#include "load/protocol.hpp"

#include <gtest/gtest.h>

#include "load/behaviour.hpp"

namespace rehearse {
namespace {

Operation operation_of(OperationKind kind) {
  Operation operation;
  operation.id = 12;
  operation.kind = kind;
  operation.currency = Currency::BRL;
  operation.player = 4;
  operation.amount_minor = 250;
  operation.related = 9;
  operation.round = 3;
  return operation;
}

Answer answer(int status, std::string body) {
  return answer_of(HttpResponse{status, {}, body});
}

TEST(Protocol, Requests) {
  const auto request = [](OperationKind kind) {
    return behaviour_of(kind)->request_of(operation_of(kind), "k7");
  };
  using enum OperationKind;
  EXPECT_EQ(request(bet).target, "/v1/bets");
  EXPECT_EQ(request(bet).body,
            R"({"key":"k7-000012","player":"p0004","currency":"BRL","round":"k7-r000003",)"
            R"("amount_minor":250})");
  EXPECT_EQ(request(win).target, "/v1/wins");
  EXPECT_NE(request(win).body.find(R"("bet":"k7-000009")"), std::string::npos);
  EXPECT_NE(request(win).body.find(R"("amount_minor":250)"), std::string::npos);
  EXPECT_EQ(request(rollback).target, "/v1/rollbacks");
  EXPECT_EQ(request(rollback).body.find("amount_minor"), std::string::npos);
  EXPECT_EQ(request(cancel).target, "/v1/payments/k7-000009/cancel");
  EXPECT_EQ(request(cancel).body, R"({"key":"k7-000012","player":"p0004"})");
  EXPECT_EQ(request(spin).target, "/v1/spins");
  EXPECT_EQ(request(spin).body, R"({"key":"k7-000012","player":"p0004","currency":"BRL",)"
                                R"("amount_minor":250,"game":"slots"})");
  EXPECT_EQ(request(convert).body,
            R"({"key":"k7-000012","player":"p0004","from":"BRL","to":"EUR","amount_minor":250})");
  EXPECT_EQ(request(credit).target, "/v1/credit/decisions");
  EXPECT_EQ(request(balance).method, "GET");
  EXPECT_EQ(request(balance).target, "/v1/balances/p0004?currency=BRL");
  EXPECT_NE(request(deposit).body.find(R"("direction":"deposit")"), std::string::npos);
  EXPECT_NE(request(payout).body.find(R"("direction":"payout")"), std::string::npos);
  EXPECT_EQ(behaviour_of(payout)->look_of(operation_of(payout), "k7").target,
            "/v1/payments/k7-000012");
}

TEST(Protocol, HearsWhenItMayComeAgain) {
  EXPECT_EQ(retry_after_ms({503, {{"retry-after", "3"}}, ""}), 3'000);
  EXPECT_EQ(retry_after_ms({503, {{"retry-after", "86400"}}, ""}), 60'000);
  EXPECT_EQ(retry_after_ms({503, {{"retry-after", "Mon, 30 Nov 2026 12:00:00 GMT"}}, ""}), 0);
  EXPECT_EQ(retry_after_ms({503, {{"date", "3"}}, ""}), 0);
}

TEST(Protocol, OnlyThePlatformsOwnWordsAreFinal) {
  using enum Outcome;
  EXPECT_EQ(answer(200, R"({"outcome":"ok"})").outcome, ok);
  EXPECT_EQ(answer(202, R"({"outcome":"ok","state":"accepted"})").outcome, ok);
  EXPECT_EQ(answer(422, R"({"outcome":"rejected","reason":"rolled_back"})").outcome, rejected);
  EXPECT_EQ(answer(409, R"({"outcome":"rejected","reason":"key_reused"})").outcome, rejected);
  EXPECT_EQ(answer(400, R"({"outcome":"rejected","reason":"malformed"})").outcome, rejected);
  EXPECT_EQ(answer(503, R"({"outcome":"failed","reason":"not_writer"})").outcome, failed);
  // A proxy's words, and those that do not fit together.
  EXPECT_EQ(answer(503, "<html>No server</html>").outcome, unknown);
  EXPECT_EQ(answer(503, "").reason, "http_503");
  EXPECT_EQ(answer(502, R"({"outcome":"failed"})").outcome, unknown);
  EXPECT_EQ(answer(504, R"({"outcome":"unknown"})").outcome, unknown);
  EXPECT_EQ(answer(200, R"({"outcome":"rejected"})").outcome, unknown);
  EXPECT_EQ(answer(200, R"({"outcome":"ok")").outcome, unknown);
  EXPECT_EQ(answer(422, "").outcome, unknown);
  EXPECT_EQ(answer_of(HttpError{HttpFailure::not_sent, "connect_refused"}).outcome, failed);
  EXPECT_EQ(answer_of(HttpError{HttpFailure::ambiguous, "reset"}).outcome, unknown);
}

TEST(Protocol, FieldsOfAnAnswer) {
  const Answer told = answer(
      200,
      R"({"outcome":"ok","seq":11,"amount_minor":-250,"balance_minor":9007199254740993,)"
      R"("version":5,"epoch":3,"timeline":2,"region_term":4,"replay":true,"chain_head":"ab"})");
  Attempt attempt;
  fill(attempt, told);
  EXPECT_EQ(attempt.http_status, 200);
  EXPECT_EQ(attempt.seq, 11);
  EXPECT_EQ(attempt.amount_minor, -250);
  EXPECT_EQ(attempt.balance_minor, 9007199254740993);
  EXPECT_EQ(attempt.version, 5);
  EXPECT_EQ(attempt.epoch, 3u);
  EXPECT_EQ(attempt.timeline, 2u);
  EXPECT_EQ(attempt.region_term, 4u);
  EXPECT_EQ(attempt.replay, 1);
  EXPECT_EQ(attempt.outcome, Outcome::none);  // stored by its own function, last
}

TEST(Protocol, AReasonIsCutNotOverrun) {
  Attempt attempt;
  Answer told;
  told.reason = std::string(100, 'x');
  fill(attempt, told);
  EXPECT_EQ(std::string(attempt.reason), std::string(sizeof attempt.reason - 1, 'x'));
}

TEST(Protocol, Payments) {
  const auto state = [](int status, std::string body) {
    return behaviour_of(OperationKind::payout)->looked(HttpResponse{status, {}, body}).outcome;
  };
  EXPECT_EQ(state(200, R"({"state":"settled"})"), Outcome::ok);
  EXPECT_EQ(state(200, R"({"state":"declined"})"), Outcome::rejected);
  EXPECT_EQ(state(200, R"({"state":"pending"})"), Outcome::unknown);
  EXPECT_EQ(state(404, R"({"state":"settled"})"), Outcome::unknown);
  EXPECT_EQ(state(503, R"({"outcome":"failed"})"), Outcome::unknown);
}

}  // namespace
}  // namespace rehearse
