// The outside parties' own books, by their own word and nobody else's. A book is a JSON object;
// each of its members that we know is the party's share of a canonical table.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "platform/books/collect_parts.hpp"
#include "record/csv.hpp"

namespace rehearse {
namespace {

using Parties = std::vector<std::pair<std::string, Endpoint>>;

std::string field(const nlohmann::json& item, const std::string& key) {
  const auto found = item.find(key);
  if (found == item.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

// An array of parties' books and the canonical table that it becomes.
struct PartyList {
  const char* member;
  std::string table;
  CsvRow header;
  std::string named;     // the column that is not the party's own word but its name; or empty
  bool of_some = false;  // a party may lack it; when all do, there is no table
};

Result<nlohmann::json> book_of(const std::string& name, const Endpoint& endpoint,
                               const std::string& path) {
  const auto answer = http_call(endpoint, {"GET", path, {}, ""}, 2'000, 30'000);
  auto json = answer && answer->status == 200 ? nlohmann::json::parse(answer->body, nullptr, false)
                                              : nlohmann::json();
  if (json.is_object()) return json;
  return fail(ExitCode::inconclusive, fmt::format("the book of {} cannot be had: {}", name,
                                                  answer ? fmt::format("status {}", answer->status)
                                                         : answer.error().message));
}

Status collect_lists(const Parties& parties, const std::string& path,
                     const std::vector<PartyList>& lists, const std::string& dir) {
  std::vector<std::vector<CsvRow>> rows(lists.size());
  std::vector<bool> found(lists.size(), false);
  for (const auto& [name, endpoint] : parties) {
    const auto book = book_of(name, endpoint, path);
    if (!book) return std::unexpected(book.error());
    for (size_t i = 0; i < lists.size(); ++i) {
      const PartyList& list = lists[i];
      const auto items = book->find(list.member);
      if (items == book->end() && list.of_some) continue;
      if (items == book->end())
        return fail(ExitCode::inconclusive,
                    fmt::format("the book of {} has no {}", name, list.member));
      found[i] = true;
      for (const auto& item : *items) {
        CsvRow& row = rows[i].emplace_back();
        for (const auto& column : list.header)
          row.push_back(column == list.named ? name : field(item, column));
      }
    }
  }
  for (size_t i = 0; i < lists.size(); ++i) {
    if (!found[i] && lists[i].of_some) continue;
    const std::string file = fmt::format("{}/{}.csv", dir, lists[i].table);
    if (auto done = write_csv(file, lists[i].header, rows[i]); !done) return done;
  }
  return {};
}

}  // namespace

Status collect_providers(const BooksSource& source, const std::string& dir) {
  return collect_lists(
      source.providers, source.provider_path,
      {{"transfers",
        "provider_transfers",
        {"provider", "transfer", "business_key", "direction", "amount_minor", "currency", "state",
         "at", "fee_minor"},
        "provider"},
       {"webhooks", "provider_events", {"provider", "event", "transfer"}, "provider", true},
       {"requests",
        "provider_requests",
        {"provider", "kind", "business_key", "at_ms"},
        "provider",
        true},
       {"screenings",
        "screening_verdicts",
        {"provider", "screening", "business_key", "state", "decided_at"},
        "provider",
        true},
       {"rounds",
        "studio_rounds",
        {"studio", "round", "player", "amount_minor", "currency", "state", "reason", "at"},
        "studio",
        true},
       {"transactions",
        "studio_transactions",
        {"studio", "transaction", "round", "kind", "bet", "player", "amount_minor", "currency",
         "state", "contradicted", "at"},
        "studio",
        true}},
      dir);
}

Status collect_streams(const BooksSource& source, const std::string& dir) {
  return collect_lists(source.streams, source.stream_path,
                       {{"samples", "stream_samples", {"table", "at_ms", "mode", "lost"}, ""}},
                       dir);
}

Status collect_paths(const BooksSource& source, const std::string& dir) {
  std::vector<CsvRow> rows;
  for (const PathHop& hop : source.paths)
    rows.push_back({hop.path, hop.hop, hop.component, hop.address, hop.name});
  return write_csv(dir + "/paths.csv", {"path", "hop", "component", "address", "name"}, rows);
}

}  // namespace rehearse
