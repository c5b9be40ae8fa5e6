// What only primaries had that were deposed while the run lasted, entry by entry.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/recorder.hpp"
#include "platform/autopsy.hpp"
#include "record/run.hpp"
#include "stack/observer.hpp"

namespace rehearse {

// Where the ledger's books come from, and in whose order roles were held.
struct DeposedSource {
  Effects& effects;
  const Stack& stack;
  const std::map<std::string, std::string>& sql;  // canonical table → query
  StackView view;                                 // who leads now
  std::string dir;                                // for what is collected
};

// Puts it into the run's books, and says in events what was found; in troubles, what could not be.
// Nobody is asked where no primary was deposed.
void collect_deposed(const DeposedSource& source, Run& run, Recorder& recorder);

// Entries of `had` that the primary's ledger has not.
std::vector<DeposedEntry> only_in(const std::string& node, const std::vector<LedgerEntry>& had,
                                  const std::vector<LedgerEntry>& primary);

}  // namespace rehearse
