#include "load/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstring>

namespace rehearse {

namespace json = boost::json;

namespace {

// Rounds are named per run, so that a stack that is used again sees new ones.
std::string round_name(std::string_view run_key, uint64_t round) {
  return fmt::format("{}-r{:06}", run_key, round);
}

HttpRequest post(std::string target, const json::object& body) {
  return {"POST", std::move(target), {{"Content-Type", "application/json"}}, json::serialize(body)};
}

json::object body_of(const Operation& operation, std::string_view run_key) {
  return {{"key", key_of(run_key, operation.id)},
          {"player", player_name(operation.player)},
          {"currency", name_of(operation.currency)}};
}

HttpRequest game_request(const Operation& operation, std::string_view run_key) {
  json::object body = body_of(operation, run_key);
  body["round"] = round_name(run_key, operation.round);
  if (operation.kind != OperationKind::bet) body["bet"] = key_of(run_key, operation.related);
  // A rollback gives back what the bet took: it names no amount.
  if (operation.kind != OperationKind::rollback) body["amount_minor"] = operation.amount_minor;
  switch (operation.kind) {
    case OperationKind::bet:
      return post("/v1/bets", body);
    case OperationKind::win:
      return post("/v1/wins", body);
    default:
      return post("/v1/rollbacks", body);
  }
}

HttpRequest payment_request(const Operation& operation, std::string_view run_key) {
  json::object body = body_of(operation, run_key);
  body["direction"] = operation.kind == OperationKind::deposit ? "deposit" : "payout";
  body["amount_minor"] = operation.amount_minor;
  return post("/v1/payments", body);
}

json::object object_of(const std::string& text) {
  boost::system::error_code code;
  json::value value = json::parse(text, code);
  if (code || !value.is_object()) return {};
  return std::move(value.as_object());
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return value->get_string();
}

template <typename Number>
Number number_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return 0;
  boost::system::error_code code;
  const Number number = value->to_number<Number>(code);
  return code ? 0 : number;
}

Answer fields_of(const HttpResponse& response, const json::object& body) {
  Answer answer;
  answer.http_status = static_cast<uint16_t>(response.status);
  const json::value* replay = body.if_contains("replay");
  answer.replay = replay != nullptr && replay->is_bool() && replay->get_bool();
  answer.amount_minor = number_of<int64_t>(body, "amount_minor");
  answer.balance_minor = number_of<int64_t>(body, "balance_minor");
  answer.version = number_of<int64_t>(body, "version");
  answer.seq = number_of<int64_t>(body, "seq");
  answer.epoch = number_of<uint32_t>(body, "epoch");
  answer.timeline = number_of<uint32_t>(body, "timeline");
  answer.reason = text_of(body, "reason");
  return answer;
}

}  // namespace

HttpRequest request_of(const Operation& operation, std::string_view run_key) {
  switch (operation.kind) {
    case OperationKind::bet:
    case OperationKind::win:
    case OperationKind::rollback:
      return game_request(operation, run_key);
    case OperationKind::deposit:
    case OperationKind::payout:
      return payment_request(operation, run_key);
    case OperationKind::balance:
      return {"GET",
              fmt::format("/v1/balances/{}?currency={}", player_name(operation.player),
                          name_of(operation.currency)),
              {},
              ""};
    default:
      break;  // a watch
  }
  return {"GET", "/v1/payments/" + key_of(run_key, operation.related), {}, ""};
}

Answer answer_of(const HttpResponse& response) {
  const json::object body = object_of(response.body);
  Answer answer = fields_of(response, body);
  const std::string_view said = text_of(body, "outcome");
  const int status = response.status;
  if ((status == 200 || status == 202) && said == "ok") {
    answer.outcome = Outcome::ok;
  } else if ((status == 400 || status == 409 || status == 422) && said == "rejected") {
    answer.outcome = Outcome::rejected;
  } else if (status == 503 && said == "failed") {
    answer.outcome = Outcome::failed;
  } else if (answer.reason.empty()) {
    answer.reason = fmt::format("http_{}", status);
  }
  return answer;
}

Answer answer_of(const HttpError& error) {
  Answer answer;
  answer.outcome = error.failure == HttpFailure::not_sent ? Outcome::failed : Outcome::unknown;
  answer.reason = error.message;
  return answer;
}

Answer payment_answer_of(const HttpResponse& response) {
  const json::object body = object_of(response.body);
  Answer answer = fields_of(response, body);
  const std::string_view state = text_of(body, "state");
  if (response.status == 200 && state == "settled") {
    answer.outcome = Outcome::ok;
  } else if (response.status == 200 && state == "declined") {
    answer.outcome = Outcome::rejected;
  }
  if (answer.outcome != Outcome::ok && answer.reason.empty()) {
    const bool told = response.status == 200 && !state.empty();
    answer.reason = told ? std::string(state) : fmt::format("http_{}", response.status);
  }
  return answer;
}

void fill(Attempt& attempt, const Answer& answer) {
  attempt.replay = answer.replay ? 1 : 0;
  attempt.http_status = answer.http_status;
  attempt.amount_minor = answer.amount_minor;
  attempt.balance_minor = answer.balance_minor;
  attempt.version = answer.version;
  attempt.seq = answer.seq;
  attempt.epoch = answer.epoch;
  attempt.timeline = answer.timeline;
  const size_t length = std::min(answer.reason.size(), sizeof attempt.reason - 1);
  std::memcpy(attempt.reason, answer.reason.data(), length);
  attempt.reason[length] = '\0';
}

}  // namespace rehearse
