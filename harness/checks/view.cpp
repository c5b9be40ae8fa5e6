// Joins by sorting and hashing once; everything here is linear or n log n.
#include "checks/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
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

bool is_promise(const Operation& operation) {
  if (operation.kind == OperationKind::lifeline) return operation.amount_minor != 0;
  return traits_of(operation.kind).book != Book::none;
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

std::string_view player_of(std::string_view account) {
  if (!account.starts_with("player:")) return {};
  account.remove_prefix(7);
  return account.substr(0, account.find(':'));
}

WriterEpoch told_epoch(const Attempt& attempt) {
  return {attempt.region_term, attempt.timeline, attempt.epoch};
}

std::optional<WriterEpoch> writer_epoch_of(const LedgerEntry& entry) {
  if (!entry.epoch) return std::nullopt;
  return WriterEpoch{entry.region_term.value_or(0), entry.timeline.value_or(0), *entry.epoch};
}

Int128 playable_minor(const Transaction& transaction) {
  return transaction.cash_minor + transaction.bonus_minor;
}

Int128 moved_minor(const Transaction& transaction) {
  // Of a chargeback the player may have paid only a part; of a released bonus both buckets are his.
  for (const Int128 minor : {transaction.provider_minor, playable_minor(transaction),
                             transaction.cash_minor, transaction.held_minor}) {
    if (minor != 0) return magnitude(minor);
  }
  return magnitude(transaction.jackpot_minor);
}

LedgerView::LedgerView(const Run& run) {
  if (!run.books.ledger_entries) return;
  add_all(*run.books.ledger_entries);
  const auto by_place = [](const LedgerEntry* entry) {
    return std::tuple<std::string_view, int64_t>(entry->ledger, entry->seq);
  };
  if (!std::ranges::is_sorted(entries_, {}, by_place)) {
    std::ranges::stable_sort(entries_, {}, by_place);
  }
  index_keys(run.history);
}

void LedgerView::add_all(const std::vector<LedgerEntry>& table) {
  first_entry_ = table.data();
  transaction_of_.reserve(table.size());
  entries_.reserve(table.size());
  transactions_.reserve(table.size() / 2 + 1);
  by_tx_.reserve(table.size() / 2 + 1);
  uint32_t current = 0;
  for (const LedgerEntry& entry : table) {
    entries_.push_back(&entry);
    if (transactions_.empty() || transactions_[current].tx != entry.tx) {
      const auto next = static_cast<uint32_t>(transactions_.size());
      const auto [found, added] = by_tx_.try_emplace(entry.tx, next);
      current = found->second;
      if (added) transactions_.emplace_back();
    }
    transaction_of_.push_back(current);
    add(entry, transactions_[current]);
  }
}

// By counting, since operations are numbered: a million of them are joined without comparing.
void LedgerView::index_keys(const History& history) {
  std::vector<Booked> found;
  found.reserve(transactions_.size());
  const uint64_t others = history.operations.size();  // operations that nobody began share a place
  booked_from_.assign(others + 2, 0);
  for (const Transaction& transaction : transactions_) {
    const auto ref = parse_key(history.run_key, transaction.key);
    if (!ref) continue;
    found.push_back({ref->operation, ref->step, &transaction});
    ++booked_from_[std::min(ref->operation, others) + 1];
  }
  std::partial_sum(booked_from_.begin(), booked_from_.end(), booked_from_.begin());
  booked_.resize(found.size());
  std::vector<uint32_t> next(booked_from_.begin(), booked_from_.end() - 1);
  for (const Booked& booked : found) {
    booked_[next[std::min(booked.operation, others)]++] = booked;
  }
  for (size_t i = 0; i + 1 < booked_from_.size(); ++i) {
    if (booked_from_[i + 1] - booked_from_[i] < 2) continue;
    std::stable_sort(booked_.begin() + booked_from_[i], booked_.begin() + booked_from_[i + 1],
                     [](const Booked& a, const Booked& b) {
                       return std::tuple(a.operation, a.step, a.transaction->seq) <
                              std::tuple(b.operation, b.step, b.transaction->seq);
                     });
  }
}

size_t LedgerView::index_of(const Transaction& transaction) const {
  return static_cast<size_t>(&transaction - transactions_.data());
}
size_t LedgerView::index_of(const LedgerEntry& entry) const {
  return transaction_of_[static_cast<size_t>(&entry - first_entry_)];
}

void LedgerView::add(const LedgerEntry& entry, Transaction& transaction) {
  const bool first = transaction.tx.empty();
  if (first) {
    transaction.tx = entry.tx;
    transaction.key = entry.key;
    transaction.kind = entry.kind;
    transaction.currency = entry.currency;
  }
  if (first || entry.seq < transaction.seq) {
    transaction.seq = entry.seq;
    transaction.epoch = writer_epoch_of(entry);
  }
  if (const std::string_view player = player_of(entry.account); !player.empty()) {
    if (transaction.player.empty()) transaction.player = player;
    transaction.several_players |= transaction.player != player;
  }
  if (entry.currency != transaction.currency) {
    if (!is_player_bucket(entry.account, "cash")) return;
    transaction.other_currency = entry.currency;
    transaction.other_cash_minor += entry.amount_minor;
  } else if (is_player_bucket(entry.account, "cash")) {
    transaction.cash_minor += entry.amount_minor;
  } else if (is_player_bucket(entry.account, "bonus")) {
    transaction.bonus_minor += entry.amount_minor;
  } else if (is_player_bucket(entry.account, "held")) {
    transaction.held_minor += entry.amount_minor;
  } else if (entry.account.starts_with("psp:")) {
    const auto account = std::string_view(entry.account).substr(4);
    transaction.provider = account.substr(0, account.find(':'));
    transaction.provider_minor += entry.amount_minor;
  } else if (entry.account.starts_with("house:fees:")) {
    transaction.provider_minor += entry.amount_minor;  // the psp's account has it with the fee
    transaction.fees_minor += entry.amount_minor;
  } else if (entry.account.starts_with("jackpot:")) {
    transaction.jackpot_minor += entry.amount_minor;
  }
}

const Transaction* LedgerView::find(uint64_t operation, std::string_view step) const {
  for (const Booked& booked : this->booked(operation)) {
    if (booked.step == step) return booked.transaction;
  }
  return nullptr;
}

std::span<const Booked> LedgerView::booked(uint64_t operation) const {
  if (operation + 2 >= booked_from_.size()) return {};
  const uint32_t from = booked_from_[operation], to = booked_from_[operation + 1];
  return std::span(booked_).subspan(from, to - from);
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
    if (!ref || ref->operation >= result.size()) continue;
    const KindTraits& traits = traits_of(run.history.operations[ref->operation].kind);
    const std::string_view own_step = traits.of_related ? std::string_view() : traits.step;
    if (ref->step == own_step) result[ref->operation] = &intent;
  }
  return result;
}

bool is_payment(const Intent& intent) {
  const bool kind = intent.operation == "deposit" || intent.operation == "payout";
  return kind && intent.key.find(':') == std::string::npos;
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
