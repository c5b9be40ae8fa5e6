// Service levels by phase, as players felt them: see SloRow. One pass puts every operation into its
// phase; a target then looks at the kinds that it speaks of.
#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "checks/joined.hpp"
#include "checks/measures.hpp"
#include "checks/percentile.hpp"

namespace rehearse {
namespace {

constexpr std::array<std::string_view, 3> phase_names = {"before", "during", "after"};

struct Span {
  double from_ms = std::numeric_limits<double>::infinity(), to_ms = 0;  // empty
  bool contains(double t_ms) const { return from_ms <= t_ms && t_ms < to_ms; }
};

// Operations of one kind in one phase, by how they ended.
struct Felt {
  std::vector<int64_t> latency_ns;  // of those with an answer
  int64_t all = 0, approved = 0, rejected = 0, failed = 0, unknown = 0;
};
using FeltByKind = std::array<Felt, operation_kinds>;

struct Figure {
  std::string_view suffix;
  double share = 0;                // a percentile of latency, or 0:
  int64_t Felt::*count = nullptr;  // how many of all
  bool at_least = false;           // the target is a floor, not a ceiling
};
constexpr Figure figures[] = {{"_p50", 0.50},
                              {"_p95", 0.95},
                              {"_p99", 0.99},
                              {"_max", 1.00},
                              {"_rejected", 0, &Felt::rejected},
                              {"_failed", 0, &Felt::failed},
                              {"_unknown", 0, &Felt::unknown},
                              {"_approved", 0, &Felt::approved, true}};

const Figure* figure_of(std::string_view name) {
  for (const Figure& figure : figures) {
    if (name.ends_with(figure.suffix)) return &figure;
  }
  return nullptr;
}

// When everything had been healed and every kind had recovered; null: something had not.
std::optional<double> back_to_normal_ms(const Run& run, const std::vector<RtoRow>& rto) {
  double last = 0;
  for (const FaultRecord& fault : run.faults) {
    if (!fault.injected_ms) continue;
    if (!fault.healed_ms && fault.heal_expected) return std::nullopt;
    const double effective = fault.effective_ms.value_or(*fault.injected_ms);
    last = std::max(last, fault.healed_ms.value_or(effective));
  }
  for (const RtoRow& row : rto) {
    if (row.open_at_end) return std::nullopt;
    last = std::max(last, row.recovered_ms.value_or(0));
  }
  return last;
}

std::array<Span, 3> phases_of(const Run& run, const std::vector<RtoRow>& rto) {
  std::array<Span, 3> phases;
  if (run.history.zero_ns == 0) return phases;
  phases[0] = {run.steady_from_ms, 0};
  const auto normal_ms = back_to_normal_ms(run, rto);
  // The last arrival is at the end, and belongs to the run.
  const double past_end_ms = std::nextafter(run.arrivals_end_ms, run.arrivals_end_ms + 1);
  for (const FaultRecord& fault : run.faults) {
    if (!fault.disruptive || !fault.injected_ms) continue;
    const double effective = fault.effective_ms.value_or(*fault.injected_ms);
    phases[1].from_ms = std::min(phases[1].from_ms, effective);
    phases[1].to_ms = normal_ms.value_or(past_end_ms);
  }
  if (normal_ms) phases[2] = {*normal_ms, past_end_ms};
  return phases;
}

// Whether the answer gave what was asked for. A decision that promises no entry says no with an
// amount of 0.
bool is_approved(const Operation& operation, const Ended& end) {
  if (end.outcome != Outcome::ok) return false;
  const bool decides = traits_of(operation.kind).book == Book::none && operation.amount_minor > 0;
  return !decides || end.answer->amount_minor > 0;
}

// Declined rightly, the service is none the worse: whom the protection of players keeps out, and
// who took the operation back before it arrived.
bool is_rightly_declined(const Attempt& answer) {
  static constexpr std::array<std::string_view, 5> reasons = {
      "self_excluded", "frozen", "loss_limit", "deposit_limit", "rolled_back"};
  return std::ranges::find(reasons, std::string_view(answer.reason)) != reasons.end();
}

void add(Felt& felt, const Operation& operation, const Ended& end) {
  ++felt.all;
  felt.approved += is_approved(operation, end) ? 1 : 0;
  felt.rejected += end.outcome == Outcome::rejected && !is_rightly_declined(*end.answer) ? 1 : 0;
  felt.failed += end.outcome == Outcome::failed ? 1 : 0;
  felt.unknown += end.outcome == Outcome::unknown ? 1 : 0;
  const bool answered = end.outcome == Outcome::ok || end.outcome == Outcome::rejected;
  if (!answered || end.answer->answered_ns == 0) return;
  felt.latency_ns.push_back(end.answer->answered_ns - end.first->intended_ns);
}

std::array<FeltByKind, 3> felt_by_phase(const Joined& joined, const std::array<Span, 3>& phases) {
  std::array<FeltByKind, 3> felt;
  for (const Operation& operation : joined.run.history.operations) {
    const Ended& end = joined.ended[operation.id];
    if (end.first == nullptr || end.outcome == Outcome::none) continue;
    const double begun_ms = run_ms(joined.run.history, end.first->intended_ns);
    for (size_t phase = 0; phase < phases.size(); ++phase) {
      if (!phases.at(phase).contains(begun_ms)) continue;
      // What was still waiting at t = 0 felt the fault, and says nothing about the time before it.
      const bool cut_off = phase == 0 && !(in_steady_phase(joined.run, *end.first) &&
                                           in_steady_phase(joined.run, *end.answer));
      if (!cut_off) add(felt.at(phase).at(static_cast<size_t>(operation.kind)), operation, end);
    }
  }
  return felt;
}

void measure_figure(SloRow& row, const Figure& figure, std::span<const OperationKind> kinds,
                    const FeltByKind& felt) {
  std::vector<int64_t> latency_ns;
  int64_t counted = 0;
  for (const OperationKind kind : kinds) {
    const Felt& of_kind = felt.at(static_cast<size_t>(kind));
    row.attempts += of_kind.all;
    if (figure.count != nullptr) counted += of_kind.*figure.count;
    latency_ns.insert(latency_ns.end(), of_kind.latency_ns.begin(), of_kind.latency_ns.end());
  }
  if (row.attempts == 0) return;
  if (figure.count != nullptr) {
    row.measured = static_cast<double>(counted) / static_cast<double>(row.attempts);
  } else if (const auto ns =
                 percentile(latency_ns, figure.share, static_cast<size_t>(row.attempts))) {
    row.measured = static_cast<double>(*ns) / static_cast<double>(ns_per_ms);
  }
  const bool met =
      row.measured && (figure.at_least ? *row.measured >= row.target : *row.measured <= row.target);
  row.verdict = met ? Verdict::pass : Verdict::fail;
}

}  // namespace

std::vector<SloRow> measure_slo(const Joined& joined, const std::vector<RtoRow>& rto) {
  std::vector<SloRow> rows;
  if (joined.run.targets.slo.empty()) return rows;
  const auto felt = felt_by_phase(joined, phases_of(joined.run, rto));
  for (const SloTarget& target : joined.run.targets.slo) {
    SloRow& row = rows.emplace_back();
    row.name = target.name;
    row.phase = target.phase;
    row.target = target.limit;
    const Figure* figure = figure_of(target.name);
    const auto phase = std::ranges::find(phase_names, target.phase);
    if (figure == nullptr || phase == phase_names.end()) continue;
    const auto subject =
        std::string_view(target.name).substr(0, target.name.size() - figure->suffix.size());
    measure_figure(row, *figure, kinds_of_subject(subject),
                   felt.at(static_cast<size_t>(phase - phase_names.begin())));
  }
  return rows;
}

std::string slo_text(const std::string& name, double value) {
  const Figure* figure = figure_of(name);
  if (figure != nullptr && figure->count == nullptr) return format_ms(value);
  return fmt::format("{:.2f}%", 100 * value);
}

}  // namespace rehearse
