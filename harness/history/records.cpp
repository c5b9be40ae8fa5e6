#include "history/records.hpp"

#include <fmt/format.h>

#include <array>

namespace rehearse {

namespace {

constexpr std::array<std::string_view, operation_kinds> kind_names = {
    "bet", "win", "rollback", "balance", "deposit", "deposit_settled", "payout", "payout_settled"};
constexpr std::array<std::string_view, 5> outcome_names = {"none", "ok", "rejected", "failed",
                                                           "unknown"};
constexpr std::array<std::string_view, currencies> currency_names = {"EUR", "BRL"};

}  // namespace

std::string_view name_of(OperationKind kind) {
  return kind_names.at(static_cast<size_t>(kind));
}

std::optional<OperationKind> operation_kind_of(std::string_view name) {
  for (size_t i = 0; i < kind_names.size(); ++i) {
    if (kind_names[i] == name) return static_cast<OperationKind>(i);
  }
  return std::nullopt;
}

std::string_view name_of(Outcome outcome) {
  return outcome_names.at(static_cast<size_t>(outcome));
}

std::string_view name_of(Currency currency) {
  return currency_names.at(static_cast<size_t>(currency));
}

std::string key_of(std::string_view run_key, uint64_t operation_id) {
  return fmt::format("{}-{:06}", run_key, operation_id);
}

std::string player_name(uint32_t player) {
  return fmt::format("p{:04}", player);
}

}  // namespace rehearse
