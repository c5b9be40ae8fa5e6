// An honest run, made in memory: some hundred operations with ledger, accounts, intents, events,
// webhooks and providers' books that agree. No clock, no process, the same every time.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "checks/chain.hpp"
#include "record/run.hpp"

namespace rehearse::synthetic {

constexpr int64_t zero_ns = 100'000'000'000;
inline int64_t at_ns(double ms) {
  return zero_ns + static_cast<int64_t>(ms * 1e6);
}

// Hashes the ledger anew, as an attacker with write access would.
inline void rechain(Run& run) {
  ChainHasher hasher;
  std::string previous = genesis_prev_hash;
  for (LedgerEntry& entry : *run.books.ledger_entries) {
    entry.prev_hash = previous;
    entry.hash = previous = std::string(hasher.hash_of(entry));
  }
}

// Accounts anew from the entries, versions as the entries have them.
inline void recount(Run& run) {
  std::map<std::string, Account> accounts;
  for (const LedgerEntry& entry : *run.books.ledger_entries) {
    Account& account = accounts[entry.account];
    account.account = entry.account;
    account.owner = entry.account.starts_with("player:") ? entry.account.substr(7, 5) : "house";
    const size_t bucket_at = std::string("player:p0000:").size();
    account.bucket = entry.account.starts_with("player:")
                         ? entry.account.substr(bucket_at, entry.account.rfind(':') - bucket_at)
                         : "house";
    account.currency = entry.currency;
    account.balance_minor += entry.amount_minor;
    account.version = entry.version;
  }
  run.books.accounts.emplace();
  for (auto& [name, account] : accounts) run.books.accounts->push_back(account);
}

// Inside a TEST, `Run` is a member of testing::Test.
using RecordedRun = rehearse::Run;

// What a transaction's answer tells.
struct Posted {
  int64_t seq = 0, version = 0, balance = 0;
};

class Builder {
 public:
  explicit Builder(int arrivals = 1400) : arrivals_to_come_(arrivals) {
    run_.id = "20260131T120000Z-zone-loss-7";
    run_.scenario = "zone-loss";
    run_.title = "The zone of the database's primary dies while players bet";
    run_.tier = "ci";
    run_.stack = "one-region";
    run_.seed = 7;
    run_.zero_wall_ns = 1'769'860'800'000'000'000;
    run_.started_wall_ns = run_.zero_wall_ns - 45'000'000'000;
    run_.finished_wall_ns = run_.zero_wall_ns + 70'000'000'000;
    run_.stack_ready_ms = 21'500;
    run_.scenario_sha256 = std::string(64, 'a');
    run_.versions = {{"postgres", "15.14"}};
    run_.steady_from_ms = -10'000;
    run_.arrivals_end_ms = -10'000 + 50.0 * arrivals;
    run_.drained_ms = 60'400;
    run_.redundancy_restored_ms = 41'000;
    run_.capabilities = {"ledger",  "ledger_chain", "versions", "epochs",
                         "intents", "providers",    "webhooks", "events"};
    run_.targets.rto_ms = {{"bet", 10'000}, {"payout_settled", 20'000}};
    run_.targets.rpo_ms = {{"ledger", 0}, {"events", 0}, {"reporting", 900'000}};
    run_.targets.slo = {{"bet_rejected", "before", 0.05},
                        {"wallet_p95", "before", 250},
                        {"wallet_p95", "after", 500}};
    run_.history.run_key = "k7f3a9c21";
    run_.history.zero_ns = zero_ns;
    run_.residue.emplace();
    run_.roles = {{-9000, "postgres-1", "primary", true},
                  {-9000, "postgres-2", "sync", true},
                  {1200, "postgres-1", "", false},
                  {1900, "postgres-2", "primary", false},
                  {2400, "postgres-3", "sync", false}};
    run_.events = {{0, "engine", "phase", "observe"}, {50, "az", "effective", "az-1 is silent"}};
    FaultRecord fault;
    fault.id = "az";
    fault.fault = "zone_loss";
    fault.target = "az-1 (postgres.primary)";
    fault.planned_ms = 0;
    fault.injected_ms = 2;
    fault.effective_ms = 50;
    fault.healed_ms = 30'000;
    fault.evidence = {{"pings_answered", "0 of 5"}};
    run_.faults.push_back(fault);
    auto& books = run_.books;
    books.ledger_entries.emplace();
    books.intents.emplace();
    books.events.emplace();
    books.provider_transfers.emplace();
    books.webhook_effects.emplace();
    books.provider_events.emplace();
    books.settlement_lines.emplace();  // nothing is settled yet
  }

  Run build() {
    for (uint32_t player = 0; player < players; ++player) {
      const auto name = player_name(player);
      post("open-" + name, "opening", "",
           {{"house:capital:EUR", -1'000'000}, {cash(player), 1'000'000}}, -20'000);
      intent("open-" + name, "opening", player, "", 1'000'000, "ok");
    }
    for (int i = 0; i < arrivals_to_come_; ++i) arrive(i);
    run_.load.scheduled = arrivals_;
    run_.load.lateness_us.assign(static_cast<size_t>(arrivals_), 180);
    rechain(run_);
    recount(run_);
    return std::move(run_);
  }

 private:
  static constexpr uint32_t players = 10;
  static std::string cash(uint32_t player) { return "player:" + player_name(player) + ":cash:EUR"; }
  static std::string held(uint32_t player) { return "player:" + player_name(player) + ":held:EUR"; }

  using Legs = std::vector<std::pair<std::string, int64_t>>;

  Posted post(const std::string& key, const std::string& kind, const std::string& round,
              const Legs& legs, double t_ms) {
    Posted posted;
    const std::string tx = fmt::format("t{}", ++txs_);
    int64_t moved = 0;
    for (const auto& [account, amount] : legs) {
      auto& [balance, version] = accounts_[account];
      balance += amount;
      ++version;
      LedgerEntry entry;
      entry.ledger = "main";
      entry.seq = ++seq_;
      if (posted.seq == 0) posted.seq = seq_;
      entry.tx = tx;
      entry.key = key;
      entry.account = account;
      entry.currency = "EUR";
      entry.amount_minor = amount;
      entry.version = version;
      entry.kind = kind;
      entry.round = round;
      entry.region_term = 1;
      entry.timeline = entry.epoch = t_ms < 100 ? 1 : 2;
      entry.committed_at = "2026-01-31T12:00:00.000Z";
      run_.books.ledger_entries->push_back(entry);
      moved = std::max(moved, std::abs(amount));
      if (account.find(":cash:") != std::string::npos) {
        posted.balance = balance;
        posted.version = version;
      }
    }
    run_.books.events->push_back({"ledger", 0, static_cast<int64_t>(txs_), key, tx, kind, moved,
                                  "EUR", "2026-01-31T12:00:00Z"});
    return posted;
  }

  Operation& operation(OperationKind kind, uint32_t player, int64_t amount, double t_ms) {
    Operation operation;
    operation.id = run_.history.operations.size();
    operation.kind = kind;
    operation.player = player;
    operation.amount_minor = amount;
    operation.intended_ns = at_ns(t_ms);
    run_.history.operations.push_back(operation);
    return run_.history.operations.back();
  }

  void attempt(uint64_t id, uint32_t number, Outcome outcome, double t_ms, double latency_ms,
               int64_t amount = 0, const Posted& posted = {}) {
    Attempt attempt;
    attempt.operation = id;
    attempt.number = number;
    attempt.outcome = outcome;
    attempt.intended_ns = at_ns(t_ms);
    attempt.sent_ns = at_ns(t_ms + 0.2);
    if (outcome == Outcome::ok || outcome == Outcome::rejected) {
      attempt.answered_ns = at_ns(t_ms + latency_ms);
    }
    attempt.amount_minor = amount;
    attempt.balance_minor = posted.balance;
    attempt.version = posted.version;
    attempt.seq = posted.seq;
    if (posted.seq != 0) attempt.epoch = attempt.timeline = t_ms < 100 ? 1 : 2;
    run_.history.attempts.push_back(attempt);
  }

  static bool out(double t_ms) { return t_ms >= 100 && t_ms < 3000; }

  // The answer comes at once, or after an outage by a retry.
  void answer(uint64_t id, Outcome outcome, double t_ms, int64_t amount, const Posted& posted) {
    if (!out(t_ms)) return attempt(id, 1, outcome, t_ms, 5, amount, posted);
    attempt(id, 1, Outcome::unknown, t_ms, 0);
    attempt(id, 2, outcome, t_ms + 3000, 5, amount, posted);
  }

  void intent(const std::string& key, const std::string& operation, uint32_t player,
              const std::string& business_key, int64_t amount, const std::string& state) {
    run_.books.intents->push_back({key, operation, player_name(player), business_key, amount, "EUR",
                                   state, "2026-01-31T12:00:00Z"});
  }

  void arrive(int i) {
    const double t_ms = -10'000 + 50.0 * i;
    const auto player = static_cast<uint32_t>(i / 10) % players;
    ++arrivals_;
    switch (i % 10) {
      case 0:
      case 1:
      case 2:
      case 6:
        return bet(i, player, t_ms);
      case 3:
        return give(OperationKind::win, player, t_ms, 150);
      case 4:
        return i % 100 == 4 ? tombstone(player, t_ms)
                            : give(OperationKind::rollback, player, t_ms, 100);
      case 5:
        return read(player, t_ms);
      case 7:
        return i % 100 == 7 ? reject(player, t_ms) : bet(i, player, t_ms);
      case 8:
        return deposit(player, t_ms);
      default:
        return payout(i, player, t_ms);
    }
  }

  void bet(int i, uint32_t player, double t_ms) {
    const uint64_t id = operation(OperationKind::bet, player, 100, t_ms).id;
    bet_before_ = last_bet_;
    last_bet_ = id;
    const std::string key = key_of(run_.history.run_key, id);
    const bool silent = i == 206 || i == 216;  // never answered: the first is done, the second not
    Posted posted;
    if (i != 216) {
      posted = post(key, "bet", "r1", {{cash(player), -100}, {"house:games:EUR", 100}}, t_ms);
      intent(key, "bet", player, "", 100, "ok");
    }
    if (silent) return attempt(id, 1, Outcome::unknown, t_ms, 0);
    answer(id, Outcome::ok, t_ms, 100, posted);
    // Sent again after its answer: the same answer again, however long ago that was.
    if (i % 100 == 12) attempt(id, 3, Outcome::ok, t_ms + 4000, 5, 100, posted);
  }
  void reject(uint32_t player, double t_ms) {
    const uint64_t id = operation(OperationKind::bet, player, 100'000'000, t_ms).id;
    intent(key_of(run_.history.run_key, id), "bet", player, "", 100'000'000, "rejected");
    answer(id, Outcome::rejected, t_ms, 0, {});
  }
  void give(OperationKind kind, uint32_t player, double t_ms, int64_t amount) {
    Operation& given = operation(kind, player, amount, t_ms);
    given.related = kind == OperationKind::rollback ? bet_before_ : last_bet_;
    const uint64_t id = given.id;
    const std::string key = key_of(run_.history.run_key, id), name(name_of(kind));
    const Posted posted =
        post(key, name, "r1", {{"house:games:EUR", -amount}, {cash(player), amount}}, t_ms);
    intent(key, name, player, "", amount, "ok");
    answer(id, Outcome::ok, t_ms, amount, posted);
  }
  void tombstone(uint32_t player, double t_ms) {
    Operation& early = operation(OperationKind::rollback, player, 100, t_ms);
    const uint64_t id = early.id;
    early.related = id + 3;  // the bet that reject() makes
    intent(key_of(run_.history.run_key, id), "rollback", player, "", 0, "ok");
    answer(id, Outcome::ok, t_ms, 0, {});
  }
  void read(uint32_t player, double t_ms) {
    const uint64_t id = operation(OperationKind::balance, player, 0, t_ms).id;
    const auto [balance, version] = accounts_[cash(player)];
    answer(id, Outcome::ok, t_ms, 0, {0, version, balance});
  }
  void settle(OperationKind kind, uint64_t payment, uint32_t player, int64_t amount, double t_ms) {
    Operation& watched = operation(kind, player, amount, t_ms);
    watched.related = payment;
    const uint64_t id = watched.id;
    attempt(id, 1,
            kind == OperationKind::payout_settled && declined_ ? Outcome::rejected : Outcome::ok,
            t_ms, out(t_ms) ? 3100 : 80, amount);
  }
  void transfer(const std::string& key, const char* direction, int64_t amount, const char* state) {
    const std::string provider = ++transfers_ % 2 == 0 ? "psp-a" : "psp-b";
    run_.books.provider_transfers->push_back({provider, fmt::format("x{}", transfers_), key,
                                              direction, amount, "EUR", state,
                                              "2026-01-31T12:00:00Z"});
  }
  // The event of the transfer before, applied as the transaction before.
  void webhook() {
    const ProviderTransfer& transfer = run_.books.provider_transfers->back();
    run_.books.webhook_effects->push_back(
        {transfer.provider, fmt::format("e{}", transfers_), transfers_ % 10 == 0 ? 2 : 1, 1,
         fmt::format("t{}", txs_), transfer.at, transfer.transfer, transfer.business_key});
    run_.books.provider_events->push_back(
        {transfer.provider, fmt::format("e{}", transfers_), transfer.transfer});
  }
  std::string psp() const { return transfers_ % 2 == 0 ? "psp:psp-a:EUR" : "psp:psp-b:EUR"; }

  void deposit(uint32_t player, double t_ms) {
    const uint64_t id = operation(OperationKind::deposit, player, 2000, t_ms).id;
    const std::string key = key_of(run_.history.run_key, id);
    transfer(key, "in", 2000, "succeeded");
    post(key + ":deposit", "deposit", "", {{psp(), -2000}, {cash(player), 2000}}, t_ms);
    webhook();
    intent(key, "deposit", player, key, 2000, "settled");
    intent(key + ":deposit", "deposit", player, key, 2000, "ok");
    answer(id, Outcome::ok, t_ms, 2000, {});
    declined_ = false;
    settle(OperationKind::deposit_settled, id, player, 2000, t_ms);
  }
  void payout(int i, uint32_t player, double t_ms) {
    const uint64_t id = operation(OperationKind::payout, player, 1500, t_ms).id;
    const std::string key = key_of(run_.history.run_key, id);
    declined_ = i % 50 == 49;
    post(key + ":hold", "hold", "", {{cash(player), -1500}, {held(player), 1500}}, t_ms);
    intent(key + ":hold", "hold", player, key, 1500, "ok");
    transfer(key, "out", 1500, declined_ ? "failed" : "succeeded");
    if (declined_) {
      post(key + ":release", "release", "", {{held(player), -1500}, {cash(player), 1500}}, t_ms);
    } else {
      post(key + ":payout", "payout", "", {{held(player), -1500}, {psp(), 1500}}, t_ms);
    }
    webhook();
    const std::string end = declined_ ? "release" : "payout";
    intent(key + ":" + end, end, player, key, 1500, "ok");
    intent(key, "payout", player, key, 1500, declined_ ? "declined" : "settled");
    answer(id, Outcome::ok, t_ms, 1500, {});
    settle(OperationKind::payout_settled, id, player, 1500, t_ms);
  }

  int arrivals_to_come_;
  Run run_;
  std::map<std::string, std::pair<int64_t, int64_t>> accounts_;  // balance, version
  int64_t seq_ = 0, arrivals_ = 0;
  uint64_t txs_ = 0, transfers_ = 0, last_bet_ = 0, bet_before_ = 0;
  bool declined_ = false;
};

inline Run honest_run() {
  return Builder().build();
}

}  // namespace rehearse::synthetic
