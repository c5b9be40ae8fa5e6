// Brings a platform's books home as the canonical tables: SQL, Kafka and the providers' own word,
// each asked separately. Called once, after writers are fenced and everything is replayed.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/http.hpp"
#include "platform/database.hpp"
#include "record/tables.hpp"

namespace rehearse {

// A stream of Redis as a table: of each entry the fields that are its columns.
struct RedisStream {
  std::string stream;
  std::vector<std::string> columns;
};

// What lies in one region, whether it leads or not.
struct RegionSource {
  std::string region;
  std::vector<DatabaseLogin> ledger;  // members of its database, the first that answers counts
  std::vector<DatabaseLogin> vault;   // one; of personal data
  std::string kafka_bootstrap;
};
struct ResidencySource {
  std::map<std::string, std::string> sql;     // canonical table → query, of every vault
  std::map<std::string, std::string> homes;   // → region
  std::string marks;                          // SQL: player, and a word of his personal data
  std::map<std::string, std::string> shared;  // place → what may be in several regions of it
  std::vector<RegionSource> regions;          // empty: all personal data lies with the ledger
};

struct BooksSource {
  DatabaseLogin sql_login;                   // on the primary; without an address:
  std::string sql_missing;                   // why nobody can be asked at this moment
  DatabaseLogin sql_owner;                   // there, for whoever wipes it
  std::map<std::string, std::string> sql;    // canonical table → query
  std::string kafka_bootstrap, kafka_topic;  // empty = no events
  std::vector<std::string> kafka_elsewhere;  // bootstraps of the logs of regions that do not serve
  std::vector<std::pair<std::string, Endpoint>> providers;  // name → where its book is
  std::string provider_path;
  std::vector<std::pair<std::string, Endpoint>> streams;  // live streams: name → where its book is
  std::string stream_path;
  std::vector<PathHop> paths;                               // known beforehand: nobody is asked
  std::vector<std::pair<std::string, Endpoint>> reporting;  // node → its ClickHouse by HTTP
  std::string reporting_query, reporting_password;
  Endpoint redis;  // the master; port 0 = none at this moment
  std::string redis_password;
  std::map<std::string, RedisStream> redis_streams;      // by canonical table
  std::vector<std::pair<std::string, Endpoint>> alerts;  // node → its Prometheus
  ResidencySource residency;
  int64_t since_wall_ns = 0;  // of alerts: not what was before
};

// Writes DIR/<table>.csv for each table of the source; all SQL tables come from one snapshot. What
// one source cannot give keeps no other from being written: of a table that could be had in part,
// that part lies in DIR/incomplete, for people and not for the checks.
// Returns in words which book could not be had, and why; empty = all are there.
std::vector<std::string> collect_books(const BooksSource& source, const std::string& dir);

}  // namespace rehearse
