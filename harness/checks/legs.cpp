#include "checks/legs.hpp"

#include "checks/view.hpp"

namespace rehearse {
namespace {

struct Leg {
  std::string_view kind;
  std::string_view account;  // without player, provider, pool, lender and currency
  int sign = 0;              // 0 = either way
};

// fixtures/casino/README.md, "Money", says what each kind is for.
constexpr Leg legs[] = {
    {"opening", "house:capital", -1},
    {"opening", "player:cash", 1},
    {"opening", "jackpot", 1},
    {"bet", "player:cash", -1},
    {"bet", "player:bonus", -1},
    {"bet", "house:games", 1},
    {"bet", "jackpot", 1},
    {"win", "house:games", -1},
    {"win", "player:cash", 1},
    {"win", "player:bonus", 1},
    {"win", "house:bonus", 1},  // of a bonus that has expired since
    {"rollback", "house:games", -1},
    {"rollback", "jackpot", -1},
    {"rollback", "player:cash", 1},
    {"rollback", "player:bonus", 1},
    {"rollback", "house:bonus", 1},  // of a bonus that has expired since
    {"round_void", "house:games", -1},
    {"round_void", "jackpot", -1},
    {"round_void", "player:cash", 1},
    {"round_void", "player:bonus", 1},
    {"round_void", "house:bonus", 1},  // of a bonus that has expired since
    {"jackpot_win", "jackpot", -1},
    {"jackpot_win", "player:cash", 1},
    {"bonus_win", "house:bonus", -1},
    {"bonus_win", "player:bonus", 1},
    {"bonus_grant", "house:bonus", -1},
    {"bonus_grant", "player:bonus", 1},
    {"bonus_release", "player:bonus", -1},
    {"bonus_release", "player:cash", 1},
    {"bonus_expiry", "player:bonus", -1},
    {"bonus_expiry", "house:bonus", 1},
    {"deposit", "house:fees", -1},
    {"deposit", "psp", 0},  // a fee may be above what came in
    {"deposit", "player:cash", 1},
    {"refund", "player:cash", -1},
    {"refund", "psp", 1},
    {"chargeback", "player:cash", -1},
    {"chargeback", "house:chargebacks", -1},
    {"chargeback", "psp", 1},
    {"hold", "player:cash", -1},
    {"hold", "player:held", 1},
    {"release", "player:held", -1},
    {"release", "player:cash", 1},
    {"release", "house:fees", -1},  // of a network that reverted the payout
    {"release", "psp", 1},
    {"payout", "player:held", -1},
    {"payout", "house:fees", -1},
    {"payout", "psp", 1},
    {"loan", "lender", -1},
    {"loan", "player:cash", 1},
    {"repayment", "player:cash", -1},
    {"repayment", "lender", 1},
    {"conversion", "player:cash", 0},
    {"conversion", "house:fx", 0},
    {"conversion", "house:rounding", 1},
};

bool is_on(std::string_view account, std::string_view pattern) {
  constexpr std::string_view of_player = "player:";
  if (pattern.starts_with(of_player))
    return is_player_bucket(account, pattern.substr(of_player.size()));
  return account.starts_with(pattern) && account.substr(pattern.size()).starts_with(':');
}

}  // namespace

bool is_leg_of(std::string_view kind, std::string_view account, int64_t amount_minor) {
  bool known = false;
  for (const Leg& leg : legs) {
    if (leg.kind != kind) continue;
    known = true;
    const bool same_way =
        leg.sign == 0 || amount_minor == 0 || (amount_minor > 0) == (leg.sign > 0);
    if (same_way && is_on(account, leg.account)) return true;
  }
  return !known;
}

std::string_view currency_of_account(std::string_view account) {
  return account.substr(account.rfind(':') + 1);
}

}  // namespace rehearse
