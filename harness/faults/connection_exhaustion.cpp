// The primary runs out of connections: the harness opens as many as it gives and holds them, as a
// pool without a bound does, or a service that leaks. Those who have a connection go on; whoever
// needs a new one is refused. Places that become free are taken too.
//
// The last ones (superuser_reserved_connections) stay: we come as the platform's user, and Patroni
// and the undo come as the superuser.
// Heals by: our connections close. They die with the harness (platform/database.hpp).
// Effect: the server refuses the next connection with SQLSTATE 53300.
#include <fmt/format.h>

#include <vector>

#include "faults/places.hpp"
#include "platform/database.hpp"

namespace rehearse {
namespace {

constexpr const char* too_many_connections = "53300";
constexpr size_t connections_max = 2'000;

class ConnectionExhaustion final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    const auto keep = context.entry.params.find("keep");
    if (keep != context.entry.params.end())
      keep_ = static_cast<size_t>(std::get<int64_t>(keep->second));
    const auto node = context.platform().holder_of(context.view, Purpose::ledger, Rank::leader);
    if (!node) return std::unexpected(node.error());
    node_ = *node;
    login_ = reader_login(context.stack, node_);
    name_ = session_name(context.entry.id);
    return PlannedFault{
        context.entry.id, "connection_exhaustion", *node, {end_sessions(*node, name_)}};
  }

  Status inject(Effects&) override {
    if (auto full = fill(); !full) return full;
    if (held_.size() <= keep_)
      return fail(ExitCode::inconclusive,
                  fmt::format("keep: {} leaves nothing to hold: the server gave {} connections",
                              keep_, held_.size()));
    held_.resize(held_.size() - keep_);
    return {};
  }

  Result<std::optional<Evidence>> effect(Effects&) override {
    if (refusal_.empty()) return std::nullopt;
    return Evidence{{"sqlstate", too_many_connections},
                    {"refusal", refusal_},
                    {"connections_held", std::to_string(held_.size())},
                    {"connections_left", std::to_string(keep_)}};
  }

  // A server that was restarted meanwhile has dropped all of ours. Two are asked: one alone may
  // just be slow.
  Result<bool> holds(Effects&) override {
    for (size_t asked = 0; asked < 2 && !held_.empty(); ++asked) {
      if (held_.back()->answers(session_open_ms)) return true;
      held_.pop_back();
    }
    held_.clear();
    return false;
  }

  // Nothing is refilled where some are to be left: whose they are now cannot be said.
  Status refresh(Effects&) override {
    if (keep_ > 0) return {};
    const size_t before = held_.size();
    Status full = fill();
    taken_later_ += held_.size() - before;
    return full;
  }

  Evidence afterwards(Effects&) override {
    Evidence evidence{{"connections_taken_later", std::to_string(taken_later_)}};
    held_.clear();
    return evidence;
  }

  Result<Evidence> restored(Effects& runtime) override {
    return require_no_sessions(runtime, node_, name_);
  }

 private:
  // Opens until the server refuses.
  Status fill() {
    while (held_.size() < connections_max) {
      auto session = DatabaseSession::open(login_, name_, session_open_ms);
      if (session) {
        held_.push_back(std::move(*session));
        continue;
      }
      if (session.error().sqlstate != too_many_connections)
        return fail(ExitCode::inconclusive, session.error().message);
      refusal_ = session.error().message;
      return {};
    }
    return fail(ExitCode::inconclusive, fmt::format("{} gave {} connections and refused none",
                                                    login_.address, held_.size()));
  }

  DatabaseLogin login_;
  std::string node_, name_, refusal_;
  size_t keep_ = 0, taken_later_ = 0;
  std::vector<std::unique_ptr<DatabaseSession>> held_;
};

}  // namespace

FaultSchema connection_exhaustion_schema() {
  return {"connection_exhaustion",
          "The primary's connections are taken: whoever needs a new one is refused",
          Length::lasting,
          {{"keep", ParamType::count, false, {}}}};
}
std::unique_ptr<Fault> make_connection_exhaustion() {
  return std::make_unique<ConnectionExhaustion>();
}

}  // namespace rehearse
