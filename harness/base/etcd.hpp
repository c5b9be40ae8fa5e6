// One key of etcd, by the JSON gateway of its v3 API: a look and a write that takes place only
// where nobody wrote since that look.
#pragma once

#include <cstdint>
#include <string>

#include "base/http.hpp"

namespace rehearse {

struct EtcdValue {
  std::string value;
  int64_t revision = 0;  // of the write that left it; 0 = there is no such key
};

// As of now: a member that reaches no majority of the others gives no answer. Errors (machine): no
// answer in time, or one that is not etcd's word on this key.
Result<EtcdValue> etcd_get(const Endpoint& member, const std::string& key, int64_t total_ms,
                           const TlsTrust* trust = nullptr);

// Writes it where `revision` is still what etcd_get() saw. false: somebody else was first. Errors
// (machine): as above; it may have been written all the same.
Result<bool> etcd_put(const Endpoint& member, const std::string& key, const std::string& value,
                      int64_t revision, int64_t total_ms, const TlsTrust* trust = nullptr);

}  // namespace rehearse
