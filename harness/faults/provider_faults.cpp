// The ways in which an outside party (a payment provider, say) misbehaves, as rows of data over one
// mechanism: the provider is told over its control network, and obeys
// (fixtures/casino/outside/misconduct.hpp says what each mode means).
//
// Heals by: telling it to stop. A provider that is not told again within a few seconds stops by
// itself, so nothing stays behind when the harness dies.
// Effect: the provider's own count of requests or webhooks that it treated so, at every provider
// that the fault is aimed at. A share that met nobody yet is no effect.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "faults/draw.hpp"
#include "platform/orders.hpp"

namespace rehearse {
namespace {

enum Takes : unsigned {
  nothing = 0,
  captured = 1,
  status = 2,
  copies = 4,
  delay = 8,
  depth = 16,
  storm = 32
};

struct Row {
  const char* name;
  const char* party;  // the kind of outside party that does so
  const char* mode;   // as the provider knows it
  bool disruptive;    // players feel it
  unsigned takes;     // parameters besides provider and fraction
  int64_t delay_ms;   // default
  const char* summary;
};

constexpr Row rows[] = {
    {"provider_drop", "payment", "drop", true, nothing, 0,
     "A provider hangs up on every request, does nothing, and sends no webhooks"},
    {"provider_timeout", "payment", "timeout", true, captured, 0,
     "A provider never answers transfer requests; captured: it made the transfer all the same"},
    {"provider_error", "payment", "error", true, captured | status, 0,
     "A provider answers transfer requests by a 5xx; captured: it made the transfer all the same"},
    {"webhook_duplicate", "payment", "webhook_duplicate", false, copies, 0,
     "Each webhook comes `copies` times, some at once and some seconds later"},
    {"webhook_reorder", "payment", "webhook_reorder", false, delay, 2000,
     "Webhooks are held for `delay` and come in reverse"},
    {"webhook_delay", "payment", "webhook_delay", true, delay, 5000,
     "Each webhook comes `delay` later"},
    {"stream_degrade", "stream", "stream_degrade", false, nothing, 0,
     "Pieces of live tables are lost on their way; players watch whole segments instead"},
    {"provider_slow", "payment", "slow", true, delay, 1500,
     "A provider's answers come `delay` later"},
    {"provider_brownout", "payment", "brownout", true, delay, 1500,
     "A provider answers half of the transfer requests by a 503, and the others `delay` later"},
    {"provider_rate_limit", "payment", "rate_limit", true, delay, 2000,
     "A provider refuses transfer requests by a 429 and asks to be left alone for `delay`"},
    {"provider_key_expiry", "payment", "keys_expire", false, nothing, 0,
     "A provider forgets idempotency keys at once: the same key would make another transfer"},
    {"settlement_partial", "payment", "settlement_cut", false, nothing, 0,
     "A provider's settlement files end in the middle"},
    {"chain_halt", "chain", "halt", true, nothing, 0, "A network makes no blocks"},
    // What a reorganization made undone stays so; the heal only ends further ones.
    {"chain_reorg", "chain", "reorg", true, delay | depth, 2000,
     "A network replaces its last `depth` blocks every `delay`: transactions come back at another "
     "height, or never"},
    {"game_provider_drop", "studio", "drop", true, nothing, 0,
     "A studio hangs up on players and on everybody, and sends the casino nothing"},
    {"webhook_forge", "payment", "webhook_forge", false, nothing, 0,
     "Beside each webhook comes a forged one: a made-up, stale or another provider's signature"},
    {"webhook_storm", "payment", "webhook_storm", true, storm, 0,
     "Each webhook comes `copies` times, 200 a second; what has come cannot be called back"},
    {"provider_key_rotation", "payment", "key_rotation", false, nothing, 0,
     "A provider signs its webhooks by its new key"},
    {"kyt_down", "screening", "drop", true, nothing, 0,
     "A screening provider hangs up on every request and finds nothing"},
};

// Of these, one alone decides how a request is answered.
constexpr std::string_view answering[] = {"drop", "timeout",  "error",
                                          "slow", "brownout", "rate_limit"};

const Row& row_of(std::string_view name) {
  return *std::ranges::find(rows, name, [](const Row& row) { return std::string_view(row.name); });
}

FaultSchema schema_of(const Row& row) {
  FaultSchema schema{row.name,
                     row.summary,
                     Length::lasting,
                     {{"provider", ParamType::target_provider, true, {row.party}},
                      {"fraction", ParamType::share, false, {}}}};
  if (row.takes & captured) schema.params.push_back({"captured", ParamType::flag, false, {}});
  if (row.takes & status)
    schema.params.push_back({"status", ParamType::count, false, {}, 500, 599});
  if (row.takes & copies) schema.params.push_back({"copies", ParamType::count, false, {}, 2, 10});
  if (row.takes & depth) schema.params.push_back({"depth", ParamType::count, false, {}, 1, 100});
  if (row.takes & storm) schema.params.push_back({"copies", ParamType::count, false, {}, 2, 500});
  if (row.takes & delay)
    schema.params.push_back({"delay", ParamType::duration, false, {}, 100, 60'000});
  return schema;
}

template <typename T>
T param(const TimelineEntry& entry, const char* name, T otherwise) {
  const auto given = entry.params.find(name);
  return given == entry.params.end() ? otherwise : std::get<T>(given->second);
}

nlohmann::json order_of(const Row& row, const TimelineEntry& entry) {
  nlohmann::json order = {{"mode", row.mode}};
  order["fraction"] = param(entry, "fraction", 1.0);
  if (row.takes & captured) order["captured"] = param(entry, "captured", false);
  if (row.takes & status) order["status"] = param(entry, "status", int64_t{500});
  if (row.takes & copies) order["copies"] = param(entry, "copies", int64_t{2});
  if (row.takes & depth) order["depth"] = param(entry, "depth", int64_t{8});
  if (row.takes & storm) order["copies"] = param(entry, "copies", int64_t{100});
  if (row.takes & delay) order["delay_ms"] = param(entry, "delay", row.delay_ms);
  return order;
}

Result<std::vector<const Node*>> resolve_providers(const FaultContext& context, const Row& row) {
  const Target& target = std::get<Target>(context.entry.params.at("provider"));
  auto all = context.platform().parties(row.party);
  if (target.names.empty()) return draw(context, std::move(all), target.any, "providers");
  std::vector<const Node*> found;
  for (const auto& name : target.names) {
    const auto at = std::ranges::find(all, name, [](const Node* node) { return node->name; });
    if (at == all.end())
      return fail(ExitCode::inconclusive, fmt::format("the stack has no provider {}", name));
    found.push_back(*at);
  }
  return found;
}

class ProviderFault final : public Fault {
 public:
  explicit ProviderFault(const Row& row) : row_(row) {}

  Result<PlannedFault> plan(const FaultContext& context) override {
    const auto nodes = resolve_providers(context, row_);
    if (!nodes) return std::unexpected(nodes.error());
    order_ = order_of(row_, context.entry);
    orders_ = Orders(context.stack, *nodes, OrderKind::conduct, context.entry.id);
    PlannedFault planned{context.entry.id, row_.name,
                         fmt::format("{}", fmt::join(orders_.nodes(), ", ")), orders_.undo()};
    if (std::ranges::find(answering, std::string_view(row_.mode)) != std::end(answering))
      for (const auto& node : orders_.nodes()) planned.decides.push_back("the answers of " + node);
    return planned;
  }

  Status inject(Effects&) override { return orders_.give(order_); }
  Result<bool> holds(Effects&) override { return orders_.in_force(); }
  Status refresh(Effects&) override { return orders_.give(order_); }

  Result<std::optional<Evidence>> effect(Effects&) override {
    Evidence evidence;
    for (size_t i = 0; i < orders_.nodes().size(); ++i) {
      const auto counts = orders_.counts_of(i);
      if (!counts) return std::unexpected(counts.error());
      if (counts->treated == 0) return std::nullopt;
      note(evidence, orders_.nodes()[i], *counts, "_at_effect");
    }
    return evidence;
  }

  Evidence afterwards(Effects&) override {
    Evidence evidence;
    for (size_t i = 0; i < orders_.nodes().size(); ++i)
      if (const auto counts = orders_.counts_of(i)) note(evidence, orders_.nodes()[i], *counts, "");
    return evidence;
  }

  Result<Evidence> restored(Effects&) override {
    if (auto ended = orders_.require_ended(); !ended) return std::unexpected(ended.error());
    return Evidence{};
  }

  bool disruptive() const override { return row_.disruptive; }

 private:
  static void note(Evidence& evidence, const std::string& provider, const Orders::Counts& counts,
                   const char* when) {
    evidence[fmt::format("{}_treated{}", provider, when)] = std::to_string(counts.treated);
    evidence[fmt::format("{}_considered{}", provider, when)] = std::to_string(counts.considered);
  }

  const Row& row_;
  nlohmann::json order_;
  Orders orders_;
};

}  // namespace

#define PROVIDER_FAULT(name)                               \
  FaultSchema name##_schema() {                            \
    return schema_of(row_of(#name));                       \
  }                                                        \
  std::unique_ptr<Fault> make_##name() {                   \
    return std::make_unique<ProviderFault>(row_of(#name)); \
  }
PROVIDER_FAULT(provider_drop)
PROVIDER_FAULT(provider_timeout)
PROVIDER_FAULT(provider_error)
PROVIDER_FAULT(webhook_duplicate)
PROVIDER_FAULT(webhook_reorder)
PROVIDER_FAULT(webhook_delay)
PROVIDER_FAULT(stream_degrade)
PROVIDER_FAULT(provider_slow)
PROVIDER_FAULT(provider_brownout)
PROVIDER_FAULT(provider_rate_limit)
PROVIDER_FAULT(provider_key_expiry)
PROVIDER_FAULT(settlement_partial)
PROVIDER_FAULT(chain_halt)
PROVIDER_FAULT(chain_reorg)
PROVIDER_FAULT(game_provider_drop)
PROVIDER_FAULT(webhook_forge)
PROVIDER_FAULT(webhook_storm)
PROVIDER_FAULT(provider_key_rotation)
PROVIDER_FAULT(kyt_down)
#undef PROVIDER_FAULT

}  // namespace rehearse
