// Targets: recovery time by operation, recovery point by store, service levels by phase.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "scenario/parts.hpp"

namespace rehearse::yaml {
namespace {

constexpr std::array<std::string_view, 4> latency_suffixes = {"_p50", "_p95", "_p99", "_max"};
constexpr std::array<std::string_view, 4> share_suffixes = {"_rejected", "_failed", "_unknown",
                                                            "_approved"};
constexpr std::array<std::string_view, 3> phases = {"before", "during", "after"};

bool is_latency(const std::string& name) {
  return std::ranges::any_of(latency_suffixes,
                             [&](std::string_view suffix) { return name.ends_with(suffix); });
}

void read_durations(const Node& node, const std::string& what, std::string_view kind,
                    const std::vector<std::string>& known, std::map<std::string, int64_t>& into,
                    Problems& problems) {
  const MapReader map(node, what, problems);
  for (size_t i = 0; map.is_map() && i < node.keys.size(); ++i) {
    const std::string& name = node.keys[i].text;
    if (std::ranges::find(known, name) == known.end()) {
      problems.add(node.keys[i].at, unknown(kind, name, known));
    } else if (auto ms = read_duration_ms(node.items[i], name, 0, problems)) {
      into[name] = *ms;
    }
  }
}

void read_phase(const Node& node, const std::string& phase, const World& world, Targets& targets,
                Problems& problems) {
  const MapReader map(node, phase, problems);
  for (size_t i = 0; map.is_map() && i < node.keys.size(); ++i) {
    const std::string& name = node.keys[i].text;
    if (!is_known_slo(name, world)) {
      problems.add(node.keys[i].at, unknown("slo", name, slo_names(world)));
      continue;
    }
    const auto limit = read_slo_limit(name, node.items[i], problems);
    if (!limit) continue;
    const auto same = [&](const SloTarget& slo) { return slo.name == name && slo.phase == phase; };
    const auto found = std::ranges::find_if(targets.slo, same);
    if (found != targets.slo.end()) {
      found->limit = *limit;
    } else {
      targets.slo.push_back({name, phase, *limit});
    }
  }
}

}  // namespace

std::vector<std::string> slo_names(const World& world) {
  std::vector<std::string> subjects = {"wallet"};  // all of its operations together
  subjects.insert(subjects.end(), world.catalogue.operations.begin(),
                  world.catalogue.operations.end());
  std::vector<std::string> names;
  for (const std::string& subject : subjects) {
    for (const auto suffix : latency_suffixes) names.push_back(subject + std::string(suffix));
    for (const auto suffix : share_suffixes) names.push_back(subject + std::string(suffix));
  }
  return names;
}

bool is_known_slo(const std::string& name, const World& world) {
  const auto names = slo_names(world);
  return std::ranges::find(names, name) != names.end();
}

bool is_live_slo(const std::string& name) {
  return name.ends_with("_p95") || name.ends_with("_failed");
}

std::optional<double> read_slo_limit(const std::string& name, const Node& node,
                                     Problems& problems) {
  if (!is_latency(name)) return read_share(node, name, problems);
  const auto ms = read_duration_ms(node, name, 0, problems);
  return ms ? std::optional(static_cast<double>(*ms)) : std::nullopt;
}

void read_targets(const Node& node, const World& world, Targets& targets, Problems& problems) {
  MapReader map(node, "targets", problems);
  const Catalogue& catalogue = world.catalogue;
  if (const Node* rto = map.take("rto")) {
    read_durations(*rto, "rto", "operation", catalogue.operations, targets.rto_ms, problems);
  }
  if (const Node* rpo = map.take("rpo")) {
    read_durations(*rpo, "rpo", "store", catalogue.stores, targets.rpo_ms, problems);
  }
  if (const Node* slo = map.take("slo")) {
    MapReader slo_map(*slo, "slo", problems);
    for (const auto phase : phases) {
      if (const Node* limits = slo_map.take(phase)) {
        read_phase(*limits, std::string(phase), world, targets, problems);
      }
    }
    slo_map.finish();
  }
  map.finish();
  std::ranges::stable_sort(targets.slo, {}, [](const SloTarget& slo) {
    return std::pair(std::ranges::find(phases, slo.phase) - phases.begin(), slo.name);
  });
}

}  // namespace rehearse::yaml
