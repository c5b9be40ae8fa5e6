// Which entries make up what a casino earns.
//
// Gross gaming revenue (GGR) is stakes less winnings, as the Gambling Commission defines gross
// gambling yield (Regulatory returns guidance; Gambling Act 2005, 'proceeds of gambling'): stakes
// net of those given back, winnings of every kind, whoever funds them. Net gaming revenue (NGR) is
// GGR less bonuses granted (less those that expired), what jackpot pools grew by, the providers'
// fees and charged back deposits that the house bears: what affiliates and game suppliers are paid
// by.
#pragma once

#include <string_view>

namespace rehearse {

// A bet, or one given back: rolled back, or with its round.
inline bool is_stake(std::string_view kind) {
  return kind == "bet" || kind == "rollback" || kind == "round_void";
}
inline bool is_winning(std::string_view kind) {
  return kind == "win" || kind == "bonus_win" || kind == "jackpot_win";
}
inline bool is_gaming(std::string_view kind) {
  return is_stake(kind) || is_winning(kind);
}

// What NGR deducts, by the account that it is on.
enum class Deduction { none, bonus, jackpot, fee, chargeback };
inline Deduction deduction_on(std::string_view account) {
  if (account.starts_with("house:bonus:")) return Deduction::bonus;
  if (account.starts_with("jackpot:")) return Deduction::jackpot;
  if (account.starts_with("house:fees:")) return Deduction::fee;
  if (account.starts_with("house:chargebacks:")) return Deduction::chargeback;
  return Deduction::none;
}

}  // namespace rehearse
