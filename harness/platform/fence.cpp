#include "platform/fence.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "base/clock.hpp"
#include "platform/orders.hpp"

namespace rehearse {
namespace {

constexpr int64_t connect_ms = 1'000, total_ms = 5'000;
constexpr int64_t pause_ms = 250;

// Why it is not fenced; nullopt = it is.
std::optional<std::string> fence(const Stack& stack, const Node& node) {
  const std::string& path = stack.component_of(node).fence_path;
  const auto answer = http_call(stack.endpoint(node), {"POST", path, control_token_of(node), "{}"},
                                connect_ms, total_ms);
  if (!answer) return answer.error().message;
  if (answer->status != 200) return fmt::format("status {} {}", answer->status, answer->body);
  const auto said = nlohmann::json::parse(answer->body, nullptr, false);
  if (said.is_object() && said.contains("database") && said["database"] == false)
    return fmt::format("only its process is fenced, not the ledger: {}", answer->body);
  return std::nullopt;
}

}  // namespace

Status fence_writers(const Stack& stack, int64_t deadline_ns, const std::string& region) {
  std::vector<const Node*> open;
  for (const auto& node : stack.nodes)
    if (!stack.component_of(node).fence_path.empty() &&
        (region.empty() || stack.region_of(node) == region))
      open.push_back(&node);
  while (true) {
    std::vector<const Node*> failed;
    std::vector<std::string> reasons;
    for (const auto* node : open)
      if (const auto why = fence(stack, *node)) {
        failed.push_back(node);
        reasons.push_back(fmt::format("{} could not be fenced: {}", node->name, *why));
      }
    if (failed.empty()) return {};
    if (monotonic_ns() + pause_ms * ns_per_ms >= deadline_ns)
      return fail(ExitCode::inconclusive, fmt::format("{}", fmt::join(reasons, "; ")));
    open = std::move(failed);
    std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms));
  }
}

}  // namespace rehearse
