// What the load was, and exact percentiles of its latencies: of operations from the intended send
// of the first attempt to the deciding answer, of service from send to answer of each attempt.
#include <array>

#include "base/clock.hpp"
#include "checks/joined.hpp"
#include "checks/measures.hpp"
#include "checks/percentile.hpp"

namespace rehearse {
namespace {

std::optional<double> percentile_in(std::vector<int64_t>& values, double share, int64_t per_unit) {
  const auto value = percentile(values, share, values.size());
  if (!value) return std::nullopt;
  return static_cast<double>(*value) / static_cast<double>(per_unit);
}

struct Kind {
  OperationStats stats;
  std::vector<int64_t> latency_ns, service_ns;
};

void count(Kind& kind, const Operation& operation, const Ended& end) {
  switch (end.outcome) {
    case Outcome::ok:
      ++kind.stats.ok;
      break;
    case Outcome::rejected:
      ++kind.stats.rejected;
      break;
    case Outcome::failed:
      ++kind.stats.failed;
      break;
    case Outcome::unknown:
      ++kind.stats.unknown;
      break;
    case Outcome::none:
      return;
  }
  const bool answered = end.outcome == Outcome::ok || end.outcome == Outcome::rejected;
  if (!answered || end.answer->answered_ns == 0) return;
  const int64_t intended_ns =
      end.first->intended_ns != 0 ? end.first->intended_ns : operation.intended_ns;
  kind.latency_ns.push_back(end.answer->answered_ns - intended_ns);
}

}  // namespace

LoadStats measure_load(const Joined& joined) {
  const Run& run = joined.run;
  LoadStats load;
  load.scheduled = run.load.scheduled;
  std::vector<int64_t> lateness_us = run.load.lateness_us;
  load.lateness_p99_us = percentile_in(lateness_us, 0.99, 1);

  std::array<Kind, operation_kinds> kinds;
  const auto& ended = joined.ended;
  for (const Operation& operation : run.history.operations) {
    Kind& kind = kinds.at(static_cast<size_t>(operation.kind));
    if (ended[operation.id].first == nullptr) continue;
    count(kind, operation, ended[operation.id]);
    load.sent += is_settlement(operation.kind) ? 0 : 1;  // nothing is sent to watch a payment
  }
  for (const Attempt& attempt : run.history.attempts) {
    if (attempt.answered_ns == 0 || attempt.sent_ns == 0) continue;
    if (attempt.operation >= run.history.operations.size()) continue;
    const Operation& operation = run.history.operations[attempt.operation];
    kinds.at(static_cast<size_t>(operation.kind))
        .service_ns.push_back(attempt.answered_ns - attempt.sent_ns);
  }
  for (size_t i = 0; i < kinds.size(); ++i) {
    Kind& kind = kinds[i];
    OperationStats& stats = kind.stats;
    if (stats.ok + stats.rejected + stats.failed + stats.unknown == 0) continue;
    stats.operation = name_of(static_cast<OperationKind>(i));
    stats.p50_ms = percentile_in(kind.latency_ns, 0.50, ns_per_ms);
    stats.p95_ms = percentile_in(kind.latency_ns, 0.95, ns_per_ms);
    stats.p99_ms = percentile_in(kind.latency_ns, 0.99, ns_per_ms);
    stats.max_ms = percentile_in(kind.latency_ns, 1.00, ns_per_ms);
    stats.service_p99_ms = percentile_in(kind.service_ns, 0.99, ns_per_ms);
    if (!is_settlement(static_cast<OperationKind>(i))) {
      load.ok += stats.ok;
      load.rejected += stats.rejected;
      load.failed += stats.failed;
      load.unknown += stats.unknown;
    }
    load.operations.push_back(std::move(stats));
  }
  return load;
}

}  // namespace rehearse
