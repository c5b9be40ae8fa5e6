// Brings a platform's books home as the canonical tables: SQL, Kafka and the providers' own word,
// each asked separately. Called once, after writers are fenced and everything is replayed.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/http.hpp"
#include "base/result.hpp"
#include "platform/database.hpp"
#include "record/tables.hpp"

namespace rehearse {

// A stream of Redis as a table: of each entry the fields that are its columns.
struct RedisStream {
  std::string stream;
  std::vector<std::string> columns;
};

struct BooksSource {
  DatabaseLogin sql_login;                                  // on the primary
  std::map<std::string, std::string> sql;                   // canonical table → query
  std::string kafka_bootstrap, kafka_topic;                 // empty = no events
  std::vector<std::pair<std::string, Endpoint>> providers;  // name → where its book is
  std::string provider_path;
  std::vector<std::pair<std::string, Endpoint>> streams;  // live streams: name → where its book is
  std::string stream_path;
  std::vector<PathHop> paths;                               // known beforehand: nobody is asked
  std::vector<std::pair<std::string, Endpoint>> reporting;  // node → its ClickHouse by HTTP
  std::string reporting_query;
  Endpoint redis;  // the master; port 0 = none at this moment
  std::string redis_password;
  std::map<std::string, RedisStream> redis_streams;      // by canonical table
  std::vector<std::pair<std::string, Endpoint>> alerts;  // node → its Prometheus
  int64_t since_wall_ns = 0;                             // of alerts: not what was before
};

// Writes DIR/<table>.csv for each table of the source. All SQL tables come from one snapshot.
// Errors (inconclusive): which book could not be had, and why.
Status collect_books(const BooksSource& source, const std::string& dir);

}  // namespace rehearse
