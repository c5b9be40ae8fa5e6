#include "faults/cache.hpp"

namespace rehearse {

Result<std::vector<std::string>> resolve_cache(const FaultContext& context) {
  const Platform platform = context.platform();
  const std::string& cache = platform.component_of(Purpose::cache);
  if (cache.empty()) return fail(ExitCode::inconclusive, "the stack has no cache");
  const auto given = context.entry.params.find("target");
  const Target leader{{}, platform.selector_of(Purpose::cache, Rank::leader), 0};
  return resolve_nodes_of(
      context, given == context.entry.params.end() ? leader : std::get<Target>(given->second),
      cache);
}

}  // namespace rehearse
