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

// Files that are numbered by the periods that they are of: the nth of a fixed length since 1970, as
// a date is. Then a transfer's time says in which file it must be.
class Periods {
 public:
  void add(const SettlementRow& line, const ProviderTransfer& transfer) {
    const auto at_ms = wall_ms_of(transfer.updated_at);
    if (!line.file || *line.file < since_1970_min || !at_ms) return;
    lines_.push_back({&line, *at_ms});
    if (line.whole.value_or(0) != 0) whole_.insert({line.provider, *line.file});
  }

  // Once all are added: the length that most of them have in common, if there is one.
  void settle() {
    if (lines_.empty()) return;
    std::vector<int64_t> lengths_s;
    for (const auto& [line, at_ms] : lines_)
      lengths_s.push_back((2 * at_ms / (2 * *line->file + 1) + 500) / 1000);
    const auto middle = lengths_s.begin() + static_cast<std::ptrdiff_t>(lengths_s.size() / 2);
    std::ranges::nth_element(lengths_s, middle);
    length_ms_ = *middle * 1000;
    const auto fit = length_ms_ == 0 ? 0 : std::ranges::count_if(lines_, [&](const Line& line) {
      return line.at_ms / length_ms_ == *line.of->file;
    });
    if (fit * 10 < std::ssize(lines_) * 9) length_ms_ = 0;
  }

  std::vector<const SettlementRow*> misplaced() const {
    std::vector<const SettlementRow*> found;
    for (const Line& line : lines_)
      if (length_ms_ != 0 && line.at_ms / length_ms_ != *line.of->file) found.push_back(line.of);
    return found;
  }
  bool cover(const ProviderTransfer& transfer) const {
    const auto at_ms = wall_ms_of(transfer.updated_at);
    return length_ms_ != 0 && at_ms && whole_.contains({transfer.provider, *at_ms / length_ms_});
  }

 private:
  static constexpr int64_t since_1970_min = 1000;  // lower numbers only count files

  struct Line {
    const SettlementRow* of = nullptr;
    int64_t at_ms = 0;
  };
  std::vector<Line> lines_;
  std::set<std::pair<std::string_view, int64_t>> whole_;
  int64_t length_ms_ = 0;  // 0: they are numbered otherwise
};

}  // namespace

std::vector<SettlementDifference> settlement_differences(const Books& books) {
  std::map<Transfer, const ProviderTransfer*> transfers;
  for (const ProviderTransfer& transfer : *books.provider_transfers)
    transfers[{transfer.provider, transfer.transfer}] = &transfer;
  std::vector<SettlementDifference> found;
  std::set<Transfer> settled;
  Files files;
  Periods periods;
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
    periods.add(line, *transfer->second);
  }
  periods.settle();
  for (const SettlementRow* line : periods.misplaced())
    found.push_back({line->business_key, false,
                     fmt::format("settlement line {} of {} is in file {}, which is of another time",
                                 line->transfer, line->provider, *line->file)});
  for (const auto& [name, transfer] : transfers) {
    const bool covered = files.cover(*transfer) || periods.cover(*transfer);
    if (transfer->state != "succeeded" || settled.contains(name) || !covered) continue;
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
