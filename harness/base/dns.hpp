// Asks one name server for the IPv4 addresses of one name (RFC 1035), by UDP, once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.hpp"
#include "base/result.hpp"

namespace rehearse {

struct DnsAnswer {
  int rcode = 0;                       // 0 no error, 2 SERVFAIL, 3 no such name, 5 refused
  std::vector<std::string> addresses;  // dotted, in the order of the answer
  int64_t ttl_s = 0;                   // the shortest
};

// The question as it is sent. Errors (usage): not a name.
Result<std::string> dns_question(uint16_t id, std::string_view name);
// Errors (machine): no answer to that question (another id, cut short, malformed).
Result<DnsAnswer> read_dns_answer(uint16_t id, std::string_view packet);

// Errors (machine): no answer in time, or none that can be read. Strangers' answers are passed
// over.
Result<DnsAnswer> ask_dns(const Endpoint& server, std::string_view name, int64_t timeout_ms);

}  // namespace rehearse
