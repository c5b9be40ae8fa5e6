// A few operations through one edge alone, before players are sent there.
#include "base/clock.hpp"
#include "load/generator.hpp"

namespace rehearse {

namespace {

constexpr int64_t trial_minor = 100;
constexpr uint64_t trial_rounds_from = 1ull << 40;  // which no plan comes to

}  // namespace

std::shared_ptr<const EdgeTrial> Generator::try_edge(const Endpoint& edge) {
  auto told = std::make_shared<EdgeTrial>();
  client_.post([this, edge, told] {
    const Trial trial{told, client_.add(edge, 0), trial_rounds_from + ++trials_};
    try_through(trial, OperationKind::bet, 0);
  });
  return told;
}

void Generator::try_through(const Trial& trial, OperationKind kind, uint64_t related) {
  Operation operation;
  operation.kind = kind;
  operation.player = 1;
  operation.amount_minor = trial_minor;
  operation.intended_ns = monotonic_ns();
  operation.related = related;
  if (kind != OperationKind::payout) operation.round = trial.round;
  Running* running = stopped_ ? nullptr : add(operation, no_arrival);
  if (running == nullptr) {
    trial.told->failed = true;
    return;
  }
  running->trial = trial;
  if (kind == OperationKind::bet) trial.told->first_operation = running->operation.id;
  ++counters_.scheduled;
  ++counters_.sent;
  if (try_at(*running, operation.intended_ns)) return;
  trial.told->failed = true;
  running_.erase(running->operation.id);
}

void Generator::tried(const Trial& trial, const Operation& operation, Outcome outcome) {
  if (outcome != Outcome::ok) {
    trial.told->failed = true;
    return;
  }
  ++trial.told->acknowledged;
  if (operation.kind != OperationKind::bet) return;
  try_through(trial, OperationKind::win, operation.id);
  try_through(trial, OperationKind::payout, 0);
}

}  // namespace rehearse
