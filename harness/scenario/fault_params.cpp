// A fault's own keys, by its schema. Targets are names, lists of names, or selectors.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "scenario/parts.hpp"

namespace rehearse::yaml {
namespace {

constexpr uint64_t count_max = 1'000'000'000;
constexpr size_t param_names_max = 100;

struct TargetKind {
  std::string_view name;
  std::optional<std::vector<std::string>> known;  // none = the stack is unknown
  bool selectable = false;                        // {of: …} can name one
  bool drawable = true;                           // {any: N} can
  const StackFacts* stack = nullptr;
};

// Outside parties of the kinds that a fault is for.
std::vector<std::string> parties_of(const StackFacts& stack,
                                    const std::vector<std::string>& kinds) {
  std::vector<std::string> names;
  for (const auto& kind : kinds) {
    const auto found = stack.parties.find(kind);
    if (found == stack.parties.end()) continue;
    names.insert(names.end(), found->second.begin(), found->second.end());
  }
  return names;
}

TargetKind target_kind(const ParamSchema& param, const StackFacts* stack) {
  const auto known = [stack](const std::vector<std::string> StackFacts::*names) {
    return stack ? std::optional(stack->*names) : std::nullopt;
  };
  switch (param.type) {
    case ParamType::target_zone:
      return {"zone", known(&StackFacts::zones), true};
    case ParamType::target_node:
      return {"node", known(&StackFacts::nodes), true};
    case ParamType::target_region:
      return {"region", known(&StackFacts::regions), true, false};
    case ParamType::target_place:
    case ParamType::target_sides: {
      auto places = known(&StackFacts::zones);
      if (stack) places->insert(places->end(), stack->nodes.begin(), stack->nodes.end());
      return {"zone or node", std::move(places), true, false};
    }
    default:
      return {"provider", stack ? std::optional(parties_of(*stack, param.choices)) : std::nullopt};
  }
}

// What cannot be aimed at: of a part that is left out, or not of the stack.
std::string missing(const TargetKind& kind, const std::string& name) {
  for (const std::string_view of : {"node", "zone"})
    if (const auto part = left_out_part(kind.stack, of, name); !part.empty())
      return of_left_out(kind.name, name, part);
  return unknown(kind.name, name, *kind.known);
}

void read_name(const Node& node, const TargetKind& kind, Target& target, Problems& problems) {
  auto name = read_text(node, kind.name, problems);
  if (!name) return;
  if (kind.known && std::ranges::find(*kind.known, *name) == kind.known->end()) {
    return problems.add(node.at, missing(kind, *name));
  }
  if (std::ranges::find(target.names, *name) != target.names.end()) {
    return problems.add(node.at, fmt::format("{} is named twice", shown(*name)));
  }
  target.names.push_back(std::move(*name));
}

void read_selector(const Node& node, const std::string& key, const TargetKind& kind,
                   const World& world, Target& target, Problems& problems) {
  MapReader map(node, key, problems);
  const Node* of = kind.selectable ? map.take("of") : nullptr;
  const Node* any = kind.drawable ? map.take("any") : nullptr;
  map.finish();
  if ((of != nullptr) == (any != nullptr)) {
    return problems.add(node.at, !kind.drawable
                                     ? fmt::format("`{}` needs the selector `of`", key)
                                     : fmt::format("`{}` needs one of the selectors {}", key,
                                                   kind.selectable ? "`of`, `any`" : "`any`"));
  }
  if (any != nullptr) {
    const uint64_t most = kind.known ? std::max<size_t>(kind.known->size(), 1) : param_names_max;
    target.any = static_cast<int>(read_whole(*any, "any", 1, most, problems).value_or(0));
  } else if (world.stack != nullptr) {
    const std::string component = of->text.substr(0, of->text.find('.'));
    const auto part = left_out_part(world.stack, "component", component);
    if (!part.empty()) return problems.add(of->at, of_left_out("selector", of->text, part));
    target.of = read_one_of(*of, "selector", world.stack->selectors, problems).value_or("");
  } else {
    target.of = read_text(*of, "selector", problems).value_or("");
  }
}

Target read_target(const Node& node, const ParamSchema& param, const World& world,
                   Problems& problems) {
  TargetKind kind = target_kind(param, world.stack);
  kind.stack = world.stack;
  Target target;
  if (node.kind == Node::Kind::map) {
    read_selector(node, param.name, kind, world, target, problems);
  } else if (node.kind == Node::Kind::list) {
    if (!is_filled_list(node, param.name, param_names_max, problems)) return target;
    for (const Node& item : node.items) read_name(item, kind, target, problems);
  } else if (node.kind == Node::Kind::null) {
    problems.add(node.at, must_be(param.name, "a name, a list of names or a selector", node));
  } else {
    read_name(node, kind, target, problems);
  }
  return target;
}

bool bounded(const ParamSchema& param) {
  return param.min != 0 || param.max != 0;
}

std::optional<int64_t> read_length(const Node& node, const ParamSchema& param, Problems& problems) {
  const auto ms = read_duration_ms(node, param.name, 0, problems);
  if (!ms || !bounded(param) || (*ms >= param.min && *ms <= param.max)) return ms;
  problems.add(
      node.at,
      must_be(param.name, fmt::format("from {} to {}", duration(param.min), duration(param.max)),
              node));
  return std::nullopt;
}

// What stands on both sides cannot be parted from itself.
Sides read_sides(const Node& node, const ParamSchema& param, const World& world,
                 Problems& problems) {
  if (node.kind != Node::Kind::list || node.items.size() != 2) {
    problems.add(node.at, must_be(param.name, "a list of two sides, [A, B]", node));
    return {};
  }
  Sides sides;
  for (const Node& item : node.items) sides.push_back(read_target(item, param, world, problems));
  const Target &one = sides[0], &other = sides[1];
  for (const std::string& name : other.names) {
    if (std::ranges::find(one.names, name) != one.names.end()) {
      problems.add(node.items[1].at, fmt::format("{} is on both sides", shown(name)));
    }
  }
  if (!one.of.empty() && one.of == other.of) {
    problems.add(node.items[1].at, fmt::format("{} is on both sides", shown(one.of)));
  }
  return sides;
}

std::optional<ParamValue> read_param(const Node& node, const ParamSchema& param, const World& world,
                                     Problems& problems) {
  // Each value keeps its own alternative of the variant: none converts into another.
  const auto as_param = [](auto value) -> std::optional<ParamValue> {
    if (!value) return std::nullopt;
    return ParamValue(std::in_place_type<typename decltype(value)::value_type>, *value);
  };
  switch (param.type) {
    case ParamType::duration:
      return as_param(read_length(node, param, problems));
    case ParamType::share: {
      const auto share = read_share(node, param.name, problems);
      if (!share || *share > 0) return as_param(share);
      problems.add(node.at,
                   fmt::format("`{}` must be above 0%: of nothing there is no effect", param.name));
      return std::nullopt;
    }
    case ParamType::rate:
      return as_param(read_rate_per_s(node, param.name, problems));
    case ParamType::flag:
      return as_param(read_flag(node, param.name, problems));
    case ParamType::count: {
      const auto min = static_cast<uint64_t>(bounded(param) ? param.min : 1);
      const auto max = bounded(param) ? static_cast<uint64_t>(param.max) : count_max;
      const auto count = read_whole(node, param.name, min, max, problems);
      if (!count) return std::nullopt;
      return ParamValue(static_cast<int64_t>(*count));
    }
    case ParamType::text:
      if (param.choices.empty()) return as_param(read_text(node, param.name, problems));
      return as_param(read_one_of(node, param.name, param.choices, problems));
    case ParamType::target_sides:
      return ParamValue(read_sides(node, param, world, problems));
    case ParamType::target_zone:
    case ParamType::target_node:
    case ParamType::target_place:
    case ParamType::target_region:
    case ParamType::target_provider:
      break;
  }
  return ParamValue(read_target(node, param, world, problems));
}

}  // namespace

void read_fault_params(MapReader& map, const FaultSchema& schema, const World& world,
                       TimelineEntry& entry, Problems& problems) {
  for (const ParamSchema& param : schema.params) {
    const Node* node = param.required ? map.need(param.name, schema.name) : map.take(param.name);
    if (node == nullptr) continue;
    if (const auto part = left_out_part(world.stack, param.name, node->text); !part.empty()) {
      problems.add(node->at, of_left_out(param.name, node->text, part));
    }
    if (auto value = read_param(*node, param, world, problems)) {
      entry.params.emplace(param.name, std::move(*value));
    }
  }
}

}  // namespace rehearse::yaml
