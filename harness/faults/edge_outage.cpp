// The way in is gone: nobody reaches the nodes of a path of the stack (its CDN and its edges), and
// they reach nobody, while everything behind them works. Some of them only, when `target` says so.
// The name servers are another fault's.
//
// Heals by: the packet rules' elements go. Dead-man: they expire in the kernel when nobody
// refreshes them. Effect: the rules are in force on every node of it, and packets were dropped.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "faults/places.hpp"

namespace rehearse {
namespace {
constexpr const char* usual_path = "players";

class EdgeOutage final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    if (auto found = find_nodes(context); !found) return std::unexpected(found.error());
    return PlannedFault{context.entry.id,
                        "edge_outage",
                        fmt::format("{}", fmt::join(nodes_, ", ")),
                        {{"uncut", nodes_, everyone}}};
  }

  Status inject(Effects& runtime) override { return refresh(runtime); }
  Status refresh(Effects& runtime) override {
    return runtime.cut(nodes_, {everyone}, cut_timeout_ms);
  }

  Result<std::optional<Evidence>> effect(Effects& runtime) override {
    const auto border = look_at_border(runtime, nodes_, {everyone});
    if (!border) return std::unexpected(border.error());
    if (!border->whole || border->dropped.sum() == 0) return std::nullopt;
    return Evidence{{"nodes_unreachable", fmt::format("{}", fmt::join(nodes_, ", "))},
                    {"packets_dropped_at_effect", std::to_string(border->dropped.sum())}};
  }

  Result<bool> holds(Effects& runtime) override {
    const auto border = look_at_border(runtime, nodes_, {everyone});
    if (!border) return std::unexpected(border.error());
    return border->whole;
  }

  Evidence afterwards(Effects& runtime) override {
    return packets_dropped(runtime, nodes_, {everyone});
  }

  Result<Evidence> restored(Effects& runtime) override {
    return require_open_border(runtime, nodes_, {everyone});
  }

 private:
  Status find_nodes(const FaultContext& context) {
    const auto& params = context.entry.params;
    if (const auto target = params.find("target"); target != params.end()) {
      auto nodes = resolve_nodes(context, std::get<Target>(target->second));
      if (!nodes) return std::unexpected(nodes.error());
      nodes_ = std::move(*nodes);
      return {};
    }
    const auto named = params.find("path");
    const std::string path =
        named == params.end() ? usual_path : std::get<std::string>(named->second);
    for (const auto* node : context.platform().on_path(context.view, path))
      nodes_.push_back(node->name);
    if (!nodes_.empty()) return {};
    return fail(ExitCode::inconclusive, fmt::format("the stack has no path `{}`", path));
  }

  std::vector<std::string> nodes_;
};

}  // namespace

FaultSchema edge_outage_schema() {
  return {"edge_outage",
          "The way in is unreachable: CDN and edges, or the nodes named by `target`",
          Length::lasting,
          {{"target", ParamType::target_node, false, {}}, {"path", ParamType::text, false, {}}}};
}
std::unique_ptr<Fault> make_edge_outage() {
  return std::make_unique<EdgeOutage>();
}

}  // namespace rehearse
