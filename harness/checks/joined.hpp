// A recorded run joined once, for all checks and figures. Views into the run: it must outlive them.
#pragma once

#include <vector>

#include "checks/loss.hpp"
#include "checks/measures.hpp"
#include "checks/view.hpp"
#include "record/run.hpp"

namespace rehearse {

struct Joined {
  explicit Joined(const Run& recorded);
  Joined(const Joined&) = delete;
  Joined& operator=(const Joined&) = delete;

  const Run& run;
  const std::vector<Ended> ended;            // index = operation id
  const LedgerView ledger;                   // of nothing when the run has no ledger entries
  const std::vector<const Intent*> intents;  // index = operation id; null = none
  const Loss loss;
  const std::vector<const Transaction*> told_of;  // of each event its transaction; null = none
  const std::optional<double> mended_ms;          // as mended_ms_of() has it
  const std::vector<RtoRow> rto;                  // as measure_rto() has it
};

}  // namespace rehearse
