// The ways in which books are had; one file each.
#pragma once

#include "platform/books/collect.hpp"

namespace rehearse {

Status collect_sql(const BooksSource& source, const std::string& dir);
Status collect_kafka(const BooksSource& source, const std::string& dir);
Status collect_providers(const BooksSource& source, const std::string& dir);
Status collect_streams(const BooksSource& source, const std::string& dir);
Status collect_paths(const BooksSource& source, const std::string& dir);
Status collect_reporting(const BooksSource& source, const std::string& dir);
Status collect_redis(const BooksSource& source, const std::string& dir);
Status collect_alerts(const BooksSource& source, const std::string& dir);

}  // namespace rehearse
