#include "engine/fault_runner.hpp"

#include <fmt/format.h>

#include <chrono>

#include "base/clock.hpp"
#include "undo/knobs.hpp"

namespace rehearse {
namespace {

constexpr int64_t effect_deadline_ns = 15 * ns_per_s;
constexpr int64_t refresh_interval_ns = ns_per_s;
constexpr auto effect_poll = std::chrono::milliseconds(20);
constexpr int heal_attempts = 5;

std::chrono::steady_clock::time_point at(int64_t ns) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(ns));
}

}  // namespace

struct FaultRunner::Occurrence {
  const TimelineEntry* entry = nullptr;
  int64_t offset_ms = 0;  // of a repetition
  FaultRecord record;
  int64_t planned_ns = 0;
  std::vector<UndoStep> held;  // the knobs that it turns until it is over
  bool over = false;           // healed, or given up
  bool lasting = false;        // injected, and waits for the end of observation
};

FaultRunner::FaultRunner(const Scenario& scenario, Runtime& runtime, const Stack& stack,
                         const Observer& observer, Journal& journal, Recorder& recorder)
    : scenario_(scenario),
      runtime_(runtime),
      stack_(stack),
      observer_(observer),
      journal_(journal),
      recorder_(recorder),
      random_(scenario.seed) {
  for (const auto& entry : scenario.timeline)
    for (int i = 0; i < entry.times; ++i) {
      auto occurrence = std::make_unique<Occurrence>();
      occurrence->entry = &entry;
      occurrence->offset_ms = i * entry.every_ms;
      occurrence->record.id = i == 0 ? entry.id : fmt::format("{}#{}", entry.id, i + 1);
      occurrence->record.fault = entry.fault;
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

void FaultRunner::set_failed(Occurrence& occurrence, const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    occurrence.record.error += (occurrence.record.error.empty() ? "" : "; ") + why;
  }
  recorder_.event(occurrence.record.id, "failed", why);
  (void)journal_.mark(occurrence.record.id, "failed", recorder_.now_ms(), {}, why);
}

// False when the run ended before the moment came.
bool FaultRunner::wait_for_start(Occurrence& occurrence) {
  const auto& entry = *occurrence.entry;
  int64_t base_ns = zero_ns_ + entry.at_ms * ns_per_ms;
  std::unique_lock lock(mutex_);
  if (!entry.after_id.empty()) {
    const auto happened = [&]() -> std::optional<double> {
      for (const auto& other : occurrences_) {
        if (other->record.id != entry.after_id) continue;
        const auto& record = other->record;
        return entry.after_event == "injected"    ? record.injected_ms
               : entry.after_event == "effective" ? record.effective_ms
                                                  : record.healed_ms;
      }
      return std::nullopt;
    };
    const int64_t deadline_ns =
        zero_ns_ + (entry.within_ms > 0 ? entry.within_ms : scenario_.observe_ms) * ns_per_ms;
    changed_.wait_until(lock, at(deadline_ns), [&] { return cancelled_ || happened(); });
    const auto when_ms = happened();
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
  changed_.wait_until(lock, at(occurrence.planned_ns), [&] { return cancelled_; });
  return !cancelled_;
}

// Selectors and zones meet only now: validation compares names. What is refused, in words.
std::optional<std::string> FaultRunner::take_knobs(Occurrence& occurrence,
                                                   const PlannedFault& planned) {
  const std::lock_guard lock(mutex_);
  for (const auto& other : occurrences_) {
    if (other->over) continue;
    if (const auto knob = shared_knob(other->held, planned.undo))
      return fmt::format("{} is on and heals by the same knob ({})", other->record.id, *knob);
  }
  occurrence.held = planned.undo;
  return std::nullopt;
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
  const auto fault = find_fault(occurrence.entry->fault)->make();
  Result<PlannedFault> planned = [&] {
    const std::lock_guard lock(mutex_);
    return fault->plan({runtime_, stack_, observer_.view(), *occurrence.entry, random_});
  }();
  if (!planned) {
    set_failed(occurrence, "not injected: " + planned.error().message);
    return end();
  }
  planned->id = occurrence.record.id;
  if (const auto other = take_knobs(occurrence, *planned)) {
    set_failed(occurrence, "not injected: " + *other);
    return end();
  }
  {
    const std::lock_guard lock(mutex_);
    occurrence.record.target = planned->target;
    occurrence.record.disruptive = fault->disruptive();
  }
  if (const auto on_disk = journal_.planned(*planned); !on_disk) {
    set_failed(occurrence, "not injected: " + on_disk.error().message);
    return end();
  }
  if (inject(occurrence, *fault, *planned)) watch(occurrence, *fault);
  heal(occurrence, *fault, *planned);
  end();
}

bool FaultRunner::inject(Occurrence& occurrence, Fault& fault, const PlannedFault& planned) {
  const double injected_ms = recorder_.now_ms();
  {
    const std::lock_guard lock(mutex_);
    occurrence.record.injected_ms = injected_ms;
    changed_.notify_all();
  }
  recorder_.event(occurrence.record.id, "injecting",
                  fmt::format("{} on {}", planned.fault, planned.target));
  const Status done = fault.inject(runtime_);
  (void)journal_.mark(occurrence.record.id, "injected", injected_ms);
  if (!done) set_failed(occurrence, "injection failed: " + done.error().message);
  return done.has_value();
}

// Polls for the effect, then keeps the fault alive until its time is over.
void FaultRunner::watch(Occurrence& occurrence, Fault& fault) {
  const auto& entry = *occurrence.entry;
  const int64_t effect_by_ns = monotonic_ns() + effect_deadline_ns;
  const int64_t end_ns = entry.for_ms ? occurrence.planned_ns + *entry.for_ms * ns_per_ms : 0;
  int64_t next_refresh_ns = monotonic_ns() + refresh_interval_ns;
  bool seen = false, late = false;
  while (true) {
    if (!seen) {
      const auto evidence = fault.effect(runtime_);
      if (!evidence)
        recorder_.event(occurrence.record.id, "effect unknown", evidence.error().message);
      if (evidence && *evidence) {
        seen = true;
        const double effective_ms = recorder_.now_ms();
        {
          const std::lock_guard lock(mutex_);
          occurrence.record.effective_ms = effective_ms;
          occurrence.record.evidence = **evidence;
          changed_.notify_all();
        }
        (void)journal_.mark(occurrence.record.id, "effective", effective_ms, **evidence);
        recorder_.event(occurrence.record.id, "effective");
      }
      if (!seen && !late && monotonic_ns() > effect_by_ns) {
        late = true;
        set_failed(occurrence, "no effect was seen within 15 s");
      }
    }
    if (monotonic_ns() >= next_refresh_ns) {
      if (auto done = fault.refresh(runtime_); !done)
        set_failed(occurrence, "could not be kept up: " + done.error().message);
      next_refresh_ns += refresh_interval_ns;
    }
    std::unique_lock lock(mutex_);
    occurrence.lasting = !entry.for_ms && (seen || late);
    const auto over = [&] {
      return cancelled_ || (end_ns ? monotonic_ns() >= end_ns : end_lasting_);
    };
    const auto pause = seen ? std::chrono::milliseconds(100) : effect_poll;
    const auto until = std::chrono::steady_clock::now() + pause;
    changed_.wait_until(lock, end_ns ? std::min(until, at(end_ns)) : until, over);
    if (over()) return;
  }
}

void FaultRunner::heal(Occurrence& occurrence, Fault& fault, const PlannedFault& planned) {
  recorder_.event(occurrence.record.id, "healing");
  const Evidence afterwards = fault.afterwards(runtime_);
  Status done;
  for (int attempt = 1; attempt <= heal_attempts; ++attempt) {
    done = undo(runtime_, planned.undo);
    if (done) break;
    recorder_.event(occurrence.record.id, "healing failed", done.error().message);
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(200 << attempt), [] { return false; });
  }
  if (!done) return set_failed(occurrence, "not healed: " + done.error().message);
  double healed_ms = recorder_.now_ms();
  {
    const std::lock_guard lock(mutex_);
    occurrence.record.healed_ms = healed_ms;
    occurrence.record.evidence.insert(afterwards.begin(), afterwards.end());
    last_healed_ns_ = monotonic_ns();
    changed_.notify_all();
  }
  (void)journal_.mark(occurrence.record.id, "healed", healed_ms, afterwards);
  recorder_.event(occurrence.record.id, "healed");
}

bool FaultRunner::settled() const {
  const std::lock_guard lock(mutex_);
  for (const auto& occurrence : occurrences_)
    if (!occurrence->over && !occurrence->lasting) return false;
  return true;
}

void FaultRunner::heal_rest() {
  {
    const std::lock_guard lock(mutex_);
    end_lasting_ = true;
    changed_.notify_all();
  }
  threads_.clear();  // joins
}

void FaultRunner::cancel() {
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
  }
  threads_.clear();
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
