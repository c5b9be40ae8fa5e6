#include <map>

#include "casino/studio/service.hpp"
#include "services/casino.hpp"
#include "services/service.hpp"

namespace casino::fuzz {

namespace {

class Studio final : public Target {
 public:
  Outcome take(const Request& request) override {
    if (request.method == "POST" && request.path == "/v1/spins") {
      if (const auto money = money_of(request.body, "key"))
        spins_.emplace(money->business_key, *money);
    }
    return judged(request, service_.answer(request));
  }

  std::string end() override {
    for (const auto& item : rows_of(book_.dump(), "rounds")) {
      const Money money = money_in(item.as_object(), "round");
      const auto asked = spins_.find(money.business_key);
      if (asked == spins_.end()) return "a round that nobody asked for well";
    }
    for (const auto& [path, body] : casino_.wallet().booked()) {
      if (path != "/v1/bets") continue;
      const auto asked = spins_.find(text_of(body, "round").value_or(""));
      if (asked == spins_.end()) return "a bet in the wallet that nobody asked for well";
    }
    return {};
  }

 private:
  Casino casino_;
  Folder folder_;
  StudioBook book_{folder_.book(), "studio-a", 7};
  CasinoLine line_{LineOptions{{casino_.endpoint()}, "studio-a", "secret-a", Style::replay}};
  Misconduct misconduct_{7};
  StudioService service_{book_, line_, misconduct_, "studio-a"};
  std::map<std::string, Money> spins_;
};

// A key of a round that the plan lets be played.
std::string playable_key() {
  for (int i = 0; i < 1000; ++i) {
    std::string key = "k-" + std::to_string(i);
    if (plan_round(7, key, 1000).fate == Fate::win) return key;
  }
  return "none";
}

}  // namespace

Surface studio_surface() {
  const std::string key = playable_key();
  const auto spin = [&](const std::string& amount) {
    return post("/v1/spins", R"({"key":")" + key + R"(","player":"p0001","amount_minor":)" +
                                 amount + R"(,"currency":"EUR","game":"slots"})");
  };
  return service<Studio>("studio",
                         with_control({spin("1000"), spin("1000"), get("/v1/rounds/" + key)}),
                         {spin("1001"), spin("-1"), spin("1e309"), get("/v1/rounds/nobody")});
}

}  // namespace casino::fuzz
