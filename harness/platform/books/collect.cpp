#include "platform/books/collect.hpp"

#include "platform/books/collect_parts.hpp"

namespace rehearse {

std::vector<std::string> collect_books(const BooksSource& source, const std::string& dir) {
  Shelf shelf(dir);
  if (!source.sql.empty()) collect_sql(source, shelf);
  if (!source.residency.regions.empty()) collect_residency(source, shelf);
  if (!source.kafka_topic.empty()) collect_kafka(source, shelf);
  if (!source.redis_streams.empty()) collect_redis(source, shelf);
  if (!source.providers.empty()) collect_providers(source, shelf);
  if (!source.streams.empty()) collect_streams(source, shelf);
  if (!source.reporting.empty()) collect_reporting(source, shelf);
  if (!source.paths.empty()) collect_paths(source, shelf);
  if (!source.alerts.empty()) collect_alerts(source, shelf);
  return shelf.troubles();
}

}  // namespace rehearse
