// How each bet ended: won, given back, or both, which it must not.
#pragma once

#include <string>
#include <vector>

#include "checks/joined.hpp"

namespace rehearse {

struct BetEndedWrong {
  const Transaction* transaction = nullptr;
  std::string why;
};

// Bets that were won and rolled back, of which more came back than was staked, or that were booked
// although their rollback was told that there is nothing to give back: a tombstone is for good. By
// what their wins and rollbacks name, in clients' histories and in the intents (if there are any).
std::vector<BetEndedWrong> bets_ended_wrong(const Joined& joined);

}  // namespace rehearse
