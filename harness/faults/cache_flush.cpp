// Everything that is only cached is forgotten at once: FLUSHDB of the logical database that holds
// sessions, balances and rate limits, on the master, and so on its replicas. Credit has the other
// database and keeps all of it.
//
// Irreversible: what was in the cache is made anew from the ledger as it is asked for, and players
// log in again. There is nothing to undo.
// Effect: the keys that were there are gone, and credit's are not.
#include <fmt/format.h>

#include "faults/cache.hpp"
#include "stack/technologies/redis.hpp"

namespace rehearse {
namespace {

constexpr int cache_database = 1, credit_database = 0;

class CacheFlush final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    auto nodes = resolve_cache(context);
    if (!nodes) return std::unexpected(nodes.error());
    if (nodes->size() != 1)
      return fail(ExitCode::inconclusive, "one node is flushed, the others follow it");
    node_ = context.stack.find(nodes->front());
    return PlannedFault{context.entry.id, "cache_flush", node_->name, {}};
  }

  Status inject(Effects& runtime) override {
    const auto cached = keys(runtime, cache_database), kept = keys(runtime, credit_database);
    if (!cached) return std::unexpected(cached.error());
    if (!kept) return std::unexpected(kept.error());
    cached_before_ = *cached;
    kept_before_ = *kept;
    const auto said = runtime.exec(node_->name, redis_cli(*node_, cache_database, {"FLUSHDB"}));
    if (!said) return std::unexpected(said.error());
    if (!said->starts_with("OK"))
      return fail(ExitCode::inconclusive, fmt::format("{} refuses: {}", node_->name, *said));
    flushed_ = true;
    return {};
  }

  // A cache that was empty before has not lost anything: no effect, and the run says so.
  Result<std::optional<Evidence>> effect(Effects& runtime) override {
    if (!flushed_ || cached_before_ == 0) return std::nullopt;
    const auto cached = keys(runtime, cache_database), kept = keys(runtime, credit_database);
    if (!cached) return std::unexpected(cached.error());
    if (!kept) return std::unexpected(kept.error());
    // Players fill it again while we look.
    if (*cached >= cached_before_ && cached_before_ > 10) return std::nullopt;
    if (*kept < kept_before_)
      return fail(ExitCode::inconclusive, "credit lost keys: more was flushed than the cache");
    return Evidence{{"cached_keys_before", std::to_string(cached_before_)},
                    {"cached_keys_after", std::to_string(*cached)},
                    {"credit_keys", std::to_string(*kept)},
                    {"irreversible", "the cache is filled again from the ledger as it is asked"}};
  }
  Result<Evidence> restored(Effects&) override { return Evidence{}; }

 private:
  Result<int64_t> keys(Effects& runtime, int database) const {
    const auto printed = runtime.exec(node_->name, redis_cli(*node_, database, {"DBSIZE"}));
    if (!printed) return std::unexpected(printed.error());
    return std::atoll(printed->c_str());
  }

  const Node* node_ = nullptr;  // of the stack, which outlives every fault
  int64_t cached_before_ = 0, kept_before_ = 0;
  bool flushed_ = false;
};

}  // namespace

FaultSchema cache_flush_schema() {
  return {"cache_flush",
          "The cache forgets sessions, balances and rate limits at once; credit keeps its own",
          Length::once,
          {{"target", ParamType::target_node, false, {}}}};
}
std::unique_ptr<Fault> make_cache_flush() {
  return std::make_unique<CacheFlush>();
}

}  // namespace rehearse
