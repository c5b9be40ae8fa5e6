// Where the books of revenue differ, entry by entry: what the ledger, the events and the reporting
// each say that one transaction moved. pnl_matches judges; this is the list for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/joined.hpp"

namespace rehearse {

// Sums without a sign. Null: that book has no such entry, or there is no such book.
struct RevenueDifference {
  std::string tx, key, kind, currency;
  std::optional<Int128> ledger_minor, events_minor, reporting_minor;
};

struct RevenueDifferences {
  int64_t count = 0;
  std::vector<RevenueDifference> shown;  // the first ones
};
constexpr size_t revenue_differences_shown_max = 500;

RevenueDifferences find_revenue_differences(const Joined& joined);

}  // namespace rehearse
