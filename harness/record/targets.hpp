// What a run must reach: a plain value read from a scenario and judged by the checks.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rehearse {

struct SloTarget {
  std::string name;   // wallet_p95, bet_rejected, …
  std::string phase;  // before | during | after
  double limit = 0;   // milliseconds for *_p95 and the like, a share (0..1) otherwise
};

struct Targets {
  std::map<std::string, int64_t> rto_ms;  // by operation kind: bet, deposit, payout, …
  std::map<std::string, int64_t> rpo_ms;  // by store: ledger, events, reporting
  std::vector<SloTarget> slo;
};

}  // namespace rehearse
