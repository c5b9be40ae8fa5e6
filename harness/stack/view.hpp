// What was seen of a stack's nodes, each by its own word.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rehearse {

struct NodeView {
  int64_t seen_ns = 0;  // when the look began
  bool healthy = false;
  bool answers = false;                // a service: whatever it says of its health
  std::string role;                    // one of its technology's, or "" = none
  std::string state;                   // in its own words: running, starting, …
  std::vector<std::string> streaming;  // a leader's word: who receives its log now
  std::string follows;                 // a follower's word: the address of its leader
  int64_t lag = -1;                    // unit as the node tells it (bytes, rows); -1 = not told
  int64_t epoch = -1, timeline = -1;
  int64_t log_bytes =
      -1;  // of a database: where its log ends, or how far it has replayed another's
  std::map<std::string, int64_t> status;  // numeric fields of GET /status
};

struct StackView {
  std::map<std::string, NodeView> nodes;
  // Component → partitions with copies that are behind, of those whose nodes hold data together;
  // nullopt = it does not say.
  std::map<std::string, std::optional<int64_t>> behind;
};

}  // namespace rehearse
