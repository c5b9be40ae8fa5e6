// Which region of a platform leads, and how another one comes to lead in its place. Who says so is
// a witness outside of them: what the ledgers' databases believe does not count.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stack/technology.hpp"

namespace rehearse {

struct RegionLead {
  std::string holder;  // a region
  int64_t term = 0;
};

// Errors (machine): the platform has no regions, or its witness says nothing.
Result<RegionLead> region_lead(const Stack& stack);
// That region leads, by a term of its own from now on. Who led before may still act on what it was
// told for `lease_ms` more. Errors (machine): it may have been given all the same.
Result<RegionLead> give_lead(const Stack& stack, const std::string& region);
// The lease, and what clocks and answers on their way may add to it.
int64_t lead_lasts_ms(const Stack& stack);
// Writers of the other regions that have not said, by a look that began after `since_ns`, that they
// do not lead.
std::vector<std::string> not_yielded(const Stack& stack, const StackView& view,
                                     const std::string& region, int64_t since_ns);

// The ledger's database of that region. Errors (machine): it has none.
Result<const ComponentEntry*> ledger_in(const Stack& stack, const std::string& region);
// Who leads it there, by itself; nullopt: nobody does.
std::optional<std::string> leader_in(const Stack& stack, const StackView& view,
                                     const std::string& region);
// How far a region that follows is behind, as its database says.
struct RegionLag {
  std::string node;              // that would lead
  int64_t age_ms = 0;            // of the newest commit that it has
  std::optional<int64_t> bytes;  // of log behind the other regions; nullopt: none of them is seen
};
std::optional<RegionLag> region_lag(const Stack& stack, const StackView& view,
                                    const std::string& region);
// A way in that leads to that region alone, whoever is given out. Errors (machine): there is none.
Result<Endpoint> edge_in(const Stack& stack, const std::string& region);

// The name servers give out the entries of that region, and of no other. Errors (machine): one of
// them does not take it; the others are told.
Status open_entries(const Stack& stack, const std::string& region);
// Whether all of them hold back just those, and what each gives out is of that region. Errors
// (machine): one of them does not say.
Result<bool> entries_open(const Stack& stack, const std::string& region);

}  // namespace rehearse
