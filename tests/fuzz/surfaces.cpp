// The parsers: each row is a pure function of a body, with what must hold of whatever it accepts.
// What comes from outside is in outside.cpp, the services with books of their own in services/.
#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "casino/cashier/inbox.hpp"
#include "casino/cashier/payment.hpp"
#include "casino/common/json.hpp"
#include "casino/common/officers.hpp"
#include "casino/common/redis.hpp"
#include "casino/common/refusals.hpp"
#include "casino/common/terms.hpp"
#include "casino/common/webhook_keys.hpp"
#include "casino/consumer/bonus.hpp"
#include "casino/consumer/event.hpp"
#include "casino/credit/decisions.hpp"
#include "casino/game/bridge.hpp"
#include "casino/kyc/limits.hpp"
#include "casino/kyc/screening.hpp"
#include "casino/lifeline/message.hpp"
#include "casino/lobby/claims.hpp"
#include "casino/lobby/contacts.hpp"
#include "casino/table/store.hpp"
#include "casino/wallet/requests.hpp"
#include "casino/wallet/rules.hpp"
#include "parser.hpp"

namespace casino::fuzz {

namespace {

bool is_money(int64_t amount_minor, std::string_view currency) {
  return amount_minor > 0 && is_currency(currency);
}

const std::string bet =
    R"({"key":"k-1","player":"p0001","round":"r1","amount_minor":250,"currency":"EUR"})";

Outcome wallet(const Request& request) {
  const auto asked = asked_at(request.path);
  if (!asked) return {};
  const auto command = parse_command(asked->kind, request.body);
  if (!command) return {};
  const bool flag = asked->kind == Kind::limit;
  return accepted(is_identifier(command->key) && is_identifier(command->player) &&
                  command->player.find(':') == std::string::npos && command->amount_minor >= 0 &&
                  command->amount_minor <= amount_minor_max && command->fee_minor >= 0 &&
                  command->contribution_minor <= command->amount_minor &&
                  (flag || is_currency(command->currency)));
}

Surface wallet_surface() {
  const std::string start = R"({"key":"k","player":"p1","currency":"EUR","amount_minor":5,)";
  return parser(
      "wallet/requests",
      {body_for("/v1/bets", bet), body_for("/v1/wins", start + R"("round":"r","bet":"b1"})"),
       body_for("/v1/rollbacks", start + R"("round":"r","bet":"b1","studio":"s"})"),
       body_for("/internal/holds", start + R"("business_key":"w1"})"),
       body_for("/internal/payouts",
                start + R"("business_key":"w1","provider":"psp-a","fee_minor":1})"),
       body_for("/internal/deposits",
                start + R"("business_key":"w1","provider":"psp-a","fee_minor":1})"),
       body_for("/v1/conversions",
                R"({"key":"k","player":"p1","from":"EUR","to":"BRL","amount_minor":5})"),
       body_for("/internal/limits",
                R"({"key":"k","player":"p1","kind":"loss_limit","value":5,"currency":"EUR"})")},
      {body_for("/v1/bets", R"({"key":"k","player":"p1","round":"r","amount_minor":-5,)"
                            R"("currency":"EUR"})"),
       body_for("/v1/bets", R"({"key":"k","player":"p1","round":"r","amount_minor":1e309,)"
                            R"("currency":"EUR"})")},
      wallet);
}

// Boost.JSON reads 1e309 as infinity, 0e400 as not a number, and writes what is no JSON for them.
bool is_finite(const json::value& value) {
  if (value.is_double()) return std::isfinite(value.get_double());
  if (value.is_array()) return std::ranges::all_of(value.get_array(), is_finite);
  if (!value.is_object()) return true;
  return std::ranges::all_of(value.get_object(),
                             [](const auto& item) { return is_finite(item.value()); });
}

Surface json_surface() {
  return parser("common/json", {body_of(bet), body_of(R"({"a":[1,2.5,"\u00e9",{"b":null}]})")},
                {body_of("[1]"), body_of("{\"a\":\"\xff\"}"), body_of(std::string(5000, '['))},
                [](const Request& request) -> Outcome {
                  const auto object = parse_object(request.body);
                  if (!object) return {};
                  for (const auto& item : *object) {
                    text_of(*object, item.key());
                    integer_of(*object, item.key());
                  }
                  return accepted(!is_finite(*object) || parse_object(to_text(*object)));
                });
}

Surface payment_surface() {
  const std::string start = R"({"key":"p1","player":"u1","direction":")";
  const std::string end = R"(","amount_minor":100,"currency":"EUR")";
  return parser("cashier/payment",
                {body_of(start + "deposit" + end + "}"),
                 body_of(start + "payout" + end + R"(,"method":"card","network":"tron"})")},
                {body_of(start + "sideways" + end + "}")}, [](const Request& request) -> Outcome {
                  const auto payment = parse_payment(request.body);
                  if (!payment) return {};
                  return accepted(is_money(payment->amount_minor, payment->currency) &&
                                  is_identifier(payment->key) && payment->key.size() <= 112 &&
                                  body_hash_of(*payment).size() == 64);
                });
}

// Signed by us, so that whatever else is found to be signed was forged.
Surface webhook_surface() {
  const std::string body =
      R"({"event":"ev-1","type":"transfer.failed","transfer":"tr-1","business_key":"p1",)"
      R"("direction":"out","amount_minor":100,"currency":"EUR"})";
  constexpr int64_t now_s = 1'800'000'000;
  const std::string path = "psp-a", good = sign_webhook("secret-a", body, now_s);
  const auto with = [&](const std::string& signature) {
    return Request{"POST", path, "", {{"signature", signature}}, body};
  };
  return parser("cashier/webhooks", {with(good), with(good + ",v1=00")},
                {with(""), with("t=,v1="), with(sign_webhook("secret-b", body, now_s)),
                 with(sign_webhook("secret-a", body, now_s - 301))},
                [body, now_s](const Request& request) -> Outcome {
                  WebhookKeys keys(*parse_webhook_keys("psp-a/1=secret-a,psp-b/1=secret-b"));
                  const auto by =
                      keys.verify("psp-a", request.header("signature"), request.body, now_s);
                  const auto event = parse_webhook(request.path, request.body);
                  if (event) judge_webhook(*event, std::nullopt);
                  if (by.verdict != SignatureVerdict::valid) return {};
                  if (request.body != body)
                    return {true, 0, "a body that was never signed is believed"};
                  return {event.has_value(), 0, event ? "" : "a well-formed webhook is malformed"};
                });
}

Surface dialect_surface(const std::string& name, const std::vector<Request>& seeds) {
  return parser("game/" + name, seeds, {body_for("bet", "{}")},
                [name](const Request& request) -> Outcome {
                  const Dialect& dialect = *find_dialect(name);
                  const auto action = action_of(request.path);
                  if (!action) return {};
                  const auto call = parse_call(dialect, *action, request.body);
                  if (!call) return {};
                  WalletReply reply;
                  reply.kind = WalletReply::Kind::ok;
                  const GameAnswer answer = answer_of(dialect, *call, reply);
                  return accepted(is_currency(call->currency) && call->amount_minor >= 0 &&
                                  call->contribution_minor <= call->amount_minor &&
                                  call->tx.starts_with(call->round + ":") &&
                                  parse_object(answer.body).has_value());
                });
}

Surface replay_surface() {
  const std::string start =
      R"({"transaction_uuid":"r1:x","user":"p0001","round":"r1","currency":"EUR","amount":250,)";
  return dialect_surface("replay",
                         {body_for("bet", start + R"("jackpot":"daily","jackpot_contribution":2})"),
                          body_for("win", start + R"("reference_transaction_uuid":"r1:bet"})"),
                          body_for("rollback", start + R"("reference_transaction_uuid":"r1:bet"})"),
                          body_for("bonus_win", start + R"("campaign_uuid":"c1"})"),
                          body_for("jackpot", start + R"("jackpot":"daily"})"),
                          body_for("close", start + R"("end":true})")});
}

Surface code_surface() {
  const std::string start =
      R"({"txId":"r2:x","playerId":"p0001","gameRound":"r2","cur":"EUR","cents":250,)";
  return dialect_surface("code",
                         {body_for("bet", start + R"("jackpotId":"daily","jackpotCents":2})"),
                          body_for("win", start + R"("betTxId":"r2:bet"})"),
                          body_for("bonus_win", start + R"("freeRoundsId":"c1"})"),
                          body_for("close", start + R"("end":true})")});
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

Outcome kyc(const Request& request) {
  if (request.path == "policy") {
    const auto policy = parse_policy(request.body);
    if (!policy) return {};
    std::string text;  // what was understood, written down again
    for (const auto& r : *policy) {
      text += (text.empty() ? "" : ";") + r.player + ' ' + r.kind + ' ' + std::to_string(r.value);
      if (!r.currency.empty()) text += ' ' + r.currency;
    }
    const bool digits_differ =
        std::ranges::count_if(text, is_digit) < std::ranges::count_if(request.body, is_digit);
    // Leading zeros are no part of a number.
    const bool zeros = request.body.find(" 0") != std::string::npos ||
                       request.body.find("-0") != std::string::npos;
    return {true, 0, digits_differ && !zeros ? "a policy's number was read as another" : ""};
  }
  if (request.path == "limit") {
    const auto limit = parse_limit(request.body);
    if (!limit) return {};
    const auto object = parse_object(request.body);
    const bool guessed = object->contains("until") && !integer_of(*object, "until");
    return {true, 0, guessed ? "an end that is no number was taken for none" : ""};
  }
  const auto screening = parse_screening(request.body);
  if (!screening) return {};
  const DeferralPolicy policy;
  degrade(*screening, 0, policy);
  return accepted(is_money(screening->amount_minor, screening->currency) &&
                  is_identifier(screening->business_key));
}

Surface kyc_surface() {
  const std::string start = R"({"key":"k1","player":"p0001",)";
  return parser(
      "kyc/requests",
      {body_for("limit", start + R"("kind":"self_exclusion","value":1,"until":1700000000000})"),
       body_for("limit", start + R"("kind":"loss_limit","value":5000,"currency":"EUR"})"),
       body_for("policy", "p0013 self_exclusion 1;p0019 loss_limit 5000 EUR"),
       body_for("screening",
                R"({"business_key":"p1","player":"p0001","direction":"payout","amount_minor":5,)"
                R"("currency":"USDT","network":"tron"})")},
      {body_for("limit", start + R"("kind":"frozen","value":1,"currency":"EUR"})"),
       body_for("limit", start + R"("kind":"self_exclusion","value":1,"until":1e12})"),
       body_for("policy", "p0019 loss_limit 9223372036854775808 EUR")},
      kyc);
}

Surface credit_surface() {
  return parser("credit/requests",
                {body_of(R"({"key":"k-1","player":"p0001","amount_minor":2500,"currency":"EUR"})")},
                {body_of(R"({"key":"k","player":"*","amount_minor":1,"currency":"EUR"})")},
                [](const Request& request) -> Outcome {
                  const auto asked = parse_credit(request.body);
                  if (!asked) return {};
                  const auto policies = parse_policies(policies_json());
                  decide_command(*asked, *policies, 1);
                  return accepted(is_money(asked->amount_minor, asked->currency) &&
                                  asked->amount_minor <= credit_minor_max && asked->player != "*");
                });
}

Surface message_surface() {
  return parser("lifeline/messages",
                {body_of(R"({"key":"k1","contact":"bot-1","operation":"cashout","currency":"EUR",)"
                         R"("amount_minor":500})"),
                 body_of(R"({"key":"k2","contact":"bot-1","operation":"close","currency":"EUR",)"
                         R"("round":"r1"})"),
                 body_of(R"({"key":"k3","contact":"bot-1","operation":"cancel","payment":"p1"})"),
                 body_for("contact", R"({"key":"k","player":"p0001","contact":"bot-1",)"
                                     R"("public_key":")" +
                                         std::string(64, 'c') + R"("})")},
                {body_of("{}")}, [](const Request& request) -> Outcome {
                  if (request.path == "contact") {
                    const auto asked = parse_contact(request.body);
                    return asked ? accepted(asked->public_key.size() == 64) : Outcome{};
                  }
                  const auto message = parse_lifeline(request.body);
                  if (!message) return {};
                  const bool pays = message->operation == LifelineOperation::cashout;
                  return accepted(body_hash_of(*message).size() == 64 &&
                                  (!pays || is_money(message->amount_minor, message->currency)));
                });
}

Surface claim_surface() {
  return parser("lobby/bonuses",
                {body_of(R"({"key":"k","player":"p0001","campaign":"gift","currency":"EUR"})")},
                {body_of(R"({"key":"k","player":"p0001","campaign":"gift"})")},
                [](const Request& request) -> Outcome {
                  const auto claim = parse_bonus_claim(request.body);
                  if (!claim) return {};
                  return accepted(is_identifier(claim->key) && is_identifier(claim->player) &&
                                  is_identifier(claim->campaign) && is_currency(claim->currency));
                });
}

Surface refusal_surface() {
  return parser(
      "consumer/refusals",
      {body_of(R"({"role":"wallet","refusals":[{"kind":"malformed","source":"POST /v1/bets",)"
               R"("detail":"POST /v1/bets","count":3}]})")},
      {body_of(R"({"role":"wallet","refusals":[{"kind":"malformed","count":0}]})")},
      [](const Request& request) -> Outcome {
        const auto report = parse_refusals(request.body);
        if (!report) return {};
        const auto sane = [](const Refusal& refusal) {
          return refusal.count > 0 && is_identifier(refusal.kind) && refusal.source.size() <= 200;
        };
        return accepted(is_identifier(report->role) && std::ranges::all_of(report->refusals, sane));
      });
}

Surface table_surface() {
  return parser(
      "table/bets",
      {body_for("t1",
                R"({"key":"k","player":"p1","window":"t1-7","amount_minor":5,"currency":"EUR"})")},
      {body_for("t1", R"({"key":"k","player":"p1","amount_minor":5,"currency":"EUR"})")},
      [](const Request& request) -> Outcome {
        const auto placed = parse_table_bet(request.path, request.body);
        if (!placed) return {};
        return accepted(is_money(placed->amount_minor, placed->currency) &&
                        is_identifier(placed->table) && is_identifier(placed->round));
      });
}

Surface event_surface() {
  return parser(
      "consumer/events",
      {body_of(R"({"tx":"t1","key":"k7-000042:deposit","kind":"deposit","amount_minor":5000,)"
               R"("currency":"EUR","player":"p0001","round":"","counterparty":"psp-a","seq":17,)"
               R"("epoch":1,"at":"2026-01-31T12:00:00.123Z"})")},
      {body_of("null")}, [](const Request& request) -> Outcome {
        const auto event = parse_event(request.body);
        if (!event) return {};
        const auto grant = grant_for(*event, {{"c", event->currency, 1, 10, 1000, 5}});
        return accepted(!grant || (grant->amount_minor > 0 && grant->amount_minor <= 1000 &&
                                   grant->key == event->business_key + ":earned"));
      });
}

}  // namespace

std::vector<Surface> all_surfaces() {
  std::vector<Surface> all = {
      json_surface(),    wallet_surface(), payment_surface(), webhook_surface(), replay_surface(),
      code_surface(),    kyc_surface(),    credit_surface(),  message_surface(), claim_surface(),
      refusal_surface(), table_surface(),  event_surface()};
  for (Surface& outside : outside_surfaces()) all.push_back(std::move(outside));
  for (Surface& service : service_surfaces()) all.push_back(std::move(service));
  return all;
}

}  // namespace casino::fuzz
