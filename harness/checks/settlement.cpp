#include "checks/settlement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "checks/instants.hpp"
#include "checks/view.hpp"

namespace rehearse {
namespace {

using Transfer = std::pair<std::string_view, std::string_view>;  // provider, transfer

std::string terms(std::string_view direction, int64_t amount_minor, std::string_view currency) {
  return fmt::format("{} {}", money(amount_minor, currency), direction);
}

// Empty: it is the same in both.
std::string difference(const SettlementRow& line, const ProviderTransfer& transfer) {
  const bool same_fee = !transfer.fee_minor || *transfer.fee_minor == line.fee_minor;
  if (line.business_key == transfer.business_key && line.direction == transfer.direction &&
      line.amount_minor == transfer.amount_minor && line.currency == transfer.currency && same_fee)
    return transfer.state == "succeeded" ? "" : fmt::format("the transfer is {}", transfer.state);
  return fmt::format("the transfer is {} of {}, fee {}",
                     terms(transfer.direction, transfer.amount_minor, transfer.currency),
                     transfer.business_key,
                     money(transfer.fee_minor.value_or(line.fee_minor), transfer.currency));
}

// From the first transfer to the last of files that follow each other.
struct Span {
  int64_t file = 0, from_ms = 0, to_ms = 0;
};

class Files {
 public:
  void add(const SettlementRow& line, const ProviderTransfer& transfer) {
    const auto at_ms = wall_ms_of(transfer.updated_at);
    if (!line.file || line.whole.value_or(0) == 0 || !at_ms) return;
    auto [found, first] =
        spans_[line.provider].try_emplace(*line.file, Span{*line.file, *at_ms, *at_ms});
    Span& span = found->second;
    span.from_ms = std::min(span.from_ms, *at_ms);
    span.to_ms = std::max(span.to_ms, *at_ms);
  }

  // Whether a file that was read whole must have it.
  bool cover(const ProviderTransfer& transfer) const {
    const auto of_provider = spans_.find(transfer.provider);
    const auto at_ms = wall_ms_of(transfer.updated_at);
    if (of_provider == spans_.end() || !at_ms) return false;
    const Span* before = nullptr;
    for (const auto& [file, span] : of_provider->second) {
      const bool inside = span.from_ms <= *at_ms && *at_ms <= span.to_ms;
      const bool between = before != nullptr && before->file + 1 == file &&
                           before->to_ms <= *at_ms && *at_ms <= span.from_ms;
      if (inside || between) return true;
      before = &span;
    }
    return false;
  }

 private:
  std::map<std::string_view, std::map<int64_t, Span>> spans_;  // by provider and file
};

}  // namespace

std::vector<SettlementDifference> settlement_differences(const Books& books) {
  std::map<Transfer, const ProviderTransfer*> transfers;
  for (const ProviderTransfer& transfer : *books.provider_transfers)
    transfers[{transfer.provider, transfer.transfer}] = &transfer;
  std::vector<SettlementDifference> found;
  std::set<Transfer> settled;
  Files files;
  for (const SettlementRow& line : *books.settlement_lines) {
    const auto wrong = [&](bool may_end, const std::string& what) {
      found.push_back({line.business_key, may_end,
                       fmt::format("settlement line {} of {}, {}: {}", line.transfer, line.provider,
                                   terms(line.direction, line.amount_minor, line.currency), what)});
    };
    if (!settled.insert({line.provider, line.transfer}).second) wrong(false, "is there twice");
    const auto transfer = transfers.find({line.provider, line.transfer});
    if (transfer == transfers.end()) {
      wrong(true, "its provider has no such transfer");
      continue;
    }
    if (const std::string what = difference(line, *transfer->second); !what.empty())
      wrong(false, what);
    files.add(line, *transfer->second);
  }
  for (const auto& [name, transfer] : transfers) {
    if (transfer->state != "succeeded" || settled.contains(name) || !files.cover(*transfer))
      continue;
    found.push_back(
        {transfer->business_key, false,
         fmt::format("transfer {} of {}, {}, is in no settlement file, though all of "
                     "its time were read",
                     transfer->transfer, transfer->provider,
                     terms(transfer->direction, transfer->amount_minor, transfer->currency))});
  }
  return found;
}

}  // namespace rehearse
