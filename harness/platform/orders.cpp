#include "platform/orders.hpp"

#include <fmt/format.h>

#include "base/json_field.hpp"

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

}  // namespace

Orders::Orders(const Stack& stack, const std::vector<const Node*>& nodes, OrderKind kind,
               const std::string& fault_id)
    : path_(path_of(kind)), fault_id_(fault_id) {
  for (const Node* node : nodes) {
    nodes_.push_back(node->name);
    places_.push_back(stack.endpoint(*node));
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
  const HttpRequest request{"POST", path_, {{"Content-Type", "application/json"}}, order.dump()};
  Status first;
  for (const auto& at : places_)
    if (const auto done = told(at, request); !done && first) first = std::unexpected(done.error());
  return first;
}

Result<std::optional<Orders::Counts>> Orders::listed_at(size_t node) const {
  const auto body = told(places_.at(node), {"GET", path_, {}, ""});
  if (!body) return std::unexpected(body.error());
  const auto list = nlohmann::json::parse(*body, nullptr, false);
  if (!list.is_array())
    return fail(ExitCode::machine, fmt::format("{} lists no orders: {}", nodes_[node], *body));
  for (const auto& item : list)
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

}  // namespace rehearse
