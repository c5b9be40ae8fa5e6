// Proves that a decision on credit that a client was told is kept: under its key, in the database
// and in Redis, with the same answer, once; that what a key was answered never changed; that no
// lender lent more than his limits, decision by decision in their order; and that what was approved
// was paid out exactly once, as a loan in the ledger.
// From: client history, credit_log (Redis), credit_decisions (the database), ledger_entries.
// Cannot see: whether the lenders' rules were applied as they are written (unit tests do).
#include <map>
#include <set>
#include <unordered_map>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

using Decisions = std::vector<CreditDecision>;
using ByKey = std::unordered_map<std::string_view, const CreditDecision*>;

std::string decision_text(const CreditDecision& decision) {
  return decision.approved ? fmt::format("approved by {}", decision.lender) : "declined";
}

class CreditBooks {
 public:
  CreditBooks(Examination& examination, const Joined& joined)
      : examination_(examination),
        joined_(joined),
        log_(*joined.run.books.credit_log),
        database_(*joined.run.books.credit_decisions) {}

  void examine() {
    in_log_ = index(log_, "Redis");
    in_database_ = index(database_, "the database");
    compare_books();
    for (const Attempt& attempt : joined_.run.history.attempts) examine_answer(attempt);
    examine_limits();
    examine_loans();
    if (open_ > 0)
      examination_.cannot_say(fmt::format("{} not copied or not paid out when the drain ran out",
                                          counted(open_, "decision")));
  }
  int64_t answers() const { return answers_; }

 private:
  ByKey index(const Decisions& decisions, std::string_view book) {
    ByKey found;
    for (const CreditDecision& decision : decisions) {
      examination_.examined();
      const auto [first, is_new] = found.emplace(decision.key, &decision);
      if (is_new) continue;
      examination_.violation("{}: decided twice in {}: {} (seq {}) and {} (seq {})", decision.key,
                             book, decision_text(*first->second), first->second->seq,
                             decision_text(decision), decision.seq);
    }
    return found;
  }

  // What may still have been on its way when the drain ran out is no violation.
  template <typename... Args>
  void missing(fmt::format_string<Args...> text, Args&&... args) {
    if (joined_.run.drained_ms) {
      examination_.violation(text, std::forward<Args>(args)...);
    } else {
      ++open_;
    }
  }

  static bool same(const CreditDecision& a, const CreditDecision& b) {
    return a.seq == b.seq && a.player == b.player && a.amount_minor == b.amount_minor &&
           a.currency == b.currency && a.approved == b.approved && a.lender == b.lender;
  }

  static std::string limits_text(const CreditDecision& decision) {
    return fmt::format("{} and {}", money(decision.player_max_minor, decision.currency),
                       money(decision.exposure_max_minor, decision.currency));
  }

  void compare_books() {
    for (const auto& [key, decision] : in_log_) {
      const auto copy = in_database_.find(key);
      if (copy == in_database_.end()) {
        missing("{}: {} in Redis (seq {}), not in the database", key, decision_text(*decision),
                decision->seq);
      } else if (!same(*decision, *copy->second)) {
        examination_.violation("{}: {} in Redis (seq {}), {} in the database (seq {})", key,
                               decision_text(*decision), decision->seq,
                               decision_text(*copy->second), copy->second->seq);
      } else if (limits_text(*decision) != limits_text(*copy->second)) {
        examination_.violation("{}: limits {} in Redis, {} in the database", key,
                               limits_text(*decision), limits_text(*copy->second));
      }
    }
    for (const auto& [key, decision] : in_database_)
      if (!in_log_.contains(key))
        examination_.violation("{}: {} in the database (seq {}), Redis does not know it", key,
                               decision_text(*decision), decision->seq);
  }

  // Each answer of its own: a retry must have heard the same as the first.
  void examine_answer(const Attempt& attempt) {
    const Operation& operation = joined_.run.history.operations[attempt.operation];
    if (operation.kind != OperationKind::credit || attempt.outcome != Outcome::ok) return;
    examination_.examined();
    ++answers_;
    const std::string key = key_of(joined_.run.history.run_key, operation.id);
    const bool approved = attempt.amount_minor > 0;
    const std::string heard = approved ? fmt::format("approved by {}", attempt.reason) : "declined";
    const auto found = in_database_.find(key);
    if (found == in_database_.end()) {
      const bool coming = in_log_.contains(key) && !joined_.run.drained_ms;
      if (!coming)
        examination_.violation("{}: {} was told {}, the database does not know it", key,
                               player_name(operation.player), heard);
      return;
    }
    const CreditDecision& kept = *found->second;
    const bool lender_differs =
        approved && attempt.reason[0] != '\0' && kept.lender != std::string_view(attempt.reason);
    if (approved != (kept.approved != 0) || lender_differs)
      examination_.violation("{}: {} was told {}, it is kept as {}", key,
                             player_name(operation.player), heard, decision_text(kept));
    if (kept.player != player_name(operation.player) ||
        kept.currency != name_of(operation.currency) || kept.amount_minor != operation.amount_minor)
      examination_.violation("{}: {} asked for {}, it is kept as {} of {}", key,
                             player_name(operation.player),
                             money(operation.amount_minor, name_of(operation.currency)),
                             money(kept.amount_minor, kept.currency), kept.player);
  }

  void examine_limits() {
    std::vector<const CreditDecision*> order;
    for (const auto& [key, decision] : in_database_) order.push_back(decision);
    std::ranges::sort(order, {}, &CreditDecision::seq);
    std::set<std::string_view> repaid;
    if (joined_.run.books.intents) {
      for (const Intent& intent : *joined_.run.books.intents)
        if (intent.operation == "repayment" && intent.state == "ok")
          repaid.insert(intent.business_key);
    }
    std::map<std::string, Int128> lent;  // by lender and currency, and by player as well
    const auto add = [&](const CreditDecision& d, const std::string& to, std::string_view whose,
                         int64_t most_minor) {
      Int128& sum = lent[fmt::format("{} {} {}", d.lender, d.currency, to)];
      sum += d.amount_minor;
      if (sum > most_minor)
        examination_.violation("{} (seq {}): {} then lends {} {}, his limit is {}", d.key, d.seq,
                               d.lender, whose, money(sum, d.currency),
                               money(most_minor, d.currency));
    };
    // A lender's limits are his, not the decision's: the same for all that he decides.
    std::map<std::pair<std::string_view, std::string_view>, const CreditDecision*> first;
    for (const CreditDecision* decision : order) {
      if (!decision->approved) continue;
      const CreditDecision& other =
          *first.try_emplace({decision->lender, decision->currency}, decision).first->second;
      if (limits_text(*decision) != limits_text(other))
        examination_.violation("{} (seq {}): by limits of {}, {} was by {}", decision->key,
                               decision->seq, limits_text(*decision), other.key,
                               limits_text(other));
      // Never lent, or paid back: its share of the limits is free again.
      if (decision->state == "refused" || repaid.contains(decision->key)) continue;
      add(*decision, decision->player, decision->player, decision->player_max_minor);
      add(*decision, "", "all players", decision->exposure_max_minor);
    }
  }

  void examine_loans() {
    std::unordered_map<std::string_view, std::vector<const Transaction*>> loans;
    for (const LedgerEntry* entry : joined_.ledger.entries())
      if (entry->account.starts_with("lender:"))
        lender_of_[business_key_of(entry->key)] = entry->account;
    for (const Transaction& transaction : joined_.ledger.transactions())
      if (transaction.kind == "loan")
        loans[business_key_of(transaction.key)].push_back(&transaction);
    for (const auto& [key, decision] : in_database_) {
      const auto found = loans.find(key);
      const size_t paid = found == loans.end() ? 0 : found->second.size();
      examine_loan(*decision, paid == 0 ? nullptr : found->second.front(), paid);
    }
    for (const auto& [key, transactions] : loans)
      if (!in_database_.contains(key))
        examination_.violation("{}: tx {} is a loan that nobody decided", key,
                               transactions.front()->tx);
  }

  void examine_loan(const CreditDecision& decision, const Transaction* loan, size_t paid) {
    const bool due = decision.state == "disbursed";
    if (decision.state == "approved") {  // the ledger may have it, and the row not say so yet
      missing("{}: {} and never paid out", decision.key, decision_text(decision));
      if (paid <= 1) return;
    }
    if (paid > 1 || (due && paid == 0) || (!due && paid > 0))
      examination_.violation("{}: {}, {}, and {} in the ledger", decision.key,
                             decision_text(decision), decision.state,
                             counted(static_cast<int64_t>(paid), "loan"));
    if (loan == nullptr) return;
    const std::string lender = fmt::format("lender:{}:{}", decision.lender, decision.currency);
    if (loan->cash_minor == decision.amount_minor && loan->currency == decision.currency &&
        loan->player == decision.player && lender_of_[decision.key] == lender)
      return;
    examination_.violation(
        "{}: {} for {} of {}, the ledger gave {} to {} from {} (tx {})", decision.key,
        decision_text(decision), decision.player, money(decision.amount_minor, decision.currency),
        money(loan->cash_minor, loan->currency), loan->player, lender_of_[decision.key], loan->tx);
  }

  Examination& examination_;
  const Joined& joined_;
  const Decisions& log_;
  const Decisions& database_;
  ByKey in_log_, in_database_;
  std::unordered_map<std::string_view, std::string_view> lender_of_;  // account, by decision
  int64_t open_ = 0, answers_ = 0;
};

}  // namespace

Finding examine_credit_kept(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.ledger_entries || !books.credit_log || !books.credit_decisions)
    return without_books("credit_kept", "ledger_entries, credit_log or credit_decisions");
  Examination examination("credit_kept");
  CreditBooks credit(examination, joined);
  credit.examine();
  const std::string counts =
      fmt::format("{} answers, {} decisions", credit.answers(), books.credit_decisions->size());
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{}: kept as told, within limits, paid out once", counts)
          : fmt::format("{}: {}", counts, counted(examination.violations(), "violation"));
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
