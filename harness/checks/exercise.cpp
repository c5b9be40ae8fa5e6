#include "checks/exercise.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace rehearse {
namespace {

struct Needed {
  std::string_view check;
  std::vector<OperationKind> any_of;
};

std::vector<OperationKind> promising() {
  std::vector<OperationKind> kinds;
  for (int i = 0; i < operation_kinds; ++i) {
    const auto kind = static_cast<OperationKind>(i);
    if (traits_of(kind).book != Book::none) kinds.push_back(kind);
  }
  return kinds;
}

// A check that is not here finds something in the books of any load: openings, schedules, answers.
const std::vector<Needed>& needed_by_check() {
  using enum OperationKind;
  static const std::vector<Needed> all = {
      {"no_lost_writes", promising()},
      {"no_duplicate_payouts", {payout, lifeline}},
      {"webhook_once", {deposit, payout, lifeline}},
      {"providers_reconciled", {deposit, payout, lifeline}},
      {"retries_bounded", {deposit, payout, lifeline}},
      {"nothing_unscreened", {deposit, payout, lifeline}},
      {"rounds_settled", {spin}},
      {"credit_kept", {credit}},
  };
  return all;
}

}  // namespace

std::optional<PlayedKinds> kinds_played_in(const Run& run) {
  if (!run.kinds_planned) return std::nullopt;
  PlayedKinds kinds;
  for (const std::string& name : *run.kinds_planned)
    if (const auto kind = operation_kind_of(name)) kinds.insert(*kind);
  for (const Operation& operation : run.history.operations) kinds.insert(operation.kind);
  return kinds;
}

std::string never_exercised(std::string_view check, const std::optional<PlayedKinds>& played) {
  const auto found = std::ranges::find(needed_by_check(), check, &Needed::check);
  if (found == needed_by_check().end() || !played) return "";
  const auto is_played = [&](OperationKind kind) { return played->contains(kind); };
  if (std::ranges::any_of(found->any_of, is_played)) return "";
  std::vector<std::string_view> names;
  for (const OperationKind kind : found->any_of) names.push_back(name_of(kind));
  return fmt::format("the load plays nothing for it to examine: no {}", fmt::join(names, ", "));
}

}  // namespace rehearse
