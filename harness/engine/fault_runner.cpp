#include "engine/fault_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "base/thread_setup.hpp"
#include "engine/gaps.hpp"
#include "undo/knobs.hpp"

namespace rehearse {
namespace {

constexpr int64_t refresh_interval_ns = ns_per_s;
constexpr int64_t kept_up_poll_ns = 100 * ns_per_ms;
// Looks for an effect take a fifth of a processor at most: what they burn is what is measured. They
// are apart by so many times their own length, within bounds.
constexpr int64_t looks_apart = 4;
constexpr int64_t effect_poll_ns_min = 5 * ns_per_ms, effect_poll_ns_max = 250 * ns_per_ms;
// A fault that begins later was not rehearsed as planned; after an event nobody could plan ahead.
constexpr int64_t late_ms_max = 1'000, late_after_ms_max = 2'000;

std::string in_ms(int64_t ns) {
  return fmt::format("{:.1f}", static_cast<double>(ns) / ns_per_ms);
}

std::chrono::steady_clock::time_point at(int64_t ns) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(ns));
}

}  // namespace

struct FaultRunner::Occurrence {
  const TimelineEntry* entry = nullptr;
  int64_t offset_ms = 0;  // of a repetition
  FaultRecord record;
  std::mt19937_64 random;  // its own: threads that plan at once would share draws by chance
  int64_t planned_ns = 0;
  double begun_ms = 0;               // when its injection began
  std::optional<PlannedFault> held;  // whose knobs it turns until it is healed
  std::string effect_error;          // the last one told
  int64_t looked_ns = 0;             // when the last look for its effect began; 0 = there was none
  std::optional<Gaps> gaps;          // of its effect, once that was seen
  bool over = false;                 // healed, or given up
  bool lasting = false;              // injected, and waits for the end of observation
};

FaultRunner::FaultRunner(const Scenario& scenario, MakeAct make_act, Journal& journal,
                         Recorder& recorder, const Patience& patience)
    : scenario_(scenario),
      make_act_(std::move(make_act)),
      journal_(journal),
      recorder_(recorder),
      patience_(patience) {
  for (const auto& entry : scenario.timeline)
    for (int i = 0; i < entry.times; ++i) {
      auto occurrence = std::make_unique<Occurrence>();
      occurrence->entry = &entry;
      occurrence->offset_ms = i * entry.every_ms;
      occurrence->record.id = i == 0 ? entry.id : fmt::format("{}#{}", entry.id, i + 1);
      occurrence->record.fault = entry.fault;
      std::seed_seq own{scenario.seed, static_cast<uint64_t>(occurrences_.size())};
      occurrence->random.seed(own);
      occurrences_.push_back(std::move(occurrence));
    }
}

FaultRunner::~FaultRunner() {
  cancel();
}

void FaultRunner::begin(int64_t zero_ns) {
  zero_ns_ = zero_ns;
  for (auto& occurrence : occurrences_)
    threads_.emplace_back([this, &occurrence] { run(*occurrence); });
}

void FaultRunner::tell(const Occurrence& occurrence, const std::string& event,
                       const std::string& detail) {
  const bool people = occurrence.record.fault == runbook_fault;
  recorder_.act(people ? "runbook" : "fault", occurrence.record.id, event, detail);
}

void FaultRunner::set_failed(Occurrence& occurrence, const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    std::string& error = occurrence.record.error;
    if (error.ends_with(why)) return;  // said once is enough
    error += (error.empty() ? "" : "; ") + why;
  }
  tell(occurrence, "failed", why);
  (void)journal_.mark(occurrence.record.id, "failed", recorder_.now_ms(), {}, why);
}

// When the event came that an entry waits for; nullopt when it did not come in time, when it cannot
// come any more, or when the run ended.
std::optional<double> FaultRunner::wait_for_event(std::unique_lock<std::mutex>& lock,
                                                  const TimelineEntry& entry) {
  const auto first = std::ranges::find_if(
      occurrences_, [&](const auto& other) { return other->record.id == entry.after_id; });
  if (first == occurrences_.end()) return std::nullopt;
  // One that is repeated begins with the first repetition and is healed with the last.
  const int awaited = entry.after_event == "healed" ? (*first)->entry->times - 1 : 0;
  const Occurrence& other = **(first + awaited);
  const auto when_ms = [&]() -> std::optional<double> {
    if (entry.after_event == "injected") return other.record.injected_ms;
    if (entry.after_event == "effective") return other.record.effective_ms;
    return other.record.healed_ms;
  };
  const int64_t within_ms = entry.within_ms > 0 ? entry.within_ms : scenario_.observe_ms;
  changed_.wait_until(lock, at(zero_ns_ + within_ms * ns_per_ms),
                      [&] { return cancelled_ || other.over || when_ms(); });
  return when_ms();
}

// False when the run ended before the moment came.
bool FaultRunner::wait_for_start(Occurrence& occurrence) {
  const auto& entry = *occurrence.entry;
  int64_t base_ns = zero_ns_ + entry.at_ms * ns_per_ms;
  std::unique_lock lock(mutex_);
  if (!entry.after_id.empty()) {
    const auto when_ms = wait_for_event(lock, entry);
    if (!when_ms && cancelled_) return false;
    if (!when_ms) {
      lock.unlock();
      recorder_.trouble(fmt::format("{}.{} did not come within its time: {} was not injected",
                                    entry.after_id, entry.after_event, occurrence.record.id));
      return false;
    }
    base_ns = zero_ns_ + static_cast<int64_t>(*when_ms * ns_per_ms) + entry.plus_ms * ns_per_ms;
  }
  occurrence.planned_ns = base_ns + occurrence.offset_ms * ns_per_ms;
  occurrence.record.planned_ms = recorder_.ms(occurrence.planned_ns);
  changed_.wait_until(lock, at(occurrence.planned_ns - planning_lead_ns),
                      [&] { return cancelled_; });
  return !cancelled_;
}

// Selectors and zones meet only now: validation compares names. What is refused, in words.
std::optional<std::string> FaultRunner::take_knobs(Occurrence& occurrence,
                                                   const PlannedFault& planned) {
  const std::lock_guard lock(mutex_);
  for (const auto& other : occurrences_) {
    if (!other->held) continue;
    if (const auto knob = conflict_of(*other->held, planned))
      return fmt::format("{} is on and heals by the same knob ({})", other->record.id, *knob);
  }
  occurrence.held = planned;
  return std::nullopt;
}

// Ahead of its moment, because a busy disk takes longer than a fault may be late. Nothing is
// touched yet, so that undoing it would change nothing.
Status FaultRunner::prepare(Occurrence& occurrence, Act& act, PlannedFault& planned) {
  auto made = act.plan();
  if (!made) return std::unexpected(made.error());
  planned = std::move(*made);
  planned.id = occurrence.record.id;
  return journal_.planned(planned);
}

// At its moment, so that of two faults on one knob the one that is due first has it. An error says
// why it is not injected.
Status FaultRunner::commit_to(Occurrence& occurrence, const Act& act, const PlannedFault& planned) {
  if (const auto other = take_knobs(occurrence, planned))
    return fail(ExitCode::inconclusive, *other);
  const std::lock_guard lock(mutex_);
  occurrence.record.target = planned.target;
  occurrence.record.disruptive = act.disruptive();
  return {};
}

bool FaultRunner::wait_for_moment(const Occurrence& occurrence) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, at(occurrence.planned_ns), [&] { return cancelled_; });
  return !cancelled_;
}

void FaultRunner::run(Occurrence& occurrence) {
  const auto end = [&] {
    const std::lock_guard lock(mutex_);
    occurrence.over = true;
    changed_.notify_all();
  };
  if (!wait_for_start(occurrence)) {
    set_failed(occurrence, "not injected: its time did not come");
    return end();
  }
  raise_thread_priority();
  auto act = make_act_(*occurrence.entry, occurrence.random);
  PlannedFault planned;
  Status ready = prepare(occurrence, *act, planned);
  const auto withdraw = [&](const std::string& why) {
    set_failed(occurrence, why);
    (void)journal_.mark(occurrence.record.id, "withdrawn", recorder_.now_ms());
    end();
  };
  if (!wait_for_moment(occurrence)) return withdraw("not injected: its time did not come");
  if (!ready) {  // a role without a holder may have one by now
    act = make_act_(*occurrence.entry, occurrence.random);
    ready = prepare(occurrence, *act, planned);
  }
  if (ready) ready = commit_to(occurrence, *act, planned);
  if (!ready) return withdraw("not injected: " + ready.error().message);
  if (inject(occurrence, *act, planned)) watch(occurrence, *act);
  heal(occurrence, *act);
  end();
}

// It is injected once that has succeeded; its time is the one at which it began, because no outage
// of it can have begun earlier. How long it took is evidence.
bool FaultRunner::inject(Occurrence& occurrence, Act& act, const PlannedFault& planned) {
  const int64_t begun_ns = monotonic_ns();
  const double begun_ms = occurrence.begun_ms = recorder_.ms(begun_ns);
  tell(occurrence, "injecting", fmt::format("{} on {}", planned.fault, planned.target));
  const Status done = act.begin();
  if (!done) {
    set_failed(occurrence, "injection failed: " + done.error().message);
    return false;
  }
  (void)journal_.mark(occurrence.record.id, "injected", begun_ms);
  {
    const std::lock_guard lock(mutex_);
    occurrence.record.injected_ms = begun_ms;
    occurrence.record.evidence["injection_took_ms"] = in_ms(monotonic_ns() - begun_ns);
    occurrence.record.evidence["begun_late_ms"] = in_ms(begun_ns - occurrence.planned_ns);
    changed_.notify_all();
  }
  const int64_t may_ms = occurrence.entry->after_id.empty() ? late_ms_max : late_after_ms_max;
  if (const int64_t late_ms = (begun_ns - occurrence.planned_ns) / ns_per_ms; late_ms > may_ms)
    set_failed(occurrence, fmt::format("begun {} ms late: at most {} may be", late_ms, may_ms));
  return true;
}

void FaultRunner::tell_unknown(Occurrence& occurrence, const std::string& why) {
  if (std::exchange(occurrence.effect_error, why) != why) tell(occurrence, "effect unknown", why);
}

// The effect came after the look before this one had begun, if there was one.
bool FaultRunner::see_effect(Occurrence& occurrence, Act& act) {
  const int64_t before_ns = std::exchange(occurrence.looked_ns, monotonic_ns());
  const auto evidence = act.poll();
  if (!evidence) tell_unknown(occurrence, evidence.error().message);
  if (!evidence || !*evidence) return false;
  const double effective_ms = recorder_.now_ms();
  {
    const std::lock_guard lock(mutex_);
    occurrence.record.effective_ms = effective_ms;
    occurrence.record.evidence.insert((*evidence)->begin(), (*evidence)->end());
    occurrence.record.evidence["effect_resolution_ms"] =
        in_ms(monotonic_ns() - (before_ns ? before_ns : occurrence.looked_ns));
    changed_.notify_all();
  }
  occurrence.gaps.emplace(monotonic_ns());
  (void)journal_.mark(occurrence.record.id, "effective", effective_ms, **evidence);
  tell(occurrence, "effective");
  return true;
}

// A refresh would hide that the effect had lapsed, so that a look goes before it.
void FaultRunner::keep_up(Occurrence& occurrence, Act& act) {
  verify(occurrence, act);
  if (auto done = act.refresh(); !done)
    set_failed(occurrence, "could not be kept up: " + done.error().message);
  if (occurrence.gaps && occurrence.gaps->lapsed()) verify(occurrence, act);
}

// A look that fails says nothing: it neither opens a gap nor ends one.
void FaultRunner::verify(Occurrence& occurrence, Act& act) {
  if (!occurrence.gaps) return;
  Gaps& gaps = *occurrence.gaps;
  const auto holds = act.holds();
  if (!holds) return tell_unknown(occurrence, holds.error().message);
  const bool lapsed_before = gaps.lapsed();
  gaps.look(*holds, monotonic_ns());
  if (gaps.lapsed() != lapsed_before) tell(occurrence, gaps.lapsed() ? "lapsed" : "in force again");
}

// To its end; then what is to be said of its effect over the whole length.
void FaultRunner::watch(Occurrence& occurrence, Act& act) {
  watch_until_over(occurrence, act);
  if (!occurrence.gaps) return;
  verify(occurrence, act);
  Gaps& gaps = *occurrence.gaps;
  gaps.end(monotonic_ns());
  {
    const std::lock_guard lock(mutex_);
    occurrence.record.evidence.merge(gaps.evidence());
  }
  if (const auto why = gaps.too_long()) set_failed(occurrence, *why);
}

// Polls for the effect, then keeps the fault alive until its time is over.
void FaultRunner::watch_until_over(Occurrence& occurrence, Act& act) {
  const auto& entry = *occurrence.entry;
  const bool at_once = !entry.for_ms && !act.lasts();
  const int64_t effect_ms = act.takes_ms().value_or(patience_.effect_ms);
  const int64_t effect_by_ns = monotonic_ns() + effect_ms * ns_per_ms;
  const int64_t end_ns = entry.for_ms ? occurrence.planned_ns + *entry.for_ms * ns_per_ms : 0;
  int64_t next_refresh_ns = monotonic_ns() + refresh_interval_ns;
  bool seen = false, late = false;
  while (true) {
    const int64_t look_began_ns = monotonic_ns();
    if (!seen) seen = see_effect(occurrence, act);
    const int64_t look_ns = monotonic_ns() - look_began_ns;
    if (!seen && !late && monotonic_ns() > effect_by_ns) {
      late = true;
      set_failed(occurrence, fmt::format("no effect was seen within {} ms", effect_ms));
    }
    if (monotonic_ns() >= next_refresh_ns) {
      keep_up(occurrence, act);
      next_refresh_ns = monotonic_ns() + refresh_interval_ns;
    }
    std::unique_lock lock(mutex_);
    occurrence.lasting = !entry.for_ms && !at_once && (seen || late);
    const auto over = [&] {
      if (cancelled_) return true;
      if (at_once) return seen || late || (end_lasting_ && act.takes_ms());
      return end_ns ? monotonic_ns() >= end_ns : end_lasting_;
    };
    const int64_t pause_ns =
        seen ? kept_up_poll_ns
             : std::clamp(looks_apart * look_ns, effect_poll_ns_min, effect_poll_ns_max);
    const auto until = at(monotonic_ns() + pause_ns);
    changed_.wait_until(lock, end_ns ? std::min(until, at(end_ns)) : until, over);
    if (over()) return;
  }
}

// Tried again until it works: a fault that stays on would be the next run's trouble.
void FaultRunner::heal(Occurrence& occurrence, Act& act) {
  tell(occurrence, "healing");
  auto evidence = act.end();
  int64_t pause_ms = patience_.heal_pause_ms;
  for (int attempt = 1; !evidence; ++attempt) {
    tell(occurrence, "healing failed", evidence.error().message);
    if (attempt == patience_.heal_attempts) {
      {  // what cannot be taken back was done, whatever the injection said; its knobs stay turned
        const std::lock_guard lock(mutex_);
        if (!occurrence.record.injected_ms) occurrence.record.injected_ms = occurrence.begun_ms;
      }
      return set_failed(occurrence, "not healed: " + evidence.error().message);
    }
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(pause_ms), [] { return false; });
    }
    pause_ms = std::min(2 * pause_ms, patience_.heal_pause_ms_max);
    evidence = act.end();
  }
  const double healed_ms = recorder_.now_ms();
  {
    const std::lock_guard lock(mutex_);
    occurrence.record.healed_ms = healed_ms;
    occurrence.record.evidence.insert(evidence->begin(), evidence->end());
    occurrence.held.reset();
    last_healed_ns_ = monotonic_ns();
    changed_.notify_all();
  }
  (void)journal_.mark(occurrence.record.id, "healed", healed_ms, *evidence);
  tell(occurrence, "healed");
}

bool FaultRunner::settled() const {
  const std::lock_guard lock(mutex_);
  for (const auto& occurrence : occurrences_)
    if (!occurrence->over && !occurrence->lasting) return false;
  return true;
}

void FaultRunner::end(bool& told) {
  {
    const std::lock_guard lock(mutex_);
    told = true;
    changed_.notify_all();
  }
  threads_.clear();  // joins
}

std::vector<FaultRecord> FaultRunner::records() const {
  const std::lock_guard lock(mutex_);
  std::vector<FaultRecord> result;
  for (const auto& occurrence : occurrences_) result.push_back(occurrence->record);
  return result;
}

int64_t FaultRunner::last_healed_ns() const {
  const std::lock_guard lock(mutex_);
  return last_healed_ns_;
}

}  // namespace rehearse
