// A player looks at the money there is to play with.
#include <fmt/format.h>

#include "load/behaviour.hpp"
#include "load/words.hpp"

namespace rehearse {
namespace {

HttpRequest balance_request(const Operation& operation, std::string_view) {
  return get(fmt::format("/v1/balances/{}?currency={}", player_name(operation.player),
                         name_of(operation.currency)));
}

}  // namespace

Behaviour balance_behaviour() {
  return {.kind = OperationKind::balance,
          .summary = "A look at the player's cash",
          .as_player = true,
          .request_of = balance_request};
}

}  // namespace rehearse
