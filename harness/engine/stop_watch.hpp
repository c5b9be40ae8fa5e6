// Ends a run early where its scenario asks for it (stop_when). From the end of steady on:
//
//   ledger_balanced.live                        platform/live_ledger.hpp
//   {slo: wallet_p95, above: 5s, for: 20s}      of the last 5 s, above for all of the last 20 s
//
// Live, a *_p95 is that of the attempts intended in those 5 s. One without an answer is later than
// any limit: when more than 5% have none, every p95 is exceeded. *_failed is the share of them that
// was not answered by ok or rejected.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "load/load.hpp"
#include "platform/live_ledger.hpp"
#include "scenario/scenario.hpp"
#include "stack/observer.hpp"

namespace rehearse {

// Checks that may be named as CHECK.live.
std::vector<std::string> live_check_names();

// Begins to look at the ledger where a condition names it; else null.
std::unique_ptr<LiveLedger> watch_ledger(const std::vector<StopCondition>& conditions,
                                         const Stack& stack, const Observer& observer);

class StopWatch {
 public:
  // `ledger` may be null: then no condition looks at it.
  StopWatch(const std::vector<StopCondition>& conditions, const Load& load,
            std::unique_ptr<LiveLedger> ledger);
  // Why the run must stop now, in words. To be asked a few times a second.
  std::optional<std::string> reason(int64_t now_ns);

 private:
  struct Watched {
    StopCondition condition;
    std::optional<int64_t> above_since_ns;
  };
  bool is_above(const StopCondition& condition, int64_t now_ns) const;

  const Load& load_;
  std::vector<Watched> watched_;
  std::unique_ptr<LiveLedger> ledger_;
};

}  // namespace rehearse
