// The fault journal: a fault's undo is on disk before the fault. One JSON object a line in
// faults.jsonl of the run's folder, synced before anything is done; never rewritten. What comes
// after a plan is written and not synced: a machine that loses it has lost our containers too.
//
//   {"step":"planned","id":"az","fault":"zone_loss","target":"az-1","undo":[{"do":"start",…},…]}
//   {"step":"injected"|"effective"|"healed"|"failed","id":"az","t_ms":…,…}
//   {"step":"withdrawn","id":"az","t_ms":…}   planned, and never injected
//
// When the harness has died, another goes on with the same file:
//   {"step":"resumed","by":"guardian"}   a line cut short just before this one is the dead one's
//   {"step":"healed","id":"az","by":"guardian","at":"2026-…Z"}   its clock is not the run's
//
// Each line ends with its version ("v":1). A reader takes what it understands of any version, line
// by line: one that it cannot read keeps none of the others from being healed.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "record/timeline.hpp"
#include "runtime/effects.hpp"

namespace rehearse {

// One idempotent step back to the declared baseline, on handles that we own.
//   uncut    packets between the nodes and the peers in `detail` pass again (names of nodes, joined
//            by commas, or `*` for everyone)
//   undelay  what the nodes send is delayed no longer
//   unpause  the nodes' processes run again
//   continue the process with the pid in `detail` (as seen inside the node) is stopped no longer
//   start    the nodes' containers run again
//   post     POST to each node, to the port and path in `detail` (":8080/control/…")
//   sql      the statement in `detail`, as the superuser of the database on each node that runs:
//            it takes back what lasts no longer than the server does (sessions)
// Journals of before had addresses and prefixes as peers, and ADDRESS:PORT/PATH: both are obeyed.
struct UndoStep {
  std::string action;
  std::vector<std::string> nodes;
  std::string detail = {};
};

UndoStep post_to(const std::string& node, uint16_t port, const std::string& path);

struct PlannedFault {
  std::string id, fault, target;
  std::vector<UndoStep> undo;
  // What it decides besides what its undo turns back, in words: "the answers of psp-a". Two faults
  // that decide the same cannot both be seen. Not in the journal.
  std::vector<std::string> decides = {};
};

class Journal {
 public:
  // Errors (machine): cannot create or sync the file.
  static Result<std::unique_ptr<Journal>> create(const std::string& path);
  // Goes on with one whose writer is dead. Errors (machine): there is none.
  static Result<std::unique_ptr<Journal>> resume(const std::string& path, const std::string& by);
  ~Journal();

  // From any thread. It is on disk when this returns.
  Status planned(const PlannedFault& fault);
  Status mark(const std::string& id, const std::string& step, double t_ms,
              const Evidence& evidence = {}, const std::string& error = "");
  // In place of the dead writer.
  Status healed_by(const std::string& id, const std::string& by);

 private:
  explicit Journal(int fd) : fd_(fd) {}
  Status append(const std::string& line);
  Status append_and_sync(const std::string& line);
  const int fd_;
  std::mutex mutex_;
  bool torn_ = false;  // half of a line stands at the end
};

// Faults of a journal that were planned and not healed; in words, lines that could not be read. A
// last line of a writer, cut short by a crash, is ignored: it was not synced, so nothing was done
// after it. Errors (machine): there is no journal, which does not mean that nothing is to be
// healed.
Result<std::vector<PlannedFault>> read_unhealed(const std::string& path,
                                                std::vector<std::string>* unreadable = nullptr);

// Carries out the steps in their order. Every step is tried even if one before it fails; the first
// error is returned.
Status undo(Effects& runtime, const std::vector<UndoStep>& steps);

// What deviates from the baseline of a whole stack: cuts and delays still active, nodes not
// running, paused, or with a process that a signal has stopped. (Orders and sessions:
// platform/residue.hpp.) `bare` are the nodes that are a namespace without a container.
Result<std::vector<std::string>> residue(Effects& runtime, const std::vector<std::string>& nodes,
                                         const std::vector<std::string>& bare = {});

}  // namespace rehearse
