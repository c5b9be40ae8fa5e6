#include <map>

#include "casino/cashier/settlement_file.hpp"
#include "casino/common/clock.hpp"
#include "casino/outside/settlement.hpp"
#include "casino/psp/service.hpp"
#include "services/service.hpp"

namespace casino::fuzz {

namespace {

class Psp final : public Target {
 public:
  Outcome take(const Request& request) override {
    Outcome outcome = judged(request, service_.answer(request));
    if (request.method == "POST" && request.path == "/v1/transfers" && outcome.accepted)
      outcome.wrong = made(request);
    book_.settle_due(wall_ms() + 1000);
    if (++taken_ % 64 == 0) book_.dispute_due(wall_ms() + 60'000);
    return outcome;
  }

  std::string end() override {
    std::map<std::string, int64_t> paid_in, gone_back;
    size_t ordered = 0;
    for (const auto& item : rows_of(book_.dump(), "transfers")) {
      const json::object& row = item.as_object();
      const Money money = money_in(row);
      const std::string direction = text_of(row, "direction").value_or("");
      if (direction == "refund" || direction == "chargeback") {
        gone_back[money.business_key] += money.amount_minor;
        continue;
      }
      ++ordered;
      const auto asked = asked_.find(text_of(row, "idempotency_key").value_or(""));
      if (asked == asked_.end()) return "a transfer in the book that nobody asked for well";
      if (!(asked->second == money)) return "a transfer in the book is not what was asked for";
      // As a sum of many it may not fit; one deposit of a key is what goes back.
      auto& most = paid_in[money.business_key];
      if (direction == "in") most = std::max(most, money.amount_minor);
    }
    if (ordered != asked_.size()) return "the book lacks a transfer that was acknowledged";
    for (const auto& [key, amount_minor] : gone_back)
      if (amount_minor > paid_in[key]) return "more went back than came in: " + key;
    const auto file = read_settlement(book_.settlement(0, wall_ms() + 10'000));
    return file && file->is_whole ? "" : "the settlement file cannot be read";
  }

 private:
  std::string made(const Request& request) {
    const auto money = money_of(request.body);
    if (!money) return "a transfer was made of what is no money";
    const std::string key(request.header("idempotency-key"));
    const auto [known, is_new] = asked_.emplace(key, *money);
    return is_new || known->second == *money ? "" : "another body was accepted under one key";
  }

  Folder folder_;
  ProviderBook book_{folder_.book(), "psp-a"};
  Misconduct misconduct_{7};
  WebhookCopies copies_;
  PspService service_{book_, misconduct_, copies_, "psp-a", "psp-a", 7};
  std::map<std::string, Money> asked_;  // by idempotency key
  int64_t taken_ = 0;
};

}  // namespace

Surface psp_surface() {
  const auto order = [](const std::string& amount) {
    return R"({"business_key":"p1","direction":"in","amount_minor":)" + amount +
           R"(,"currency":"EUR","method":"card"})";
  };
  const auto transfer = [&](const std::string& key, const std::string& amount) {
    return post("/v1/transfers", order(amount), {{"idempotency-key", key}});
  };
  std::string out = order("70");
  out.replace(out.find("\"in\""), 4, "\"out\"").replace(out.find("p1"), 2, "p2");
  return service<Psp>(
      "psp",
      with_control(
          {transfer("p1", "500"), transfer("p1", "500"),
           post("/v1/transfers", out, {{"idempotency-key", "p2"}}),
           get("/v1/transfers", "business_key=p1"),
           post("/v1/cancellations", "", {{"idempotency-key", "p9"}}),
           post("/v1/disputes", R"({"business_key":"p1"})"), get("/v1/settlements", "day=1")},
          {post("/v1/refunds", R"({"business_key":"p1"})"),
           post("/v1/refunds", R"({"business_key":"p1"})")}),
      {transfer("", "500"), transfer("p8", "-1"), transfer("p8", "1e309"), transfer("p8", "0.5"),
       transfer("p8", "9223372036854775808"), transfer("p1", "501"), transfer("p9", "500"),
       post("/v1/refunds", R"({"business_key":"nobody"})"),
       get("/v1/transfers", "business_key=%ff"),
       get("/v1/settlements", "day=9223372036854775807")});
}

}  // namespace casino::fuzz
