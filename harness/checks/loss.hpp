// Acknowledged writes that the final books do not hold, and whether the targets explain them.
//
// A lost suffix is what asynchronous replication may lose: everything acknowledged after some point
// of the old writer's order. A hole is corruption: a lost write although a later one of no newer
// epoch survived. "Later" is by ledger sequence where the answer told it, and by real time (sent
// after the lost one was answered); epochs are compared as (region term, timeline, writer
// epoch), as answers told them.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "checks/view.hpp"
#include "record/run.hpp"

namespace rehearse {

struct LostWrite {
  uint64_t operation = 0;
  const Attempt* ack = nullptr;
  std::string key;           // as the ledger would carry it
  int64_t amount_minor = 0;  // gross; 0 where it is counted under another lost write
  bool hole = false;
};

struct Loss {
  int64_t examined = 0;         // acknowledged mutations and settlements that could be looked up
  std::vector<LostWrite> lost;  // by operation id
  int64_t holes = 0;
  double lost_ms = 0;          // max(fault effective, last lost ack) − oldest lost ack
  bool within_target = false;  // nothing lost, or a suffix inside the ledger's RPO target
  // Up to this one, from this moment on, clients may have seen what was lost.
  WriterEpoch epoch_max;
  int64_t first_sent_ns = 0;
  std::set<std::string, std::less<>> business_keys;  // of what is lost
  // What that writer committed meanwhile is lost with it, also where nobody was told: on the wall
  // clock, from the first one's sending until a newer writer commits.
  int64_t from_wall_ns = 0, to_wall_ns = 0;

  bool contains(uint64_t operation) const;
  // Lost, and the targets allow it: to be listed, not failed.
  bool explains(std::string_view business_key) const;
  // Likewise of a transaction that another book tells of, with the time when the ledger had it.
  bool explains(std::string_view business_key, const std::string& committed_at) const;
  bool explains(const Attempt& attempt) const;
  bool may_have_shown(const Attempt& attempt) const;  // only meaningful when something is lost
};

Loss find_loss(const Run& run, const std::vector<Ended>& ended, const LedgerView& ledger,
               const std::vector<const Intent*>& intents);

// What was acknowledged: by the answer if it says so, else as intended.
int64_t acknowledged_minor(const Operation& operation, const Attempt& ack);

}  // namespace rehearse
