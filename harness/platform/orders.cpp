#include "platform/orders.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_field.hpp"
#include "platform/platform.hpp"

namespace rehearse {
namespace {

constexpr int64_t lease_ms = 4'000;  // faults are refreshed every second
constexpr int64_t order_connect_ms = 500, order_total_ms = 1'000;
constexpr int order_tries = 2;

const char* path_of(OrderKind kind) {
  return kind == OrderKind::stall ? "/control/stall" : "/control/conduct";
}

// The body of a 2xx.
Result<std::string> told(const Endpoint& to, const HttpRequest& request) {
  std::string why;
  for (int i = 0; i < order_tries; ++i) {
    const auto answer = http_call(to, request, order_connect_ms, order_total_ms);
    if (answer && answer->status / 100 == 2) return answer->body;
    why = answer ? fmt::format("{} {}:{}{}: status {} {}", request.method, to.address, to.port,
                               request.target, answer->status, answer->body)
                 : answer.error().message;
  }
  return fail(ExitCode::machine, why);
}

Result<nlohmann::json> list_at(const std::string& node, const Endpoint& at, const char* path) {
  const auto body = told(at, {"GET", path, {}, ""});
  if (!body) return std::unexpected(body.error());
  auto list = nlohmann::json::parse(*body, nullptr, false);
  if (list.is_array()) return list;
  return fail(ExitCode::machine, fmt::format("{} lists no orders: {}", node, *body));
}

Result<std::vector<std::string>> faults_obeyed(const std::string& node, const Endpoint& at,
                                               OrderKind kind) {
  const auto list = list_at(node, at, path_of(kind));
  if (!list) return std::unexpected(list.error());
  std::vector<std::string> faults;
  for (const auto& item : *list)
    if (item.is_object()) faults.push_back(field(item, "fault", ""));
  return faults;
}

}  // namespace

Headers control_token_of(const Node& node) {
  const auto token = node.env.find("CONTROL_TOKEN");
  if (token == node.env.end()) return {};
  return {{"Authorization", "Bearer " + token->second}};
}

Orders::Orders(const Stack& stack, const std::vector<const Node*>& nodes, OrderKind kind,
               const std::string& fault_id)
    : path_(path_of(kind)), fault_id_(fault_id) {
  for (const Node* node : nodes) {
    nodes_.push_back(node->name);
    places_.push_back(stack.endpoint(*node));
    rights_.push_back(control_token_of(*node));
  }
}

std::vector<UndoStep> Orders::undo() const {
  std::vector<UndoStep> steps;
  for (size_t i = 0; i < nodes_.size(); ++i)
    steps.push_back(
        post_to(nodes_[i], places_[i].port, fmt::format("{}/{}/end", path_, fault_id_)));
  return steps;
}

Status Orders::give(const nlohmann::json& words) const {
  nlohmann::json order = words;
  order["fault"] = fault_id_;
  order["lease_ms"] = lease_ms;
  HttpRequest request{"POST", path_, {}, order.dump()};
  Status first;
  for (size_t i = 0; i < places_.size(); ++i) {
    request.headers = rights_[i];
    request.headers.emplace_back("Content-Type", "application/json");
    const auto done = told(places_[i], request);
    if (!done && first) first = std::unexpected(done.error());
  }
  return first;
}

Result<std::optional<Orders::Counts>> Orders::listed_at(size_t node) const {
  const auto list = list_at(nodes_[node], places_.at(node), path_);
  if (!list) return std::unexpected(list.error());
  for (const auto& item : *list)
    if (item.is_object() && field(item, "fault", "") == fault_id_)
      return Counts{field(item, "treated", int64_t{0}), field(item, "considered", int64_t{0})};
  return std::nullopt;
}

Result<Orders::Counts> Orders::counts_of(size_t node) const {
  const auto listed = listed_at(node);
  if (!listed) return std::unexpected(listed.error());
  return listed->value_or(Counts{});
}

Result<bool> Orders::in_force(bool wanted) const {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const auto listed = listed_at(i);
    if (!listed) return std::unexpected(listed.error());
    if (listed->has_value() != wanted) return false;
  }
  return true;
}

Status Orders::require_ended() const {
  const auto ended = in_force(false);
  if (!ended) return std::unexpected(ended.error());
  if (*ended) return {};
  return fail(ExitCode::machine, fmt::format("not all of {} have ended the order {}",
                                             fmt::join(nodes_, ", "), fault_id_));
}

Result<std::vector<std::string>> orders_on(Effects& runtime, const Stack& stack) {
  std::vector<std::pair<const Node*, OrderKind>> obeying;
  for (const auto& node : stack.nodes)
    if (!stack.component_of(node).party.empty()) obeying.emplace_back(&node, OrderKind::conduct);
  for (const auto* node : Platform(stack).nodes_of(Purpose::consumers))
    obeying.emplace_back(node, OrderKind::stall);
  const auto states = runtime.states();
  if (!states) return std::unexpected(states.error());
  std::vector<std::string> on;
  for (const auto& [node, kind] : obeying) {
    const auto state = states->find(node->name);
    if (state == states->end() || !state->second.running || state->second.paused) continue;
    const auto address = runtime.address_of(node->name);
    if (!address) return std::unexpected(address.error());
    const auto faults = faults_obeyed(node->name, {*address, stack.endpoint(*node).port}, kind);
    if (!faults) return std::unexpected(faults.error());
    for (const auto& fault : *faults) on.push_back(fmt::format("{} obeys {}", node->name, fault));
  }
  return on;
}

}  // namespace rehearse
