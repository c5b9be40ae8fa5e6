#include <map>
#include <mutex>

#include "../unit/fixtures/casino/common/fake_redis.hpp"
#include "base/clock.hpp"
#include "base/ed25519.hpp"
#include "casino/common/clock.hpp"
#include "casino/session/requests.hpp"
#include "services/service.hpp"

namespace casino::fuzz {

namespace {

const std::string session_key(64, 'a');

class Session final : public Target {
 public:
  Session() { watch_.state_after(rehearse::monotonic_ns(), 3000); }

  Outcome take(const Request& given) override {
    Request request = given;
    auto body = parse_object(request.body);
    const auto text = [&](std::string_view name) {
      return body ? text_of(*body, name).value_or("") : "";
    };
    const std::string proof = login_proof("player-secret", text("player"), text("key"));
    if (body && request.path == "/v1/sessions" && signer_of(request, "") == Signer::owner) {
      (*body)["proof"] = proof;
      request.body = to_text(*body);
    }
    SessionRequests requests(context_, watch_);
    Outcome outcome = judged(request, requests.answer(request));
    const bool login = request.method == "POST" && request.path == "/v1/sessions";
    if (login && outcome.accepted && text("proof") != proof)
      outcome.wrong = "a session was opened without a proof";
    return outcome;
  }

 private:
  std::string answer(const rehearse::RedisCommand& command) {
    const std::scoped_lock lock(mutex_);
    if (command[0] == "ROLE")
      return test::list({test::bulk("master"), test::whole(1), test::list({})});
    if (command[0] == "EVAL") return test::whole(1);
    if (command[0] != "GET" && command[0] != "SET") return "+OK\r\n";
    const auto known = data_.find(command[1]);
    const std::string old = known == data_.end() ? "$-1\r\n" : test::bulk(known->second);
    if (command[0] == "SET") data_[command[1]] = command[2];
    return command[0] == "SET" && command.back() != "GET" ? "+OK\r\n" : old;
  }

  std::mutex mutex_;
  std::map<std::string, std::string> data_;
  test::FakeRedis redis_{[this](const rehearse::RedisCommand& command) { return answer(command); }};
  test::FakeRedis sentinel_{[this](const rehearse::RedisCommand&) {
    const Endpoint master = redis_.endpoint();
    return test::list({test::bulk(master.address), test::bulk(std::to_string(master.port))});
  }};
  RedisWatch watch_{{{redis_.endpoint()}, {sentinel_.endpoint()}, ""}};
  WalletCaller wallet_{{}};
  SessionContext context_{"player-secret",
                          session_key,
                          PlayerTokens({rehearse::ed25519_public(session_key)}),
                          wallet_,
                          {.per_s = 1, .burst = 2},
                          LocalBuckets({.per_s = 1, .burst = 2})};
};

}  // namespace

Surface session_surface() {
  const auto login = [](const std::string& proof) {
    return post("/v1/sessions", to_text({{"key", "k-1"}, {"player", "p0001"}, {"proof", proof}}));
  };
  const std::string token = player_token(session_key, "p0001", wall_ms() / 1'000 + 3'600);
  return service<Session>(
      "session",
      {login(login_proof("player-secret", "p0001", "k-1")), get("/v1/sessions/" + token)},
      {get("/v1/sessions/nobody"), get("/v1/sessions/a%2Fb"),
       get("/v1/sessions/" + token + "/balance", "currency=eur")});
}

}  // namespace casino::fuzz
