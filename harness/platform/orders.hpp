// Orders to nodes of the platform and to outside parties, over the control network, which no fault
// touches: how to misbehave, until when. An order that is not given again within its lease ends by
// itself, so nothing stays behind when the harness dies.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "runtime/effects.hpp"
#include "stack/stack.hpp"
#include "undo/journal.hpp"

namespace rehearse {

enum class OrderKind {
  conduct,  // {mode, fraction, …}: outside parties, fixtures/casino/outside/misconduct.hpp
  stall,    // {group}: consumers
};

// Orders that are on at the nodes of a stack that run, whoever gave them: "psp-a obeys az". Errors
// (machine): one of them cannot be asked.
Result<std::vector<std::string>> orders_on(Effects& runtime, const Stack& stack);

using Headers = std::vector<std::pair<std::string, std::string>>;
// The token without which the node takes no orders, as it was told itself; none: it needs none.
Headers control_token_of(const Node& node);

class Orders {
 public:
  Orders() = default;  // to nobody
  Orders(const Stack& stack, const std::vector<const Node*>& nodes, OrderKind kind,
         const std::string& fault_id);

  const std::vector<std::string>& nodes() const { return nodes_; }
  std::vector<UndoStep> undo() const;  // one step a node: ends it
  // Every node is told even if one before it does not listen; the first error is returned
  // (machine).
  Status give(const nlohmann::json& words) const;

  // What a node's own count says of an order that is on; one that is not on has treated nobody.
  struct Counts {
    int64_t treated = 0, considered = 0;
  };
  Result<Counts> counts_of(size_t node) const;
  // Whether every node lists the order, or none does.
  Result<bool> in_force(bool wanted = true) const;
  // That no node lists it any more.
  Status require_ended() const;

 private:
  Result<std::optional<Counts>> listed_at(size_t node) const;
  const char* path_ = "";
  std::string fault_id_;
  std::vector<std::string> nodes_;
  std::vector<Endpoint> places_;  // of each node
  std::vector<Headers> rights_;   // what each asks of whoever gives it orders
};

}  // namespace rehearse
