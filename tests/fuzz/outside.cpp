// The parsers of what comes from outside parties and from an operator: orders to misbehave, names,
// keys and settlement files.
#include <algorithm>

#include "casino/cashier/settlement_file.hpp"
#include "casino/common/env.hpp"
#include "casino/common/officers.hpp"
#include "casino/common/webhook_keys.hpp"
#include "casino/dns/answers.hpp"
#include "casino/game/bridge.hpp"
#include "casino/outside/misconduct.hpp"
#include "casino/outside/settlement.hpp"
#include "parser.hpp"

namespace casino::fuzz {

namespace {

Surface misconduct_surface() {
  return parser(
      "outside/misconduct",
      {body_of(R"({"fault":"f","mode":"timeout","captured":true,"fraction":0.5,"lease_ms":50})"),
       body_of(R"({"fault":"g","mode":"webhook_storm","copies":9,"delay_ms":5})"),
       body_of(R"({"fault":"h","mode":"reorg","depth":8,"delay_ms":5,"status":503})"),
       body_of(R"({"fault":"i","mode":"webhook_reorder","delay_ms":5})")},
      {body_of(R"({"fault":"f","mode":"slow","delay_ms":0})"),
       body_of(R"({"fault":"f","mode":"slow","fraction":0e400})")},
      [](const Request& request) -> Outcome {
        const auto asked = parse_misbehaviour(request.body);
        if (!asked) return {};
        Misconduct misconduct(7);
        misconduct.set(*asked, 0);
        for (int64_t now_ms = 0; now_ms < 20; now_ms += 5) {
          misconduct.of_transfer({}, "k", now_ms);
          misconduct.of_webhook("e" + std::to_string(now_ms), now_ms);
          misconduct.of_block(now_ms);
        }
        return accepted(asked->fraction >= 0 && asked->fraction <= 1 && asked->lease_ms > 0 &&
                        asked->status >= 500 && asked->status <= 599 && asked->delay_ms > 0);
      });
}

// An address goes into a zone's file, where a line of its own would be another record.
Surface dns_surface() {
  const std::string stale = R"({"fault":"a","mode":"stale","address":"10.0.0.9)";
  return parser("dns/conduct",
                {body_of(stale + R"(","ttl_s":30})"),
                 body_of(R"({"fault":"b","mode":"silent","lease_ms":1000})")},
                {body_of(R"({"fault":"f","mode":"stale","address":"here"})"),
                 body_of(stale + R"(\u0000\nother A 10.6.6.6"})")},
                [](const Request& request) -> Outcome {
                  const auto asked = parse_dns_misbehaviour(request.body);
                  if (!asked) return {};
                  if (asked->mode != DnsMisbehaviour::Mode::stale) return {true, 0, ""};
                  return accepted(std::ranges::all_of(
                      asked->address, [](char c) { return (c >= '0' && c <= '9') || c == '.'; }));
                });
}

Surface keys_surface() {
  return parser(
      "common/keys",
      {body_for("keys", "psp-a/2025=SECRET,psp-a/2026=SECRET,psp-b/1=x"), body_for("keys", "one"),
       body_for("studios", "studio-a=replay:secret-a,studio-b=code:secret-b"),
       body_for("officers",
                "officer-1=2248c9d5c0ce84f71c177a01eedadacc3252b3c2183aefd5cffdabcd0a12c3ec"),
       body_for("endpoints", "a=198.18.1.41:8080,b=198.18.1.42:8080"), body_for("number", "42")},
      {body_for("endpoints", "a=198.18.1.41:65536"), body_for("number", "9223372036854775808")},
      [](const Request& request) -> Outcome {
        const Env env([&](std::string_view) { return std::optional(request.body); });
        if (request.path == "studios") return {studios_of(env).has_value(), 0, ""};
        if (request.path == "officers") return {Officers::of(env).has_value(), 0, ""};
        if (request.path == "endpoints") return {env.named_endpoints("E").has_value(), 0, ""};
        if (request.path == "number") return {env.integer("N", 0).has_value(), 0, ""};
        const auto ring = parse_webhook_keys(request.body);
        if (!ring) return {};
        return accepted(std::ranges::all_of(*ring, [](const auto& of) {
          const auto is_empty = [](const auto& key) { return key.secret.empty(); };
          return std::ranges::none_of(of.second, is_empty);
        }));
      });
}

Surface entries_surface() {
  return parser("dns/entries", {body_of(R"({"hold":["edge-1"]})"), body_of(R"({"hold":[]})")},
                {body_of(R"({"hold":["edge-1","edge-2"]})"), body_of(R"({"hold":"edge-1"})")},
                [](const Request& request) -> Outcome {
                  const auto names = parse_hold(request.body);
                  if (!names) return {};
                  const std::vector<std::string> entries = {"edge-1", "edge-2"};
                  const auto held = entries_to_hold(*names, entries);
                  if (!held) return {};
                  return accepted(held->size() < entries.size() &&
                                  std::ranges::all_of(*held, [&](const auto& name) {
                                    return std::ranges::find(entries, name) != entries.end();
                                  }));
                });
}

Surface settlement_surface() {
  const std::string file =
      write_settlement({{"tr-1", "p1", "in", 500, "EUR", 3}, {"tr-2", "p2", "out", 9, "EUR", 0}});
  return parser("cashier/settlement_file", {body_of(file), body_of(cut_settlement(file))},
                {body_of("{}"), body_of("")}, [](const Request& request) -> Outcome {
                  const auto read = read_settlement(request.body);
                  if (!read) return {};
                  if (!read->is_whole) return {true, 0, ""};
                  std::vector<SettlementLine> lines;
                  for (const SettledTransfer& t : read->lines)
                    lines.push_back({t.transfer, t.business_key, t.direction, t.amount_minor,
                                     t.currency, t.fee_minor});
                  const auto again = read_settlement(write_settlement(lines));
                  return accepted(again && again->is_whole && again->lines.size() == lines.size());
                });
}

}  // namespace

std::vector<Surface> outside_surfaces() {
  return {misconduct_surface(), dns_surface(), entries_surface(), settlement_surface(),
          keys_surface()};
}

}  // namespace casino::fuzz
