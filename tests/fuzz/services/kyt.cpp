#include <map>

#include "casino/common/clock.hpp"
#include "casino/kyt/service.hpp"
#include "services/service.hpp"

namespace casino::fuzz {

namespace {

class Kyt final : public Target {
 public:
  Outcome take(const Request& request) override {
    Outcome outcome = judged(request, service_.answer(request));
    if (request.method == "POST" && request.path == "/v1/screenings" && outcome.accepted) {
      const auto money = money_of(request.body);
      const auto [known, is_new] =
          asked_.emplace(std::string(request.header("idempotency-key")), money.value_or(Money()));
      if (!money || (!is_new && !(known->second == *money)))
        outcome.wrong = "what is no money, or another body under one key, was taken";
    }
    return outcome;
  }
  std::string end() override {
    const bool all = rows_of(book_.dump(wall_ms()), "screenings").size() == asked_.size();
    return all ? "" : "the book has other screenings than were acknowledged";
  }

 private:
  Folder folder_;
  ScreeningBook book_{folder_.book(), "kyt-a"};
  Misconduct misconduct_{7};
  KytService service_{book_, misconduct_, "kyt-a", 7};
  std::map<std::string, Money> asked_;
};

}  // namespace

Surface kyt_surface() {
  const std::string order =
      R"({"business_key":"p1","player":"p0001","direction":"out","amount_minor":5,)"
      R"("currency":"EUR"})";
  return service<Kyt>("kyt",
                      with_control({post("/v1/screenings", order, {{"idempotency-key", "p1"}}),
                                    get("/v1/screenings", "business_key=p1")}),
                      {post("/v1/screenings", order), get("/v1/screenings")});
}

}  // namespace casino::fuzz
