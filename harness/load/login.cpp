#include "load/login.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/clock.hpp"
#include "load/retry.hpp"

namespace rehearse {

namespace {

constexpr uint32_t at_once = 16;  // few enough for a machine that is still warming up
constexpr int64_t within_ns = 60 * ns_per_s, again_ns = 200 * ns_per_ms;

}  // namespace

void Logins::begin(std::function<void(Status)> done) {
  done_ = std::move(done);
  until_ns_ = monotonic_ns() + within_ns;
  if (tokens_.size() <= 1) return end({});
  for (uint32_t i = 0; i < at_once; ++i) next();
}

void Logins::next() {
  if (next_ < tokens_.size()) log_in(next_++);
}

void Logins::log_in(uint32_t player) {
  if (!done_) return;
  Operation login;
  login.kind = OperationKind::session;
  login.player = player;
  const Behaviour& behaviour = *behaviour_of(OperationKind::session);
  const size_t endpoint = entry_.endpoint_for(behaviour, login);
  const std::string key = fmt::format("{}-login-{}", run_key_, player);
  entry_.client().call(endpoint, login_request(player_name(player), key), connect_timeout_ms,
                       answer_timeout_ms, [this, player, endpoint](const auto& result) {
                         entry_.follow(*behaviour_of(OperationKind::session), player, endpoint,
                                       result.has_value());
                         answered(player, result);
                       });
}

void Logins::answered(uint32_t player, const std::expected<HttpResponse, HttpError>& result) {
  if (!done_) return;
  Tokens tokens = result ? tokens_of(*result) : Tokens{};
  if (!tokens.session.empty()) {
    tokens_[player] = std::move(tokens);
    if (++in_ == tokens_.size() - 1) return end({});
    return next();
  }
  const int64_t now_ns = monotonic_ns();
  if (now_ns > until_ns_) {
    const std::string why =
        result ? fmt::format("status {}", result->status) : result.error().message;
    return end(fail(ExitCode::machine, fmt::format("{} of {} players could not log in: {}: {}",
                                                   tokens_.size() - 1 - in_, tokens_.size() - 1,
                                                   player_name(player), why)));
  }
  entry_.client().at(now_ns + again_ns, [this, player] { log_in(player); });
}

void Logins::end(Status status) {
  if (const auto done = std::exchange(done_, nullptr)) done(std::move(status));
}

void Logins::sign(HttpRequest& request, const Behaviour& behaviour, uint32_t player) const {
  const Tokens& tokens = tokens_.at(player);
  if (behaviour.as_player)
    request.headers.emplace_back("Authorization", "Bearer " + tokens.session);
  else if (behaviour.opens_game && !tokens.launch.empty())
    request.headers.emplace_back("Authorization", "Bearer " + tokens.launch);
}

}  // namespace rehearse
