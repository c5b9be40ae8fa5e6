#include "engine/stop_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace rehearse {
namespace {

constexpr int64_t stop_window_ns = 5 * ns_per_s;
// Attempts of the last moment may still be on their way.
constexpr int64_t window_ends_ago_ns = ns_per_s;
constexpr double answered_share_of_p95 = 0.95;
constexpr std::string_view live_ledger = "ledger_balanced.live";
constexpr std::string_view p95_suffix = "_p95";

// bet_p95 → bet; wallet_p95 → everything that the wallet does.
std::vector<OperationKind> kinds_of(const std::string& slo) {
  const auto kinds = kinds_of_subject(std::string_view(slo).substr(0, slo.rfind('_')));
  return {kinds.begin(), kinds.end()};
}

std::string text_of(const StopCondition& condition) {
  const std::string limit = condition.slo.ends_with(p95_suffix)
                                ? format_ms(condition.above)
                                : fmt::format("{:g}%", 100 * condition.above);
  return fmt::format("{} above {} for {}", condition.slo, limit,
                     format_ms(static_cast<double>(condition.for_ms)));
}

}  // namespace

std::vector<std::string> live_check_names() {
  return {"ledger_balanced"};
}

std::unique_ptr<LiveLedger> watch_ledger(const std::vector<StopCondition>& conditions,
                                         const Stack& stack, const Observer& observer) {
  const bool wanted =
      std::ranges::find(conditions, live_ledger, &StopCondition::check) != conditions.end();
  return wanted ? watch_ledger_of(stack, observer) : nullptr;
}

StopWatch::StopWatch(const std::vector<StopCondition>& conditions, const Load& load,
                     std::unique_ptr<LiveLedger> ledger)
    : load_(load), ledger_(std::move(ledger)) {
  for (const auto& condition : conditions)
    if (!condition.slo.empty()) watched_.push_back({condition, std::nullopt});
}

bool StopWatch::is_above(const StopCondition& condition, int64_t now_ns) const {
  const auto window =
      load_.window(kinds_of(condition.slo), now_ns - window_ends_ago_ns - stop_window_ns,
                   now_ns - window_ends_ago_ns);
  if (window.attempts == 0) return false;  // nothing was tried: it says nothing
  const auto attempts = static_cast<double>(window.attempts);
  const auto answered = static_cast<double>(window.succeeded);
  if (!condition.slo.ends_with(p95_suffix)) return attempts - answered > condition.above * attempts;
  return answered < answered_share_of_p95 * attempts || window.p95_ms > condition.above;
}

std::optional<std::string> StopWatch::reason(int64_t now_ns) {
  if (ledger_)
    if (const auto violation = ledger_->violation())
      return fmt::format("{}: {}", live_ledger, *violation);
  for (auto& [condition, above_since_ns] : watched_) {
    if (!is_above(condition, now_ns)) {
      above_since_ns.reset();
      continue;
    }
    if (!above_since_ns) above_since_ns = now_ns;
    if (now_ns - *above_since_ns >= condition.for_ms * ns_per_ms) return text_of(condition);
  }
  return std::nullopt;
}

}  // namespace rehearse
