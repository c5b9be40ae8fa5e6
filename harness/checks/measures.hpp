// Figures that checks judge and reports print: recovery time, recovery point, profit and loss.
// Pure functions over a recorded run. A figure that was not measured is null, never 0.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/int128.hpp"
#include "checks/check.hpp"
#include "record/run.hpp"

namespace rehearse {

// One row for each pair of operation kind with a target (or attempts) and disruptive fault. Of a
// runbook each step that players may feel is one, from when it acted.
//
// An outage of a kind starts at the intended send of the first attempt after the fault that failed
// or stayed unknown; it ends at the start of the first 5 s window of attempts (by intended send)
// that begins with a success, lies inside the arrivals, and has >= 99% of the steady phase's share
// of successes and a p95 (answered − intended) <= 2x the steady p95, and refuses not more than a
// tenth above what the steady phase leads to expect. Rejections are answers, so successes; but
// where most of a window are refused (exact test, once in a million by chance) or far slower than
// before (10x the steady p95, and a second), an outage starts with them too; players' limits are no
// refusals. Small samples: a window is stretched until it has `window_attempts_min()` attempts;
// with fewer than 100 attempts no failure is allowed, with fewer than 40 a single slow one. Up to
// `felt_at_once_ms` nothing is slow. Without steady
// attempts of a kind every attempt must succeed and latency is not compared (`baseline` says so).
//
// An outage belongs to the latest disruptive fault before its start; a fault that came while an
// earlier one was felt, and was not felt beside it, has no row. "After a fault" counts from
// its injection when its effect was measured later than that. After a recovery, a further failure
// opens a further outage only if the window from it is not good (a stray failure is none). The row
// tells the worst outage: the one open at the end, else the longest; measured = its end − start.
// One that is open when the arrivals end, all of whose operations come to a good end while the run
// drains, ended with the last of them, if that is within the target: it is no longer than that.
constexpr double window_ms = 5000;

struct RtoRow {
  std::string operation, fault;  // fault id
  std::optional<double> target_ms;
  std::optional<double> measured_ms;  // 0 = no outage; null = no attempts; with open_at_end: ≥
  int64_t attempts = 0;               // of that kind after the fault
  int64_t outages = 0;                // of that kind by this fault; more than 1 = it flapped
  double down_total_ms = 0;           // the lengths of all of them
  bool baseline = true;               // the steady phase had attempts of that kind to compare with
  double resolution_ms = 0;  // mean distance of attempts of that kind: no outage shorter is seen
  bool open_at_end = false;
  std::optional<double> first_error_ms;    // start of the outage
  std::optional<double> first_success_ms;  // first good answer to an attempt after it
  std::optional<double> recovered_ms;      // end of the outage; null while open
  std::optional<double> drained_ms;  // last operation begun in the outage ended; null: one did not
  std::optional<double> redundancy_restored_ms;
  // Lengths of the way back, each from the end of the one before (the first: from the fault), by
  // the roles' timeline: primary or writer loses its role; a new one appears; a sync standby or
  // writer appears after it; the first good answer. Null where no mark was seen.
  std::optional<double> detect_ms, elect_ms, promote_ms, reconnect_ms;
  // Roles are looked at, not heard: each mark came at most so long before it was seen. Null where
  // no mark was seen, or the run is of before that was recorded.
  std::optional<double> marks_to_within_ms;
  Verdict verdict = Verdict::inconclusive;
  std::string unsure;  // why it cannot be said, where not for want of attempts
};
std::vector<RtoRow> measure_rto(const Joined& joined);

// What a load alone cannot show is not asked of it: the attempts that the steady phase leads to
// expect after a fault are too few, or too far apart to see an outage of half the target.
bool is_tried_too_seldom(double steady_attempts, double steady_ms, double after_ms,
                         double target_ms);

// One row for each target. An operation belongs to the phase in which it was first to be sent:
//   before  the part of the steady phase that is the baseline; not what t = 0 cut off
//   during  from the first disruptive fault's effect until everything had come back
//   after   from then, the last of all healings and of the ends of the worst outages, to the last
//           arrival; there is none when something did not come back
// Latencies are from the intended send of the first attempt to the deciding answer; operations
// without an answer count as slower than any. Shares are of all operations of the phase.
struct SloRow {
  std::string name, phase;
  double target = 0;               // milliseconds of latency, or a share (0..1)
  std::optional<double> measured;  // null: no operations, or the percentile lies in unanswered ones
  // Where the figure lies with 95% certainty, in its unit, by the number of operations alone: exact
  // (Clopper and Pearson, 1934; of a percentile by order statistics). Null: no such bound was seen.
  std::optional<double> at_least, at_most;
  int64_t attempts = 0;  // operations that the figure is of
  Verdict verdict = Verdict::inconclusive;
  std::string unsure;  // why it cannot be said
};
// When the last of what was broken had been mended (0: nothing was broken); null: something was
// not.
std::optional<double> mended_ms_of(const Run& run);

struct PhaseSpan {
  std::string_view phase;
  double from_ms = 0, to_ms = 0;  // from <= t < to; from > to: there is none
  bool contains(double t_ms) const { return from_ms <= t_ms && t_ms < to_ms; }
};
std::array<PhaseSpan, 3> phase_spans(const Run& run, const std::vector<RtoRow>& rto);

std::vector<SloRow> measure_slo(const Joined& joined, const std::vector<RtoRow>& rto);
// How many operations it takes to see what a target of that name speaks of: one beyond it, and
// never fewer than anybody would call a sample. 0: there is no such service level.
int64_t operations_needed(std::string_view name, double target);
// Whether so many operations can show that it is kept: enough of them, or few that are all as good
// as can be.
bool can_show(std::string_view name, double target, int64_t operations);
// The kinds that it speaks of.
std::span<const OperationKind> kinds_of_slo(std::string_view name);
// "180 ms" or "0.40%".
std::string slo_text(const std::string& name, double value);

struct LostMoney {
  std::string currency;
  Int128 minor = 0;
};
struct RpoRow {
  std::string store;  // ledger, events, reporting (what they lack after the drain)
  std::optional<double> target_ms;
  int64_t examined = 0;  // acknowledged writes, or ledger transactions, that were looked up
  std::optional<int64_t> lost_count;
  std::optional<double> lost_ms;      // max(fault effective, last lost ack) − oldest lost ack
  std::vector<LostMoney> lost_money;  // gross, per currency
  int64_t holes = 0;  // lost although a later acknowledgement of no newer epoch survives
  // Of events and reporting: age of the oldest transaction that they did not have yet at a fault's
  // effect; the worst of all faults.
  std::optional<double> lag_at_fault_ms;
  std::vector<std::string> lost_keys;
  Verdict verdict = Verdict::inconclusive;
};
std::vector<RpoRow> measure_rpo(const Joined& joined);

struct PnlRow {
  std::string currency;
  int exponent = 2;
  Int128 bets_minor = 0, wins_minor = 0;  // by the ledger; bets net of rolled-back bets
  std::optional<Int128> clients_acked, clients_upper, clients_lower;  // GGR as clients know it
  std::optional<Int128> ledger, events, reporting, providers;
  // By the ledger, costs above 0; bonuses without those that came as winnings. See revenue.hpp.
  Int128 bonuses_minor = 0, jackpots_minor = 0, fees_minor = 0, chargebacks_minor = 0;
  std::optional<Int128> ngr;
};
std::vector<PnlRow> measure_pnl(const Joined& joined);

struct OperationStats {
  std::string operation;
  int64_t ok = 0, rejected = 0, failed = 0, unknown = 0;
  std::optional<double> p50_ms, p95_ms, p99_ms, max_ms, service_p99_ms;
};
// Totals are of what players send; *_settled rows only watch payments and are not in them.
struct LoadStats {
  int64_t scheduled = 0, sent = 0, ok = 0, rejected = 0, failed = 0, unknown = 0;
  std::optional<double> lateness_p99_us;
  std::vector<OperationStats> operations;
};
LoadStats measure_load(const Joined& joined);

}  // namespace rehearse
