#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "faults/fault.hpp"

namespace rehearse {

#define FAULT(name)            \
  FaultSchema name##_schema(); \
  std::unique_ptr<Fault> make_##name();
#include "faults/faults.def"
#undef FAULT

std::span<const FaultEntry> all_faults() {
  static const std::vector<FaultEntry> entries = {
#define FAULT(name) {name##_schema(), make_##name},
#include "faults/faults.def"
#undef FAULT
  };
  return entries;
}

const FaultEntry* find_fault(const std::string& name) {
  for (const auto& entry : all_faults())
    if (entry.schema.name == name) return &entry;
  return nullptr;
}

Result<std::vector<std::string>> resolve_zones(const FaultContext& context, const Target& target) {
  if (!target.names.empty()) return target.names;
  if (!target.of.empty()) {
    auto node = resolve_role(context.stack, context.view, target.of);
    if (!node) return std::unexpected(node.error());
    return std::vector<std::string>{context.stack.find(*node)->zone};
  }
  std::vector<std::string> zones;
  for (const auto& [zone, prefix] : context.stack.file.zones)
    if (!context.stack.in_zone(zone).empty()) zones.push_back(zone);
  if (target.any < 1 || static_cast<size_t>(target.any) > zones.size())
    return fail(ExitCode::inconclusive,
                fmt::format("{{any: {}}} of {} zones", target.any, zones.size()));
  // A partial Fisher-Yates by hand: std::shuffle's draws differ between libraries.
  for (size_t i = 0; i < static_cast<size_t>(target.any); ++i)
    std::swap(zones[i], zones[i + context.random() % (zones.size() - i)]);
  zones.resize(static_cast<size_t>(target.any));
  return zones;
}

}  // namespace rehearse
