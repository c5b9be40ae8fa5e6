#include "faults/cache.hpp"

#include "stack/technology.hpp"

namespace rehearse {

Result<std::vector<std::string>> resolve_cache(const FaultContext& context) {
  const std::string& cache = context.stack.file.books.redis_component;
  if (cache.empty()) return fail(ExitCode::inconclusive, "the stack has no cache");
  const auto given = context.entry.params.find("target");
  const Target leader{{}, selector_of(context.stack, cache, Rank::leader), 0};
  return resolve_nodes_of(
      context, given == context.entry.params.end() ? leader : std::get<Target>(given->second),
      cache);
}

}  // namespace rehearse
