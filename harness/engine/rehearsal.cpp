#include "engine/rehearsal.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <thread>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/sha256.hpp"
#include "engine/backup_clock.hpp"
#include "engine/deposed.hpp"
#include "engine/fault_act.hpp"
#include "engine/fault_runner.hpp"
#include "engine/guard_post.hpp"
#include "engine/incident.hpp"
#include "engine/lag_log.hpp"
#include "engine/machine.hpp"
#include "engine/machine_watch.hpp"
#include "engine/node_logs.hpp"
#include "engine/planned_roles.hpp"
#include "engine/play.hpp"
#include "engine/progress.hpp"
#include "engine/recovery.hpp"
#include "engine/run_facts.hpp"
#include "engine/stage.hpp"
#include "engine/stop_watch.hpp"
#include "faults/fault.hpp"
#include "record/manifest.hpp"
#include "record/run.hpp"

namespace rehearse {
namespace {

constexpr auto tick = std::chrono::milliseconds(100);
constexpr int64_t interrupted_drain_ns = 5 * ns_per_s;

class Rehearsal {
 public:
  Rehearsal(const RehearsalOptions& options, Runtime& runtime, Stack stack, LiveView& live)
      : options_(options),
        scenario_(options.scenario),
        runtime_(runtime),
        live_(live),
        recorder_([&live](const std::string& line) { live.say("  " + line); }),
        stage_(std::move(stack), runtime, recorder_, live, options.cancelled),
        backups_(
            runtime, stage_.stack(), [this] { return stage_.observer().view(); }, recorder_) {}

  Status play();

 private:
  Status prepare();
  Status raise();
  Status reuse();
  Status steady();
  Status find_rate_of(const AutoRate& bounds);
  bool play_until(const char* phase, int64_t end_ns);  // false: cancelled
  MakeAct acts();
  void disturb();
  void observe();
  void miss_deadline(std::vector<std::string> missing);
  void settle();
  void collect();
  void scan();
  Status record();

  bool cancelled() const { return options_.cancelled(); }
  LoadPlan plan_of(const Scenario& scenario) const {
    return load_plan_of(scenario, target_names_of(options_.stack));
  }
  RecoveryWatch watch() const {
    return {*load_, zero_ns_ + static_cast<int64_t>(run_.steady_from_ms) * ns_per_ms, zero_ns_};
  }
  std::string path(const std::string& name) const { return options_.out_dir + "/" + name; }
  void show(const std::string& phase);

  const RehearsalOptions& options_;
  const Scenario& scenario_;
  Runtime& runtime_;
  LiveView& live_;
  Recorder recorder_;
  Stage stage_;
  StackPlaces places_;
  NodeLogs logs_;
  Run run_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<HistoryWriter> history_;
  std::unique_ptr<Load> load_;
  RunbookLog runbook_log_;
  GuardPost guardian_{recorder_};  // outlives faults_, which heals when it goes
  std::unique_ptr<FaultRunner> faults_;
  std::unique_ptr<StopWatch> stop_watch_;
  std::unique_ptr<LagLog> lag_log_;
  MachineWatch machine_;
  BackupClock backups_;
  int64_t load_began_ns_ = 0, zero_ns_ = 0;
};

Status Rehearsal::prepare() {
  for (const char* part : {"", "/logs", "/books"})
    if (auto made = make_directories(options_.out_dir + part); !made) return made;
  if (auto written = write_file_atomically(path("scenario.yaml"), scenario_.as_run_yaml); !written)
    return written;
  const std::string what = fmt::format("{}, seed {}", scenario_.name, scenario_.seed);
  if (auto begun = recorder_.begin_audit(options_.out_dir, what); !begun) return begun;
  auto journal = Journal::create(path("faults.jsonl"));
  if (!journal) return std::unexpected(journal.error());
  journal_ = std::move(*journal);
  const auto plan = plan_of(scenario_);
  run_ = run_facts_of(options_, plan);
  if (plan.profile.weights_sum() <= 0)
    return fail(ExitCode::usage, fmt::format("the stack {} has no way for anything that profile "
                                             "`{}` does",
                                             scenario_.stack, scenario_.profile));
  auto history = begin_history(options_.out_dir, run_, room_with_probe(plan, scenario_.auto_rate));
  if (!history) return std::unexpected(history.error());
  history_ = std::move(*history);
  auto images = read_image_list(options_.places.images_list);
  if (!images) return std::unexpected(images.error());
  run_.images = *images;
  const bool outlives = options_.keep || options_.shared;
  places_ = {*images, options_.places.binary_dir, outlives ? state_paths().logs : path("logs")};
  return {};
}

Status Rehearsal::raise() {
  auto versions = versions_of(runtime_);
  if (!versions) return std::unexpected(versions.error());
  run_.versions = std::move(*versions);
  if (options_.reuse) return reuse();
  if (places_.log_dir != path("logs")) {
    auto begun = NodeLogs::begin_anew(places_.log_dir);
    if (!begun) return std::unexpected(begun.error());
    logs_ = std::move(*begun);
  }
  if (auto written =
          write_active({scenario_.stack, options_.out_dir, options_.keep, stage_.stack().settings,
                        places_.log_dir, options_.stack.chosen});
      !written)
    return written;
  auto ready_ms = stage_.raise(places_);
  if (!ready_ms) return std::unexpected(ready_ms.error());
  run_.stack_ready_ms = *ready_ms;
  recorder_.event("stack", "whole", fmt::format("after {:.1f} s", *ready_ms / 1000));
  return {};
}

Status Rehearsal::reuse() {
  auto active = read_active();
  if (!active) return std::unexpected(active.error());
  active->run_dir = options_.out_dir;  // whose faults `undo` heals from here on
  if (auto written = write_active(*active); !written) return written;
  logs_ = NodeLogs::from_now_on(active->log_dir);
  stage_.watch();
  const double reset_ms = options_.reset_ms.value_or(0);
  recorder_.event(
      "stack", "used again",
      reset_ms > 0
          ? fmt::format("reset in {:.1f} s: whole, books without a trace of use", reset_ms / 1000)
          : "whole, books without a trace of use");
  return {};
}

void Rehearsal::show(const std::string& phase) {
  guardian_.watch();
  live_.status(progress_line(phase, zero_ns_ ? zero_ns_ : load_began_ns_, load_->progress(),
                             stage_.roles_line()));
}

Status Rehearsal::steady() {
  recorder_.set_planned(false);
  auto load = Load::start(plan_of(scenario_), stage_.edges(), *history_);
  if (!load) return std::unexpected(load.error());
  load_ = std::move(*load);
  lag_log_ = std::make_unique<LagLog>(stage_.observer(), recorder_);
  load_began_ns_ = monotonic_ns();
  recorder_.event("engine", "load begins",
                  fmt::format("{} players, seed {}", scenario_.players, scenario_.seed));
  if (const auto& known = options_.known_rate)
    recorder_.event("engine", "rate known", fmt::format("{}/s: {}", known->rate_per_s, known->why));
  if (scenario_.auto_rate)
    if (auto found = find_rate_of(*scenario_.auto_rate); !found) return found;
  play_until("steady", load_began_ns_ + scenario_.steady_ms * ns_per_ms - planning_lead_ns);
  return {};
}

// What is played from then on is what the scenario with that number plays from its start.
Status Rehearsal::find_rate_of(const AutoRate& bounds) {
  const LoadPlan plan = plan_of(scenario_);
  const auto found = probe_rate(
      bounds, plan.profile.shape.empty() ? std::optional(load_began_ns_) : std::nullopt,
      {[this](int64_t from_ns, int64_t to_ns) { return machine_.idle_share(from_ns, to_ns); },
       [this](int64_t until_ns) { return play_until("probe", until_ns); },
       [&] { return load_->play_next(probe_plan_of(plan, bounds)); }});
  if (!found) return {};
  const Scenario played = with_rate(scenario_, found->rate_per_s, fault_schemas());
  if (!found->is_played) load_began_ns_ = load_->play_next(plan_after_probe(plan_of(played)));
  run_.auto_rate_per_s = found->rate_per_s;
  run_.auto_rate_why = found->why;
  run_.scenario_sha256 = sha256_hex(played.as_run_yaml);
  recorder_.event("engine", "rate found",
                  fmt::format("{}/s, to leave {}% idle: {}", found->rate_per_s, bounds.idle_percent,
                              found->why));
  return write_file_atomically(path("scenario.yaml"), played.as_run_yaml);
}

bool Rehearsal::play_until(const char* phase, int64_t end_ns) {
  while (monotonic_ns() < end_ns && !cancelled()) {
    show(phase);
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(
        tick, std::chrono::nanoseconds(std::max<int64_t>(0, end_ns - monotonic_ns()))));
  }
  return !cancelled();
}

MakeAct Rehearsal::acts() {
  ActionContext context{stage_.stack(), [this] { return stage_.observer().view(); },
                        &options_.runbooks.messages, options_.out_dir};
  context.incident = [this] { return incident_of(run_, faults_->records(), recorder_.now_ms()); };
  context.try_edge = std::bind_front(&Load::try_edge, load_.get());
  context.not_served = [this](int64_t since) {
    return watch().not_recovered_since(since, monotonic_ns());
  };
  context.effects = &runtime_;
  return acts_of(fault_acts(runtime_, stage_.stack(), stage_.observer()),
                 runbook_acts({options_.runbooks, options_.out_dir, run_.id,
                               std::bind_front(platform_hands, context), recorder_, runbook_log_}));
}

// Begins a little before the end of the steady phase, so that a fault at 0 s is planned by then.
void Rehearsal::disturb() {
  const int64_t end_ns = load_began_ns_ + scenario_.steady_ms * ns_per_ms;
  zero_ns_ = cancelled() ? monotonic_ns() : std::max(end_ns, monotonic_ns());
  run_.zero_wall_ns = wall_ns() + zero_ns_ - monotonic_ns();
  recorder_.set_zero(zero_ns_);
  history_->set_zero_ns(zero_ns_);
  run_.steady_from_ms = -static_cast<double>(scenario_.steady_ms - warm_up_ms(scenario_));
  faults_ = std::make_unique<FaultRunner>(scenario_, acts(), *journal_, recorder_);
  stop_watch_ = std::make_unique<StopWatch>(
      scenario_.stop_when, *load_,
      watch_ledger(scenario_.stop_when, stage_.stack(), stage_.observer()));
  faults_->begin(zero_ns_);
  play_until("steady", zero_ns_);
  recorder_.event("engine", "steady ends");
}

void Rehearsal::miss_deadline(std::vector<std::string> missing) {
  const auto redundancy = stage_.missing();
  missing.insert(missing.end(), redundancy.begin(), redundancy.end());
  run_.observe_deadline_missed = true;
  recorder_.trouble(fmt::format("not recovered within {} s: {}", scenario_.observe_ms / 1000,
                                fmt::join(missing, ", ")));
}

// Until every kind of operation has recovered and redundancy is restored, and at least 8 s after
// the last healing; the scenario's phase is the deadline.
void Rehearsal::observe() {
  const int64_t deadline_ns = zero_ns_ + scenario_.observe_ms * ns_per_ms;
  const RecoveryWatch recovery = watch();
  bool rest_healed = false, recovered = false;
  int64_t whole_ns = 0, judged_ns = 0;
  while (!cancelled()) {
    show("observe");
    const int64_t now_ns = monotonic_ns();
    if (now_ns > deadline_ns) {
      miss_deadline(recovery.not_recovered(now_ns));
      break;
    }
    if (const auto why = stop_watch_->reason(now_ns)) {
      recorder_.event("engine", "stopped", "by " + *why);
      recorder_.trouble("stopped: " + *why);
      faults_->cancel();
      break;
    }
    std::this_thread::sleep_for(tick);
    if (!faults_->settled()) continue;
    if (now_ns - judged_ns >= ns_per_s) {
      recovered = recovery.not_recovered(now_ns).empty();
      judged_ns = now_ns;
    }
    if (!rest_healed && recovered) {
      faults_->heal_rest();
      rest_healed = true;
    }
    if (!rest_healed) continue;
    const bool whole = stage_.missing().empty();
    if (!whole || whole_ns == 0) whole_ns = whole ? now_ns : 0;
    if (recovered && whole_ns != 0 &&
        now_ns - faults_->last_healed_ns() >= settle_after_heal_ms * ns_per_ms)
      break;
  }
  stop_watch_.reset();
  cancelled() ? faults_->cancel() : faults_->heal_rest();
  if (whole_ns != 0) run_.redundancy_restored_ms = recorder_.ms(whole_ns);
  run_.interrupted = cancelled();
}

void Rehearsal::settle() {
  recorder_.event("engine", "arrivals end");
  load_->stop_arrivals();
  const int64_t deadline_ns =
      monotonic_ns() + (cancelled() ? interrupted_drain_ns : scenario_.drain_ms * ns_per_ms);
  for (; load_->progress().in_flight > 0 && monotonic_ns() < deadline_ns;
       std::this_thread::sleep_for(tick))
    show("drain");
  const LoadResult result = load_->finish(std::max(deadline_ns, monotonic_ns()));
  const int64_t ended_ns = monotonic_ns();
  run_.load = {result.scheduled, result.not_sent, result.lateness_us};
  run_.arrivals_end_ms = recorder_.ms(result.last_arrival_ns);
  if (!result.drained) recorder_.trouble("the drain's deadline passed with operations open");
  Status rested = stage_.wait_idle(ended_ns, deadline_ns);
  if (rested) {
    if (result.drained) run_.drained_ms = recorder_.now_ms();
    rested = stage_.fence(deadline_ns);
  } else {
    (void)stage_.fence(monotonic_ns() + interrupted_drain_ns);
  }
  if (!rested) recorder_.trouble(rested.error().message);
}

// What cannot be had makes the run inconclusive, and no other book the poorer.
void Rehearsal::collect() {
  live_.status("collecting the books");
  BooksSource source = stage_.books_source();
  source.since_wall_ns = run_.started_wall_ns;
  std::vector<std::string> troubles = collect_books(source, path("books"));
  run_.books = read_books(path("books"), troubles);
  collect_deposed({runtime_, stage_.stack(), source.sql, stage_.observer().view(), path("deposed")},
                  run_, recorder_);
  for (auto& trouble : backups_.finish(run_, source.sql, options_.out_dir))
    troubles.push_back(std::move(trouble));
  run_.books.lags = lag_log_->finish();
  run_.books.machine = machine_.finish(recorder_);
  for (const std::string& trouble : troubles) recorder_.trouble(trouble);
}

void Rehearsal::scan() {
  if (auto found = stage_.residue())
    run_.residue = std::move(*found);
  else
    recorder_.trouble("the machine could not be scanned: " + found.error().message);
}

// Everything that the checks will see goes to disk; they read it from there.
Status Rehearsal::record() {
  run_.finished_wall_ns = wall_ns();
  run_.faults = faults_ ? faults_->records() : std::vector<FaultRecord>{};
  run_.runbook = runbook_log_.steps();
  recorder_.tell(run_);
  mark_planned_roles(run_);
  if (auto copied = logs_.copy_to(path("logs")); !copied) live_.say("  " + copied.error().message);
  if (auto closed = history_->close(); !closed) return closed;
  if (auto written = write_run(options_.out_dir, run_); !written) return written;
  if (auto done = write_manifest(options_.out_dir, options_.audit_secret); !done) return done;
  return recorder_.end_audit(run_.interrupted ? "interrupted" : "to its end",
                             manifest_sha256(options_.out_dir), options_.audit_secret);
}

Status Rehearsal::play() {
  if (auto done = prepare(); !done) return done;
  if (auto done = raise(); !done) return done;
  if (auto done = guardian_.begin(options_.out_dir); !done) return done;
  if (auto done = backups_.begin(); !done) return done;
  live_.status("waiting for the machine to be calm");
  begin_calm(machine_, recorder_, options_.cancelled);
  if (auto done = steady(); !done) return done;
  disturb();
  observe();
  settle();
  scan();
  guardian_.dismiss();
  collect();
  return record();
}

}  // namespace

Status rehearse_scenario(const RehearsalOptions& given, LiveView& live) {
  RehearsalOptions options = given;
  auto stack = make_stack(options.stack, options.scenario.stack_set);
  if (!stack) return std::unexpected(stack.error());
  stack->secrets_dir = state_paths().secrets;
  const auto runtime = open_runtime();
  if (!options.reuse) {
    if (auto clean = require_clean(*runtime); !clean) return clean;
  } else if (!options.reset_ms) {
    auto reset_ms =
        reset_active_stack(options.stack, options.scenario.stack_set, options.cancelled, live);
    if (!reset_ms) return std::unexpected(reset_ms.error());
    options.reset_ms = *reset_ms;
  }
  const Status played = Rehearsal(options, *runtime, std::move(*stack), live).play();
  if (options.reuse || ((options.keep || options.shared) && played)) return played;
  const Status down = take_active_down(live);
  return played ? down : played;
}

}  // namespace rehearse
