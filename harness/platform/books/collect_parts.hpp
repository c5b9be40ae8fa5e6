// The ways in which books are had; one file each. Each puts on the shelf what it gets and says
// there what it does not.
#pragma once

#include "platform/books/collect.hpp"
#include "platform/books/shelf.hpp"

namespace rehearse {

void collect_sql(const BooksSource& source, Shelf& shelf);
void collect_kafka(const BooksSource& source, Shelf& shelf);
void collect_providers(const BooksSource& source, Shelf& shelf);
void collect_streams(const BooksSource& source, Shelf& shelf);
void collect_paths(const BooksSource& source, Shelf& shelf);
void collect_reporting(const BooksSource& source, Shelf& shelf);
void collect_redis(const BooksSource& source, Shelf& shelf);
void collect_alerts(const BooksSource& source, Shelf& shelf);

}  // namespace rehearse
