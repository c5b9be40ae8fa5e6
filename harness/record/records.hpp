// The clients' own book: what was intended, what was sent, what was answered.
//
// An operation is one intent with one idempotency key; each try of it is an attempt. Records have a
// fixed size and are appended to a file that is mapped into memory: an intent is in the file before
// its request is sent, an answer before it is counted, and both survive the harness's death.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "record/kinds.hpp"

namespace rehearse {

enum class Outcome : uint8_t {
  none,      // no answer recorded: treated as unknown once it was sent
  ok,        // done, acknowledged
  rejected,  // a business decline: answered, not done
  failed,    // certainly not done (never reached the platform, or it said so)
  unknown,   // may have been done
};

std::string_view name_of(Outcome outcome);

enum class Currency : uint8_t { EUR, BRL, USDT };
constexpr int currencies = 3;
std::string_view name_of(Currency currency);

// By which way money comes in or goes out; none = as the cashier has it by default.
enum class Method : uint8_t { none, card, bank, stablecoin, ramp };
constexpr int methods = 5;
std::string_view name_of(Method method);
std::optional<Method> method_of(std::string_view name);

// Of stablecoins.
enum class Network : uint8_t { none, trc20, erc20 };
constexpr int networks = 3;
std::string_view name_of(Network network);
std::optional<Network> network_of(std::string_view name);

struct Operation {
  uint64_t id = 0;  // index in arrival order, from 0
  OperationKind kind = OperationKind::bet;
  Currency currency = Currency::EUR;
  Method method = Method::none;     // of a deposit or payout
  Network network = Network::none;  // of one by stablecoin
  uint32_t player = 0;
  int64_t amount_minor = 0;  // as intended; for a win or rollback of a bet: what it asks for
  int64_t intended_ns = 0;   // arrival time on the monotonic clock, fixed in advance
  uint64_t related = 0;      // the bet of a win or rollback; what a *_settled watches; the payout
                             // that is cancelled
  uint64_t round = 0;        // the game round of a bet, win or rollback
  Currency currency_to = Currency::EUR;  // of a conversion
  uint8_t node = 0;                      // which of its target's nodes a spin is played at
  uint8_t reserved[6] = {};
};
static_assert(sizeof(Operation) == 56);

struct Attempt {
  uint64_t operation = 0;
  uint32_t number = 0;  // 1 = first try
  Outcome outcome = Outcome::none;
  uint8_t replay = 0;  // the platform said that it answered from its memory
  uint16_t http_status = 0;
  int64_t intended_ns = 0;    // when it was to be sent (first try: the arrival)
  int64_t sent_ns = 0;        // 0 = not sent yet
  int64_t answered_ns = 0;    // 0 = no answer
  int64_t amount_minor = 0;   // money that the answer says was moved
  int64_t balance_minor = 0;  // of the player's cash account after it
  int64_t version = 0;        // of that account; 0 = not told
  int64_t seq = 0;            // first ledger entry of the transaction; 0 = not told
  uint32_t epoch = 0;         // committing writer's epoch
  // What older histories have as one number of 32 bits: their region term reads as 0, not told.
  uint16_t timeline = 0, region_term = 0;
  char reason[32] = {};  // why rejected, failed or unknown; cut, NUL-terminated
};
static_assert(sizeof(Attempt) == 112);

// What the answer to a conversion gave, in minor units of the other currency, is kept as its
// reason: this and the number. Older histories do not tell it.
constexpr std::string_view told_to_minor = "to_minor=";

// The idempotency key of an operation: "<run key>-<id>", e.g. "k7f3a9c21-000042". The *_settled
// kinds watch another operation and have no key of their own: use the related one's.
std::string key_of(std::string_view run_key, uint64_t operation_id);

// "p0001" for player 1.
std::string player_name(uint32_t player);

}  // namespace rehearse
