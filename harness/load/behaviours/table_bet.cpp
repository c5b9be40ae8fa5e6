// A bet at a live table, for the window that is on by the table's published schedule: every 10 s
// one opens. Some come too late for it, and are told so.
#include <fmt/format.h>

#include "base/clock.hpp"
#include "load/behaviour.hpp"
#include "load/behaviours/stakes.hpp"
#include "load/words.hpp"

namespace rehearse {
namespace {

constexpr int64_t cycle_ms = 10'000;

void draw_table_bet(Arrival& arrival, Draw& draw) {
  arrival.amount_minor = stake_minor(draw.random);
}

// The one that was on when the bet was first to be sent, also when it is sent again: a key belongs
// to one bet, and that is for one window.
std::string window_of(const Operation& operation) {
  static const int64_t wall_minus_monotonic_ns = wall_ns() - monotonic_ns();
  const int64_t at_ms = (operation.intended_ns + wall_minus_monotonic_ns) / ns_per_ms;
  return fmt::format("table-1-{}", at_ms / cycle_ms);
}

HttpRequest table_bet_request(const Operation& operation, std::string_view run_key) {
  auto body = body_of(operation, run_key);
  body["window"] = window_of(operation);
  body["amount_minor"] = operation.amount_minor;
  return post("/v1/tables/table-1/bets", body);
}

}  // namespace

Behaviour table_bet_behaviour() {
  return {.kind = OperationKind::table_bet,
          .summary = "A bet at a live table, in its window",
          .target = "table",
          .as_player = true,
          .draw = draw_table_bet,
          .request_of = table_bet_request};
}

}  // namespace rehearse
