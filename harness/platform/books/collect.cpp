#include "platform/books/collect.hpp"

#include "platform/books/collect_parts.hpp"

namespace rehearse {

Status collect_books(const BooksSource& source, const std::string& dir) {
  if (auto done = collect_sql(source, dir); !done) return done;
  if (!source.kafka_topic.empty())
    if (auto done = collect_kafka(source, dir); !done) return done;
  if (!source.redis_streams.empty())
    if (auto done = collect_redis(source, dir); !done) return done;
  if (!source.providers.empty())
    if (auto done = collect_providers(source, dir); !done) return done;
  if (!source.streams.empty())
    if (auto done = collect_streams(source, dir); !done) return done;
  if (!source.reporting.empty())
    if (auto done = collect_reporting(source, dir); !done) return done;
  if (!source.paths.empty())
    if (auto done = collect_paths(source, dir); !done) return done;
  if (!source.alerts.empty()) return collect_alerts(source, dir);
  return {};
}

}  // namespace rehearse
