// Cash into a stablecoin, or back: whoever has none gets the answer that there is none.
#include <fmt/format.h>

#include "load/behaviours/payments.hpp"
#include "load/words.hpp"

namespace rehearse {
namespace {

constexpr double back_share = 0.3;

void draw_convert(Arrival& arrival, Draw& draw) {
  const Currency own = arrival.currency;
  const bool back = draw.random.chance(back_share);
  arrival.amount_minor = draw.random.between(100, 2'000) * (back ? micro_per_cent : 1);
  arrival.currency = back ? Currency::USDT : own;
  arrival.currency_to = back ? own : Currency::USDT;
}

HttpRequest convert_request(const Operation& operation, std::string_view run_key) {
  auto body = person_of(operation, run_key);
  body["from"] = name_of(operation.currency);
  body["to"] = name_of(operation.currency_to);
  body["amount_minor"] = operation.amount_minor;
  return post("/v1/conversions", body);
}

Answer convert_answer_of(const HttpResponse& response) {
  Answer answer = answer_of(response);
  const int64_t to_minor = number_of(object_of(response.body), "to_minor");
  if (answer.outcome == Outcome::ok && to_minor != 0)
    answer.reason = fmt::format("{}{}", told_to_minor, to_minor);
  return answer;
}

}  // namespace

Behaviour convert_behaviour() {
  return {.kind = OperationKind::convert,
          .summary = "Cash into a stablecoin, or back",
          .target = "convert",
          .as_player = true,
          .draw = draw_convert,
          .request_of = convert_request,
          .answer_of = convert_answer_of};
}

}  // namespace rehearse
