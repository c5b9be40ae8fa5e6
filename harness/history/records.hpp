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

namespace rehearse {

enum class OperationKind : uint8_t {
  bet,
  win,
  rollback,
  balance,          // a read
  deposit,          // acceptance by the cashier
  deposit_settled,  // from acceptance until the player's money is there
  payout,           // acceptance of a withdrawal
  payout_settled,   // from acceptance until the provider paid
};
constexpr int operation_kinds = 8;

std::string_view name_of(OperationKind kind);
std::optional<OperationKind> operation_kind_of(std::string_view name);

enum class Outcome : uint8_t {
  none,      // no answer recorded: treated as unknown once it was sent
  ok,        // done, acknowledged
  rejected,  // a business decline: answered, not done
  failed,    // certainly not done (never reached the platform, or it said so)
  unknown,   // may have been done
};

std::string_view name_of(Outcome outcome);

enum class Currency : uint8_t { EUR, BRL };
constexpr int currencies = 2;
std::string_view name_of(Currency currency);

struct Operation {
  uint64_t id = 0;  // index in arrival order, from 0
  OperationKind kind = OperationKind::bet;
  Currency currency = Currency::EUR;
  uint16_t reserved = 0;
  uint32_t player = 0;
  int64_t amount_minor = 0;  // as intended; for a win or rollback of a bet: what it asks for
  int64_t intended_ns = 0;   // arrival time on the monotonic clock, fixed in advance
  uint64_t related = 0;      // the bet of a win or rollback; the deposit or payout of a *_settled
  uint64_t round = 0;        // the game round of a bet, win or rollback
  int64_t reserved2 = 0;
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
  uint32_t timeline = 0;
  char reason[32] = {};  // why rejected, failed or unknown; cut, NUL-terminated
};
static_assert(sizeof(Attempt) == 112);

// The idempotency key of an operation: "<run key>-<id>", e.g. "k7f3a9c21-000042". The *_settled
// kinds watch another operation and have no key of their own: use the related one's.
std::string key_of(std::string_view run_key, uint64_t operation_id);

// "p0001" for player 1.
std::string player_name(uint32_t player);

}  // namespace rehearse
