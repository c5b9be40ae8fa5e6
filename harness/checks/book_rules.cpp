#include "checks/book_rules.hpp"

namespace rehearse {
namespace {

constexpr std::string_view filled = "!";  // any word but none

const Identity identity_rules[] = {
    {"ledger_entries", {"ledger", "seq"}},
    {"accounts", {"account"}},
    {"intents", {"key"}},
    {"provider_transfers", {"provider", "transfer"}},
    {"webhook_effects", {"provider", "event"}},
    {"events", {"topic", "partition", "offset"}},
    {"rounds", {"round"}},
    {"paths", {"path", "hop", "address"}},
    {"lifeline_requests", {"key"}},
    {"windows", {"window"}},
    {"window_bets", {"key"}},
    {"stream_samples", {"table", "at_ms"}},
    {"payment_switches", {"key", "from_provider", "to_provider", "at"}},
    {"studio_rounds", {"studio", "round"}},
    {"studio_transactions", {"studio", "transaction"}},
    {"audit", {"chain", "position"}},
    {"lags", {"t_ms", "node", "what"}},
    {"machine", {"t_ms"}},
    {"provider_requests", {"provider", "business_key", "at_ms"}, {"kind", {"create"}}},
    {"provider_events", {"provider", "event"}},
    {"screenings", {"business_key", "direction"}},
    {"screening_verdicts", {"provider", "screening"}},
    {"player_limits", {"key"}},
    {"residency", {"store", "player"}},
    {"settings", {"setting", "version"}},
    {"setting_uses", {"setting", "use"}},
    {"credit_log", {"key"}},
    {"credit_decisions", {"key"}}};

const Vocabulary vocabulary_rules[] = {
    {"provider_transfers", "direction", {"in", "out", "refund", "chargeback"}},
    {"provider_requests", "kind", {"create", "query"}},
    {"screenings", "direction", {"deposit", "payout"}},
    {"stream_samples", "mode", {"webrtc", "hls"}},
    {"residency_reads", "outcome", {"ok", "refused"}},
    {"window_bets", "outcome", {"accepted", "outside_window", "declined"}},
    {"player_limits", "kind", {"frozen", "self_exclusion", "deposit_limit", "loss_limit"}},
    {"settlement_lines", "direction", {"in", "out", "refund", "chargeback"}},
    {"settlement_lines", "verdict", {"matched", "mismatched", "unknown"}},
    {"settlement_lines", "whole", {"", "0", "1"}},
    {"studio_rounds", "state", {"betting", "open", "settled", "void", "rejected", "cancelled"}},
    {"studio_transactions",
     "state",
     {"ok", "rejected", "void", "cancelled", "planned", "asking", "due"}},
    {"studio_transactions", "kind", {"bet", "win", "rollback", "bonus_win", "jackpot", "close"}}};

const Sameness sameness_rules[] = {
    {"intents", "business_key", "key:", {"business_key", {filled}}},
    {"intents",
     "business_key",
     "key:",
     {"operation", {"deposit", "payout", "deposit_intent", "hold", "release", "credit", "loan"}}},
    {"rounds", "reason", "=", {"state", {"settled"}}},
    {"studio_rounds", "reason", "=", {"state", {"settled"}}},
    {"studio_transactions", "transaction:", "round"},
    {"studio_transactions", "bet", "{round}:bet", {"bet", {filled}}},
    {"studio_transactions", "bet", "{round}:bet", {"kind", {"win", "rollback"}}},
    {"screenings", "{bound_minor}{window_s}", "=", {"deferred_at_ms", {""}}},
    {"player_limits", "key", "policy:{player}:{kind}", {"key:", {"policy"}}}};

// Who is asked for a payment, and what becomes of it.
const Join payment_joins[] = {
    {{"intents",
      {"business_key"},
      {"player", "currency", "amount_minor"},
      {"operation", {"deposit_intent", "deposit_decline"}}},
     {"intents", {"key"}, {"player", "currency", "amount_minor"}, {"operation", {"deposit"}}},
     Need::must_know},
    {{"transactions", {"key:"}, {"=settled"}, {"kind", {"deposit", "payout"}}},
     {"intents", {"key"}, {"state"}}},
    {{"transactions", {"key:"}, {"=declined"}, {"kind", {"release"}}},
     {"intents", {"key"}, {"state"}}},
    {{"provider_transfers", {"provider", "business_key"}, {}, {"direction", {"in", "out"}}},
     {"provider_requests", {"provider", "business_key"}, {}, {"kind", {"create"}}},
     Need::of_known},
    {{"provider_requests", {"business_key"}, {}, {"kind", {"create"}}},
     {"intents", {"key"}},
     Need::must_know},
    {{"payment_switches", {"to_provider", "key"}},
     {"provider_requests", {"provider", "business_key"}, {}, {"kind", {"create"}}},
     Need::of_known},
    {{"payment_switches", {"key"}}, {"intents", {"key"}}, Need::must_know},
    {{"provider_events", {"transfer"}, {"provider"}},
     {"provider_transfers", {"transfer"}, {"provider"}},
     Need::must_know},
    {{"webhook_effects", {"provider", "event"}, {"transfer"}, {"transfer", {filled}}},
     {"provider_events", {"provider", "event"}, {"transfer"}}},
    {{"webhook_effects", {"provider", "transfer"}, {"business_key"}, {"business_key", {filled}}},
     {"provider_transfers", {"provider", "transfer"}, {"business_key"}}},
    {{"settlement_lines", {"provider", "file"}, {"whole"}},
     {"settlement_lines", {"provider", "file"}, {"whole"}}},
    {{"screenings", {"business_key:"}, {"direction", "player", "currency", "amount_minor"}},
     {"intents", {"key"}, {"operation", "player", "currency", "amount_minor"}},
     Need::must_know},
    {{"screening_verdicts", {"business_key"}}, {"screenings", {"business_key"}}, Need::must_know},
    {{"intents",
      {"key"},
      {"state", "player", "currency", "amount_minor"},
      {"operation", {"credit"}}},
     {"credit_decisions", {"key"}, {"state", "player", "currency", "amount_minor"}},
     Need::must_know},
    {{"credit_decisions", {"key"}}, {"intents", {"key"}}, Need::must_know}};

// What clients, intents and ledger say of the same.
const Join ledger_joins[] = {
    {{"events", {"key"}, {"partition"}}, {"events", {"key"}, {"partition"}}},
    {{"transactions", {"key"}, {"kind", "player", "currency", "moved_minor", "=ok"}},
     {"intents", {"key"}, {"operation", "player", "currency", "amount_minor", "state"}},
     Need::must_know},
    {{"intents",
      {"{key}{state}"},
      {},
      {"{operation} {state}",
       {"bet ok", "win ok", "conversion ok", "deposit ok", "hold ok", "release ok", "payout ok",
        "loan ok"}}},
     {"transactions", {"{key}ok"}},
     Need::must_know},
    {{"clients",
      {"key"},
      {"entry", "player", "currency", "told_minor"},
      {"{outcome} {kind}", {"ok bet", "ok win", "ok rollback", "ok convert", "ok table_bet"}}},
     {"intents", {"key"}, {"operation", "player", "currency", "amount_minor"}},
     Need::must_know},
    {{"intents",
      {"key"},
      {"operation", "player", "currency", "amount_minor"},
      {"state", {"rejected"}}},
     {"clients", {"key"}, {"entry", "player", "currency", "amount_minor"}}},
    {{"clients",
      {"key"},
      {"=rejected"},
      {"{kind} {reason}", {"bet rolled_back", "bet self_excluded", "bet insufficient_funds"}}},
     {"intents", {"key"}, {"state"}},
     Need::must_know},
    {{"clients",
      {"key"},
      {"entry", "player", "currency", "amount_minor"},
      {"kind", {"deposit", "payout", "credit"}}},
     {"intents", {"key"}, {"operation", "player", "currency", "amount_minor"}}},
    {{"player_limits", {"limit:{key}"}, {"player", "currency", "value_minor"}},
     {"intents", {"key"}, {"player", "currency", "amount_minor"}},
     Need::must_know}};

// The games' books.
const Join game_joins[] = {
    {{"rounds", {"round"}, {"studio"}}, {"studio_rounds", {"round"}, {"studio"}}},
    {{"studio_rounds", {"round"}, {"studio", "player", "currency", "amount_minor"}},
     {"studio_transactions",
      {"round"},
      {"studio", "player", "currency", "amount_minor"},
      {"kind", {"bet"}}},
     Need::must_know},
    {{"studio_rounds", {"round"}, {"player", "currency", "amount_minor"}},
     {"clients", {"key"}, {"player", "currency", "amount_minor"}, {"kind", {"spin"}}},
     Need::must_know},
    {{"studio_rounds", {"round"}, {}, {"state", {"settled"}}},
     {"studio_transactions", {"round"}, {}, {"{kind} {state}", {"close ok"}}},
     Need::must_know},
    {{"studio_transactions", {"round"}, {"studio", "player", "currency"}},
     {"studio_rounds", {"round"}, {"studio", "player", "currency"}},
     Need::must_know},
    {{"studio_transactions",
      {"transaction"},
      {"player", "currency", "amount_minor"},
      {"amount_minor", {filled}}},
     {"intents", {"key"}, {"player", "currency", "amount_minor"}}},
    {{"studio_transactions", {"transaction"}, {"state"}, {"state", {"ok", "rejected"}}},
     {"intents", {"key"}, {"state"}}},
    {{"studio_transactions", {"transaction"}, {"=round_close"}, {"{kind} {state}", {"close ok"}}},
     {"intents", {"key"}, {"operation"}},
     Need::must_know},
    {{"intents", {"key"}, {"=close"}, {"operation", {"round_close"}}},
     {"studio_transactions", {"transaction"}, {"kind"}},
     Need::must_know},
    {{"window_bets", {"window"}}, {"windows", {"window"}}, Need::must_know},
    {{"window_bets", {"key"}, {"window"}}, {"transactions", {"key"}, {"round"}}},
    {{"window_bets", {"key"}}, {"clients", {"key"}, {}, {"kind", {"table_bet"}}}, Need::must_know},
    {{"clients", {"key"}, {"=outside_window"}, {"reason", {"outside_window"}}},
     {"window_bets", {"key"}, {"outcome"}},
     Need::must_know},
    {{"window_bets", {"key"}, {"=ok"}, {"outcome", {"accepted"}}},
     {"clients", {"key"}, {"outcome"}, {"outcome", {"ok", "rejected"}}}},
    {{"stream_samples", {"table"}}, {"windows", {"table"}}, Need::must_know}};

// People, and the emergency channel.
const Join people_joins[] = {
    {{"residency_reads", {"player"}, {"home"}},
     {"residency", {"player"}, {"home"}},
     Need::must_know},
    {{"residency", {"player"}}, {"accounts", {"owner"}}, Need::must_know},
    {{"lifeline_requests", {"key"}, {"player"}},
     {"clients", {"key"}, {"player"}, {"kind", {"lifeline"}}},
     Need::must_know},
    {{"clients", {"key"}, {}, {"{kind} {outcome}", {"lifeline ok"}}},
     {"lifeline_requests", {"key"}},
     Need::must_know},
    {{"lifeline_requests", {"key"}, {}, {"{operation} {status}", {"cashout 200", "cashout 202"}}},
     {"intents", {"key"}},
     Need::must_know},
    {{"lifeline_requests", {"contact"}, {"player"}},
     {"lifeline_requests", {"contact"}, {"player"}}},
    {{"setting_uses", {"setting", "version"}, {"content_hash"}},
     {"settings", {"setting", "version"}, {"content_hash"}},
     Need::must_know}};

const Order order_rules[] = {{"ledger_entries", {"ledger"}, "seq", "committed_at"},
                             {"events", {"topic", "partition"}, "offset", "published_at"}};

const Where anything_ok = {"outcome", {"ok"}};
const Where spins_ok = {"{kind} {outcome}", {"spin ok"}};
const Where payments_ok = {"{kind} {outcome}", {"deposit ok", "payout ok"}};

const Presence presence_rules[] = {
    {"ledger_entries", "ledger", "clients", anything_ok},
    {"accounts", "ledger", "transactions"},
    {"intents", "intents", "clients", payments_ok},
    {"provider_transfers", "providers", "transactions", {"kind", {"deposit", "payout"}}},
    {"provider_events", "webhooks", "webhook_effects"},
    {"webhook_effects", "webhooks", "provider_events", {}, false},
    {"settlement_lines", "providers", "provider_transfers", {}, false},
    {"payment_switches", "providers", "provider_requests", {}, false},
    {"provider_requests", "retries", "webhook_effects"},
    {"events", "events", "transactions"},
    {"reporting", "reporting", "transactions"},
    {"audit", "audit", "transactions"},
    {"rounds", "rounds", "clients", spins_ok},
    {"studio_rounds", "rounds", "clients", spins_ok},
    {"studio_transactions", "rounds", "clients", spins_ok},
    {"paths", "lifeline", "clients", anything_ok},
    {"lifeline_requests", "lifeline", "", {}, false},
    {"windows", "streams", "clients", anything_ok},
    {"window_bets", "streams", "", {}, false},
    {"stream_samples", "streams", "clients", anything_ok},
    {"screenings", "screening", "transactions", {"kind", {"deposit", "payout"}}},
    {"screening_verdicts", "screening", "screenings", {"state", {"clear"}}},
    {"player_limits", "limits", "", {}, false},
    {"residency", "residency", "accounts"},
    {"residency_reads", "residency", "screenings", {"state", {"clear"}}},
    {"settings", "settings", "clients", anything_ok},
    {"setting_uses", "settings", "clients", payments_ok, false},
    {"credit_log", "credit", "credit_decisions"},
    {"credit_decisions", "credit", "clients", {"{kind} {outcome}", {"credit ok"}}},
    {"alerts", "alerts", "clients", anything_ok},
    {"paths", "", "clients", anything_ok},
    {"machine", "", "clients", anything_ok}};

std::vector<Join> all_joins() {
  std::vector<Join> all;
  for (const std::span<const Join> part :
       {std::span<const Join>(payment_joins), std::span<const Join>(ledger_joins),
        std::span<const Join>(game_joins), std::span<const Join>(people_joins)})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

std::span<const Identity> identities() {
  return identity_rules;
}
std::span<const Vocabulary> vocabularies() {
  return vocabulary_rules;
}
std::span<const Sameness> samenesses() {
  return sameness_rules;
}
std::span<const Join> joins() {
  static const std::vector<Join> all = all_joins();
  return all;
}
std::span<const Order> orders() {
  return order_rules;
}
std::span<const Presence> presences() {
  return presence_rules;
}

bool is_named(std::string_view column, Expression says) {
  if (says.starts_with('=')) return false;
  if (says.find('{') == Expression::npos)
    return says == column || (says.ends_with(':') && says.substr(0, says.size() - 1) == column);
  for (size_t open = says.find('{'); open != Expression::npos; open = says.find('{', open + 1)) {
    const size_t close = says.find('}', open);
    if (is_named(column, says.substr(open + 1, close - open - 1))) return true;
  }
  return false;
}

}  // namespace rehearse
