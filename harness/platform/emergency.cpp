#include "platform/emergency.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_field.hpp"
#include "platform/officers.hpp"

namespace rehearse {
namespace {

constexpr int64_t emergency_connect_ms = 500, emergency_total_ms = 3'000;

// A node of the component that answers for emergencies.
Result<const Node*> emergency_node(const Stack& stack) {
  if (!stack.file.emergency) return fail(ExitCode::machine, "the platform knows no emergency");
  const auto nodes = stack.of_component(stack.file.emergency->component);
  if (!nodes.empty()) return nodes.front();
  return fail(ExitCode::machine, fmt::format("the stack has no {}: its part is not raised",
                                             stack.file.emergency->component));
}

}  // namespace

Status change_emergency(const Stack& stack, bool declare, const std::string& reason) {
  const auto node = emergency_node(stack);
  if (!node) return std::unexpected(node.error());
  const std::string action = declare ? "declare" : "end";
  auto body = signed_by_two(stack, stack.file.emergency->officers,
                            fmt::format("emergency|{}|{}", action, reason));
  if (!body) return std::unexpected(body.error());
  body->update({{"action", action}, {"reason", reason}});
  const HttpRequest request{
      "POST", stack.file.emergency->path, {{"Content-Type", "application/json"}}, body->dump()};
  const auto answer =
      http_call(stack.endpoint(**node), request, emergency_connect_ms, emergency_total_ms);
  if (answer && answer->status == 200) return {};
  return fail(ExitCode::machine,
              fmt::format("{} does not {} the emergency: {}", (*node)->name, action,
                          answer ? fmt::format("status {} {}", answer->status, answer->body)
                                 : answer.error().message));
}

Result<bool> emergency_is_on(const Stack& stack) {
  const auto node = emergency_node(stack);
  if (!node) return std::unexpected(node.error());
  const auto answer = http_call(stack.endpoint(**node), {"GET", "/status", {}, ""},
                                emergency_connect_ms, emergency_total_ms);
  const auto json = answer ? nlohmann::json::parse(answer->body, nullptr, false) : nlohmann::json();
  const int64_t on =
      json.is_object() ? field(json, stack.file.emergency->field.c_str(), int64_t{-1}) : -1;
  if (on >= 0) return on == 1;
  return fail(ExitCode::machine,
              fmt::format("{} says nothing of {}", (*node)->name, stack.file.emergency->field));
}

Result<std::optional<std::string>> emergency_left(const Stack& stack) {
  if (!emergency_node(stack)) return std::nullopt;
  const auto on = emergency_is_on(stack);
  if (!on) return std::unexpected(on.error());
  return *on ? std::optional<std::string>("the emergency is still declared") : std::nullopt;
}

}  // namespace rehearse
