// ClickHouse as it is asked by HTTP.
#pragma once

#include <cstdint>
#include <string>

#include "base/http.hpp"
#include "base/result.hpp"

namespace rehearse {

// What it prints for a query of its user `reports`; without a password, of anybody. Errors
// (inconclusive): why it has no answer.
Result<std::string> ask_clickhouse(const Endpoint& to, const std::string& password,
                                   const std::string& query, int64_t connect_ms, int64_t total_ms);

}  // namespace rehearse
