// What the contact that a player has registered does by itself: it confirms that over the emergency
// channel. No operation of the player's, and not recorded; only then the channel is of any use.
#include "base/clock.hpp"
#include "load/behaviours/contacts.hpp"
#include "load/generator.hpp"
#include "load/retry.hpp"

namespace rehearse {

void Generator::confirm_contact(uint32_t player, uint32_t tries) {
  constexpr uint32_t tries_max = 60;
  if (stopped_ || tries >= tries_max) return;
  const Behaviour& channel = *behaviour_of(OperationKind::lifeline);
  Operation of_player;
  of_player.player = player;
  const size_t endpoint = entry_.endpoint_for(channel, of_player);
  client_.call(endpoint, confirm_request(history_.run_key(), player), connect_timeout_ms,
               answer_timeout_ms, [this, player, tries, endpoint, &channel](const auto& result) {
                 entry_.follow(channel, player, endpoint, result.has_value());
                 if (result && result->status == 200) {
                   registered_[player] = true;
                 } else {
                   client_.at(monotonic_ns() + ns_per_s,
                              [this, player, tries] { confirm_contact(player, tries + 1); });
                 }
               });
}

}  // namespace rehearse
