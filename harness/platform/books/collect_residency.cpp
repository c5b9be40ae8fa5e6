// Personal data by region: what its vault has, and every table and topic of the region searched for
// words of personal data, which are in none of them unless somebody wrote them there.
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <cctype>
#include <iterator>
#include <optional>
#include <pqxx/pqxx>
#include <unordered_map>

#include "platform/books/collect_parts.hpp"

namespace rehearse {
namespace {

using Marks = std::unordered_map<std::string, std::string>;  // word → player

struct Searched {
  std::string place;
  int64_t rows = 0, traces = 0;
  std::string trace;
};

bool is_of_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

void search(std::string_view row, const Marks& marks, Searched& searched) {
  ++searched.rows;
  for (size_t at = 0; at < row.size();) {
    if (!is_of_word(row[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < row.size() && is_of_word(row[end])) ++end;
    const auto found = marks.find(std::string(row.substr(at, end - at)));
    at = end;
    if (found == marks.end()) continue;
    if (searched.traces++ == 0) searched.trace = found->second;
    return;
  }
}

// The first of them that lets us in. Throws what pqxx throws of the last.
pqxx::connection connected(const std::vector<DatabaseLogin>& logins) {
  for (size_t i = 0;; ++i) {
    try {
      return pqxx::connection(
          fmt::format("{} connect_timeout=5 options='-c statement_timeout=60s -c timezone=UTC'",
                      connection_text(logins.at(i))));
    } catch (const pqxx::failure&) {
      if (i + 1 >= logins.size()) throw;
    }
  }
}

std::vector<Searched> search_tables(pqxx::connection& connection, const Marks& marks) {
  pqxx::read_transaction t(connection);
  std::vector<Searched> all;
  for (const auto& table : t.exec("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                                  " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
                                  " ORDER BY 1")) {
    const std::string name = table[0].c_str();
    Searched& searched = all.emplace_back("table " + name);
    for (const auto& row : t.exec("SELECT whole::text FROM " + name + " AS whole"))
      search(row[0].c_str(), marks, searched);
  }
  return all;
}

Marks marks_of(pqxx::connection& connection, const std::string& query) {
  pqxx::read_transaction t(connection);
  Marks marks;
  for (const auto& row : t.exec(query)) marks[row[1].c_str()] = row[0].c_str();
  return marks;
}

Result<std::vector<Searched>> search_topics(BooksSource source, const RegionSource& region,
                                            const Marks& marks) {
  source.kafka_bootstrap = region.kafka_bootstrap;
  const auto topics = topics_of(source);
  if (!topics) return std::unexpected(topics.error());
  std::vector<Searched> all;
  for (const std::string& topic : *topics) {
    source.kafka_topic = topic;
    Searched& searched = all.emplace_back("topic " + topic);
    const Status read = read_topic(source, [&](const rd_kafka_message_t& message) {
      search({static_cast<const char*>(message.payload), message.len}, marks, searched);
    });
    if (!read) return std::unexpected(read.error());
  }
  return all;
}

// The tables and topics of one region; what cannot be searched is missed, and then there is no book
// of it: a part could pass for the whole.
std::optional<std::vector<CsvRow>> places_of_region(const BooksSource& source,
                                                    const RegionSource& region, Shelf& shelf) {
  std::vector<CsvRow> rows;
  try {
    pqxx::connection connection = connected(region.ledger);
    const Marks marks = marks_of(connection, source.residency.marks);
    auto searched = search_tables(connection, marks);
    auto topics = search_topics(source, region, marks);
    if (!topics) {
      shelf.miss(fmt::format("region {}: {}", region.region, topics.error().message));
      return std::nullopt;
    }
    std::ranges::move(*topics, std::back_inserter(searched));
    for (const Searched& one : searched) {
      const auto shared = source.residency.shared.find(one.place);
      rows.push_back({region.region, one.place,
                      shared == source.residency.shared.end() ? "" : shared->second,
                      std::to_string(one.rows), std::to_string(marks.size()),
                      std::to_string(one.traces), one.trace});
    }
    return rows;
  } catch (const std::exception& error) {
    shelf.miss(fmt::format("region {} cannot be searched: {}", region.region, error.what()));
    return std::nullopt;
  }
}

// One of the books of all vaults: its own columns, where it was found, and where it belongs.
void collect_vaults(const ResidencySource& source, const std::string& table,
                    const std::string& query, Shelf& shelf) {
  CsvRow header;
  std::vector<CsvRow> rows;
  for (const RegionSource& region : source.regions) try {
      pqxx::connection connection = connected(region.vault);
      pqxx::read_transaction t(connection);
      const pqxx::result found = t.exec(query);
      header.clear();
      for (pqxx::row::size_type column = 0; column < found.columns(); ++column)
        header.emplace_back(found.column_name(column));
      for (const auto& row : found) {
        CsvRow& fields = rows.emplace_back();
        for (const auto& field : row) fields.emplace_back(field.is_null() ? "" : field.c_str());
        const auto home = source.homes.find(row["home"].c_str());
        fields.push_back(region.region);
        fields.push_back(home == source.homes.end() ? "" : home->second);
      }
    } catch (const std::exception& error) {
      return shelf.miss(fmt::format("book {} cannot be had from the vault of region {}: {}", table,
                                    region.region, error.what()));
    }
  header.insert(header.end(), {"region", "home_region"});
  shelf.put(table, header, rows);
}

}  // namespace

void collect_residency(const BooksSource& source, Shelf& shelf) {
  for (const auto& [table, query] : source.residency.sql)
    collect_vaults(source.residency, table, query, shelf);
  std::vector<CsvRow> rows;
  for (const RegionSource& region : source.residency.regions) {
    auto places = places_of_region(source, region, shelf);
    if (!places) return;
    std::ranges::move(*places, std::back_inserter(rows));
  }
  shelf.put("residency_places", {"region", "place", "shared", "rows", "marks", "traces", "trace"},
            rows);
}

}  // namespace rehearse
