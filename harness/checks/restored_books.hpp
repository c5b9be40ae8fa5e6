// A restored database's books against the primary's: what was committed until T is there, as it was
// then, and nothing else.
//
// A row is written a moment before it is committed, so of what was written within `commit_ms_max`
// before T either is right, unless a client was told of it by then. All times are of one wall
// clock.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {

constexpr int64_t commit_ms_max =
    10'000;  // from a row's time to its commit: writers give up before

// Restored until T, for all that follows.
struct Restored {
  const Joined& primary;
  const Books& books;
  int64_t target_ms = 0;  // T, since 1970
  int64_t last_seq = 0;   // of its ledger's end
};

// Entry by entry: a beginning of the primary's ledger, that reaches as far as T. By slices of an
// hour and a sixteenth of the accounts: how many there are, and which differ.
struct Slices {
  int64_t count = 0;
  std::vector<std::string> differing;  // "2026-01-31T12h accounts 7/16"
};
Slices compare_entries(Examination& examination, const Restored& restored);
// What a client was told is done before T is in it.
void examine_told(Examination& examination, const Restored& restored);
// Its accounts follow from its entries: the control P&L, for the house's are among them.
void examine_restored_accounts(Examination& examination, const Restored& restored);
// Idempotency rows and tombstones: without one, what is sent again is booked again.
void compare_intents(Examination& examination, const Restored& restored);
// How many rounds were open at T.
int64_t compare_rounds(Examination& examination, const Restored& restored);
void compare_limits(Examination& examination, const Restored& restored);
void compare_settings(Examination& examination, const Restored& restored);

// What clients were told is done after T and is not there: somebody must make it good. Each by the
// first of those that still know of it: the event log outlives the database, and so do the books of
// payment providers.
struct ToldSince {
  struct Part {
    int64_t operations = 0;
    std::map<std::string, Int128> minor = {};  // by currency
  };
  Part all, by_events, by_providers, by_nobody;
  std::vector<std::string> lost;  // of nobody's, where money moved: key, kind, player, money
};
ToldSince told_since(const Restored& restored);

}  // namespace rehearse
