#include "stack/bring_up.hpp"

#include <fmt/format.h>

#include <functional>

#include "base/parallel.hpp"
#include "stack/secrets.hpp"

namespace rehearse {
namespace {

// podman's own lock makes more than a few starts at a time useless.
constexpr size_t starts_at_once = 4;

}  // namespace

Status raise(Machine& machine, const Stack& stack, const StackPlaces& places) {
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
  for (const NodeSpec& node : network.nodes)
    if (!node.image.empty())
      jobs.push_back([&machine, &node, &places] {
        return machine.create(node, places.log_dir + "/" + node.name + ".log");
      });
  return run_parallel(jobs, starts_at_once);
}

Status take_down(Machine& machine) {
  if (auto done = machine.remove_all(); !done) return done;
  return machine.remove_network();
}

}  // namespace rehearse
