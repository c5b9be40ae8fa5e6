// Watches every node from the host's control network: health, role, lag. No fault touches that
// path, so what is seen here is the node's own state, not what the players feel.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "stack/stack.hpp"
#include "stack/view.hpp"

namespace rehearse {

// What keeps the stack from being whole, in words; empty = all healthy, every role taken, all
// copies in sync, by looks that began after `since_ns`. Used to say that the stack is ready and
// that redundancy is restored.
std::vector<std::string> missing_redundancy(const Stack& stack, const StackView& view,
                                            int64_t since_ns = 0);

// Whether all of it, or that component, is whole by looks that began after `since_ns`.
bool is_whole(const Stack& stack, const StackView& view, int64_t since_ns,
              const ComponentEntry* component = nullptr);

// Every node was seen, and every component says of all copies of its data how they stand.
bool is_complete(const Stack& stack, const StackView& view);

// "postgres.primary" → the node that holds the role now, in whichever region. Errors: nobody does
// (inconclusive).
Result<std::string> resolve_role(const Stack& stack, const StackView& view,
                                 const std::string& selector);

// The region whose database leads now; empty: none does, or there are no regions.
std::string serving_region(const Stack& stack, const StackView& view);

class Observer {
 public:
  // Begins to watch at once. `on_change` is called from its threads, one call at a time, whenever
  // a node's role changes (role "" = none, or not reachable for long). The change came between the
  // look before, `resolution_ns` ago, and now; 0: there was none before.
  using OnChange = std::function<void(int64_t monotonic_ns, const std::string& node,
                                      const std::string& role, int64_t resolution_ns)>;
  Observer(const Stack& stack, OnChange on_change);
  ~Observer();
  StackView view() const;
  // Waits until `done(view)`; false when the deadline came first or `cancelled` said so.
  bool wait_until(const std::function<bool(const StackView&)>& done, int64_t deadline_ns,
                  const std::function<bool()>& cancelled = nullptr) const;
  // While somebody waits for what the nodes say (rest, a reset) and nothing is measured, those that
  // are looked at seldom are looked at every 200 ms.
  void hurry(bool on);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rehearse
