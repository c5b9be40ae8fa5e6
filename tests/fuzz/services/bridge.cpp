#include <set>

#include "casino/common/signature.hpp"
#include "services/casino.hpp"
#include "services/service.hpp"

namespace casino::fuzz {

namespace {

class GameBridge final : public Target {
 public:
  Outcome take(const Request& given) override {
    Request request = given;
    const std::string text = signed_text(request.path, request.body);
    const Signer signer = signer_of(request, "studio-signature");
    if (signer != Signer::nobody) {
      const bool b = request.path.starts_with("/v1/studios/studio-b");
      const bool uses_b = b == (signer == Signer::owner);
      put_header(request, "studio-signature",
                 sign_webhook(uses_b ? "secret-b" : "secret-a", text, wall_s()));
    }
    if (signer == Signer::owner) signed_.insert(text);
    const size_t before = static_cast<size_t>(casino_.wallet().asked.load());
    Outcome outcome = judged(request, casino_.answer(request));
    const bool moved = static_cast<size_t>(casino_.wallet().asked.load()) != before;
    if (moved && !signed_.contains(text))
      outcome.wrong = "the wallet was asked without a signature";
    return outcome;
  }

 private:
  Casino casino_;
  std::set<std::string> signed_;
};

}  // namespace

Surface bridge_surface() {
  const std::string bet_a =
      R"({"transaction_uuid":"r1:bet","user":"p0001","round":"r1","currency":"EUR","amount":250,)"
      R"("jackpot":"daily","jackpot_contribution":2})";
  const std::string bet_b =
      R"({"txId":"r2:bet","playerId":"p0001","gameRound":"r2","cur":"EUR","cents":250})";
  const Headers good = {{"studio-signature", "good"}};
  const std::string a = "/v1/studios/studio-a/", b = "/v1/studios/studio-b/";
  return service<GameBridge>(
      "game/bridge",
      {post(a + "bet", bet_a, good), post(b + "bet", bet_b, good), post(b + "close", bet_b, good),
       get("/status")},
      {post(a + "bet", "{}", good), post(a + "bet", bet_a, {{"studio-signature", "stranger"}}),
       post("/v1/studios/studio-c/bet", bet_a, good), post(a + "luck", bet_a, good)});
}

}  // namespace casino::fuzz
