#include "stack/bring_up.hpp"

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "stack/secrets.hpp"

namespace rehearse {
namespace {

// podman's own lock makes more than a few starts at a time useless.
constexpr size_t starts_at_once = 4;

Status wait_for_components(const Stack& stack, const ComponentEntry& component,
                           const Observer& observer, int64_t deadline_ns,
                           const std::function<bool()>& cancelled) {
  for (const auto& needed : component.after) {
    const bool healthy = observer.wait_until(
        [&](const StackView& view) {
          for (const auto* node : stack.of_component(needed)) {
            const auto seen = view.nodes.find(node->name);
            if (seen == view.nodes.end() || !seen->second.healthy) return false;
          }
          return true;
        },
        deadline_ns, cancelled);
    if (!healthy)
      return fail(ExitCode::machine, fmt::format("{} waits for {}, which did not become healthy",
                                                 component.name, needed));
  }
  return {};
}

}  // namespace

Status raise(Machine& machine, const Stack& stack, const StackPlaces& places,
             const Observer& observer, int64_t deadline_ns,
             const std::function<bool()>& cancelled) {
  const NetworkSpec network = network_of(stack, places);
  for (const auto& component : stack.file.components)
    if (!component.image.empty() && !places.images.contains(component.image))
      return fail(ExitCode::machine,
                  fmt::format("there is no image `{}` for {}: see {}", component.image,
                              component.name, "fixtures/images"));
  if (!stack.secrets_dir.empty())
    if (auto made = make_secrets(stack); !made) return made;
  if (auto made = machine.create_network(network); !made) return made;
  std::vector<std::function<Status()>> jobs;
  const auto run_jobs = [&jobs]() -> Status {
    auto done = run_parallel(jobs, starts_at_once);
    jobs.clear();
    return done;
  };
  for (const auto& component : stack.file.components) {
    if (component.image.empty()) continue;
    if (!component.after.empty()) {
      if (auto done = run_jobs(); !done) return done;
      if (auto done = wait_for_components(stack, component, observer, deadline_ns, cancelled);
          !done)
        return done;
    }
    for (const auto& node : network.nodes)
      if (stack.find(node.name)->component == component.name)
        jobs.push_back([&machine, &node, &places] {
          return machine.create(node, places.log_dir + "/" + node.name + ".log");
        });
  }
  return run_jobs();
}

Status take_down(Machine& machine) {
  if (auto done = machine.remove_all(); !done) return done;
  return machine.remove_network();
}

}  // namespace rehearse
