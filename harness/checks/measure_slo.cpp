// Service levels by phase, as players felt them: see SloRow. One pass puts every operation into its
// phase; a target then looks at the kinds that it speaks of.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "checks/attempt_series.hpp"
#include "checks/exercise.hpp"
#include "checks/interval.hpp"
#include "checks/joined.hpp"
#include "checks/machine.hpp"
#include "checks/measures.hpp"
#include "checks/percentile.hpp"

namespace rehearse {
namespace {

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

// Whether the answer gave what was asked for. A decision that promises no entry says no with an
// amount of 0.
bool is_approved(const Operation& operation, const Ended& end) {
  if (end.outcome != Outcome::ok) return false;
  const bool decides = traits_of(operation.kind).book == Book::none && operation.amount_minor > 0;
  return !decides || end.answer->amount_minor > 0;
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

std::array<FeltByKind, 3> felt_by_phase(const Joined& joined,
                                        const std::array<PhaseSpan, 3>& phases) {
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

constexpr double unbounded = std::numeric_limits<double>::infinity();

struct Measured {
  double figure = unbounded;
  Interval surely;
};

Measured measure_share(int64_t counted, int64_t of) {
  return {static_cast<double>(counted) / static_cast<double>(of), share_interval(counted, of)};
}

// Those without an answer are slower than any.
Measured measure_percentile(std::vector<int64_t> latency_ns, double share, int64_t of) {
  std::ranges::sort(latency_ns);
  const auto at_rank = [&](int64_t rank) {
    if (rank < 1) return 0.0;
    if (rank > std::ssize(latency_ns)) return unbounded;
    return static_cast<double>(latency_ns[static_cast<size_t>(rank - 1)]) / ns_per_ms;
  };
  const Ranks ranks = percentile_ranks(share, of);
  const auto ns = percentile(latency_ns, share, static_cast<size_t>(of));
  return {ns ? static_cast<double>(*ns) / ns_per_ms : unbounded,
          {at_rank(ranks.low), at_rank(ranks.high)}};
}

void judge_figure(SloRow& row, const Figure& figure, const Measured& measured) {
  const auto meets = [&](double value) {
    return figure.at_least ? value >= row.target : value <= row.target;
  };
  const double best = figure.at_least ? measured.surely.high : measured.surely.low;
  const double worst = figure.at_least ? measured.surely.low : measured.surely.high;
  const int64_t needed = operations_needed(row.name, row.target);
  if (!meets(best)) {
    row.verdict = Verdict::fail;
  } else if (meets(worst) || (meets(measured.figure) && row.attempts >= needed)) {
    row.verdict = Verdict::pass;
  } else if (row.attempts < needed) {
    row.verdict = Verdict::not_applicable;
    row.unsure = fmt::format("it takes {} operations, and there were {}", needed, row.attempts);
  } else {
    row.verdict = Verdict::inconclusive;
    row.unsure = fmt::format("{} operations are too few to say", row.attempts);
  }
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
  const Measured measured =
      figure.count != nullptr
          ? measure_share(counted, row.attempts)
          : measure_percentile(std::move(latency_ns), figure.share, row.attempts);
  const auto bounded = [](double value) {
    return value < unbounded ? std::optional(value) : std::nullopt;
  };
  row.measured = bounded(measured.figure);
  row.at_least = bounded(measured.surely.low);
  row.at_most = bounded(measured.surely.high);
  judge_figure(row, figure, measured);
}

// Nothing could have come: that was known before.
void say_why_nothing(SloRow& row, const Run& run, std::span<const OperationKind> kinds,
                     const std::optional<PlayedKinds>& played) {
  const auto is_played = [&](OperationKind kind) { return played->contains(kind); };
  if (played && std::ranges::none_of(kinds, is_played))
    row.unsure = "the load plays none of it";
  else if (row.phase == "during" && std::ranges::none_of(run.faults, &FaultRecord::disruptive))
    row.unsure = "no fault that players can feel";
  if (!row.unsure.empty()) row.verdict = Verdict::not_applicable;
}

// Nor did the steady phase, which had some, let it expect enough of them in so short a phase.
void say_too_few(SloRow& row, const PhaseSpan& phase, const PhaseSpan& steady,
                 std::span<const OperationKind> kinds, const FeltByKind& steady_felt) {
  int64_t attempts = 0;
  for (const OperationKind kind : kinds) attempts += steady_felt.at(static_cast<size_t>(kind)).all;
  const double share = (phase.to_ms - phase.from_ms) / (steady.to_ms - steady.from_ms);
  const int64_t needed = operations_needed(row.name, row.target);
  const double expected = static_cast<double>(attempts) * share;
  if (attempts == 0 || !std::isfinite(share) || expected >= static_cast<double>(needed)) return;
  row.verdict = Verdict::not_applicable;
  row.unsure = fmt::format("it takes {} operations, and there were none", needed);
}

// When everything had been mended and every kind had recovered; null: something had not.
std::optional<double> back_to_normal_ms(const Run& run, const std::vector<RtoRow>& rto) {
  auto last = mended_ms_of(run);
  for (const RtoRow& row : rto) {
    if (row.open_at_end) return std::nullopt;
    if (last && row.recovered_ms && *row.recovered_ms <= run.arrivals_end_ms)
      last = std::max(*last, *row.recovered_ms);
  }
  // What began after all that and was over with the drain belongs to what was normal then.
  const auto lasted = [&](const RtoRow& row) {
    return row.recovered_ms > run.arrivals_end_ms && last && row.first_error_ms < *last;
  };
  if (std::ranges::any_of(rto, lasted)) return std::nullopt;
  return last;
}

// When players may have felt it first: of a runbook, by the first of its steps that they may feel,
// and not by its end.
double felt_from_ms(const Run& run, const FaultRecord& fault) {
  double from_ms = fault.effective_ms.value_or(*fault.injected_ms);
  for (const StepRecord& step : run.runbook)
    if (step.disruptive && step.acted_ms && step.step.starts_with(fault.id + "."))
      from_ms = std::min(from_ms, *step.acted_ms);
  return from_ms;
}

}  // namespace

std::optional<double> mended_ms_of(const Run& run) {
  double last = 0;
  for (const FaultRecord& fault : run.faults) {
    if (!fault.injected_ms) continue;
    if (!fault.healed_ms && fault.heal_expected) return std::nullopt;
    const double effective = fault.effective_ms.value_or(*fault.injected_ms);
    last = std::max(last, fault.healed_ms.value_or(effective));
  }
  return last;
}

std::array<PhaseSpan, 3> phase_spans(const Run& run, const std::vector<RtoRow>& rto) {
  constexpr double never = std::numeric_limits<double>::infinity();
  std::array<PhaseSpan, 3> phases = {PhaseSpan{"before", never}, PhaseSpan{"during", never},
                                     PhaseSpan{"after", never}};
  if (run.history.zero_ns == 0) return phases;
  phases[0] = {"before", run.steady_from_ms, 0};
  const auto normal_ms = back_to_normal_ms(run, rto);
  // The last arrival is at the end, and belongs to the run.
  const double past_end_ms = std::nextafter(run.arrivals_end_ms, run.arrivals_end_ms + 1);
  for (const FaultRecord& fault : run.faults) {
    if (!fault.disruptive || !fault.injected_ms) continue;
    phases[1].from_ms = std::min(phases[1].from_ms, felt_from_ms(run, fault));
    phases[1].to_ms = normal_ms.value_or(past_end_ms);
  }
  if (normal_ms) phases[2] = {"after", *normal_ms, past_end_ms};
  return phases;
}

int64_t operations_needed(std::string_view name, double target) {
  constexpr int64_t sample = 20;
  const Figure* figure = figure_of(name);
  if (figure == nullptr) return 0;
  if (figure->share == 1) return 1;
  const double beyond = figure->count == nullptr ? 1 - figure->share : std::min(target, 1 - target);
  if (beyond <= 0) return sample;
  constexpr double rounding = 1e-9;
  return std::max(sample, static_cast<int64_t>(std::ceil(1 / beyond - rounding)));
}

bool can_show(std::string_view name, double target, int64_t operations) {
  const Figure* figure = figure_of(name);
  if (figure == nullptr || operations < 1) return false;
  if (operations >= operations_needed(name, target)) return true;
  if (figure->count == nullptr)
    return percentile_ranks(figure->share, operations).high <= operations;
  const Interval best = share_interval(figure->at_least ? operations : 0, operations);
  return figure->at_least ? best.low >= target : best.high <= target;
}

std::span<const OperationKind> kinds_of_slo(std::string_view name) {
  const Figure* figure = figure_of(name);
  if (figure == nullptr) return {};
  return kinds_of_subject(name.substr(0, name.size() - figure->suffix.size()));
}

std::vector<SloRow> measure_slo(const Joined& joined, const std::vector<RtoRow>& rto) {
  std::vector<SloRow> rows;
  if (joined.run.targets.slo.empty()) return rows;
  const auto phases = phase_spans(joined.run, rto);
  const auto felt = felt_by_phase(joined, phases);
  const auto played = kinds_played_in(joined.run);
  for (const SloTarget& target : joined.run.targets.slo) {
    SloRow& row = rows.emplace_back();
    row.name = target.name;
    row.phase = target.phase;
    row.target = target.limit;
    const Figure* figure = figure_of(target.name);
    const auto phase = std::ranges::find(phases, target.phase, &PhaseSpan::phase);
    if (figure == nullptr || phase == phases.end()) continue;
    const auto index = static_cast<size_t>(phase - phases.begin());
    const auto kinds = kinds_of_slo(target.name);
    measure_figure(row, *figure, kinds, felt.at(index));
    if (row.attempts == 0) say_why_nothing(row, joined.run, kinds, played);
    if (row.attempts == 0 && row.unsure.empty())
      say_too_few(row, *phase, phases[0], kinds, felt[0]);
    if (row.verdict != Verdict::fail) continue;
    row.unsure = machine_late(joined.run, phase->from_ms, phase->to_ms);
    if (!row.unsure.empty()) row.verdict = Verdict::inconclusive;
  }
  return rows;
}

std::string slo_text(const std::string& name, double value) {
  const Figure* figure = figure_of(name);
  if (figure != nullptr && figure->count == nullptr) return format_ms(value);
  return fmt::format("{:.2f}%", 100 * value);
}

}  // namespace rehearse
