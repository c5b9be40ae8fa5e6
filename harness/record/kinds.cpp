#include "record/kinds.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace rehearse {

namespace {

using enum OperationKind;

constexpr std::array<KindTraits, operation_kinds> table = {{
    {.kind = bet,
     .name = "bet",
     .is_posting = true,
     .by_wallet = true,
     .book = Book::ledger,
     .revenue_sign = 1},
    {.kind = win,
     .name = "win",
     .is_posting = true,
     .by_wallet = true,
     .book = Book::ledger,
     .revenue_sign = -1},
    {.kind = rollback,
     .name = "rollback",
     .is_posting = true,
     .by_wallet = true,
     .book = Book::ledger,
     .revenue_sign = -1},
    {.kind = balance, .name = "balance", .is_read = true, .by_wallet = true},
    {.kind = deposit, .name = "deposit", .is_payment = true, .book = Book::intents},
    {.kind = deposit_settled,
     .name = "deposit_settled",
     .settles = deposit,
     .of_related = true,
     .book = Book::ledger,
     .step = "deposit"},
    {.kind = payout, .name = "payout", .is_payment = true, .book = Book::intents},
    {.kind = payout_settled,
     .name = "payout_settled",
     .settles = payout,
     .of_related = true,
     .book = Book::ledger,
     .step = "payout"},
    {.kind = spin, .name = "spin", .book = Book::ledger, .step = "bet", .revenue_sign = 1},
    {.kind = spin_settled,
     .name = "spin_settled",
     .settles = spin,
     .of_related = true,
     .book = Book::round,
     .revenue_sign = -1},
    {.kind = cancel, .name = "cancel", .of_related = true, .book = Book::ledger, .step = "release"},
    {.kind = convert,
     .name = "convert",
     .is_posting = true,
     .by_wallet = true,
     .book = Book::ledger},
    {.kind = credit, .name = "credit"},  // what was decided: credit_kept
    {.kind = session, .name = "session"},
    {.kind = bonus_claim, .name = "bonus_claim", .book = Book::ledger, .step = "grant"},
    // Of a withdrawal: as a payout; a look promises nothing and asks for no money.
    {.kind = lifeline, .name = "lifeline", .book = Book::intents, .intent = "payout"},
    {.kind = stream, .name = "stream", .is_read = true},
    {.kind = report, .name = "report", .is_read = true},
    {.kind = contact, .name = "contact"},
    {.kind = table_bet,
     .name = "table_bet",
     .is_posting = true,
     .book = Book::ledger,
     .revenue_sign = 1},
}};

constexpr bool in_order() {
  for (size_t i = 0; i < table.size(); ++i) {
    if (static_cast<size_t>(table.at(i).kind) != i || table.at(i).name.empty()) return false;
  }
  return true;
}
static_assert(in_order());

// A family of rules in fixtures/casino/README.md, "Keys".
constexpr KindStep steps[] = {
    {.kind = bet, .step = "", .entry = "bet", .playable_sign = -1},
    {.kind = table_bet, .step = "", .entry = "bet", .playable_sign = -1},
    {.kind = win, .step = "", .entry = "win", .playable_sign = 1},
    {.kind = rollback, .step = "", .entry = "rollback", .playable_sign = 1},
    {.kind = deposit, .step = "deposit", .entry = "deposit", .playable_sign = 1},
    {.kind = deposit, .step = "refund", .entry = "refund", .playable_sign = -1},
    {.kind = deposit, .step = "chargeback", .entry = "chargeback", .playable_sign = -1},
    // What it earns by itself; of older runs, "bonus".
    {.kind = deposit, .step = "earned", .entry = "bonus_grant", .playable_sign = 1},
    {.kind = deposit, .step = "bonus", .entry = "bonus_grant", .playable_sign = 1},
    {.kind = payout, .step = "hold", .entry = "hold", .playable_sign = -1, .held_sign = 1},
    {.kind = payout, .step = "payout", .entry = "payout", .held_sign = -1},
    {.kind = payout, .step = "release", .entry = "release", .playable_sign = 1, .held_sign = -1},
    {.kind = lifeline, .step = "hold", .entry = "hold", .playable_sign = -1, .held_sign = 1},
    {.kind = lifeline, .step = "payout", .entry = "payout", .held_sign = -1},
    {.kind = lifeline, .step = "release", .entry = "release", .playable_sign = 1, .held_sign = -1},
    {.kind = spin, .step = "bet", .entry = "bet", .playable_sign = -1},
    {.kind = spin,
     .step = "win",
     .entry = "win",
     .playable_sign = 1,
     .repeated = true,
     .bounded = false,
     .of_result = true},
    {.kind = spin, .step = "rollback", .entry = "rollback", .playable_sign = 1, .of_result = true},
    {.kind = spin, .step = "void", .entry = "round_void", .playable_sign = 1, .of_result = true},
    // Won too, though out of other pockets than the games': campaigns, and jackpot pools.
    {.kind = spin,
     .step = "bonus",
     .entry = "bonus_win",
     .playable_sign = 1,
     .bounded = false,
     .of_result = true},
    {.kind = spin,
     .step = "jackpot",
     .entry = "jackpot_win",
     .playable_sign = 1,
     .bounded = false,
     .of_result = true},
    {.kind = convert, .step = "", .entry = "conversion", .playable_sign = -1},
    // How much is the campaign's to say.
    {.kind = bonus_claim,
     .step = "grant",
     .entry = "bonus_grant",
     .playable_sign = 1,
     .bounded = false},
    {.kind = credit, .step = "loan", .entry = "loan", .playable_sign = 1, .bounded = false},
    {.kind = credit,
     .step = "repayment",
     .entry = "repayment",
     .playable_sign = -1,
     .bounded = false},
};

// "win12" → "win"; what has no number stays as it is.
std::string_view without_number(std::string_view step) {
  const size_t last = step.find_last_not_of("0123456789");
  return last == std::string_view::npos ? step : step.substr(0, last + 1);
}

// What a wallet does by itself once a bonus was played through, after whatever completed it: the
// bonus becomes cash. Any kind's, under its step's key with this after it.
constexpr std::string_view release_of_bonus = "bonus_release";
constexpr KindStep bonus_release = {.step = release_of_bonus, .entry = release_of_bonus};

bool is_release_of_bonus(std::string_view step, std::string_view entry) {
  if (entry != release_of_bonus || !step.ends_with(release_of_bonus)) return false;
  step.remove_suffix(release_of_bonus.size());
  return step.empty() || step.ends_with(':');
}

bool is_step(const KindStep& rule, OperationKind kind, std::string_view step) {
  return rule.kind == kind && rule.step == (rule.repeated ? without_number(step) : step);
}

}  // namespace

const KindTraits& traits_of(OperationKind kind) {
  return table.at(static_cast<size_t>(kind));
}

std::string_view name_of(OperationKind kind) {
  return traits_of(kind).name;
}

std::optional<OperationKind> operation_kind_of(std::string_view name) {
  const auto found = std::ranges::find(table, name, &KindTraits::name);
  if (found == table.end()) return std::nullopt;
  return found->kind;
}

std::span<const OperationKind> kinds_of_subject(std::string_view subject) {
  static const std::vector<OperationKind> of_wallet = [] {
    std::vector<OperationKind> kinds;
    for (const KindTraits& traits : table) {
      if (traits.by_wallet) kinds.push_back(traits.kind);
    }
    return kinds;
  }();
  if (subject == "wallet") return of_wallet;
  const auto found = std::ranges::find(table, subject, &KindTraits::name);
  if (found == table.end()) return {};
  return {&found->kind, 1};
}

std::optional<OperationKind> watch_of(OperationKind kind) {
  for (const KindTraits& traits : table) {
    if (traits.settles == kind) return traits.kind;
  }
  return std::nullopt;
}

std::span<const KindStep> kind_steps() {
  return steps;
}

const KindStep* step_of(OperationKind kind, std::string_view step, std::string_view entry) {
  if (is_release_of_bonus(step, entry)) return &bonus_release;
  for (const KindStep& rule : steps) {
    if (is_step(rule, kind, step) && rule.entry == entry) return &rule;
  }
  return nullptr;
}

const KindStep* step_of(OperationKind kind, std::string_view step) {
  for (const KindStep& rule : steps) {
    if (is_step(rule, kind, step)) return &rule;
  }
  return nullptr;
}

}  // namespace rehearse
