// Good scenarios: what they become, overrides, and the way there and back through as_run_yaml.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace rehearse::scenario_test {
namespace {

// The contract's example, with every form that a scenario knows.
const std::string rich_text = R"(scenario: x
title: "Does it: hold, with \"quotes\" and ümlauts?"
tier: canary
seed: 9007199254740991
stack: one-region
stack_set: {postgres.profile: fast, postgres.note: "true"}
load: {profile: flat, players: 7,
       steps: [{for: 30s, rate: 100/s}, {for: 1m, rate: 0.3/s, ramp: true}]}
phases: {steady: 1500ms, observe: 120s, drain: 1h}
timeline:
  - {id: az, at: 0s, fault: zone_loss, zone: {of: postgres.primary}, for: 40s}
  - {at: 5s, fault: webhook_duplicate, provider: psp-a, copies: 3, fraction: 7.1%,
     for: 30s}
  - {after: az.effective, plus: 2s, within: 30s, fault: provider_timeout, provider: [psp-b],
     captured: true, for: 10s}
  - {at: 10s, every: 5s, times: 4, fault: process_kill, target: {of: wallet.writer}}
  - {after: az.healed, fault: network_latency, zone: [az-1, az-2], delay: 20ms,
     limit: 12.5/s, way: in, note: "a: #1"}
  - {at: 1s, fault: process_pause, target: {any: 2}}
  - {at: 2s, fault: network_partition, between: [az-1, [az-2, wallet-2]], for: 5s}
  - {at: 9s, fault: network_partition, between: [{of: postgres.primary}, {of: postgres.sync}]}
  - {at: 3s, fault: network_loss, target: [wallet-1, az-3]}
stop_when: [ledger_balanced.live, {slo: wallet_p95, above: 5s, for: 20s},
            {slo: bet_failed, above: 3%}]
targets:
  rto: {bet: 30s, payout_settled: 5m}
  rpo: {ledger: 0s, events: 0s, reporting: 15m}
  slo: {before: {wallet_p95: 250ms, bet_rejected: 1%},
        after: {wallet_p95: 500ms, bet_rejected: 0.7%}}
checks: [reads_fresh, ledger_balanced]
expect: {fail: [reads_fresh]}
)";

void expect_same(const Target& a, const Target& b) {
  EXPECT_EQ(std::tie(a.names, a.of, a.any), std::tie(b.names, b.of, b.any));
}

void expect_same(const TimelineEntry& a, const TimelineEntry& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.fault, b.fault);
  EXPECT_EQ(a.at_ms, b.at_ms);
  EXPECT_EQ(a.after_id, b.after_id);
  EXPECT_EQ(a.after_event, b.after_event);
  EXPECT_EQ(a.plus_ms, b.plus_ms);
  EXPECT_EQ(a.within_ms, b.within_ms);
  EXPECT_EQ(a.every_ms, b.every_ms);
  EXPECT_EQ(a.times, b.times);
  EXPECT_EQ(a.for_ms, b.for_ms);
  ASSERT_EQ(a.params.size(), b.params.size());
  for (const auto& [name, value] : a.params) {
    const ParamValue& other = b.params.at(name);
    ASSERT_EQ(value.index(), other.index()) << name;
    if (const auto* sides = std::get_if<Sides>(&value)) {
      ASSERT_EQ(sides->size(), std::get<Sides>(other).size());
      for (size_t i = 0; i < sides->size(); ++i)
        expect_same((*sides)[i], std::get<Sides>(other)[i]);
      continue;
    }
    const auto* target = std::get_if<Target>(&value);
    if (target == nullptr) {
      EXPECT_EQ(std::get_if<int64_t>(&value) ? std::get<int64_t>(value) : 0,
                std::get_if<int64_t>(&other) ? std::get<int64_t>(other) : 0);
      EXPECT_EQ(std::get_if<double>(&value) ? std::get<double>(value) : 0,
                std::get_if<double>(&other) ? std::get<double>(other) : 0);
      EXPECT_EQ(std::get_if<bool>(&value) ? std::get<bool>(value) : false,
                std::get_if<bool>(&other) ? std::get<bool>(other) : false);
      EXPECT_EQ(std::get_if<std::string>(&value) ? std::get<std::string>(value) : "",
                std::get_if<std::string>(&other) ? std::get<std::string>(other) : "");
      continue;
    }
    expect_same(*target, std::get<Target>(other));
  }
}

void expect_same(const Scenario& a, const Scenario& b) {
  EXPECT_EQ(std::tie(a.name, a.title, a.tier, a.stack, a.seed, a.stack_set, a.profile, a.players),
            std::tie(b.name, b.title, b.tier, b.stack, b.seed, b.stack_set, b.profile, b.players));
  EXPECT_EQ(std::tie(a.steady_ms, a.observe_ms, a.drain_ms, a.checks, a.expect_fail),
            std::tie(b.steady_ms, b.observe_ms, b.drain_ms, b.checks, b.expect_fail));
  ASSERT_EQ(a.steps.size(), b.steps.size());
  for (size_t i = 0; i < a.steps.size(); ++i) {
    EXPECT_EQ(std::tie(a.steps[i].for_ms, a.steps[i].rate_per_s, a.steps[i].ramp),
              std::tie(b.steps[i].for_ms, b.steps[i].rate_per_s, b.steps[i].ramp));
  }
  ASSERT_EQ(a.timeline.size(), b.timeline.size());
  for (size_t i = 0; i < a.timeline.size(); ++i) expect_same(a.timeline[i], b.timeline[i]);
  ASSERT_EQ(a.stop_when.size(), b.stop_when.size());
  for (size_t i = 0; i < a.stop_when.size(); ++i) {
    const StopCondition &one = a.stop_when[i], &other = b.stop_when[i];
    EXPECT_EQ(std::tie(one.check, one.slo, one.above, one.for_ms),
              std::tie(other.check, other.slo, other.above, other.for_ms));
  }
  EXPECT_EQ(a.targets.rto_ms, b.targets.rto_ms);
  EXPECT_EQ(a.targets.rpo_ms, b.targets.rpo_ms);
  ASSERT_EQ(a.targets.slo.size(), b.targets.slo.size());
  for (size_t i = 0; i < a.targets.slo.size(); ++i) {
    const SloTarget &one = a.targets.slo[i], &other = b.targets.slo[i];
    EXPECT_EQ(std::tie(one.name, one.phase, one.limit),
              std::tie(other.name, other.phase, other.limit));
  }
}

void expect_round_trip(const Scenario& scenario, const std::string& targets) {
  // Whatever the default targets are when it is read again: it carries all of them itself.
  for (const std::string& defaults : {targets, std::string()}) {
    const auto again = parse(scenario.as_run_yaml, {}, "runs/1/scenario.yaml", defaults);
    ASSERT_TRUE(again.has_value()) << to_string(again.error()[0]) << "\n" << scenario.as_run_yaml;
    expect_same(scenario, *again);
    EXPECT_EQ(scenario.as_run_yaml, again->as_run_yaml);
  }
}

TEST(Scenario, Defaults) {
  const auto scenario = parse(
      "scenario: x\ntitle: T\ntier: ci\nstack: one-region\ntimeline:\n"
      "  - {at: 0s, fault: noop}\n  - {id: noop-2, at: 1s, fault: noop}\n"
      "  - {at: 2s, fault: noop}\n  - {after: noop-1.healed, plus: 4s, fault: noop}\n");
  ASSERT_TRUE(scenario.has_value()) << to_string(scenario.error()[0]);
  EXPECT_EQ(scenario->seed, 1u);
  EXPECT_EQ(scenario->profile, "evening");
  EXPECT_EQ(scenario->players, 400u);
  ASSERT_EQ(scenario->steps.size(), 1u);
  EXPECT_EQ(scenario->steps[0].rate_per_s, 150.0);
  EXPECT_EQ(scenario->steps[0].for_ms, 0);
  EXPECT_EQ(scenario->steady_ms, 15'000);
  EXPECT_EQ(scenario->observe_ms, 120'000);
  EXPECT_EQ(scenario->drain_ms, 60'000);
  EXPECT_EQ(scenario->targets.rto_ms,
            (std::map<std::string, int64_t>{{"bet", 60'000}, {"payout", 120'000}}));
  EXPECT_TRUE(scenario->checks.empty());
  EXPECT_TRUE(scenario->expect_fail.empty());
  std::vector<std::string> ids;
  for (const TimelineEntry& entry : scenario->timeline) ids.push_back(entry.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"noop-1", "noop-2", "noop-3", "noop-4"}));
  EXPECT_EQ(scenario->timeline[3].within_ms, 120'000);
  EXPECT_EQ(scenario->timeline[3].line, 9);
  EXPECT_FALSE(scenario->timeline[0].for_ms.has_value());
  expect_round_trip(*scenario, targets_text);
}

TEST(Scenario, EveryForm) {
  const auto scenario = parse(rich_text);
  ASSERT_TRUE(scenario.has_value()) << to_string(scenario.error()[0]);
  EXPECT_EQ(scenario->title, "Does it: hold, with \"quotes\" and ümlauts?");
  EXPECT_EQ(scenario->seed, 9007199254740991u);  // what every reader of JSON keeps
  EXPECT_EQ(scenario->stack_set.at("postgres.note"), "true");
  EXPECT_EQ(scenario->steps[1].rate_per_s, 0.3);
  EXPECT_TRUE(scenario->steps[1].ramp);
  const TimelineEntry& after = scenario->timeline[2];
  EXPECT_EQ(std::tie(after.after_id, after.after_event), std::tuple("az", "effective"));
  EXPECT_EQ(after.plus_ms, 2'000);
  EXPECT_EQ(after.within_ms, 30'000);
  EXPECT_TRUE(std::get<bool>(after.params.at("captured")));
  EXPECT_EQ(std::get<Target>(after.params.at("provider")).names, std::vector<std::string>{"psp-b"});
  EXPECT_EQ(std::get<int64_t>(scenario->timeline[1].params.at("copies")), 3);
  EXPECT_DOUBLE_EQ(std::get<double>(scenario->timeline[1].params.at("fraction")), 0.071);
  EXPECT_EQ(scenario->timeline[3].times, 4);
  EXPECT_EQ(std::get<Target>(scenario->timeline[3].params.at("target")).of, "wallet.writer");
  EXPECT_EQ(std::get<int64_t>(scenario->timeline[4].params.at("delay")), 20);
  EXPECT_EQ(std::get<Target>(scenario->timeline[5].params.at("target")).any, 2);
  const auto& sides = std::get<Sides>(scenario->timeline[6].params.at("between"));
  ASSERT_EQ(sides.size(), 2u);
  EXPECT_EQ(sides[0].names, std::vector<std::string>{"az-1"});
  EXPECT_EQ(sides[1].names, (std::vector<std::string>{"az-2", "wallet-2"}));
  EXPECT_EQ(std::get<Sides>(scenario->timeline[7].params.at("between"))[1].of, "postgres.sync");
  EXPECT_EQ(scenario->stop_when[1].above, 5'000.0);
  EXPECT_EQ(scenario->targets.rto_ms.at("bet"), 30'000);      // the scenario's own
  EXPECT_EQ(scenario->targets.rto_ms.at("payout"), 120'000);  // the default's
  EXPECT_EQ(scenario->targets.slo[0].phase, "before");
  EXPECT_EQ(scenario->expect_fail, std::vector<std::string>{"reads_fresh"});
  expect_round_trip(*scenario, targets_text);
}

TEST(Scenario, JsonWithEscapedEmoji) {
  const auto scenario = parse(
      R"({"scenario": "x", "title": "\ud83c\udfb0 or a\\ud83c\\udfb0?", "tier": "ci",
          "stack": "one-region", "timeline": [{"at": "0s", "fault": "noop"}]})");
  ASSERT_TRUE(scenario.has_value()) << to_string(scenario.error()[0]);
  EXPECT_EQ(scenario->title, "🎰 or a\\ud83c\\udfb0?");
}

TEST(Scenario, ARateThatIsToBeFound) {
  const auto plain = parse(with("150/s", "auto"));
  ASSERT_TRUE(plain.has_value()) << to_string(plain.error()[0]);
  ASSERT_TRUE(plain->auto_rate);
  EXPECT_EQ(plain->auto_rate->idle_percent, 30u);
  EXPECT_EQ(plain->steps[0].rate_per_s, 150.0);  // what there must be room for
  const auto bounded = parse(good_text, {"load.rate={auto: {idle_percent: 40, max: 20/s}}"});
  ASSERT_TRUE(bounded.has_value()) << to_string(bounded.error()[0]);
  EXPECT_EQ(bounded->auto_rate->min_per_s, 2.0);
  EXPECT_EQ(bounded->auto_rate->max_per_s, 20.0);
  const auto again = parse(bounded->as_run_yaml, {}, "scenario.yaml");
  ASSERT_TRUE(again.has_value()) << bounded->as_run_yaml << to_string(again.error()[0]);
  EXPECT_EQ(again->as_run_yaml, bounded->as_run_yaml);
  EXPECT_EQ(again->auto_rate->idle_percent, 40u);
}

TEST(Scenario, ARateThatWasFoundIsAScenarioOfItsOwn) {
  const auto faults = small_catalogue().faults;
  const auto scenario = parse(with("150/s", "auto"));
  ASSERT_TRUE(scenario.has_value());
  Scenario found = with_rate(*scenario, 41.3, faults);
  const auto again = parse(found.as_run_yaml, {}, "scenario.yaml");
  ASSERT_TRUE(again.has_value()) << found.as_run_yaml << to_string(again.error()[0]);
  EXPECT_FALSE(again->auto_rate);
  EXPECT_EQ(again->steps[0].rate_per_s, 41.3);
  EXPECT_EQ(again->as_run_yaml, found.as_run_yaml);
  found.as_run_yaml = "of something else";
  EXPECT_EQ(with_rate(found, 41.3, faults).as_run_yaml, again->as_run_yaml);
}

TEST(Scenario, AnotherSeedIsAScenarioOfItsOwn) {
  const auto scenario = parse(good_text);
  ASSERT_TRUE(scenario.has_value());
  const Scenario next = with_seed(*scenario, 8, small_catalogue().faults);
  const auto again = parse(next.as_run_yaml, {}, "scenario.yaml");
  ASSERT_TRUE(again.has_value()) << next.as_run_yaml << to_string(again.error()[0]);
  EXPECT_EQ(again->seed, 8u);
  EXPECT_EQ(again->as_run_yaml, next.as_run_yaml);
}

TEST(Scenario, RoundTripOfOddTextAndFractions) {
  for (const char* title : {"\"\\\\ #\"", "'null'", "'- a'", "'{x: 1}'", "'it''s'", "12",
                            "'%d ~ @`'", "\" lead and trail \"", "\"\\u00e9\\u2028\""}) {
    const auto scenario = parse(with("Does it hold?", title));
    ASSERT_TRUE(scenario.has_value()) << title << to_string(scenario.error()[0]);
    expect_round_trip(*scenario, targets_text);
  }
  for (const char* rate : {"0.000001/s", "33.333333333/s", "999999.999/s", "0.1/s"}) {
    const auto scenario = parse(with("150/s", rate));
    ASSERT_TRUE(scenario.has_value()) << rate << to_string(scenario.error()[0]);
    expect_round_trip(*scenario, targets_text);
  }
  for (int permille = 1; permille <= 1'000; ++permille) {
    const std::string share = std::to_string(permille / 10) + "." + std::to_string(permille % 10);
    const auto scenario =
        parse(with("", "  - {at: 1s, fault: webhook_duplicate, fraction: " + share + "%}\n"));
    ASSERT_TRUE(scenario.has_value()) << share;
    expect_round_trip(*scenario, targets_text);
  }
}

TEST(Scenario, ItsTargetsWinOverTheDefaults) {
  const std::string defaults = "slo: {after: {bet_p95: 1s}, before: {bet_p95: 1s, bet_failed: 1%}}";
  const auto scenario =
      parse(with("", "targets: {slo: {before: {bet_p95: 2s}}}\n"), {}, "x.yaml", defaults);
  ASSERT_TRUE(scenario.has_value()) << to_string(scenario.error()[0]);
  std::string slo;
  for (const SloTarget& target : scenario->targets.slo) {
    slo += fmt::format("{} {} {}, ", target.phase, target.name, target.limit);
  }
  EXPECT_EQ(slo, "before bet_failed 0.01, before bet_p95 2000, after bet_p95 1000, ");
}

TEST(Scenario, TheFilesOfTheRepository) {
  const std::string targets = read_source("scenarios/targets.yaml");
  for (const char* name : {"baseline", "zone-loss", "zone-loss-standby"}) {
    const std::string path = std::string("scenarios/ci/") + name + ".yaml";
    const auto scenario = parse(read_source(path), {}, path, targets);
    ASSERT_TRUE(scenario.has_value()) << to_string(scenario.error()[0]);
    EXPECT_TRUE(scenario->title.ends_with("?")) << scenario->title;
    EXPECT_EQ(scenario->targets.rto_ms.size(), 18u);
    expect_round_trip(*scenario, targets);
  }
}

}  // namespace
}  // namespace rehearse::scenario_test
