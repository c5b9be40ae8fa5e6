// Proves that the emergency channel shares no component, address or name with any other way in or
// out, that it works while the way through the edge is out, and that it is open then only, for
// contacts that were registered before.
// From: paths (the harness's own knowledge of the stack), client history, lifeline_requests.
// Cannot see: what is no part of the stack's paths (a shared line or building outside), and, where
// no fault took the way through the edge away, whether the channel would have worked.
#include <map>
#include <set>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

constexpr std::string_view own_path = "lifeline";
constexpr int64_t slot_ms = 1000;
// How long the way through the edge must be seen to be out before the channel is due: it looks for
// some seconds before it declares an emergency, and players come to it at their leisure.
constexpr int64_t due_after_slots = 12;

void examine_paths(Examination& examination, const std::vector<PathHop>& paths) {
  const auto shares = [](const std::string& mine, const std::string& theirs) {
    return !mine.empty() && mine == theirs;
  };
  for (const PathHop& mine : paths) {
    if (mine.path != own_path) continue;
    for (const PathHop& other : paths) {
      if (other.path == own_path) continue;
      examination.examined();
      if (shares(mine.component, other.component))
        examination.violation("component {} is on the paths {} and {}", mine.component, mine.path,
                              other.path);
      if (shares(mine.address, other.address))
        examination.violation("address {} of {} is on the path {} too ({})", mine.address,
                              mine.component, other.path, other.component);
      if (shares(mine.name, other.name))
        examination.violation("name {} leads to the paths {} and {}", mine.name, mine.path,
                              other.path);
    }
  }
}

// What happened in one second of the run: attempts by their intended time.
struct Slot {
  int64_t main_tried = 0, main_answered = 0;  // through the edge
  int64_t own_tried = 0, own_done = 0;        // through the lifeline
};

bool was_answered(Outcome outcome) {
  return outcome == Outcome::ok || outcome == Outcome::rejected;
}

// Watches and other parties' ways are neither: only kinds that the wallet serves surely come in by
// the edge.
std::map<int64_t, Slot> slots_of(const Run& run) {
  std::map<int64_t, Slot> slots;
  const History& history = run.history;
  for (const Attempt& attempt : history.attempts) {
    const OperationKind kind = history.operations[attempt.operation].kind;
    const auto at = static_cast<int64_t>(run_ms(history, attempt.intended_ns)) / slot_ms;
    if (kind == OperationKind::lifeline) {
      Slot& slot = slots[at];
      ++slot.own_tried;
      slot.own_done += attempt.outcome == Outcome::ok ? 1 : 0;
    } else if (traits_of(kind).by_wallet) {
      Slot& slot = slots[at];
      ++slot.main_tried;
      slot.main_answered += was_answered(attempt.outcome) ? 1 : 0;
    }
  }
  return slots;
}

struct EdgeOutage {
  int64_t slots = 0, own_tried_when_due = 0, own_done = 0;
};

// Seconds in which the edge was aimed at and nobody got an answer through it.
EdgeOutage outage_of(const Run& run) {
  EdgeOutage outage;
  const auto slots = slots_of(run);
  for (const FaultRecord& fault : run.faults) {
    if (fault.fault != "edge_outage" || !fault.effective_ms) continue;
    const double until_ms = fault.healed_ms.value_or(run.arrivals_end_ms);
    int64_t out_for = 0;
    for (const auto& [at, slot] : slots) {
      const auto begins_ms = static_cast<double>(at * slot_ms);
      if (begins_ms < *fault.effective_ms || begins_ms > until_ms) continue;
      if (slot.main_answered > 0) out_for = 0;
      if (slot.main_answered > 0 || slot.main_tried + slot.own_tried == 0) continue;
      ++outage.slots;
      ++out_for;
      outage.own_done += slot.own_done;
      if (out_for > due_after_slots) outage.own_tried_when_due += slot.own_tried;
    }
  }
  return outage;
}

void examine_request(Examination& examination, const LifelineRequest& request) {
  examination.examined();
  if (request.at_ms < request.declared_ms ||
      (request.ended_ms && request.at_ms > *request.ended_ms))
    examination.violation("{} of {}: accepted while no emergency was on", request.key,
                          request.contact);
  if (request.registered_ms > request.declared_ms)
    examination.violation("{} of {}: the contact was registered only during the emergency",
                          request.key, request.contact);
}

}  // namespace

Finding examine_lifeline_independent(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.paths) return without_books("lifeline_independent", "paths");
  Examination examination("lifeline_independent");
  std::set<std::string_view> paths;
  for (const PathHop& hop : *books.paths) paths.insert(hop.path);
  if (!paths.contains(own_path) || paths.size() < 2)
    examination.cannot_say("the stack does not say by which paths its platform is reached");
  examine_paths(examination, *books.paths);
  const EdgeOutage outage = outage_of(joined.run);
  examination.examined(outage.slots);
  if (outage.own_tried_when_due > 0 && outage.own_done == 0)
    examination.violation(
        "the way through the edge was out for {}, and none of {} through the "
        "lifeline was done",
        counted(outage.slots, "second"), counted(outage.own_tried_when_due, "request"));
  if (books.lifeline_requests)
    for (const LifelineRequest& request : *books.lifeline_requests)
      examine_request(examination, request);
  if (outage.slots == 0) examination.not_exercised("the edge was never out");
  return std::move(examination)
      .finish(outage.slots == 0
                  ? "it shares nothing with the other paths; the edge was never out"
                  : fmt::format("it shares nothing with the other paths, and did {} while the edge "
                                "was out for {}",
                                counted(outage.own_done, "operation"),
                                counted(outage.slots, "second")));
}

}  // namespace rehearse
