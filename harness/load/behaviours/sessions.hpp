// How a player logs in, and how a house game says that it is one.
#pragma once

#include <string>

#include "base/http.hpp"

namespace rehearse {

HttpRequest login_request(const std::string& player, const std::string& key);
// What a login's answer gives a player: for what he sends himself, and for the games that he opens
// at studios. Empty: nothing.
struct Tokens {
  std::string session, launch;
};
Tokens tokens_of(const HttpResponse& response);

// Wins and rollbacks of house games come server to server: "t=<unix>,v1=<hex HMAC-SHA256(secret,
// t + "." + path + "\n" + body)>" as `Game-Signature`. Signed once: the same request in every try.
void sign_as_game(HttpRequest& request);

}  // namespace rehearse
