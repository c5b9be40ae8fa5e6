// What a money platform can be asked and told, whatever its components are called: its file's word
// (stack_file.hpp) applied to a stack. Nobody outside this room knows an endpoint, a control path,
// a port or a query of a platform.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/dns.hpp"
#include "load/load.hpp"
#include "platform/books/collect.hpp"
#include "stack/technology.hpp"

namespace rehearse {

enum class Purpose {
  ledger,     // the database
  events,     // the log of events
  reporting,  // where reports come from
  cache,
  consumers,  // who take the events
  entrance,   // what players meet first
  names,      // the servers of the name by which they find it
};

// Cheap to make; the stack must outlive it.
class Platform {
 public:
  explicit Platform(const Stack& stack) : stack_(stack) {}

  // Empty: it has none.
  const std::string& component_of(Purpose purpose) const;
  // That one, and those that are like it in other regions.
  std::vector<std::string> components_of(Purpose purpose) const;
  std::vector<const Node*> nodes_of(Purpose purpose) const;  // of them all
  // Where the ledger is led now; empty: nobody leads it, or there are no regions.
  std::string serving_region(const StackView& view) const;
  // Of a component that has twins, those of the region that serves; of all of them while none does.
  std::vector<const Node*> serving(const StackView& view, const std::string& component) const;
  // Who holds a role there, for resolve_role: "postgres.primary".
  std::string selector_of(Purpose purpose, Rank rank) const;
  // That node now. Errors: nobody does (inconclusive).
  Result<std::string> holder_of(const StackView& view, Purpose purpose, Rank rank) const;
  // Outside parties of a kind: payment, studio, chain, …
  std::vector<const Node*> parties(const std::string& kind) const;
  // What a way into the platform or out of it leads through now: containers, without name servers.
  std::vector<const Node*> on_path(const StackView& view, const std::string& path) const;
  const std::optional<ResetEntry>& reset() const { return stack_.file.reset; }

  // How far a group of consumers is behind, by the first of them that can say it; "" = all groups.
  Result<int64_t> consumer_lag(const std::string& group) const;
  // An address beside the entrance that nobody has.
  std::string forgotten_address() const;

  // of_stack.cpp
  // Where the books are now; see BooksSource for those that nobody has at this moment.
  BooksSource books_source(const StackView& view) const;
  PlatformEdges edges() const;
  // What a name server says of the platform's name.
  Result<DnsAnswer> look_up(const Node& name_server) const;
  // What it still has to do, by the fields that its components call idle, in words. A look that
  // began before `since_ns` says nothing about now.
  std::vector<std::string> pending_work(const StackView& view, int64_t since_ns) const;

 private:
  const Stack& stack_;
};

}  // namespace rehearse
