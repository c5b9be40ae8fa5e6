// Who leads Kafka's controllers, by their own word: DescribeQuorum (API 55, version 0) of the Kafka
// protocol, which librdkafka does not speak. The controller that brokers name in their metadata is
// any living broker, not the leader.
// Source: kafka.apache.org/protocol, "DescribeQuorum" and "Request Header v2".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/http.hpp"

namespace rehearse {

// The request with its length in front, as it goes over the wire.
std::string quorum_request();

// The leader's node id of an answer without its length; nullopt: it tells none.
std::optional<int32_t> quorum_leader_of(std::string_view answer);

// Asks one broker; nullopt: no answer in time, or no leader.
std::optional<int32_t> ask_quorum_leader(const Endpoint& broker, int64_t deadline_ms);

}  // namespace rehearse
