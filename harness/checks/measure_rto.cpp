// Recovery time as clients felt it: see RtoRow for what an outage is.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "checks/attempt_series.hpp"
#include "checks/joined.hpp"
#include "checks/machine.hpp"
#include "checks/measures.hpp"
#include "checks/phases.hpp"
#include "record/felt.hpp"

namespace rehearse {
namespace {

struct Outage {
  size_t fault = none;                    // index into the disruptive faults
  size_t begin = 0;                       // point
  size_t end = none;                      // point; none = open when the arrivals end
  std::optional<double> drained_ms = {};  // of an open one: over by then, see closed_by_the_drain()

  // When it was over; null: it was not.
  std::optional<double> over_ms(const AttemptSeries& series) const {
    return end == none ? drained_ms : series.points()[end].t_ms;
  }
};

struct Fault {
  std::string id;
  double from_ms = 0;  // the earlier of injection and effect
};

// What of a runbook players may feel: each step by itself.
std::vector<Fault> disruptive_steps(const Run& run, const FaultRecord& record) {
  std::vector<Fault> steps;
  if (record.fault != "runbook") return steps;
  for (const StepRecord& step : run.runbook)
    if (step.disruptive && step.acted_ms && step.step.starts_with(record.id + "."))
      steps.push_back({step.step, *step.acted_ms});
  return steps;
}

std::vector<Fault> disruptive_faults(const Run& run) {
  std::vector<Fault> faults;
  for (const FaultRecord& record : run.faults) {
    if (!record.disruptive || (!record.injected_ms && !record.effective_ms)) continue;
    if (auto steps = disruptive_steps(run, record); !steps.empty()) {
      std::ranges::move(steps, std::back_inserter(faults));
      continue;
    }
    const double effective = record.effective_ms ? *record.effective_ms : *record.injected_ms;
    faults.push_back({record.id, std::min(record.injected_ms.value_or(effective), effective)});
  }
  std::ranges::stable_sort(faults, {}, &Fault::from_ms);
  return faults;
}

std::vector<Outage> find_outages(const AttemptSeries& series, const std::vector<Fault>& faults) {
  std::vector<Outage> outages;
  std::set<size_t> had_outage;
  const auto& points = series.points();
  size_t i = faults.empty() ? points.size() : series.first_from(faults.front().from_ms);
  for (; i < points.size(); ++i) {
    if (points[i].success && !series.opens(i)) continue;
    const auto after = std::ranges::upper_bound(faults, points[i].t_ms, {}, &Fault::from_ms);
    const auto fault = static_cast<size_t>(after - faults.begin()) - 1;
    if (!points[i].success && had_outage.contains(fault) && series.is_stray(i)) continue;
    had_outage.insert(fault);
    outages.push_back({fault, i, series.next_recovery(i)});
    if (outages.back().end == none) break;
    i = outages.back().end;
  }
  return outages;
}

// A fault that came while an earlier one was felt, and was not felt beside it: one cause, one row.
bool is_felt_as_another(const AttemptSeries& series, const std::vector<Outage>& outages,
                        const std::vector<Fault>& faults, size_t index) {
  const double from_ms = faults[index].from_ms;
  bool inside = false;
  for (const Outage& outage : outages) {
    if (outage.fault == index) return false;
    const double begin_ms = series.points()[outage.begin].t_ms;
    const bool ended = outage.end != none && series.points()[outage.end].t_ms <= from_ms;
    inside = inside || (outage.fault < index && begin_ms < from_ms && !ended);
  }
  return inside;
}

// When the last operation of the kind begun in the outage had ended; null if one has not.
std::optional<double> drained_at(const Run& run, const std::vector<Ended>& ended,
                                 OperationKind kind, double from_ms, double to_ms) {
  std::optional<double> last;
  for (const Operation& operation : run.history.operations) {
    if (operation.kind != kind) continue;
    const Ended& end = ended[operation.id];
    if (end.first == nullptr) continue;
    const double begun = run_ms(run.history, end.first->intended_ns);
    if (begun < from_ms || begun >= to_ms) continue;
    if (end.outcome == Outcome::unknown || end.outcome == Outcome::none) return std::nullopt;
    const double at = run_ms(run.history, std::max(end.answer->answered_ns, end.answer->sent_ns));
    last = std::max({last.value_or(at), at, begun});
  }
  return last;
}

// Nobody arrives any more to show that an open outage is over; but when each operation of the kind
// that was on its way in it has come to a good end, with tries sent after what failed, it was over
// at the latest then. null: one has not.
std::optional<double> closed_by_the_drain(const Run& run, const std::vector<Ended>& ended,
                                          OperationKind kind, double begin_ms) {
  std::optional<double> last;
  int64_t accepted = 0, refused = 0;
  for (const Operation& operation : run.history.operations) {
    const Ended& end = ended[operation.id];
    if (operation.kind != kind || end.first == nullptr) continue;
    const bool well = end.outcome == Outcome::ok || end.outcome == Outcome::rejected;
    const double at = run_ms(run.history, well ? end.answer->answered_ns : end.answer->intended_ns);
    if (at < begin_ms) continue;
    if (!well) return std::nullopt;
    ++(end.outcome == Outcome::ok ? accepted : refused);
    last = std::max(last.value_or(at), at);
  }
  return accepted > refused ? last : std::nullopt;
}

// An open outage lasts at least to the last failure, and to the last start of a whole window.
double open_length(const AttemptSeries& series, double begin_ms, double end_ms) {
  double until = end_ms - window_ms;
  for (const AttemptPoint& point : series.points()) {
    if (!point.success && point.t_ms <= end_ms) until = std::max(until, point.t_ms);
  }
  return std::max(0.0, until - begin_ms);
}

void judge_row(RtoRow& row, const Run& run, const AttemptSeries& series, double from_ms) {
  row.verdict = Verdict::not_applicable;
  if (!row.target_ms) return;
  const bool seen = row.outages > 0 || row.resolution_ms <= *row.target_ms / 2;
  if (!row.measured_ms || !seen) {
    row.unsure = fmt::format("{} attempts are too few to see an outage", row.attempts);
    if (!is_tried_too_seldom(static_cast<double>(series.steady_attempts()), -run.steady_from_ms,
                             run.arrivals_end_ms - from_ms, *row.target_ms))
      row.verdict = Verdict::inconclusive;
    return;
  }
  row.verdict = Verdict::inconclusive;
  if (*row.measured_ms > *row.target_ms) {
    row.unsure = machine_late(run, from_ms, row.recovered_ms.value_or(run.arrivals_end_ms));
    if (row.unsure.empty()) row.verdict = Verdict::fail;
  } else if (!row.open_at_end) {
    row.verdict = Verdict::pass;
  }
}

struct Context {
  const Run& run;
  const std::vector<Ended>& ended;
  const std::vector<Fault>& faults;
};

// Only where that is good enough: beyond the target it is no measure of the outage.
void close_by_the_drain(Outage& outage, const Context& context, const AttemptSeries& series,
                        OperationKind kind) {
  const AttemptPoint& begin = series.points()[outage.begin];
  if (outage.end != none || begin.success) return;  // refused or slow: a good end proves nothing
  const double begin_ms = begin.t_ms;
  const auto drained_ms = closed_by_the_drain(context.run, context.ended, kind, begin_ms);
  const auto target = context.run.targets.rto_ms.find(std::string(name_of(kind)));
  const bool met = target == context.run.targets.rto_ms.end() ||
                   drained_ms.value_or(0) - begin_ms <= static_cast<double>(target->second);
  if (met) outage.drained_ms = drained_ms;
}

void describe_outage(RtoRow& row, const Context& context, const AttemptSeries& series,
                     OperationKind kind, const Outage& outage) {
  const auto& points = series.points();
  const double end_ms = context.run.arrivals_end_ms;
  const double begin_ms = points[outage.begin].t_ms;
  row.first_error_ms = begin_ms;
  row.recovered_ms = outage.over_ms(series);
  row.open_at_end = !row.recovered_ms;
  row.measured_ms =
      row.recovered_ms ? *row.recovered_ms - begin_ms : open_length(series, begin_ms, end_ms);
  const size_t last = outage.end == none ? points.size() : outage.end + 1;
  for (size_t i = outage.begin; i < last; ++i) {
    if (!points[i].success) continue;
    row.first_success_ms =
        std::min(row.first_success_ms.value_or(points[i].answered_ms), points[i].answered_ms);
  }
  row.drained_ms =
      drained_at(context.run, context.ended, kind, begin_ms, row.recovered_ms.value_or(end_ms));
}

RtoRow measure_row(const Context& context, const AttemptSeries& series, OperationKind kind,
                   size_t index, const std::vector<Outage>& outages) {
  const Run& run = context.run;
  const Fault& fault = context.faults[index];
  RtoRow row;
  row.operation = name_of(kind);
  row.fault = fault.id;
  row.baseline = series.has_baseline();
  if (const auto target = run.targets.rto_ms.find(row.operation);
      target != run.targets.rto_ms.end()) {
    row.target_ms = static_cast<double>(target->second);
  }
  const size_t from = series.first_from(fault.from_ms);
  const size_t to = std::max(from, series.first_from(run.arrivals_end_ms));
  row.attempts = static_cast<int64_t>(to - from);
  if (row.attempts > 0) {
    row.measured_ms = 0;
    row.resolution_ms = (run.arrivals_end_ms - fault.from_ms) / static_cast<double>(row.attempts);
  }
  const Outage* worst = nullptr;
  const auto length = [&](const Outage& outage) {
    const double begin_ms = series.points()[outage.begin].t_ms;
    const auto over_ms = outage.over_ms(series);
    return over_ms ? *over_ms - begin_ms : open_length(series, begin_ms, run.arrivals_end_ms);
  };
  for (const Outage& outage : outages) {
    if (outage.fault != index) continue;
    ++row.outages;
    row.down_total_ms += length(outage);
    if (worst == nullptr || !outage.over_ms(series) || length(outage) > length(*worst))
      worst = &outage;
  }
  if (worst != nullptr) describe_outage(row, context, series, kind, *worst);
  if (run.redundancy_restored_ms && *run.redundancy_restored_ms >= fault.from_ms) {
    row.redundancy_restored_ms = run.redundancy_restored_ms;
  }
  const double until = row.recovered_ms.value_or(
      index + 1 < context.faults.size() && worst == nullptr ? context.faults[index + 1].from_ms
                                                            : run.arrivals_end_ms);
  const Phases phases = measure_phases(run.roles, fault.from_ms, until, row.first_success_ms);
  row.detect_ms = phases.detect_ms;
  row.elect_ms = phases.elect_ms;
  row.promote_ms = phases.promote_ms;
  row.reconnect_ms = phases.reconnect_ms;
  row.marks_to_within_ms = phases.marks_to_within_ms;
  judge_row(row, run, series, fault.from_ms);
  return row;
}

}  // namespace

bool is_tried_too_seldom(double steady_attempts, double steady_ms, double after_ms,
                         double target_ms) {
  const double expected = steady_attempts * after_ms / steady_ms;
  return steady_attempts < window_attempts_max || expected < window_attempts_max ||
         after_ms / expected > target_ms / 2;
}

std::vector<RtoRow> measure_rto(const Joined& joined) {
  const Run& run = joined.run;
  std::vector<RtoRow> rows;
  const std::vector<Fault> faults = disruptive_faults(run);
  if (faults.empty() || run.history.zero_ns == 0) return rows;
  auto points = points_by_kind(run);
  const Context context{run, joined.ended, faults};
  for (size_t i = 0; i < points.size(); ++i) {
    const auto kind = static_cast<OperationKind>(i);
    if (points[i].empty() && !run.targets.rto_ms.contains(std::string(name_of(kind)))) continue;
    const AttemptSeries series(std::move(points[i]), run.arrivals_end_ms);
    auto outages = find_outages(series, faults);
    if (!outages.empty()) close_by_the_drain(outages.back(), context, series, kind);
    for (size_t fault = 0; fault < faults.size(); ++fault) {
      if (!is_felt_as_another(series, outages, faults, fault))
        rows.push_back(measure_row(context, series, kind, fault, outages));
    }
  }
  return rows;
}

}  // namespace rehearse
