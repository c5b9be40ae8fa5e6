// What players do: one behaviour for each kind of operation that is sent, a file each in
// behaviours/ and a line each in behaviours.def. A profile says how much of each there is.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.hpp"
#include "load/load.hpp"
#include "load/protocol.hpp"
#include "load/random.hpp"

namespace rehearse {

// What an arrival is drawn with.
struct Draw {
  Random& random;
  const LoadProfile& profile;
  uint64_t seed = 0;
  uint64_t& rounds;  // counts game rounds up
};

// An arrival that comes some time after another one and belongs to it.
struct FollowUp {
  OperationKind kind = OperationKind::bet;
  double share = 0;  // of the arrivals that it may follow
  double mean_delay_ms = 0;
};

// What is known when an arrival is due.
struct Moment {
  bool related_begun = false;
  Outcome related_outcome = Outcome::none;  // how it ended; none: not yet
  int64_t related_amount_minor = 0;
  bool path_out = false;    // most of what went through the edge in the last seconds failed
  bool registered = false;  // the player, for the emergency channel
};

struct Behaviour {
  OperationKind kind = OperationKind::bet;
  std::string_view summary;
  // Where it goes: a name under `targets` of the stack. Where the stack has none, nobody does it.
  std::string_view target = "edge";
  // Sent with the token of its player, who has logged in before the load began, where that is
  // possible at all.
  bool as_player = false;
  // With the one that is good for bets at studios and for nothing else.
  bool opens_game = false;
  bool starts = true;  // arrives by itself; otherwise only as what another one is followed by
  bool stays =
      false;  // the node that was asked first alone knows the operation: all tries go there
  // Fills what the kind asks for: amount, currency, round, method. Of a follow-up, what it follows
  // was copied into it before. null: player and currency are all.
  void (*draw)(Arrival&, Draw&) = nullptr;
  std::vector<FollowUp> (*follow_ups)(const LoadProfile&) = nullptr;  // null: nothing follows
  // What the arrival becomes as things are by then: another kind, another amount. null: as planned.
  void (*adjust)(Operation&, const Moment&) = nullptr;
  HttpRequest (*request_of)(const Operation&, std::string_view run_key) = nullptr;
  Answer (*answer_of)(const HttpResponse&) = rehearse::answer_of;
  // One look at an operation that was accepted, until it is settled; kinds that a watch_of() exists
  // for have both.
  HttpRequest (*look_of)(const Operation& watched, std::string_view run_key) = nullptr;
  Answer (*looked)(const HttpResponse&) = nullptr;
  int64_t watch_ms = 5'000;  // of such a watch, which is one attempt
};

// By kind; `starting` in the order of behaviours.def.
const Behaviour* behaviour_of(OperationKind kind);  // null: a watch
std::span<const Behaviour> behaviours();

// What is not planned because the stack has no such target: names of the kinds with weight.
std::vector<std::string> without_target(const LoadProfile& profile,
                                        std::span<const std::string> targets);
// The profile without that.
LoadProfile playable(LoadProfile profile, std::span<const std::string> targets);

// The kinds that arrivals of the profile may become, watches included, sorted.
std::vector<OperationKind> kinds_of(const LoadProfile& profile);

// A balance is what a player looks at who finds nothing to do.
void become_balance(Operation& operation);

}  // namespace rehearse
