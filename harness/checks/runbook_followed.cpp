// Proves that people's part of a rehearsal was done as it is written: every step of every runbook
// in time, shown to have worked, and, where four eyes must see it first, approved by enough
// different people other than who executes it. Signatures are verified anew, over run, step,
// content and expiry. From: the run's steps. Cannot see: who holds a key, and whether whoever
// signed had read the step.
#include <algorithm>
#include <set>

#include "base/clock.hpp"
#include "base/ed25519.hpp"
#include "checks/examination.hpp"
#include "checks/joined.hpp"
#include "checks/verdict.hpp"
#include "record/approval_text.hpp"

namespace rehearse {
namespace {

// When it was taken is known on the run's clock, which nobody sets; it expires on the wall's.
constexpr int64_t clocks_apart_ns_max = 5 * ns_per_s;

class Signatures {
 public:
  Signatures(const Run& run, Examination& examination) : run_(run), examination_(examination) {}

  void examine(const StepRecord& step) {
    std::set<std::string> people, keys;
    for (const ApprovalRecord& approval : step.approvals) {
      const ApprovalClaim claim{run_.id,
                                step.step,
                                step.content_sha256,
                                approval.expires_s,
                                approval.nonce,
                                step.approval_request};
      const auto wrong = [&](std::string_view what) {
        examination_.violation("{}: the approval by {} {}", step.step, approval.person, what);
      };
      if (!ed25519_verify(approval.key, approval_text(claim), approval.signature))
        wrong("is not a signature over this step of this run");
      else if (expired(approval))
        wrong("had expired when it was taken");
      else if (!nonces_.insert(approval.nonce).second)
        wrong("was used twice");
      else if (approval.person == step.executor)
        wrong("is by who executed it");
      else if (!people.insert(approval.person).second || !keys.insert(approval.key).second)
        wrong("is a second one by the same person");
    }
    const auto valid = static_cast<int64_t>(people.size());
    const int64_t needed = std::max<int64_t>(step.approvals_needed, step.four_eyes ? 2 : 0);
    if (step.acted_ms && valid < needed)
      examination_.violation("{} was carried out with {} of {} approvals{}{}", step.step, valid,
                             needed, step.approval_role.empty() ? "" : " by ", step.approval_role);
    else if (step.acted_ms && step.approvals_needed > 0 &&
             (!step.approved_ms || *step.acted_ms < *step.approved_ms))
      examination_.violation("{} was carried out before it was approved", step.step);
  }

 private:
  bool expired(const ApprovalRecord& approval) const {
    const auto at_ns = run_.zero_wall_ns + static_cast<int64_t>(approval.at_ms * ns_per_ms);
    return approval.expires_s < (at_ns - clocks_apart_ns_max) / ns_per_s;
  }

  const Run& run_;
  Examination& examination_;
  std::set<std::string> nonces_;
};

bool names_runbook(const Run& run) {
  return std::ranges::find(run.faults, "runbook", &FaultRecord::fault) != run.faults.end();
}

}  // namespace

Finding examine_runbook_followed(const Joined& joined) {
  const Run& run = joined.run;
  if (run.runbook.empty() && !names_runbook(run)) {
    Finding finding;
    finding.verdict = Verdict::not_applicable;
    finding.summary = "no runbook was played";
    return finding;
  }
  Examination examination("runbook_followed");
  Signatures signatures(run, examination);
  for (const StepRecord& step : run.runbook) {
    examination.examined();
    signatures.examine(step);
    const std::string undone = step.undone.empty() ? "" : "; undone " + step.undone;
    if (verdict_of(step) == Verdict::fail)
      examination.violation("{} ({}, {}): {}: {}{}", step.step, step.title, step.executor,
                            step.outcome, step.error, undone);
    else if (verdict_of(step) == Verdict::inconclusive)
      examination.cannot_say(fmt::format("{} ({}): {}{}{}{}", step.step, step.title, step.outcome,
                                         step.error.empty() ? "" : ": ", step.error, undone));
  }
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} done in time, approved and shown",
                        counted(static_cast<int64_t>(run.runbook.size()), "step"))
          : fmt::format("{} in {}", counted(examination.violations(), "violation"),
                        counted(static_cast<int64_t>(run.runbook.size()), "step"));
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
