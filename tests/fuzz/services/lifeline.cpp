#include <map>
#include <set>

#include "base/ed25519.hpp"
#include "casino/common/signature.hpp"
#include "casino/lifeline/requests.hpp"
#include "services/service.hpp"

namespace casino::fuzz {

namespace {

// The lifeline's book and hands, made of memory; an emergency is on.
struct MemoryLifeline final : LifelineBook, LifelineHands {
  DbResult<std::optional<LifelineContact>> contact(const std::string& name) override {
    if (name != "bot-1") return std::optional<LifelineContact>();
    return std::optional<LifelineContact>(
        {"bot-1", "p0001", rehearse::ed25519_public(std::string(64, 'c'))});
  }
  DbResult<bool> confirm(const std::string&) override { return true; }
  DbResult<LifelineBegun> begin(const LifelineMessage& message, const LifelineContact&) override {
    const auto [known, is_new] = hashes.emplace(message.key, body_hash_of(message));
    if (!is_new && known->second != body_hash_of(message))
      return LifelineBegun{LifelineBegun::State::key_reused, 1, 0, ""};
    return LifelineBegun{LifelineBegun::State::fresh, 1, 0, ""};
  }
  DbResult<void> end(const std::string&, int, const std::string&) override { return {}; }
  DbResult<std::optional<std::string>> player_of_payment(const std::string&) override {
    return std::optional<std::string>("p0001");
  }
  DbResult<std::optional<Emergency>> emergency() override { return on; }
  DbResult<bool> declare(const std::string& by, const std::string& reason) override {
    on = Emergency{1, by, reason};
    return true;
  }
  DbResult<bool> end_emergency(int64_t, const std::string&) override {
    on.reset();
    return true;
  }
  DbResult<bool> spend(const std::string&, const OfficersSigned&) override { return true; }
  Response act(const LifelineMessage&, const std::string&) override {
    ++acts;
    return {200, R"({"outcome":"ok","balance_minor":5})", {}};
  }

  std::map<std::string, std::string> hashes;
  std::optional<Emergency> on;
  int64_t acts = 0;
};

class Lifeline final : public Target {
 public:
  Outcome take(const Request& given) override {
    Request request = given;
    const Signer signer = signer_of(request, "signature");
    if (signer != Signer::nobody) {
      const std::string secret(64, signer == Signer::owner ? 'c' : 'd');
      put_header(request, "signature", sign_by_key(secret, request.body, wall_s()));
    }
    if (signer == Signer::owner) signed_.insert(request.body);
    const int64_t acts = memory_.acts;
    const bool on = memory_.on.has_value();
    LifelineRequests requests(context_, memory_, [](auto, auto, auto) {});
    Outcome outcome = judged(request, requests.answer(request));
    if (memory_.acts != acts && !signed_.contains(request.body))
      outcome.wrong = "the lifeline acted without a signature";
    // Two signatures of officers are in the seeds, for these two texts alone.
    const std::string reason = memory_.on ? memory_.on->reason : "drill";
    if (memory_.on.has_value() != on && reason != "drill")
      outcome.wrong = "an emergency that no officers signed";
    return outcome;
  }

 private:
  MemoryLifeline memory_;
  const Officers officers_{{{"officer-1", rehearse::ed25519_public(std::string(64, 'a'))},
                            {"officer-2", rehearse::ed25519_public(std::string(64, 'b'))}}};
  const LifelineContext context_{"lifeline-1", memory_, officers_, wall_s, [] { return true; }};
  std::set<std::string> signed_;
};

Request emergency(const std::string& action, const std::string& second) {
  const std::string text = emergency_text(action, "drill");
  const std::string second_secret =
      second == "officer-1" ? std::string(64, 'a') : std::string(64, 'b');
  return post("/control/emergency",
              to_text({{"action", action},
                       {"reason", "drill"},
                       {"proposed_by", "officer-1"},
                       {"proposed_sig", fresh_officer_signature(std::string(64, 'a'), text)},
                       {"approved_by", second},
                       {"approved_sig", fresh_officer_signature(second_secret, text)}}));
}

}  // namespace

Surface lifeline_surface() {
  const Headers good = {{"signature", "good"}};
  const auto ask = [&](const std::string& rest) {
    return post("/v1/lifeline", R"({"contact":"bot-1",)" + rest, good);
  };
  return service<Lifeline>(
      "lifeline",
      {ask(R"("key":"k1","operation":"cashout","currency":"EUR","amount_minor":500})"),
       ask(R"("key":"k2","operation":"close","currency":"EUR","round":"r1"})"),
       ask(R"("key":"k3","operation":"cancel","payment":"p1"})"), emergency("declare", "officer-2"),
       emergency("end", "officer-2"), get("/status")},
      {emergency("declare", "officer-1"), emergency("declare", "officer-3"),
       post("/v1/lifeline",
            R"({"contact":"bot-1","key":"k9","operation":"close",)"
            R"("currency":"EUR","round":"r1"})",
            {{"signature", "stranger"}}),
       ask(R"("key":"k1","operation":"cashout","currency":"EUR","amount_minor":501})")});
}

}  // namespace casino::fuzz
