// A consumer group stops consuming: its members live, answer and keep their partitions, but take no
// event. That is how a stuck consumer looks, which nobody replaces because it is not dead. The
// group `reporting` is ClickHouse's own, whose processes are made to stand still instead.
//
// Heals by: they go on, from where they stood; an order to stall ends by its lease when nobody
// renews it.
// Effect: the group's lag, as the consumers tell it from the event log, grows from look to look.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "base/clock.hpp"
#include "faults/control.hpp"

namespace rehearse {
namespace {

constexpr const char* stalls = "/control/stall";
constexpr const char* reporting = "reporting";
constexpr int64_t stall_lease_ms = 5'000;  // renewed every second
constexpr int64_t stall_total_ms = 2'000;
constexpr int64_t look_every_ns = 500 * ns_per_ms;
// A consumer that works is seen at a smaller lag again within a few looks.
constexpr size_t growing_looks = 6;

struct Consumer {
  std::string name;
  Endpoint endpoint;
};

class ConsumerStall final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    id_ = context.entry.id;
    const auto given = context.entry.params.find("group");
    group_ = given == context.entry.params.end() ? "" : std::get<std::string>(given->second);
    for (const auto* node : context.stack.of_component("consumer"))
      consumers_.push_back({node->name, context.stack.endpoint(*node)});
    if (consumers_.empty()) return fail(ExitCode::inconclusive, "the stack has no consumers");
    PlannedFault planned{id_, "consumer_stall", group_.empty() ? "all groups" : group_, {}};
    if (group_ == reporting) {
      for (const auto* node :
           context.stack.of_component(context.stack.file.books.reporting_component))
        paused_.push_back(node->name);
      if (paused_.empty()) return fail(ExitCode::inconclusive, "the stack has no reporting");
      planned.undo.push_back({"unpause", paused_});
      return planned;
    }
    for (const auto& [name, at] : consumers_)
      planned.undo.push_back(
          {"post", {name}, fmt::format("{}:{}{}/{}/end", at.address, at.port, stalls, id_)});
    return planned;
  }

  Status inject(Runtime& runtime) override {
    return group_ == reporting ? runtime.pause(paused_) : give_order();
  }
  Status refresh(Runtime&) override { return group_ == reporting ? Status() : give_order(); }

  Result<std::optional<Evidence>> effect(Runtime&) override {
    if (monotonic_ns() - looked_ns_ < look_every_ns) return std::nullopt;
    looked_ns_ = monotonic_ns();
    const auto lag = look();
    if (!lag) return std::unexpected(lag.error());
    if (!lags_.empty() && *lag <= lags_.back()) lags_.clear();
    lags_.push_back(*lag);
    if (lags_.size() < growing_looks) return std::nullopt;
    return Evidence{{"lag_grew", fmt::format("{}", fmt::join(lags_, ", "))}};
  }

  Evidence afterwards(Runtime&) override {
    const auto lag = look();
    if (!lag) return {};
    return {{"lag_at_end", std::to_string(*lag)}};
  }

  // Its consumers are slower for nobody who plays.
  bool disruptive() const override { return false; }

 private:
  Status give_order() {
    const nlohmann::json order = {{"fault", id_}, {"group", group_}, {"lease_ms", stall_lease_ms}};
    const HttpRequest request{"POST", stalls, {{"Content-Type", "application/json"}}, order.dump()};
    Status first;
    for (const auto& [name, at] : consumers_) {
      const auto answer = http_call(at, request, control_connect_ms, stall_total_ms);
      if (answer && answer->status == 200) continue;
      const std::string why = answer ? answer->body : answer.error().message;
      if (first) first = fail(ExitCode::machine, fmt::format("{}: {}", name, why));
    }
    return first;
  }

  // Of the group, by the first consumer that can say it.
  Result<int64_t> look() const {
    const std::string field = group_.empty() ? "lag" : "lag_" + group_;
    std::string why;
    for (const auto& [name, at] : consumers_) {
      const auto answer =
          http_call(at, {"GET", "/status", {}, ""}, control_connect_ms, stall_total_ms);
      const auto json =
          answer ? nlohmann::json::parse(answer->body, nullptr, false) : nlohmann::json();
      if (json.is_object() && json.contains(field) && json[field].is_number_integer())
        return json[field].get<int64_t>();
      why = fmt::format("{} says nothing of {}", name, field);
    }
    return fail(ExitCode::machine, why);
  }

  std::string id_, group_;  // group: empty = all of the consumers'
  std::vector<Consumer> consumers_;
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
