// Joins by sorting and hashing once; everything here is linear or n log n.
#include "checks/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace rehearse {

std::vector<Ended> ended_operations(const History& history) {
  // The stronger word wins; of equals the first, but the last of those without an answer.
  const auto strength = [](Outcome outcome) {
    switch (outcome) {
      case Outcome::ok:
        return 4;
      case Outcome::rejected:
        return 3;
      case Outcome::unknown:
        return 2;
      case Outcome::failed:
        return 1;
      case Outcome::none:
        return 0;
    }
    return 0;
  };
  std::vector<Ended> ended(history.operations.size());
  for (const Attempt& attempt : history.attempts) {
    if (attempt.operation >= ended.size()) continue;
    Ended& operation = ended[attempt.operation];
    Outcome outcome = attempt.outcome;
    if (outcome == Outcome::none && attempt.sent_ns != 0) outcome = Outcome::unknown;
    const bool stronger = strength(outcome) > strength(operation.outcome);
    const bool answered = strength(operation.outcome) >= 3;
    if (operation.first == nullptr) operation.first = &attempt;
    if (stronger) operation.outcome = outcome;
    if (stronger || !answered) operation.answer = &attempt;
  }
  return ended;
}

bool is_game(OperationKind kind) {
  return kind == OperationKind::bet || kind == OperationKind::win ||
         kind == OperationKind::rollback;
}
bool is_payment(OperationKind kind) {
  return kind == OperationKind::deposit || kind == OperationKind::payout;
}
bool is_settlement(OperationKind kind) {
  return kind == OperationKind::deposit_settled || kind == OperationKind::payout_settled;
}
bool is_mutation(OperationKind kind) {
  return is_game(kind) || is_payment(kind);
}

double run_ms(const History& history, int64_t monotonic_ns) {
  return static_cast<double>(monotonic_ns - history.zero_ns) / static_cast<double>(ns_per_ms);
}

bool in_steady_phase(const Run& run, const Attempt& attempt) {
  constexpr double longest_wait_ms = 5'000;
  const double intended_ms = run_ms(run.history, attempt.intended_ns);
  if (intended_ms < run.steady_from_ms || intended_ms >= 0) return false;
  if (attempt.answered_ns != 0) return attempt.answered_ns < run.history.zero_ns;
  return intended_ms + longest_wait_ms < 0;
}

std::optional<KeyRef> parse_key(std::string_view run_key, std::string_view key) {
  if (!key.starts_with(run_key)) return std::nullopt;
  key.remove_prefix(run_key.size());
  if (key.empty() || key.front() != '-') return std::nullopt;
  key.remove_prefix(1);
  KeyRef ref;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), ref.operation);
  const auto digits = static_cast<size_t>(end - key.data());
  // Only the form that key_of() writes: six digits, more only where they are needed.
  if (error != std::errc{} || digits < 6 || (digits > 6 && key.front() == '0')) return std::nullopt;
  key.remove_prefix(digits);
  if (key.empty()) return ref;
  if (key.front() != ':' || key.size() == 1) return std::nullopt;
  ref.step = key.substr(1);
  return ref;
}

std::string_view business_key_of(std::string_view key) {
  return key.substr(0, key.find(':'));
}

bool is_player_bucket(std::string_view account, std::string_view bucket) {
  if (!account.starts_with("player:")) return false;
  const size_t colon = account.find(':', 7);
  if (colon == std::string_view::npos) return false;
  account.remove_prefix(colon + 1);
  return account.starts_with(bucket) && account.substr(bucket.size()).starts_with(':');
}

LedgerView::LedgerView(const Run& run) {
  if (!run.books.ledger_entries) return;
  const auto& entries = *run.books.ledger_entries;
  transactions_.reserve(entries.size() / 2 + 1);
  by_tx_.reserve(entries.size() / 2 + 1);
  uint32_t current = 0;
  for (const LedgerEntry& entry : entries) {
    if (transactions_.empty() || transactions_[current].tx != entry.tx) {
      const auto next = static_cast<uint32_t>(transactions_.size());
      const auto [found, added] = by_tx_.try_emplace(entry.tx, next);
      current = found->second;
      if (added) {
        Transaction transaction;
        transaction.tx = entry.tx;
        transaction.key = entry.key;
        transaction.kind = entry.kind;
        transaction.currency = entry.currency;
        transaction.seq = entry.seq;
        transactions_.push_back(transaction);
      }
    }
    Transaction& transaction = transactions_[current];
    transaction.seq = std::min(transaction.seq, entry.seq);
    if (is_player_bucket(entry.account, "cash")) {
      transaction.cash_minor += entry.amount_minor;
    } else if (is_player_bucket(entry.account, "held")) {
      transaction.held_minor += entry.amount_minor;
    } else if (entry.account.starts_with("psp:")) {
      const auto account = std::string_view(entry.account).substr(4);
      transaction.provider = account.substr(0, account.find(':'));
      transaction.provider_minor += entry.amount_minor;
    }
  }
  by_key_.reserve(transactions_.size());
  for (uint32_t i = 0; i < transactions_.size(); ++i) {
    const auto ref = parse_key(run.history.run_key, transactions_[i].key);
    if (ref) by_key_.push_back({ref->operation, ref->step, i});
  }
  std::ranges::sort(by_key_, {}, [](const Keyed& keyed) {
    return std::tuple(keyed.operation, keyed.step, keyed.transaction);
  });
}

const Transaction* LedgerView::find(uint64_t operation, std::string_view step) const {
  const auto found = std::ranges::lower_bound(
      by_key_, std::tuple(operation, step), {},
      [](const Keyed& keyed) { return std::tuple(keyed.operation, keyed.step); });
  if (found == by_key_.end() || found->operation != operation || found->step != step)
    return nullptr;
  return &transactions_[found->transaction];
}

const Transaction* LedgerView::find_tx(std::string_view tx) const {
  const auto found = by_tx_.find(tx);
  return found == by_tx_.end() ? nullptr : &transactions_[found->second];
}

std::vector<const Intent*> intents_by_operation(const Run& run) {
  std::vector<const Intent*> result(run.history.operations.size(), nullptr);
  if (!run.books.intents) return result;
  for (const Intent& intent : *run.books.intents) {
    const auto ref = parse_key(run.history.run_key, intent.key);
    if (ref && ref->step.empty() && ref->operation < result.size()) {
      result[ref->operation] = &intent;
    }
  }
  return result;
}

bool is_terminal(const Intent& payment) {
  return payment.state == "settled" || payment.state == "declined";
}

std::string money(Int128 minor, std::string_view currency) {
  const auto exponent = currency_exponent(currency);
  if (!exponent) return fmt::format("{} minor {}", to_string(minor), currency);
  return fmt::format("{} {}", format_minor(minor, *exponent), currency);
}

Int128 magnitude(Int128 value) {
  return value < 0 ? -value : value;
}

}  // namespace rehearse
