#include <map>
#include <set>

#include "casino/chain/service.hpp"
#include "casino/common/clock.hpp"
#include "services/service.hpp"

namespace casino::fuzz {

namespace {

class Chain final : public Target {
 public:
  Outcome take(const Request& request) override {
    Outcome outcome = judged(request, service_.answer(request));
    const bool in = request.path == "/v1/deposits", out = request.path == "/v1/transactions";
    if (request.method == "POST" && (in || out) && outcome.accepted) {
      const auto money = money_of(request.body);
      if (!money)
        outcome.wrong = "the chain took what is no money";
      else if (in)
        deposits_.emplace(money->business_key, *money);
      else
        payouts_.insert(money->business_key);
    }
    chain_tick(book_, misconduct_, ++taken_, wall_ms());
    if (taken_ % 128 == 0) book_.reorganize(3, wall_ms());
    return outcome;
  }

  std::string end() override {
    std::set<std::string> given_back;
    size_t deposits = 0;
    for (const auto& item : rows_of(book_.dump(), "transfers")) {
      const Money money = money_in(item.as_object());
      const std::string direction = text_of(item.as_object(), "direction").value_or("");
      if (money.amount_minor <= 0) return "a transaction of no money";
      if (direction == "out" && !payouts_.contains(money.business_key))
        return "a payout that nobody asked for well";
      if (direction == "out") continue;
      const auto asked = deposits_.find(money.business_key);
      if (asked == deposits_.end() || !(asked->second == money))
        return "a deposit or refund that is not what was paid in";
      deposits += direction == "in" ? 1 : 0;
      if (direction == "refund" && !given_back.insert(money.business_key).second)
        return "a deposit was given back twice";
    }
    return deposits == deposits_.size() ? "" : "the book lacks a deposit that was acknowledged";
  }

 private:
  Folder folder_;
  ChainBook book_{folder_.book(), {"tron", 100, 3}, 7};
  Misconduct misconduct_{7};
  ChainService service_{book_, misconduct_, "chain-1"};
  std::map<std::string, Money> deposits_;  // the first of a business key
  std::set<std::string> payouts_;
  int64_t taken_ = 0;
};

}  // namespace

Surface chain_surface() {
  const auto payout = [](const std::string& nonce, const std::string& amount) {
    return post("/v1/transactions", R"({"sender":"hot-1","business_key":"w)" + nonce +
                                        R"(","nonce":)" + nonce + R"(,"amount_minor":)" + amount +
                                        R"(,"currency":"USDT","fee_minor":1000000})");
  };
  const std::string deposit = R"({"business_key":"d1","amount_minor":5000000,"currency":"USDT"})";
  return service<Chain>(
      "chain",
      with_control({payout("0", "7"), payout("0", "7"), payout("1", "8"),
                    get("/v1/transactions", "business_key=w0"), post("/v1/deposits", deposit),
                    get("/v1/head"), get("/v1/settlements", "day=1")},
                   {post("/v1/refunds", R"({"business_key":"d1"})"),
                    post("/v1/refunds", R"({"business_key":"d1"})")}),
      {payout("0", "9"), payout("2", "0"), payout("-1", "5"), payout("1e309", "5"),
       post("/v1/refunds", R"({"business_key":"nobody"})")});
}

}  // namespace casino::fuzz
