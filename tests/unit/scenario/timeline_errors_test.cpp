// Mistakes in the timeline and in what is judged, each by its first diagnostic: the place and the
// words.
#include <gtest/gtest.h>

#include "support.hpp"

namespace rehearse::scenario_test {
namespace {

TEST(ScenarioErrors, Timeline) {
  expect_first({
      {"at: 0s, ", "", "8:5: an entry needs `at` or `after`"},
      {"at: 0s", "at: 150s", "8:18: starts at 150s but observation ends at 150s"},
      {"at: 0s", "at: -1s", "8:18: `at` must not be negative: `-1s`"},
      {"for: 40s", "for: 151s", "8:75: lasts until 151s but observation ends at 150s"},
      {"for: 40s", "for: 0s", "8:75: `for` must be longer than 0"},
      {"fault: noop", "fault: noop, for: 5s", "9:43: `noop` happens at once and takes no `for`"},
      {"fault: noop", "faults: noop", "9:5: `timeline entry` lacks the key `fault`"},
      {"fault: noop", "fault: nop", "9:32: unknown fault `nop`, did you mean `noop`?"},
      {"fault: zone_loss", "fault: zone_los",
       "8:29: unknown fault `zone_los`, did you mean `zone_loss`?"},
      {"id: quiet", "id: az", "9:10: the id `az` is given twice"},
      {"id: quiet", "id: a.b",
       "9:10: the id `a.b` may have letters, digits, - and _ only, up to 64"},
      {"at: 5s", "after: az.effective, at: 5s",
       "9:24: both `at` and `after` are given: one starts a fault"},
      {"at: 5s", "after: az",
       "9:24: `after` must be ID.injected, ID.effective or ID.healed, not `az`"},
      {"at: 5s", "after: zz.healed", "9:24: unknown id `zz`, did you mean `az`?"},
      {"at: 5s", "after: az.efective", "9:24: unknown event `efective`, did you mean `effective`?"},
      {"at: 5s", "after: quiet.healed", "9:24: `after` goes round in a circle: quiet after quiet"},
      {"at: 5s", "at: 5s, plus: 2s", "9:31: `plus` goes with `after`"},
      {"at: 5s", "at: 5s, within: 2s", "9:33: `within` goes with `after`"},
      {"at: 5s", "after: az.healed, within: 151s",
       "9:24: `within` is longer than the observation: observation ends at 150s"},
      {"at: 5s", "after: az.healed, plus: 110s",
       "9:24: starts at 150s but observation ends at 150s"},
      {"fault: noop", "runbook: ledger-swichover",
       "9:34: unknown runbook `ledger-swichover`, did you mean `ledger-switchover`?"},
      {"fault: noop", "runbok: x", "9:5: `timeline entry` lacks the key `fault`"},
      {"fault: noop", "fault: noop, runbook: ledger-switchover",
       "9:32: `fault` does not go with `runbook`: that is played once, and breaks nothing"},
      {"fault: noop", "runbook: ledger-switchover, every: 5s, times: 2",
       "9:60: `every` does not go with `runbook`: that is played once, and breaks nothing"},
      {"fault: noop", "runbook: ledger-switchover, for: 5s",
       "9:58: `runbook` happens at once and takes no `for`"},
      {"at: 5s", "at: 5s, every: 5s", "9:32: `every` needs `times`"},
      {"at: 5s", "at: 5s, times: 5", "9:32: `times` needs `every`"},
      {"at: 5s", "at: 5s, every: 0s, times: 2", "9:32: `every` must be longer than 0"},
      {"at: 5s", "at: 5s, every: 50s, times: 4",
       "9:5: lasts until 155s but observation ends at 150s"},
      {"at: 5s", "at: 5s, every: 5s, times: 0",
       "9:43: `times` must be a whole number from 1 to 1000, not `0`"},
      {"at: 0s", "at: 0s, every: 39s, times: 2",
       "8:97: `for` is longer than `every`: it would overlap itself"},
      {"for: 40s", "every: 5s, times: 2",
       "8:5: a repeated fault needs `for`: else it lasts to the end"},
      {"  - {id: quiet, at: 5s, fault: noop}", "  - noop",
       "9:5: `timeline entry` must be a mapping, not `noop`"},
      {"id: quiet, at: 5s, fault: noop", "at: 39s, fault: zone_loss, zone: {of: postgres.primary}",
       "9:5: `az` and `zone_loss-2` overlap: zone_loss twice on the same target"},
      {"id: quiet, at: 5s, fault: noop",
       "after: az.effective, fault: zone_loss, zone: {of: postgres.primary}",
       "9:5: `az` and `zone_loss-2` overlap: zone_loss twice on the same target"},
      {", for: 40s}\n  - {id: quiet, at: 5s", "}\n  - {id: quiet, after: az.healed",
       "9:24: `az` lasts to the end of observation: it never heals before"},
  });
}

// A fault of either length: with `for` it lasts that long, without it is over at once.
TEST(ScenarioErrors, ForThatMayBeLeftOut) {
  const auto with_kill = [](const std::string& keys, const std::string& more = "") {
    return first_error(with(
        "", "  - {id: k, fault: process_kill, target: wallet-1, at: 1s" + keys + "}\n" + more));
  };
  EXPECT_EQ(with_kill(""), "");
  EXPECT_EQ(with_kill(", for: 5s"), "");
  EXPECT_EQ(with_kill(", every: 5s, times: 4"), "");
  EXPECT_EQ(with_kill("", "  - {after: k.healed, fault: noop}\n"), "");
  EXPECT_EQ(with_kill(", for: 150s"),
            "x.yaml:10:65: lasts until 151s but observation ends at 150s");
  EXPECT_EQ(with_kill(", for: 6s, every: 5s, times: 4"),
            "x.yaml:10:65: `for` is longer than `every`: it would overlap itself");
  EXPECT_EQ(with_kill(", for: 5s", "  - {id: l, fault: process_kill, target: wallet-1, at: 3s}\n"),
            "x.yaml:11:5: `k` and `l` overlap: process_kill twice on the same target");
}

TEST(ScenarioErrors, Params) {
  expect_first({
      {"{of: postgres.primary}", "az-4", "8:46: unknown zone `az-4`, did you mean `az-1`?"},
      {"{of: postgres.primary}", "[]", "8:46: `zone` is an empty list"},
      {"{of: postgres.primary}", "[az-1, az-1]", "8:53: `az-1` is named twice"},
      {"{of: postgres.primary}", "{of: postgres.primry}",
       "8:51: unknown selector `postgres.primry`, did you mean `postgres.primary`?"},
      {"{of: postgres.primary}", "{any: 4}",
       "8:52: `any` must be a whole number from 1 to 3, not `4`"},
      {"{of: postgres.primary}", "{any: 1, of: postgres.sync}",
       "8:46: `zone` needs one of the selectors `of`, `any`"},
      {"{of: postgres.primary}", "{on: az-1}",
       "8:46: `zone` needs one of the selectors `of`, `any`"},
      {", zone: {of: postgres.primary}", "", "8:5: `zone_loss` lacks the key `zone`"},
      {"zone: {", "zome: {", "8:40: unknown key in `timeline entry`: `zome`, did you mean `zone`?"},
      {"{of: postgres.primary}", "",
       "8:40: `zone` must be a name, a list of names or a selector, not empty"},
      {"fault: noop", "fault: provider_timeout, provider: {of: postgres.primary}",
       "9:60: `provider` needs one of the selectors `any`"},
      {"fault: noop", "fault: provider_timeout, provider: psp-c",
       "9:60: unknown provider `psp-c`, did you mean `psp-a`?"},
      {"fault: noop", "fault: provider_timeout, provider: psp-a, captured: 1",
       "9:77: `captured` must be true or false, not `1`"},
      {"fault: noop", "fault: webhook_duplicate, copies: 0",
       "9:59: `copies` must be a whole number from 2 to 10, not `0`"},
      {"fault: noop", "fault: webhook_duplicate, copies: 11",
       "9:59: `copies` must be a whole number from 2 to 10, not `11`"},
      {"fault: noop", "fault: webhook_duplicate, window: 99ms",
       "9:59: `window` must be from 100ms to 60s, not `99ms`"},
      {"fault: noop", "fault: webhook_duplicate, window: 61s",
       "9:59: `window` must be from 100ms to 60s, not `61s`"},
      {"fault: noop", "fault: webhook_duplicate, copies: many",
       "9:59: `copies` must be a whole number from 2 to 10, not `many`"},
      {"fault: noop", "fault: webhook_duplicate, fraction: 0.5",
       "9:61: `fraction` must be a share from 0% to 100%, not `0.5`"},
      {"fault: noop", "fault: webhook_duplicate, fraction: 0%",
       "9:61: `fraction` must be above 0%: of nothing there is no effect"},
      {"fault: noop", "fault: webhook_duplicate, fraction: 101%",
       "9:61: `fraction` must be a share from 0% to 100%, not `101%`"},
      {"fault: noop", "fault: network_latency, zone: az-1, delay: 20, way: both",
       "9:68: `delay` must be a duration with a unit (250ms, 15s, 5m), not `20`"},
      {"fault: noop", "fault: network_latency, zone: az-1, delay: 20ms, way: bth",
       "9:79: unknown way `bth`, did you mean `both`?"},
      {"fault: noop", "fault: process_kill, target: wallet-3",
       "9:54: unknown node `wallet-3`, did you mean `wallet-1`?"},
  });
}

TEST(ScenarioErrors, PlacesAndSides) {
  const std::string parted = "fault: network_partition, for: 5s, between: ";
  const std::string holes = "fault: network_loss, target: ";
  expect_first({
      {"fault: noop", parted + "az-1",
       "9:69: `between` must be a list of two sides, [A, B], not `az-1`"},
      {"fault: noop", parted + "[az-1]",
       "9:69: `between` must be a list of two sides, [A, B], not a list"},
      {"fault: noop", parted + "[az-1, az-2, az-3]",
       "9:69: `between` must be a list of two sides, [A, B], not a list"},
      {"fault: noop", parted + "[az-1, az-4]",
       "9:76: unknown zone or node `az-4`, did you mean `az-1`?"},
      {"fault: noop", parted + "[az-1, []]", "9:76: `between` is an empty list"},
      {"fault: noop", parted + "[[az-1, wallet-1], [az-2, az-1]]", "9:88: `az-1` is on both sides"},
      {"fault: noop", parted + "[{of: wallet.writer}, {of: wallet.writer}]",
       "9:91: `wallet.writer` is on both sides"},
      {"fault: noop", parted + "[{any: 1}, az-2]", "9:70: `between` needs the selector `of`"},
      {"fault: noop", holes + "psp-a",
       "9:54: unknown zone or node `psp-a` (there are: az-1, az-2, az-3, wallet-1, wallet-2)"},
      {"fault: noop", holes + "{any: 1}", "9:54: `target` needs the selector `of`"},
  });
  EXPECT_EQ(first_error(with("fault: noop", holes + "wallet-2")), "");
}

TEST(ScenarioErrors, Judged) {
  expect_first({
      {"", "checks: some\n", "10:9: `checks` must be `all` or a list of checks, not `some`"},
      {"", "checks: []\n", "10:9: `checks` is an empty list"},
      {"", "checks: [ledger_balance]\n",
       "10:10: unknown check `ledger_balance`, did you mean `ledger_balanced`?"},
      {"", "checks: [reporting_complete]\n",
       "10:10: check `reporting_complete` needs `reporting`, which the stack `one-region` lacks"},
      {"", "checks: [reads_fresh, reads_fresh]\n", "10:23: `reads_fresh` is named twice"},
      {"", "expect: fail\n", "10:9: `expect` must be `pass` or {fail: [checks]}, not `fail`"},
      {"", "expect: {fail: []}\n", "10:16: `fail` is an empty list"},
      {"", "expect: {fails: [reads_fresh]}\n",
       "10:10: unknown key in `expect`: `fails`, did you mean `fail`?"},
      {"", "expect: {fail: [nothing_known]}\n",
       "10:17: unknown check `nothing_known` (there are: ledger_balanced, no_duplicate_payouts, "
       "reads_fresh, reporting_complete)"},
      {"", "checks: [reads_fresh]\nexpect: {fail: [ledger_balanced]}\n",
       "11:16: `ledger_balanced` is expected to fail but not among `checks`"},
      {"", "stop_when: [ledger_balanced]\n",
       "10:13: `ledger_balanced` must be CHECK.live or {slo: …, above: …}"},
      {"", "stop_when: [ledger_balancd.live]\n",
       "10:13: unknown check `ledger_balancd`, did you mean `ledger_balanced`?"},
      {"", "stop_when: [no_duplicate_payouts.live]\n",
       "10:13: check `no_duplicate_payouts` cannot be judged while load is on (only "
       "ledger_balanced can)"},
      {"", "stop_when: [{slo: bet_rejected, above: 5%}]\n",
       "10:19: `bet_rejected` cannot be judged while load is on (only *_p95 and *_failed can)"},
      {"", "stop_when: [{slo: bet_p99, above: 5s}]\n",
       "10:19: `bet_p99` cannot be judged while load is on (only *_p95 and *_failed can)"},
      {"", "stop_when: [{slo: wallet_p59, above: 5s}]\n",
       "10:19: unknown slo `wallet_p59`, did you mean `wallet_p50`?"},
      {"", "stop_when: [{slo: wallet_p95, above: 5%}]\n",
       "10:38: `wallet_p95` must be a duration with a unit (250ms, 15s, 5m), not `5%`"},
      {"", "stop_when: [{slo: wallet_p95}]\n", "10:13: `stop_when entry` lacks the key `above`"},
      {"", "stop_when: 5\n", "10:12: `stop_when` must be a list, not `5`"},
      {"", "targets: {rto: {bets: 5s}}\n", "10:17: unknown operation `bets`, did you mean `bet`?"},
      {"", "targets: {rto: {bet: soon}}\n",
       "10:22: `bet` must be a duration with a unit (250ms, 15s, 5m), not `soon`"},
      {"", "targets: {rpo: {ledgers: 0s}}\n",
       "10:17: unknown store `ledgers`, did you mean `ledger`?"},
      {"", "targets: {rtoo: {}}\n", "10:11: unknown key in `targets`: `rtoo`, did you mean `rto`?"},
      {"", "targets: {slo: {befor: {}}}\n",
       "10:17: unknown key in `slo`: `befor`, did you mean `before`?"},
      {"", "targets: {slo: {before: {bet_rejected: 5s}}}\n",
       "10:40: `bet_rejected` must be a share from 0% to 100%, not `5s`"},
      {"", "targets: {slo: {before: {beta_p95: 5s}}}\n",
       "10:26: unknown slo `beta_p95`, did you mean `bet_p95`?"},
      {"", "targets: {rto: {bet: 151s}}\n",
       "6:32: `observe` (150s) is shorter than the rto target of bet (151s)"},
  });
}

TEST(ScenarioErrors, CirclesOfAfter) {
  const std::string text = with("at: 0s", "after: c.healed") +
                           "  - {id: b, after: az.effective, fault: noop}\n"
                           "  - {id: c, after: b.injected, fault: noop}\n";
  const std::vector<std::string> expected = {
      "x.yaml:8:21: `after` goes round in a circle: az after c after b after az"};
  EXPECT_EQ(errors(text), expected);
}

TEST(ScenarioErrors, ARunHasRoomForOneRestore) {
  const auto with_restores = [](const std::string& keys, const std::string& more) {
    return first_error(with("", "  - {id: a, fault: restore, at: 1s" + keys + "}\n" + more));
  };
  EXPECT_EQ(with_restores("", ""), "");
  const std::string twice = "`restore` is to be twice: a run has room for one";
  EXPECT_EQ(with_restores("", "  - {id: b, fault: restore, after: a.injected, plus: 50s}\n"),
            "x.yaml:11:5: " + twice);
  EXPECT_EQ(with_restores(", every: 5s, times: 2", ""), "x.yaml:10:5: " + twice);
}

TEST(ScenarioErrors, OneKnobAtATime) {
  const auto both = [](const std::string& first, const std::string& second) {
    return first_error(with("", "  - {id: a, " + first + "}\n  - {id: b, " + second + "}\n"));
  };
  const std::string pause = "fault: process_pause, target: ";
  const std::string overlap =
      "x.yaml:11:5: `a` and `b` overlap: process_pause twice on the same target";
  EXPECT_EQ(both(pause + "wallet-1, at: 1s, for: 5s", pause + "wallet-1, at: 5s, for: 5s"),
            overlap);
  EXPECT_EQ(both(pause + "wallet-1, at: 5s, for: 5s", pause + "wallet-1, at: 1s, for: 5s"),
            overlap);
  EXPECT_EQ(both(pause + "wallet-1, at: 1s", pause + "[wallet-2, wallet-1], at: 90s, for: 5s"),
            overlap);
  EXPECT_EQ(both(pause + "{any: 1}, at: 1s, for: 5s", pause + "{any: 2}, at: 2s, for: 5s"),
            overlap);
  EXPECT_EQ(both(pause + "wallet-1, at: 1s, every: 10s, times: 3, for: 2s",
                 pause + "wallet-1, at: 22s, for: 1s"),
            overlap);
  EXPECT_EQ(both(pause + "wallet-1, at: 1s, for: 5s",
                 pause + "wallet-1, after: a.effective, plus: 4s, for: 5s"),
            overlap);
  const std::string parted = "fault: network_partition, at: 1s, for: 5s, between: ";
  const std::string border =
      "x.yaml:11:5: `a` and `b` overlap: network_partition twice on the same target";
  EXPECT_EQ(both(parted + "[az-1, az-2]", parted + "[az-1, az-2]"), border);
  EXPECT_EQ(both(parted + "[az-1, az-2]", parted + "[[az-3, az-2], az-1]"), border);
  EXPECT_EQ(both(parted + "[az-1, az-2]", parted + "[az-1, az-3]"), "");
  EXPECT_EQ(both(pause + "wallet-1, at: 1s, for: 5s", pause + "wallet-1, at: 6s, for: 5s"), "");
  EXPECT_EQ(both(pause + "wallet-1, at: 1s, for: 5s", pause + "wallet-2, at: 1s, for: 5s"), "");
  EXPECT_EQ(both(pause + "wallet-1, at: 1s, for: 5s", pause + "wallet-1, after: a.healed, for: 5s"),
            "");
  EXPECT_EQ(both(pause + "wallet-1, at: 1s, every: 10s, times: 3, for: 2s",
                 pause + "wallet-1, at: 13s, for: 8s"),
            "");
}

}  // namespace
}  // namespace rehearse::scenario_test
