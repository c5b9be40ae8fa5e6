// A consumer group stops consuming: its members live, answer and keep their partitions, but take no
// event. That is how a stuck consumer looks, which nobody replaces because it is not dead. The
// group `reporting` is ClickHouse's own, whose processes are made to stand still instead.
//
// Heals by: they go on, from where they stood; an order to stall ends by its lease when nobody
// renews it.
// Effect: the group's lag, as the consumers tell it from the event log, grows from look to look;
// what the relay has not published yet is none of it, so that a slow relay is no effect. Of
// reporting, all of its processes stand still as well.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "base/clock.hpp"
#include "faults/places.hpp"
#include "platform/orders.hpp"

namespace rehearse {
namespace {

constexpr const char* reporting = "reporting";
constexpr const char* consumers_groups[] = {"bonus", "notify", "audit"};
constexpr int64_t look_every_ns = 500 * ns_per_ms;
// A consumer that works is seen at a smaller lag again within a few looks.
constexpr size_t growing_looks = 6;

class ConsumerStall final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    id_ = context.entry.id;
    const auto given = context.entry.params.find("group");
    group_ = given == context.entry.params.end() ? "" : std::get<std::string>(given->second);
    platform_.emplace(context.stack);
    const auto consumers = platform_->nodes_of(Purpose::consumers);
    if (consumers.empty()) return fail(ExitCode::inconclusive, "the stack has no consumers");
    PlannedFault planned{id_, "consumer_stall", group_.empty() ? "all groups" : group_, {}};
    if (group_ == reporting) {
      for (const auto* node : platform_->nodes_of(Purpose::reporting))
        paused_.push_back(node->name);
      if (paused_.empty()) return fail(ExitCode::inconclusive, "the stack has no reporting");
      planned.undo.push_back({"unpause", paused_});
      return planned;
    }
    orders_ = Orders(context.stack, consumers, OrderKind::stall, id_);
    planned.undo = orders_.undo();
    return planned;
  }

  Status inject(Effects& runtime) override {
    return group_ == reporting ? runtime.pause(paused_) : give_order();
  }
  Result<bool> holds(Effects& runtime) override {
    if (group_ != reporting) return orders_.in_force();
    const auto states = runtime.states();
    if (!states) return std::unexpected(states.error());
    return std::ranges::all_of(paused_, [&](const std::string& node) {
      const auto state = states->find(node);
      return state != states->end() && state->second.paused;
    });
  }
  Status refresh(Effects&) override { return group_ == reporting ? Status() : give_order(); }

  Result<std::optional<Evidence>> effect(Effects& runtime) override {
    if (monotonic_ns() - looked_ns_ < look_every_ns) return std::nullopt;
    looked_ns_ = monotonic_ns();
    const auto still = group_ == reporting ? holds(runtime) : Result<bool>(true);
    if (!still) return std::unexpected(still.error());
    if (!*still) return std::nullopt;
    const auto lag = lag_of_group();
    if (!lag) return std::unexpected(lag.error());
    if (!lags_.empty() && *lag <= lags_.back()) lags_.clear();
    lags_.push_back(*lag);
    if (lags_.size() < growing_looks) return std::nullopt;
    return Evidence{{"lag_grew", fmt::format("{}", fmt::join(lags_, ", "))}};
  }

  Evidence afterwards(Effects&) override {
    const auto lag = lag_of_group();
    if (!lag) return {};
    return {{"lag_at_end", std::to_string(*lag)}};
  }

  Result<Evidence> restored(Effects& runtime) override {
    if (group_ == reporting) return require_running(runtime, paused_);
    if (auto ended = orders_.require_ended(); !ended) return std::unexpected(ended.error());
    return Evidence{};
  }

  // Consumers that are slower are so for nobody who plays; who asks for a report gets none.
  bool disruptive() const override { return group_ == reporting; }

 private:
  Result<int64_t> lag_of_group() const {
    if (!group_.empty()) return platform_->consumer_lag(group_);
    int64_t sum = 0;
    for (const char* group : consumers_groups) {
      const auto lag = platform_->consumer_lag(group);
      if (!lag) return lag;
      sum += *lag;
    }
    return sum;
  }
  Status give_order() const { return orders_.give({{"group", group_}}); }

  std::string id_, group_;            // group: empty = all of the consumers'
  std::optional<Platform> platform_;  // of the stack, which outlives every fault
  Orders orders_;
  std::vector<std::string> paused_;
  int64_t looked_ns_ = 0;
  std::vector<int64_t> lags_;  // growing
};

}  // namespace

FaultSchema consumer_stall_schema() {
  return {"consumer_stall",
          "A consumer group takes no events, though its members live; it goes on after `for`",
          Length::lasting,
          {{"group", ParamType::text, false, {"bonus", "notify", "audit", "reporting"}}}};
}
std::unique_ptr<Fault> make_consumer_stall() {
  return std::make_unique<ConsumerStall>();
}

}  // namespace rehearse
