// The fields of what a run's folder keeps as JSON: F is called with name and member of each.
#pragma once

#include <concepts>
#include <type_traits>

#include "record/run.hpp"

namespace rehearse {

template <typename T, typename Of>
concept MaybeConst = std::same_as<std::remove_const_t<T>, Of>;

template <typename F, MaybeConst<FaultRecord> T>
void fields_of(F& f, T& fault) {
  f("id", fault.id);
  f("fault", fault.fault);
  f("target", fault.target);
  f("planned_ms", fault.planned_ms);
  f("injected_ms", fault.injected_ms);
  f("effective_ms", fault.effective_ms);
  f("healed_ms", fault.healed_ms);
  f("disruptive", fault.disruptive);
  f("heal_expected", fault.heal_expected);
  f("evidence", fault.evidence);
  f("error", fault.error);
}

template <typename F, MaybeConst<ApprovalRecord> T>
void fields_of(F& f, T& approval) {
  f("person", approval.person);
  f("key", approval.key);
  f("nonce", approval.nonce);
  f("signature", approval.signature);
  f("expires_s", approval.expires_s);
  f("at_ms", approval.at_ms);
  f("test_key", approval.test_key);
}

template <typename F, MaybeConst<StepRecord> T>
void fields_of(F& f, T& step) {
  f("step", step.step);
  f("runbook", step.runbook);
  f("title", step.title);
  f("kind", step.kind);
  f("executor", step.executor);
  f("responsible", step.responsible);
  f("accountable", step.accountable);
  f("consulted", step.consulted);
  f("informed", step.informed);
  f("disruptive", step.disruptive);
  f("four_eyes", step.four_eyes);
  f("content_sha256", step.content_sha256);
  f("deadline_ms", step.deadline_ms);
  f("planned_ms", step.planned_ms);
  f("begun_ms", step.begun_ms);
  f("ended_ms", step.ended_ms);
  f("approval_role", step.approval_role);
  f("approvals_needed", step.approvals_needed);
  f("approval_request", step.approval_request);
  f("approval_until_s", step.approval_until_s);
  f("asked_ms", step.asked_ms);
  f("approved_ms", step.approved_ms);
  f("approvals", step.approvals);
  f("refused", step.refused);
  f("acted_ms", step.acted_ms);
  f("outcome", step.outcome);
  f("error", step.error);
  f("undone", step.undone);
  f("evidence", step.evidence);
}

template <typename F, MaybeConst<RoleChange> T>
void fields_of(F& f, T& role) {
  f("t_ms", role.t_ms);
  f("component", role.component);
  f("role", role.role);
  f("planned", role.planned);
  f("resolution_ms", role.resolution_ms);
}

template <typename F, MaybeConst<Event> T>
void fields_of(F& f, T& event) {
  f("t_ms", event.t_ms);
  f("source", event.source);
  f("event", event.event);
  f("detail", event.detail);
}

template <typename F, MaybeConst<SloTarget> T>
void fields_of(F& f, T& slo) {
  f("name", slo.name);
  f("phase", slo.phase);
  f("limit", slo.limit);
}

template <typename F, MaybeConst<RetryBudget> T>
void fields_of(F& f, T& budget) {
  f("window_ms", budget.window_ms);
  f("again_max", budget.again_max);
  f("percent_of_first", budget.percent_of_first);
  f("short_pause_ms", budget.short_pause_ms);
  f("short_pauses_max", budget.short_pauses_max);
  f("tries_at_first", budget.tries_at_first);
  f("later_pause_ms", budget.later_pause_ms);
  f("regular_look_ms", budget.regular_look_ms);
}

template <typename F, MaybeConst<BackupPolicy> T>
void fields_of(F& f, T& policy) {
  f("hour_ms", policy.hour_ms);
  f("full_ms", policy.full_ms);
  f("incremental_ms", policy.incremental_ms);
  f("retention_ms", policy.retention_ms);
  f("classes", policy.classes);
}

template <typename F, MaybeConst<Run> T>
void fields_of(F& f, T& run) {
  f("id", run.id);
  f("scenario", run.scenario);
  f("title", run.title);
  f("tier", run.tier);
  f("stack", run.stack);
  f("expect_text", run.expect_text);
  f("seed", run.seed);
  f("started_wall_ns", run.started_wall_ns);
  f("finished_wall_ns", run.finished_wall_ns);
  f("zero_wall_ns", run.zero_wall_ns);
  f("stack_ready_ms", run.stack_ready_ms);
  f("scenario_sha256", run.scenario_sha256);
  f("versions", run.versions);
  f("images", run.images);
  f("steady_from_ms", run.steady_from_ms);
  f("arrivals_end_ms", run.arrivals_end_ms);
  f("drained_ms", run.drained_ms);
  f("redundancy_restored_ms", run.redundancy_restored_ms);
  f("observe_deadline_missed", run.observe_deadline_missed);
  f("interrupted", run.interrupted);
  f("troubles", run.troubles);
  f("expect_fail", run.expect_fail);
  f("checks", run.checks);
  f("capabilities", run.capabilities);
  f("parts", run.parts);
  f("left_out", run.left_out);
  f("rto_targets_ms", run.targets.rto_ms);
  f("rpo_targets_ms", run.targets.rpo_ms);
  f("slo_targets", run.targets.slo);
  f("retries", run.retries);
  f("backup_policy", run.backup_policy);
  f("scheduled", run.load.scheduled);
  f("not_sent", run.load.not_sent);
  f("lateness_us", run.load.lateness_us);
  f("auto_rate_per_s", run.auto_rate_per_s);
  f("auto_rate_why", run.auto_rate_why);
  f("not_played", run.not_played);
  f("kinds_planned", run.kinds_planned);
  f("table_top", run.table_top);
  f("audited", run.audited);
  f("audit_key", run.audit_key);
  f("faults", run.faults);
  f("runbook", run.runbook);
  f("roles", run.roles);
  f("residue", run.residue);
}

// Whether its fields are listed here.
struct AnyField {
  template <typename T>
  void operator()(const char* name, T& member);
};
template <typename T>
concept HasFields = requires(AnyField& f, T& value) {
  fields_of(f, value);
};

}  // namespace rehearse
