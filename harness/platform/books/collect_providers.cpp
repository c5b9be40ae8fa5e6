// The outside parties' own books, by their own word and nobody else's. A book is a JSON object;
// each of its members that we know is the party's share of a canonical table.
#include <fmt/format.h>

#include <expected>
#include <nlohmann/json.hpp>

#include "platform/books/collect_parts.hpp"

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

std::expected<nlohmann::json, std::string> book_of(const Endpoint& endpoint,
                                                   const std::string& path) {
  const auto answer = http_call(endpoint, {"GET", path, {}, ""}, 2'000, 30'000);
  if (!answer) return std::unexpected(answer.error().message);
  if (answer->status != 200) return std::unexpected(fmt::format("status {}", answer->status));
  auto json = nlohmann::json::parse(answer->body, nullptr, false);
  if (!json.is_object()) return std::unexpected(std::string("it is no JSON object"));
  return json;
}

// What has been had of one canonical table.
struct PartyRows {
  std::vector<CsvRow> rows;
  bool found = false;  // somebody has such a book
  bool whole = true;   // everybody who has to was asked, and told it
};

void add_party(const std::string& name, const nlohmann::json& book, const PartyList& list,
               PartyRows& into, Shelf& shelf) {
  const auto items = book.find(list.member);
  if (items == book.end() && list.of_some) return;
  if (items == book.end() || !items->is_array()) {
    into.whole = false;
    return shelf.miss(fmt::format("the book of {} has no {}", name, list.member));
  }
  into.found = true;
  for (const auto& item : *items) {
    CsvRow& row = into.rows.emplace_back();
    for (const auto& column : list.header)
      row.push_back(column == list.named ? name : field(item, column));
  }
}

void collect_lists(const Parties& parties, const std::string& path,
                   const std::vector<PartyList>& lists, Shelf& shelf) {
  std::vector<PartyRows> had(lists.size());
  for (const auto& [name, endpoint] : parties) {
    const auto book = book_of(endpoint, path);
    if (!book) shelf.miss(fmt::format("the book of {} cannot be had: {}", name, book.error()));
    for (size_t i = 0; i < lists.size(); ++i) {
      if (book)
        add_party(name, *book, lists[i], had[i], shelf);
      else
        had[i].whole = false;
    }
  }
  for (size_t i = 0; i < lists.size(); ++i)
    if (had[i].found || (had[i].whole && !lists[i].of_some))
      shelf.put(lists[i].table, lists[i].header, had[i].rows, had[i].whole);
}

}  // namespace

void collect_providers(const BooksSource& source, Shelf& shelf) {
  collect_lists(
      source.providers, source.provider_path,
      {{"transfers",
        "provider_transfers",
        {"provider", "transfer", "business_key", "direction", "amount_minor", "currency", "state",
         "at", "fee_minor", "updated_at"},
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
      shelf);
}

void collect_streams(const BooksSource& source, Shelf& shelf) {
  collect_lists(source.streams, source.stream_path,
                {{"samples", "stream_samples", {"table", "at_ms", "mode", "lost"}, ""}}, shelf);
}

void collect_paths(const BooksSource& source, Shelf& shelf) {
  std::vector<CsvRow> rows;
  for (const PathHop& hop : source.paths)
    rows.push_back({hop.path, hop.hop, hop.component, hop.address, hop.name});
  shelf.put("paths", {"path", "hop", "component", "address", "name"}, rows);
}

}  // namespace rehearse
