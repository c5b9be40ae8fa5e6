// report.json: the contract's rehearse.report/1 (report.schema.json), keys in its order. What was
// not measured is null; sums of money are strings of integer minor units.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "reports/document.hpp"
#include "reports/report.hpp"

namespace rehearse {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}
Json or_null(const std::optional<Int128>& value) {
  return value ? Json(to_string(*value)) : Json(nullptr);
}
Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}
Json time_or_null(int64_t wall_ns) {
  return wall_ns != 0 ? Json(rfc3339(wall_ns)) : Json(nullptr);
}

Json run_json(const Run& run) {
  return {{"id", run.id},
          {"scenario", run.scenario},
          {"title", run.title},
          {"tier", run.tier},
          {"stack", run.stack},
          {"seed", run.seed},
          {"started", time_or_null(run.started_wall_ns)},
          {"finished", time_or_null(run.finished_wall_ns)},
          {"zero_at", time_or_null(run.zero_wall_ns)},
          {"stack_ready_ms", or_null(run.stack_ready_ms)},
          {"steady_from_ms", run.steady_from_ms},
          {"arrivals_end_ms", run.arrivals_end_ms},
          {"drained_ms", or_null(run.drained_ms)},
          {"redundancy_restored_ms", or_null(run.redundancy_restored_ms)},
          {"interrupted", run.interrupted},
          {"scenario_sha256", run.scenario_sha256},
          {"versions", Json(run.versions)},
          {"images", Json(run.images)}};
}

Json fault_json(const FaultRecord& fault) {
  return {{"id", fault.id},
          {"fault", fault.fault},
          {"target", fault.target},
          {"planned_ms", or_null(fault.planned_ms)},
          {"injected_ms", or_null(fault.injected_ms)},
          {"effective_ms", or_null(fault.effective_ms)},
          {"healed_ms", or_null(fault.healed_ms)},
          {"evidence", Json(fault.evidence)},
          {"error", fault.error.empty() ? Json(nullptr) : Json(fault.error)},
          {"verdict", name_of(verdict_of(fault))}};
}

Json approval_json(const ApprovalRecord& approval) {
  return {{"person", approval.person},       {"key", approval.key},
          {"nonce", approval.nonce},         {"signature", approval.signature},
          {"expires_s", approval.expires_s}, {"at_ms", approval.at_ms},
          {"test_key", approval.test_key}};
}

Json step_json(const StepRecord& step) {
  Json approvals = Json::array();
  for (const ApprovalRecord& approval : step.approvals)
    approvals.push_back(approval_json(approval));
  return {{"step", step.step},
          {"runbook", step.runbook},
          {"title", step.title},
          {"kind", step.kind},
          {"executor", step.executor},
          {"owner",
           {{"responsible", step.responsible},
            {"accountable", step.accountable},
            {"consulted", step.consulted},
            {"informed", step.informed}}},
          {"content_sha256", step.content_sha256},
          {"deadline_ms", step.deadline_ms},
          {"planned_ms", step.planned_ms},
          {"begun_ms", or_null(step.begun_ms)},
          {"ended_ms", or_null(step.ended_ms)},
          {"took_ms", or_null(took_ms(step))},
          {"waited_ms", or_null(waited_ms(step))},
          {"approvals_needed", step.approvals_needed},
          {"approval_role", text_or_null(step.approval_role)},
          {"approvals", approvals},
          {"refused", step.refused},
          {"outcome", step.outcome},
          {"verdict", name_of(verdict_of(step))},
          {"error", text_or_null(step.error)},
          {"undone", text_or_null(step.undone)},
          {"evidence", Json(step.evidence)}};
}

Json rto_json(const RtoRow& row) {
  return {{"operation", row.operation},
          {"fault", row.fault},
          {"target_ms", or_null(row.target_ms)},
          {"measured_ms", or_null(row.measured_ms)},
          {"resolution_ms", row.attempts > 0 ? Json(row.resolution_ms) : Json(nullptr)},
          {"open_at_end", row.open_at_end},
          {"attempts", row.attempts},
          {"outages", row.outages},
          {"down_total_ms", row.attempts > 0 ? Json(row.down_total_ms) : Json(nullptr)},
          {"first_error_ms", or_null(row.first_error_ms)},
          {"first_success_ms", or_null(row.first_success_ms)},
          {"recovered_ms", or_null(row.recovered_ms)},
          {"drained_ms", or_null(row.drained_ms)},
          {"redundancy_restored_ms", or_null(row.redundancy_restored_ms)},
          {"clocks",
           {{"client", or_null(row.measured_ms)},
            {"request_to_verified", nullptr},
            {"restore_only", nullptr},
            {"without_preflight", nullptr}}},
          {"phases",
           {{"detect_ms", or_null(row.detect_ms)},
            {"elect_ms", or_null(row.elect_ms)},
            {"promote_ms", or_null(row.promote_ms)},
            {"reconnect_ms", or_null(row.reconnect_ms)},
            {"marks_to_within_ms", or_null(row.marks_to_within_ms)}}},
          {"unsure", row.unsure},
          {"verdict", name_of(row.verdict)}};
}

Json rpo_json(const RpoRow& row) {
  Json money = Json::array();
  for (const LostMoney& lost : row.lost_money) {
    money.push_back({{"currency", lost.currency}, {"minor", to_string(lost.minor)}});
  }
  return {{"store", row.store},
          {"target_ms", or_null(row.target_ms)},
          {"examined", row.examined},
          {"lost_count", or_null(row.lost_count)},
          {"lost_ms", or_null(row.lost_ms)},
          {"lost_money", row.lost_count ? money : Json(nullptr)},
          {"holes", row.lost_count ? Json(row.holes) : Json(nullptr)},
          {"lag_at_fault_ms", or_null(row.lag_at_fault_ms)},
          {"lost_keys", row.lost_keys},
          {"verdict", name_of(row.verdict)}};
}

Json slo_json(const SloRow& row) {
  return {{"name", row.name},
          {"phase", row.phase},
          {"target", row.target},
          {"measured", or_null(row.measured)},
          {"interval", {or_null(row.at_least), or_null(row.at_most)}},
          {"attempts", row.attempts},
          {"unsure", row.unsure},
          {"verdict", name_of(row.verdict)}};
}

Json machine_json(const MachinePhase& phase) {
  return {{"phase", phase.phase},
          {"pressure", or_null(phase.state.pressure)},
          {"stolen", or_null(phase.state.stolen)},
          {"idle", or_null(phase.state.idle)},
          {"late_ms", phase.state.late_ms}};
}

Json demand_json(const DemandPhase& phase) {
  return {{"phase", phase.phase},
          {"attempts_per_operation", or_null(phase.attempts_per_operation)},
          {"retries", phase.retries},
          {"sent_again", or_null(phase.sent_again)},
          {"roles_moved", phase.roles_moved},
          {"nodes_gone", phase.nodes_gone},
          {"queue", or_null(phase.queue)},
          {"idle", or_null(phase.idle)}};
}

// Rates are of a restore that came to its end.
Json restore_json(const Restore& restore) {
  const auto mib_per_s = [](int64_t bytes, int64_t ms) {
    constexpr double bytes_per_mib = 1'048'576;
    return ms > 0
               ? Json(static_cast<double>(bytes) / bytes_per_mib * 1000 / static_cast<double>(ms))
               : Json(nullptr);
  };
  return {{"backup", text_or_null(restore.label)},
          {"target", restore.target_at},
          {"started", restore.started_at},
          {"finished", restore.finished_at},
          {"outcome", restore.outcome},
          {"error", text_or_null(restore.error)},
          {"restored_bytes", restore.restored_bytes},
          {"restore_ms", restore.restore_ms},
          {"restore_mib_per_s", mib_per_s(restore.restored_bytes, restore.restore_ms)},
          {"replayed_bytes", restore.replayed_bytes},
          {"replay_ms", restore.replay_ms},
          {"replay_mib_per_s", mib_per_s(restore.replayed_bytes, restore.replay_ms)}};
}

Json check_json(const Finding& check) {
  return {{"check", check.check},
          {"verdict", name_of(check.verdict)},
          {"examined", check.examined},
          {"violations", check.violations},
          {"witnesses", check.witnesses},
          {"summary", check.summary},
          {"not_exercised", text_or_null(check.not_exercised)}};
}

Json counts_json(const Report& report) {
  const CheckCounts counts = counts_of(report);
  return {{"pass", counts.pass},
          {"not_exercised", counts.not_exercised},
          {"fail", counts.fail},
          {"inconclusive", counts.inconclusive},
          {"not_applicable", counts.not_applicable}};
}

Json pnl_json(const PnlRow& row) {
  const bool booked = row.ledger.has_value();
  return {{"currency", row.currency},
          {"exponent", row.exponent},
          {"bets_minor", booked ? Json(to_string(row.bets_minor)) : Json(nullptr)},
          {"wins_minor", booked ? Json(to_string(row.wins_minor)) : Json(nullptr)},
          {"ggr_minor", or_null(row.ledger)},
          {"bonuses_minor", booked ? Json(to_string(row.bonuses_minor)) : Json(nullptr)},
          {"jackpots_minor", booked ? Json(to_string(row.jackpots_minor)) : Json(nullptr)},
          {"fees_minor", booked ? Json(to_string(row.fees_minor)) : Json(nullptr)},
          {"chargebacks_minor", booked ? Json(to_string(row.chargebacks_minor)) : Json(nullptr)},
          {"ngr_minor", or_null(row.ngr)},
          {"sources",
           {{"clients_acked", or_null(row.clients_acked)},
            {"clients_lower", or_null(row.clients_lower)},
            {"clients_upper", or_null(row.clients_upper)},
            {"ledger", or_null(row.ledger)},
            {"events", or_null(row.events)},
            {"reporting", or_null(row.reporting)},
            {"providers", or_null(row.providers)}}}};
}

Json load_json(const LoadStats& load) {
  Json operations = Json::array();
  for (const OperationStats& stats : load.operations) {
    operations.push_back({{"operation", stats.operation},
                          {"ok", stats.ok},
                          {"rejected", stats.rejected},
                          {"failed", stats.failed},
                          {"unknown", stats.unknown},
                          {"p50_ms", or_null(stats.p50_ms)},
                          {"p95_ms", or_null(stats.p95_ms)},
                          {"p99_ms", or_null(stats.p99_ms)},
                          {"max_ms", or_null(stats.max_ms)},
                          {"service_p99_ms", or_null(stats.service_p99_ms)}});
  }
  return {{"scheduled", load.scheduled},
          {"sent", load.sent},
          {"ok", load.ok},
          {"rejected", load.rejected},
          {"failed", load.failed},
          {"unknown", load.unknown},
          {"lateness_p99_us", or_null(load.lateness_p99_us)},
          {"operations", operations}};
}

template <typename Rows, typename F>
Json list(const Rows& rows, F&& to_json) {
  Json array = Json::array();
  for (const auto& row : rows) array.push_back(to_json(row));
  return array;
}

}  // namespace

nlohmann::ordered_json document_of(const Report& report) {
  const Run& run = *report.run;
  return {
      {"schema", "rehearse.report/1"},
      {"run", run_json(run)},
      {"manifest_sha256", text_or_null(run.manifest_sha256)},
      {"expect", expectation_of(run)},
      {"verdict", name_of(report.verdict)},
      {"met", report.met},
      {"troubles", report.troubles},
      {"faults", list(run.faults, fault_json)},
      {"runbook", list(run.runbook, step_json)},
      {"rto", list(report.rto, rto_json)},
      {"rpo", list(report.rpo, rpo_json)},
      {"slo", list(report.slo, slo_json)},
      {"checks", list(report.checks, check_json)},
      {"counts", counts_json(report)},
      {"pnl", list(report.pnl, pnl_json)},
      {"load", load_json(report.load)},
      {"machine", list(report.machine, machine_json)},
      {"demand", list(report.demand, demand_json)},
      {"roles", list(run.roles,
                     [](const RoleChange& change) {
                       return Json{{"t_ms", change.t_ms},
                                   {"component", change.component},
                                   {"role", change.role},
                                   {"planned", change.planned}};
                     })},
      {"restores", run.books.restores ? list(*run.books.restores, restore_json) : Json(nullptr)},
      {"events", list(run.events,
                      [](const Event& event) {
                        return Json{{"t_ms", event.t_ms},
                                    {"source", event.source},
                                    {"event", event.event},
                                    {"detail", event.detail}};
                      })},
      {"findings", list(report.findings,
                        [](const ReportFinding& finding) {
                          return Json{{"severity", finding.severity},
                                      {"text", finding.text},
                                      {"check", finding.check}};
                        })},
      {"limits", report.limits}};
}

void write_json(std::ostream& out, const Report& report) {
  // Text of the outside world may not be UTF-8: shown as replacement characters, never a failure.
  out << document_of(report).dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace rehearse
