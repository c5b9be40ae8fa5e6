// Players log in before the load begins: what they send then carries their tokens, and no login is
// part of what is measured (those that a profile has are operations like others).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "load/behaviour.hpp"
#include "load/behaviours/sessions.hpp"
#include "load/entry.hpp"

namespace rehearse {

// Of the load's thread alone.
class Logins {
 public:
  Logins(Entry& entry, uint32_t players, std::string run_key)
      : entry_(entry), run_key_(std::move(run_key)), tokens_(players + 1) {}

  // Calls `done` once: everybody is in, or somebody was not within a minute (machine).
  void begin(std::function<void(Status)> done);

  // Adds the player's token to a request that is to have one.
  void sign(HttpRequest& request, const Behaviour& behaviour, uint32_t player) const;

 private:
  void log_in(uint32_t player);
  void answered(uint32_t player, const std::expected<HttpResponse, HttpError>& result);
  void next();
  void end(Status status);

  Entry& entry_;
  const std::string run_key_;
  std::vector<Tokens> tokens_;  // by player; players count from 1
  std::function<void(Status)> done_;
  uint32_t next_ = 1;
  size_t in_ = 0;  // who are logged in
  int64_t until_ns_ = 0;
};

}  // namespace rehearse
