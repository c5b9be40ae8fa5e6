// A small world for the tests of the scenario reader: faults, checks and one stack.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "scenario/scenario.hpp"

namespace rehearse::scenario_test {

inline Catalogue small_catalogue() {
  using enum ParamType;
  Catalogue catalogue;
  catalogue.faults = {
      {"zone_loss",
       "a zone falls silent, then dies",
       Length::lasting,
       {{"zone", target_zone, true, {}}}},
      {"noop", "nothing breaks", Length::once, {}},
      {"process_kill", "a process dies", Length::either, {{"target", target_node, true, {}}}},
      {"process_pause", "a process stops", Length::lasting, {{"target", target_node, true, {}}}},
      {"provider_timeout",
       "no answer",
       Length::lasting,
       {{"provider", target_provider, true, {"payment"}}, {"captured", flag, false, {}}}},
      {"webhook_duplicate",
       "twice",
       Length::lasting,
       {{"provider", target_provider, false, {"payment"}},
        {"copies", count, false, {}, 2, 10},
        {"window", duration, false, {}, 100, 60'000},
        {"fraction", share, false, {}}}},
      {"network_latency",
       "slow",
       Length::lasting,
       {{"zone", target_zone, true, {}},
        {"delay", duration, true, {}},
        {"limit", rate, false, {}},
        {"way", text, false, {"both", "in", "out"}},
        {"note", text, false, {}}}},
      {"network_partition", "parted", Length::lasting, {{"between", target_sides, true, {}}}},
      {"network_loss", "holes", Length::lasting, {{"target", target_place, true, {}}}},
      {"restore", "none breaks", Length::once, {}, true},
  };
  catalogue.checks = {{"ledger_balanced", ""},
                      {"no_duplicate_payouts", ""},
                      {"reads_fresh", "versions"},
                      {"reporting_complete", "reporting"}};
  catalogue.runbook = runbook_schema({"ledger-switchover"});
  catalogue.live_checks = {"ledger_balanced"};
  catalogue.profiles = {"evening", "flat"};
  catalogue.operations = {"bet",         "win",
                          "rollback",    "balance",
                          "deposit",     "deposit_settled",
                          "payout",      "payout_settled",
                          "spin",        "spin_settled",
                          "cancel",      "convert",
                          "credit",      "session",
                          "bonus_claim", "lifeline",
                          "stream",      "report",
                          "contact",     "table_bet"};
  catalogue.stores = {"ledger", "events", "reporting"};
  return catalogue;
}

inline Result<StackFacts> small_stack(const std::string& name) {
  if (name != "one-region") {
    return fail(ExitCode::usage, "unknown stack `" + name + "`, did you mean `one-region`?");
  }
  StackFacts facts;
  facts.name = name;
  facts.zones = {"az-1", "az-2", "az-3"};
  facts.nodes = {"wallet-1", "wallet-2"};
  facts.parties["payment"] = {"psp-a", "psp-b"};
  facts.selectors = {"postgres.primary", "postgres.sync", "wallet.writer"};
  facts.capabilities = {"versions"};
  facts.parts = {{"core", {}}};
  facts.base = "core";
  facts.settings = {
      {"postgres.profile", {"fast", "stock-safe"}}, {"postgres.note", {}}, {"wallet.players", {}}};
  facts.players_setting = "wallet.players";
  facts.players_default = "1000";
  return facts;
}

// Nine good lines that a test adds to (line 10 on) or changes by a replacement.
inline const std::string good_text =
    "scenario: x\n"                                          // 1
    "title: Does it hold?\n"                                 // 2
    "tier: ci\n"                                             // 3
    "stack: one-region\n"                                    // 4
    "load: {profile: evening, rate: 150/s, players: 400}\n"  // 5
    "phases: {steady: 15s, observe: 150s, drain: 60s}\n"     // 6
    "timeline:\n"                                            // 7
    "  - {id: az, at: 0s, fault: zone_loss, zone: {of: postgres.primary}, for: 40s}\n"
    "  - {id: quiet, at: 5s, fault: noop}\n";  // 9

inline const std::string targets_text = "rto: {bet: 60s, payout: 120s}\nrpo: {ledger: 0s}\n";

// The good text with its first `from` replaced (an empty `from` appends).
inline std::string with(const std::string& from, const std::string& to) {
  std::string text = good_text;
  if (from.empty()) return text + to;
  return text.replace(text.find(from), from.size(), to);
}

inline std::expected<Scenario, std::vector<Diagnostic>> parse(
    const std::string& text, std::vector<std::string> overrides = {},
    const std::string& path = "x.yaml", const std::string& targets = targets_text) {
  static const Catalogue catalogue = small_catalogue();
  ParseInput input;
  input.path = path;
  input.text = text;
  input.targets_path = "targets.yaml";
  input.targets_text = targets;
  input.overrides = std::move(overrides);
  input.catalogue = &catalogue;
  input.stack = small_stack;
  return parse_scenario(input);
}

// All diagnostics in their printed form; empty = a good scenario.
inline std::vector<std::string> errors(const std::string& text,
                                       std::vector<std::string> overrides = {},
                                       const std::string& path = "x.yaml") {
  std::vector<std::string> lines;
  const auto scenario = parse(text, std::move(overrides), path);
  if (scenario) return lines;
  for (const Diagnostic& diagnostic : scenario.error()) lines.push_back(to_string(diagnostic));
  return lines;
}

// "" = a good scenario.
inline std::string first_error(const std::string& text, std::vector<std::string> overrides = {},
                               const std::string& path = "x.yaml") {
  const auto lines = errors(text, std::move(overrides), path);
  return lines.empty() ? "" : lines[0];
}

// A change of the good text (an empty `from` appends), and its first diagnostic without the file.
struct Bad {
  std::string from, to, first;
};

inline void expect_first(const std::vector<Bad>& table) {
  for (const Bad& bad : table) {
    EXPECT_EQ(first_error(with(bad.from, bad.to)), "x.yaml:" + bad.first) << bad.to;
  }
}

inline std::string read_source(const std::string& path) {
  std::ifstream file(std::string(REHEARSE_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace rehearse::scenario_test
