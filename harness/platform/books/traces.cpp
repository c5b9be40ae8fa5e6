// A stack in which nobody has played yet knows nothing but its players' openings
// and limits, in every book.
#include <fmt/format.h>

#include <algorithm>

#include "platform/books/wipe.hpp"

namespace rehearse {
namespace {

template <typename Row>
void count_used(const std::optional<std::vector<Row>>& table, const std::string& what,
                bool (*is_opening)(const Row&), std::vector<std::string>& traces) {
  if (!table) return;
  const auto openings = std::ranges::count_if(*table, is_opening);
  const auto others = static_cast<int64_t>(table->size()) - openings;
  if (others > 0) traces.push_back(fmt::format("{} {} that are no openings", others, what));
}

template <typename Row>
bool never(const Row&) {
  return false;
}

}  // namespace

std::vector<std::string> traces_of_use(const Books& books) {
  std::vector<std::string> traces;
  count_used<LedgerEntry>(
      books.ledger_entries, "ledger entries",
      [](const LedgerEntry& entry) { return entry.kind == "opening"; }, traces);
  count_used<Intent>(
      books.intents, "intents",
      // Limits that hold from the start are set before anybody plays.
      [](const Intent& intent) {
        return intent.operation == "opening" || intent.operation == "limit";
      },
      traces);
  count_used<LedgerEvent>(
      books.events, "events", [](const LedgerEvent& event) { return event.kind == "opening"; },
      traces);
  count_used<ProviderTransfer>(books.provider_transfers, "transfers of providers", never, traces);
  count_used<WebhookEffect>(books.webhook_effects, "webhooks", never, traces);
  count_used<ReportingRow>(
      books.reporting, "reporting rows",
      [](const ReportingRow& row) { return row.kind == "opening"; }, traces);
  count_used<AuditEntry>(
      books.audit, "audit rows", [](const AuditEntry& row) { return row.kind == "opening"; },
      traces);
  count_used<Round>(books.rounds, "rounds", never, traces);
  count_used<StudioRound>(books.studio_rounds, "rounds of studios", never, traces);
  count_used<CreditDecision>(books.credit_log, "decisions on credit in the log", never, traces);
  count_used<CreditDecision>(books.credit_decisions, "decisions on credit", never, traces);
  return traces;
}

}  // namespace rehearse
