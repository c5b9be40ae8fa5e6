// rehearse status: a table of the stack that is up: zone, component, role, health, lag.
#include <fmt/core.h>

#include <memory>

#include "base/clock.hpp"
#include "cli/cli.hpp"
#include "engine/active_stack.hpp"
#include "engine/machine.hpp"
#include "stack/observer.hpp"

namespace rehearse {
namespace {

ExitCode print_status(const Cli& cli, const std::string& name) {
  if (!name.empty())
    if (const auto known = load_stack(cli.places, name); !known) return complain(known.error());
  const auto active = read_active();
  if (!active) return complain(active.error());
  if (active->stack.empty() || (!name.empty() && name != active->stack)) {
    fmt::print("{}\n", name.empty() ? "no stack is up" : name + " is not up");
    return ExitCode::expected;
  }
  const auto file = load_stack(cli.places, active->stack, active->parts);
  if (!file) return complain(file.error());
  const auto stack = make_stack(*file, active->settings);
  if (!stack) return complain(stack.error());
  const Observer observer(*stack, nullptr);
  observer.wait_until([&](const StackView& view) { return is_complete(*stack, view); },
                      monotonic_ns() + 3 * ns_per_s, interrupted);
  const auto view = observer.view();
  fmt::print("{:<10} {:<12} {:<10} {:<8} {}\n", "zone", "node", "role", "health", "lag");
  for (const auto& node : stack->nodes) {
    if (!stack->has_container(node)) continue;
    const auto seen = view.nodes.find(node.name);
    const NodeView now = seen == view.nodes.end() ? NodeView{} : seen->second;
    fmt::print("{:<10} {:<12} {:<10} {:<8} {}\n", node.zone, node.name,
               now.role.empty() ? "–" : now.role, now.healthy ? "healthy" : "DOWN",
               now.lag < 0 ? "–" : std::to_string(now.lag));
  }
  const auto missing = missing_redundancy(*stack, view);
  fmt::print("{}\n", missing.empty() ? "whole" : "not whole: " + missing.front());
  return ExitCode::expected;
}

}  // namespace

void add_status(Arguments& verb, Cli& cli) {
  auto name = std::make_shared<std::string>();
  verb.word("stack", *name, "the one that is up, if not named", false);
  verb.action([name, &cli] { cli.exit = print_status(cli, *name); });
}

}  // namespace rehearse
