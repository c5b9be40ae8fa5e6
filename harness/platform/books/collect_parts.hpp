// The ways in which books are had; one file each. Each puts on the shelf what it gets and says
// there what it does not.
#pragma once

#include "platform/books/collect.hpp"
#include "platform/books/shelf.hpp"

struct rd_kafka_message_s;

namespace rehearse {

void collect_sql(const BooksSource& source, Shelf& shelf);
void collect_kafka(const BooksSource& source, Shelf& shelf);
void collect_residency(const BooksSource& source, Shelf& shelf);
void collect_providers(const BooksSource& source, Shelf& shelf);
void collect_streams(const BooksSource& source, Shelf& shelf);
void collect_paths(const BooksSource& source, Shelf& shelf);
void collect_reporting(const BooksSource& source, Shelf& shelf);
void collect_redis(const BooksSource& source, Shelf& shelf);
void collect_alerts(const BooksSource& source, Shelf& shelf);

// A topic from its first offset to the end as it was when the reading began; and which ones there
// are besides the log's own.
using EachMessage = std::function<void(const rd_kafka_message_s&)>;
Status read_topic(const BooksSource& source, const EachMessage& each);
Result<std::vector<std::string>> topics_of(const BooksSource& source);

}  // namespace rehearse
