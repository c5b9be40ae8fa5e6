// How players find the platform: by its name, as their resolvers were told it, until its TTL ends.
// Several resolvers (an access provider's each) remember on their own, so that players do not all
// learn of a change at once. Nobody serves what has expired: a name without an answer leads
// nowhere.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/dns.hpp"
#include "base/http.hpp"
#include "base/result.hpp"

namespace rehearse {

struct ResolverPlan {
  std::string network_namespace;  // from which it asks; empty = the caller's own
  std::vector<Endpoint> servers;  // that know the name
  std::string name;
  size_t resolvers = 4;
};

class Resolver {
 public:
  using Ask = std::function<Result<DnsAnswer>(const Endpoint& server, const std::string& name)>;

  // `ask` stands for ask_dns in tests.
  explicit Resolver(ResolverPlan plan, Ask ask = nullptr);
  ~Resolver();

  // Starts the thread and waits until every resolver knows the name. Errors (machine): one does not
  // after some seconds, or the namespace cannot be joined.
  Status begin();

  // What the resolver of this player says now; empty: nothing. From any thread.
  std::vector<std::string> addresses(size_t player) const;

 private:
  struct Cache {
    std::vector<std::string> addresses;
    int64_t until_ns = 0;  // of the answer, or of the wait after none
  };
  void run(std::stop_token stop);
  void refresh(size_t resolver, int64_t now_ns);
  int64_t next_ns() const;
  bool all_known() const;

  const ResolverPlan plan_;
  const Ask ask_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Cache> caches_;
  Status joined_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace rehearse
